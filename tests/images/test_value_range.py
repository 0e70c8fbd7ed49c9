"""What black and white are: told, found or learned, and the same pictures come out alike."""

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from hourglass.errors import ConfigurationError, DataError
from hourglass.images import RangeScan, load_images, load_splits
from hourglass.images.bring import at_rest, bring_to_size, type_at_rest
from hourglass.images.memory import as_unit_range
from hourglass.images.value_range import outside_line
from hourglass.records import FolderOptions, ValueRange, dtype_range, parse_range
from hourglass.seeds import generator


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("data", "data"),
        ("dtype", "dtype"),
        ("0..4095", ValueRange(0, 4095)),
        ("-1000..3000", ValueRange(-1000, 3000)),
        (" 0..1.5e3", ValueRange(0, 1500)),
        (".25...5", ValueRange(0.25, 0.5)),
    ],
)
def test_a_range_is_read_as_people_spell_it(text, found):
    assert parse_range(text) == found


@pytest.mark.parametrize("text", ["", "4095", "5..1", "3..3", "nan..1", "0..inf", "0-9", "1..2..3"])
def test_a_range_that_is_none_is_refused_with_an_example(text):
    with pytest.raises(ConfigurationError, match=r"0\.\.4095"):
        parse_range(text)
    with pytest.raises(ConfigurationError, match=r"0\.\.4095"):
        FolderOptions(range=text)


@given(low=st.floats(-1e12, 1e12), width=st.floats(1e-6, 1e12))
def test_a_range_that_is_shown_can_be_typed_again(low, width):
    high = low + width
    if high > low:
        assert parse_range(str(ValueRange(low, high))) == ValueRange(low, high)


def scanned(*images, option=None, learned=None, told=None):
    """Return ranges and lines of images given as (type, least, greatest), each in a file."""
    scan = RangeScan(option, learned)
    for number, (dtype, low, high) in enumerate(images):
        scan.see(np.dtype(dtype))
        if not scan.settled(np.dtype(dtype)):
            scan.add(np.linspace(low, high, 50).astype(dtype), told, number)
    ranges, lines = scan.ranges()
    return {name: str(found) for name, found in ranges.by_type.items()}, lines, ranges.own


@pytest.mark.parametrize(
    ("images", "found", "words"),
    [
        ([("uint8", 0, 9)], {}, None),
        ([("uint16", 0, 60_000)], {}, None),
        ([("uint16", 0, 4_095), ("uint16", 3, 17)], {"uint16": "0..4095"}, "2 files of 16 bits"),
        ([("uint16", 0, 4_096)], {"uint16": "0..16383"}, "14 bits"),
        ([("uint16", 0, 1_000)], {"uint16": "0..1023"}, "10 bits"),
        ([("uint16", 0, 255)], {"uint16": "0..255"}, "8 bits"),
        ([("uint16", 0, 0)], {}, None),
        ([("uint16", 0, 9_000), ("uint8", 0, 9)], {}, "as other files have 8 bits"),
        ([("uint16", 0, 4_000), ("uint8", 0, 9)], {"uint16": "0..4095"}, "12 bits"),
        ([("float32", 0, 1)], {}, None),
        ([("float32", 0.2, 0.9)], {}, None),
        ([("float64", 0, 1e-6)], {"float64": "0..1e-06"}, "least and greatest value"),
        ([("float64", -3, 40)], {"float64": "-3..40"}, "least and greatest value"),
        (
            [("int16", -1000, 2000), ("int16", 5, 3000)],
            {"int16": "-1000..3000"},
            "2 files of int16",
        ),
        ([("uint32", 7, 7)], {"uint32": "7..8"}, "1 file of uint32"),
    ],
)
def test_black_and_white_follow_from_all_files_and_every_guess_is_told(images, found, words):
    ranges, lines, _ = scanned(*images)
    assert ranges == found
    assert (words is None and not lines) or words in lines[0]


def test_what_is_said_goes_before_what_is_found():
    deep = ("uint16", 10, 3_000)
    assert scanned(deep, option="dtype")[:2] == ({}, ())
    assert scanned(deep, option="data")[0] == {"uint16": "10..3000"}
    assert scanned(deep, option="0..3000")[:2] == ({"uint16": "0..3000"}, ())
    told = ValueRange(0, 4_095)
    ranges, lines, _ = scanned(("uint16", 10, 900), told=told)
    assert ranges == {"uint16": "0..4095"} and "as their files say" in lines[0]
    # A tag that its own pixels contradict is not believed.
    assert scanned(("uint16", 10, 9_000), told=told)[0] == {"uint16": "0..16383"}


def test_what_a_model_learned_is_used_or_the_difference_is_told():
    learned = {"int16": ValueRange(-1000, 3000)}
    ranges, lines, _ = scanned(("int16", 0, 200), learned=learned)
    assert ranges == {"int16": "-1000..3000"} and "as the model learned them" in lines[0]
    assert scanned(("float32", -900, 2500), learned=learned)[0] == {"float32": "-1000..3000"}
    ranges, lines, _ = scanned(("int16", -1000, 9000), learned=learned)
    assert ranges == {"int16": "-1000..9000"} and "results may be worse" in lines[1]
    assert "--range -1000..3000" in lines[1]
    assert "results may be worse" in scanned(("int16", 0, 9), option="0..9", learned=learned)[1][0]


def test_a_file_that_would_be_flat_beside_the_others_has_a_range_of_its_own():
    ranges, lines, own = scanned(("float32", -200, 3_200), ("float32", 0, 0.9), ("float32", 5, 6))
    assert ranges == {"float32": "-200..3200"}
    assert own == {1: ValueRange(0, 1), 2: ValueRange(5, 6)}
    assert "their own values" in lines[1] and "2 of them" in lines[1]


@given(
    pixels=arrays(
        st.sampled_from([np.uint8, np.uint16, np.int16, np.uint32, np.int32]),
        array_shapes(min_dims=3, max_dims=3, max_side=4),
    )
)
def test_the_ends_of_a_type_are_black_and_white(pixels):
    ends = dtype_range(pixels.dtype)
    unit = as_unit_range(pixels)
    assert unit.dtype == np.float32 and unit.min() >= 0 and unit.max() <= 1
    exact = (pixels.astype(float) - ends.low) / ends.width
    assert np.abs(unit - exact).max() <= 1e-7


def test_values_outside_count_as_black_or_white():
    unit = as_unit_range(np.array([-5, 0, 50, 100, 900], np.int16), ValueRange(0, 100))
    assert unit.tolist() == [0, 0, 0.5, 1, 1]
    assert outside_line(0, 0, "int16 image", [ValueRange(0, 100)]) is None
    line = outside_line(2, 1, "int16 image", [ValueRange(0, 100)])
    assert line.startswith("2 values of 1 int16 image lie outside of 0..100")


def scene(seed: int, bands: int = 1) -> np.ndarray:
    """Return a smooth image with noise in [0, 1], shape (12, 10) or (12, 10, bands)."""
    down, across = np.mgrid[:12, :10]
    planes = [0.5 + 0.4 * np.sin(across / 3 + seed + n) * np.cos(down / 4) for n in range(bands)]
    image = np.clip(np.dstack(planes) + generator(seed).normal(0, 0.03, (12, 10, bands)), 0, 1)
    return image if bands > 1 else image[..., 0]


def write_tiffs(folder, images, **options):
    folder.mkdir()
    for number, image in enumerate(images):
        tifffile.imwrite(folder / f"{number:02}.tif", image, metadata=None, **options)
    return folder


@pytest.mark.parametrize("in_files", [False, True])
def test_twelve_bits_are_learned_like_the_same_pictures_stretched(tmp_path, in_files, monkeypatch):
    if in_files:
        monkeypatch.setattr("hourglass.images.folder.load_folder.__kwdefaults__", {
            "in_memory": 0, "cache_bytes": 0,
        })  # fmt: skip
    images = [np.rint(4_095 * scene(seed)).astype(np.uint16) for seed in range(12)]
    low = load_splits(write_tiffs(tmp_path / "low", images))
    high = load_splits(write_tiffs(tmp_path / "high", [image * 16 for image in images]))
    assert type(low.train).__name__ == ("FileImages" if in_files else "ArrayImages")
    assert low.train.dtype == np.uint16 and low.ranges == {"uint16": ValueRange(0, 4095)}
    difference = np.abs(low.train.read_all() - high.train.read_all())
    assert difference.max() < 3e-4 and len(np.unique(low.train.read_all())) > 500
    assert any("12 bits" in note for note in low.folder.notes) and not high.folder.notes


@pytest.mark.parametrize(("dtype", "scale", "low"), [
    ("float32", 3_000, -200), ("int16", 4_000, -1_000), ("uint32", 1e9, 5), ("float64", 0.01, 0),
])  # fmt: skip
def test_numbers_of_instruments_are_learned_from_black_to_white(tmp_path, dtype, scale, low):
    images = [(scale * scene(seed) + low).astype(dtype) for seed in range(10)]
    train = load_images(write_tiffs(tmp_path / "a", images)).train
    values = train.read_all()
    assert train.dtype == np.float32 and (values.min(), values.max()) == (0, 1)
    assert np.abs(values[..., 0] - as_unit_range(np.stack(images), ValueRange(
        float(min(image.min() for image in images)), float(max(image.max() for image in images))
    ))).max() < 1e-6  # fmt: skip
    given = load_images(tmp_path / "a", folder=FolderOptions(range=f"{low}..{low + 2 * scale}"))
    assert given.train.read_all().max() < 0.55


def test_values_beyond_a_given_range_are_told(tmp_path):
    folder = write_tiffs(tmp_path / "a", [np.full((4, 4), 900, np.uint16)] * 5)
    data = load_images(folder, folder=FolderOptions(range="0..800"))
    assert data.train.read_all().max() == 1
    assert any(
        note.startswith("80 values of 5 uint16 images lie outside") for note in data.folder.notes
    )


def test_an_image_with_numbers_that_are_none_is_named(tmp_path):
    images = [scene(seed).astype(np.float32) for seed in range(5)]
    images[2][3, 4] = np.nan
    folder = write_tiffs(tmp_path / "a", images)
    with pytest.raises(DataError, match=r"02\.tif \(1 of its values are NaN or infinite\)"):
        load_images(folder)
    assert len(load_images(folder, folder=FolderOptions(skip_bad=True)).train) == 4


def test_pairs_share_black_and_white(tmp_path):
    clean = [np.rint(2_000 * scene(seed)).astype(np.int16) for seed in range(6)]
    noisy = [image + np.int16(500) for image in clean]
    write_tiffs(tmp_path / "clean", clean)
    splits = load_splits(write_tiffs(tmp_path / "noisy", noisy), partner=tmp_path / "clean")
    ends = splits.ranges["int16"]
    difference = splits.train.seen.read_all() - splits.train.target.read_all()
    assert difference == pytest.approx(np.full_like(difference, 500 / ends.width), abs=1e-5)


def test_bands_of_data_are_no_alpha(tmp_path):
    bands = [np.rint(60_000 * scene(seed, 4)).astype(np.uint16) for seed in range(6)]
    folder = write_tiffs(tmp_path / "a", bands, photometric="rgb", extrasamples=["unspecified"])
    data = load_images(folder)
    assert data.train.shape == (12, 10, 4) and data.bands == 1
    assert np.array_equal(data.train.pixels, np.stack(bands))
    assert "3 colors and 1 band of data" in data.folder.notes[0]
    tifffile.imwrite(folder / "zz.tif", bands[0][..., :3], photometric="rgb", metadata=None)
    with pytest.raises(DataError, match=r"zz\.tif \(it has 3 colors, and the images before it"):
        load_images(folder)


def test_what_nobody_sees_is_not_learned(tmp_path):
    from PIL import Image

    rgb = np.rint(255 * scene(1, 3)).astype(np.uint8)
    alpha = np.full((12, 10, 1), 255, np.uint8)
    alpha[3:9, 2:7] = 0
    for name, below in (("black", 0), ("white", 255)):
        (tmp_path / name).mkdir()
        pixels = np.dstack([np.where(alpha > 0, rgb, below), alpha]).astype(np.uint8)
        for number in range(3):
            Image.fromarray(pixels).save(tmp_path / name / f"{number}.png")
        Image.fromarray(rgb).save(tmp_path / name / "plain.png")
    black, white = (load_images(tmp_path / name).train.read_all() for name in ("black", "white"))
    assert black.shape[-1] == 3 and np.array_equal(black, white)


@pytest.mark.parametrize("kind", ["npz", "npy"])
def test_arrays_have_a_range_too(tmp_path, kind):
    counts = np.rint(3_000 * np.stack([scene(seed) for seed in range(9)]) - 500).astype(np.int16)
    path = tmp_path / f"a.{kind}"
    np.savez(path, images=counts) if kind == "npz" else np.save(path, counts)
    with pytest.raises(DataError, match=r"--range LOW\.\.HIGH"):
        load_images(path)
    data = load_images(path, folder=FolderOptions(range="-500..2500"))
    assert data.ranges == {"int16": ValueRange(-500, 2500)}
    assert np.abs(data.train.read_all()[..., 0] - (counts + 500) / 3_000).max() < 1e-6
    twelve = np.rint(4_000 * np.stack([scene(seed) for seed in range(9)])).astype(np.uint16)
    np.savez(path, images=twelve) if kind == "npz" else np.save(path, twelve)
    data = load_images(path)
    assert "12 bits" in data.notes[-1] and data.train.read_all().max() > 0.9


def test_every_frame_is_learned_from_where_that_is_asked(tmp_path):
    for number in range(6):
        frames = np.stack(
            [np.rint(255 * scene(10 * number + n)).astype(np.uint8) for n in range(4)]
        )
        tifffile.imwrite(tmp_path / f"{number}.tif", frames, photometric="minisblack")
    first = load_splits(tmp_path)
    assert sum(map(len, first.parts.values())) == 6
    assert any("Say --frames all" in note for note in first.folder.notes)
    splits = load_splits(tmp_path, folder=FolderOptions(frames="all"))
    assert [len(images) for images in splits.parts.values()] == [16, 4, 4]
    assert "Every frame was taken: 24 images from 6 files." in splits.folder.notes
    # No film lies in two splits.
    films = {
        part: {
            number
            for image in images.pixels
            for number in range(6)
            for frame in tifffile.imread(tmp_path / f"{number}.tif")
            if np.array_equal(image[..., 0], frame)
        }
        for part, images in splits.parts.items()
    }
    assert sorted(len(found) for found in films.values()) == [1, 1, 4]
    assert len(set.union(*films.values())) == 6


def test_frames_of_one_file_are_split_with_a_warning(tmp_path):
    frames = np.stack([np.rint(255 * scene(n)).astype(np.uint8) for n in range(20)])
    tifffile.imwrite(tmp_path / "film.tif", frames, photometric="minisblack")
    splits = load_splits(tmp_path, folder=FolderOptions(frames="all"))
    assert [len(images) for images in splits.parts.values()] == [16, 2, 2]
    assert any("scores will flatter the model" in note for note in splits.folder.notes)


def test_a_model_that_learned_a_range_is_shown_slightly_brighter_images_alike():
    learned = {"int16": ValueRange(-1000, 3000), "uint16": ValueRange(0, 4095)}
    for dtype, low, high in [("int16", -1000, 5_000), ("int16", -2_900, 0), ("uint16", 0, 6_000)]:
        ranges, lines, _ = scanned((dtype, low, high), learned=learned)
        assert ranges == {dtype: str(learned[dtype])}
        assert f"from {low:,} to {high:,}; those outside count as black or white" in lines[0]
    for dtype, low, high in [("int16", -1000, 5_100), ("uint16", 0, 60_000)]:
        ranges, lines, _ = scanned((dtype, low, high), learned=learned)
        assert ranges.get(dtype) != str(learned[dtype]) and "results may be worse" in lines[-1]


def test_a_small_part_of_a_range_that_was_learned_is_told():
    learned = {"int16": ValueRange(0, 10_000)}
    ranges, lines, _ = scanned(("int16", 40, 240), learned=learned)
    assert ranges == {"int16": "0..10000"} and "They use 2.00% of it" in lines[0]
    assert "use" not in scanned(("int16", 40, 2_400), learned=learned)[1][0]


def test_few_values_far_away_from_all_others_are_told():
    scan = RangeScan()
    counts = np.rint(3_000 * scene(1)).astype(np.int32)
    for number in range(3):
        scan.add(counts, file=number)
    assert len(scan.ranges()[1]) == 1
    hot = np.tile(counts, (20, 20))
    hot[5, 7] = 2_000_000
    scan.add(hot, file=3)
    _, lines = scan.ranges()
    assert "a few far away from them decide what black and white are" in lines[1]
    assert "--range LOW..HIGH" in lines[1]


def test_the_ends_of_floating_point_are_refused_where_values_lie_outside(tmp_path):
    inside = write_tiffs(tmp_path / "in", [scene(n).astype(np.float32) for n in range(5)])
    option = FolderOptions(range="dtype")
    assert load_images(inside, folder=option).train.read_all().max() > 0.5
    outside = write_tiffs(tmp_path / "out", [scene(n).astype(np.float32) * 255 for n in range(5)])
    with pytest.raises(DataError, match=r"0\.\.1, and float32 images hold values from .*LOW"):
        load_images(outside, folder=option)
    np.save(tmp_path / "a.npy", np.full((3, 4, 4), 90, np.float32))
    with pytest.raises(DataError, match=r"--range dtype takes"):
        load_images(tmp_path / "a.npy", folder=option)


def test_files_that_cannot_be_read_decide_nothing():
    scan = RangeScan()
    scan.see(np.dtype(np.uint16))
    assert not scan.settled(np.dtype(np.uint16))
    ranges, lines = scan.ranges()
    assert not ranges.by_type and not lines


@given(
    pixels=arrays(st.sampled_from([np.uint8, np.uint16]), (3, 4, 1), elements=st.integers(0, 255)),
    white=st.integers(256, 65_535),
)
def test_levels_of_fewer_bits_stay_apart(pixels, white):
    value_range = ValueRange(0, white)
    name = pixels.dtype.name
    assert type_at_rest([name], {name: value_range}) == "uint16"
    levels = at_rest(pixels, "uint16", value_range)
    back = np.rint(levels / 65_535 * white)
    assert levels.dtype == np.uint16 and np.array_equal(back, pixels)


@pytest.mark.parametrize(
    ("dtype", "value_range", "found"),
    [
        ("uint8", None, "uint8"),
        ("uint16", None, "uint16"),
        ("uint16", ValueRange(10, 4_095), "float32"),
        ("uint16", ValueRange(0, 1e6), "float32"),
        ("uint8", ValueRange(0, 200), "uint16"),
        ("int16", None, "float32"),
        ("float64", None, "float32"),
    ],
)
def test_values_lie_at_rest_in_the_smallest_type_that_keeps_them_apart(dtype, value_range, found):
    ranges = {} if value_range is None else {dtype: value_range}
    assert type_at_rest([dtype], ranges) == found
    assert type_at_rest([dtype, "float32"], ranges) == "float32"


def test_large_numbers_that_differ_little_are_resized_without_steps():
    shares = np.linspace(0, 1, 64).reshape(8, 8, 1)
    for dtype in (np.uint32, np.int32, np.float64):
        pixels = (2e9 + 100 * shares).astype(dtype)
        small = bring_to_size(pixels, (4, 4), None).astype(np.float64) - 2e9
        plain = bring_to_size((100 * shares).astype(np.float32), (4, 4), None)
        assert np.abs(small - plain).max() < 1.5
        assert small.min() >= 0 and small.max() <= 100
    flat = np.full((8, 8, 1), -7, np.int16)
    assert np.array_equal(bring_to_size(flat, (4, 4), None), flat[:4, :4])


def test_what_black_and_white_are_belongs_to_the_identity_of_images_in_files(tmp_path):
    images = [np.rint(4_000 * scene(seed)).astype(np.uint16) for seed in range(5)]
    folder = write_tiffs(tmp_path / "a", images)
    wide = [np.zeros((3, 3), np.uint16), np.full((3, 3), 4_000, np.uint16)]
    for number, image in enumerate(wide):
        tifffile.imwrite(folder / f"wide{number}.tif", image, metadata=None)
    options = [FolderOptions(range=text) for text in ("0..4095", "0..4000", "dtype")]
    found = [load_images(folder, folder=option) for option in options]
    assert {type(one.train).__name__ for one in found} == {"FileImages"}
    assert len({one.fingerprint for one in found}) == 3
    assert load_images(folder).fingerprint == found[0].fingerprint


def test_arrays_and_their_partners_have_one_range(tmp_path):
    clean = np.rint(900 * np.stack([scene(seed) for seed in range(20)])).astype(np.uint16)
    np.save(tmp_path / "clean.npy", clean)
    np.save(tmp_path / "noisy.npy", clean + np.uint16(1_500))
    splits = load_splits(tmp_path / "noisy.npy", partner=tmp_path / "clean.npy")
    difference = splits.train.seen.read_all() - splits.train.target.read_all()
    assert difference == pytest.approx(np.full_like(difference, 1_500 / 4_095), abs=1e-4)
    assert splits.ranges == {"uint16": ValueRange(0, 4095)}
    assert any("one black and white, 0..4095" in note for note in splits.notes)
    # Beside 16 bits that are full, twelve are no camera's.
    np.save(tmp_path / "noisy.npy", clean + np.uint16(60_000))
    splits = load_splits(tmp_path / "noisy.npy", partner=tmp_path / "clean.npy")
    assert splits.train.target.read_all().max() < 0.02 and not splits.ranges
    data = FolderOptions(range="data")
    np.save(tmp_path / "noisy.npy", clean + np.uint16(1_500))
    splits = load_splits(tmp_path / "noisy.npy", partner=tmp_path / "clean.npy", folder=data)
    low, high = int(clean.min()), int(clean.max()) + 1_500
    assert splits.ranges == {"uint16": ValueRange(low, high)}


def test_other_data_have_the_ends_of_their_type(tmp_path):
    with pytest.raises(ConfigurationError, match=r"range is for a folder .* and for \.npy"):
        load_images("digits", folder=FolderOptions(range="0..15"))
    assert load_images("digits", folder=FolderOptions(range="dtype")).train.dtype == np.uint8


def test_splits_of_an_archive_have_one_range(tmp_path):
    bright, dark = (np.full((4, 5, 5), value, np.uint16) for value in (3_000, 200))
    np.savez(tmp_path / "a.npz", x_train=dark, x_test=bright)
    data = load_images(tmp_path / "a.npz")
    assert data.ranges == {"uint16": ValueRange(0, 4095)} and "8 images" in data.notes[0]
    assert data.train.read_all().max() == pytest.approx(200 / 4_095, abs=1e-4)
    np.savez(tmp_path / "b.npz", images=np.array([[[0.0, np.nan]]] * 3))
    with pytest.raises(DataError, match="NaN"):
        load_images(tmp_path / "b.npz", folder=FolderOptions(range="data"))


@pytest.mark.parametrize("dtype", ["<u2", ">u2", "<i8", ">i2", ">f4", "<f8"])
def test_arrays_of_any_order_of_bytes_and_width(tmp_path, dtype):
    counts = np.rint(4_000 * np.stack([scene(seed) for seed in range(9)]))
    counts[0, 0, :3] = 5_000, 6_000, 9_000
    np.save(tmp_path / "a.npy", counts.astype(dtype))
    data = load_images(tmp_path / "a.npy", folder=FolderOptions(range="0..4095"))
    assert data.ranges == {np.dtype(dtype).name: ValueRange(0, 4095)}
    exact = np.minimum(counts / 4_095, 1)
    assert np.abs(data.train.read_all()[..., 0] - exact).max() < 1e-5
    assert data.notes[-1].startswith(f"3 values of 1 {np.dtype(dtype).name} image lie outside")
    if np.dtype(dtype).name == "uint16":
        assert load_images(tmp_path / "a.npy").ranges == {"uint16": ValueRange(0, 16_383)}


def test_arrays_of_a_type_that_a_model_learned_need_no_word(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(-60, 60, dtype=np.int16).reshape(6, 4, 5))
    learned = {"int16": ValueRange(-100, 100)}
    data = load_images(tmp_path / "a.npy", learned=learned)
    assert data.ranges == learned and data.train.read_all().min() == pytest.approx(0.2)
