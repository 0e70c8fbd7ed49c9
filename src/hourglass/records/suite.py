"""One network in several suites of hyper-parameters."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class SuiteRow:
    """One suite.

    Attributes
    ----------
    run
        Name of the member.
    validation_mse
        Mean squared error of the kept weights on validation, seen through the member's own
        corruption.
    """

    run: str
    validation_mse: float


@dataclass(frozen=True, kw_only=True, slots=True)
class SuiteStudy:
    """Suites in order, and the two that are shown.

    Attributes
    ----------
    rows
        All members, the lowest *validation* error first.
    best, least_good
        The first and the last of those that learned something and are not Hourglass' own choice;
        ``None`` where there are too few.
    """

    rows: tuple[SuiteRow, ...]
    best: str | None
    least_good: str | None

    def validation_mse(self, run: str) -> float | None:
        """Return the validation error of one member, ``None`` where it was not ranked."""
        return next((row.validation_mse for row in self.rows if row.run == run), None)
