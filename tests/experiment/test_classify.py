"""Files and a classifier: what is named, how sure it is, what is flagged, what a stop costs."""

import csv
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hourglass.bundles import BundleFile, export_model, load_classifier, save_bundle
from hourglass.bundles.archive import write_archive
from hourglass.bundles.reading import open_model
from hourglass.errors import (
    ConfigurationError,
    DataError,
    MissingPathError,
    ModelFileError,
    OutputExistsError,
)
from hourglass.evaluation import cross_entropy, p_values, softmax
from hourglass.experiment import classify as module
from hourglass.experiment import classify_files
from hourglass.experiment.class_calibration import Flags, _kept_ranks, rounded
from hourglass.images import load_splits, read_image_file, write_image_file
from hourglass.inference import classify, classify_logits
from hourglass.models import build_classifier
from hourglass.records import (
    ModelSpec,
    NetworkOptions,
    PredictedFiles,
    from_json,
    to_json,
)
from hourglass.runs import RunFolder
from hourglass.seeds import generator

ODD = ("black.png", "gray.png", "noise.png", "white.png")


@pytest.fixture(scope="module")
def run(a_classifier, tmp_path_factory) -> RunFolder:
    copy = tmp_path_factory.mktemp("classify") / "run"
    shutil.copytree(a_classifier.path, copy)
    return RunFolder(copy)


@pytest.fixture(scope="module")
def splits():
    return load_splits("digits", seed=0)


@pytest.fixture(scope="module")
def model(run):
    return load_classifier(run.model)[0]


@pytest.fixture(scope="module")
def given(tmp_path_factory, splits) -> Path:
    """Return a folder with 40 test images by class, and four images of nothing in `odd`."""
    folder = tmp_path_factory.mktemp("given")
    pixels = splits.test.read(np.arange(40))
    for number, image in enumerate(pixels):
        write_image_file(folder / str(splits.test.labels[number]) / f"{number:02}.png", image)
    shape = (8, 8, 1)
    odd = {"black": np.zeros(shape), "white": np.ones(shape), "gray": np.full(shape, 0.5)}
    odd["noise"] = generator(1).random(shape)
    for name, image in odd.items():
        write_image_file(folder / "odd" / f"{name}.png", image.astype(np.float32))
    return folder


@pytest.fixture(scope="module")
def found(run, given, tmp_path_factory):
    output = tmp_path_factory.mktemp("found") / "predictions.csv"
    sheet = output.with_name("unsure.png")
    return classify_files(run, [given], output, sheet=sheet), output


def rows_of(output: Path) -> list[dict[str, str]]:
    with output.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def pixels_of(folder: Path, rows: list[dict[str, str]]) -> np.ndarray:
    return np.stack([read_image_file(folder / row["file"]) for row in rows])


def test_the_table_says_what_the_network_says_at_its_temperature(run, model, given, tmp_path):
    output = tmp_path / "all.csv"
    classify_files(run, [given], output, top=10)
    rows = rows_of(output)
    assert len(rows) == 44 and [row["file"] for row in rows] == sorted(row["file"] for row in rows)
    temperature = run.read_calibration().scaling.temperature
    expected = softmax(classify_logits(model, pixels_of(given, rows)), temperature)
    for row, own in zip(rows, expected, strict=True):
        named = [row["class"], *(row[f"class_{rank}"] for rank in range(2, 11))]
        told = [float(row["probability"]), *(float(row[f"probability_{n}"]) for n in range(2, 11))]
        assert told == sorted(told, reverse=True) and sum(told) == pytest.approx(1.0, abs=1e-4)
        assert told == pytest.approx([own[int(name)] for name in named], rel=1e-4, abs=1e-9)


def test_the_temperature_is_the_best_on_validation_and_measured_on_test(run, model, splits):
    scaling = run.read_calibration().scaling
    logits = classify_logits(model, splits.validation.read_all())
    labels = splits.validation.labels
    grid = [cross_entropy(softmax(logits, t), labels) for t in np.geomspace(0.05, 20, 400)]
    told = (scaling.fitted.cross_entropy, scaling.fitted.calibrated_cross_entropy)
    assert told == pytest.approx((cross_entropy(softmax(logits), labels), min(grid)), rel=1e-4)
    assert (scaling.fitted.images, scaling.fitted.split) == (180, "validation")
    of_test = softmax(classify_logits(model, splits.test.read_all()), scaling.temperature)
    assert scaling.measured.calibrated_cross_entropy == pytest.approx(
        cross_entropy(of_test, splits.test.labels), rel=1e-4
    )
    assert (scaling.measured.images, scaling.measured.split) == (180, "test")
    # What runs print has not changed.
    plain = cross_entropy(classify(model, splits.test.read_all()), splits.test.labels)
    assert run.read_classification().cross_entropy == pytest.approx(plain, rel=1e-5)


def test_black_white_gray_and_noise_are_unknown_and_digits_are_not(found):
    done, output = found
    flags = {row["file"]: row["flag"] for row in rows_of(output)}
    assert {name: flags[f"odd/{name}"] for name in ODD} == dict.fromkeys(ODD, "unknown")
    assert done.unknown <= 4 + 2
    assert done.unsure == sum(flag == "unsure" for flag in flags.values())
    assert {file.file for file in done.least_sure[: done.unknown]} >= {f"odd/{n}" for n in ODD}
    probabilities = [file.probability for file in done.least_sure if file.flag == "unsure"]
    assert probabilities == sorted(probabilities)


def test_sets_and_flags_are_worth_what_test_images_say(run, model, splits, found):
    done, output = found
    calibration = run.read_calibration()
    probabilities = {
        split: softmax(classify_logits(model, images.read_all()), calibration.scaling.temperature)
        for split, images in splits.parts.items()
        if split != "train"
    }
    labels = splits.validation.labels
    own = np.sort(probabilities["validation"][np.arange(180), labels])
    # Of 181 ranks the nine lowest are 5 %: the ninth lowest is the threshold.
    least = own[8]
    inside = probabilities["test"] >= least * (1 - 1e-5)
    right = inside[np.arange(180), splits.test.labels]
    rates = done.rates
    assert (rates.error, rates.unknown, rates.validation_images) == (0.05, 0.01, 180)
    assert rates.missed.flagged == (~right).sum() and rates.missed.images == 180
    assert rates.missed.measured_on == "test" and rates.missed.rate < 0.1
    assert rates.unknown_flagged.rate < 0.05
    assert rates.error_range[0] < 0.05 < rates.error_range[1] < 0.1
    # The threshold is the highest of 180 scores: 1 - 0.025 ** (1 / 180).
    assert rates.unknown_range[1] == pytest.approx(1 - 0.025 ** (1 / 180))
    assert rates.flagged.flagged == rates.unsure.flagged + rates.unknown_flagged.flagged
    for row in rows_of(output):
        count = len(row["set"].split("|")) if row["set"] else 0
        assert (row["flag"] == "unsure") <= (count != 1)
        assert row["flag"] == "unknown" or (row["flag"] == "unsure") == (count != 1)
        assert (row["flag"] == "unknown") == (float(row["p_value"]) <= 0.01)


def test_folders_that_are_called_like_classes_are_labels(found):
    done, output = found
    rows = [row for row in rows_of(output) if row["label"] != "odd"]
    right = [row["class"] == row["label"] for row in rows]
    assert [row["right"] == "yes" for row in rows] == right
    labeled = done.labeled
    assert (labeled.files, labeled.right, labeled.measured_on) == (
        40,
        sum(right),
        "the given files",
    )
    assert labeled.low < labeled.accuracy < labeled.high
    counts = [sum(row["label"] == str(number) for row in rows) for number in range(10)]
    assert labeled.commonest_share == max(counts) / 40
    assert labeled.commonest == str(counts.index(max(counts)))
    plain = [hit for row, hit in zip(rows, right, strict=True) if not row["flag"]]
    assert (labeled.unflagged, labeled.unflagged_right) == (len(plain), sum(plain))
    assert labeled.missed == sum(row["label"] not in row["set"].split("|") for row in rows)
    assert (labeled.other_folders, labeled.other_files) == (("odd",), 4)
    assert {row["right"] for row in rows_of(output) if row["label"] == "odd"} == {""}


def test_files_without_such_folders_have_no_label(run, given, tmp_path):
    output = tmp_path / "out.csv"
    done = classify_files(run, [given / "odd", given / "3"], output)
    assert done.labeled is None and "label" not in rows_of(output)[0]
    assert sum(done.classes.values()) == done.files == len(rows_of(output))


def test_the_record_is_on_disk_and_the_sheet_shows_the_least_sure(found):
    done, output = found
    beside = output.with_name("predictions.csv.json").read_bytes()
    assert from_json(PredictedFiles, beside, "the record") == done
    assert {path.name for path in output.parent.iterdir()} == {
        "predictions.csv",
        "predictions.csv.json",
        "unsure.png",
    }
    # Four rows of six, each pixel a square of ten.
    assert len(done.least_sure) == 24 and read_image_file(done.sheet).shape[1] > 6 * 80


def test_a_stopped_command_goes_on_and_ends_with_the_same_bytes(
    run, given, tmp_path_factory, tmp_path, monkeypatch
):
    counted = {"files": 0, "most": 12}
    monkeypatch.setattr(module, "images_at_a_time", lambda shape: 4)
    whole = tmp_path_factory.mktemp("whole")
    expected = classify_files(run, [given], whole / "predictions.csv", sheet=whole / "unsure.png")
    ask = module.classify_logits

    def watched(model, images):
        if counted["files"] >= counted["most"]:
            raise KeyboardInterrupt
        counted["files"] += len(images)
        return ask(model, images)

    monkeypatch.setattr(module, "classify_logits", watched)
    output, sheet = tmp_path / "predictions.csv", tmp_path / "unsure.png"
    with pytest.raises(KeyboardInterrupt):
        classify_files(run, [given], output, sheet=sheet)
    assert {path.name for path in tmp_path.iterdir()} == {".predictions.csv.parts"}
    # What a kill can leave.
    (tmp_path / ".predictions.csv.0123456789ab.part").write_bytes(b"half")
    (tmp_path / ".predictions.csv.json.0123456789ab.part").write_bytes(b"half")
    shutil.copy(whole / "unsure.png", sheet)
    counted["most"] = 10_000
    done = classify_files(run, [given], output, sheet=sheet)
    assert counted["files"] == 44
    for path in (output, sheet):
        assert path.read_bytes() == (whole / path.name).read_bytes()
    assert replace(done, output="", sheet="") == replace(expected, output="", sheet="")
    assert len(list(tmp_path.iterdir())) == 3


def test_a_finished_table_is_left_alone_and_another_one_refused(run, given, tmp_path, splits):
    shutil.copytree(given / "odd", tmp_path / "in")
    output, words = tmp_path / "out.csv", [tmp_path / "in"]
    first = classify_files(run, words, output)
    before = output.stat().st_mtime_ns
    (tmp_path / ".out.csv.parts").mkdir()
    again = classify_files(run, words, output, sheet=tmp_path / "late.png")
    assert again == replace(first, done_before=True, sheet=str(tmp_path / "late.png"))
    assert output.stat().st_mtime_ns == before and not (tmp_path / ".out.csv.parts").exists()
    assert (tmp_path / "late.png").is_file()
    told: list[str] = []
    classify_files(run, words, output, sheet=tmp_path / "late.png", tell=told.append)
    assert told == [f"{tmp_path / 'late.png'} exists already and is left alone."]
    for options in ({"top": 2}, {"error": 0.1}, {"unknown": 0.1}, {"max_pixels": 100}):
        with pytest.raises(OutputExistsError, match="made of other files"):
            classify_files(run, words, output, **options)
    # Written again with as many bytes: the same name and size are not the same file.
    os.utime(tmp_path / "in" / "black.png", ns=(1, 1))
    with pytest.raises(OutputExistsError):
        classify_files(run, words, output)
    assert output.stat().st_mtime_ns == before


@pytest.mark.parametrize("name", ["out.csv", "out.csv.json", "sheet.png"])
def test_files_of_someone_else_are_not_replaced(run, given, tmp_path, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(OutputExistsError):
        classify_files(run, [given], tmp_path / "out.csv", sheet=tmp_path / "sheet.png")
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_bad_files_are_named_and_the_others_classified(run, given, tmp_path, splits):
    (tmp_path / "in" / "3").mkdir(parents=True)
    (tmp_path / "in" / "3" / "text.png").write_text("no image")
    write_image_file(tmp_path / "in" / "3" / "wide.png", np.zeros((8, 9, 1), np.float32))
    write_image_file(tmp_path / "in" / "5" / "color.png", generator(1).random((8, 8, 3)))
    write_image_file(tmp_path / "in" / "5" / "fine.png", splits.test.read(np.array([7]))[0])
    told: list[str] = []
    output = tmp_path / "out.csv"
    done = classify_files(run, [tmp_path / "in"], output, tell_failed=told.append)
    rows = {row["file"]: row for row in rows_of(output)}
    assert (done.files, done.failed, done.labeled.files) == (4, 3, 1)
    assert [rows[name]["reason"] for name in rows if rows[name]["reason"]] == told
    assert "(8, 8, 3)" in rows["5/color.png"]["reason"] and not rows["5/fine.png"]["reason"]
    failed = rows["3/wide.png"]
    assert failed["label"] == "3" and not any(
        failed[name] for name in ("class", "probability", "set", "flag", "p_value", "right")
    )
    assert done.reasons == {name: row["reason"] for name, row in rows.items() if row["reason"]}
    again: list[str] = []
    assert classify_files(run, [tmp_path / "in"], output, tell_failed=again.append).failed == 3
    assert again == told
    only = classify_files(
        run, [tmp_path / "in" / "3"], tmp_path / "b.csv", sheet=tmp_path / "s.png"
    )
    assert (only.failed, only.least_sure, only.sheet) == (2, (), None)


def test_files_are_brought_to_the_form_of_the_training(run, splits, tmp_path):
    other = RunFolder(tmp_path / "run")
    shutil.copytree(run.path, other.path)
    asked = other.read_experiment()
    # As if it had been trained on a folder of larger images.
    other.write_experiment(replace(asked, folder=replace(asked.folder, resize=8, color="gray")))
    image = splits.test.read(np.array([3]))[0]
    write_image_file(tmp_path / "in" / "small.png", image)
    large = np.repeat(image.repeat(4, axis=0).repeat(4, axis=1), 3, axis=2)
    write_image_file(tmp_path / "in" / "large.png", large)
    classify_files(other, [tmp_path / "in"], tmp_path / "out.csv")
    large_row, small_row = rows_of(tmp_path / "out.csv")
    assert large_row["class"] == small_row["class"]
    assert float(large_row["probability"]) == pytest.approx(
        float(small_row["probability"]), abs=0.05
    )


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such names")
def test_names_that_are_no_text_leave_the_table_valid(run, given, tmp_path):
    (tmp_path / "in").mkdir()
    for name in (b"\xff\xfe.png", b'a,b"c\n.png', "ü€.png".encode()):
        shutil.copy(given / "odd" / "noise.png", tmp_path / "in" / os.fsdecode(name))
    done = classify_files(run, [tmp_path / "in"], tmp_path / "out.csv", sheet=tmp_path / "s.png")
    assert (done.files, done.failed) == (3, 0)
    assert {row["file"] for row in rows_of(tmp_path / "out.csv")} >= {"\\xff\\xfe.png", "ü€.png"}


def test_a_bundle_gives_the_same_bytes_without_any_data(run, given, found, tmp_path, monkeypatch):
    monkeypatch.setattr("hourglass.experiment.class_calibration.load_splits_of", None)
    export_model(run, tmp_path / "model.hourglass")
    bundle = BundleFile(tmp_path / "model.hourglass")
    assert bundle.read_calibration() == run.read_calibration()
    done = classify_files(bundle, [given], tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes() == found[1].read_bytes()
    assert done.rates == found[0].rates


def test_a_bundle_of_an_older_version_has_its_class_names_and_says_what_it_lacks(
    run, given, tmp_path
):
    card = replace(bundle_card(run, tmp_path), calibration=None)
    card = replace(card, data=replace(card.data, class_names=tuple("abcdefghij"), name="elsewhere"))
    experiment = replace(card.training.experiment, data="elsewhere.npz")
    card = replace(card, training=replace(card.training, experiment=experiment))
    model, spec = load_classifier(run.model)
    save_bundle(model, spec, tmp_path / "old.hourglass", card=card)
    output = tmp_path / "out.csv"
    done = classify_files(BundleFile(tmp_path / "old.hourglass"), [given / "odd"], output)
    assert set(done.classes) == set("abcdefghij")
    assert (done.scaling, done.rates, done.unknown) == (None, None, None)
    assert "not calibrated" in done.notes[0] and "--data-dir" in done.notes[0]
    assert list(rows_of(output)[0]) == [
        "file",
        *(f"{name}{rank}" for rank in ("", "_2", "_3") for name in ("class", "probability")),
        "reason",
    ]
    with pytest.raises(ConfigurationError, match="need calibrated probabilities"):
        classify_files(
            BundleFile(tmp_path / "old.hourglass"), [given], tmp_path / "b.csv", error=0.1
        )


def bundle_card(run, tmp_path):
    export_model(run, tmp_path / "full.hourglass")
    return BundleFile(tmp_path / "full.hourglass").description.card


def test_a_model_alone_gives_numbers_and_takes_any_size_that_it_can(given, tmp_path, splits):
    spec = ModelSpec(
        network="convolutional",
        image_shape=(None, None, 1),
        options=NetworkOptions(units=(4,), activation="relu", latent_dim=None, dropout=0.0),
        objective="classify",
        classes=4,
        reconstruction_loss="cross-entropy",
    )
    model = build_classifier(spec, seed=2)
    save_bundle(model, spec, tmp_path / "m.hourglass")
    small = splits.test.read(np.arange(3))
    sizes = {"a": small[0], "b": np.pad(small[1], [(0, 5), (2, 0), (0, 0)]), "c": small[2]}
    for name, image in sizes.items():
        write_image_file(tmp_path / "in" / f"{name}.png", image)
    done = classify_files(
        BundleFile(tmp_path / "m.hourglass"),
        [tmp_path / "in"],
        tmp_path / "out.csv",
        sheet=tmp_path / "sheet.png",
    )
    assert set(done.classes) == set("0123") and "go by number" in done.notes[-1]
    for row, image in zip(rows_of(tmp_path / "out.csv"), sizes.values(), strict=True):
        own = classify(model, image[None])[0]
        assert row["class"] == str(own.argmax())
        assert float(row["probability"]) == pytest.approx(own.max(), rel=1e-4)


def test_a_calibration_of_other_classes_is_refused(run, tmp_path):
    card = bundle_card(run, tmp_path)
    calibration = card.calibration
    fewer = replace(
        calibration,
        class_names=calibration.class_names[:9],
        known=replace(
            calibration.known,
            whitening=calibration.known.whitening[:9],
            class_means=calibration.known.class_means[:9],
        ),
    )
    model, spec = load_classifier(run.model)
    with pytest.raises(ConfigurationError, match="names 9 classes, and the model has 10"):
        save_bundle(model, spec, tmp_path / "x.hourglass", card=replace(card, calibration=fewer))
    with open_model(tmp_path / "full.hourglass") as whole:
        told = json.loads(to_json(whole.description))
        weights = whole.read_weights()
    told["card"]["calibration"] = json.loads(to_json(fewer))
    write_archive(tmp_path / "x.hourglass", json.dumps(told).encode(), weights)
    with pytest.raises(ModelFileError, match="names 9 classes, and the model has 10"):
        BundleFile(tmp_path / "x.hourglass").read_calibration()
    for changes in ({"novelty": (1.0,)}, {"test_first": (0.5,)}, {"class_names": ("a", "b")}):
        with pytest.raises(ConfigurationError, match="as many scores"):
            replace(calibration, **changes)
    for changes in (
        {"novelty": calibration.novelty[::-1]},
        {"true_probability": calibration.true_probability[::-1]},
        {"ranks": calibration.ranks[::-1]},
        {"validation_images": 181},
    ):
        with pytest.raises(ConfigurationError, match="ranks of a calibration rise"):
            replace(calibration, **changes)
    with pytest.raises(ConfigurationError, match="a row for each class"):
        replace(calibration.known, class_means=((1.0,),))


def test_a_run_without_calibration_gets_it_once_where_its_data_are(run, given, tmp_path):
    old = RunFolder(tmp_path / "run")
    shutil.copytree(run.path, old.path)
    (old.path / "calibration.json").unlink()
    told: list[str] = []
    classify_files(old, [given / "odd"], tmp_path / "a.csv", tell=told.append)
    assert told == ["Calibrating probabilities on the validation images of the run."]
    again, first = old.read_calibration(), run.read_calibration()
    assert again.scaling.temperature == pytest.approx(first.scaling.temperature, rel=1e-3)
    assert again.novelty == pytest.approx(first.novelty, rel=1e-3, abs=1e-3)
    (old.path / "calibration.json").unlink()
    old.write_record(replace(old.read_record(), data_fingerprint="0" * 64))
    done = classify_files(old, [given / "odd"], tmp_path / "b.csv")
    assert "not calibrated" in done.notes[0] and "is not what" in done.notes[0]
    assert set(done.classes) == set("0123456789") and old.read_calibration() is None
    (old.path / "calibration.json").write_text("{}")
    with pytest.raises(DataError, match=r"calibration\.json"):
        classify_files(old, [given / "odd"], tmp_path / "c.csv")


def test_too_few_validation_images_promise_less_and_say_so(run):
    whole = run.read_calibration()
    few = replace(
        whole,
        validation_images=9,
        ranks=whole.ranks[:9],
        true_probability=whole.true_probability[:9],
        novelty=whole.novelty[:9],
    )
    flags = Flags(few)
    assert (flags.error, flags.unknown) == (0.1, 0.1)
    assert "With only 9 validation images" in flags.notes()[-1]
    assert Flags(whole, 0.3, 0.2).rates().flagged.rate > Flags(whole).rates().unknown_flagged.rate
    for options in ({"error": 0.01}, {"unknown": 0.09}):
        with pytest.raises(ConfigurationError, match=r"promised with 9 .* is 0\.1\."):
            Flags(few, **options)
    for level in (0.0, 1.0, -1.0, 5.0):
        with pytest.raises(ConfigurationError, match="above 0 and below 1"):
            Flags(whole, error=level)


@pytest.mark.parametrize("count", [1000, 1001, 1700, 6000, 123_456])
def test_scores_of_some_ranks_promise_what_all_of_them_do(run, count):
    scores = np.sort(generator(count, "scores").random(count))
    ranks = _kept_ranks(count)
    assert len(ranks) == 1000 and ranks[-1] == count
    kept = rounded(scores[ranks - 1])
    known = replace(
        run.read_calibration(),
        validation_images=count,
        ranks=tuple(ranks.tolist()),
        novelty=tuple(kept.tolist()),
        true_probability=tuple((1 - kept).tolist()),
    )
    others = generator(count, "others").random(2000)
    for level in (0.001, 0.01, 0.05, 0.3):
        flags = Flags(known, unknown=level)
        exact = p_values(scores, others)
        own = flags.p_values(others)
        assert (own >= exact - 2e-3 / count - 1e-4).all() and (own <= exact + 0.01).all()
        assert np.array_equal(flags.are_unknown(others), own <= level)
        # Where thresholds lie nothing is lost, but for scores that differ in the last digit.
        if level * count <= 500:
            above = others > scores[count - int(level * (count + 1))]
            assert (flags.are_unknown(others) != above).mean() < 0.005


def test_what_cannot_be_is_refused_before_anything_is_written(run, finished, given, tmp_path):
    output = tmp_path / "out.csv"
    for changes, kind, words in [
        ({"output": tmp_path / "out.txt"}, ConfigurationError, r"ends in \.csv"),
        ({"top": 11}, ConfigurationError, "between 1 and 10"),
        ({"top": 0}, ConfigurationError, "between 1 and 10"),
        ({"error": 0.001}, ConfigurationError, "cannot be promised with 180"),
        ({"inputs": [given / "nothing"]}, MissingPathError, "There is no file"),
        ({"sheet": given / "sheet.png"}, ConfigurationError, "Choose a place outside"),
        ({"sheet": tmp_path / "sheet.jpg"}, ConfigurationError, "PNG"),
        (
            {"run": finished("autoencoder")},
            ConfigurationError,
            "hourglass train .*digits .*classify",
        ),
    ]:
        asked = {"run": run, "inputs": [given], "output": output} | changes
        with pytest.raises(kind, match=words):
            classify_files(**asked)
    assert list(tmp_path.iterdir()) == []


def test_kept_scores_and_new_ones_are_rounded_alike(run):
    calibration = run.read_calibration()
    again = json.loads(to_json(calibration))
    for name in ("novelty", "true_probability"):
        kept = np.array(again[name])
        assert np.array_equal(rounded(kept), kept)
    assert rounded(np.array([0.0, -1.23456789, 1e-20, 123456789.0])).tolist() == pytest.approx(
        [0.0, -1.23457, 1e-20, 123457000.0]
    )
