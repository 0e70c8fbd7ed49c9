"""Latents of many images: what a file holds, and what an interruption leaves."""

import errno
import itertools
import os
import shutil

import numpy as np
import pytest
from PIL import Image

from faults import Disk
from hourglass.bundles import load_model
from hourglass.errors import (
    BusyError,
    ConfigurationError,
    DataError,
    MissingPathError,
    OutputExistsError,
    WriteError,
)
from hourglass.experiment import EmbedOptions, embed_images, embed_parts
from hourglass.files import locked
from hourglass.images import decode_thumbnail, read_image_file, write_image_file
from hourglass.inference import encode, encode_gaussian
from hourglass.records import FolderOptions
from hourglass.runs import LATENTS_FORMATS, parts_folder, read_latents
from latents import latent_run, write_digits

IMAGES = 22
PART = 6


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return latent_run(tmp_path_factory.mktemp("run"))


@pytest.fixture
def given(tmp_path, digits):
    return write_digits(tmp_path / "in", digits, IMAGES)


@pytest.fixture
def encoded(monkeypatch):
    """Return a list of how many images were encoded each time; parts have six of them."""
    counts = []

    def count(model, images):
        counts.append(len(images))
        return encode(model, images)

    monkeypatch.setattr("hourglass.experiment.embed_parts.encode", count)
    monkeypatch.setattr("hourglass.experiment.embed.images_in_a_part", lambda numbers: PART)
    return counts


def expected(run, folder):
    model, _ = load_model(run.model)
    files = sorted(folder.rglob("*.png"))
    images = np.stack([read_image_file(file) for file in files])
    return [file.relative_to(folder).as_posix() for file in files], encode(model, images)


@pytest.mark.parametrize("suffix", sorted(LATENTS_FORMATS))
def test_every_image_has_its_latent_path_and_label(run, given, encoded, suffix, tmp_path):
    output = tmp_path / f"l{suffix}"
    done = embed_images(run, [given], output)
    names, latents = expected(run, given)
    facts, rows = read_latents(output)
    assert list(rows.paths) == names
    assert np.abs(rows.latents - latents).max() < 1e-5
    assert rows.ids.tolist() == list(range(IMAGES))
    assert set(rows.labels) == {"even", "odd"}
    assert (done.encoded, done.facts, facts.rows, facts.failed) == (IMAGES, facts, IMAGES, 0)
    assert sum(encoded) == IMAGES
    assert not parts_folder(output).exists()
    assert (rows.thumbnails is not None) == (suffix == ".parquet")


def test_thumbnails_are_the_images(run, given, tmp_path):
    embed_images(run, [given], tmp_path / "l.npz", options=EmbedOptions(thumbnails=True))
    _, rows = read_latents(tmp_path / "l.npz")
    for path, picture in zip(rows.paths, rows.thumbnails, strict=True):
        assert np.allclose(decode_thumbnail(picture), read_image_file(given / path), atol=1e-6)


def test_a_finished_file_is_left_alone(run, given, encoded, tmp_path):
    output = tmp_path / "l.npz"
    embed_images(run, [given], output)
    before, moment = output.read_bytes(), output.stat().st_mtime_ns
    encoded.clear()
    done = embed_images(run, [given], output)
    assert (done.done_before, done.encoded, encoded) == (True, 0, [])
    assert (output.read_bytes(), output.stat().st_mtime_ns) == (before, moment)


def test_a_file_of_other_images_or_another_model_is_not_replaced(run, given, tmp_path, digits):
    output = tmp_path / "l.npz"
    embed_images(run, [given], output)
    before = output.read_bytes()
    other = latent_run(tmp_path / "other", seed=1)
    for words in ({"run": other}, {"options": EmbedOptions(map="pca")}):
        asked = {"run": run, "inputs": [given], "output": output} | words
        with pytest.raises(OutputExistsError, match="made of other images"):
            embed_images(**asked)
    write_image_file(given / "more.png", digits[99])
    with pytest.raises(OutputExistsError):
        embed_images(run, [given], output)
    assert output.read_bytes() == before


class Killed(BaseException):
    """Not an error that anyone catches."""


def kill():
    raise Killed


@pytest.mark.parametrize(
    ("suffix", "fail"),
    [(".npz", errno.ENOSPC), (".csv", kill), (".parquet", errno.ENOSPC), (".parquet", kill)],
    ids=["npz-full", "csv-killed", "parquet-full", "parquet-killed"],
)
def test_a_command_that_was_stopped_goes_on_and_does_nothing_twice(
    run, given, encoded, suffix, fail, tmp_path, monkeypatch
):
    options, loaded = EmbedOptions(map="pca"), load_model(run.model)
    # It is the same each time, and takes longer than all the rest.
    monkeypatch.setattr("hourglass.experiment.embed.load_latent_model", lambda run: loaded)
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    whole = tmp_path / "whole" / f"l{suffix}"
    embed_images(run, [given], whole, options=options)
    output = tmp_path / "cut" / f"l{suffix}"
    for steps in itertools.count(1, 5):
        shutil.rmtree(output.parent, ignore_errors=True)
        encoded.clear()
        finished = attempt(steps, fail, lambda: embed_images(run, [given], output, options=options))
        assert finished or not output.exists() or output.read_bytes() == whole.read_bytes()
        done = embed_images(run, [given], output, options=options)
        # A part is lost at most, that in which it was stopped.
        assert sum(encoded) <= IMAGES + PART, steps
        assert done.facts.rows == IMAGES
        assert files(output.parent) == files(whole.parent)
        if finished:
            break
    assert steps > 40


def attempt(steps, fail, act):
    """Act on a disk with room for a number of steps, and tell whether they were enough."""
    with pytest.MonkeyPatch.context() as patch:
        Disk(steps, fail).limit(patch)
        try:
            act()
        except (WriteError, Killed):
            return False
    return True


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_part_that_is_done_is_not_encoded_again(run, given, encoded, monkeypatch, tmp_path):
    output = tmp_path / "l.npz"
    written = embed_parts.LatentsPart

    def stop_after(number):
        counted = []

        def part(**fields):
            counted.append(1)
            if len(counted) > number:
                raise KeyboardInterrupt
            return written(**fields)

        return part

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(embed_parts, "LatentsPart", stop_after(2))
        embed_images(run, [given], output)
    assert sum(encoded) == 3 * PART
    encoded.clear()
    done = embed_images(run, [given], output)
    assert (sum(encoded), done.encoded) == (IMAGES - 2 * PART, IMAGES - 2 * PART)


def stopped(run, given, output, options, monkeypatch):
    """Leave all parts and no result."""

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("hourglass.experiment.embed._write", stop)
        embed_images(run, [given], output, options=options)


def test_parts_of_files_that_changed_meanwhile_are_not_used(run, monkeypatch, tmp_path, digits):
    # Bitmaps of one size have one length, whatever is on them.
    for number in range(3):
        put_bitmap(tmp_path / "in" / f"{number}.bmp", digits[number])
    output = tmp_path / "l.npz"
    stopped(run, tmp_path / "in", output, EmbedOptions(), monkeypatch)
    put_bitmap(tmp_path / "in" / "1.bmp", digits[50])
    assert embed_images(run, [tmp_path / "in"], output).encoded == 3
    model, _ = load_model(run.model)
    latents = encode(model, digits[[0, 50, 2]])
    # Digits have 17 levels, and files 256.
    assert np.abs(read_latents(output)[1].latents - latents).max() < 0.05


def put_bitmap(path, image):
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(np.rint(image[..., 0] * 255).astype(np.uint8)).save(path)


def test_a_damaged_part_is_made_again(run, given, encoded, monkeypatch, tmp_path):
    output = tmp_path / "l.npz"
    stopped(run, given, output, EmbedOptions(), monkeypatch)
    part = parts_folder(output) / "00001.npz"
    part.write_bytes(part.read_bytes()[:-40])
    encoded.clear()
    embed_images(run, [given], output)
    assert encoded == [PART]


def test_files_that_cannot_be_read_are_named_and_the_others_done(run, given, encoded, tmp_path):
    (given / "even" / "004.png").write_bytes(b"no image")
    write_image_file(given / "odd" / "005.png", np.zeros((9, 8, 1), np.float32))
    write_image_file(given / "odd" / "007.png", np.zeros((8, 8, 3), np.float32))
    content = (given / "odd" / "009.png").read_bytes()
    (given / "odd" / "009.png").write_bytes(content[: len(content) // 2])
    told = []
    done = embed_images(run, [given], tmp_path / "l.npz", tell=told.append)
    _, rows = read_latents(tmp_path / "l.npz")
    assert (done.facts.failed, len(rows), sum(encoded)) == (4, IMAGES - 4, IMAGES - 4)
    bad = ["even/004.png", "odd/005.png", "odd/007.png", "odd/009.png"]
    assert sorted(done.facts.reasons) == bad
    assert all(name in line for name, line in zip(bad, told, strict=True))
    assert "takes images of height 8, width 8 and 1 channels" in told[1]
    missing = sorted(set(range(IMAGES)) - set(rows.ids.tolist()))
    assert missing == [2, 13, 14, 15]
    again = []
    embed_images(run, [given], tmp_path / "l.npz", tell=again.append)
    assert again == told


def test_no_image_at_all_is_an_error(run, tmp_path):
    (tmp_path / "a.png").write_bytes(b"no image")
    with pytest.raises(DataError, match="None of 1 images can be read"):
        embed_images(run, [tmp_path / "a.png"], tmp_path / "l.npz")
    assert not (tmp_path / "l.npz").exists()


def test_images_are_brought_to_the_form_that_training_had(tmp_path):
    run = latent_run(tmp_path / "run", folder=FolderOptions(resize=8, color="gray"))
    write_image_file(tmp_path / "a.png", np.full((20, 30, 3), 0.5, np.float32))
    embed_images(run, [tmp_path / "a.png"], tmp_path / "l.npz")
    facts, rows = read_latents(tmp_path / "l.npz")
    model, _ = load_model(run.model)
    half = np.full((1, 8, 8, 1), 128 / 255, np.float32)
    assert np.abs(rows.latents - encode(model, half)).max() < 1e-5
    assert (facts.request.resize, facts.request.color) == ("8", "gray")


def test_a_variational_model_gives_its_means(tmp_path, given):
    run = latent_run(tmp_path / "run", objective="variational")
    embed_images(run, [given / "even" / "000.png"], tmp_path / "l.npz")
    model, _ = load_model(run.model)
    mean, _ = encode_gaussian(model, read_image_file(given / "even" / "000.png")[None])
    assert np.abs(read_latents(tmp_path / "l.npz")[1].latents - mean).max() < 1e-5


def test_a_data_set_gives_its_splits_and_classes(run, tmp_path):
    done = embed_images(run, [], tmp_path / "l.npz", data="digits", split="test")
    _, rows = read_latents(tmp_path / "l.npz")
    assert done.facts.request.images == "digits (test)" and len(rows) == 180
    assert rows.paths[0] == "digits/test/000000" and set(rows.labels) == set("0123456789")
    everything = embed_images(run, [], tmp_path / "all.npz", data="digits", split="all")
    assert everything.facts.rows == 1797


@pytest.mark.parametrize("kind", ["pca", "tsne"])
def test_new_images_are_placed_on_a_map_that_was_kept(run, given, tmp_path, kind):
    whole = embed_images(run, [given], tmp_path / "l.npz", options=EmbedOptions(map=kind))
    on_map = EmbedOptions(on_map=tmp_path / "l.map.npz")
    embed_images(run, [given / "odd"], tmp_path / "odd.npz", options=on_map)
    assert whole.map_file == str(tmp_path / "l.map.npz")
    _, all_rows = read_latents(tmp_path / "l.npz")
    _, odd = read_latents(tmp_path / "odd.npz")
    tolerance = 1e-3 * float(np.ptp(all_rows.places))
    known = dict(zip(all_rows.paths, all_rows.places, strict=True))
    for path, place in zip(odd.paths, odd.places, strict=True):
        assert place == pytest.approx(known[f"odd/{path}"], abs=tolerance)
    assert not (tmp_path / "odd.map.npz").exists()


def test_a_map_of_another_model_is_refused(run, given, tmp_path):
    embed_images(run, [given], tmp_path / "l.npz", options=EmbedOptions(map="pca"))
    other = latent_run(tmp_path / "other", seed=1)
    on_map = EmbedOptions(on_map=tmp_path / "l.map.npz")
    with pytest.raises(ConfigurationError, match="another model"):
        embed_images(other, [given], tmp_path / "m.npz", options=on_map)
    (tmp_path / "bad.map.npz").write_bytes(b"no map")
    with pytest.raises(DataError, match="does not hold a map of latents"):
        bad = EmbedOptions(on_map=tmp_path / "bad.map.npz")
        embed_images(run, [given], tmp_path / "m.npz", options=bad)


@pytest.mark.parametrize("name", ["l.csv.json", "l.map.npz"])
def test_files_of_others_beside_the_output_are_not_replaced(run, given, tmp_path, name):
    (tmp_path / name).write_bytes(b"mine")
    with pytest.raises(OutputExistsError, match=name):
        embed_images(run, [given], tmp_path / "l.csv", options=EmbedOptions(map="pca"))
    assert (tmp_path / name).read_bytes() == b"mine"


def test_what_cannot_be_asked_is_refused_in_words(run, given, untrained, tmp_path):
    output = tmp_path / "l.npz"
    denoiser = untrained(tmp_path / "denoiser", "gaussian:0.2")
    for words, error, told in (
        ({"run": denoiser}, ConfigurationError, "hourglass train --data digits"),
        ({"inputs": []}, ConfigurationError, "--data"),
        ({"data": "digits"}, ConfigurationError, "not both"),
        ({"inputs": [tmp_path / "none"]}, MissingPathError, "There is no file or folder"),
        ({"output": tmp_path / "l.txt"}, ConfigurationError, "ends in"),
        (
            {"options": EmbedOptions(map="pca", on_map=output)},
            ConfigurationError,
            "Give one of them",
        ),
        ({"inputs": [], "data": "fashion-mnist-small"}, DataError, r"takes \(8, 8, 1\)"),
    ):
        asked = {"run": run, "inputs": [given], "output": output} | words
        with pytest.raises(error, match=told):
            embed_images(**asked)
    assert not output.exists()


def test_two_commands_do_not_write_one_file(run, given, tmp_path):
    with locked(tmp_path / ".l.npz.lock"), pytest.raises(BusyError, match="Another command"):
        embed_images(run, [given], tmp_path / "l.npz")


def test_guessed_splits_are_told_and_what_is_left_out_is_kept(tmp_path):
    run = latent_run(tmp_path / "run")
    for split in ("Training", "Testing"):
        for number in range(4):
            name = f"{split}/{'even' if number % 2 == 0 else 'odd'}/{number}.png"
            write_image_file(tmp_path / "in" / name, np.full((8, 8, 1), number / 4, np.float32))
    (tmp_path / "in" / "Testing" / "raw.nef").touch()
    for options in ({"inputs": [tmp_path / "in"]}, {"inputs": [], "data": str(tmp_path / "in")}):
        told, output = [], tmp_path / f"{len(options)}.npz"
        done = embed_images(run, output=output, tell=told.append, **options)
        assert "Took Training as train and Testing as test" in told[0]
        facts, rows = read_latents(output)
        assert facts.not_listed == done.facts.not_listed == {".nef": 1}
        assert set(rows.labels) == {"even", "odd"}


def test_every_frame_is_embedded_where_that_is_asked(run, tmp_path):
    frames = [Image.fromarray(np.full((8, 8), 20 * number, np.uint8)) for number in range(4)]
    (tmp_path / "in").mkdir()
    frames[0].save(tmp_path / "in" / "a.tif", save_all=True, append_images=frames[1:3])
    frames[3].save(tmp_path / "in" / "b.png")
    told = []
    first = embed_images(run, [tmp_path / "in"], tmp_path / "first.npz", tell=told.append)
    assert first.facts.rows == 2 and told[-1].startswith("1 file has several frames")
    told = []
    options = EmbedOptions(frames="all")
    every = embed_images(
        run, [tmp_path / "in"], tmp_path / "all.npz", options=options, tell=told.append
    )
    assert every.facts.rows == 4
    assert told == ["Every frame was taken: 4 images from 2 files."]
    rows = read_latents(tmp_path / "all.npz")[1]
    assert rows.paths == ("a.tif#1", "a.tif#2", "a.tif#3", "b.png#1")
    assert len({row.tobytes() for row in rows.latents}) == 4
