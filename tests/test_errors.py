import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hourglass import errors
from hourglass.errors import HourglassError, nearest, printable, require_known
from names import raw_in

# Signs under numbers in Arabic, Syriac and Kaithi: Unicode counts them as format characters.
VISIBLE = set(map(chr, (*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD)))


def test_every_error_has_one_root() -> None:
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, Exception)
    ]
    assert len(kinds) > 5
    assert all(issubclass(kind, HourglassError) for kind in kinds)


def test_the_tree_in_the_docstring_names_every_error() -> None:
    drawn = {word for word in (errors.__doc__ or "").split() if word.endswith("Error")}
    defined = {name for name in vars(errors) if name.endswith("Error")}
    assert defined <= drawn


def test_an_unknown_name_is_answered_with_the_choices_and_the_nearest() -> None:
    with pytest.raises(errors.ConfigurationError, match=r"mean 'dense'\?.*There is: dense, unet"):
        require_known("network", "desne", ["unet", "dense"])


def test_nothing_is_offered_where_nothing_is_near() -> None:
    assert nearest("xyzzy", ["dense", "unet"]) == ""


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf")])
def test_a_number_that_must_be_positive(value: float) -> None:
    with pytest.raises(errors.ConfigurationError, match="level must be a number above 0"):
        errors.require_positive("level", value)


def test_zero_is_not_negative_but_nan_is_refused() -> None:
    assert errors.require_not_negative("level", 0.0) == 0.0
    with pytest.raises(errors.ConfigurationError, match="0 or more; nan was given"):
        errors.require_not_negative("level", float("nan"))


def test_what_is_not_visible_is_escaped_and_all_else_stays() -> None:
    invisible = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    fillers = set("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufffe\uffff")
    for letter in map(chr, range(sys.maxunicode + 1)):
        category = unicodedata.category(letter)
        if (category in invisible and letter not in VISIBLE) or letter in fillers:
            assert printable(letter).isascii() and printable(letter).startswith("\\"), ascii(letter)
        elif category != "Cn":
            assert printable(letter) == letter


@given(st.text(st.characters() | st.sampled_from("\n\x1b\u200d\u202e\udcff\udcc3\udca9é日\\x")))
def test_a_printable_text_is_one_line_of_unicode_and_stays_so(text: str) -> None:
    shown = printable(text)
    assert printable(shown) == shown and len(shown.splitlines()) <= 1
    assert not raw_in(shown.replace("\u200c", "").replace("\u200d", ""), lines=False) - VISIBLE
    assert shown.encode().decode() == shown


def test_each_kind_of_letter_has_one_escape() -> None:
    assert printable("a\nb\tc\rd\x1b\x7f") == r"a\nb\tc\rd\x1b\x7f"
    assert printable("\u009b\u202e\U000e0041") == r"\u009b\u202e\U000e0041"
    # Bytes that are not UTF-8, and bytes that are but that Python's locale could not decode.
    assert printable("\udcff \udcc3\udca9 \udcc2\udc9b") == r"\xff é \u009b"
    assert printable(r"C:\new") == r"C:\new"


def test_joiners_stay_where_they_join() -> None:
    for name in ("می\u200cخواهم", "क्\u200dष", "👩\u200d🚀"):
        assert printable(name) == name
    assert printable("a\u200db é\u200d \u200dé é\u200d\u200dé") == (
        r"a\u200db é\u200d \u200dé é\u200d\u200dé"
    )


def test_the_text_of_an_error_is_one_printable_line() -> None:
    assert str(errors.MissingPathError("There is no a\n\x1b[2J\udcff.")) == (
        r"There is no a\n\x1b[2J\xff."
    )
    assert str(errors.TargetError("x")) == "x" and str(HourglassError()) == ""
