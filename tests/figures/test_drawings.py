"""Every drawing keeps the same promise, on every record."""

import io
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch

from hourglass.figures import (
    architecture_size,
    color_of,
    draw_architecture,
    draw_curves,
    draw_errors,
    draw_errors_by_class,
    draw_methods,
    errors_by_class_size,
    hourglass_style,
    methods_size,
)
from hourglass.records import Architecture, Epoch, History, LayerRecord, MethodScores, Scores


def history(epochs: int, fall: float = 1.0) -> History:
    """Return losses that fall by ``fall`` decades over the training."""
    losses = np.logspace(-1, -1 - fall, epochs)
    rows = [
        Epoch(
            epoch=number,
            step=number * 10,
            loss=float(loss),
            val_loss=float(loss) * 0.9,
            val_mse=float(loss),
            learning_rate=1e-3,
            seconds=1.0,
            images_per_second=1000.0,
        )
        for number, loss in enumerate(losses, start=1)
    ]
    return History(epochs=tuple(rows), best_epoch=epochs)


def method(key: str, kind: str, mse: float, classes: int = 0) -> MethodScores:
    """Return the scores of one method."""
    return MethodScores(
        method=key,
        label=f"the {key}",
        kind=kind,
        mse=mse,
        psnr=float(-10 * np.log10(mse)) if mse else float("inf"),
        psnr_per_image=20.0,
        ssim=0.8,
        mse_by_class={f"class {number}": mse * (1 + number) for number in range(classes)},
    )


def scores(classes: int = 3) -> Scores:
    """Return a table of four methods."""
    return Scores(
        data="fashion-mnist",
        split="test",
        images=2000,
        corruption="gaussian:0.2",
        methods=(
            method("noisy", "input", 0.04, classes),
            method("mean-image", "baseline", 0.09, classes),
            method("lmmse", "baseline", 0.01, classes),
            method("model", "model", 0.005, classes),
        ),
    )


def lone_model() -> Scores:
    """Return a table without a baseline."""
    return Scores(data="x", split="validation", images=1, methods=(method("model", "model", 0.1),))


def chain(kinds: list[str], sizes: list[int | None], part: str = "network") -> Architecture:
    """Return layers that follow each other; each gives ``size`` by 4 values."""
    layers = [
        LayerRecord(
            name=f"layer_{number}",
            kind=kind,
            part=part,
            output_shape=(size, 4),
            parameters=number,
            inputs=(f"layer_{number - 1}",) if number else (),
        )
        for number, (kind, size) in enumerate(zip(kinds, sizes, strict=True))
    ]
    return Architecture(layers=tuple(layers))


ERRORS = {
    "noisy": np.full(2000, 0.04, np.float32),
    "lmmse": np.linspace(0.005, 0.015, 2000, dtype=np.float32),
    "model": np.linspace(0.001, 0.009, 2000, dtype=np.float32),
}
PERFECT = Scores(data="x", split="test", images=1, methods=(method("model", "model", 0.0, 1),))

CHARTS = [
    pytest.param(partial(draw_curves, history(20)), id="curves"),
    pytest.param(partial(draw_curves, history(1)), id="curves-of-one-epoch"),
    pytest.param(partial(draw_curves, history(30, fall=3), corrupted=True), id="curves-log"),
    pytest.param(partial(draw_curves, history(3, fall=float("nan"))), id="curves-not-a-number"),
    pytest.param(partial(draw_errors, ERRORS, scores()), id="errors"),
    pytest.param(partial(draw_errors, {"model": np.zeros(3)}, PERFECT), id="errors-all-zero"),
    pytest.param(partial(draw_errors, {"model": np.ones(1)}, lone_model()), id="errors-of-one"),
    pytest.param(partial(draw_errors_by_class, scores()), id="classes"),
    pytest.param(partial(draw_errors_by_class, scores(classes=1)), id="one-class"),
    pytest.param(partial(draw_errors_by_class, scores(classes=100)), id="many-classes"),
    pytest.param(partial(draw_methods, scores()), id="methods"),
    pytest.param(partial(draw_methods, lone_model()), id="methods-model-alone"),
    pytest.param(partial(draw_methods, PERFECT), id="methods-perfect"),
]


@pytest.mark.parametrize("draw", CHARTS)
def test_every_chart_gives_back_its_axes_with_both_labels(draw, ax):
    assert draw(ax) is ax
    assert ax.get_xlabel()
    assert ax.get_ylabel()


def test_curves_of_one_epoch_show_points(ax):
    draw_curves(history(1), ax)
    assert {line.get_marker() for line in ax.lines} == {"o"}


def test_curves_use_a_log_axis_only_where_the_range_asks_for_it(ax):
    assert draw_curves(history(9, fall=0.5), ax).get_yscale() == "linear"
    assert draw_curves(history(9, fall=3), ax).get_yscale() == "log"


def test_curves_mark_the_best_epoch_and_tell_of_corrupted_input(ax):
    draw_curves(history(5), ax, loss="mean squared error", corrupted=True)
    assert "best: epoch 5" in [text.get_text() for text in ax.get_legend().get_texts()]
    assert ax.get_ylabel() == "mean squared error\n(training: freshly corrupted input)"


def test_errors_show_means_of_the_record_and_leave_out_what_does_not_fit(ax):
    draw_errors(ERRORS, scores(), ax)
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["the model, mean 0.00500", "the lmmse, mean 0.01000"]


def test_many_classes_are_cut_to_the_worst(ax):
    draw_errors_by_class(scores(classes=100), ax)
    assert ax.get_ylabel() == "worst 30 of 100"
    assert ax.get_yticklabels()[0].get_text() == "class 99"


def test_methods_show_the_model_in_bold_and_the_split(ax):
    draw_methods(scores(), ax)
    bold = [text.get_text() for text in ax.get_yticklabels() if text.get_fontweight() == "bold"]
    assert bold == ["the model"]
    assert "test, 2\u202f000 images" in ax.get_xlabel()


def test_a_method_has_one_color_in_all_charts():
    with hourglass_style():
        axes = Figure().subplots(3)
        draw_methods(scores(), axes[0])
        draw_errors(ERRORS, scores(), axes[1])
        draw_errors_by_class(scores(), axes[2])
    in_methods = [to_hex(bar.get_facecolor()) for bar in axes[0].patches]
    in_errors = {line.get_label()[:9]: to_hex(line.get_color()) for line in axes[1].lines}
    in_classes = {to_hex(bar.get_facecolor()) for bar in axes[2].patches}
    assert in_methods == [color_of(key) for key in ("model", "lmmse", "noisy", "mean-image")]
    assert in_errors == {"the model": color_of("model"), "the lmmse": color_of("lmmse")}
    assert in_classes == {color_of("model"), color_of("lmmse")}


def test_names_are_no_formulas_and_stay_on_one_line(ax):
    table = Scores(data="x", split="test", images=1, methods=(method("$x^$\n" * 20, "model", 0.1),))
    draw_methods(table, ax)
    label = ax.get_yticklabels()[0].get_text()
    assert label.startswith(r"the $x^$\n") and len(label) == 26


def test_wider_layers_have_wider_boxes_in_both_parts(ax):
    sizes = [784, 128, 32, 128, 784]
    layers = chain(["Dense"] * 5, sizes).layers
    draw_architecture(Architecture(layers=layers), ax)
    widths = [patch.get_width() for patch in ax.patches if isinstance(patch, FancyBboxPatch)]
    assert widths == widths[::-1]
    assert widths[0] > widths[1] > widths[2] > 0


def test_skips_are_drawn_and_open_sizes_are_named(ax):
    layers = [
        LayerRecord(
            name=name, kind=kind, part="network", output_shape=shape, parameters=0, inputs=inputs
        )
        for name, kind, shape, inputs in (
            ("images", "InputLayer", (None, None, 1), ()),
            ("first", "Conv2D", (None, None, 8), ("images",)),
            ("sum", "Add", (None, None, 1), ("images", "first")),
        )
    ]
    draw_architecture(Architecture(layers=tuple(layers)), ax)
    assert sum(type(patch) is PathPatch for patch in ax.patches) == 1
    assert "any × any × 8" in [text.get_text() for text in ax.texts]


def test_eight_layers_have_a_box_each_and_forty_are_folded():
    few = chain(["Dense"] * 8, [8] * 8)
    many = chain(["Conv2D", "BatchNormalization", "Activation", "Conv2D"] * 10, [8] * 40)
    uneven = chain(["Conv2D", "ReLU"] * 20, [size for size in range(1, 21) for _ in (0, 1)])
    assert _boxes(few) == 8
    assert _boxes(many) == 1
    assert _boxes(uneven) == 20


def test_a_folded_box_names_all_that_it_holds(ax):
    kinds = ["Conv2D", "BatchNormalization", "LeakyReLU"]
    draw_architecture(chain(kinds * 10, [8, 8, 8, 9, 9, 9] * 5), ax)
    texts = [text.get_text() for text in ax.texts]
    assert texts.count("Conv2D") == texts.count("+ BatchNorm + LeakyReLU") == 10


def _boxes(architecture: Architecture) -> int:
    with hourglass_style():
        axes = Figure(figsize=architecture_size(architecture)).subplots()
        draw_architecture(architecture, axes)
    return sum(isinstance(patch, FancyBboxPatch) for patch in axes.patches)


@pytest.mark.parametrize(
    ("inputs", "boxes"),
    [
        pytest.param(("layer_28",), 1, id="a chain is one box"),
        pytest.param(("layer_28", "layer_9"), 2, id="a residual branch folds into its box"),
        pytest.param(("layer_28", "layer_9", "layer_12"), 4, id="other branches stay visible"),
    ],
)
def test_folding_hides_no_branch(inputs, boxes):
    layers = list(chain(["Conv2D"] * 30, [8] * 30).layers)
    layers[-1] = replace(layers[-1], inputs=inputs)
    assert _boxes(Architecture(layers=tuple(layers))) == boxes


@pytest.mark.parametrize("size", [methods_size, errors_by_class_size])
def test_sizes_grow_with_what_is_shown(size):
    assert size(scores())[1] >= size(lone_model())[1]


def test_drawing_twice_gives_the_same_bytes():
    assert _svg() == _svg()


def _svg() -> bytes:
    content = io.BytesIO()
    with hourglass_style():
        figure = Figure(layout="constrained")
        draw_methods(scores(), figure.subplots())
        figure.savefig(content, format="svg", metadata={"Date": None})
    return content.getvalue()
