"""How one model does on input that it was not trained on."""

import math
from dataclasses import dataclass

from hourglass.errors import ConfigurationError


@dataclass(frozen=True, kw_only=True, slots=True)
class CrossCell:
    """One model on one kind of input.

    Attributes
    ----------
    tested_on
        What the input went through, such as ``gaussian:0.2``; ``None`` for clean input.
    images
        How many test images were rebuilt.
    mse
        Mean squared error against the clean test images.
    input_mse
        That of the input itself.
    lmmse
        That of the affine LMMSE fitted to this kind of input; ``None`` where it was left out.
    train_images, train_mse
        The same number on as many training images, seen through noise of their own; ``None``
        where only the test images were rebuilt.
    """

    tested_on: str | None
    images: int
    mse: float
    input_mse: float
    lmmse: float | None = None
    train_images: int | None = None
    train_mse: float | None = None

    @property
    def psnr(self) -> float:
        """In dB, of the mean MSE: −10 log10(mse)."""
        return -10.0 * math.log10(max(self.mse, 1e-10))

    @property
    def gap(self) -> float | None:
        """Test error less training error; ``None`` where there is no training error."""
        return None if self.train_mse is None else self.mse - self.train_mse


@dataclass(frozen=True, kw_only=True, slots=True)
class CrossTable:
    """One model on clean input and on kinds and levels of corruption.

    Attributes
    ----------
    run
        Name of the run.
    data
        Name or path of the data set.
    model
        What was trained.
    trained_on
        What its input went through; ``None`` for clean input.
    cells
        One for each kind of input.
    """

    run: str
    data: str
    model: str
    trained_on: str | None
    cells: tuple[CrossCell, ...]

    def cell(self, tested_on: str | None) -> CrossCell:
        """Return the cell of one kind of input.

        Raises
        ------
        ConfigurationError
            If there is none.
        """
        for cell in self.cells:
            if cell.tested_on == tested_on:
                return cell
        known = ", ".join(cell.tested_on or "clean" for cell in self.cells)
        raise ConfigurationError(
            f"{self.run} was not tested on {tested_on or 'clean input'}; it was on {known}."
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainedByTested:
    """The 2×2 of a clean-trained and a noisy-trained model, each on clean and noisy input.

    How denoising as a remedy for overfitting is judged: by the gap between test and training
    error, at what it costs on clean input.

    Attributes
    ----------
    clean, noisy
        The tables of the two models.
    corruption
        What the noisy one was trained on, and both are tested on.
    """

    clean: CrossTable
    noisy: CrossTable
    corruption: str

    def __post_init__(self) -> None:
        for table in (self.clean, self.noisy):
            for tested_on in (None, self.corruption):
                if table.cell(tested_on).gap is None:
                    raise ConfigurationError(
                        f"{table.run} has no training error on {tested_on or 'clean input'}, so "
                        "there is no gap to judge."
                    )

    def verdict(self) -> str:
        """Say whether training on noise made the gap on clean input smaller, and its price."""
        plain, noisy = self.clean.cell(None), self.noisy.cell(None)
        word = "smaller" if (noisy.gap or 0.0) < (plain.gap or 0.0) else "not smaller"
        price = "less" if noisy.mse < plain.mse else "more"
        return (
            f"On clean input the gap between test and training error is {word} when trained on "
            f"{self.corruption}: {noisy.gap:+.5f} after {plain.gap:+.5f}. The test error there is "
            f"{abs(noisy.mse - plain.mse):.5f} {price} ({noisy.mse:.5f} after {plain.mse:.5f})."
        )
