"""Which normal images are used for what."""

import numpy as np
import pytest

from hourglass.bundles import load_model
from hourglass.errors import ConfigurationError, DataError
from hourglass.experiment.embed_source import seen_by
from hourglass.experiment.normal_images import fitted_to
from hourglass.images import write_image_file
from hourglass.records import DECIDING


@pytest.fixture(scope="module")
def fit(finished):
    run = finished("autoencoder")
    model, _ = load_model(run.model)
    seen = seen_by(run).preprocessing
    return lambda path: fitted_to(str(path), model, seen, data_dir=None, offline=True)


def levels(images):
    return np.rint(images * 255).astype(np.uint8)


def test_splits_of_their_own_are_kept(fit, digits, tmp_path):
    path = tmp_path / "normal.npz"
    parts = {"x_train": digits[:50], "x_val": digits[50:80], "x_test": digits[80:90]}
    np.savez(path, **{name: levels(images) for name, images in parts.items()})
    fitted = fit(path)
    assert (len(fitted.detector.known), len(fitted.test[DECIDING])) == (50, 10)
    assert len(fitted.detector.held_out[DECIDING]) == 30
    assert (fitted.held_out_split, fitted.test_split) == ("validation", "test")


def test_others_are_divided_without_overlap_and_always_alike(fit, digits, tmp_path):
    np.savez(tmp_path / "normal.npz", images=levels(digits[:50]))
    first, second = fit(tmp_path / "normal.npz"), fit(tmp_path / "normal.npz")
    sizes = [len(first.detector.known), len(first.detector.held_out[DECIDING])]
    assert [*sizes, len(first.test[DECIDING])] == [20, 20, 10]
    assert first.detector.digest == second.detector.digest
    # Each image is in one place: to fit to, to take thresholds from, or to measure on.
    images = np.divide(levels(digits[:50]), 255, dtype=np.float32)
    scores = first.detector.score(images)["pca"]
    others = np.concatenate([first.detector.held_out["pca"], first.test["pca"]])
    places = np.abs(scores[:, None] / others - 1).argmin(axis=0)
    assert scores[places] == pytest.approx(others, rel=1e-4)
    known = {row.tobytes() for row in first.detector.known}
    assert len({*places}) == 30 and not known & {images[place].tobytes() for place in places}


def test_too_few_to_divide_are_refused(fit, digits, tmp_path):
    np.savez(tmp_path / "normal.npz", images=levels(digits[:2]))
    with pytest.raises(DataError, match="At least 3 normal images"):
        fit(tmp_path / "normal.npz")


def test_images_that_the_network_has_learned_are_no_other_normal_ones(finished):
    run = finished("autoencoder")
    model, _ = load_model(run.model)
    learned, seen = run.read_record().data_fingerprint, seen_by(run).preprocessing
    with pytest.raises(ConfigurationError, match="holds the images that the model was trained on"):
        fitted_to("digits", model, seen, trained_on=learned, data_dir=None, offline=True)


def test_anomalies_in_the_test_split_of_normal_images_are_no_false_alarms(fit, digits, tmp_path):
    parts = {"train/good": 40, "val/good": 20, "test/good": 10, "test/odd": 5}
    for place, (folder, count) in enumerate(parts.items()):
        for number, image in enumerate(digits[100 * place :][:count]):
            write_image_file(tmp_path / folder / f"{number:02}.png", image)
    fitted = fit(tmp_path)
    assert len(fitted.test[DECIDING]) == 10
    assert any(
        "10 test images of the classes that were trained on (good)" in note for note in fitted.notes
    )
