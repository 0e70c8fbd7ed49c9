"""From a name or a path to images, and what is told about them."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import hourglass.images
from hourglass.errors import ConfigurationError, DataError, MissingPathError
from hourglass.images import DataFacts, DataSet, describe, fetch, load_images, load_splits, places
from hourglass.images.sample import location
from hourglass.records import DATA_SETS


def test_the_room_names_what_it_has():
    names = hourglass.images.__all__
    assert len(set(names)) == len(names)
    assert all(hasattr(hourglass.images, name) for name in names)


@pytest.mark.usefixtures("bare_machine")
@pytest.mark.parametrize("name", ["digits", "fashion-mnist-small"])
def test_what_is_installed_needs_no_network(name):
    data_set = load_images(name, offline=True)
    assert isinstance(data_set, DataSet) and data_set.name == name
    (place,) = places(name)
    assert place.found and Path(place.location) == fetch(name) == Path(data_set.source)


@pytest.mark.usefixtures("bare_machine")
@pytest.mark.parametrize("name", DATA_SETS)
def test_every_name_has_places(name):
    assert places(name)


def test_digits_are_scaled_to_white():
    train = load_images("digits").train
    assert len(train) == 1797 and train.shape == (8, 8, 1)
    assert train.dtype == np.uint8 and train.pixels.max() == 255
    assert set(np.unique(train.pixels)) == {round(value * 255 / 16) for value in range(17)}


def test_the_sample_has_as_many_of_each_class():
    data_set = load_images("fashion-mnist-small")
    assert np.bincount(data_set.train.labels).tolist() == [800] * 10
    assert np.bincount(data_set.test.labels).tolist() == [200] * 10
    assert data_set.train.class_names[0] == "T-shirt/top"
    assert location().stat().st_size <= 5_000_000
    assert "Zalando SE" in location().with_name("LICENSE").read_text()


def test_a_damaged_installation_is_told(monkeypatch):
    monkeypatch.setattr("hourglass.images.sample.FINGERPRINT", "0" * 64)
    with pytest.raises(DataError, match="Install hourglass-autoencoders again"):
        load_images("fashion-mnist-small")


def test_splits_of_a_name_follow_from_the_seed():
    first, again = (
        load_splits("fashion-mnist-small", seed=7),
        load_splits("fashion-mnist-small", seed=7),
    )
    assert first.split_hash == again.split_hash
    assert (len(first.train), len(first.validation), len(first.test)) == (7200, 800, 2000)
    assert np.bincount(first.validation.labels).tolist() == [80] * 10


def test_a_home_path_is_expanded(tmp_path, pixels, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    np.save(tmp_path / "data.npy", pixels)
    assert len(load_images("~/data.npy").train) == 12


def test_a_name_goes_before_a_path(tmp_path, pixels, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "digits").mkdir()
    np.save(tmp_path / "plain", pixels)
    assert len(load_images("digits").train) == 1797
    for path in ("./digits", Path("digits")):
        with pytest.raises(DataError, match="no image files"):
            load_images(path)
    assert len(load_images("plain.npy").train) == 12


@pytest.mark.parametrize("path", ["nothing/here", "nothing.npz", "~no-such-user", "./nothing"])
def test_a_path_that_is_not_there_is_told(path):
    with pytest.raises(MissingPathError, match=f"no file or folder {path}"):
        load_images(path)


def test_a_misspelled_name_is_answered_with_the_nearest():
    with pytest.raises(ConfigurationError, match=r"Did you mean 'fashion-mnist'.*digits"):
        load_images("fashion-mnst")
    for function in (places, fetch):
        with pytest.raises(ConfigurationError, match="Did you mean 'digits'"):
            function("digit")


def test_a_single_image_is_refused_with_advice(tmp_path, pixels, save):
    path = save(tmp_path / "a.png", pixels[0])
    with pytest.raises(DataError, match=r"single image. Give the folder"):
        load_images(str(path))


def test_any_other_file_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("hello, these are my notes")
    with pytest.raises(DataError, match=r"notes\.txt"):
        load_images(str(tmp_path / "notes.txt"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DataError, match="neither a file nor a folder"):
        load_images(tmp_path / "pipe")


def test_a_name_too_long_for_the_system_is_refused():
    with pytest.raises(DataError, match="could not be read"):
        load_images("x" * 5000 + ".npz")


def test_facts_tell_a_data_set_in_a_few_lines(tmp_path, pixels):
    path = tmp_path / "data.npz"
    np.savez(path, x_train=pixels[:9], y_train=[0, 2, 4] * 3, x_test=pixels[9:])
    facts = describe(str(path))
    assert facts == DataFacts(
        name="data",
        images={"train": 9, "test": 3},
        image_shape=(6, 5, 1),
        dtype="uint8",
        classes=("0", "2", "4"),
        fingerprint=load_images(str(path)).fingerprint,
        source=str(path),
        bytes=12 * 6 * 5,
    )


def test_facts_without_labels_have_no_classes(tmp_path, pixels):
    np.save(tmp_path / "data.npy", pixels)
    assert describe(str(tmp_path / "data.npy")).classes == ()


def test_the_room_is_entered_without_anything_heavy():
    script = "import sys, hourglass.images; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    heavy = {"keras", "tensorflow", "matplotlib", "sklearn", "scipy", "pooch", "requests"}
    assert not heavy & set(done.stdout.split())
