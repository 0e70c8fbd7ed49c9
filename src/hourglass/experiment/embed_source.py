"""Where the images come from whose latents are written: given files, or a data set."""

import abc
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, final

import numpy as np

from hourglass.bundles.reading import read_description
from hourglass.errors import ConfigurationError, ImageShapeError, printable
from hourglass.experiment.file_ranges import find_ranges
from hourglass.images import GivenFiles, GivenImage, Images, ModelForm, load_splits
from hourglass.images.survey import digest_of
from hourglass.records import (
    Experiment,
    FolderOptions,
    FrameChoice,
    Preprocessing,
    RangeOption,
    ValueRange,
)
from hourglass.runs import TrainedModel

SplitName = Literal["train", "validation", "test", "all"]
_SPLITS: Final = ("train", "validation", "test")


class ImageSource(abc.ABC):
    """Images by their position, each with a name and perhaps a label.

    Attributes
    ----------
    words
        What they are, in words.
    fingerprint
        SHA-256 that changes with which images they are.
    changed
        SHA-256 that changes when one of them is written again.
    ranges
        What black and white are in their files, by type, where these are not the ends of the type.
    left_out
        What lies beside them in given folders, counted by ending or reason.
    notes
        What was guessed of given folders, a sentence each.
    """

    words: str
    fingerprint: str
    changed: str
    ranges: Mapping[str, ValueRange] = MappingProxyType({})
    left_out: Mapping[str, int] = MappingProxyType({})
    notes: tuple[str, ...] = ()

    @abc.abstractmethod
    def __len__(self) -> int:
        """Return the number of images."""

    @abc.abstractmethod
    def name(self, position: int) -> str:
        """Return what the path of an image is in the file of latents."""

    @abc.abstractmethod
    def label(self, position: int) -> str:
        """Return the class of an image, nothing where it is not known."""

    @abc.abstractmethod
    def read(self, position: int) -> GivenImage:
        """Return an image in the form of the model.

        Raises
        ------
        DataError, MissingPathError
            If that cannot be done.
        """

    def of_files_read(self) -> Iterator[str]:
        """Yield a sentence for each thing that is to be told of the files read so far."""
        return iter(())

    @property
    def labeled(self) -> bool:
        """Whether the class of an image is known."""
        return any(self.label(position) for position in range(len(self)))


@final
class FilesSource(ImageSource):
    """Image files.

    Parameters
    ----------
    inputs
        Files, and folders whose files are taken with the tree below them.
    form
        What each is brought to.
    learned
        What black and white were to the model, by type.
    frames, option
        Which frames are taken, and what the user said of black and white.
    """

    def __init__(
        self,
        inputs: Sequence[Path],
        form: ModelForm,
        learned: Mapping[str, ValueRange],
        frames: FrameChoice = "first",
        option: RangeOption | None = None,
    ) -> None:
        self._files = files = GivenFiles(inputs, frames)
        paths = dict.fromkeys(files.paths)
        ranges, notes = find_ranges(paths, option, learned, frames=frames)
        self._form, self.ranges = replace(form, ranges=ranges), ranges.by_type
        self.words = " ".join(printable(path.resolve().name) for path in inputs)
        self.fingerprint, self.changed = files.fingerprints()
        self.left_out, self.notes = files.left_out, (*files.notes, *notes)
        self._frames = frames

    def __len__(self) -> int:
        """Return the number of files."""
        return len(self._files)

    def name(self, position: int) -> str:
        """Return a file's path from the given folder on."""
        return self._files.name(position)

    def label(self, position: int) -> str:
        """Return the sub-folder that is a file's class."""
        return self._files.label(position)

    def read(self, position: int) -> GivenImage:
        """Decode a file and bring it to the form of the model."""
        path, frame = self._files.path(position), self._files.frame(position)
        return self._form.read(path, frame)

    def of_files_read(self) -> Iterator[str]:
        """Yield a sentence for each thing that is to be told of the files read so far."""
        advice = " Say --frames all to take every one."
        return self._form.files_read.lines(self._form.ranges, self._frames, advice)


@final
class DataSource(ImageSource):
    """The images of one or all splits of a data set.

    Parameters
    ----------
    name
        Name of the data set.
    parts
        The images by split.
    form
        What the model takes.

    Raises
    ------
    ImageShapeError
        If it takes others.
    """

    def __init__(self, name: str, parts: Mapping[str, Images], form: ModelForm) -> None:
        self._name, self._parts = name, dict(parts)
        self._ends = np.cumsum([len(images) for images in self._parts.values()])
        for images in self._parts.values():
            _require_shape(name, images, form)
        self.words = f"{name} ({', '.join(self._parts)})"
        self.fingerprint = " ".join(images.fingerprint for images in self._parts.values())
        self.changed = self.fingerprint

    def __len__(self) -> int:
        """Return the number of images."""
        return int(self._ends[-1])

    def name(self, position: int) -> str:
        """Return data set, split and position in it."""
        split, index = self._place(position)
        return f"{self._name}/{split}/{index:06}"

    def label(self, position: int) -> str:
        """Return the name of the class of an image."""
        split, index = self._place(position)
        images = self._parts[split]
        if images.labels is None:
            return ""
        label = int(images.labels[index])
        return str(label) if images.class_names is None else images.class_names[label]

    def read(self, position: int) -> GivenImage:
        """Return an image as it lies at rest."""
        split, index = self._place(position)
        pixels = self._parts[split].at_rest(index)
        return GivenImage(pixels, digest_of(pixels))

    def _place(self, position: int) -> tuple[str, int]:
        part = int(np.searchsorted(self._ends, position, side="right"))
        return list(self._parts)[part], position - int(self._ends[part - 1] if part else 0)


def source_of_data(
    data: str,
    split: SplitName,
    seen: Preprocessing,
    *,
    experiment: Experiment,
    option: RangeOption | None = None,
    data_dir: Path | None,
    offline: bool,
) -> ImageSource:
    """Return the images of a data set, split by the seed of a run.

    Those that the run was trained on are taken and labeled as they were, so that they are split
    alike.

    Raises
    ------
    HourglassError
        As ``load_splits`` raises it.
    ImageShapeError
        If the model takes others.
    """
    # What a folder was brought to is for folders alone.
    is_folder = Path(data).expanduser().is_dir()
    folder = _options(seen) if is_folder else FolderOptions()
    own = experiment.folder
    if is_folder and data == experiment.data:
        folder = replace(
            folder,
            labels=own.labels,
            groups=own.groups,
            splits=own.splits,
            frames=own.frames,
            range=own.range,
        )
    if option is not None:
        folder = replace(folder, range=option)
    splits = load_splits(
        data,
        seed=experiment.plan.seed,
        folder=folder,
        data_dir=data_dir,
        offline=offline,
        learned=seen.ranges,
    )
    wanted = _SPLITS if split == "all" else (split,)
    source = DataSource(splits.name, {part: splits.parts[part] for part in wanted}, form_of(seen))
    source.ranges, source.notes = splits.ranges, splits.notes
    if splits.folder is not None:
        source.left_out = splits.folder.not_listed
        source.notes = (*splits.folder.notes, *splits.notes)
    return source


class SeenAs(NamedTuple):
    """What a model is known by, and how images become what it takes.

    Attributes
    ----------
    model_sha256
        Of its weights, which its files were checked against.
    preprocessing
        As its training did it with its folder.
    """

    model_sha256: str
    preprocessing: Preprocessing


def seen_by(run: TrainedModel, *, any_size: bool = False) -> SeenAs:
    """Return what the model of a run is known by, and how images become what it takes.

    Parameters
    ----------
    run
        The run.
    any_size
        Whether a model that takes images of any size will do. Their latents differ in length.

    Raises
    ------
    ConfigurationError
        If such a model will not do.
    """
    description, options = read_description(run.model), run.read_experiment().folder
    found = description.preprocessing
    if None in found.image_shape and not any_size:
        raise ConfigurationError(
            "Latents of one length need a model that takes images of one size; this one takes any."
        )
    # Models of an older schema do not tell it themselves.
    found = replace(
        found,
        resize=found.resize or _spelled(options.resize),
        crop=found.crop or _spelled(options.crop),
        color=found.color or options.color,
    )
    return SeenAs(description.weights_sha256, found)


def _spelled(size: object) -> str | None:
    return None if size is None else str(size)


def form_of(seen: Preprocessing) -> ModelForm:
    """Return what each file is brought to."""
    options = _options(seen)
    return ModelForm(
        seen.image_shape, options.resize_to, options.crop_to, options.color, bands=seen.bands
    )


def _options(seen: Preprocessing) -> FolderOptions:
    return FolderOptions(resize=seen.resize, crop=seen.crop, color=seen.color)


def _require_shape(name: str, images: Images, form: ModelForm) -> None:
    if images.shape != form.shape:
        raise ImageShapeError(
            f"{name} has images of shape {images.shape}, and the model takes {form.shape}. "
            "Name data of that shape, or give the files themselves."
        )
