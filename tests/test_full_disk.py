"""Whatever is written: a disk that fills up at any moment costs nothing that existed."""

import ast
import errno
import gzip
import hashlib
import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from faults import Disk
from hourglass.errors import WriteError
from hourglass.files import write_text
from hourglass.images import download, write_image_file
from hourglass.images.catalog import Publication
from hourglass.images.idx import TEST_LABELS, TRAIN_LABELS, encode_idx
from hourglass.records import (
    Architecture,
    Epoch,
    Experiment,
    History,
    LayerRecord,
    MethodScores,
    ModelSpec,
    NetworkOptions,
    RunRecord,
    Samples,
    Scores,
)
from hourglass.report import svg, write_report
from hourglass.runs import RunFolder, read_environment

SOURCE = Path(__file__).parent.parent / "src" / "hourglass"
OLD = b"what stood here before"
IMAGES = np.random.default_rng(0).random((4, 8, 8, 1), np.float32)
RECORD = RunRecord(
    status="finished",
    command="hourglass train",
    started="2026-11-21T08:00:00+00:00",
    environment=read_environment("tensorflow"),
    data_fingerprint="f",
    split_hash="s",
    image_shape=(8, 8, 1),
    images_by_split={"train": 4},
    seeds={"run": 0},
)
EPOCH = Epoch(
    epoch=1,
    step=1,
    loss=0.1,
    val_loss=0.1,
    val_mse=0.1,
    learning_rate=1e-3,
    seconds=1.0,
    images_per_second=4.0,
)
LAYER = LayerRecord(name="code", kind="Dense", part="encoder", output_shape=(None, 3), parameters=7)
MODEL = MethodScores(
    method="model",
    label="dense autoencoder",
    kind="model",
    mse=0.1,
    psnr=10.0,
    psnr_per_image=10.0,
    ssim=0.5,
    gain=None,
    mse_by_class={"hat": 0.1},
)
MEAN = MethodScores(
    method="mean",
    label="mean image",
    kind="baseline",
    mse=0.2,
    psnr=7.0,
    psnr_per_image=7.0,
    ssim=0.4,
    gain=None,
    mse_by_class={"hat": 0.2},
)
ROWS = np.arange(4)
SAMPLES = Samples(
    groups={"best": ROWS},
    positions=ROWS,
    images=dict.fromkeys(("clean", "mean", "model"), IMAGES),
    errors=dict.fromkeys(("mean", "model"), np.full(4, 0.1, np.float32)),
)
LETTERS = encode_idx(np.arange(9, dtype=np.uint8))
Act = Callable[[], object]


def one_file(folder: Path) -> Act:
    return lambda: write_text(folder / "file.txt", "new" * 100)


def a_picture(folder: Path) -> Act:
    return lambda: write_image_file(folder / "deep" / "picture.png", IMAGES[0])


def the_files_of_a_run(folder: Path) -> Act:
    def write() -> None:
        run = RunFolder(folder / "run")
        run.write_experiment(Experiment(data="digits"))
        run.write_record(RECORD)
        run.write_architecture(Architecture(layers=(LAYER,)))
        run.write_history(History(epochs=(EPOCH,), best_epoch=1))
        run.write_scores(Scores(data="digits", split="test", images=4, methods=(MEAN, MODEL)))
        run.write_samples(SAMPLES)

    return write


def a_model(folder: Path) -> Act:
    from hourglass.bundles import save_model
    from hourglass.models import build_model

    spec = ModelSpec(
        network="dense",
        image_shape=(8, 8, 1),
        options=NetworkOptions(units=(8,), latent_dim=3, activation="relu"),
        corruption="gaussian:0.2",
    )
    model = build_model(spec, seed=0)
    return lambda: save_model(model, spec, folder / "run" / "model")


def a_bundle(folder: Path) -> Act:
    from hourglass.bundles import BundleFile, export_model

    model = Path(__file__).parent / "bundles" / "random_weights.hourglass"
    return lambda: export_model(BundleFile(model), folder / "out" / "model.hourglass")


def denoised_files(folder: Path) -> Act:
    from hourglass.experiment import denoise_files

    a_model(folder)()
    RunFolder(folder / "run").write_experiment(Experiment())
    for number, image in enumerate(IMAGES[:2]):
        write_image_file(folder / "in" / f"{number}.png", image)
    return lambda: denoise_files(RunFolder(folder / "run"), [folder / "in"], folder / "out")


def a_report(folder: Path) -> Act:
    the_files_of_a_run(folder)()
    return lambda: write_report(RunFolder(folder / "run"))


def a_download(folder: Path) -> Act:
    publication = Publication(
        name="letters",
        class_names=tuple("abcdefghi"),
        checksums=dict.fromkeys((TRAIN_LABELS, TEST_LABELS), hashlib.sha256(LETTERS).hexdigest()),
        mirrors=("mirror",),
    )
    return lambda: download.download(publication)


STORIES = [one_file, a_picture, the_files_of_a_run, a_model, a_report, a_download]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where everything is written; what is slow and beside the point takes no time."""
    place = tmp_path / "place"
    monkeypatch.setenv("HOURGLASS_CACHE_DIR", str(place))
    packed = gzip.compress(LETTERS, mtime=0)
    monkeypatch.setattr(download, "_receive", lambda url, advance: packed)
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    monkeypatch.setattr(svg, "_svg", lambda sketch: f"<svg>{sketch.name}</svg>")
    return place


def files(folder: Path) -> dict[str, bytes]:
    """Return the content of every file below a folder, hidden ones too."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def put(folder: Path, contents: dict[str, bytes]) -> None:
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def attempt(act: Act, steps: int) -> bool:
    """Act on a disk with room for a number of steps, and tell whether they were enough."""
    with pytest.MonkeyPatch.context() as patch:
        Disk(steps).limit(patch)
        try:
            act()
        except WriteError as error:
            assert os.strerror(errno.ENOSPC) in str(error) and "\n" not in str(error)
            return False
    return True


# What stands where a denoised file would go is a result of an earlier command and left alone, and
# what stands where a bundle would go is refused.
@pytest.mark.parametrize(
    ("story", "before"),
    [*itertools.product(STORIES, [None, OLD]), (a_bundle, None), (denoised_files, None)],
    ids=lambda value: value.__name__ if callable(value) else ("all" if value else "none"),
)
def test_every_file_is_as_it_was_or_as_it_should_be(place, story, before):
    story(place)()
    new = files(place)
    for steps in itertools.count():
        shutil.rmtree(place, ignore_errors=True)
        act = story(place)
        given = files(place)
        old = given if before is None else {**dict.fromkeys(new, before), **given}
        put(place, old)
        if attempt(act, steps):
            break
        found = files(place)
        assert old.keys() <= found.keys() <= new.keys()
        assert all(content in (old.get(name), new[name]) for name, content in found.items())
    assert files(place) == new
    # Making, writing, syncing and renaming each file, and at least its folder once.
    assert steps >= 4 * (len(new) - len(given))


def test_a_command_ends_with_74_and_one_line(place, capsys, monkeypatch):
    from hourglass.cli import main

    act = a_report(place)
    act()
    before = files(place)
    for steps in (0, 3, 7):
        with pytest.raises(SystemExit) as end, monkeypatch.context() as patch:
            Disk(steps).limit(patch)
            main(["report", str(place / "run")])
        out, err = capsys.readouterr()
        assert (end.value.code, out, len(err.splitlines())) == (74, "", 1)
        assert "Could not write" in err and "No space left" in err
        assert files(place) == before


REAL = """
mount -t tmpfs -o size=96k hourglass "$1" && exec "$2" -c '
import sys
from pathlib import Path
from hourglass.errors import WriteError
from hourglass.files import write_bytes

folder = Path(sys.argv[1])
write_bytes(folder / "old", bytes(20_000))
try:
    write_bytes(folder / "old", bytes(90_000))
except WriteError as error:
    print(error)
assert [path.name for path in folder.iterdir()] == ["old"]
assert (folder / "old").read_bytes() == bytes(20_000)
write_bytes(folder / "old", bytes(30_000))
' "$1"
"""


def test_a_real_disk_that_is_full(tmp_path):
    enter = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    try:
        subprocess.run(
            [*enter, 'mount -t tmpfs x "$1"', "sh", tmp_path], check=True, capture_output=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this machine gives nobody a file system of their own")
    done = subprocess.run(
        [*enter, REAL, "sh", tmp_path, sys.executable], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Could not write {tmp_path}/old: No space left on device.")


def writes(call: ast.Call) -> bool:
    """Tell whether a call writes to a path in a way that can leave half a file."""
    if not isinstance(call.func, ast.Attribute):
        return False
    if call.func.attr != "open":
        return call.func.attr in {"mkdir", "tofile", "touch", "write_bytes", "write_text"}
    modes = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
    return any(isinstance(mode, str) and set("awx+") & set(mode) for mode in modes)


def test_only_the_room_of_files_writes():
    calls = [
        f"{path.name}:{node.lineno}"
        for path in SOURCE.rglob("*.py")
        if path != SOURCE / "files.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and writes(node)
    ]
    assert calls == []
