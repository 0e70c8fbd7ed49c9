"""Where a training step on TensorFlow spends its time, network by network.

Each part is timed alone, as the training compiles it: gathering a batch, drawing its noise, the
way forward, the way back, and what the optimizer and the loop around it add. The feed works
beside the step, so the whole is less than the sum where a processor is free. What the matrix
products alone would take at the machine's measured peak stands beside it.

    python benchmarks/step_parts.py --output benchmarks/results/step_parts.csv
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import tensorflow as tf

from hourglass.images import Images
from hourglass.models import ImageModel
from hourglass.records import TrainingPlan
from hourglass.training import Feed
from hourglass.training.compilation import compile_model, compiles_with_xla
from hourglass.training.engine import engine_of
from tables import write_table
from throughput import peak
from throughput_cases import CASES, RATE, Case, load_material, multiply_adds
from throughput_keras import Clock, built

_PLAN = TrainingPlan(epochs=1, learning_rate=RATE, beta_2=0.999, schedule="constant", clip_norm=0.0)


def milliseconds(work: Callable[[], Any], calls: int) -> float:
    """Return the median of some calls, the first one left out."""
    work()
    found = []
    for _ in range(calls):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return 1e3 * statistics.median(found)


def of_feed(images: Images, case: Case, model: ImageModel | None, steps: int) -> float:
    """Return milliseconds for a batch that nobody computes with, with noise or without."""
    corruption = None if model is None else model.corruption
    feed = Feed(images, case.batch_size, seed=0, corruption=corruption)
    feed.steps = steps
    batches = feed.batches()
    return milliseconds(lambda: [None for _ in batches], 3) / steps


def of_network(model: ImageModel, pair: Any, *, backward: bool, calls: int) -> float:
    """Return milliseconds for the way forward, and back."""
    seen, clean = pair
    variables = model.trainable_variables

    @tf.function(jit_compile=compiles_with_xla(model))
    def work() -> Any:
        if not backward:
            return model.training_loss(clean, model(seen, training=True))
        with tf.GradientTape() as tape:
            loss = model.training_loss(clean, model(seen, training=True))
        return tape.gradient(loss, [variable.value for variable in variables])

    return milliseconds(work, calls)


def of_steps(model: ImageModel, batches: Any, steps: int) -> float:
    """Return milliseconds for a step of ``fit``."""
    clock = Clock()
    model.fit(batches, steps_per_epoch=steps, verbose=0, callbacks=[clock], shuffle=False)
    return 1e3 * clock.seconds_per_step()


def parts(case: Case, quick: bool) -> dict[str, object]:
    """Return a line of the table."""
    images = load_material(case.noise).train
    steps = 64 if quick else case.steps
    model = built(case)
    feed = Feed(images, case.batch_size, seed=0)
    with ExitStack() as stack:
        stack.enter_context(engine_of(model, feed, _PLAN))
        compile_model(model, _PLAN, steps, feed)
        feed.steps = steps
        pair = next(iter(feed.batches()))
        gather = of_feed(images, case, None, steps)
        both = of_feed(images, case, model, steps)
        forward = of_network(model, pair, backward=False, calls=steps)
        network = of_network(model, pair, backward=True, calls=steps)
        step = of_steps(model, tf.data.Dataset.from_tensors(pair).repeat(), steps)
        training = of_steps(model, feed.batches(), steps)
    products = 1e3 * 3 * multiply_adds(case.network) * case.batch_size / peak()
    found = {
        "gather": gather,
        "noise": max(0.0, both - gather),
        "forward": forward,
        "backward": max(0.0, network - forward),
        "optimizer": max(0.0, step - network),
        "step": step,
        "training": training,
        "products at peak": products,
    }
    named = {"network": case.network, "noise factor": case.noise, "batch": case.batch_size}
    return {**named, **{f"{name}, ms": f"{value:.2f}" for name, value in found.items()}}


def main() -> None:
    """Time all cases and write a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="Fewer steps, to try it.")
    parser.add_argument("--networks", nargs="+", default=["dense", "pooling", "strided", "unet"])
    parser.add_argument("--output", type=Path, required=True)
    words = parser.parse_args()

    def lines() -> Iterator[dict[str, object]]:
        for case in CASES:
            if case.network in words.networks:
                yield parts(case, words.quick)

    write_table(words.output, lines())


if __name__ == "__main__":
    main()
