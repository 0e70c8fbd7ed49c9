"""How fast Hourglass trains beside its peers, side by side in one run on a processor.

Every side trains the same networks on the same images with Adam at the same rate. Each lives in a
process of its own, which waits while the others work; they take turns round by round, so that
what else happens on the machine meets all of them. The first round of each, which compiles, is
told apart. Beside images a second there is the share of the machine's own matrix product, which
is measured in between: a training step of a network is taken as three times the multiply-adds of
its way forward.

    python benchmarks/throughput.py --output benchmarks/results

PyTorch is no dependency of Hourglass: `pip install torch` beside it adds its rows.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np

from hourglass.runs import read_environment
from tables import write_table
from throughput_cases import CASES, Case, multiply_adds
from throughput_plot import save_plot
from throughput_process import COMPILED, HOURGLASS, JAX, SCAN, SIDES, STOCK, TORCH, Process, started

#: What is asked for: network, whether with noise, side, beside which other, and the least ratio.
ASKED: Final = (
    ("dense", False, HOURGLASS, STOCK, 2.2),
    ("dense", False, HOURGLASS, COMPILED, 1.3),
    ("pooling", False, HOURGLASS, STOCK, 1.3),
    ("pooling", False, HOURGLASS, TORCH, 1.15),
    ("strided", False, HOURGLASS, STOCK, 1.3),
    ("strided", False, HOURGLASS, TORCH, 1.15),
    ("unet", False, HOURGLASS, STOCK, 1.1),
    ("unet", False, HOURGLASS, TORCH, 0.9),
    ("dense", False, JAX, SCAN, 0.4),
    ("dense", True, HOURGLASS, STOCK, 1.5),
)
# XLA's convolutions are so slow on a processor that a round of them has fewer steps.
_STEPS_OF_SLOW: Final = 64
_QUICK_STEPS: Final = 64
_PEAK_SIZE: Final = 2048
_PRODUCTS: Final = 3


@dataclass
class Found:
    """What one side gave in one case.

    Attributes
    ----------
    start_seconds
        Building, compiling and the first round.
    steps
        Steps in each round.
    seconds, mses
        Of each round past the first: seconds of training, and the validation MSE after it.
    """

    start_seconds: float
    steps: int
    seconds: list[float] = field(default_factory=list)
    mses: list[float] = field(default_factory=list)


def peak() -> float:
    """Return the machine's multiply-adds a second in the fastest of some products of matrices."""
    matrix = np.ones((_PEAK_SIZE, _PEAK_SIZE), np.float32)
    seconds = []
    for _ in range(_PRODUCTS):
        start = time.perf_counter()
        matrix @ matrix
        seconds.append(time.perf_counter() - start)
    return _PEAK_SIZE**3 / min(seconds)


def measure(
    number: int, processes: Sequence[Process], rounds: int, quick: bool, peaks: list[float]
) -> dict[str, Found]:
    """Let all sides train one case in turn."""
    case, found = CASES[number], {}
    parameters = set()
    for process in processes:
        steps = _steps(case, process.side, quick)
        answer = process.ask(do="build", case=number, steps=steps)
        parameters.add(answer["parameters"])
        found[process.side] = Found(answer["start_seconds"], steps)
        print(f"  {process.side}: {answer['start_seconds']:.1f} s to start", flush=True)
    if len(parameters) != 1:
        raise SystemExit(f"The sides do not train the same network: {parameters} parameters.")
    for _ in range(rounds):
        peaks.append(peak())
        for process in processes:
            one = found[process.side]
            answer = process.ask(do="train", steps=one.steps)
            one.seconds.append(answer["seconds"])
            one.mses.append(answer["mse"])
    return found


def _steps(case: Case, side: str, quick: bool) -> int:
    slow = SIDES[side] == "jax" and case.network != "dense"
    return _QUICK_STEPS if quick else _STEPS_OF_SLOW if slow else case.steps


def takes_part(side: str, case: Case) -> bool:
    """Return whether a side trains a case: only the dense network is written out by hand."""
    return side != SCAN or case.network == "dense"


def rates(one: Found, case: Case) -> list[float]:
    """Return the images a second of each round."""
    return [one.steps * case.batch_size / seconds for seconds in one.seconds]


def ratio(one: Found, other: Found, case: Case) -> float:
    """Return the median of what one side is faster by than another, round by round."""
    pairs = zip(rates(one, case), rates(other, case), strict=True)
    return statistics.median(first / second for first, second in pairs)


def rows(case: Case, found: dict[str, Found], highest: float) -> Iterator[dict[str, object]]:
    """Yield a line of the table for each side."""
    for side, one in found.items():
        speeds = rates(one, case)
        speed = statistics.median(speeds)
        round_seconds = statistics.median(one.seconds)
        work = 3 * multiply_adds(case.network) * speed
        reached = _rounds_to(case.target, one.mses)
        yield {
            "network": case.network,
            "noise": case.noise,
            "batch": case.batch_size,
            "side": side,
            "images_per_second": round(speed),
            "lowest": round(min(speeds)),
            "highest": round(max(speeds)),
            "to_stock_fit": f"{ratio(one, found[STOCK], case):.2f}" if STOCK in found else "",
            "share_of_peak": f"{work / highest:.3f}",
            "start_seconds": f"{max(0.0, one.start_seconds - round_seconds):.1f}",
            "target_mse": case.target or "",
            # The round that compiled counts with the steps that it trained.
            "seconds_to_target": f"{(reached + 1) * round_seconds:.1f}" if reached else "",
            "steps": (len(one.mses) + 1) * one.steps,
            "mse_after_steps": f"{one.mses[-1]:.5f}",
        }


def _rounds_to(target: float | None, mses: Sequence[float]) -> int | None:
    reached = (number for number, mse in enumerate(mses, start=1) if target and mse <= target)
    return next(reached, None)


def answers(found: dict[int, dict[str, Found]]) -> list[dict[str, object]]:
    """Return each ratio that is asked for beside the one that was measured."""
    lines: list[dict[str, object]] = []
    for network, noisy, side, other, least in ASKED:
        for number, sides in found.items():
            case = CASES[number]
            fits = (case.network, bool(case.noise)) == (network, noisy)
            if fits and side in sides and other in sides:
                reached = ratio(sides[side], sides[other], case)
                lines.append(
                    {
                        "network": network,
                        "noise": case.noise,
                        "ratio": f"{side} / {other}",
                        "asked": least,
                        "measured": round(reached, 2),
                    }
                )
    return lines


def sides_here() -> list[str]:
    """Return the sides whose library is installed, and say what the others need."""
    here = []
    for side, library in SIDES.items():
        if find_spec(library):
            here.append(side)
        else:
            print(f"{side} is left out: `pip install {library}` adds it.")
    return here


def main() -> None:
    """Measure all cases, and write the table, the facts and the plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="Two short rounds, to try it.")
    parser.add_argument("--networks", nargs="+", default=["dense", "pooling", "strided", "unet"])
    parser.add_argument("--sides", nargs="+", choices=list(SIDES))
    parser.add_argument("--output", type=Path, required=True)
    words = parser.parse_args()
    rounds = min(2, words.rounds) if words.quick else words.rounds
    numbers = [n for n, case in enumerate(CASES) if case.network in words.networks]
    sides = [side for side in sides_here() if not words.sides or side in words.sides]
    found: dict[int, dict[str, Found]] = {}
    peaks: list[float] = []
    start = time.time()

    def lines() -> Iterator[dict[str, object]]:
        with ExitStack() as stack:
            processes = {side: stack.enter_context(started(side)) for side in sides}
            for number in numbers:
                case = CASES[number]
                print(f"{case.network}, noise {case.noise:g}", flush=True)
                taking = [processes[side] for side in sides if takes_part(side, case)]
                found[number] = measure(number, taking, rounds, words.quick, peaks)
                yield from rows(case, found[number], max(peaks))

    table = list(write_table(words.output / "throughput.csv", lines()))
    facts = {
        "environment": asdict(read_environment("tensorflow", "cpu")),
        "load": os.getloadavg(),
        "rounds": rounds,
        "seconds": round(time.time() - start),
        "peak_multiply_adds_per_second": round(max(peaks)),
        "ratios": answers(found),
    }
    text = json.dumps(facts, indent=2) + "\n"
    (words.output / "throughput.json").write_text(text, encoding="utf-8")
    save_plot(table, words.output / "throughput.svg")
    for line in facts["ratios"]:
        print(line)


if __name__ == "__main__":
    main()
