"""Which keys go together where images came noisy."""

import shlex

import pytest

from hourglass.errors import ConfigurationError
from hourglass.records import FILES, Experiment


@pytest.mark.parametrize(
    "keys",
    [
        {"objective": "blind-spot"},
        {"clean": "clean"},
        {"second_shot": "second"},
        {"clean": "clean", "objective": "blind-spot"},
        {"clean": "clean", "objective": "denoising"},
    ],
    ids=lambda keys: " ".join(keys),
)
def test_noise_of_the_files_goes_without_saying(keys):
    experiment = Experiment(data="noisy", **keys)
    assert experiment.corruption == FILES
    assert experiment.network_or_default == "unet"
    assert FILES not in shlex.split(experiment.command())
    assert experiment.knows_clean == ("clean" in keys)
    again = Experiment.from_mapping({"data": "noisy", **keys}, "file")
    assert again == experiment
    assert experiment.filled().filled() == experiment.filled()


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"corruption": FILES}, "needs clean .* second_shot .* blind-spot"),
        ({"clean": "a", "second_shot": "b"}, "two ways to say"),
        ({"clean": "a", "corruption": "gaussian:0.1"}, "clean = a says that the data are noisy"),
        ({"second_shot": "a", "objective": "sparse"}, "second_shot = a says"),
        ({"second_shot": "a", "objective": "blind-spot"}, "two shots teach more"),
        ({"objective": "blind-spot", "loss": "mae"}, "takes loss = mse alone; mae"),
        ({"objective": "blind-spot", "engine": "scratch"}, "takes engine = keras alone"),
        ({"objective": "blind-spot", "frozen_noise": True}, "frozen_noise"),
        ({"objective": "classify", "clean": "a"}, "clean = a is not for objective classify"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_what_contradicts_it_is_named(keys, words):
    with pytest.raises(ConfigurationError, match=words):
        Experiment(**keys)


def test_a_folder_of_that_name_is_still_said():
    assert "--clean files" in Experiment(data="noisy", clean=FILES).command()


def test_a_blind_spot_takes_any_corruption():
    experiment = Experiment(objective="blind-spot", corruption="poisson:20")
    assert experiment.model_name == "blind-spot U-Net denoiser"
    assert experiment.knows_clean and experiment.estimates
    assert not Experiment(corruption="poisson:20").estimates
