"""Files that are made to do harm are refused with a reason."""

import contextlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies

from hourglass.bundles.graph_shapes import graph_shapes
from hourglass.bundles.keras_model import read_keras_model
from hourglass.errors import ConfigurationError, ModelFileError
from keras_files import (
    CONFIG,
    KERNEL,
    METADATA,
    WEIGHTS,
    Members,
    dense,
    described,
    small_weights,
    zipped,
)


def layer(config: Any, number: int = 2) -> Any:
    return config["config"]["layers"][number]


def custom_layer(config: Any) -> None:
    layer(config).update(module="__main__", class_name="Dense", registered_name="evil>Dense")


def lambda_layer(config: Any) -> None:
    # As Keras keeps a function: its marshalled code in base 64.
    code = {"class_name": "__lambda__", "config": {"code": "4wAAAAA=", "defaults": None}}
    layer(config).update(class_name="Lambda", config={"name": "harmless", "function": code})


def many_layers(config: Any) -> None:
    config["config"]["layers"][2:2] = [layer(config, 2)] * 250


def deep_models(config: Any) -> None:
    for _ in range(20):
        config["config"]["layers"] = [{**config, "config": dict(config["config"])}]


CONFIGS: Mapping[str, tuple[Callable[[Any], object], str]] = {
    "lambda": (lambda_layer, "Layer harmless is of kind 'Lambda'. Keep the .keras file"),
    "someone's layer": (custom_layer, "'__main__', which is code of someone's own"),
    "registered": (lambda c: layer(c).update(registered_name="evil>Pool"), "code of someone's own"),
    "no module": (lambda c: layer(c).update(module=None), "code of someone's own"),
    "os": (lambda c: layer(c).update(module="os", class_name="system"), "'system' of 'os'"),
    "kind": (lambda c: layer(c).update(class_name="LSTM"), "'LSTM'"),
    "kind that is none": (lambda c: layer(c).update(class_name=["Dense"]), r"\['Dense'\]"),
    "model of someone": (
        lambda c: c.update(module="my", class_name="Autoencoder", registered_name="my>Autoencoder"),
        r"'Autoencoder', a class of someone's own.*model\.encoder, model\.decoder",
    ),
    "function": (
        lambda c: layer(c, 1)["config"].update(
            activation={"module": "builtins", "class_name": "function", "config": "exec"}
        ),
        "'function' of 'builtins', which is code",
    ),
    "activation": (lambda c: layer(c, 1)["config"].update(activation="exec"), "'exec' is not know"),
    "key": (lambda c: layer(c, 1)["config"].update(surprise=1), "'surprise' = 1"),
    "order": (lambda c: layer(c, 1)["config"].update(data_format="channels_first"), "data_format"),
    "precision": (lambda c: layer(c, 1)["config"].update(dtype="float16"), "float32 alone"),
    "policy": (
        lambda c: layer(c, 1)["config"].update(
            dtype={"class_name": "DTypePolicy", "config": {"name": "mixed_float16"}}
        ),
        "computes as 'mixed_float16'",
    ),
    "huge": (lambda c: layer(c, 1)["config"].update(filters=65536), "bytes of weights; the file"),
    "filters": (lambda c: layer(c, 1)["config"].update(filters=10**9), "filters"),
    "growing": (
        lambda c: c["config"]["layers"].__setitem__(7, {**layer(c, 7), "config": {"size": [9, 9]}}),
        "has no name",
    ),
    "lie": (lambda c: layer(c, 1)["config"].update(filters=3), "should have shape"),
    "number": (lambda c: layer(c, 5)["config"].update(epsilon=1e300), "epsilon"),
    "no images": (lambda c: c["config"]["layers"].pop(), "gives"),
    "input": (lambda c: layer(c, 0)["config"].update(batch_shape=[None, 2**40]), "does not say"),
    "ints": (lambda c: layer(c, 0)["config"].update(batch_shape=[None, "8"]), "does not say"),
    "rank": (lambda c: layer(c, 0)["config"].update(batch_shape=[None, 8, 8, 1, 1]), "no image"),
    "channels": (lambda c: layer(c, 0)["config"].update(batch_shape=[None, 1, 8, 8]), "1 to 4"),
    "no layers": (lambda c: c["config"].update(layers=[]), "has 0 layers"),
    "layers": (lambda c: c["config"].update(layers={"a": 1}), "without layers"),
    "config": (lambda c: c.update(config=None), "without layers"),
    "one layer": (lambda c: layer(c).update(config=7), "no name|no configuration"),
    "many": (many_layers, "more than 200 layers"),
    "very many": (lambda c: [many_layers(c) for _ in range(9)], "layers; 1 to 200"),
    "name": (lambda c: layer(c)["config"].update(name="a\x1b[2J"), "no name"),
    "deep models": (deep_models, "deep in each other"),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_description_that_is_refused(name: str, good: Members) -> None:
    change, words = CONFIGS[name]
    with pytest.raises(ModelFileError, match=words):
        read_keras_model(io.BytesIO(zipped(described(good, change))))


def source(config: Any, history: object) -> None:
    """Let the decoder of a Functional model take something else."""
    node = layer(config, 2)["inbound_nodes"][0]
    node["args"][0]["config"]["keras_history"] = history


GRAPHS: Mapping[str, tuple[Callable[[Any], object], str]] = {
    "later": (lambda c: source(c, ["decoder", 0, 0]), "takes decoder, which does not come before"),
    "second output": (lambda c: source(c, ["encoder", 0, 1]), "several inputs or outputs"),
    "no history": (lambda c: source(c, None), "several inputs or outputs"),
    "twice": (lambda c: layer(c)["inbound_nodes"].append({}), "used 2 times"),
    "never": (lambda c: layer(c).update(inbound_nodes=[]), "used 0 times"),
    "argument": (
        lambda c: layer(c)["inbound_nodes"][0].update(kwargs={"training": True}),
        "more than the output of layers",
    ),
    "arguments": (lambda c: layer(c)["inbound_nodes"][0].update(args=[1, 2]), "more than the"),
    "outputs": (
        lambda c: c["config"].update(output_layers=[["encoder", 0, 0], ["decoder", 0, 0]]),
        "several inputs or outputs",
    ),
    "idle": (lambda c: c["config"].update(output_layers=["encoder", 1, 0]), "behind the one"),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_a_graph_that_is_refused(name: str, nested: Members) -> None:
    change, words = GRAPHS[name]
    with pytest.raises(ModelFileError, match=words):
        read_keras_model(io.BytesIO(zipped(described(nested, change))))


def texts(good: Members, name: str, text: bytes) -> bytes:
    return zipped({**good, name: text})


ARCHIVES: Mapping[str, tuple[Callable[[Members], bytes], str]] = {
    "half": (lambda good: zipped(good)[:-30], "not a whole .keras file"),
    "traversal": (lambda good: zipped({**good, "../../evil.py": b""}), "leads out of it"),
    "root": (lambda good: zipped({**good, "/etc/evil": b""}), "leads out of it"),
    "drive": (lambda good: zipped({**good, "C:\\evil": b""}), "leads out of it"),
    "members": (lambda good: zipped(good | {f"{n}": b"" for n in range(99)}), "102 members"),
    "twins": (lambda good: zipped(good).replace(b"metadata.json", b"config.json\0\0"), "two|no "),
    "bomb": (
        lambda good: zipped({**good, WEIGHTS: bytes(1 << 26)}, zipfile.ZIP_DEFLATED),
        "more than 4 times",
    ),
    "long": (lambda good: texts(good, CONFIG, b" " * 1_000_001), "1000001 bytes"),
    "deep": (lambda good: texts(good, CONFIG, b"[" * 400_000), "nested too deep"),
    "twice": (lambda good: texts(good, CONFIG, b'{"a": 1, "a": 2}'), "stands there twice"),
    "nan": (lambda good: texts(good, CONFIG, b'{"a": NaN}'), "NaN is no number"),
    "digits": (lambda good: texts(good, CONFIG, b'{"a": ' + b"9" * 9999 + b"}"), "digits"),
    "bytes": (lambda good: texts(good, CONFIG, b"\xff\xfe\x00"), "not JSON"),
    "list": (lambda good: texts(good, CONFIG, b"[]"), "no object"),
    "keras 2": (lambda good: texts(good, METADATA, b'{"keras_version": "2.15.0"}'), "Keras 2.15.0"),
    "no version": (lambda good: texts(good, METADATA, b"{}"), "saved by Keras None"),
    "no weights": (
        lambda good: zipped({CONFIG: good[CONFIG], METADATA: good[METADATA]}),
        "has no model.weights.h5",
    ),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive_that_is_refused(name: str, good: Members) -> None:
    make, words = ARCHIVES[name]
    with pytest.raises(ModelFileError, match=words):
        read_keras_model(io.BytesIO(make(good)))


def again(file: h5py.File, **options: Any) -> None:
    del file[KERNEL]
    file.create_dataset(KERNEL, (64, 64), np.float32, **options)


def linked(file: h5py.File, link: object, name: str = KERNEL) -> None:
    del file[name]
    file[name] = link


def virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((64, 64), np.float32)
    layout[:] = h5py.VirtualSource("/etc/passwd", "data", (64, 64))
    del file[KERNEL]
    file.create_virtual_dataset(KERNEL, layout)


HDF5: Mapping[str, tuple[Callable[[h5py.File], object], str]] = {
    "external link": (
        lambda file: linked(file, h5py.ExternalLink("/etc/passwd", "/x")),
        "link to another place",
    ),
    "soft link": (lambda file: linked(file, h5py.SoftLink("/layers")), "link to another place"),
    "linked group": (
        lambda file: linked(file, h5py.ExternalLink("a.h5", "/"), "layers/dense"),
        "link to another place",
    ),
    "other file": (lambda file: again(file, external=[("/etc/passwd", 0, 16384)]), "another file"),
    "virtual": (virtual, "another file"),
    "packed": (lambda file: again(file, compression="gzip", fillvalue=1.0), "is packed"),
    "never written": (lambda file: again(file, chunks=(8, 8)), "fewer numbers"),
    "group for an array": (lambda file: linked(file, file.create_group("g")), "something else"),
    "array for a group": (
        lambda file: linked(file, np.zeros(3), "layers/dense/vars"),
        "something else",
    ),
    "missing": (lambda file: file.__delitem__(KERNEL), "has 1 weights in the file"),
    "all missing": (lambda file: file.__delitem__("layers"), "there is no layers"),
    "more": (lambda file: file.create_dataset("layers/dense/vars/2", data=1.0), "has 3 weights"),
    "names": (lambda file: file.move(KERNEL, "layers/dense/vars/7"), "there is no 0"),
    "shape": (lambda file: linked(file, np.zeros((64, 63), np.float32)), "should have shape"),
    "integers": (lambda file: linked(file, np.zeros((64, 64), np.int32)), "32-bit floats"),
    "doubles": (lambda file: linked(file, np.zeros((64, 64))), "32-bit floats"),
    "objects": (lambda file: linked(file, np.full((64, 64), b"x")), "32-bit floats"),
}


@pytest.mark.parametrize("name", HDF5)
def test_weights_that_are_refused(name: str) -> None:
    change, words = HDF5[name]
    with pytest.raises(ModelFileError, match=words):
        read_keras_model(io.BytesIO(dense(small_weights(change))), image_shape=(8, 8, 1))


def test_weights_that_are_no_hdf5() -> None:
    whole = small_weights(lambda file: None)
    assert read_keras_model(io.BytesIO(dense(whole)), image_shape=(8, 8, 1)).graph
    with pytest.raises(ModelFileError, match="cannot be read"):
        read_keras_model(io.BytesIO(dense(whole[1:])), image_shape=(8, 8, 1))


def leaves(value: Any, path: tuple = ()) -> Iterator[tuple]:
    """Yield where in a description something stands."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, child in inner:
        yield (*path, key)
        if isinstance(child, dict | list):
            yield from leaves(child, (*path, key))


STRANGE = [
    None,
    True,
    0,
    -1,
    1e300,
    2**70,
    "",
    "os",
    "\ud800",
    [],
    [[]],
    {},
    {"a": []},
    ["a", 0, 0],
]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=strategies.data())
def test_a_description_with_something_else_somewhere(data, good: Members, nested: Members) -> None:
    members = data.draw(strategies.sampled_from([good, nested]))
    config = json.loads(members[CONFIG])
    *path, last = data.draw(strategies.sampled_from(list(leaves(config))))
    place = config
    for key in path:
        place = place[key]
    place[last] = data.draw(strategies.sampled_from(STRANGE))
    content = zipped({**members, CONFIG: json.dumps(config).encode()})
    with contextlib.suppress(ModelFileError, ConfigurationError):
        found = read_keras_model(io.BytesIO(content), image_shape=(8, 8, 1))
        assert found.arrays.keys() == graph_shapes((8, 8, 1), found.graph).keys()
