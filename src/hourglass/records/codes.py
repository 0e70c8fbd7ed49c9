"""Codes of autoencoders and of variational ones beside each other."""

from dataclasses import dataclass
from typing import Literal

CodeSource = Literal["standard normal", "fitted Gaussian"]


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeSpread:
    """How the codes of a run lie.

    Attributes
    ----------
    run
        Name of the run.
    kind
        ``variational`` where the codes were held to the standard normal.
    least_deviation, greatest_deviation
        Standard deviation of the unit that varies least, and of the one that varies most, between
        the codes of the training images; 1 is that of the standard normal.
    plane
        For a code of two numbers, lowest and highest value of each on the decoded grid: the
        horizontal one, then the vertical one.
    """

    run: str
    kind: Literal["autoencoder", "variational"]
    least_deviation: float
    greatest_deviation: float
    plane: tuple[tuple[float, float], tuple[float, float]] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RandomImages:
    """Images that were made up, beside real ones.

    Attributes
    ----------
    maker
        Name of a run, or ``PCA``, or ``training images`` for real ones that were not tested on.
    codes
        Where the codes came from; ``None`` for real images.
    precision
        Share of the made images that lie among the test images.
    recall
        Share of the test images that lie among the made ones.
    """

    maker: str
    codes: CodeSource | None
    precision: float
    recall: float

    @property
    def label(self) -> str:
        """What made them, and from what."""
        return self.maker if self.codes is None else f"{self.maker}, {self.codes}"


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeSpace:
    """Runs on one data set with codes of one size.

    Attributes
    ----------
    data
        Name of the data set, or its path.
    latent_dim
        Numbers in the code.
    images
        How many test images, and as many made ones, precision and recall were measured on.
    ends
        Names of the two images that were interpolated between.
    spreads
        One for each run, in order.
    random
        Images from random codes: of each run and source, of PCA, and real ones.
    """

    data: str
    latent_dim: int
    images: int
    ends: tuple[str, str]
    spreads: tuple[CodeSpread, ...]
    random: tuple[RandomImages, ...]

    def made(self, maker: str, codes: CodeSource | None) -> RandomImages | None:
        """Return what was measured of one maker, ``None`` where it was not."""
        asked = (maker, codes)
        return next((made for made in self.random if (made.maker, made.codes) == asked), None)
