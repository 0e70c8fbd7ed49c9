"""Two generations of a training on disk: whole, known, and never mixed."""

import errno
import itertools
import os
import signal
import warnings

import numpy as np
import pytest

from faults import Disk
from hourglass.cli.exits import exit_code
from hourglass.errors import DataError, WriteError
from hourglass.records import Epoch, Progress
from hourglass.runs import read_environment
from hourglass.training.checkpoint import SCHEMA, Checkpoint, Checkpoints

EPOCH = Epoch(
    epoch=1,
    step=10,
    loss=0.1,
    val_loss=0.1 + 2e-17,
    val_mse=1 / 3,
    learning_rate=1e-3,
    seconds=1.0,
    images_per_second=4.0,
)


def moment(step: int) -> Checkpoint:
    """Return a checkpoint of which every array says the step."""
    progress = Progress(
        schema_version=SCHEMA,
        identity="this training",
        environment=read_environment("tensorflow"),
        drift=(),
        epochs=9,
        steps=10,
        epochs_done=step // 10,
        steps_done=step % 10,
        stopped=False,
        history=(EPOCH,),
        best_loss=0.1,
        best_epoch=1,
        waited=0,
        timed_steps=step,
        timed_seconds=1.0,
        seconds=2.0,
    )
    arrays = {
        "model/0000": np.full((40, 30), step, np.float32),
        "model/0001": np.array([7, step], np.uint32),
        "optimizer/0000": np.array(step, np.int64),
    }
    return Checkpoint(progress=progress, arrays=arrays)


def refuse(line):
    pytest.fail(f"a whole checkpoint was warned of: {line}")


def require_equal(found, expected):
    assert found.progress == expected.progress
    assert found.arrays.keys() == expected.arrays.keys()
    for name, array in expected.arrays.items():
        assert found.arrays[name].dtype == array.dtype
        assert np.array_equal(found.arrays[name], array)


@pytest.fixture
def place(tmp_path, monkeypatch):
    # A thousand times in these tests, and no power cut among them.
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    return Checkpoints(tmp_path / "checkpoint")


def files(place):
    return sorted(path.name for path in place.folder.iterdir())


def test_what_is_saved_comes_back_bit_for_bit(place):
    assert place.newest(refuse) is None
    place.save(moment(13))
    require_equal(place.newest(refuse), moment(13))


def test_two_generations_are_kept(place):
    for step in (10, 20, 30):
        place.save(moment(step))
    assert [name[:14] for name in files(place)] == ["step-000000020", "step-000000030"]
    require_equal(place.newest(refuse), moment(30))


def cut(path, chance):
    path.write_bytes(path.read_bytes()[: chance.integers(path.stat().st_size)])


def flip(path, chance):
    content = bytearray(path.read_bytes())
    content[chance.integers(len(content))] ^= 1 << int(chance.integers(8))
    path.write_bytes(content)


def lengthen(path, chance):
    path.write_bytes(path.read_bytes() + chance.bytes(chance.integers(1, 9)))


def exchange(path, chance):
    other = next(one for one in path.parent.iterdir() if one != path)
    content = path.read_bytes()
    path.write_bytes(other.read_bytes())
    other.write_bytes(content)


@pytest.mark.parametrize("damage", [cut, flip, lengthen], ids=lambda function: function.__name__)
def test_a_damaged_newest_generation_gives_way_to_the_one_before(place, damage):
    chance = np.random.default_rng(0)
    for _ in range(60):
        place.save(moment(10))
        place.save(moment(20))
        damage(place.folder / files(place)[-1], chance)
        told = []
        require_equal(place.newest(told.append), moment(10))
        (line,) = told
        assert "step-000000020" in line and "damaged" in line and "step 10" in line
        for path in place.folder.iterdir():
            path.unlink()


@pytest.mark.parametrize(
    "damage", [cut, flip, lengthen, exchange], ids=lambda function: function.__name__
)
def test_where_all_are_damaged_nothing_is_loaded(place, damage):
    chance = np.random.default_rng(1)
    for _ in range(20):
        for step in (10, 20):
            place.save(moment(step))
        damage(place.folder / files(place)[-1], chance)
        if damage is not exchange:
            damage(place.folder / files(place)[0], chance)
        with pytest.raises(DataError, match=r"No checkpoint can be used.*Remove .*checkpoint"):
            place.newest(refuse)
        for path in place.folder.iterdir():
            path.unlink()


def test_a_file_of_another_step_is_not_taken(place):
    place.save(moment(20))
    (path,) = place.folder.iterdir()
    path.rename(path.with_name(path.name.replace("000020", "000030")))
    with pytest.raises(DataError, match="not a checkpoint of this version"):
        place.newest(refuse)


def test_files_of_others_are_left_alone(place):
    place.save(moment(10))
    (place.folder / "notes.txt").write_text("mine")
    place.save(moment(20))
    place.save(moment(30))
    assert "notes.txt" in files(place)


def step_of(place):
    found = place.newest(refuse)
    return None if found is None else found.step


@pytest.mark.parametrize("reason", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_a_write_that_fails_leaves_the_generation_before(place, reason, monkeypatch):
    place.save(moment(10))
    for steps in itertools.count():
        with monkeypatch.context() as patch:
            Disk(steps, reason).limit(patch)
            try:
                place.save(moment(20))
                break
            except WriteError as error:
                code, line = exit_code(error)
        assert code == 74 and os.strerror(reason) in line
        require_equal(place.newest(refuse), moment(step_of(place)))
        assert step_of(place) in (10, 20)
    assert steps >= 4
    assert step_of(place) == 20


def killed_at(place, steps):
    """Save in a child process that is killed after some steps; tell whether it was."""
    with warnings.catch_warnings():
        # From Python 3.12 on a fork beside threads is warned of; the child uses none.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        Disk(steps, lambda: os.kill(os.getpid(), signal.SIGKILL)).limit(pytest.MonkeyPatch())
        place.save(moment(20))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def test_a_kill_at_any_write_leaves_a_whole_generation(place):
    for steps in itertools.count():
        for path in place.folder.glob("*"):
            path.unlink()
        place.save(moment(0))
        place.save(moment(10))
        killed = killed_at(place, steps)
        found = step_of(place)
        require_equal(place.newest(refuse), moment(found))
        if not killed:
            break
        assert found in (10, 20)
        # What a killed save left is cleared away by the next one.
        place.save(moment(30))
        assert len(files(place)) == 2
    assert steps >= 4
    assert found == 20
