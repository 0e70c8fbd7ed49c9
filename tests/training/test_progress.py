import contextlib
import io

import numpy as np
from rich.console import Console

from hourglass.images import ArrayImages
from hourglass.models import build_model
from hourglass.records import ModelSpec, NetworkOptions, TrainingPlan
from hourglass.training import ProgressBar, train


def shown(*, terminal: bool) -> str:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=terminal, width=80)
    images = np.random.default_rng(0).random((64, 4, 4, 1), np.float32)
    options = NetworkOptions(units=(4,), latent_dim=2, activation="relu")
    model = build_model(ModelSpec(network="dense", image_shape=(4, 4, 1), options=options))
    train(
        model,
        ArrayImages(images),
        TrainingPlan(epochs=3, batch_size=16),
        validation=(images, images),
        callbacks=[ProgressBar(console, 16)],
    )
    return stream.getvalue()


def test_a_terminal_sees_epoch_loss_speed_and_time_left() -> None:
    text = shown(terminal=True)
    for words in ("epoch 3/3", "loss 0.", "val 0.", "images/s", "left"):
        assert words in text
    assert "…" not in text


def test_a_file_sees_nothing() -> None:
    assert shown(terminal=False) == ""


def test_an_interruption_gives_the_terminal_back() -> None:
    stream = io.StringIO()
    with (
        contextlib.suppress(KeyboardInterrupt),
        ProgressBar(Console(file=stream, force_terminal=True, width=80), 16) as bar,
    ):
        bar.on_train_begin()
        raise KeyboardInterrupt
    # The cursor, hidden while the line is drawn, is shown again.
    assert stream.getvalue().rstrip().endswith(("\x1b[?25h", "\x1b[2K", "\x1b[1A\x1b[2K"))
    assert "\x1b[?25h" in stream.getvalue()
