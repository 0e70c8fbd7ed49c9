"""Names of files, classes and runs that speak: every command shows them, none obeys them."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hourglass.images import read_image_file
from names import ODD_NAMES, names_in, put, raw_in

PNGS = [name + b".png" for name in ODD_NAMES]
BROKEN = b"broken\x1b[2J\n\xff.png"
# Letters that may not be seen or obeyed, and parts of the names as they are shown.
SHOWN = (r"\x1b[2J\x1b[31mred", r"two\nlines", r"bytes\xff\xc3", r"gnp\u202egpj", "[red]x[bold]")


def png(pixels: np.ndarray) -> bytes:
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return content.getvalue()


@pytest.fixture(scope="session")
def place(digits, tmp_path_factory) -> Path:
    """Return a folder with images in classes, and images beside a file that is none."""
    place = tmp_path_factory.mktemp("names")
    pictures = [png(np.rint(image[..., 0] * 255).astype(np.uint8)) for image in digits[:200]]
    for number, name in enumerate(ODD_NAMES):
        for picture in range(10 * number, 10 * number + 10):
            folder = Path(os.fsdecode(os.fsencode(place / "classes") + b"/" + name))
            put(folder, b"%d\x1b.png" % picture, pictures[picture])
    for number, name in enumerate(PNGS):
        # Two names each for one picture, so that copies have names that speak.
        put(place / "files", name, pictures[number // 2])
    put(place / "files" / "[", b"bold].png", pictures[-1])
    put(place / "files", BROKEN, b"not an image")
    return place


@pytest.fixture(scope="session")
def run(place: Path, hourglass_in: Callable[..., Any]) -> str:
    """Return the name of a run, which speaks too."""
    name = os.fsdecode(b"-run\x1b[2J\n\xff")
    done = hourglass_in(
        place,
        *["train", "./classes", "--network", "dense", "--units", "16", "--latent-dim", "4"],
        *["--noise", "0.2", "--epochs", "40", "--batch-size", "32", "--learning-rate", "0.01"],
        f"--output=./{name}",
    )
    assert done.code == 0 and not raw_in(done.out + done.err)
    return f"./{name}"


@pytest.fixture
def command(place: Path, run: str, hourglass_in: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that runs a command and looks for what speaks in its output."""

    def of(*words: str, code: int = 0, debug: bool = False) -> Any:
        done = hourglass_in(place, *words)
        assert not raw_in(done.out + done.err)
        assert done.code == code, done.err
        assert ("Traceback" in done.err) is debug and "fault of Hourglass" not in done.err
        return done

    return of


def test_the_report_of_classes_that_speak_is_whole(run: str, place: Path) -> None:
    folder = place / run
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert not raw_in(page) and r"two\nlines" in page and "[red]x[bold]" in page
    for chart in (folder / "figures").glob("*.svg"):
        assert not raw_in(chart.read_text(encoding="utf-8")), chart
    scores = json.loads((folder / "scores.json").read_bytes())
    assert r"bytes\xff\xc3" in scores["methods"][0]["mse_by_class"]


def test_classes_that_speak_are_shown(command) -> None:
    shown = command("data", "show", "./classes").out
    assert all(name in shown for name in SHOWN)
    facts = json.loads(command("data", "show", "./classes", "--json").out)
    assert len(facts["classes"]) == len(ODD_NAMES) and "日本語😀" in facts["classes"]


def test_a_run_that_speaks_is_shown_and_found(command, run: str, place: Path) -> None:
    assert r"-run\x1b[2J\n\xff" in command("runs", "list", "--runs", ".").out
    (line,) = json.loads(command("runs", "list", "--runs", ".", "--json").out)
    assert line["run"] == r"-run\x1b[2J\n\xff"
    command("runs", "show", run)
    json.loads(command("runs", "show", run, "--json").out)
    assert command("runs", "path", run).out.endswith("/-run\\x1b[2J\\n\\xff\n")
    assert (
        r"Runs in .: -run\x1b[2J\n\xff."
        in command("runs", "show", "no\x1b\n", "--runs", ".", code=2).err
    )
    command("evaluate", run)
    command("report", run)


@pytest.mark.parametrize("name", ["denoise", "reconstruct"])
def test_files_that_speak_get_results_under_their_own_names(name, command, run, place) -> None:
    done = command(name, run, "files", "--output", f"of-{name}", code=3)
    assert r"files/broken\x1b[2J\n\xff.png cannot be read" in done.err
    assert names_in(place / f"of-{name}") == {*PNGS, b"["}
    assert names_in(place / f"of-{name}" / "[") == {b"bold].png"}
    again = command(name, run, "files", "--output", f"of-{name}", code=3)
    assert "20 were done already" in again.out
    if name == "denoise":
        sheet = command(name, run, "files", "--output", "of-denoise", "--sheet", "s.png", code=3)
        assert "Before and after: s.png" in sheet.out
        told = json.loads(command(name, run, "files", "--output", "j", "--json", code=3).out)
        assert {file["status"] for file in told["files"]} == {"written", "failed"}
        assert r"files/bytes\xff\xc3.png" in {file["file"] for file in told["files"]}


@pytest.mark.parametrize("ending", ["csv", "npz", "parquet"])
def test_latents_of_names_that_speak(ending, command, run, place) -> None:
    latents = f"{os.fsdecode(ODD_NAMES[8])}.{ending}"
    for _ in range(2):
        command("embed", run, "files", "--output", f"./{latents}", "--thumbnails", code=3)
    found = command(
        "similar", run, f"files/{os.fsdecode(PNGS[0])}", "--in", f"./{latents}", "--count", "20"
    )
    assert all(name in found.out for name in SHOWN)
    told = command(
        *["similar", "--duplicates", "--in", f"./{latents}"],
        *["--output", f"pairs-{ending}.csv", "--sheet", f"pairs-{ending}.png"],
    )
    table = (place / f"pairs-{ending}.csv").read_bytes().decode()
    rows = list(csv.DictReader(io.StringIO(table)))
    assert (
        len(rows) >= len(PNGS) // 2
        and not raw_in(table)
        and len(table.splitlines()) == len(rows) + 1
    )
    assert "Pictures:" in told.out


def test_the_table_of_latents_is_lines_of_unicode(command, run, place) -> None:
    command("embed", run, "classes", "--output", "classes.csv")
    table = (place / "classes.csv").read_bytes().decode()
    assert not raw_in(table) and table.count("\n") == 1 + 10 * len(ODD_NAMES)
    labels = {row["label"] for row in csv.DictReader(io.StringIO(table))}
    assert r"two\nlines" in labels and len(labels) == len(ODD_NAMES)


def test_anomalies_with_names_that_speak(command, run, place) -> None:
    words = ["detect", run, "files", "--output", "found", "--false-alarms", "0.2"]
    done = command(*words, "--heat-maps", "all", code=3)
    assert "Heat maps whose names were shortened to fit: ééé" in done.out
    table = (place / "found" / "anomalies.csv").read_bytes().decode()
    assert not raw_in(table) and table.count("\n") == 2 + len(PNGS) + 1
    json.loads((place / "found" / "anomalies.json").read_bytes())
    maps = names_in(place / "found" / "heat-maps")
    assert {name + b".png" for name in PNGS[:-1]} < maps and max(map(len, maps)) <= 255
    assert read_image_file(place / "found" / "worst.png").size > 0
    command(*words, "--heat-maps", "all", code=3)


def test_one_file_that_cannot_be_written_costs_one_file(command, run, place) -> None:
    blocked = place / "blocked"
    (blocked / "=1+1.png").mkdir(parents=True)
    (blocked / "[").touch()
    for name in ("denoise", "reconstruct"):
        done = command(name, run, "files", "--output", "blocked", code=3)
        assert "=1+1.png: Is a directory. Move the folder" in done.err
        assert "[/bold].png: " in done.err
        assert "3 of 21 files failed" in done.err
    assert len(names_in(blocked)) == len(PNGS) + 1
    (place / "mapped" / "heat-maps" / "=1+1.png.png").mkdir(parents=True)
    shutil.copytree(place / "found" / ".hourglass-parts", place / "mapped" / ".hourglass-parts")
    done = command(
        *["detect", run, "files", "--output", "mapped", "--false-alarms", "0.2"],
        *["--heat-maps", "all"],
        code=3,
    )
    assert "=1+1.png.png: Is a directory" in done.err and "2 of 21 files failed" in done.err


def test_what_is_typed_may_begin_with_a_dash(command, run, place) -> None:
    words = ["--", "files/-dash.png"]
    assert "1 files written" in command("reconstruct", run, "--output", "dash", *words).out


def test_data_whose_own_path_is_no_text_are_refused_in_words(command, place) -> None:
    name = os.fsdecode(b"classes\xff")
    (place / name).symlink_to(place / "classes")
    done = command("train", f"./{name}", "--output", "never", code=2)
    assert r"data = ./classes\xff has a name that is not UTF-8" in done.err
    command("data", "show", f"./{name}", "--json")


STREAMS = {
    "ASCII": ({"PYTHONIOENCODING": "ascii"}, "ascii", r"\u65e5\u672c\u8a9e\U0001f600"),
    "Windows": ({"PYTHONIOENCODING": "cp1252"}, "cp1252", "é" * 125),
    "strict UTF-8": ({"PYTHONIOENCODING": "utf-8:strict"}, "utf-8", "日本語😀"),
    "C": ({"LC_ALL": "C"}, "utf-8", "日本語😀"),
    "C without UTF-8": (
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        "ascii",
        r"\u65e5\u672c\u8a9e\U0001f600",
    ),
}


def started(place: Path, words: list[str], **options: Any) -> Any:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LC_")}
    return subprocess.run(
        [sys.executable, "-m", "hourglass", *words],
        cwd=place,
        env={**environment, **options.pop("env", {})},
        check=False,
        timeout=120,
        **options,
    )


@pytest.mark.parametrize("stream", STREAMS)
def test_every_encoding_of_a_terminal_will_do(stream, place) -> None:
    environment, encoding, shown = STREAMS[stream]
    done = started(place, ["data", "show", "./classes"], env=environment, capture_output=True)
    text = done.stdout.decode(encoding)
    assert done.returncode == 0 and not done.stderr
    assert not raw_in(text) and shown in text and all(name in text for name in SHOWN)
    done = started(
        place, ["data", "show", "./classes", "--json"], env=environment, capture_output=True
    )
    found = json.loads(done.stdout.decode(encoding))["classes"]
    assert "日本語😀" in found and "é" * 125 in found and r"bytes\xff\xc3" in found


def test_a_name_that_the_locale_lacks_is_looked_for(place) -> None:
    environment, encoding, shown = STREAMS["C without UTF-8"]
    done = started(place, ["data", "show", "./日本語😀"], env=environment, capture_output=True)
    assert done.returncode == 2
    assert f"There is no file or folder ./{shown}." in done.stderr.decode(encoding)


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)], ids=str)
@pytest.mark.parametrize("data", ["./classes", "./none"])
def test_streams_may_be_closed(closed, data, place) -> None:
    words = ["sh", "-c", " ".join(['exec "$@"', *(f"{number}>&-" for number in closed)]), "sh"]
    done = subprocess.run(
        [*words, sys.executable, "-m", "hourglass", "data", "show", data],
        cwd=place,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == (0 if data == "./classes" else 2)
    assert bool(done.stdout) is (data == "./classes" and 1 not in closed)
    assert bool(done.stderr) is (data == "./none" and 2 not in closed)


@pytest.mark.parametrize("words", [["./classes"], ["./classes", "--json"]])
def test_a_full_disk_behind_standard_output_ends_with_74(words, place) -> None:
    with Path("/dev/full").open("w") as full:
        done = started(place, ["data", "show", *words], stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 74 and done.stderr.count(b"\n") == 1


def test_a_variable_may_have_the_quotes_and_the_home_that_no_shell_took(
    command, monkeypatch, place
) -> None:
    monkeypatch.setenv("HOME", str(place))
    for value in ("~", "'~'", '"~"', f'"{place}"'):
        monkeypatch.setenv("HOURGLASS_RUNS", value)
        assert r"-run\x1b[2J\n\xff" in command("runs", "list").out
    # What is typed stays as it is typed.
    assert "There is no run in '~'" in command("runs", "list", "--runs", "'~'").out


def test_a_traceback_that_is_asked_for_is_printable(command) -> None:
    done = command("runs", "show", "no\x1b[2J", "--debug", code=2, debug=True)
    assert "Traceback" in done.err and r"no\x1b[2J" in done.err
