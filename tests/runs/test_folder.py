import csv
import json
import os
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from hourglass.errors import DataError, MissingPathError, OutputExistsError, WriteError
from hourglass.files import make_folder
from hourglass.records import (
    Architecture,
    Engine,
    Epoch,
    Experiment,
    History,
    LayerRecord,
    MethodScores,
    RunRecord,
    Samples,
    Scores,
)
from hourglass.runs import RunFolder, find_run, list_runs, new_run_path, read_environment


def epoch(number: int) -> Epoch:
    return Epoch(
        epoch=number,
        step=10 * number,
        loss=0.1 / number,
        val_loss=0.2 / number,
        val_mse=0.2 / number,
        learning_rate=1e-3,
        seconds=1.5,
        images_per_second=1234.5,
    )


RECORDS = {
    "experiment": Experiment(data="digits", corruption="gaussian:0.1", units=(3, 2)).filled(),
    "history": History(epochs=(epoch(1), epoch(2), epoch(3)), best_epoch=2),
    "architecture": Architecture(
        layers=(
            LayerRecord(
                name="a", kind="Dense", part="encoder", output_shape=(None, 3), parameters=7
            ),
        )
    ),
    "scores": Scores(
        data="digits",
        split="test",
        images=3,
        corruption="gaussian:0.1",
        left_out=("affine LMMSE is left out: too large.",),
        methods=(
            MethodScores(
                method="model",
                label="U-Net denoiser",
                kind="model",
                mse=0.1,
                psnr=10.0,
                psnr_per_image=10.5,
                ssim=0.9,
                gain=None,
                mse_by_class={"T-shirt/top": 0.1},
            ),
        ),
    ),
    "record": RunRecord(
        status="unfinished",
        command="hourglass train",
        started="2026-11-21T08:00:00+00:00",
        environment=read_environment("tensorflow"),
        data_fingerprint="f",
        split_hash="s",
        image_shape=(None, None, 3),
        images_by_split={"train": 2},
        seeds={"run": 0},
        engine=Engine(feed="graph", noise="feed", xla=True, steps_per_execution=32),
    ),
}


@pytest.mark.parametrize("name", sorted(RECORDS))
def test_what_is_written_is_read(name: str, tmp_path: Path) -> None:
    run = RunFolder(make_folder(tmp_path / "run"))
    getattr(run, f"write_{name}")(RECORDS[name])
    assert getattr(run, f"read_{name}")() == RECORDS[name]


def test_a_record_from_before_devices_and_engines_were_noted_is_read(tmp_path: Path) -> None:
    run = RunFolder(make_folder(tmp_path / "run"))
    run.write_record(RECORDS["record"])
    facts = json.loads((run.path / "record.json").read_bytes())
    del facts["environment"]["device"], facts["engine"]
    (run.path / "record.json").write_text(json.dumps(facts))
    assert run.read_record().environment.device == "unknown"
    assert run.read_record().engine is None


def test_samples_are_written_and_read(tmp_path: Path) -> None:
    images = np.random.default_rng(0).random((3, 4, 5, 1), np.float32)
    samples = Samples(
        groups={"best": np.array([7, 2])},
        positions=np.array([2, 5, 7]),
        images={"clean": images, "model": 1 - images},
        errors={"model": np.arange(9, dtype=np.float32)},
    )
    run = RunFolder(make_folder(tmp_path / "run"))
    run.write_samples(samples)
    found = run.read_samples()
    assert np.array_equal(found.strip("best", "model"), (1 - images)[[2, 0]])
    assert np.array_equal(found.errors["model"], samples.errors["model"])


def test_history_is_a_table_that_other_programs_read(tmp_path: Path) -> None:
    run = RunFolder(make_folder(tmp_path / "run"))
    run.write_history(RECORDS["history"])
    with (run.path / "history.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["best"] for row in rows] == ["0", "1", "0"]
    assert float(rows[2]["loss"]) == 0.1 / 3
    # What only classifiers have is no column here.
    assert "accuracy" not in rows[0] and float(rows[0]["val_mse"]) == 0.2


def test_a_history_of_a_classifier_has_accuracies_and_no_squared_error(tmp_path: Path) -> None:
    run = RunFolder(make_folder(tmp_path / "run"))
    row = replace(epoch(1), val_mse=None, accuracy=0.5, val_accuracy=0.25)
    history = History(epochs=(row,), best_epoch=1)
    run.write_history(history)
    assert run.read_history() == history
    assert "val_mse" not in (run.path / "history.csv").read_text()


@pytest.mark.parametrize("name", sorted(RECORDS))
def test_a_file_that_is_not_there_is_named(name: str, tmp_path: Path) -> None:
    run = RunFolder(make_folder(tmp_path / "run"))
    with pytest.raises((DataError, MissingPathError), match=name):
        getattr(run, f"read_{name}")()


@pytest.mark.parametrize(
    ("file", "reader"),
    [
        ("scores.json", "read_scores"),
        ("record.json", "read_record"),
        ("history.csv", "read_history"),
        ("samples.npz", "read_samples"),
    ],
)
@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"\x00\xff", b"epoch,best\n1,1\n"])
def test_a_damaged_file_is_named(file: str, reader: str, content: bytes, tmp_path: Path) -> None:
    run = RunFolder(make_folder(tmp_path / "run"))
    (run.path / file).write_bytes(content)
    with pytest.raises(DataError, match=file):
        getattr(run, reader)()


def begin(path: Path) -> RunFolder:
    return RunFolder.begin(
        path, *(RECORDS[name] for name in ("experiment", "record", "architecture"))
    )


def test_a_new_run_never_replaces_anything(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    with pytest.raises(OutputExistsError, match=r"exists already.*--output"):
        begin(tmp_path / "run")


def test_of_two_trainings_one_gets_the_folder(tmp_path: Path) -> None:
    def create(_: int) -> str:
        try:
            return begin(tmp_path / "runs" / "same").path.name
        except OutputExistsError:
            return "taken"

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(create, range(8))) == ["same", *["taken"] * 7]


TOO_LONG = "x" * 300


def test_a_new_run_that_cannot_be(tmp_path: Path) -> None:
    for attempt in (begin, RunFolder.require_new):
        with pytest.raises(WriteError, match="name too long"):
            attempt(tmp_path / TOO_LONG)


def test_a_new_run_of_data_with_any_name(tmp_path: Path) -> None:
    day = datetime(2026, 11, 21)
    for number in range(1, 4):
        path = new_run_path(tmp_path, Experiment(data=TOO_LONG), day)
        end = f"-convolutional-{number}" if number > 1 else "-convolutional"
        assert len(path.name) == 255 and path.name.endswith(end) and "~" in path.name
        path.mkdir()
    path = new_run_path(tmp_path, Experiment(data="a\n\x1b[2J\u202e日本"), day)
    assert path.name == "2026-11-21-a--[2J-日本-convolutional"


def test_what_cannot_be_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MissingPathError, match="There is no run"):
        find_run(TOO_LONG, tmp_path)
    with pytest.raises(DataError, match="name too long"):
        RunFolder(tmp_path / TOO_LONG).read_scores()
    with pytest.raises(DataError, match="name too long"):
        list_runs(tmp_path / TOO_LONG)


def test_files_of_another_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("mine", "theirs"):
        make_run(tmp_path / name)
    (tmp_path / "mine" / "scores.json").touch()
    stat = Path.stat

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, os.strerror(13))

    def stat_of_mine(path: Path, **options: bool) -> os.stat_result:
        return refuse() if path.parent.name == "theirs" else stat(path, **options)

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataError, match=r"scores\.json cannot be read: Permission denied"):
        RunFolder(tmp_path / "mine").read_scores()
    monkeypatch.setattr(Path, "stat", stat_of_mine)
    with pytest.raises(MissingPathError, match=r"no run 'theirs'\. Runs in .*: mine\."):
        find_run("theirs", tmp_path)
    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(DataError, match="cannot be read: Permission denied"):
        list_runs(tmp_path)


def test_scores_without_methods_are_named(tmp_path: Path) -> None:
    run = RunFolder(make_folder(tmp_path / "run"))
    run.write_scores(RECORDS["scores"])
    path = run.path / "scores.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"methods": []}))
    with pytest.raises(DataError, match=r"scores\.json.*one method of kind model"):
        run.read_scores()


def samples_of_zeros(run: RunFolder) -> Path:
    images = np.zeros((2, 64, 64, 1), np.float32)
    run.write_samples(
        Samples(groups={}, positions=np.arange(2), images={"clean": images}, errors={})
    )
    return run.path / "samples.npz"


def test_samples_with_a_damaged_stream_are_named(tmp_path: Path) -> None:
    run = RunFolder(make_folder(tmp_path / "run"))
    path = samples_of_zeros(run)
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("image/clean.npy").header_offset
    content = bytearray(path.read_bytes())
    content[start + 80 : start + 90] = b"\xff" * 10
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"samples\.npz"):
        run.read_samples()


def test_samples_that_do_not_fit_together_are_named(tmp_path: Path) -> None:
    run = RunFolder(make_folder(tmp_path / "run"))
    np.savez(run.path / "samples.npz", positions=np.arange(3))
    with pytest.raises(DataError, match=r"samples\.npz.*need clean or noisy images"):
        run.read_samples()


def test_samples_that_would_fill_the_memory(tmp_path: Path) -> None:
    run = RunFolder(make_folder(tmp_path / "run"))
    block = bytes(1 << 20)
    with (
        zipfile.ZipFile(run.path / "samples.npz", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("positions.npy", "w", force_zip64=True) as file,
    ):
        for _ in range(257):
            file.write(block)
    with pytest.raises(DataError, match=r"samples\.npz.*unpacks to 269,484,032 bytes"):
        run.read_samples()


def make_run(path: Path) -> None:
    RunFolder(make_folder(path)).write_experiment(Experiment())


def test_runs_are_found_by_name_path_and_latest(tmp_path: Path) -> None:
    for name in ("b", "a"):
        make_run(tmp_path / name)
    assert [run.path.name for run in list_runs(tmp_path)] == ["b", "a"]
    assert find_run("latest", tmp_path).path.name == "a"
    assert find_run("b", tmp_path).path == tmp_path / "b"
    assert find_run(str(tmp_path / "b"), Path("elsewhere")).path == tmp_path / "b"
    with pytest.raises(MissingPathError, match=r"no run 'c'.*: b, a\."):
        find_run("c", tmp_path)


def test_without_any_run_the_way_to_one_is_told(tmp_path: Path) -> None:
    assert list_runs(tmp_path / "none") == []
    with pytest.raises(MissingPathError, match="hourglass train"):
        find_run("latest", tmp_path)


def test_a_new_name_says_date_data_and_network(tmp_path: Path) -> None:
    asked = Experiment(data="some/photos", corruption="gaussian:0.2")
    now = datetime(2026, 11, 21)
    first = new_run_path(tmp_path, asked, now)
    assert first.name == "2026-11-21-photos-unet"
    make_run(first)
    assert new_run_path(tmp_path, asked, now).name == "2026-11-21-photos-unet-2"


def test_the_environment_names_what_can_change_a_result() -> None:
    environment = read_environment("jax", "gpu (NVIDIA H200)")
    assert {"python", "keras", "numpy"} <= environment.versions.keys()
    assert (environment.backend, environment.device) == ("jax", "gpu (NVIDIA H200)")
    assert environment.threads >= 1
