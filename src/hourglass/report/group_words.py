"""Sentences of the report of a group, made from records."""

import math
import shlex
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from hourglass.figures import ring_edges
from hourglass.figures.text import format_count, format_decibel, format_gain, format_mse
from hourglass.records import LONGER_RUNS, MemberResult, NoiseStudy, read_entry
from hourglass.report import words
from hourglass.report.group_contents import GroupContents
from hourglass.report.group_members import MemberContents

LINEAR_METHODS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "gradient": "by gradients",
        "exact": "finished by least squares",
        "regularized": "by gradients with an L2 penalty",
    }
)
Contest = Sequence[MemberContents]
# More are left to the table.
_LISTED: Final = 6
_SAME_BUDGET: Final = 0.005


def command(group: GroupContents) -> str:
    """Return the command that runs the group again."""
    return f"hourglass gallery run {shlex.quote(group.record.name)}"


def verdict(group: GroupContents) -> list[str]:
    """Say which member rebuilds best, by how much, and whether it beats what it must beat."""
    contests = group.contests
    if len(contests) == 1:
        images = words.images(contests[0][0].experiment)
        return [_outcome(contests[0], images), *_against_baseline(contests[0][0])]
    sentences = [choice(group.record.noise)] if group.record.noise is not None else []
    if contests:
        sentences += [_outcome(contest, condition(contest[0])) for contest in _ranked(contests)]
        sentences += [_beaten(group), _kept_apart(contests)]
    return sentences


def reasons(group: GroupContents) -> list[str]:
    """Say from the numbers why one member is better than another."""
    sentences = []
    for contest in _ranked(group.contests):
        best, reference = contest[0], _reference(contest)
        sentences += [*_sizes(best, reference), *_where(best.result, reference.result)]
    return [*sentences, *_gaps(group.members), *_collapses(group.members)]


def own_choice(group: GroupContents) -> list[str]:
    """Compare Hourglass' own choice with the best of the others, as measured."""
    return [_own(member, group) for member in group.own]


def longer(group: GroupContents) -> list[str]:
    """Compare the longer runs with the best of the group, or say how to have them made."""
    if group.longer:
        return [_longer(member, group) for member in group.longer]
    if group.record.name == LONGER_RUNS:
        return []
    asked = {
        (member.experiment.data, member.experiment.corruption)
        for member in read_entry(LONGER_RUNS).members
    }
    if not any(member.question in asked for member in group.members):
        return []
    return [
        f"What ten minutes of training give is shown by: hourglass gallery run {LONGER_RUNS}. "
        "This page then has those runs too."
    ]


def choice(study: NoiseStudy) -> str:
    """Say which noise factor was chosen, and by what."""
    means = dict(zip(study.trained_on, study.mean_gains, strict=True))
    return (
        f"Noise factor {study.chosen:g} was chosen: a network trained with it has the highest "
        f"validation PSNR gain averaged over all {len(study.tested_on)} test levels "
        f"({format_gain(means.get(study.chosen))} dB). The test figures were told only afterwards."
    )


def condition(member: MemberContents) -> str:
    """Return data and corruption in full: what a member's errors were measured on."""
    corruption = member.experiment.corruption
    data = words.data(member.experiment)
    return f"{data} through {words.corruption(corruption)}" if corruption else f"clean {data}"


def measured_on(group: GroupContents) -> str:
    """Return the split and, where all members share it, its size."""
    sizes = {words.measured_on(member.scores) for member in group.members}
    return sizes.pop() if len(sizes) == 1 else "test split of each run"


def shared_loss(group: GroupContents) -> str | None:
    """Return the loss that all members share, ``None`` where they have several."""
    asked = [member.experiment for member in group.members]
    losses = {(one.loss, one.objective_of_code, one.blind_spot) for one in asked}
    return words.loss(group.members[0].experiment) if len(losses) == 1 else None


def alternative_of_members(group: GroupContents) -> str:
    """Describe the bars of test errors."""
    values = ", ".join(
        f"{member.name} {format_mse(member.result.test_mse)}" for member in group.members
    )
    return f"Bar chart of test MSE: {values} ({measured_on(group)})."


def alternative_of_curves(members: Contest) -> str:
    """Describe the curves of all members."""
    ends = ", ".join(
        f"{member.name} from {member.history.epochs[0].val_loss:.4g} "
        f"to {member.history.epochs[-1].val_loss:.4g}"
        for member in members
        if member.history is not None
    )
    return f"Line chart of the losses by epoch; validation loss goes for {ends}."


def alternative_of_spectra(members: Sequence[MemberResult]) -> str:
    """Describe the errors by spatial frequency."""
    ends = ", ".join(
        f"{member.name} from {format_mse(member.spectrum[0])} to {format_mse(member.spectrum[-1])}"
        for member in members
    )
    return f"Line chart of test MSE in rings of spatial frequency, lowest to highest: {ends}."


def alternative_of_noise(study: NoiseStudy) -> str:
    """Describe the matrix of noise factors."""
    means = ", ".join(
        f"{factor:g}: {format_gain(gain)}"
        for factor, gain in zip(study.trained_on, study.mean_gains, strict=True)
    )
    return (
        "Matrix of the validation PSNR gain in dB by noise factor in training and on validation; "
        f"mean gain by noise factor in training: {means}; chosen: {study.chosen:g}."
    )


def _ranked(contests: Sequence[Contest]) -> Iterator[Contest]:
    """Yield the contests in which there is someone to beat; what has no error is left out."""
    for contest in contests:
        measured = [member for member in contest if math.isfinite(member.error)]
        if len(measured) > 1:
            yield measured


def _outcome(contest: Contest, images: str) -> str:
    best = contest[0]
    error = f"test MSE {format_mse(best.result.test_mse)}"
    if not math.isfinite(best.error):
        return f"No run rebuilds {images} with an error that is a number."
    if len(contest) == 1:
        return f"{best.name} rebuilds {images} with {error}."
    level = [member for member in contest if _is_level(_decibels(best, member))]
    if len(level) > 1:
        names = _listed([member.name for member in level])
        return f"{names} are level on {images}, with the lowest {error}."
    next_ = contest[1]
    if not math.isfinite(next_.error):
        return f"{best.name} alone rebuilds {images} with an error that is a number: {error}."
    return (
        f"{best.name} rebuilds {images} best, with {error}: "
        f"{format_decibel(_decibels(best, next_))} dB ahead of the next, {next_.name} "
        f"(test MSE {format_mse(next_.result.test_mse)})."
    )


def _against_baseline(member: MemberContents) -> list[str]:
    if not math.isfinite(member.error):
        return []
    baseline = member.baseline
    if baseline is None:
        return [f"No baseline could be computed for {member.name}."]
    what = f"the best baseline of its own table ({baseline.label}, test MSE "
    what += f"{format_mse(baseline.mse)})"
    lead = _ratio(member.error, baseline.mse)
    if _is_level(lead):
        return [f"{member.name} does not beat {what}: the two are level."]
    if lead < 0:
        return [f"{member.name} does not beat {what}: it is {format_decibel(-lead)} dB behind."]
    return [f"{member.name} beats {what} by {format_decibel(lead)} dB."]


def _beaten(group: GroupContents) -> str:
    judged = [member for member in group.members if member.baseline is not None]
    winners = [
        member
        for member in judged
        if member.baseline is not None and _leads(member.error, member.baseline.mse)
    ]
    if not judged:
        return "No baseline could be computed."
    return (
        f"{format_count(len(winners))} of {format_count(len(judged))} runs beat the best baseline "
        "of their own table in test MSE."
    )


def _kept_apart(contests: Sequence[Contest]) -> str:
    return (
        f"The runs were tested on {format_count(len(contests))} different inputs; test errors are "
        "ranked only among runs with the same images and corruption."
    )


def _reference(contest: Contest) -> MemberContents:
    """Return whom the best is compared with: the best published one, else the next."""
    published = [member for member in contest[1:] if member.result.role == "published"]
    return (published or contest[1:])[0]


def _sizes(best: MemberContents, other: MemberContents) -> Iterator[str]:
    yield _counted(
        (best.name, best.record.parameters), (other.name, other.record.parameters), "parameters"
    )
    first, second = best.result.code_size, other.result.code_size
    if first is not None and second is not None:
        yield _counted((best.name, first), (other.name, second), "numbers in the code of an image")
    elif first is not None or second is not None:
        free, bound = (best, other) if first is None else (other, best)
        yield (
            f"{free.name} has no code to squeeze an image through; that of {bound.name} has "
            f"{format_count(bound.result.code_size or 0)} numbers."
        )


def _counted(first: tuple[str, int], second: tuple[str, int], what: str) -> str:
    (name, count), (other, others) = first, second
    numbers = f"{format_count(count)} {what}"
    if count == others:
        return f"{name} and {other} both have {numbers}."
    if min(count, others) == 0:
        return f"{name} has {numbers}, {other} {format_count(others)}."
    more, joint = _times(max(count, others) / min(count, others))
    if count > others:
        return f"{name} has {numbers}, {more} {joint} {other} ({format_count(others)})."
    return f"{name} has {numbers}; {other} has {more} ({format_count(others)})."


def _times(ratio: float) -> tuple[str, str]:
    """Return how many times as many, and the word that joins it to what it is compared with."""
    # Closer than this, a ratio with one decimal would read as 1.0.
    if ratio < 1.05:
        return "slightly more", "than"
    times = f"{ratio:.1f}" if ratio < 10 else format_count(ratio)
    return f"{times} times as many", "as"


def _where(best: MemberResult, other: MemberResult) -> Iterator[str]:
    """Say at which spatial frequencies the better one gains."""
    rings = len(best.spectrum)
    comparable = rings == len(other.spectrum) and rings > 0
    if not comparable or _is_level(_ratio(best.test_mse, other.test_mse)):
        return
    gains = [theirs - mine for mine, theirs in zip(best.spectrum, other.spectrum, strict=True)]
    saved = sum(gain for gain in gains if gain > 0)
    if not (math.isfinite(saved) and saved > 0):
        return
    ring = max(range(rings), key=lambda number: gains[number])
    share = gains[ring] / saved
    low, high = ring_edges(rings)[ring : ring + 2]
    height = ("low", "middle", "high")[min(2, int(3 * (ring + 0.5) / rings))]
    worse = sum(gain < 0 for gain in gains)
    yield (
        f"{'Most' if share > 0.5 else 'The largest part'} of the test MSE that {best.name} saves "
        f"against {other.name} ({100 * share:.0f} %) lies at {height} spatial frequencies, "
        f"{low:.2f} to {high:.2f} cycles per pixel"
        + (f"; in {worse} of {rings} rings its test MSE is higher." if worse else ".")
    )


def _gaps(members: Contest) -> Iterator[str]:
    """Say how much worse each does on images it has not seen."""
    known = [member.result for member in members if math.isfinite(member.result.gap)]
    if not known:
        return
    ordered = sorted(known, key=lambda result: result.gap, reverse=True)
    first, last = ordered[0], ordered[-1]
    gaps = [f"{result.name} {format_mse(result.gap)}" for result in ordered]
    if first.gap < 0 or format_mse(first.gap) == format_mse(0.0):
        yield "No run errs more on test than on train images: none overfits."
    elif len(ordered) == 1:
        yield f"The test MSE of {first.name} is {format_mse(first.gap)} above its train MSE."
    elif format_mse(first.gap) == format_mse(last.gap):
        yield f"All runs have the same gap between train and test MSE: {format_mse(first.gap)}."
    else:
        shown = gaps if len(gaps) <= _LISTED else [gaps[0], "…", gaps[-1]]
        yield (
            "Overfitting shows as a test MSE above the train MSE, the largest first: "
            f"{', '.join(shown)}."
        )


def _collapses(members: Contest) -> Iterator[str]:
    for member in members:
        if member.scores.collapsed:
            expected = ", as expected" if member.as_expected else ""
            how = "it answers every image with nearly the same one"
            yield f"{member.name} collapsed{expected}: {how}."
        elif member.experiment.expected == "collapse" and member.scores.collapse is not None:
            yield f"{member.name} was expected to collapse and did not."


def _own(own: MemberContents, group: GroupContents) -> str:
    rivals = [
        member
        for member in group.others
        if member.question == own.question and math.isfinite(member.error)
    ]
    error = f"{own.name}: test MSE {format_mse(own.result.test_mse)}"
    if not rivals or not math.isfinite(own.error):
        return f"{error}; there is nothing on the same input to compare it with."
    seen = own.result.images_seen
    alike = [member for member in rivals if _as_many(member.result.images_seen, seen)]
    rival = min(alike or rivals, key=lambda member: member.error)
    budget = (
        f"the best of the others that saw as many images ({format_count(seen)})."
        if alike
        else "the best of the others; the number of images seen differs: "
        f"{format_count(seen)} against {format_count(rival.result.images_seen)}."
    )
    other = f"{rival.name} (test MSE {format_mse(rival.result.test_mse)}), {budget}"
    return f"{error}, {_relation(_decibels(own, rival))} {other}"


def _as_many(first: int, second: int) -> bool:
    """Return whether two budgets differ by no more than what fills no whole batch."""
    return abs(first - second) <= _SAME_BUDGET * max(first, second)


def _longer(member: MemberContents, group: GroupContents) -> str:
    rivals = [rival for rival in group.members if rival.question == member.question]
    rival = min(rivals, key=lambda rival: rival.error)
    return (
        f"{member.name}: test MSE {format_mse(member.result.test_mse)} after "
        f"{format_count(member.result.images_seen)} images, "
        f"{_relation(_decibels(member, rival))} {rival.name} (test MSE "
        f"{format_mse(rival.result.test_mse)}), which saw {format_count(rival.result.images_seen)}."
    )


def _relation(lead: float) -> str:
    if _is_level(lead):
        return "level with"
    return f"{format_decibel(abs(lead))} dB {'better' if lead > 0 else 'worse'} than"


def _decibels(first: MemberContents, second: MemberContents) -> float:
    return _ratio(first.error, second.error)


def _ratio(error: float, other: float) -> float:
    """Return by how many dB an error is below another one."""
    if error == other:
        return 0.0
    if error <= 0 or math.isinf(other):
        return math.inf
    if other <= 0 or math.isinf(error):
        return -math.inf
    return 10.0 * math.log10(other / error)


def _is_level(lead: float) -> bool:
    return format_decibel(abs(lead)) == format_decibel(0.0)


def _leads(error: float, other: float) -> bool:
    lead = _ratio(error, other)
    return lead > 0 and not _is_level(lead)


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def alternative_of_components(labels: Sequence[str]) -> str:
    """Describe the picture of directions."""
    return (
        f"Signed images of the first directions, a row each for {', '.join(labels)}; the "
        "directions of an autoencoder stand below the component that they are nearest to."
    )
