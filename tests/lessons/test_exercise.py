"""A verdict for every answer, and no answer that ends the notebook."""

import pytest

from hourglass.lessons import Exercise, exercise


@exercise
def double(answer):
    """Twice a number."""
    assert answer(3) == 6, "3 should become 6."
    if answer(0.5) != 1.0:
        raise AssertionError


def raises(_):
    raise ZeroDivisionError("division by nothing")


def unanswered(_):
    raise NotImplementedError


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        pytest.param(lambda number: 2 * number, "Accepted.", id="right"),
        pytest.param(lambda number: number + 2, "Not yet: 3 should become 6.", id="hint"),
        pytest.param(lambda _: 6, "Not yet: that is not what was asked for.", id="no-hint"),
        pytest.param(raises, "it raised ZeroDivisionError: division by nothing", id="raises"),
        pytest.param(7, "it raised TypeError", id="not-a-function"),
        pytest.param(unanswered, "Not yet: there is no answer yet.", id="unanswered"),
        pytest.param(None, "Not yet: there is no answer yet.", id="none"),
        pytest.param(..., "Not yet: there is no answer yet.", id="dots"),
    ],
)
def test_every_answer_gets_a_verdict(answer, told):
    verdict = double(answer)
    assert told in repr(verdict)
    assert verdict.accepted == (told == "Accepted.")


def test_an_exercise_keeps_the_name_and_text_of_its_check():
    assert isinstance(double, Exercise)
    assert (double.__name__, double.__doc__) == ("double", "Twice a number.")


def test_an_interruption_is_not_an_answer():
    def interrupted(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        double(interrupted)
