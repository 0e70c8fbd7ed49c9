"""What a network learns from and is measured on, made from a folder of any images."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from hourglass.errors import ConfigurationError, DataError, ImageShapeError
from hourglass.experiment import material
from hourglass.images import ArrayImages, FileImages, PatchImages
from hourglass.records import Experiment, FolderOptions, TrainingPlan

SHAPES = [(70, 90), (100, 64), (65, 65), (20, 30), (130, 64)] * 4


@pytest.fixture
def photos(tmp_path):
    """Return a folder of twenty images of five sizes."""
    chance = np.random.default_rng(0)
    for number, shape in enumerate(SHAPES):
        pixels = chance.integers(0, 256, shape, np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{number:02}.png")
    return tmp_path


def asked(folder, noise: float | None = 0.1, **options) -> Experiment:
    return Experiment(
        data=str(folder),
        corruption=noise and f"gaussian:{noise}",
        folder=FolderOptions(**options),
    )


def test_a_denoiser_gets_patches_of_images_of_several_sizes(photos):
    told = []
    splits = material.load_material(asked(photos), tell=told.append)
    assert all(isinstance(part, PatchImages) for part in splits.parts.values())
    assert splits.train.shape == (64, 64, 1) and splits.folder.patch_size == 64
    assert told[0] == (
        "20 image files of 20×30 to 130×64, cut into patches of 64×64, read as they are needed."
    )
    assert told[1] == "Images smaller than a patch, mirrored at their edges: 4."


def test_what_is_measured_on_does_not_follow_from_the_seed_of_patches(photos):
    for split in ("train", "val", "test"):
        (photos / split).mkdir()
        for file in sorted(photos.glob("*.png"))[:5]:
            file.rename(photos / split / file.name)
    for file in photos.glob("*.png"):
        file.unlink()
    first, other = (
        material.load_material(replace(asked(photos), plan=TrainingPlan(seed=seed)))
        for seed in (0, 1)
    )
    assert first.test.fingerprint == other.test.fingerprint
    assert first.train.fingerprint != other.train.fingerprint
    again = material.load_material(asked(photos))
    assert (again.fingerprint, again.split_hash) == (first.fingerprint, first.split_hash)


def test_a_single_noisy_image_is_split_by_its_rows(tmp_path):
    # A gray value for each row tells where a patch comes from.
    rows = np.repeat(np.arange(200, dtype=np.uint8)[:, None], 150, axis=1)
    Image.fromarray(rows).save(tmp_path / "one.png")
    told = []
    alone = Experiment(data=str(tmp_path), objective="blind-spot")
    splits = material.load_material(alone, tell=told.append)
    ends = {
        name: [round(float(end) * 255) for end in (values.min(), values.max())]
        for name, part in splits.parts.items()
        for values in [part.read_all()]
    }
    assert ends == {"train": [0, 159], "validation": [160, 179], "test": [180, 199]}
    assert len(splits.train) >= 16_384 and "too few" in " ".join(told).lower()
    with pytest.raises(DataError, match="At least 3 training images"):
        material.load_material(Experiment(data=str(tmp_path), folder=FolderOptions(resize=16)))


def test_two_pairs_are_split_by_their_rows_together(tmp_path):
    noisy = np.random.default_rng(0).integers(0, 100, (100, 100), np.uint8)
    for number in range(2):
        for name, more in (("noisy", 0), ("clean", 100)):
            (tmp_path / name).mkdir(exist_ok=True)
            Image.fromarray(noisy + np.uint8(more)).save(tmp_path / name / f"{number}.png")
    pairs = Experiment(data=str(tmp_path / "noisy"), clean=str(tmp_path / "clean"))
    for part in material.load_material(pairs).parts.values():
        some = np.arange(min(50, len(part)))
        assert np.allclose(part.read(some) - part.seen.read(some), 100 / 255, atol=1e-6)


def test_an_autoencoder_names_the_ways_to_one_size(photos):
    with pytest.raises(ImageShapeError, match=r"20×30 to 130×64.*--resize 64 or --crop 64"):
        material.load_material(asked(photos, noise=None))
    splits = material.load_material(asked(photos, noise=None, resize="16x24"))
    assert isinstance(splits.train, ArrayImages) and splits.train.shape == (16, 24, 1)
    patches = material.load_material(asked(photos, noise=None, patch_size=16))
    assert patches.train.shape == (16, 16, 1)


@pytest.mark.parametrize(("side", "kind"), [(97, PatchImages), (96, ArrayImages)])
def test_large_images_of_one_size_are_cut_and_small_ones_are_not(tmp_path, side, kind):
    for number in range(4):
        Image.fromarray(np.full((12, side), number, np.uint8)).save(tmp_path / f"{number}.png")
    assert isinstance(material.load_material(asked(tmp_path)).train, kind)
    sized = material.load_material(asked(tmp_path, resize="97x12"))
    assert isinstance(sized.train, ArrayImages)


def test_large_splits_are_measured_in_part_and_that_is_told(photos, monkeypatch):
    whole = material.load_material(asked(photos, noise=None, resize=16))
    monkeypatch.setattr(material, "MEASURED_BYTES", 3 * 16 * 16 * 4)
    told = []
    monkeypatch.setattr("hourglass.images.split.HELD_OUT", 0.25)
    splits = material.load_material(asked(photos, noise=None, resize=16), tell=told.append)
    assert (len(whole.test), len(splits.train), len(splits.test)) == (2, 10, 3)
    assert told[-1] == "Measured on 3 of the 5 test images, drawn once."
    assert told[-1] in splits.notes
    assert len(material.learned_from(splits.train)) == 3
    again = material.load_material(asked(photos, noise=None, resize=16))
    assert again.test.fingerprint == splits.test.fingerprint


def test_noise_that_is_drawn_once_does_not_fill_the_memory(photos, monkeypatch):
    monkeypatch.setattr(material, "MEASURED_BYTES", 64 * 64 * 4)
    experiment = replace(asked(photos), frozen_noise=True)
    with pytest.raises(ConfigurationError, match="frozen_noise keeps all training images"):
        material.load_material(experiment)


def test_a_part_of_many_files_is_read_from_them(photos):
    from hourglass.images import load_folder

    images = load_folder(photos, FolderOptions(crop=20), in_memory=0).train
    assert isinstance(images, FileImages) and images.shape == (20, 20, 1)
    assert material.learned_from(images) is images
