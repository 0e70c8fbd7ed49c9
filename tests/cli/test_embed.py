"""``hourglass embed`` and ``hourglass similar``, as they are typed."""

import json

import numpy as np
import pytest

from hourglass.images import read_image_file, write_image_file
from hourglass.runs import read_latents
from latents import latent_run, write_digits


@pytest.fixture(scope="module")
def place(tmp_path_factory, digits):
    place = tmp_path_factory.mktemp("embed")
    write_digits(place / "in", digits, 30)
    latent_run(place / "run")
    return place


@pytest.fixture(scope="module")
def latents(hourglass_in, place):
    done = hourglass_in(place, "embed", "run", "in", "--output", "l.parquet", "--map", "pca")
    assert done.code == 0, done.err
    assert done.out.startswith("30 images encoded.\n30 latents of 4 numbers: l.parquet\n")
    assert "for --on-map: l.map.npz" in done.out and done.err == ""
    return place / "l.parquet"


def test_embed_again_leaves_the_file_alone(hourglass_in, place, latents):
    done = hourglass_in(place, "embed", "run", "in", "--output", "l.parquet", "--map", "pca")
    assert (done.code, done.err) == (0, "")
    assert "l.parquet was done already and is left alone." in done.out
    other = hourglass_in(place, "embed", "run", "in", "--output", "l.parquet")
    assert other.code == 2 and "exists already" in other.err


def test_embed_tells_all_in_json_and_names_what_failed(hourglass, place, tmp_path, digits):
    write_digits(tmp_path / "in", digits, 4)
    (tmp_path / "in" / "text.png").write_text("no image")
    done = hourglass("embed", place / "run", "in", "--output", "l.csv", "--json", "--quiet")
    told = json.loads(done.out)
    assert done.code == 3 and "in/text.png cannot be read as an image" in done.err
    assert "1 of 5 files failed" in done.err
    assert (told["encoded"], told["facts"]["rows"], told["facts"]["failed"]) == (4, 4, 1)
    assert len(read_latents(tmp_path / "l.csv")[1]) == 4
    assert hourglass("embed", place / "run", "in", "--output", "l.csv").code == 3


def test_a_data_set_is_embedded_by_its_name(hourglass, place, tmp_path):
    words = ["--data", "digits", "--split", "validation", "--thumbnails"]
    done = hourglass("embed", place / "run", *words, "--output", "l.npz")
    assert done.code == 0 and "180 latents" in done.out
    assert read_latents(tmp_path / "l.npz")[1].thumbnails is not None


def test_similar_finds_an_image_itself_first(hourglass, place, latents, tmp_path):
    image = place / "in" / "odd" / "007.png"
    words = ["similar", place / "run", image, "--in", latents, "--count", "3"]
    done = hourglass(*words, "--sheet", "sheet.png")
    assert done.code == 0, done.err
    assert "Of 30 images" in done.out and "odd/007.png" in done.out and "0.0000" in done.out
    assert read_image_file(tmp_path / "sheet.png").ndim == 3
    told = json.loads(hourglass(*words, "--metric", "cosine", "--json").out)
    assert told["found"][0]["path"] == "odd/007.png" and len(told["found"]) == 3


def test_copies_are_found_without_a_run(hourglass, latents, tmp_path):
    done = hourglass("similar", "--duplicates", "--in", latents, "--output", "pairs.csv")
    assert done.code == 0, done.err
    assert done.out.startswith("30 images: exact copies 0")
    assert "Near: small pictures within" in done.out and (tmp_path / "pairs.csv").is_file()
    assert "Warning" not in done.err


def test_latents_without_pictures_warn_beside_json_too(hourglass, place):
    hourglass("embed", place / "run", place / "in", "--output", "bare.npz", "--quiet")
    done = hourglass("similar", "--duplicates", "--in", "bare.npz", "--json")
    assert done.code == 0 and "Warning: There are no small pictures" in done.err
    assert "--within" in done.err and json.loads(done.out)["warnings"][0] in done.err


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["embed", "RUN", "--output", "l.npz"], 2, "or a data set with --data"),
        (["embed", "RUN", "in", "--output", "l.txt"], 2, "ends in .csv, .npz, .parquet"),
        (["embed", "RUN", "none", "--output", "l.npz"], 2, "There is no file or folder none"),
        (["similar", "--in", "LATENTS"], 2, "hourglass similar RUN IMAGE --in LATENTS"),
        (["similar", "RUN", "a.png", "--in", "none.npz"], 2, "There is no file none.npz"),
        (["similar", "RUN", "a.png", "--in", "bad.npz"], 65, "is not a file of latents"),
        (["similar", "RUN", "a.png", "--in", "LATENTS", "--within", "1"], 2, "--duplicates"),
        (["similar", "RUN", "a.png", "--in", "LATENTS", "--count", "0"], 2, "1 or more"),
        (["similar", "--duplicates", "--in", "LATENTS", "--count", "3"], 2, "leave them out"),
        (["similar", "OTHER", "a.png", "--in", "LATENTS"], 2, "latents of another model"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_is_said_in_one_line(
    hourglass, place, latents, other, tmp_path, words, code, told
):
    (tmp_path / "bad.npz").write_bytes(b"PK nothing")
    write_image_file(tmp_path / "a.png", np.zeros((8, 8, 1), np.float32))
    known = {"RUN": place / "run", "LATENTS": latents, "OTHER": other}
    done = hourglass(*(known.get(word, word) for word in words))
    assert (done.code, done.out) == (code, "")
    assert told in done.err and len(done.err.splitlines()) == 1


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    return latent_run(tmp_path_factory.mktemp("other") / "run", seed=1).path
