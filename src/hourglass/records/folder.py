"""How a folder of images becomes a data set, and what was made of one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Final, Literal, cast

from annotated_types import Ge, Gt, Le, MinLen

from hourglass.errors import ConfigurationError
from hourglass.records.files import FrameChoice
from hourglass.records.value_range import RangeOption, parse_range

ColorName = Literal["gray", "rgb"]
LabelSource = Literal["folders", "none"]
SplitSource = Literal["auto", "none", "folders"]
PairOrder = Literal["name", "order"]
Sides = tuple[int, int]
# The smallest window of the structural similarity is three pixels wide.
PatchSize = Annotated[int, Ge(4), Le(4096)]
DEFAULT_PATCH_SIZE: Final = 64
LARGEST_WHOLE_SIDE: Final = 96

_LARGEST_SIDE: Final = 16_384
_MOST_NAMED: Final = 12
_TO_BE_CONVERTED: Final = (".heic", ".heif", ".hif")
_NO_TABLE: Final = ("folders", "none")
_SPELLED: Final = re.compile(r"([1-9]\d{0,5})(?:[x×]([1-9]\d{0,5}))?")


@dataclass(frozen=True, kw_only=True, slots=True)
class FolderOptions:
    """What is to be done with the images of a folder. All of it is for folders alone, but patches.

    Attributes
    ----------
    resize
        Height and width that every image is brought to, as ``"48x64"``, (48, 64), or one number
        for both sides; proportions are not kept.
    crop
        Height and width of the middle that is cut from every image, spelled likewise; an image
        that is smaller is a bad file.
    patch_size
        Side of the squares that are cut from images. By default a denoiser of a local network
        gets patches of ``DEFAULT_PATCH_SIZE`` from a folder whose images differ in size or have a
        side above ``LARGEST_WHOLE_SIDE``, unless they are resized or cropped.
    color
        ``gray`` or ``rgb``. By default gray where every image is gray, else color. An alpha is
        left out, but where every image has one and some use it. Images of 8 and of 16 bits in one
        folder all get 16, which loses nothing.
    labels
        ``folders``: sub-folders are classes, and every image lies in one. ``none``: there are no
        classes. Or the path of a table (CSV, TSV or Parquet) with a column of file names, one of
        classes, and perhaps one of splits. By default a ``metadata.csv`` in the folder that has
        such columns and covers all images; else sub-folders are classes unless images lie beside
        them.
    groups
        Column of that table whose groups stay together: a patient, a plate or a film never lies
        in two splits.
    clean_name
        ``NOISY=GT``: a part of the names of noisy images, and what their partners have in its
        place. Without it partners have the same names, or differ in their ending alone.
    pair_by
        ``order`` pairs as many noisy images with as many others in the order of their names, and
        ``name``, the default, by name.
    splits
        ``auto``: sub-folders that are named as splits are (``train``, ``Training``, ``seg_train``,
        and the like), unless others lie beside them; whatever is guessed is told. ``folders``:
        they are, and it is an error where they cannot be recognized. ``none``: no sub-folder is a
        split.
    frames
        ``first`` takes the first frame or page of each file, ``all`` every one. Frames of one file
        never lie in two splits, unless there are fewer files than splits.
    range
        What black and white are in the numbers of the files: ``LOW..HIGH``; ``dtype`` for the ends
        of their type; ``data`` for the least and the greatest value. By default what tags say;
        else 16 bits that fit into 8, 10, 12 or 14 have the white of those; floating point within 0
        and 1 has these; and other types have their least and greatest value. Values outside count
        as black or white. Also for ``.npy`` and ``.npz``.
    skip_bad
        Whether to go on without the files that cannot be used, in place of ending with their list.
    max_pixels
        Pixels above which a file is a bad one; by default what is read at all.

    Raises
    ------
    ConfigurationError
        If a size is none, both ``resize`` and ``crop`` are given, ``groups`` without a table, or
        ``clean_name`` is no replacement.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    resize: str | int | Sides | None = None
    crop: str | int | Sides | None = None
    patch_size: PatchSize | None = None
    color: ColorName | None = None
    labels: Annotated[str, MinLen(1)] | None = None
    groups: Annotated[str, MinLen(1)] | None = None
    clean_name: str | None = None
    pair_by: PairOrder | None = None
    splits: SplitSource = "auto"
    frames: FrameChoice = "first"
    range: RangeOption | None = None
    skip_bad: bool = False
    max_pixels: Annotated[int, Gt(0)] | None = None

    def __post_init__(self) -> None:
        if self.range is not None:
            parse_range(self.range)
        for key in ("resize", "crop"):
            sides = _sides(key, getattr(self, key))
            object.__setattr__(self, key, None if sides is None else _spelled(sides))
        if self.resize is not None and self.crop is not None:
            raise ConfigurationError(
                f"Images are resized or cropped, not both; resize = {self.resize} and crop = "
                f"{self.crop} were given. Leave one of them out."
            )
        if self.groups is not None and self.labels in _NO_TABLE:
            raise ConfigurationError(
                f"groups = {self.groups} names a column of a table of labels, and labels = "
                f"{self.labels} names no table. Give one with labels = FILE (--labels FILE)."
            )
        if self.clean_name is not None and not re.fullmatch("[^=]+=[^=]*", self.clean_name):
            raise ConfigurationError(
                "clean_name is NOISY=CLEAN: a part of the noisy names, and what the clean names "
                f"have in its place; {self.clean_name!r} was given."
            )
        if self.clean_name is not None and self.pair_by == "order":
            raise ConfigurationError(
                f"pair_by = order does not look at names, and clean_name = {self.clean_name} does. "
                "Leave one of them out."
            )

    @property
    def labels_table(self) -> str | None:
        """Path of the table of labels, if one was named."""
        return None if self.labels in (None, *_NO_TABLE) else self.labels

    @property
    def label_source(self) -> LabelSource | None:
        """What sub-folders are, where that was said: beside a table no more than places."""
        return "none" if self.labels_table else cast("LabelSource | None", self.labels)

    @property
    def replacement(self) -> tuple[str, str]:
        """Part of a noisy name, and what stands in its place in the name of the partner."""
        noisy, _, clean = (self.clean_name or "").partition("=")
        return noisy, clean

    @property
    def resize_to(self) -> Sides | None:
        """Height and width that images are resized to."""
        return _sides("resize", self.resize)

    @property
    def crop_to(self) -> Sides | None:
        """Height and width that images are cropped to."""
        return _sides("crop", self.crop)

    @property
    def of_folders(self) -> tuple[str, ...]:
        """The keys that were given and mean nothing but for a folder of images."""
        keys = (
            "resize",
            "crop",
            "color",
            "labels",
            "splits",
            "frames",
            "groups",
            "clean_name",
            "pair_by",
            "skip_bad",
            "max_pixels",
        )
        return tuple(
            key for key in keys if getattr(self, key) not in (None, False, "auto", "first")
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class FolderRecord:
    """What was made of a folder of images.

    Attributes
    ----------
    kind
        ``memory``: all images were decoded once and kept; ``files``: each is read from its file
        when it is asked for.
    files
        Files that were used.
    bytes
        Size of all images once they are decoded.
    smallest, largest
        Height and width of the images with the fewest and the most pixels, as in their files.
    formats
        Number of files by extension.
    resize, crop
        As in ``FolderOptions``.
    patch_size
        Side of the patches that were cut, ``None`` for whole images.
    skipped
        Number of files that could not be used.
    reasons
        Why, by path: at most ``MOST_REASONS`` of them.
    notes
        What else was done to images, and what was guessed, a sentence each.
    not_listed
        Files and folders that were not taken for images of the folder, counted by ending or
        reason, as ``left_out_line`` shows them.
    """

    MOST_REASONS: ClassVar[int] = 1000

    kind: Literal["memory", "files"]
    files: int
    bytes: int
    smallest: Sides
    largest: Sides
    formats: Mapping[str, int] = field(default_factory=dict)
    resize: str | None = None
    crop: str | None = None
    patch_size: int | None = None
    skipped: int = 0
    reasons: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    not_listed: Mapping[str, int] = field(default_factory=dict)

    @property
    def sizes(self) -> str:
        """The sizes in words: ``28×28``, or ``40×50 to 512×640``."""
        least, most = ("×".join(map(str, size)) for size in (self.smallest, self.largest))
        return least if least == most else f"{least} to {most}"

    def left_out(self, most: int | None = None) -> tuple[list[str], int]:
        """Return files that could not be used, each with its reason, and how many more there are.

        At most ``most`` are named, or as many as have a reason.
        """
        named = [f"{path} ({reason})" for path, reason in self.reasons.items()][:most]
        return named, self.skipped - len(named)

    def lines(self) -> tuple[str, ...]:
        """Return what was done, a sentence a line."""
        done = [f"{self.files:,} image files of {self.sizes}"]
        if self.resize:
            done.append(f"resized to {self.resize}")
        if self.crop:
            done.append(f"cropped to their middle {self.crop}")
        if self.patch_size:
            done.append(f"cut into patches of {self.patch_size}×{self.patch_size}")
        done.append("kept in memory" if self.kind == "memory" else "read as they are needed")
        left_out = left_out_line(self.not_listed)
        return (f"{', '.join(done)}.", *self.notes, *([left_out] if left_out else []))


def left_out_line(counts: Mapping[str, int]) -> str | None:
    """Return a line that counts what a listing of image files did not take.

    Parameters
    ----------
    counts
        By ending, which starts with a dot, or by reason.

    Returns
    -------
    str or None
        Such as "Left out: 40 .heic (convert them to PNG, JPEG or TIFF), 2 hidden."; ``None`` where
        everything was taken.

    Examples
    --------
    >>> left_out_line({".svg": 1, "broken link": 2})
    'Left out: 1 .svg, 2 broken links.'
    """
    counts = {key: count for key, count in counts.items() if count}
    ordered = sorted(counts, key=lambda key: (not key.startswith("."), -counts[key], key))
    words = [_counted(key, counts[key]) for key in ordered[:_MOST_NAMED]]
    rest = sum(counts[key] for key in ordered[_MOST_NAMED:])
    words += [f"{rest:,} more"] if rest else []
    return f"Left out: {', '.join(words)}." if words else None


def _counted(key: str, count: int) -> str:
    if key.startswith("folder "):
        return key
    advice = " (convert them to PNG, JPEG or TIFF)" if key in _TO_BE_CONVERTED else ""
    plural = key.replace("link", "links", 1) if count > 1 else key
    return f"{count:,} {plural}{advice}"


def _sides(key: str, value: Any) -> Sides | None:
    """Return height and width from any spelling of a size."""
    if value is None:
        return None
    text = "x".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
    found = _SPELLED.fullmatch(text)
    sides = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 1 <= min(sides) <= max(sides) <= _LARGEST_SIDE:
        raise ConfigurationError(
            f"{key} is one side or HEIGHTxWIDTH, each from 1 to {_LARGEST_SIDE:,}, such as 64 or "
            f"48x64; {value!r} was given."
        )
    return sides


def _spelled(sides: Sides) -> str:
    height, width = sides
    return str(height) if height == width else f"{height}x{width}"
