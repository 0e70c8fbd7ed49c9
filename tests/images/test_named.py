"""Published data sets: where they are looked for, what is believed, how they are fetched."""

import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hourglass.errors import FetchError, WriteError
from hourglass.images import describe, fetch, load_images, named, places
from hourglass.images.idx import MNIST_FILES, TEST_IMAGES, TRAIN_IMAGES


def found_at(data_dir: Path | None = None) -> Path:
    return Path(load_images("mnist", data_dir=data_dir, offline=True).source)


def put_keras_archive(tiny_mnist, folder: Path) -> Path:
    folder.mkdir(parents=True)
    keys = ("x_train", "y_train", "x_test", "y_test")
    arrays = {key: tiny_mnist.arrays[file] for key, file in zip(keys, MNIST_FILES, strict=True)}
    np.savez(folder / "mnist.npz", **arrays)
    return folder / "mnist.npz"


def test_places_are_looked_at_in_order(tmp_path, tiny_mnist, bare_machine, monkeypatch):
    monkeypatch.setenv("HOURGLASS_DATA_DIR", str(tmp_path / "environment"))
    expected = [
        tiny_mnist.put(bare_machine / "mnist"),
        put_keras_archive(tiny_mnist, tmp_path / "keras" / "datasets"),
        tiny_mnist.put(tmp_path / "system" / "mnist"),
        tiny_mnist.put(tmp_path / "environment" / "mnist"),
        tiny_mnist.put(tmp_path / "given" / "mnist"),
    ]
    told = [Path(place.location) for place in places("mnist", tmp_path / "given") if place.found]
    assert told == expected[::-1]
    for path in told:
        assert found_at(tmp_path / "given") == path
        assert fetch("mnist", tmp_path / "given") == path
        path.rename(path.with_name("elsewhere"))


def test_the_data_folder_may_be_the_data_set_itself(tmp_path, tiny_mnist):
    folder = tiny_mnist.put(tmp_path / "mnist", packed=False)
    assert found_at(folder) == folder
    assert found_at(tmp_path) == folder


def test_the_archive_of_keras_is_hashed_as_the_files_are(tmp_path, tiny_mnist):
    from_files = load_images("mnist", data_dir=tiny_mnist.put(tmp_path / "mnist"))
    put_keras_archive(tiny_mnist, tmp_path / "keras" / "datasets")
    from_archive = load_images("mnist", offline=True)
    assert from_archive.source.endswith("mnist.npz")
    assert from_archive.fingerprint == from_files.fingerprint
    assert from_archive.train.class_names == tuple("0123456789")


def test_keras_keeps_fashion_mnist_in_a_folder(tmp_path, tiny_mnist):
    tiny_mnist.put(tmp_path / "keras" / "datasets" / "fashion-mnist")
    place = places("fashion-mnist")[1]
    assert place.location.endswith("datasets/fashion-mnist")
    assert not place.found and "SHA-256" in place.reason


@pytest.mark.parametrize("spoiled", [TRAIN_IMAGES, "t10k-labels-idx1-ubyte"])
def test_a_place_with_a_wrong_file_is_told_and_skipped(tmp_path, tiny_mnist, spoiled):
    tiny_mnist.put(tmp_path / "given" / "mnist", spoiled=spoiled)
    good = tiny_mnist.put(tmp_path / "system" / "mnist")
    first, second, *_ = places("mnist", tmp_path / "given")
    assert not first.found and second.found
    assert spoiled in first.reason
    assert tiny_mnist.publication.checksums[spoiled] in first.reason
    assert first.reason.count("SHA-256") == 1
    assert found_at(tmp_path / "given") == good


def test_a_place_that_lacks_a_file_or_holds_a_cut_one_is_told(tmp_path, tiny_mnist):
    folder = tiny_mnist.put(tmp_path / "mnist")
    path = folder / f"{TEST_IMAGES}.gz"
    path.write_bytes(path.read_bytes()[:-20])
    assert "cut" in places("mnist", tmp_path)[0].reason
    path.unlink()
    assert f"neither {TEST_IMAGES} nor" in places("mnist", tmp_path)[0].reason


@pytest.mark.usefixtures("tiny_mnist")
def test_offline_nothing_is_asked_for_and_every_place_is_told(tmp_path, mirror):
    with pytest.raises(FetchError) as caught:
        load_images("mnist", data_dir=tmp_path / "given", offline=True)
    told = str(caught.value)
    for place in ("given/mnist", "system/mnist", "keras/datasets/mnist.npz", "cache/mnist"):
        assert f"{tmp_path}/{place}" in told
    assert "it does not exist" in told and "offline" in told
    assert "`hourglass data fetch mnist`" in told and "--data-dir" in told
    assert "apt-get" not in told
    assert mirror.asked == []


def test_the_package_that_would_help_is_named(bare_machine):
    with pytest.raises(FetchError, match="`apt-get install dataset-fashion-mnist`"):
        load_images("fashion-mnist", offline=True)
    assert not bare_machine.exists()


def test_what_is_fetched_is_kept(tiny_mnist, bare_machine, mirror):
    tiny_mnist.put(mirror.folder)
    heard: dict[str, int] = {}

    def hear(file: str, count: int) -> None:
        heard[file] = heard.get(file, 0) + count

    assert fetch("mnist", progress=hear) == bare_machine / "mnist"
    assert heard == {file: (mirror.folder / f"{file}.gz").stat().st_size for file in MNIST_FILES}
    assert len(mirror.asked) == 4
    assert np.array_equal(
        load_images("mnist").train.pixels[..., 0], tiny_mnist.arrays[TRAIN_IMAGES]
    )
    assert len(mirror.asked) == 4


def test_loading_fetches_what_is_missing_and_mends_what_is_spoiled(
    tiny_mnist, bare_machine, mirror
):
    tiny_mnist.put(mirror.folder)
    cache = tiny_mnist.put(bare_machine / "mnist", spoiled=TRAIN_IMAGES)
    (cache / f"{TEST_IMAGES}.gz").unlink()
    load_images("mnist")
    assert sorted(mirror.asked) == [f"/{TEST_IMAGES}.gz", f"/{TRAIN_IMAGES}.gz"]
    assert found_at() == cache


def test_a_download_with_a_wrong_checksum_leaves_nothing(tiny_mnist, bare_machine, mirror):
    tiny_mnist.put(mirror.folder, spoiled=TRAIN_IMAGES)
    with pytest.raises(FetchError, match="not the published train-images") as caught:
        load_images("mnist")
    assert tiny_mnist.publication.checksums[TRAIN_IMAGES] in str(caught.value)
    assert mirror.url in str(caught.value)
    assert not list(bare_machine.rglob("*"))


def test_a_spoiled_cache_survives_a_failed_download(tiny_mnist, bare_machine, mirror):
    cache = tiny_mnist.put(bare_machine / "mnist", spoiled=TRAIN_IMAGES)
    before = sorted(path.name for path in cache.iterdir())
    with pytest.raises(FetchError, match="404"):
        load_images("mnist")
    assert mirror.asked == [f"/{TRAIN_IMAGES}.gz"]
    assert sorted(path.name for path in cache.iterdir()) == before


def test_an_answer_that_never_ends_is_given_up(tiny_mnist, bare_machine, mirror, monkeypatch):
    monkeypatch.setattr("hourglass.images.download._MOST_BYTES", 50)
    tiny_mnist.put(mirror.folder)
    with pytest.raises(FetchError, match="more than 50 bytes"):
        load_images("mnist")
    assert not list(bare_machine.rglob("*"))


def test_a_bomb_is_not_decompressed(tiny_mnist, bare_machine, mirror):
    tiny_mnist.put(mirror.folder)
    (mirror.folder / f"{TRAIN_IMAGES}.gz").write_bytes(
        gzip.compress(tiny_mnist.contents[TRAIN_IMAGES] + bytes(10_000_000))
    )
    with pytest.raises(FetchError, match="holds more"):
        load_images("mnist")
    assert not list(bare_machine.rglob("*"))


@pytest.mark.usefixtures("tiny_mnist")
def test_a_mirror_that_does_not_answer_is_told(monkeypatch):
    monkeypatch.setenv("HOURGLASS_MIRROR_MNIST", "http://127.0.0.1:9/")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(FetchError, match=r"downloading failed: http://127\.0\.0\.1:9/train"):
        load_images("mnist")


def test_a_second_mirror_is_asked_after_the_first(tiny_mnist, mirror, monkeypatch):
    tiny_mnist.put(mirror.folder / "second")
    monkeypatch.delenv("HOURGLASS_MIRROR_MNIST")
    mirrors = (f"{mirror.url}first", f"{mirror.url}second/")
    monkeypatch.setattr(named, "MNIST", replace(tiny_mnist.publication, mirrors=mirrors))
    load_images("mnist")
    assert mirror.asked[:2] == [f"/first/{TRAIN_IMAGES}.gz", f"/second/{TRAIN_IMAGES}.gz"]


def test_a_cache_that_cannot_be_written_is_told(tmp_path, tiny_mnist, mirror, monkeypatch):
    tiny_mnist.put(mirror.folder)
    (tmp_path / "file").touch()
    monkeypatch.setenv("HOURGLASS_CACHE_DIR", str(tmp_path / "file"))
    with pytest.raises(WriteError):
        load_images("mnist")


def test_the_real_mnist_is_what_was_published(real_mnist):
    facts = describe("mnist", real_mnist, offline=True)
    assert facts.images == {"train": 60_000, "test": 10_000}
    assert facts.source == str(real_mnist / "mnist")


def test_the_real_fashion_mnist_is_what_was_published(real_fashion_mnist):
    data_set = load_images("fashion-mnist", data_dir=real_fashion_mnist, offline=True)
    assert data_set.train.class_names[data_set.train.labels[0]] == "Ankle boot"
    assert data_set.source == str(real_fashion_mnist)
