import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hourglass.errors import ConfigurationError, MissingPathError
from hourglass.records import (
    NETWORK_DEFAULTS,
    Experiment,
    FolderOptions,
    GroupPlan,
    TrainingPlan,
    read_entry,
)

plans = st.builds(
    TrainingPlan,
    epochs=st.none() | st.integers(1, 500),
    batch_size=st.integers(1, 4096),
    learning_rate=st.floats(1e-6, 1.0),
    clip_norm=st.sampled_from([0.0, 0.5, 1.0]),
    optimizer=st.sampled_from(["adam", "sgd", "nadam"]),
    seed=st.integers(0, 2**31),
)
folders = st.builds(
    FolderOptions,
    resize=st.none() | st.integers(1, 999) | st.tuples(st.integers(1, 999), st.integers(1, 999)),
    patch_size=st.none() | st.integers(4, 99),
    color=st.sampled_from([None, "gray", "rgb"]),
    labels=st.sampled_from([None, "folders", "none"]),
    splits=st.sampled_from(["auto", "folders", "none"]),
    skip_bad=st.booleans(),
)
experiments = st.builds(
    Experiment,
    folder=folders,
    data=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1),
    network=st.sampled_from([None, "dense", "convolutional", "unet"]),
    code_activation=st.sampled_from([None, "relu"]),
    units=st.none() | st.lists(st.integers(1, 999), min_size=1, max_size=4).map(tuple),
    corruption=st.none() | st.just("gaussian:0.25"),
    loss=st.sampled_from(["mse", "bce"]),
    tied=st.booleans(),
    objective=st.sampled_from([None, "sparse", "contractive", "variational"]),
    plan=plans,
)


classifiers = st.builds(
    Experiment,
    objective=st.just("classify"),
    network=st.sampled_from(["dense", "convolutional"]),
    units=st.none() | st.lists(st.integers(1, 999), min_size=1, max_size=4).map(tuple),
    dropout=st.none() | st.floats(0.0, 0.9),
    plan=plans,
)


@given(experiments | classifiers)
def test_an_experiment_file_says_all_of_it(experiment: Experiment) -> None:
    text = experiment.to_toml()
    assert Experiment.from_mapping(tomllib.loads(text), "file") == experiment


@given(experiments | classifiers)
def test_filling_in_is_done_once(experiment: Experiment) -> None:
    filled = experiment.filled()
    assert filled.filled() == filled
    assert filled.network is not None and filled.units is not None


def test_noise_is_short_for_gaussian() -> None:
    assert Experiment.from_mapping({"noise": 0.2}, "file").corruption == "gaussian:0.2"


def test_the_network_fits_the_task() -> None:
    assert Experiment().network_or_default == "convolutional"
    assert Experiment(corruption="gaussian:0.2").network_or_default == "unet"


def test_options_that_were_given_win_over_the_networks_own() -> None:
    options = Experiment(network="dense", units=(7, 5)).network_options
    assert (options.units, options.latent_dim) == ((7, 5), NETWORK_DEFAULTS["dense"].latent_dim)


def test_the_command_names_what_differs_from_the_defaults() -> None:
    experiment = Experiment(
        data="my photos", corruption="gaussian:0.2", units=(8, 4), plan=TrainingPlan(seed=7)
    )
    assert experiment.command() == (
        "hourglass train --data 'my photos' --units 8 4 --corruption gaussian:0.2 --seed 7"
    )


@pytest.mark.parametrize(
    ("values", "objective", "corruption", "name"),
    [
        ({}, "plain", None, "convolutional autoencoder"),
        ({"noise": 0.1}, "denoising", "gaussian:0.1", "U-Net denoiser"),
        ({"corruption": "masking:0.2"}, "masked", "masking:0.2", "U-Net denoiser"),
        ({"objective": "denoising"}, "denoising", "gaussian:0.2", "U-Net denoiser"),
        ({"objective": "masked"}, "masked", "masking:0.5", "U-Net denoiser"),
        ({"objective": "sparse"}, "sparse", None, "sparse convolutional autoencoder"),
        ({"objective": "classify"}, "classify", None, "convolutional classifier"),
        (
            {"objective": "classify", "network": "dense", "activations": ["relu"] * 3},
            "classify",
            None,
            "dense classifier",
        ),
        (
            {"objective": "variational"},
            "variational",
            None,
            "variational convolutional autoencoder",
        ),
        (
            {"objective": "variational", "noise": 0.1, "network": "dense"},
            "variational",
            "gaussian:0.1",
            "variational dense denoiser",
        ),
        (
            {"objective": "contractive", "noise": 0.1, "network": "dense"},
            "contractive",
            "gaussian:0.1",
            "contractive dense denoiser",
        ),
    ],
)
def test_objective_and_corruption_fit_together(
    values: dict[str, object], objective: str, corruption: str | None, name: str
) -> None:
    experiment = Experiment.from_mapping(values, "file")
    assert experiment.objective_or_default == objective
    assert (experiment.corruption, experiment.model_name) == (corruption, name)
    assert Experiment.from_mapping(tomllib.loads(experiment.filled().to_toml()), "file")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"epochs": 0}, "epochs should be greater than 0; 0 was given"),
        ({"minutes": -1}, "minutes should be greater than 0; -1 was given"),
        ({"batchsize": 1}, "'batchsize' is not a key. Did you mean 'batch_size'"),
        ({"nois": 0.2}, "Did you mean 'noise'"),
        (
            {"network": "unett"},
            "Did you mean 'unet'. There is: convolutional, dense, pooling, "
            "pooling-dense, residual, strided, unet",
        ),
        ({"units": []}, "units"),
        ({"units": [0]}, "units.0 should be greater than 0"),
        ({"epochs": 2, "minutes": 1.0}, "epochs or minutes, not both"),
        ({"noise": 0.1, "corruption": "gaussian:0.2"}, "Leave one of them out"),
        ({"seed": -1}, "seed should be greater than or equal to 0"),
        ({"minutes": float("inf")}, "minutes should be a finite number; inf was given"),
        ({"learning_rate": float("inf")}, "learning_rate should be a finite number"),
        ({"clip_norm": float("nan")}, "clip_norm should be a finite number"),
        ({"beta_2": float("nan")}, "beta_2 should be a finite number"),
        ({"units": [65537]}, "units.0 should be less than or equal to 65536"),
        ({"units": [1] * 17}, "units"),
        ({"corruption": "gaussian:0.1+" * 20}, "corruption"),
        ({"objective": "plain", "noise": 0.2}, "objective = plain does not go with"),
        ({"objective": "masked", "noise": 0.2}, "which makes it denoising"),
        ({"objective": "sparce"}, "Did you mean 'sparse'"),
        ({"sparsity": "l1"}, "is for objective sparse; it is plain"),
        ({"objective": "denoising", "penalty": 0.1}, "for the objectives sparse and contractive"),
        ({"objective": "variational", "penalty": 0.1}, "it is variational"),
        ({"objective": "variational", "sparsity": "l1"}, "it is variational"),
        ({"objective": "variational", "loss": "mae"}, "a loss that is a likelihood: mse or bce"),
        ({"objective": "variational", "beta": -1}, "beta should be greater than or equal to 0"),
        ({"beta": 1.0}, "is for objective variational; it is plain"),
        ({"objective": "sparse", "penalty": 0}, "penalty should be greater than 0"),
        (
            {"objective": "sparse", "sparsity": "kl:0.1", "code_activation": "relu"},
            "needs units between 0 and 1",
        ),
        ({"learning_rate": "fast"}, "learning_rate should be a valid number"),
        ({"precision": "float16"}, "precision 'float16' is not known"),
        (
            {"engine": "scratch", "network": "dense", "precision": "mixed_bfloat16"},
            "does not take precision = mixed_bfloat16; it takes float32",
        ),
        (
            {"objective": "contractive", "precision": "mixed_bfloat16"},
            "which precision = mixed_bfloat16 would round away",
        ),
    ],
)
def test_what_cannot_be_is_named(values: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        Experiment.from_mapping(values, "file.toml")


def test_all_errors_come_at_once() -> None:
    with pytest.raises(ConfigurationError, match=r"file\.toml: .*epochs.*'colour'"):
        Experiment.from_mapping({"epochs": 0, "colour": 1}, "file.toml")


def test_a_code_where_there_is_none_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="unet network has no code"):
        _ = Experiment(network="unet", latent_dim=8).network_options


def test_a_file_that_is_missing_or_no_toml(tmp_path: Path) -> None:
    with pytest.raises(MissingPathError, match="no experiment file"):
        Experiment.from_toml(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_bytes(b"epochs = = 3")
    with pytest.raises(ConfigurationError, match="is not TOML"):
        Experiment.from_toml(tmp_path / "bad.toml")
    (tmp_path / "deep.toml").write_bytes(b"units = " + b"[" * 5000)
    with pytest.raises(ConfigurationError, match="is not TOML"):
        Experiment.from_toml(tmp_path / "deep.toml")


def test_a_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read: Is a directory"):
        Experiment.from_toml(tmp_path)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(ConfigurationError, match="cannot be read: Permission denied"):
        Experiment.from_toml(tmp_path / "mine.toml")


WINDOWS = 'data = "digits"\r\nnetwork = "dense"\r\nepochs = 1\r\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_file_from_windows_is_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(f"# What it shows\r\n{WINDOWS}".encode(encoding))
    wanted = Experiment(data="digits", network="dense", plan=TrainingPlan(epochs=1))
    assert Experiment.from_toml(path) == wanted
    group = GroupPlan.from_toml(path)
    assert group.about == "What it shows" and group.members[0].experiment == wanted
    path.write_bytes((WINDOWS + '[[run]]\r\nname = "a"\r\n').encode(encoding))
    assert read_entry(str(path)).members[0].name == "a"


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        *[("utf-16", "is UTF-16"), ("utf-16-le", "is UTF-16"), ("utf-16-be", "is UTF-16")],
        *[("utf-32", "is UTF-32"), ("cp1252", "line 4 has the byte 0xF6, which is 'ö'")],
    ],
)
def test_another_encoding_is_named(tmp_path: Path, encoding: str, name: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(f"{WINDOWS}# größer\r\n".encode(encoding))
    for read in (Experiment.from_toml, GroupPlan.from_toml):
        with pytest.raises(ConfigurationError, match=name) as caught:
            read(path)
        assert "Save it as UTF-8" in str(caught.value)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    with pytest.raises(ConfigurationError, match="is not a text file"):
        Experiment.from_toml(tmp_path / "mine.toml")


@pytest.mark.parametrize(
    ("written", "forward", "single"),
    [
        (r"C:\Users\lab", "C:/Users/lab", r"C:\Users\lab"),
        # TOML takes these three: a tab, a new line, a form feed.
        (r"C:\temp\new", "C:/temp/new", r"C:\temp\new"),
        ("D:\\f", "D:/f", "D:\\f"),
        (r"\\server\new", "//server/new", r"\\server\new"),
        ("C:\\photos\\", "C:/photos/", "C:\\photos\\"),
        (r"..\photos", "../photos", r"..\photos"),
        (r"C:\a\\b", "C:/a/b", r"C:\a\b"),
    ],
)
@pytest.mark.parametrize("key", ["data", "clean"])
def test_backslashes_are_answered_with_the_path_that_was_meant(
    tmp_path: Path, key: str, written: str, forward: str, single: str
) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(f'noise = 0.1\r\n  {key} = "{written}" # the lab\r\n'.encode())
    with pytest.raises(ConfigurationError) as caught:
        Experiment.from_toml(path)
    assert f"{path}, line 2: in double quotes a backslash begins an escape." in str(caught.value)
    assert f'{key} = "{forward}"' in str(caught.value)
    assert f"{key} = '{single}'" in str(caught.value)


@pytest.mark.parametrize("path", [r"C:\Users\new", r"\\server\temp", "a\nb", "C:/x", "a\tb\u202e"])
def test_every_path_survives_the_file(tmp_path: Path, path: str) -> None:
    (tmp_path / "mine.toml").write_text(Experiment(data=path).to_toml(), encoding="utf-8")
    assert Experiment.from_toml(tmp_path / "mine.toml").data == path
    if "\n" not in path and "\t" not in path:
        (tmp_path / "mine.toml").write_text(f"# \"C:\\temp\"\ndata = '{path}'", encoding="utf-8")
        assert Experiment.from_toml(tmp_path / "mine.toml").data == path


@pytest.mark.parametrize(
    ("text", "where", "meaning"),
    [
        ("epochs: 3", "line 1, column 7: `epochs: 3`", "After a key comes ="),
        ("\nepochs = ten", "line 2, column 10: `epochs = ten`", "text in quotes"),
        ("noise = 0,5", "line 1", "numbers have a point"),
        ("seed = 1\nseed = 2\nepochs = 1", "line 2", "was set before"),
        ('data = "digits', "its end", "the quote that it began with"),
        ("units = [128 64]", "line 1", "commas"),
        ("[run]\n[run]", "line 2", r"\[\[run\]\]"),
        ("= 3", "line 1, column 1", "Each line has a key"),
        ("{}", "line 1, column 1", "Each line has a key"),
    ],
)
def test_what_the_parser_says_is_told_in_words(
    tmp_path: Path, text: str, where: str, meaning: str
) -> None:
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(ConfigurationError, match=f"is not TOML at {where}.*{meaning}"):
        Experiment.from_toml(tmp_path / "mine.toml")


@pytest.mark.parametrize("key", ["data", "clean", "second_shot"])
def test_a_path_that_a_file_cannot_hold_is_refused(key: str) -> None:
    with pytest.raises(ConfigurationError, match=r"photos\\xff has a name that is not UTF-8"):
        Experiment(**{"data": "photos", key: "photos\udcff"})


def test_nothing_that_was_said_is_lost_because_it_is_zero() -> None:
    asked = Experiment(
        objective="variational", beta=0.0, plan=TrainingPlan(clip_norm=0.0, epochs=1)
    )
    assert Experiment.from_mapping(tomllib.loads(asked.to_toml()), "file") == asked
    assert asked.filled().beta == 0.0 and "--beta 0.0" in asked.command()


def test_precision_is_a_key_like_others() -> None:
    asked = Experiment(plan=TrainingPlan(precision="mixed_bfloat16"))
    assert Experiment.from_mapping(tomllib.loads(asked.to_toml()), "file") == asked
    assert asked.command().endswith("--precision mixed_bfloat16")


def test_a_variational_code_is_linear_unless_said() -> None:
    asked = Experiment(objective="variational", network="dense")
    assert asked.network_options.code_activation == "linear" and asked.filled().beta == 1.0
    assert Experiment(objective="variational", code_activation="tanh").code_activation == "tanh"


@pytest.mark.parametrize(
    ("size", "spelled"), [(64, "64"), ("48x64", "48x64"), ([48, 64], "48x64"), ("64×64", "64")]
)
def test_a_size_is_spelled_in_any_way(size: object, spelled: str) -> None:
    options = Experiment.from_mapping({"resize": size}, "file").folder
    assert options.resize == spelled
    height, _, width = spelled.partition("x")
    assert options.resize_to == (int(height), int(width or height))
    assert f"--resize {spelled}" in Experiment(folder=options).command()


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"crop": "0x4"}, "crop is one side or HEIGHTxWIDTH"),
        ({"resize": 100_000}, "from 1 to 16,384"),
        ({"resize": 64, "crop": 64}, "resized or cropped, not both"),
        ({"color": "grey"}, "Did you mean 'gray'"),
        ({"skip_bads": True}, "Did you mean 'skip_bad'"),
        ({"patch_size": 1}, "patch_size should be greater than or equal to 4"),
    ],
)
def test_what_cannot_be_done_with_a_folder_is_told(keys: dict[str, object], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        Experiment.from_mapping(keys, "file")
