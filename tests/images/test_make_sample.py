"""The script that makes the sample which comes with the package."""

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from hourglass.images import load_images
from hourglass.images.arrays import load_npz


@pytest.fixture
def script() -> ModuleType:
    path = Path(__file__).parents[2] / "scripts" / "make_sample.py"
    specification = importlib.util.spec_from_file_location("make_sample", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_the_archive_has_equal_bytes_whenever_it_is_made(script, monkeypatch):
    arrays = {"x_train": np.zeros((3, 2, 2), np.uint8), "class_names": np.array(["a"])}
    first = script.archive(arrays)
    monkeypatch.setattr("time.time", lambda: 2e9)
    assert script.archive(arrays) == first


def test_as_many_of_each_class_are_drawn_without_repeats(script):
    labels = np.arange(3).repeat(10)
    drawn = script.draw(labels, 4, np.random.default_rng(0))
    assert len(set(drawn)) == 12
    assert np.bincount(labels[drawn]).tolist() == [4, 4, 4]


def test_the_sample_is_what_the_script_makes(script, real_fashion_mnist, tmp_path, monkeypatch):
    monkeypatch.setenv("HOURGLASS_DATA_DIR", str(real_fashion_mnist))
    monkeypatch.setattr(script, "location", lambda: tmp_path / "fashion-mnist-small.npz")
    assert script.main() == 0
    made = load_npz(tmp_path / "fashion-mnist-small.npz")
    assert made.fingerprint == load_images("fashion-mnist-small").fingerprint
