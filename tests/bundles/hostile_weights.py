"""Weights that are not those of the description, or no weights."""

import struct

import numpy as np
from safetensors.numpy import save

from hostile_parts import changed, contents, hostile, with_header, with_tensors, with_weights
from hourglass.bundles.shapes import weight_shapes
from hourglass.records import ModelDescription, from_json


@hostile
def wrong_hash(bundle):
    return changed(bundle, lambda told: told.update(weights_sha256="0" * 64))


@hostile
def hash_that_is_none(bundle):
    return changed(bundle, lambda told: told.update(weights_sha256=""))


@hostile
def weights_that_are_no_numbers(bundle):
    return with_tensors(bundle, lambda found: found["decoder/pixels/bias"].fill(np.nan))


@hostile
def infinite_weights(bundle):
    return with_tensors(bundle, lambda found: found["decoder/pixels/bias"].fill(np.inf))


@hostile
def weights_of_double_precision(bundle):
    return with_tensors(
        bundle, lambda found: found.update({k: v.astype(np.float64) for k, v in found.items()})
    )


@hostile
def array_missing(bundle):
    return with_tensors(bundle, lambda found: found.pop("decoder/pixels/bias"))


@hostile
def array_too_many(bundle):
    return with_tensors(bundle, lambda found: found.update(more=np.zeros(1, np.float32)))


@hostile
def transposed_array(bundle):
    def change(found):
        name = "encoder/dense_1/kernel"
        found[name] = np.ascontiguousarray(found[name].T)

    return with_tensors(bundle, change)


@hostile
def shape_that_lies(bundle):
    def change(header):
        header["encoder/dense_1/kernel"]["shape"] = [1 << 40, 1 << 40]

    return with_header(bundle, change)


@hostile
def negative_shape(bundle):
    return with_header(bundle, lambda header: header["decoder/pixels/bias"].update(shape=[-64]))


@hostile
def shape_of_truths(bundle):
    return with_header(bundle, lambda header: header["decoder/pixels/bias"].update(shape=[True]))


@hostile
def offsets_beyond_the_end(bundle):
    far = [1 << 50, (1 << 50) + 256]
    return with_header(
        bundle, lambda header: header["decoder/pixels/bias"].update(data_offsets=far)
    )


@hostile
def overlapping_arrays(bundle):
    return with_header(
        bundle, lambda header: header["decoder/pixels/bias"].update(data_offsets=[4, 260])
    )


@hostile
def metadata_in_the_header(bundle):
    return with_header(bundle, lambda header: header.update(__metadata__={"run": "touch pwned"}))


@hostile
def header_with_a_key_twice(bundle):
    weights = contents(bundle)[1]
    start = 8 + struct.unpack("<Q", weights[:8])[0]
    text = b'{"decoder/pixels/bias":1,' + weights[9:start]
    return with_weights(bundle, struct.pack("<Q", len(text)) + text + weights[start:])


@hostile
def header_as_long_as_memory(bundle):
    return with_weights(bundle, struct.pack("<Q", 1 << 62) + contents(bundle)[1][8:])


@hostile
def header_longer_than_the_file(bundle):
    return with_weights(bundle, struct.pack("<Q", 100_000) + b"{}")


@hostile
def weights_without_a_byte(bundle):
    return with_weights(bundle, b"")


@hostile
def weights_with_bytes_behind(bundle):
    return with_weights(bundle, contents(bundle)[1] + b"\x00" * 4)


@hostile
def pickle_as_weights(bundle):
    return with_weights(bundle, b"cos\nsystem\n(S'touch pwned'\ntR.")


@hostile
def large_file_of_another_model(bundle):
    # 150 MB that the archive tells truly, behind a hash that is right.
    return with_weights(bundle, contents(bundle)[1] + bytes(150_000_000))


@hostile
def large_weights_whose_last_is_no_number(bundle):
    # All else is as it should be, so that every byte has to be looked at: 79 MB of them.
    def change(told):
        told["card"] = None
        told["spec"].update(image_shape=[56, 56, 1], corruption=None)
        told["spec"]["options"].update(units=[3136], latent_dim=1)
        told["preprocessing"].update(image_shape=[56, 56, 1])

    described = changed(bundle, change)
    spec = from_json(ModelDescription, contents(described)[0], "the description").spec
    tensors = {name: np.zeros(shape, np.float32) for name, shape in weight_shapes(spec).items()}
    # The last of them in the file, which is in the order of their names.
    tensors[max(tensors)].flat[-1] = np.nan
    return with_weights(described, save(tensors))
