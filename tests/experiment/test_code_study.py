"""Autoencoders beside variational ones, on digits."""

import numpy as np
import pytest

from hourglass.bundles import load_model
from hourglass.errors import ConfigurationError
from hourglass.evaluation import divergences
from hourglass.experiment import run_group
from hourglass.experiment.code_study import study_codes
from hourglass.images import load_splits
from hourglass.inference import decode, encode_gaussian
from hourglass.records import GroupPlan

GROUP = """# Codes of digits
story = "ae-vs-vae"
data = "digits"
network = "dense"
units = [48]
code_activation = "linear"
latent_dim = 2
epochs = 30
learning_rate = 0.01

[[run]]
name = "ae-2"

[[run]]
name = "vae-2"
objective = "variational"
"""


@pytest.fixture(scope="module")
def group(tmp_path_factory):
    folder = tmp_path_factory.mktemp("codes")
    (folder / "codes.toml").write_text(GROUP)
    return run_group(GroupPlan.from_toml(folder / "codes.toml"), folder / "group")


def test_runs_with_codes_of_one_size_share_a_space(group, finished):
    (space,) = group.read_record().codes
    assert (space.data, space.latent_dim, space.images) == ("digits", 2, 180)
    assert [(spread.run, spread.kind) for spread in space.spreads] == [
        ("ae-2", "autoencoder"),
        ("vae-2", "variational"),
    ]
    assert space.ends[0].startswith("test image 0")
    runs = [finished("variational"), finished("autoencoder")]
    four, sixteen = study_codes(runs).spaces
    assert (four.latent_dim, sixteen.latent_dim) == (4, 16)
    assert [spread.kind for spread in four.spreads] == ["variational"]
    assert four.spreads[0].plane is None and four.makers == ("variational", "PCA")


def test_codes_lie_near_the_normal_where_that_was_paid_for(group):
    plain, variational = group.read_record().codes[0].spreads
    assert 0.75 < variational.least_deviation <= variational.greatest_deviation < 1.7
    assert np.allclose(variational.plane, [(-1.834, 1.834)] * 2, atol=1e-3)
    assert plain.plane[0][0] < plain.plane[0][1]


def test_random_codes_are_codes_like_others_where_the_prior_was_paid_for(group):
    space = group.read_record().codes[0]
    prior, stray = (space.codes(run, "standard normal") for run in ("vae-2", "ae-2"))
    assert min(prior.precision, prior.recall) > 0.6
    assert prior.precision + prior.recall > stray.precision + stray.recall + 0.1
    known = [space.codes(maker, "training images") for maker in space.makers]
    assert min(min(codes.precision, codes.recall) for codes in known) > 0.6
    assert space.makers == ("ae-2", "vae-2", "PCA")
    assert space.codes("PCA", "standard normal") is None and space.spread("PCA") is None


def test_the_pictures_are_what_the_models_decode(group):
    pictures = group.read_pictures()
    assert pictures["0/plane/vae-2"].shape == (225, 8, 8, 1)
    assert pictures["0/between/ae-2"].shape == pictures["0/between/mix of pixels"].shape
    model, _ = load_model(group.run("vae-2").model)
    drawn = pictures["0/random/vae-2, standard normal"]
    assert np.allclose(drawn[0], model.sample(180, seed=0)[0], atol=1e-5)
    corner = decode(model, np.array([[-1.834, 1.834]], np.float32))
    assert np.abs(pictures["0/plane/vae-2"][0] - corner).max() < 1e-3


def test_the_scores_of_a_variational_run_have_its_price(group):
    run = group.run("vae-2")
    found = run.read_scores().variational
    model, _ = load_model(run.model)
    test = load_splits("digits", seed=0).test.read_all()
    costs = divergences(*encode_gaussian(model, test)).mean(axis=0)
    assert found.divergence_by_unit == pytest.approx(costs.tolist(), rel=1e-4)
    assert found.split == "test" and found.elbo < found.bound.bound
    assert group.run("ae-2").read_scores().variational is None


def test_the_report_tells_the_difference(group):
    page = group.report.read_text(encoding="utf-8")
    for words in ("What the codes are", "vae-2 pays", "Between two images", "Random codes of PCA"):
        assert words in page
    assert (group.figures / "plane-1-2.png").is_file()
    assert (group.figures / "random-1.png").is_file()
    run = (group.run("vae-2").path / "report.html").read_text(encoding="utf-8")
    assert "What the code costs" in run and "evidence lower bound" in run


def test_a_run_without_a_code_is_refused(finished):
    with pytest.raises(ConfigurationError, match="which has no code"):
        study_codes([finished("denoiser")])
