"""A question with a check that accepts right answers and refuses wrong ones with a hint."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any, final


@final
@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check of an exercise says of an answer.

    Attributes
    ----------
    accepted
        Whether the answer is right.
    hint
        Why it is not; empty where it is.
    """

    accepted: bool
    hint: str = ""

    def __repr__(self) -> str:
        return "Accepted." if self.accepted else f"Not yet: {self.hint}"


@final
class Exercise:
    """A check that turns into a verdict when it is given an answer.

    Parameters
    ----------
    check
        Given the answer, it returns if that is right, and otherwise raises an ``AssertionError``
        whose text is a hint. Answers may be values, or functions that the check calls.
    """

    def __init__(self, check: Callable[[Any], None]) -> None:
        update_wrapper(self, check)
        self._check = check

    def __call__(self, answer: object) -> Verdict:
        """Judge an answer; nothing that it does wrong ends the notebook."""
        if answer is None or answer is Ellipsis:
            return Verdict(accepted=False, hint="there is no answer yet.")
        try:
            self._check(answer)
        except NotImplementedError:
            return Verdict(accepted=False, hint="there is no answer yet.")
        except AssertionError as refusal:
            return Verdict(accepted=False, hint=str(refusal) or "that is not what was asked for.")
        except Exception as error:
            return Verdict(accepted=False, hint=f"it raised {type(error).__name__}: {error}")
        return Verdict(accepted=True)


def exercise(check: Callable[[Any], None]) -> Exercise:
    """Make an exercise of its check; meant as a decorator.

    Examples
    --------
    >>> @exercise
    ... def double(answer):
    ...     assert answer(3) == 6, "3 should become 6."
    >>> double(lambda number: number + 2)
    Not yet: 3 should become 6.
    >>> double(lambda number: 2 * number)
    Accepted.
    """
    return Exercise(check)
