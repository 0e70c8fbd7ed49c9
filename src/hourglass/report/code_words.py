"""Sentences about codes: what they are in an autoencoder and in a variational one."""

import math
from collections.abc import Iterator
from typing import Final, get_args

from hourglass.figures.text import format_decibel, format_mse, format_nats, format_number
from hourglass.records import CodeSource, CodeSpace, CodeSpread
from hourglass.report import words
from hourglass.report.group_contents import GroupContents
from hourglass.report.group_members import MemberContents

SOURCES: Final[tuple[CodeSource, ...]] = get_args(CodeSource)


def title(space: CodeSpace) -> str:
    """Return data and size of the code: ``Fashion-MNIST, codes of 2 numbers``."""
    data = words.data_name(space.data)
    return f"{data[0].upper()}{data[1:]}, codes of {space.latent_dim} numbers"


def sentences(space: CodeSpace, group: GroupContents) -> list[str]:
    """Say from the numbers what the price of a variational code buys."""
    plain = next((s for s in space.spreads if s.kind == "autoencoder"), None)
    variational = next((s for s in space.spreads if s.kind == "variational"), None)
    return [
        *_reconstructions(plain, variational, group),
        *_of_autoencoder(plain, space),
        *_of_variational(variational, space, group),
        *_references(space),
    ]


def strips(space: CodeSpace) -> Iterator[tuple[str, str, str]]:
    """Yield kind, title and caption of the strips of a space."""
    yield (
        "random",
        "What random codes decode to",
        "Every column is one draw from the standard normal, given to all; a fitted Gaussian "
        "stretches and shifts it to mean and covariance of the training codes.",
    )
    yield (
        "between",
        "Between two images",
        f"From {space.ends[0]} to {space.ends[1]}, on the straight line between their codes; the "
        "first row mixes the pixels instead.",
    )


def plane(spread: CodeSpread) -> str:
    """Return which codes a plane shows."""
    if spread.kind == "variational":
        return (
            f"{spread.run}: the plane of codes at the quantiles of the standard normal, so that "
            "each image stands for an equal share of the prior."
        )
    horizontal, vertical = (
        f"{format_number(low)} to {format_number(high)}" for low, high in spread.plane or ()
    )
    return (
        f"{spread.run}: the plane of codes from the lowest to the highest hundredth of the "
        f"training codes, {horizontal} across and {vertical} upwards (train split)."
    )


def _reconstructions(
    plain: CodeSpread | None, variational: CodeSpread | None, group: GroupContents
) -> Iterator[str]:
    first = plain and group.member(plain.run)
    second = variational and group.member(variational.run)
    if not first or not second:
        return
    errors = [format_mse(member.result.test_mse) for member in (first, second)]
    lead = _decibels(first, second)
    if format_decibel(abs(lead)) == format_decibel(0.0):
        yield f"{first.name} and {second.name} rebuild equally well: test MSE {errors[0]}."
    elif lead > 0:
        yield (
            f"{first.name} rebuilds better, with test MSE {errors[0]} against {errors[1]} of "
            f"{second.name} ({format_decibel(lead)} dB): its code is for the image alone."
        )
    else:
        yield (
            f"{second.name} rebuilds no worse for the price of its code: test MSE {errors[1]} "
            f"against {errors[0]} of {first.name} ({format_decibel(-lead)} dB)."
        )


def _of_autoencoder(spread: CodeSpread | None, space: CodeSpace) -> Iterator[str]:
    if spread is None:
        return
    yield (
        f"Nothing tells the codes of {spread.run} where to lie: {_deviations(spread)}. "
        f"{_share(space, spread.run, 'standard normal')}"
        f"{_share(space, spread.run, 'fitted Gaussian')}"
        "Where no image was encoded to, its decoder was never asked."
    )


def _of_variational(
    spread: CodeSpread | None, space: CodeSpace, group: GroupContents
) -> Iterator[str]:
    member = spread and group.member(spread.run)
    found = member and member.scores.variational
    if not spread or not found:
        return
    yield (
        f"{spread.run} pays {format_nats(found.divergence)} nats an image ({found.split} split, KL "
        f"divergence summed over the units) for codes near the standard normal: "
        f"{_deviations(spread)}. {_share(space, spread.run, 'standard normal')}"
        f"It uses {found.active_units} of {found.units} units. {found.verdict()}"
    )


def _references(space: CodeSpace) -> Iterator[str]:
    """Say what codes of unseen images reach, and what a linear code does."""
    linear = space.codes("PCA", "fitted Gaussian")
    known = (space.codes(maker, "training images") for maker in space.makers)
    first = next((codes for codes in known if codes is not None), None)
    if first is None or linear is None:
        return
    yield (
        "No more can be asked of random codes than codes of training images have: "
        f"{first.precision:.0%} and {first.recall:.0%} in {first.maker}. Random codes of PCA, with "
        f"as many numbers, have {linear.precision:.0%} and {linear.recall:.0%} (test split); what "
        "they decode to are mixes of the same few pictures."
    )


def _deviations(spread: CodeSpread) -> str:
    low, high = format_number(spread.least_deviation), format_number(spread.greatest_deviation)
    return f"their units have deviations from {low} to {high} (train split), the normal has 1"


def _share(space: CodeSpace, run: str, source: CodeSource) -> str:
    codes, spread = space.codes(run, source), space.spread(run)
    if codes is None or spread is None:
        return ""
    prior = spread.kind == "variational" and source == "standard normal"
    origin = "its prior" if prior else f"{'the' if source == 'standard normal' else 'a'} {source}"
    return (
        f"Of draws from {origin}, {codes.precision:.0%} lie among the codes of test images, and "
        f"they cover {codes.recall:.0%} of these. "
    )


def _decibels(first: MemberContents, second: MemberContents) -> float:
    """Return by how many dB the error of the first is below that of the second."""
    errors = first.error, second.error
    if not all(math.isfinite(error) and error > 0 for error in errors):
        return 0.0
    return 10.0 * math.log10(errors[1] / errors[0])
