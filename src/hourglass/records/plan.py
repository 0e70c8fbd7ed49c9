"""How a training goes: everything that is needed to repeat it, but data and network."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, ClassVar, Final, Literal

from annotated_types import Ge, Gt, Lt
from pydantic import AllowInfNan

from hourglass.errors import ConfigurationError

DEFAULT_MINUTES: Final = 3.0

OptimizerName = Literal["adam", "adamw", "nadam", "rmsprop", "sgd"]
Precision = Literal["float32", "mixed_bfloat16"]
ScheduleName = Literal["constant", "cosine"]
Finite = Annotated[float, AllowInfNan(False)]
_TAKEN_BY: Final[Mapping[str, tuple[OptimizerName, ...]]] = MappingProxyType(
    {"momentum": ("sgd", "rmsprop"), "weight_decay": ("adamw",)}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingPlan:
    """Everything needed to repeat a training.

    A length in epochs or in minutes, not both; with neither, ``DEFAULT_MINUTES``. Minutes become
    a number of optimizer steps as soon as the first steps have been timed.

    Attributes
    ----------
    epochs
        Passes over the training images.
    minutes
        Wall time of the optimizer steps, compilation and validation left out.
    batch_size
        Images in each optimizer step.
    learning_rate
        The highest rate of the schedule.
    optimizer
        One of Keras' optimizers, by its name in lower case.
    beta_2
        Decay of the average of squared gradients in Adam and its kin. Keras' own 0.999 is slow
        to see that gradients grow: with it the default denoiser diverged now and then
        (docs/decisions/003-default-denoiser.md).
    momentum
        Decay of the running gradient that stochastic gradient descent and RMSprop move along; by
        default 0, a step along each gradient alone.
    weight_decay
        Share of the weights, times the rate, that AdamW takes away in each step; by default
        Keras' own, 0.004.
    schedule
        ``cosine``: a linear warm-up over 5 % of the steps, then half a cosine down to zero
        (Loshchilov and Hutter 2017, equation 5, one cycle). ``constant``: one rate throughout.
    clip_norm
        Largest norm of the gradient of all weights together; 0 leaves gradients as they are.
    precision
        What networks compute in while they are trained. With ``mixed_bfloat16`` weights,
        optimizer, noise and loss stay in float32, and the trained model computes in float32.
    patience
        Epochs without a better validation loss after which training stops; 0 never stops early.
    keep
        Which weights are kept: of the epoch with the lowest validation loss, or the last.
    seed
        Start of the weights, order of the images and corruption all follow from it.

    Raises
    ------
    ConfigurationError
        If both epochs and minutes are given, or a key that the optimizer does not take.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    epochs: Annotated[int, Gt(0)] | None = None
    minutes: Annotated[Finite, Gt(0)] | None = None
    batch_size: Annotated[int, Gt(0)] = 64
    learning_rate: Annotated[Finite, Gt(0)] = 4e-3
    optimizer: OptimizerName = "adam"
    beta_2: Annotated[Finite, Ge(0), Lt(1)] = 0.95
    momentum: Annotated[Finite, Ge(0), Lt(1)] | None = None
    weight_decay: Annotated[Finite, Ge(0)] | None = None
    schedule: ScheduleName = "cosine"
    clip_norm: Annotated[Finite, Ge(0)] = 1.0
    precision: Precision = "float32"
    patience: Annotated[int, Ge(0)] = 0
    keep: Literal["best", "last"] = "best"
    seed: Annotated[int, Ge(0)] = 0

    def __post_init__(self) -> None:
        if self.epochs is not None and self.minutes is not None:
            raise ConfigurationError(
                f"A plan has epochs or minutes, not both; {self.epochs} epochs and "
                f"{self.minutes:g} minutes were given. Leave one of them out."
            )
        for key, takers in _TAKEN_BY.items():
            value = getattr(self, key)
            if value is not None and self.optimizer not in takers:
                raise ConfigurationError(
                    f"{key} = {value:g} is for optimizer {' or '.join(takers)}; it is "
                    f"{self.optimizer}. Leave it out, or choose another optimizer."
                )

    @property
    def budget_minutes(self) -> float | None:
        """Minutes that the plan may take, or ``None`` for a plan in epochs."""
        return None if self.epochs is not None else (self.minutes or DEFAULT_MINUTES)
