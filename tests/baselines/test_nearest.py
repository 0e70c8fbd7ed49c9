import numpy as np

from hourglass.baselines import Pairs, count_copies, look_up
from hourglass.baselines import nearest as module


def test_the_nearest_training_image_is_found(digits, monkeypatch):
    monkeypatch.setattr(module, "_DISTANCES_AT_A_TIME", 5000)
    training = Pairs(digits[:1000] * 0.5, digits[:1000])
    seen = digits[1000:1100]
    rows, known = (images.reshape(len(images), -1) for images in (seen, training.clean))
    distances = ((rows[:, None] - known[None]) ** 2).sum(axis=2)
    found = look_up(seen, training)
    assert np.array_equal(found, training.clean[distances.argmin(axis=1)])


def test_copies_are_counted(digits):
    training = Pairs(digits[:500], digits[:500])
    split = np.concatenate([digits[490:500], digits[700:710], digits[3:4]])
    assert count_copies(split, training) == 11
