"""Whether a training may go on in another environment than it was begun in."""

from collections.abc import Callable

from hourglass.errors import DriftError
from hourglass.records import Environment
from hourglass.runs import environment_changes


def require_same(
    before: Environment, now: Environment, *, allow: bool, tell: Callable[[str], None]
) -> tuple[str, ...]:
    """Return how environments differ if that is allowed, nothing if they do not.

    Parameters
    ----------
    before, now
        Where the training was, and where it goes on.
    allow
        Go on in spite of differences, which are told.
    tell
        Called with them.

    Raises
    ------
    DriftError
        If they differ and that is not allowed.
    """
    changes = "; ".join(environment_changes(before, now))
    if not changes:
        return ()
    if not allow:
        raise DriftError(
            f"The run was begun elsewhere and could end with other numbers here: {changes}. "
            "Go on where it was begun, or add --allow-drift, which is written down."
        )
    tell(f"Going on although {changes}.")
    return (changes,)
