"""Several runs that belong together: what was asked for, and what came of it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal, Self, cast, get_args

from hourglass.errors import ConfigurationError, require_known
from hourglass.records.classification import ClassifierResult
from hourglass.records.codes import CodeSpace
from hourglass.records.cross import TrainedByTested
from hourglass.records.embedding import MAPPED_IMAGES
from hourglass.records.experiment import Experiment
from hourglass.records.few_labels import FewLabelsStudy
from hourglass.records.flat import parse_toml, read_toml_text, without_rivals
from hourglass.records.linear import LinearComparison
from hourglass.records.plan import TrainingPlan
from hourglass.records.suite import SuiteStudy

RoleName = Literal["published", "changed", "own"]
StoryName = Literal[
    "ae-vs-vae", "classification", "comparison", "linear-vs-pca", "noise-factor", "suites"
]

_TABLES: Final[Mapping[str, RoleName]] = {"run": "published", "own": "own"}
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,40}")
# What Hourglass' own choice takes over from a file: the question, and how much may be seen.
_QUESTION: Final = ("data", "noise", "corruption", "epochs", "minutes", "seed")
_SMALL: Final = "fashion-mnist-small"
_ROWS_OF_A_LOOK: Final = 2
_MAPPED_AT_A_LOOK: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One run of a group, as it was asked for.

    Attributes
    ----------
    name
        Name of its folder.
    role
        ``published`` for a system as others published it, ``changed`` for one with a change that
        is to be judged, ``own`` for Hourglass' own choice.
    about
        A line that says what is special about it.
    experiment
        What is trained, on what, and how.
    """

    name: str
    role: RoleName
    about: str
    experiment: Experiment


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupPlan:
    """A gallery entry or a file with ``[[run]]`` tables.

    Keys above the tables hold for every run; a table overrides them. ``[[own]]`` tables take data,
    corruption, epochs or minutes, and seed alone from above: the rest is Hourglass' own choice. A
    file without tables is a group of one run.

    Attributes
    ----------
    name
        Name of the group.
    about
        The first line of the file, a comment that says what it shows.
    story
        What is asked of the finished runs beside the comparison.
    members
        The runs, in order.
    beside
        Name of another group of suites in the same folder, whose map is drawn beside this one's.
    mapped_images
        How many test images are laid out on a map, where the story has one.
    """

    name: str
    about: str
    story: StoryName
    members: tuple[Member, ...]
    beside: str = ""
    mapped_images: int = MAPPED_IMAGES

    @classmethod
    def from_toml(cls, path: Path) -> Self:
        """Read a gallery entry or a group file.

        Raises
        ------
        MissingPathError
            If there is no such file.
        ConfigurationError
            If it is not TOML, a key is unknown or a value does not fit; the run is named.
        """
        text = read_toml_text(path)
        values, about = parse_toml(text, path), text.partition("\n")[0]
        return cls(
            name=path.stem,
            about=about.removeprefix("#").strip() if about.startswith("#") else "",
            story=_story(values.pop("story", "comparison"), str(path)),
            beside=_beside(values.pop("beside", ""), str(path)),
            members=tuple(_members(values, str(path), path.stem)),
        )

    def on(self, data: str) -> Self:
        """Return the same group on other data."""
        return replace(self, members=tuple(_on(member, data) for member in self.members))

    def a_first_look(self) -> Self:
        """Return two rows and Hourglass' own choice, for one epoch on the small sample."""
        own = [member for member in self.members if member.role == "own"]
        others = [member for member in self.members if member.role != "own"]
        if self.story == "classification":
            # It asks of an autoencoder what its latents are worth to a classifier.
            kinds = {member.experiment.classifies: member for member in reversed(others)}
            others = [kinds[kind] for kind in (True, False) if kind in kinds]
        members = tuple(map(_quick, (*others[:_ROWS_OF_A_LOOK], *own[:1])))
        return replace(self, members=members, mapped_images=_MAPPED_AT_A_LOOK)


def is_group(values: Mapping[str, Any]) -> bool:
    """Return whether the keys of a file describe several runs."""
    return any(table in values for table in _TABLES)


def _members(values: dict[str, Any], source: str, name: str) -> Iterator[Member]:
    if not is_group(values):
        experiment = Experiment.from_mapping(values, source)
        yield Member(name=name, role="published", about="", experiment=experiment)
        return
    tables = {table: values.pop(table, []) for table in _TABLES}
    seen: set[str] = set()
    for table, role in _TABLES.items():
        if not isinstance(tables[table], list):
            raise ConfigurationError(f"{source}: {table} must be tables, written [[{table}]].")
        above = values if role == "published" else _question(values)
        for row in tables[table]:
            member = _member(dict(row), above, role, source)
            if member.name in seen:
                raise ConfigurationError(f"{source}: two runs are called {member.name!r}.")
            seen.add(member.name)
            yield member


def _member(row: dict[str, Any], above: Mapping[str, Any], role: RoleName, source: str) -> Member:
    name, about = str(row.pop("name", "")), str(row.pop("about", ""))
    if not _NAME.fullmatch(name):
        raise ConfigurationError(
            f"{source}: every run needs a name of lower-case letters, digits, dots and hyphens; "
            f"{name!r} was given."
        )
    if row.pop("changed", False):
        role = "changed"
    merged = _merged(above, row)
    return Member(
        name=name,
        role=role,
        about=about,
        experiment=Experiment.from_mapping(merged, f"{source}, run {name}"),
    )


def _merged(above: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys of one run."""
    return without_rivals(above, row) | dict(row)


def _question(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key in _QUESTION}


def _story(name: Any, source: str) -> StoryName:
    known = require_known(f"{source}: story", str(name), get_args(StoryName))
    return cast(StoryName, known)


def _beside(name: Any, source: str) -> str:
    if name and not _NAME.fullmatch(str(name)):
        raise ConfigurationError(f"{source}: beside must be the name of a group; it is {name!r}.")
    return str(name)


def _on(member: Member, data: str) -> Member:
    return replace(member, experiment=replace(member.experiment, data=data))


def _quick(member: Member) -> Member:
    plan: TrainingPlan = replace(member.experiment.plan, epochs=1, minutes=None)
    return replace(member, experiment=replace(member.experiment, data=_SMALL, plan=plan))


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberResult:
    """What one finished run of a group adds to its own files.

    Attributes
    ----------
    name, role, about
        As in ``Member``.
    images_seen
        Training images seen in all steps together.
    code_size
        Numbers in the code of one image; ``None`` where there is no code.
    train_images, train_mse
        Mean squared error on as many training images as there are test images, seen through the
        same corruption.
    test_mse
        The same on the test images.
    spectrum
        The test error by spatial frequency: mean squared error in rings of equal width from the
        lowest to the highest frequency; the rings add up to ``test_mse``.
    """

    name: str
    role: RoleName
    about: str
    images_seen: int
    code_size: int | None
    train_images: int
    train_mse: float
    test_mse: float
    spectrum: tuple[float, ...]

    @property
    def gap(self) -> float:
        """Test error less training error."""
        return self.test_mse - self.train_mse


@dataclass(frozen=True, kw_only=True, slots=True)
class NoiseStudy:
    """Models trained at several noise factors, each tested at all of them.

    Attributes
    ----------
    trained_on, tested_on
        Noise factors, one for each row and for each column.
    gains
        PSNR over that of the noisy input in dB on *validation*, by row and column.
    mean_gains
        Mean of each row: what the choice is made by.
    clean_mse
        Mean squared error on clean validation images, for each row.
    test_mse
        Mean squared error on test, by row and column: told after the choice, never used for it.
    chosen
        The noise factor with the highest mean gain.
    """

    trained_on: tuple[float, ...]
    tested_on: tuple[float, ...]
    gains: tuple[tuple[float, ...], ...]
    mean_gains: tuple[float, ...]
    clean_mse: tuple[float, ...]
    test_mse: tuple[tuple[float, ...], ...]
    chosen: float


@dataclass(frozen=True, kw_only=True, slots=True)
class LinearRow:
    """One way to fit a linear autoencoder, beside PCA.

    Attributes
    ----------
    run
        The member that it starts from, or stands beside.
    latent_dim
        Numbers in the code.
    method
        ``gradient`` for the run itself, ``exact`` for the same weights finished by alternating
        least squares, ``regularized`` for a random start with an L2 penalty.
    comparison
        What was found.
    """

    run: str
    latent_dim: int
    method: Literal["gradient", "exact", "regularized"]
    comparison: LinearComparison


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupRecord:
    """What a group found: the content of ``group.json``.

    Attributes
    ----------
    name, about, story
        As in ``GroupPlan``.
    status
        ``finished`` once every member is.
    notes
        Lines for the reader, such as what a first look cannot show.
    members
        One for each finished run that rebuilds images, in order.
    classifiers
        One for each finished run that names classes, in order.
    few_labels
        What latents are worth where labels are few, where classification was the story.
    noise
        The study of noise factors, where that was the story.
    linear
        Linear autoencoders beside PCA, where that was the story.
    codes
        Autoencoders beside variational ones, one for each data set and size of the code, where
        that was the story.
    crossing
        The 2×2 of the first clean-trained and the first noisy-trained member of one shape, where
        there are both.
    suite
        The order of the suites, where that was the story.
    beside
        As in ``GroupPlan``.
    """

    name: str
    about: str
    story: StoryName
    status: Literal["unfinished", "finished"]
    members: tuple[MemberResult, ...]
    notes: tuple[str, ...] = ()
    noise: NoiseStudy | None = None
    linear: tuple[LinearRow, ...] = ()
    codes: tuple[CodeSpace, ...] = ()
    crossing: TrainedByTested | None = None
    classifiers: tuple[ClassifierResult, ...] = ()
    few_labels: FewLabelsStudy | None = None
    suite: SuiteStudy | None = None
    beside: str = ""

    def member(self, name: str) -> MemberResult:
        """Return one member by its name.

        Raises
        ------
        ConfigurationError
            If there is none.
        """
        for member in self.members:
            if member.name == name:
                return member
        raise ConfigurationError(f"The group {self.name} has no run {name!r}.")
