"""Tables of pixels, as MNIST and its relatives are handed around."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hourglass.errors import DataError
from hourglass.images import load_images, pixel_table
from memory import PEAK_MEMORY

SIDE = 6
WIDTH = SIDE**2


@pytest.fixture
def rows():
    """Return 20 rows of a class and 36 pixels."""
    chance = np.random.default_rng(1)
    return np.column_stack([np.arange(20) * 7 % 11, chance.integers(0, 256, (20, WIDTH))])


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a table."""

    def write_table(rows, head=None, separator=",", end="\n", encoding="utf-8", name="t.csv"):
        lines = [separator.join(map(str, row)) for row in rows]
        text = end.join([*([separator.join(head)] if head else []), *lines, ""])
        (tmp_path / name).write_bytes(text.encode(encoding))
        return tmp_path / name

    return write_table


def numbered(form, start=0):
    return [form.format(number) for number in range(start, start + WIDTH)]


@pytest.mark.parametrize(
    ("head", "form"),
    [
        (None, {}),
        (["label", *numbered("pixel{}")], {}),
        (["Label", *numbered("{}", 1)], {"end": "\r\n", "encoding": "utf-8-sig"}),
        (["class", *(f"{row}x{column}" for row in range(6) for column in range(6))], {}),
        (["label", *numbered("p{:04d}")], {"separator": ";"}),
        (["target", *numbered("p{:04d}")], {"separator": "\t", "name": "t.tsv"}),
    ],
)
def test_rows_become_images_and_classes(write, rows, head, form):
    data_set = load_images(write(rows, head, **form))
    assert np.array_equal(data_set.train.pixels.reshape(20, -1), rows[:, 1:])
    assert data_set.train.pixels.dtype == np.uint8
    names = data_set.train.class_names
    assert names == tuple(map(str, range(11)))
    assert [int(names[label]) for label in data_set.train.labels] == rows[:, 0].tolist()
    assert "6×6, row by row" in data_set.notes[0]


@pytest.mark.parametrize("head", [None, numbered("pixel{}"), numbered("{}")])
def test_a_square_number_of_columns_has_no_class(write, rows, head):
    data_set = load_images(write(rows[:, 1:], head))
    assert data_set.train.labels is None and data_set.train.shape == (6, 6, 1)
    assert np.array_equal(data_set.train.pixels.reshape(20, -1), rows[:, 1:])


def test_columns_in_the_order_of_the_alphabet_are_put_right(write, rows):
    order = sorted(range(WIDTH), key=str)
    head = [*(f"pixel{number}" for number in order), "label"]
    data_set = load_images(write(np.column_stack([rows[:, 1:][:, order], rows[:, 0]]), head))
    assert np.array_equal(data_set.train.pixels.reshape(20, -1), rows[:, 1:])
    assert "sorted by the numbers in their names" in data_set.notes[0]


def test_columns_of_row_numbers_are_left_aside_with_a_word(write, rows):
    head = ["", "label", *numbered("pixel{}")]
    data_set = load_images(write(np.column_stack([np.arange(20), rows]), head))
    assert np.array_equal(data_set.train.pixels.reshape(20, -1), rows[:, 1:])
    assert data_set.notes[-1] == "Ignored columns: one without a name."


def test_classes_may_be_words_and_splits_a_column(write, rows):
    words = [("a, b", "c")[number % 2] for number in range(20)]
    usage = ["Training"] * 15 + ["val"] * 2 + ["test"] * 3
    table = [
        [f'"{word}"', *row[1:], use] for word, row, use in zip(words, rows, usage, strict=True)
    ]
    data_set = load_images(write(table, ["label", *numbered("pixel{}"), "Usage"]))
    assert [len(part) for part in data_set.parts.values()] == [15, 2, 3]
    assert data_set.test.class_names == ("a, b", "c")
    assert data_set.test.labels.tolist() == [1, 0, 1]
    assert np.array_equal(data_set.test.pixels.reshape(3, -1), rows[17:, 1:])


def test_fractions_and_bits_are_taken_as_they_are(write, rows):
    fractions = np.round(rows[:, 1:] / 255, 3)
    assert np.allclose(load_images(write(fractions)).train.read_all().reshape(20, -1), fractions)
    data_set = load_images(write((rows[:, 1:] > 100).astype(int)))
    assert data_set.train.read_all().max() == 1.0
    assert data_set.notes[-1] == "All pixels are 0 or 1: 1 was taken for white."


def test_pieces_make_one_array(write, rows, monkeypatch):
    path = write(rows)
    whole = load_images(path)
    monkeypatch.setattr(pixel_table, "_TOGETHER", 3 * (WIDTH + 1))
    assert load_images(path).fingerprint == whole.fingerprint


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "0 columns that could be pixels"),
        ("label," + ",".join(numbered("pixel{}")) + "\n", "no row of pixels"),
        (",".join(map(str, range(3, 110, 3))) + "\n1,2\n", "line 2: 36 values .* 2 came"),
        (("1," * WIDTH + "2\n") * 3 + "1," * (WIDTH + 1) + "2\n", "line 4: 37 values .* 38 came"),
        ("7," * (WIDTH - 1) + "7\n" + "7," * (WIDTH - 1) + "x\n", "line 2: .*column 36.*'x' came"),
        ("7," * (WIDTH - 1) + "7\n\n" + "7," * (WIDTH - 1) + "\n", "line 3: .*column 36.*'' came"),
        ("7," * (WIDTH - 1) + "nan\n", "line 1: a number was expected.*'nan' came"),
        ("7," * (WIDTH - 1) + "300\n", "from 7 to 300"),
        ("7," * (WIDTH - 1) + "-1\n", "from -1 to 7"),
        ("7," * WIDTH + "1,2,3\n", "39 columns .* square number"),
        ("0," * WIDTH + "1\n" + "0," * WIDTH + "2\n", "first column .* is 0 everywhere"),
        ("file_name,label\na.png,hat\n", "names files and holds no pixels.* --labels"),
        (
            "label," + ",".join(numbered("a{}")) + ",split\n" + "1," * 37 + "x\n",
            "splits .* holds x",
        ),
    ],
)
def test_what_is_no_such_table_is_named(tmp_path, content, words):
    (tmp_path / "t.csv").write_text(content)
    with pytest.raises(DataError, match=words):
        load_images(tmp_path / "t.csv")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=st.binary(max_size=300))
def test_any_bytes_are_images_or_refused(tmp_path, content):
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    try:
        load_images(path)
    except DataError as error:
        assert "t.csv" in str(error)


def test_one_endless_line_takes_no_memory(tmp_path):
    with (tmp_path / "t.csv").open("wb") as file:
        for _ in range(200):
            file.write(b"1" * (1 << 20))
    script = """
import sys
from hourglass.errors import DataError
from hourglass.images import load_images
before = peak_memory()
try:
    load_images(sys.argv[1])
except DataError as error:
    assert "no table" in str(error)
else:
    sys.exit("taken")
sys.exit(peak_memory() - before > 150 * 1024)
"""
    done = subprocess.run(
        [sys.executable, "-c", PEAK_MEMORY + script, tmp_path / "t.csv"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
