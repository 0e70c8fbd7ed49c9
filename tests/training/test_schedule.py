import keras
import numpy as np
import pytest

from hourglass.records import SCHEDULES, resolve


def rates(name: str, steps: int) -> np.ndarray:
    schedule = resolve("schedule", SCHEDULES, name)(0.5, steps)
    return np.array([float(schedule(step)) for step in range(steps)])


@pytest.mark.parametrize("name", sorted(SCHEDULES))
@pytest.mark.parametrize("steps", [1, 2, 7, 400])
def test_a_rate_is_never_above_its_peak_nor_below_zero(name, steps):
    found = rates(name, steps)
    assert found.max() <= 0.5 + 1e-7 and found.min() >= 0.0
    assert found[0] > 0.0


def test_cosine_climbs_then_falls_to_zero():
    found = rates("cosine", 400)
    assert found[19] == pytest.approx(0.5)
    assert (np.diff(found[:20]) > 0).all() and (np.diff(found[20:]) < 0).all()
    assert found[-1] == pytest.approx(0.0, abs=1e-7)
    # Half of the way down, half of the rate.
    assert found[19 + 190] == pytest.approx(0.25, abs=1e-3)


def test_constant_is_constant():
    assert set(rates("constant", 9)) == {0.5}


@pytest.mark.parametrize("name", sorted(SCHEDULES))
def test_keras_can_build_a_schedule_again(name):
    schedule = resolve("schedule", SCHEDULES, name)(0.5, 30)
    copy = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(schedule))
    assert float(copy(7)) == float(schedule(7))
