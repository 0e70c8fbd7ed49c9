"""What is said about a result is what the numbers say."""

from dataclasses import replace

import pytest

from hourglass.records import Experiment
from hourglass.report import words


@pytest.mark.parametrize(
    ("psnr", "verdict"),
    [
        (22.10, ", 2.00 dB above the best baseline (affine LMMSE)."),
        (19.10, " and does not beat the best baseline (affine LMMSE), 1.00 dB above it."),
        (20.101, " and does not beat the best baseline (affine LMMSE): the two are level."),
    ],
)
def test_the_verdict_is_honest(psnr, verdict, records):
    methods = (
        records.method("lmmse", "affine LMMSE", "baseline", psnr=20.10),
        records.method("model", "U-Net denoiser", "model", psnr=psnr),
    )
    assert words.verdict(records.experiment, replace(records.scores, methods=methods)).endswith(
        verdict
    )


def test_a_model_alone_is_compared_with_nothing(records):
    alone = replace(records.scores, methods=records.scores.methods[-1:])
    assert words.verdict(records.experiment, alone).endswith("no baseline could be computed.")


@pytest.mark.parametrize(
    ("experiment", "model", "data"),
    [
        (Experiment(corruption="gaussian:0.1"), "U-Net denoiser", "small Fashion-MNIST"),
        (Experiment(network="dense", data="mnist"), "Dense autoencoder", "MNIST"),
        (
            Experiment(network="dense", corruption="gaussian:0.1", data="some/photos"),
            "Dense denoiser",
            "photos",
        ),
    ],
)
def test_models_and_data_have_the_names_people_use(experiment, model, data):
    assert (words.model(experiment), words.data(experiment)) == (model, data)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (None, "none"),
        ("gaussian:0.2", "Gaussian noise (standard deviation 0.2)"),
        ("pixel-dropout:0.3", "lost pixels (share 0.3)"),
        (
            "gaussian:0.05..0.5+blur:1",
            "Gaussian noise (standard deviation 0.05 to 0.5), "
            "then Gaussian blur (width in pixels 1)",
        ),
        ("jpeg", "jpeg"),
    ],
)
def test_corruptions_are_said_in_words(name, said):
    assert words.corruption(name) == said


def test_a_command_may_be_broken_before_its_options_alone():
    assert words.command_parts("hourglass train 'a b' --noise 0.2 --quiet") == [
        "hourglass train 'a b'",
        "--noise 0.2",
        "--quiet",
    ]


def test_a_start_that_is_no_date_stays_as_it_is():
    assert words.moment("yesterday") == "yesterday"


def test_a_network_for_any_size_says_why_its_boxes_are_alike(records):
    layers = [replace(layer, output_shape=(None, None, 1)) for layer in records.architecture.layers]
    assert "any size" in words.about_network(replace(records.architecture, layers=tuple(layers)))
    assert "logarithm" in words.about_network(records.architecture)
