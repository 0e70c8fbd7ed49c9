import numpy as np
import pytest

from hourglass.evaluation import judge_collapse, judge_latents
from hourglass.seeds import generator


@pytest.fixture(scope="module")
def clean(digits):
    return digits[:400]


def test_a_perfect_reconstruction_has_all_skill_and_all_variance(clean):
    collapse = judge_collapse(clean, clean)
    assert (collapse.skill, collapse.variance) == pytest.approx((1.0, 1.0))
    assert not collapse.collapsed and collapse.cause == ""


def test_the_mean_image_has_no_skill_and_no_variance(clean):
    mean = np.broadcast_to(clean.mean(axis=0), clean.shape)
    collapse = judge_collapse(clean, mean)
    assert (collapse.skill, collapse.variance) == pytest.approx((0.0, 0.0), abs=1e-5)
    assert collapse.collapsed and "nearly the same image" in collapse.cause


@pytest.mark.parametrize(("level", "color"), [(0.0, "black"), (1.0, "white")])
def test_a_saturated_output_is_named(clean, level, color):
    collapse = judge_collapse(clean, np.full_like(clean, level))
    assert collapse.collapsed and f"every output is {color}" in collapse.cause


def test_noise_has_variance_but_no_skill(clean):
    noise = generator(0).random(clean.shape, np.float32)
    collapse = judge_collapse(clean, noise)
    assert collapse.collapsed and collapse.variance > 0.02


def test_a_blurred_reconstruction_is_no_collapse(clean):
    half = 0.5 * clean + 0.5 * clean.mean(axis=0)
    assert not judge_collapse(clean, half).collapsed


def test_latents_tell_dead_constant_and_effective_dimension():
    noise = generator(1)
    latents = np.zeros((5000, 6), np.float32)
    latents[:, :3] = noise.standard_normal((5000, 3))
    latents[:, 4] = 7.0
    health = judge_latents(latents)
    assert (health.units, health.dead, health.constant) == (6, 2, 1)
    assert health.effective_dimension == pytest.approx(3.0, abs=0.02)


def test_one_direction_is_one_dimension():
    latents = np.outer(generator(1).standard_normal(300), [3.0, 4.0]).astype(np.float32)
    assert judge_latents(latents).effective_dimension == pytest.approx(1.0, abs=1e-4)
    assert judge_latents(np.zeros((9, 2), np.float32)).dead == 2


def test_of_one_image_nothing_can_be_said(clean):
    assert judge_collapse(clean[:1], clean[:1]) is None
    same = np.broadcast_to(clean[:1], clean.shape)
    assert judge_collapse(same, same) is None


def test_outputs_that_differ_without_skill_have_a_cause_of_their_own(clean):
    noise = generator(0).random(clean.shape, np.float32)
    assert "no better than the mean image" in judge_collapse(clean, noise).cause
