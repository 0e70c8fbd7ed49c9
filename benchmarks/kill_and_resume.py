"""Kill a short run at random times, resume it, and compare it with one that was left alone.

Each kill is SIGKILL to the process that trains, at a time drawn from a seed over the whole of a
run: while it begins, trains, writes checkpoints (one at every chance), writes its model, compares
and reports. The killed run is resumed to its end. Equal means: the same SHA-256 of kept weights,
of the optimizer's state, of the history with times left out, and the same best epoch.

    python benchmarks/kill_and_resume.py --output benchmarks/results/kill_and_resume.csv
"""

import argparse
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

from hourglass.records import CheckpointTiming, Experiment
from hourglass.runs import RunFolder
from hourglass.seeds import generator
from tables import write_table

EXPERIMENTS: Mapping[str, Mapping[str, Any]] = {
    "denoiser": {
        "data": "digits",
        "network": "dense",
        "units": [32],
        "latent_dim": 12,
        "noise": 0.2,
        "loss": "bce",
        "epochs": 12,
        "batch_size": 8,
        "learning_rate": 0.02,
    },
    "classifier": {
        "data": "digits",
        "objective": "classify",
        "network": "dense",
        "units": [32],
        "dropout": 0.3,
        "normalized": True,
        "epochs": 12,
        "batch_size": 8,
        "learning_rate": 0.02,
    },
}
ALWAYS = CheckpointTiming(between_epochs=0.0, within_epochs=0.0, share=1e9)


def work(path: Path, asked: Mapping[str, Any]) -> None:
    """Begin a run, or go on with the one that is there."""
    os.environ["HOURGLASS_CACHE_DIR"] = str(path.parent / "cache")
    from hourglass.experiment import resume_run, run_experiment

    if path.exists():
        resume_run(RunFolder(path), timing=ALWAYS)
    else:
        run_experiment(Experiment.from_mapping(asked, "benchmark"), path, timing=ALWAYS)


def main() -> None:
    """Kill and resume as often as asked for, and write a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--runs", nargs="+", choices=EXPERIMENTS, default=list(EXPERIMENTS))
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    context = multiprocessing.get_context("forkserver")
    # Libraries are imported once, and each process starts with them.
    context.set_forkserver_preload(["tensorflow", "hourglass.experiment", "hourglass.report"])
    with tempfile.TemporaryDirectory() as folder:
        lines = write_table(options.output, kills(context, Path(folder), options))
    equal = sum(bool(line["equal"]) for line in lines)
    print(f"{equal} of {len(lines)} equal.")
    sys.exit(equal != len(lines))


def kills(
    context: ForkServerContext, folder: Path, options: argparse.Namespace
) -> Iterator[dict[str, object]]:
    """Yield a line for each kill, the experiments in turn."""
    whole = {name: undisturbed(context, folder / name, name) for name in options.runs}
    chance = generator(options.seed, "kills")
    for number in range(options.kills):
        name = options.runs[number % len(options.runs)]
        expected, seconds = whole[name]
        path = folder / f"killed-{number}"
        delay = float(chance.uniform(0.0, seconds))
        finished = start_and_kill(context, path, name, delay)
        line = {
            "kill": number + 1,
            "run": name,
            "seconds": round(delay, 3),
            "found": "finished" if finished else what_is_there(path),
        }
        finish(context, path, name)
        yield {**line, "equal": result(path) == expected}
        shutil.rmtree(path)


def undisturbed(
    context: ForkServerContext, path: Path, name: str
) -> tuple[dict[str, object], float]:
    """Return what a run ends with, and the seconds it takes with everything in place."""
    # The first one brings data and baselines into the cache.
    finish(context, path.with_name(f"first-{name}"), name)
    start = time.perf_counter()
    finish(context, path, name)
    return result(path), time.perf_counter() - start


def finish(context: ForkServerContext, path: Path, name: str) -> None:
    """Do a run, or the rest of it, in a process of its own."""
    process = context.Process(target=work, args=(path, EXPERIMENTS[name]))
    process.start()
    process.join()
    if process.exitcode != 0:
        raise RuntimeError(f"{path} could not be finished: exit code {process.exitcode}")


def start_and_kill(context: ForkServerContext, path: Path, name: str, delay: float) -> bool:
    """Start a run and kill it after some seconds; tell whether it was done by then."""
    process = context.Process(target=work, args=(path, EXPERIMENTS[name]))
    process.start()
    process.join(delay)
    if process.pid is not None and process.exitcode is None:
        os.kill(process.pid, signal.SIGKILL)
    process.join()
    return process.exitcode == 0


def what_is_there(path: Path) -> str:
    """Return how far a killed run came."""
    if not path.exists():
        return "nothing"
    status = RunFolder(path).read_record().status
    names = [one.name for one in path.rglob("*")]
    saved = sum(name.startswith("step-") for name in names)
    saving = " while writing" if any(name.endswith(".part") for name in names) else ""
    return f"{status}, {saved} checkpoints{saving}"


def result(path: Path) -> dict[str, object]:
    """Return what has to be equal."""
    run = RunFolder(path)
    record = run.read_record()
    if record.status != "finished" or run.checkpoint.exists():
        raise RuntimeError(f"{path} is not finished.")
    return {**record.digests, "best epoch": run.read_history().best_epoch}


if __name__ == "__main__":
    main()
