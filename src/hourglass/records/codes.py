"""Codes of autoencoders and of variational ones beside each other."""

from dataclasses import dataclass
from typing import Literal

CodeSource = Literal["standard normal", "fitted Gaussian", "training images"]


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
        Standard deviation of the unit that varies least, and of the one that varies most, in the
        codes of the training images; 1 is that of the standard normal.
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
class RandomCodes:
    """Codes that no test image was encoded to, beside those of test images.

    Attributes
    ----------
    maker
        Name of a run, or ``PCA``.
    source
        Where the codes came from; those of training images say what codes of unseen images reach.
    precision
        Share of them that lie among the codes of test images.
    recall
        Share of the codes of test images that lie among them.
    """

    maker: str
    source: CodeSource
    precision: float
    recall: float


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
        How many codes of test images, and as many other ones, precision and recall were measured
        on.
    ends
        Names of the two images that were interpolated between.
    spreads
        One for each run, in order.
    random
        Codes of each run and of PCA from each source.
    """

    data: str
    latent_dim: int
    images: int
    ends: tuple[str, str]
    spreads: tuple[CodeSpread, ...]
    random: tuple[RandomCodes, ...]

    @property
    def makers(self) -> tuple[str, ...]:
        """The runs, and PCA, in order."""
        return tuple(dict.fromkeys(codes.maker for codes in self.random))

    def codes(self, maker: str, source: CodeSource) -> RandomCodes | None:
        """Return what was measured of one maker and source, ``None`` where it was not."""
        asked = (maker, source)
        return next((codes for codes in self.random if (codes.maker, codes.source) == asked), None)

    def spread(self, run: str) -> CodeSpread | None:
        """Return how the codes of one run lie, ``None`` where it is not a run."""
        return next((spread for spread in self.spreads if spread.run == run), None)
