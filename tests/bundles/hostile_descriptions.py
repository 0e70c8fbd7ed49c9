"""Descriptions that say what no model of ours says."""

import json

from hostile_parts import changed, contents, hostile, with_description, without_card


@hostile
def description_that_is_no_json(bundle):
    return with_description(bundle, b"import os; os.system('touch pwned')")


@hostile
def code_as_the_name_of_the_network(bundle):
    return changed(
        bundle, lambda told: told["spec"].update(network="__import__('os').system('touch pwned')")
    )


@hostile
def object_of_python_in_the_description(bundle):
    return changed(
        bundle, lambda told: told["spec"].update(network={"py/object": "os.system", "args": ["x"]})
    )


@hostile
def keras_configuration(bundle):
    config = {"module": "keras.layers", "class_name": "Lambda", "config": {"function": "x"}}
    return with_description(bundle, json.dumps(config).encode())


@hostile
def unknown_layer(bundle):
    return changed(bundle, lambda told: told["spec"].update(network="hypernet"))


@hostile
def unknown_activation(bundle):
    return changed(bundle, lambda told: told["spec"]["options"].update(activation="os.system"))


@hostile
def unknown_corruption(bundle):
    return without_card(bundle, corruption="os.system:1")


@hostile
def blur_as_wide_as_a_house(bundle):
    return without_card(bundle, corruption="blur:1000000000")


@hostile
def negative_noise(bundle):
    return without_card(bundle, corruption="gaussian:-1")


@hostile
def noise_that_is_no_number(bundle):
    return without_card(bundle, corruption="gaussian:nan")


@hostile
def unknown_loss(bundle):
    return changed(bundle, lambda told: told["spec"].update(reconstruction_loss="os:1"))


@hostile
def deep_nesting(bundle):
    return with_description(bundle, b'{"spec":' * 100_000 + b"1" + b"}" * 100_000)


@hostile
def deep_lists(bundle):
    return with_description(bundle, b"[" * 400_000)


@hostile
def duplicate_keys(bundle):
    text = contents(bundle)[0]
    return with_description(bundle, text.replace(b'{\n  "schema', b'{"spec": 1,\n  "schema', 1))


@hostile
def key_that_is_not_known(bundle):
    return changed(bundle, lambda told: told.update(custom_objects={"A": "os.system"}))


@hostile
def key_that_is_not_known_far_inside(bundle):
    return changed(
        bundle, lambda told: told["card"]["training"]["environment"].update(run="touch pwned")
    )


@hostile
def not_a_number(bundle):
    return with_description(bundle, contents(bundle)[0].replace(b'"kept": 0.0', b'"kept": NaN'))


@hostile
def infinity(bundle):
    return with_description(
        bundle, contents(bundle)[0].replace(b'"kept": 0.0', b'"kept": -Infinity')
    )


@hostile
def number_beyond_floating_point(bundle):
    return with_description(bundle, contents(bundle)[0].replace(b'"kept": 0.0', b'"kept": 1e999'))


@hostile
def huge_integer(bundle):
    return with_description(
        bundle, contents(bundle)[0].replace(b'"kept": 0.0', b'"kept": ' + b"9" * 200_000)
    )


@hostile
def byte_order_mark(bundle):
    return with_description(bundle, b"\xef\xbb\xbf" + contents(bundle)[0])


@hostile
def not_utf_8(bundle):
    return with_description(bundle, contents(bundle)[0].replace(b"digits", b"\xff\xfe\x80its"))


@hostile
def utf_16(bundle):
    return with_description(bundle, contents(bundle)[0].decode().encode("utf-16"))


@hostile
def half_a_character(bundle):
    return with_description(bundle, contents(bundle)[0].replace(b"digits", b"\\ud800"))


@hostile
def escape_sequence_for_the_terminal(bundle):
    return changed(bundle, lambda told: told["card"]["data"].update(name="\x1b]0;pwned\x07"))


@hostile
def text_that_runs_backwards(bundle):
    return changed(bundle, lambda told: told["card"]["data"].update(name="a\u202egnp.exe"))


@hostile
def long_text(bundle):
    return changed(bundle, lambda told: told["card"]["data"].update(name="a" * 900_000))


@hostile
def long_list(bundle):
    return changed(bundle, lambda told: told["card"]["data"].update(class_names=["a"] * 100_000))


@hostile
def long_description(bundle):
    return with_description(bundle, contents(bundle)[0] + b" " * 3_000_000)


@hostile
def another_schema(bundle):
    return changed(bundle, lambda told: told.update(schema_version=99))


@hostile
def schema_that_is_a_truth(bundle):
    return changed(bundle, lambda told: told.update(schema_version=True))


@hostile
def first_schema_which_had_no_bundles(bundle):
    told = json.loads(contents(bundle)[0])
    keys = ("spec", "weights_sha256")
    first = {"schema_version": 1} | {key: told[key] for key in keys}
    return with_description(bundle, json.dumps(first).encode())


@hostile
def sizes_beyond_all_memory(bundle):
    return changed(bundle, lambda told: told["spec"]["options"].update(units=[65536] * 16))


@hostile
def sizes_beyond_the_vocabulary(bundle):
    return changed(bundle, lambda told: told["spec"]["options"].update(units=[10**12]))


@hostile
def another_shape_of_images(bundle):
    def change(told):
        told["spec"]["image_shape"] = told["preprocessing"]["image_shape"] = [64, 64, 3]

    return changed(bundle, change)


@hostile
def preprocessing_of_another_model(bundle):
    return changed(bundle, lambda told: told["preprocessing"].update(image_shape=[9, 9, 1]))


@hostile
def experiment_of_another_model(bundle):
    return changed(
        bundle, lambda told: told["card"]["training"]["experiment"].update(network="unet")
    )


@hostile
def data_in_a_folder_of_the_reader(bundle):
    return changed(
        bundle, lambda told: told["card"]["training"]["experiment"].update(data="/etc/ssl")
    )


@hostile
def data_one_folder_up(bundle):
    return changed(
        bundle, lambda told: told["card"]["training"]["experiment"].update(data="../secret")
    )


@hostile
def null_in_place_of_all(bundle):
    return with_description(bundle, b"null")
