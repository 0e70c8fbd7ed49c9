"""Splits: without overlap, complete, repeatable, stratified."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hourglass.errors import DataError, ImageShapeError
from hourglass.images import ArrayImages, DataSet, Splits, split_images


def numbered(count: int, start: int = 0, labels: list[int] | None = None) -> ArrayImages:
    """Return images whose single pixel is their number, so that each can be followed."""
    pixels = np.arange(start, start + count, dtype=np.uint16).reshape(-1, 1, 1, 1)
    return ArrayImages(pixels, labels)


def numbers(images) -> list[int]:
    return images.pixels.ravel().tolist()


def split_numbers(splits: Splits) -> list[list[int]]:
    return [numbers(part) for part in (splits.train, splits.validation, splits.test)]


@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(3, 60),
    classes=st.integers(0, 7),
    official=st.sampled_from(["", "validation", "test", "both"]),
    seed=st.integers(0, 2**40),
)
def test_splits_are_disjoint_complete_and_repeatable(count, classes, official, seed):
    chance = np.random.default_rng(count)
    labels = chance.integers(0, classes, count) if classes else None
    data_set = DataSet(
        name="numbers",
        train=numbered(count, labels=labels),
        validation=numbered(5, 1000) if official in ("validation", "both") else None,
        test=numbered(4, 2000) if official in ("test", "both") else None,
    )
    splits = split_images(data_set, seed)
    train, validation, test = split_numbers(splits)
    everything = [number for part in data_set.parts.values() for number in numbers(part)]
    assert sorted(train + validation + test) == everything
    assert train and validation and test
    again = split_images(data_set, seed)
    assert split_numbers(again) == [train, validation, test]
    assert again.split_hash == splits.split_hash
    assert again.fingerprint == splits.fingerprint == data_set.fingerprint


@settings(max_examples=25, deadline=None)
@given(members=st.lists(st.integers(20, 60), min_size=2, max_size=5), seed=st.integers(0, 1000))
def test_every_class_is_split_alike(members, seed):
    labels = [label for label, count in enumerate(members) for _ in range(count)]
    splits = split_images(DataSet(name="n", train=numbered(len(labels), labels=labels)), seed)
    for label, count in enumerate(members):
        for held in (splits.validation, splits.test):
            assert abs((held.labels == label).sum() - count / 10) <= 1


def test_a_single_set_is_split_80_10_10():
    splits = split_images(DataSet(name="n", train=numbered(100)), 0)
    assert [len(part) for part in split_numbers(splits)] == [80, 10, 10]


def test_official_splits_stay_as_they_are():
    data_set = DataSet(
        name="n", train=numbered(4), validation=numbered(3, 10), test=numbered(2, 20)
    )
    splits = split_images(data_set, 5)
    assert splits.train is data_set.train
    assert splits.validation is data_set.validation
    assert splits.test is data_set.test
    assert splits.split_hash == split_images(data_set, 6).split_hash


def test_validation_is_a_tenth_of_training_where_only_a_test_is_official():
    splits = split_images(DataSet(name="n", train=numbered(50), test=numbered(7, 100)), 0)
    assert [len(part) for part in split_numbers(splits)] == [45, 5, 7]
    assert splits.test.pixels.min() == 100


def test_test_is_a_tenth_of_training_where_only_a_validation_is_official():
    splits = split_images(DataSet(name="n", train=numbered(50), validation=numbered(7, 100)), 0)
    assert [len(part) for part in split_numbers(splits)] == [45, 7, 5]
    assert splits.validation.pixels.min() == 100


def test_another_seed_draws_other_splits_of_the_same_data():
    data_set = DataSet(name="n", train=numbered(100))
    first, second = split_images(data_set, 1), split_images(data_set, 2)
    assert first.split_hash != second.split_hash
    assert first.fingerprint == second.fingerprint


def test_the_hash_tells_where_positions_come_from():
    whole = DataSet(name="n", train=numbered(4), validation=numbered(4, 9), test=numbered(1, 20))
    other = DataSet(name="n", train=numbered(4), validation=numbered(1, 9), test=numbered(4, 20))
    assert split_images(whole, 0).split_hash != split_images(other, 0).split_hash


@pytest.mark.parametrize("labels", [[0, 0, 0, 1], [0, 1, 2, 3], [0, 0, 1, 1]])
def test_classes_too_small_to_stratify_are_split_without_strata(labels):
    splits = split_images(DataSet(name="n", train=numbered(4, labels=labels)), 0)
    assert [len(part) for part in split_numbers(splits)] == [2, 1, 1]


@pytest.mark.parametrize("count", [1, 2])
def test_too_few_images_are_refused_with_the_number_needed(count):
    with pytest.raises(DataError, match=f"At least 3 training images.*n has {count}"):
        split_images(DataSet(name="n", train=numbered(count)), 0)


def test_one_training_image_beside_a_test_is_refused():
    with pytest.raises(DataError, match="At least 2 training images are needed, because 1 more"):
        split_images(DataSet(name="n", train=numbered(1), test=numbered(5)), 0)


def test_official_splits_of_different_size_are_refused():
    with pytest.raises(ImageShapeError, match=r"train \(1, 1, 1\), test \(2, 2, 1\)"):
        DataSet(name="n", train=numbered(2), test=ArrayImages(np.zeros((1, 2, 2, 1), np.uint8)))
