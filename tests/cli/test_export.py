"""A model that is handed on works as the run that it came from."""

import json
from pathlib import Path

import numpy as np
import pytest

from hourglass.images import write_image_file


@pytest.fixture(scope="module")
def bundle(a_run: Path, tmp_path_factory: pytest.TempPathFactory, hourglass_in) -> Path:
    folder = tmp_path_factory.mktemp("export")
    done = hourglass_in(folder, "export", a_run, "--output", "model.hourglass")
    assert done.code == 0, done.err
    path = folder / "model.hourglass"
    assert done.out.startswith(f"model.hourglass: {path.stat().st_size:,} bytes.")
    return path


def test_it_tells_what_the_run_tells(hourglass, a_run, bundle):
    told = hourglass("runs", "show", bundle)
    assert told.code == 0
    for words in ("U-Net denoiser", "gaussian:0.2", "again: hourglass train --data digits", "dB"):
        assert words in told.out
    card = json.loads(hourglass("runs", "show", bundle, "--json").out)["card"]
    run = json.loads(hourglass("runs", "show", a_run, "--json").out)
    assert card["training"]["started"] == run["record"]["started"]
    of_run = {method["label"]: method["mse"] for method in run["scores"]["methods"]}
    assert {method["label"]: method["mse"] for method in card["scores"]["methods"]} == of_run
    assert hourglass("runs", "path", bundle).out.strip() == str(bundle)


def test_it_denoises_to_the_same_bytes(hourglass, a_run, bundle, digits, tmp_path):
    write_image_file(tmp_path / "in" / "0.png", np.clip(digits[0] + 0.1, 0, 1))
    for model, output in ((a_run, "one"), (bundle, "two")):
        assert hourglass("denoise", model, "in", "--output", output).code == 0
        assert hourglass("reconstruct", model, "in", "--output", f"{output}-rebuilt").code == 0
    for output in ("", "-rebuilt"):
        found = [(tmp_path / f"{name}{output}" / "0.png").read_bytes() for name in ("one", "two")]
        assert found[0] == found[1]


def test_it_is_measured_again_where_its_data_are_at_hand(hourglass, a_run, bundle):
    words = ("--split", "validation", "--json", "--quiet")
    ways = [hourglass("evaluate", model, *words) for model in (a_run, bundle)]
    assert [way.code for way in ways] == [0, 0]
    assert ways[0].out == ways[1].out
    crossed = hourglass("evaluate", bundle, "--cross", "--on", "gaussian:0.2", "--json", "--quiet")
    assert json.loads(crossed.out)["run"] == "model.hourglass"
    assert sorted(path.name for path in bundle.parent.iterdir()) == ["model.hourglass"]


def test_what_only_a_run_has(hourglass, bundle):
    report = hourglass("report", bundle)
    assert (report.code, report.out) == (2, "")
    assert "A report also shows" in report.err
    assert "hourglass runs show" in report.err
    resumed = hourglass("resume", bundle)
    assert (resumed.code, resumed.out) == (0, "")
    assert "nothing to go on with" in resumed.err
    sampled = hourglass("sample", bundle, "--output", "sheet.png")
    assert (sampled.code, "no code" in sampled.err) == (2, True)


def test_what_cannot_be_exported(hourglass, a_run, bundle):
    again = hourglass("export", a_run, "--output", bundle)
    assert (again.code, "exists already" in again.err) == (2, True)
    other = hourglass("export", a_run, "--output", "model.zip")
    assert (other.code, ".hourglass" in other.err) == (2, True)
    missing = hourglass("runs", "show", "none.hourglass")
    assert (missing.code, "There is no model file" in missing.err) == (2, True)
    Path("picture.png").write_bytes(b"\x89PNG")
    assert hourglass("runs", "show", "picture.png").code == 65


def test_how_ones_own_are_trained_says_nothing_of_what_is_handed_on(hourglass, bundle, monkeypatch):
    monkeypatch.setenv("HOURGLASS_CORRUPTION", "gaussian:0.3")
    again = hourglass("export", bundle, "--output", "again.hourglass")
    assert again.code == 0, again.err
    assert Path("again.hourglass").read_bytes() == bundle.read_bytes()
