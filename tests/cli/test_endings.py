"""How commands end where things go wrong, and that they say each thing once."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hourglass.cli.output import teller
from hourglass.images import write_image_file
from hourglass.runs import RunFolder


@pytest.mark.parametrize("value", ["1", "true"])
def test_the_environment_can_ask_for_the_traceback(hourglass, monkeypatch, value):
    monkeypatch.setenv("HOURGLASS_DEBUG", value)
    done = hourglass("data", "show", "minst")
    assert done.code == 2 and "Traceback" in done.err
    monkeypatch.setenv("HOURGLASS_DEBUG", "0")
    assert "Traceback" not in hourglass("data", "show", "minst").err


def test_a_line_of_the_story_stays_one_line(capsys):
    line = "word " * 60 + "end"
    teller(quiet=False)(line)
    assert capsys.readouterr().err == f"{line}\n"


@pytest.mark.parametrize("command", ["denoise", "reconstruct"])
def test_a_failed_file_is_named_once(hourglass, a_run, tmp_path, command):
    (tmp_path / "text.png").write_text("no image")
    done = hourglass(command, a_run, "text.png", "--output", "out")
    told, counted = done.err.splitlines()
    assert done.code == 3 and told.count("text.png") == 1 and "1 of 1 files" in counted


@pytest.mark.parametrize("command", ["denoise", "reconstruct"])
def test_an_output_that_cannot_be_written_ends_with_74(hourglass, a_run, tmp_path, command):
    write_image_file(tmp_path / "a.png", np.full((8, 8, 1), 0.5, np.float32))
    (tmp_path / "file").write_bytes(b"")
    done = hourglass(command, a_run, "a.png", "--output", "file/out")
    assert done.code == 74 and len(done.err.splitlines()) == 1


@pytest.mark.parametrize("option", ["--json", "--quiet"])
def test_options_that_would_do_nothing_are_refused(hourglass, a_run, option):
    done = hourglass("report", a_run, option)
    assert done.code == 2 and option in done.err
    assert option not in hourglass("report", "--help").out


def test_an_unfinished_run_has_no_scores_in_json(hourglass, a_run, tmp_path):
    import json
    import shutil

    copy = RunFolder(Path(shutil.copytree(a_run, tmp_path / "runs" / "half")))
    copy.write_record(replace(copy.read_record(), status="unfinished"))
    shown = json.loads(hourglass("runs", "show", "half", "--json").out)
    assert shown["scores"] is None and shown["record"]["status"] == "unfinished"
    (line,) = json.loads(hourglass("runs", "list", "--json").out)
    assert line["status"] == "unfinished" and line["mse"] is None


@pytest.mark.parametrize("name", ["experiment.toml", "record.json", "scores.json"])
@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\x00", b"null"])
def test_no_damage_to_one_run_stops_the_list(hourglass, a_run, tmp_path, name, content):
    import shutil

    shutil.copytree(a_run, tmp_path / "runs" / "bad")
    (tmp_path / "runs" / "bad" / name).write_bytes(content)
    done = hourglass("runs", "list")
    assert done.code == 0, done.err
    assert ("damaged" in done.out) == (name != "experiment.toml")


def test_an_interruption_while_the_commands_are_loaded_has_its_line(tmp_path):
    # An import hook interrupts at the same moment on every machine.
    code = (
        "import sys\n"
        "class Interrupt:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'cyclopts':\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupt())\n"
        "from hourglass.cli import main\n"
        "main(['--help'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.startswith("Interrupted.") and len(done.stderr.splitlines()) == 1


def test_the_bar_of_a_download_is_silent_in_a_pipe(hourglass, monkeypatch, tmp_path):
    from hourglass.cli import data

    heard = []

    def fetch(name, data_dir, *, offline, progress):
        heard.append((name, offline))
        progress("train", 10)
        return tmp_path

    monkeypatch.setattr(data, "fetch", fetch)
    done = hourglass("data", "fetch", "mnist", "--offline")
    assert (done.out, done.err, heard) == (f"{tmp_path}\n", "", [("mnist", True)])
