"""The script that executes lessons, with real kernels and small lessons."""

import nbformat
import pytest

import lessons

HEADER = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

"""
CELL = "```{{code-cell}} python\n{}\n```\n\n"
SETTING = (
    'import os\nfrom pathlib import Path\n\nos.environ["HOURGLASS_LESSONS"], list(Path().iterdir())'
)


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.setattr(lessons, "NOTEBOOKS", tmp_path)

    def write(*cells, prose="# 1. A lesson"):
        file = tmp_path / "01-lesson.md"
        text = HEADER + prose + "\n\n" + "".join(CELL.format(cell) for cell in cells)
        file.write_text(text, encoding="utf-8")
        return file

    return write


def run(monkeypatch, *words):
    monkeypatch.setattr("sys.argv", ["lessons.py", *words])
    return lessons.main()


def test_quickly_nothing_is_written(write, monkeypatch, capsys):
    file = write(SETTING, "assert 1 + 1 == 2")
    assert run(monkeypatch) == 0
    assert capsys.readouterr().out.startswith("01-lesson: ")
    assert not lessons.published(file).exists()


def test_in_full_outputs_are_kept_and_prose_can_follow(write, monkeypatch, capsys):
    file = write(SETTING)
    assert run(monkeypatch, "--full", "1") == 0
    first = nbformat.read(lessons.published(file), as_version=4)
    assert first.cells[1].outputs[0].data["text/plain"] == "('full', [])"

    write(SETTING, prose="# 1. Another word")
    assert run(monkeypatch, "--prose") == 0
    second = nbformat.read(lessons.published(file), as_version=4)
    assert second.cells[0].source == "# 1. Another word"
    assert second.cells[1] == first.cells[1] and second.metadata == first.metadata

    write("7", prose="# 1. Other code")
    assert run(monkeypatch, "--prose") == 1
    assert "execute it with --full" in capsys.readouterr().out


def test_an_assertion_that_does_not_hold_fails(write, monkeypatch, capsys):
    file = write("assert 1 + 1 == 3")
    assert run(monkeypatch, "--full") == 1
    assert "FAILED" in capsys.readouterr().out
    assert not lessons.published(file).exists()


def test_a_number_without_a_lesson_is_refused(write, monkeypatch, capsys):
    write("1")
    with pytest.raises(SystemExit, match="2"):
        run(monkeypatch, "3")
    assert "[3]" in capsys.readouterr().err


def test_what_is_folded_away_has_a_name(write):
    file = write(":tags: [hide-cell, wrong]\n\n1", "2")
    folded, plain = lessons.code_cells(lessons.read_lesson(file))
    assert folded.metadata["mystnb"]["code_prompt_show"] == "Show a tempting mistake"
    assert folded.metadata["jupyter"]["source_hidden"] and "mystnb" not in plain.metadata
