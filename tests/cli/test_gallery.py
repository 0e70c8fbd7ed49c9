"""The gallery: listed, shown, run."""

import json

import pytest

from hourglass.cli.gallery import _page_name
from hourglass.records import gallery_names
from hourglass.runs import GroupFolder

SMALL = """# Two small denoisers of digits
data = "digits"
network = "dense"
units = [32]
latent_dim = 16
epochs = 8

[[run]]
name = "clean"

[[run]]
name = "noisy"
noise = 0.3

[[own]]
name = "own-choice"
noise = 0.3
units = [16]
"""


def test_every_entry_is_listed_with_a_line(hourglass):
    lines = hourglass("gallery").out.splitlines()
    assert [line.split()[0] for line in lines] == gallery_names()
    assert all(len(line.split()) > 4 for line in lines)


def test_an_entry_is_shown_to_copy_and_change(hourglass, tmp_path):
    shown = hourglass("gallery", "show", "lab-dense").out
    (tmp_path / "mine.toml").write_text(shown)
    assert "[[run]]" in shown
    done = hourglass("train", "--config", "mine.toml")
    assert done.code == 2
    assert "`hourglass gallery run mine.toml`" in done.err


def test_a_group_file_is_run_and_told(hourglass, tmp_path):
    (tmp_path / "small.toml").write_text(SMALL)
    done = hourglass("gallery", "run", "small.toml")
    assert done.code == 0
    assert "Two small denoisers of digits" in done.out and "own-choice (own choice)" in done.out
    group = GroupFolder(tmp_path / "runs" / "small")
    assert f"Report: {group.report.relative_to(tmp_path)}" in done.out
    assert group.report.is_file()
    assert group.read_record().crossing.corruption == "gaussian:0.3"
    group.report.unlink()
    assert hourglass("report", "small").out.strip() == str(group.report.relative_to(tmp_path))
    assert group.report.is_file()
    again = hourglass("gallery", "run", "small.toml", "--json", "--quiet")
    assert json.loads(again.out)["status"] == "finished" and again.err == ""


def test_a_first_look_says_what_it_cannot_show(hourglass, tmp_path):
    name = "linear-vs-pca"
    done = hourglass("gallery", "run", name, "--quick", "--data", "digits")
    assert done.code == 0, done.err
    assert "it cannot show which method is better" in done.out
    page = (tmp_path / "runs" / f"{name}-quick" / "report.html").read_text(encoding="utf-8")
    assert "it cannot show which method is better" in page


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run"], "Name one or more entries, or say --all"),
        (["run", "lab-dense", "--all"], "Name one or more entries, or say --all"),
        (["run", "lab-dense", "lab-conv", "--output", "here"], "with --runs"),
        (["run", "--all", "--output", "here"], "with --runs"),
        (["run", "odd.toml", "sub/odd.toml"], "both make the group 'odd'"),
        (["run", "lab-dens"], "Did you mean 'lab-dense'"),
        (["show", "labdense"], "Did you mean 'lab-dense'"),
        (["run", "none.toml"], "no experiment file none.toml"),
        (["run", "bad.toml"], "Did you mean 'latent_dim'"),
        (["run", "zero.toml"], r"units.0 should be greater than 0"),
        (["run", "odd.toml"], "multiples of 4"),
        (["run", "lab-dense", "--device", "gpuu"], "gpuu"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_is_named(hourglass, tmp_path, words, message):
    (tmp_path / "bad.toml").write_text(SMALL.replace("latent_dim", "latent_dimm"))
    (tmp_path / "zero.toml").write_text(SMALL.replace("[32]", "[0]"))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "odd.toml").write_text(SMALL)
    (tmp_path / "odd.toml").write_text('data = "odd.npy"\nnetwork = "strided"\nepochs = 1\n')
    import numpy as np

    np.save(tmp_path / "odd.npy", np.random.default_rng(0).random((40, 9, 8, 1), np.float32))
    done = hourglass("gallery", *words)
    assert done.code == 2 or (words[-1] == "odd.toml" and done.code == 65)
    assert message in done.err
    assert done.err.count("\n") <= 3


def test_all_unknown_names_are_told_before_anything_runs(hourglass, tmp_path):
    (tmp_path / "small.toml").write_text(SMALL)
    (tmp_path / "bad.toml").write_text(SMALL.replace("latent_dim", "latent_dimm"))
    done = hourglass("gallery", "run", "small.toml", "lab-dens", "none.toml", "bad.toml")
    assert done.code == 2
    for word in ("'lab-dens'", "none.toml", "'latent_dim'"):
        assert word in done.err
    assert not (tmp_path / "runs").exists()


TINY = SMALL.partition('[[run]]\nname = "noisy"')[0].replace("epochs = 8", "epochs = 1")


def test_several_entries_are_run_and_set_on_one_page(hourglass, tmp_path):
    (tmp_path / "one.toml").write_text(TINY)
    (tmp_path / "two.toml").write_text(TINY.replace("latent_dim = 16", "latent_dim = 8"))
    words = ("gallery", "run", "two.toml", "one.toml", "./two.toml", "--runs", "mine", "--quick")
    done = hourglass(*words)
    assert done.code == 0, done.err
    assert "Named more than once, run once: ./two.toml." in done.err
    page = tmp_path / "mine" / "two+one-quick.html"
    assert f"All of them compared: {page.relative_to(tmp_path)}" in done.out
    text = page.read_text(encoding="utf-8")
    links = [f'href="{name}-quick/report.html"' for name in ("two", "one")]
    assert 0 < text.index(links[0]) < text.index(links[1])
    again = hourglass(*words, "--json", "--quiet")
    names, rest = [], again.out
    while rest.strip():
        found, end = json.JSONDecoder().raw_decode(rest)
        names.append(found["name"])
        rest = rest[end:].lstrip()
    assert names == ["two", "one"] and "All of them compared" in again.err


def test_one_entry_makes_no_page_of_several(hourglass, tmp_path):
    (tmp_path / "one.toml").write_text(TINY)
    done = hourglass("gallery", "run", "one.toml", "one.toml", "--quick", "--output", "here")
    assert done.code == 0, done.err
    assert "Named more than once, run once: one.toml." in done.err
    assert (tmp_path / "here" / "report.html").is_file()
    assert "compared:" not in done.out and not (tmp_path / "runs").exists()


def test_a_page_of_many_entries_has_a_name_that_a_file_can_have():
    names = [f"entry-{number}" for number in range(60)]
    assert _page_name(["a", "b"]) == "a+b"
    assert len(_page_name(names)) < 60 and _page_name(names) != _page_name(names[::-1])
    assert len(_page_name(["ä" * 100, "b"]).encode()) < 160
