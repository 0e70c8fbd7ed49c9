"""The drawings of a group: every run keeps its color and marker in all of them."""

import math
from functools import partial

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from hourglass.figures import (
    draw_group_curves,
    draw_members,
    draw_noise_matrix,
    draw_spectra,
    group_curves_size,
    hourglass_style,
    marks_of,
    members_size,
    noise_matrix_size,
    ring_edges,
    spectra_size,
)
from hourglass.records import Epoch, History, MemberResult, MethodScores, NoiseStudy

NAMES = [f"run-{number}" for number in range(12)]


def history(epochs: int, fall: float = 1.0) -> History:
    """Return losses that fall by ``fall`` decades over the training."""
    rows = [
        Epoch(
            epoch=number,
            step=number * 10,
            loss=float(loss),
            val_loss=float(loss) * 0.9,
            val_mse=float(loss) * 0.8,
            learning_rate=1e-3,
            seconds=1.0,
            images_per_second=1000.0,
        )
        for number, loss in enumerate(np.logspace(-1, -1 - fall, epochs), start=1)
    ]
    return History(epochs=tuple(rows), best_epoch=epochs)


def member(name: str, mse: float) -> MemberResult:
    """Return a result with nothing but its errors."""
    return MemberResult(
        name=name,
        role="published",
        about="",
        images_seen=1,
        code_size=None,
        train_images=1,
        train_mse=mse,
        test_mse=mse,
        spectrum=(mse,),
    )


def baseline(label: str, mse: float) -> MethodScores:
    """Return a baseline with nothing but its error."""
    return MethodScores(
        method=label,
        label=label,
        kind="baseline",
        mse=mse,
        psnr=20.0,
        psnr_per_image=20.0,
        ssim=0.8,
    )


def study(*gains: tuple[float, ...], chosen: float = 0.0) -> NoiseStudy:
    """Return a study whose noise factors are 0, 1, 2 … tenths."""
    rows, columns = len(gains), len(gains[0])
    return NoiseStudy(
        trained_on=tuple(row / 10 for row in range(rows)),
        tested_on=tuple(column / 10 for column in range(columns)),
        gains=gains,
        mean_gains=tuple(float(np.mean(row)) for row in gains),
        clean_mse=(0.1,) * rows,
        test_mse=((0.1,) * columns,) * rows,
        chosen=chosen,
    )


MARKS = marks_of(NAMES)
MEMBERS = [member(name, 0.001 * (n + 1)) for n, name in enumerate(NAMES)]
ALIKE = {name: baseline("affine LMMSE", 0.005) for name in NAMES}
MANY = {name: history(20) for name in NAMES}
SPECTRA = {name: tuple(0.1 / (ring + n + 1) for ring in range(8)) for n, name in enumerate(NAMES)}

CHARTS = [
    pytest.param(partial(draw_group_curves, MANY, MARKS, loss="mse"), id="curves"),
    pytest.param(partial(draw_group_curves, MANY, MARKS), id="curves-of-several-losses"),
    pytest.param(partial(draw_group_curves, {"run-0": history(1)}, MARKS), id="one-epoch"),
    pytest.param(
        partial(draw_group_curves, {"run-0": history(3, float("nan"))}, MARKS), id="not-a-number"
    ),
    pytest.param(partial(draw_spectra, SPECTRA, MARKS), id="spectra"),
    pytest.param(partial(draw_spectra, {"run-1": (0.0, 0.1)}, MARKS), id="spectra-with-zero"),
    pytest.param(partial(draw_members, MEMBERS, ALIKE, MARKS), id="members"),
    pytest.param(partial(draw_members, MEMBERS[:1], {}, MARKS), id="one-member"),
    pytest.param(
        partial(draw_members, [member("run-0", math.nan)], ALIKE, MARKS), id="member-without-error"
    ),
    pytest.param(partial(draw_noise_matrix, study((1.0, 2.0), (0.5, 3.0))), id="noise"),
    pytest.param(partial(draw_noise_matrix, study((-math.inf, 2.0))), id="noise-infinite"),
    pytest.param(partial(draw_noise_matrix, study((math.nan,), chosen=7.0)), id="noise-nothing"),
]


@pytest.mark.parametrize("draw", CHARTS)
def test_every_chart_gives_its_axes_back_with_both_axes_named(draw, ax):
    assert draw(ax) is ax
    assert ax.get_xlabel()
    assert ax.get_ylabel() or any(label.get_text() for label in ax.get_yticklabels())


def test_twelve_runs_are_told_apart_by_color_and_marker():
    looks = {(mark.color, mark.marker, mark.filled) for mark in MARKS.values()}
    assert len(looks) == len(NAMES)
    by_color: dict[str, set[str]] = {}
    for mark in MARKS.values():
        by_color.setdefault(mark.color, set()).add(mark.marker)
    assert all(len(markers) == 2 for markers in by_color.values())


def test_a_run_looks_the_same_in_every_chart(ax):
    draw_group_curves(MANY, MARKS, ax, loss="mse")
    drawn = {line.get_label(): line for line in ax.get_lines()}
    for name, mark in MARKS.items():
        assert (drawn[name].get_color(), drawn[name].get_marker()) == (mark.color, mark.marker)
    ax.clear()
    draw_members(MEMBERS, {}, MARKS, ax)
    edges = [to_hex(bar.get_edgecolor()) for bar in ax.patches]
    assert edges == [mark.color for mark in MARKS.values()]


def test_training_is_dotted_and_left_out_where_losses_differ(ax):
    draw_group_curves({"run-0": history(4)}, MARKS, ax, loss="mse")
    assert sorted(line.get_linestyle() for line in ax.get_lines()) == ["-", ":"]
    ax.clear()
    draw_group_curves({"run-0": history(4)}, MARKS, ax)
    (line,) = ax.get_lines()
    assert line.get_ydata()[0] == pytest.approx(0.08)


def test_curves_far_apart_get_a_logarithmic_axis(ax):
    draw_group_curves({"run-0": history(4, 0.5)}, MARKS, ax)
    assert ax.get_yscale() == "linear"
    draw_group_curves({"run-0": history(4, 3.0)}, MARKS, ax)
    assert ax.get_yscale() == "log"


def test_rings_reach_from_zero_to_the_finest_checkerboard(ax):
    assert ring_edges(2) == pytest.approx([0.0, math.sqrt(0.5) / 2, math.sqrt(0.5)])
    draw_spectra({"run-0": (0.3, 0.1)}, MARKS, ax)
    (line,) = ax.get_lines()
    assert list(line.get_xdata()) == pytest.approx([math.sqrt(0.5) / 4, math.sqrt(0.5) * 3 / 4])


def test_each_bar_meets_its_own_baseline(ax):
    known = {"run-0": baseline("PCA", 0.2), "run-1": baseline("affine LMMSE", 0.1)}
    draw_members(MEMBERS[:3], known, MARKS, ax)
    (lines,) = ax.collections
    assert [segment[0][0] for segment in lines.get_segments()] == [0.2, 0.1]
    assert ax.get_legend().get_texts()[0].get_text() == "best baseline of each run"


def test_the_matrix_says_every_gain_and_frames_the_choice(ax):
    draw_noise_matrix(study((1.0, 2.5), (-0.5, -math.inf), chosen=0.1), ax)
    assert [text.get_text() for text in ax.texts] == [
        "+1.00",
        "+2.50",
        "−0.50",
        "−∞",
        "chosen",
    ]
    (frame,) = ax.patches
    assert frame.get_y() == 0.5
    assert [label.get_text() for label in ax.get_yticklabels()] == ["0", "0.1"]


@pytest.mark.parametrize(
    ("draw", "size"),
    [
        (partial(draw_group_curves, MANY, MARKS, loss="mse"), group_curves_size(MANY)),
        (partial(draw_spectra, SPECTRA, MARKS), spectra_size(SPECTRA)),
        (partial(draw_members, MEMBERS, ALIKE, MARKS), members_size(MEMBERS)),
        (
            partial(draw_noise_matrix, study((1.0,) * 6, (2.0,) * 6)),
            noise_matrix_size(study((1.0,) * 6, (2.0,) * 6)),
        ),
    ],
    ids=["curves", "spectra", "members", "noise"],
)
def test_nothing_is_cut_off_at_the_size_that_suits(draw, size):
    with hourglass_style():
        figure = Figure(figsize=size, layout="constrained")
        draw(figure.subplots())
        figure.draw_without_rendering()
        box = figure.get_tightbbox()
    assert box.x0 >= -0.02 and box.y0 >= -0.02
    assert box.x1 <= size[0] + 0.02 and box.y1 <= size[1] + 0.02
