"""The compact list of files, and the threads that decode them."""

import os
import tempfile
import threading
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hourglass.images import read_image_file
from hourglass.images.listing import Listing, images_below
from hourglass.images.quiet import without_warnings
from hourglass.images.workers import PixelCache, in_order
from hourglass.records import left_out_line

names = st.lists(st.text("aZ.é日 ", min_size=1, max_size=9), max_size=9)


@given(names, names)
def test_a_listing_gives_back_every_path(first, second):
    listing = Listing(Path("photos"), map(os.fsencode, first))
    assert listing.extend(map(os.fsencode, second)) == len(second)
    assert [listing.name(index) for index in range(len(listing))] == first + second
    assert list(listing) == [Path("photos") / name for name in first + second]


def test_a_million_paths_take_little_more_than_their_letters():
    count = 100_000
    listing = Listing(Path("photos"), (b"%06d.png" % number for number in range(count)))
    assert listing.name(count - 1) == "099999.png"
    assert listing._text.__sizeof__() + listing._ends.nbytes < 25 * count


def test_files_come_before_sub_folders_and_both_are_sorted(tmp_path):
    for name in ("b/z.png", "b/a/é.png", "a.png", "b.jpg", "b/10.png", "b/9.png", "a/x.bmp"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = Listing(tmp_path, images_below(tmp_path, tmp_path))
    assert [found.name(index) for index in range(len(found))] == [
        "a.png", "b.jpg", "a/x.bmp", "b/10.png", "b/9.png", "b/z.png", "b/a/é.png",
    ]  # fmt: skip


def counted(folder: Path, **options: object) -> tuple[list[str], Counter[str]]:
    left_out: Counter[str] = Counter()
    names = [os.fsdecode(name) for name in images_below(folder, folder, left_out, **options)]
    assert names == [os.fsdecode(name) for name in images_below(folder, folder, **options)]
    return names, left_out


def put(folder: Path, *names: str, content: bytes = b"") -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_what_is_not_taken_is_counted_by_ending_and_reason(tmp_path):
    put(tmp_path / "in", "a.JFIF", "b.pgm", "c.heic", "sub/d.HEIC", "e.svg", "f.dcm")
    put(tmp_path / "in", "notes.txt", "labels.csv", "Thumbs.db", ".DS_Store", "._a.jfif", "README")
    put(
        tmp_path / "in",
        ".g.png",
        ".cache/h.png",
        ".git/config",
        "slice",
        "data.tar.archive-of-1999",
    )
    put(tmp_path, "secret.png", "secrets/i.png")
    links = {"away.png": "secret.png", "aways": "secrets", "gone.png": "in/none.png"}
    for name, target in links.items():
        (tmp_path / "in" / name).symlink_to(tmp_path / target)
    (tmp_path / "in" / "loop.png").symlink_to("loop.png")
    (tmp_path / "in" / "again.png").symlink_to("b.pgm")
    os.mkfifo(tmp_path / "in" / "pipe.png")
    names, left_out = counted(tmp_path / "in")
    assert names == ["a.JFIF", "again.png", "b.pgm"]
    assert left_out == {
        ".heic": 2, ".svg": 1, ".dcm": 1, "other": 1, "hidden": 2, "broken link": 2,
        "link out of the folder": 2, "no regular file": 1, "without an ending (no image)": 1,
    }  # fmt: skip
    assert left_out_line(left_out) == (
        "Left out: 2 .heic (convert them to PNG, JPEG or TIFF), 1 .dcm, 1 .svg, 2 broken links, "
        "2 hidden, 2 links out of the folder, 1 no regular file, 1 other, 1 without an ending (no "
        "image)."
    )


@pytest.mark.parametrize(
    ("kind", "taken"),
    [("PNG", 1), ("JPEG", 1), ("GIF", 1), ("BMP", 1), ("TIFF", 1), ("WEBP", 1), ("PPM", 1),
     ("JPEG2000", 1), ("TGA", 0), ("DIB", 0), ("ICO", 0), ("EPS", 0)],
)  # fmt: skip
def test_files_without_an_ending_are_taken_by_how_they_start(tmp_path, kind, taken):
    Image.new("RGB", (8, 8)).save(tmp_path / "scan", kind)
    names, left_out = counted(tmp_path)
    assert (len(names), left_out.total()) == (taken, 1 - taken)
    if taken:
        assert read_image_file(tmp_path / "scan").shape == (8, 8, 3)


@pytest.mark.parametrize(
    "text", [b"", b"BMW and others\n", b"P5 is a processor\n", b"II. Chapter\n", b"RIFF"]
)
def test_texts_without_an_ending_are_not_taken_for_images(tmp_path, text):
    assert counted(put(tmp_path, "chapter", content=text)) == (
        [], Counter({"without an ending (no image)": 1})
    )  # fmt: skip


endings = st.sampled_from([".png", ".Jpe", ".heic", ".txt", ".x", "", ".tiff.bak"])
trees = st.dictionaries(
    st.tuples(st.sampled_from(["", "a/", "a/b/", "é/"]), st.text("xyz", min_size=1, max_size=3)),
    endings,
    max_size=12,
)


@given(trees)
def test_every_file_is_taken_or_counted_or_of_no_interest(tree):
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for (sub, stem), ending in tree.items():
            put(folder, f"{sub}{stem}_{ending}")
        names, left_out = counted(folder)
        endings = Counter(ending.lower() for ending in tree.values())
    assert len(names) == endings[".png"] + endings[".jpe"]
    expected = {".heic": ".heic", ".x": ".x", ".tiff.bak": ".bak"}
    expected[""] = "without an ending (no image)"
    assert left_out == {key: endings[was] for was, key in expected.items() if endings[was]}


def test_a_folder_of_results_is_not_walked_into(tmp_path):
    put(tmp_path, "a.png", "out/a.png", "out/b.heic")
    assert counted(tmp_path, results=(tmp_path / "out").resolve()) == (["a.png"], Counter())


@pytest.mark.parametrize(
    ("folders", "left_out"),
    [
        (["train/good", "test/good", "test/cut", "ground_truth/cut"], {"ground_truth": 1}),
        (["train/ok", "test/ok", "test/ko", "ground_truth/ko"], {"ground_truth": 1}),
        (["Images/Normal", "Images/Anomaly", "Masks/Anomaly"], {"Masks": 1}),
        (["test/a", "test/b", "ground_truth/a", "ground_truth/b"], {"ground_truth": 2}),
        (["x/Images/Normal", "x/Images/Anomaly", "x/Masks/Anomaly"], {"Masks": 1}),
        (["noisy/a", "noisy/b", "gt/a", "gt/b"], {}),
        (["masks/a", "faces/b"], {}),
        (["masks", "faces"], {}),
    ],
)
def test_masks_of_anomalies_are_left_out_and_other_masks_are_not(tmp_path, folders, left_out):
    put(tmp_path, *(f"{folder}/0.png" for folder in folders))
    names, found = counted(tmp_path)
    assert found == {f"in {name} (masks)": count for name, count in left_out.items()}
    assert len(names) == len(folders) - sum(left_out.values())


def test_endings_without_end_are_counted_in_little_memory(tmp_path):
    put(tmp_path, *(f"a.{number}" for number in range(1200)))
    _, left_out = counted(tmp_path)
    assert left_out.total() == 1200 and len(left_out) <= 1001
    assert left_out_line(left_out).endswith(", 1,188 more.")


def test_results_keep_the_order_of_their_items_and_few_are_made_ahead():
    started, waiting = [], threading.Event()

    def step(item: int) -> int:
        started.append(item)
        if item == 0:
            waiting.wait(5)
        return -item

    results = in_order(step, iter(range(500)))
    threading.Timer(0.05, waiting.set).start()
    assert next(results) == 0
    assert len(started) < 100
    assert list(results) == [-item for item in range(1, 500)]


def test_an_error_of_a_thread_is_that_of_the_reader():
    with pytest.raises(ZeroDivisionError):
        list(in_order(lambda item: 1 // item, [1, 0, 2]))


def test_threads_that_silence_warnings_leave_the_filters_alone(tmp_path, save):
    from hourglass.images import load_folder

    for number in range(40):
        save(tmp_path / f"{number}.png", np.full((9, 9), number, np.uint8))
    before = list(warnings.filters)
    load_folder(tmp_path)
    assert warnings.filters == before


def test_the_last_thread_to_leave_puts_the_filters_back():
    before, turn = warnings.filters, threading.Barrier(2, timeout=10)

    def overlap() -> None:
        with without_warnings():
            turn.wait()
            warnings.warn("odd metadata", stacklevel=1)
            turn.wait()

    with without_warnings():
        thread = threading.Thread(target=overlap)
        thread.start()
        turn.wait()
    # The one who came first has gone, and the other is still at work.
    assert warnings.filters is not before
    turn.wait()
    thread.join()
    assert warnings.filters is before


def test_many_threads_that_come_and_go_leave_the_filters_alone():
    before = warnings.filters

    def come_and_go() -> None:
        for _ in range(500):
            with without_warnings():
                warnings.warn("odd metadata", stacklevel=1)

    threads = [threading.Thread(target=come_and_go) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert warnings.filters is before


def test_filters_of_a_block_that_outlives_a_silence_do_not_last():
    before, block = warnings.filters, warnings.catch_warnings()
    with without_warnings():
        block.__enter__()
    block.__exit__(None, None, None)
    # What the block has put back is the silence, until the next one ends.
    with without_warnings():
        pass
    assert warnings.filters is before


def test_a_cache_gives_up_what_was_asked_for_longest_ago():
    cache = PixelCache(30)
    for number in range(3):
        cache.put(number, np.zeros(10, np.uint8))
    assert cache.get(0) is not None
    cache.put(3, np.zeros(10, np.uint8))
    assert cache.get(1) is None and cache.get(0) is not None
    cache.put(4, np.zeros(31, np.uint8))
    assert cache.get(4) is None and cache.get(3) is not None
