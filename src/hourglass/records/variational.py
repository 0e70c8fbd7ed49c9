"""What a variational code is worth: likelihood, divergence from the prior, and their balance."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

LossOfLikelihood = Literal["mse", "bce"]

# About the root of the squared error that a code of 16 numbers leaves on Fashion-MNIST (0.0100),
# which is the most likely deviation there; fixed, so that all runs are measured in the same nats.
GAUSSIAN_DEVIATION: Final = 0.1
# Burda et al. 2016, section 5.1.
LEAST_ACTIVITY: Final = 0.01
# A unit that costs less is the prior for every image.
LEAST_DIVERGENCE: Final = 0.01


@dataclass(frozen=True, kw_only=True, slots=True)
class Likelihood:
    """What a reconstruction loss says of an image, given its code.

    Attributes
    ----------
    label
        What it is, in words.
    nats_per_loss
        Nats for each value of an image per unit of the loss: −log p(x | z) of an image of D
        values is D · ``nats_per_loss`` · loss, up to a constant.
    """

    label: str
    nats_per_loss: float


LIKELIHOODS: Mapping[str, Likelihood] = MappingProxyType(
    {
        "mse": Likelihood(
            label=f"Gaussian with standard deviation {GAUSSIAN_DEVIATION}",
            nats_per_loss=0.5 / GAUSSIAN_DEVIATION**2,
        ),
        "bce": Likelihood(
            label="cross-entropy of gray values, which is no density", nats_per_loss=1.0
        ),
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportanceBound:
    """The importance-weighted bound on log p(x), and the ELBO on the same images.

    Attributes
    ----------
    images
        How many images it was estimated on, the first ones of the split.
    draws
        Codes drawn for each image.
    elbo
        The evidence lower bound from the same codes, in nats, mean over images.
    bound
        The importance-weighted bound, in nats, mean over images; never below the ELBO.
    """

    images: int
    draws: int
    elbo: float
    bound: float


@dataclass(frozen=True, kw_only=True, slots=True)
class VariationalScores:
    """What the codes of a variational autoencoder cost, and what they tell of the images.

    All sums are in nats: over the values of an image for the likelihood, over the units of the
    code for the divergence; then the mean over images is taken.

    Attributes
    ----------
    split
        What every figure here was measured on.
    images
        How many images.
    loss
        The reconstruction loss that the likelihood belongs to.
    beta
        The weight that the divergence had in training; no figure here is weighted.
    log_likelihood
        log p(x | z), one code drawn for each image.
    divergence_by_unit
        KL(q(z | x) ‖ p(z)) of each unit; they add up to ``divergence``.
    variance_by_unit
        Variance of each unit's mean between images.
    bound
        The importance-weighted bound.
    """

    split: Literal["test", "validation"]
    images: int
    loss: LossOfLikelihood
    beta: float
    log_likelihood: float
    divergence_by_unit: tuple[float, ...]
    variance_by_unit: tuple[float, ...]
    bound: ImportanceBound

    @property
    def likelihood(self) -> str:
        """The likelihood, in words."""
        return LIKELIHOODS[self.loss].label

    @property
    def divergence(self) -> float:
        """KL(q(z | x) ‖ p(z)), summed over units."""
        return math.fsum(self.divergence_by_unit)

    @property
    def elbo(self) -> float:
        """The evidence lower bound on log p(x): log-likelihood less divergence."""
        return self.log_likelihood - self.divergence

    @property
    def units(self) -> int:
        """Numbers in the code."""
        return len(self.divergence_by_unit)

    @property
    def active_units(self) -> int:
        """Units whose mean varies between images by more than 0.01 (Burda et al. 2016)."""
        return sum(variance > LEAST_ACTIVITY for variance in self.variance_by_unit)

    @property
    def collapsed_units(self) -> int:
        """Units that cost less than 0.01 nats: they are the prior, whatever the image."""
        return sum(divergence < LEAST_DIVERGENCE for divergence in self.divergence_by_unit)

    def verdict(self) -> str:
        """Say whether the posterior collapsed onto the prior."""
        if self.collapsed_units == 0:
            return f"No posterior collapse: each of the {self.units} units tells of the image."
        what = "is the prior, whatever the image"
        if self.collapsed_units == self.units:
            return (
                f"Posterior collapse: every unit {what}. Lower beta, or widen what lies before "
                "the code."
            )
        return (
            f"Posterior collapse of {self.collapsed_units} of {self.units} units: each {what} (KL "
            f"below {LEAST_DIVERGENCE} nats). The images do not need them at this beta."
        )
