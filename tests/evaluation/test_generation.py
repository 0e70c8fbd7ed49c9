"""Made images beside real ones."""

import numpy as np
import pytest

from hourglass.evaluation import precision_and_recall
from hourglass.seeds import generator


def images(count, seed, shift=0.0, spread=1.0):
    return (shift + spread * generator(seed).normal(size=(count, 2, 2, 1))).astype(np.float32)


def test_images_of_one_kind_are_among_each_other():
    precision, recall = precision_and_recall(images(300, 0), images(300, 1))
    assert 0.6 < precision < 1.0 and 0.6 < recall < 1.0
    assert precision_and_recall(images(50, 0), images(50, 0)) == (1.0, 1.0)


def test_what_is_made_elsewhere_is_neither_among_real_ones_nor_covers_them():
    assert precision_and_recall(images(100, 0), images(100, 1, shift=50.0)) == (0.0, 0.0)


def test_a_maker_of_few_kinds_has_precision_and_no_recall():
    precision, recall = precision_and_recall(images(300, 0), images(300, 1, spread=0.05))
    assert precision > 0.95 and recall < 0.1


def test_a_maker_of_anything_has_recall_and_no_precision():
    precision, recall = precision_and_recall(images(300, 0), images(300, 1, spread=20.0))
    assert precision < 0.1 and recall > 0.5


@pytest.mark.parametrize("count", [2, 3])
def test_few_images_have_the_neighbors_that_there_are(count):
    assert precision_and_recall(images(count, 0), images(count, 0)) == (1.0, 1.0)
