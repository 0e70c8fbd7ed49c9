"""Names that speak to a terminal, break a line, or are no text at all."""

import os
import unicodedata
from pathlib import Path
from typing import Final

#: Each is a legal name of a file, without its ending.
ODD_NAMES: Final = (
    b"\x1b[2J\x1b[31mred",
    b"\x1b]0;title\x07",
    "\u009b2J".encode(),
    b"two\nlines",
    b"tab\there\r",
    "gnp\u202egpj".encode(),
    "a\u200bb".encode(),
    "\u2028\x7f".encode(),
    b"bytes\xff\xc3",
    b"[red]x[bold]",
    b":smile:",
    "日本語😀".encode(),
    b"-dash",
    b"--help",
    b"'q\"&<b>,",
    b"$x$",
    b"=1+1",
    b"a\\x1bb",
    "é".encode() * 125,
)


def raw_in(text: str, *, lines: bool = True) -> set[str]:
    """Return what in a text a terminal would obey or hide; line breaks of ours are fine."""
    wrong = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return {
        letter
        for letter in text
        if unicodedata.category(letter) in wrong and not (lines and letter == "\n")
    }


def put(folder: Path, name: bytes, content: bytes) -> None:
    """Write a file under a name that Python may not be able to decode."""
    os.makedirs(os.fsencode(folder), exist_ok=True)  # noqa: PTH103 - bytes are no paths
    with open(os.path.join(os.fsencode(folder), name), "xb") as file:  # noqa: PTH118, PTH123
        file.write(content)


def names_in(folder: Path) -> set[bytes]:
    """Return the names in a folder as the bytes that they are."""
    return set(os.listdir(os.fsencode(folder)))  # noqa: PTH208 - bytes are no paths
