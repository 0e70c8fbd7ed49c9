import json
import shutil

import numpy as np
import pytest

from hourglass.images import read_image_file, write_image_file
from hourglass.runs import RunFolder

QUICK = ["--network", "dense", "--noise", "0.2", "--epochs", "8"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return the folder in which ``trained`` and ``rebuilding`` leave the runs x and plain."""
    return tmp_path_factory.mktemp("commands")


@pytest.fixture(scope="module")
def trained(hourglass_in, folder):
    return hourglass_in(folder, "train", "digits", *QUICK, "--output", "x")


@pytest.fixture(scope="module")
def rebuilding(hourglass_in, folder):
    words = ["--network", "dense", "--epochs", "8"]
    return hourglass_in(folder, "train", "digits", *words, "--output", "plain")


def test_train_ends_with_a_table_and_what_can_be_done(trained, folder):
    done = trained
    assert done.code == 0, done.err
    for words in ("180 test images", "affine LMMSE", "dense denoiser", "x/report.html"):
        assert words in done.out
    assert "hourglass denoise x IN --output OUT" in done.out
    assert (folder / "x" / "report.html").is_file()


def test_a_run_without_output_gets_a_name_and_is_the_latest(hourglass, tmp_path):
    assert hourglass("train", "--data", "digits", *QUICK).code == 0
    (run,) = (tmp_path / "runs").iterdir()
    assert run.name.endswith("digits-dense")
    assert hourglass("runs", "path", "latest").out.strip() == str(run)


@pytest.fixture
def asked_for(monkeypatch):
    """Return a list of what commands ask the story of a run for; none of it is run."""
    asked = []

    def note(experiment, *_, **__):
        asked.append(experiment.filled())
        raise KeyboardInterrupt

    monkeypatch.setattr("hourglass.experiment.run_experiment", note)
    return asked


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(
    hourglass, asked_for, tmp_path, monkeypatch
):
    (tmp_path / "e.toml").write_text(
        'data = "digits"\nnoise = 0.1\nminutes = 3.0\nbatch_size = 7\nseed = 1\nunits = [9]\n'
        'network = "dense"\n'
    )
    monkeypatch.setenv("HOURGLASS_BATCH_SIZE", "50")
    monkeypatch.setenv("HOURGLASS_SEED", "2")
    words = ["--config", "e.toml", "--seed", "3", "--epochs", "9", "--corruption", "gaussian:0.3"]
    hourglass("train", *words)
    (asked,) = asked_for
    assert (asked.plan.seed, asked.plan.batch_size, asked.units) == (3, 50, (9,))
    assert (asked.plan.epochs, asked.plan.minutes, asked.corruption) == (9, None, "gaussian:0.3")


def test_the_experiment_file_of_a_run_repeats_it(hourglass, trained, folder, tmp_path):
    file = folder / "x" / "experiment.toml"
    assert hourglass("train", "--config", file, "--output", "y").code == 0
    weights = [run / "model" / "weights.safetensors" for run in (folder / "x", tmp_path / "y")]
    assert weights[0].read_bytes() == weights[1].read_bytes()


def test_json_is_all_that_is_printed_and_units_are_a_list_of_numbers(hourglass, a_run, tmp_path):
    scores = json.loads(hourglass("evaluate", a_run, "--json").out)
    assert scores["split"] == "test"
    assert [method["method"] for method in scores["methods"]][-1] == "model"
    words = ["train", "digits", *QUICK, "--units", "20", "10", "--output", "x"]
    done = hourglass(*words, "--json", "--quiet")
    assert json.loads(done.out)["images"] == 180
    assert (done.code, done.err) == (0, "")
    assert RunFolder(tmp_path / "x").read_experiment().units == (20, 10)


def test_evaluate_measures_the_split_that_is_asked_for(hourglass, a_run):
    assert "180 validation images" in hourglass("evaluate", a_run, "--split", "validation").out


def test_cross_tests_on_other_input_and_tells_it_in_the_report(hourglass, a_run, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(a_run, copy)
    done = hourglass("evaluate", copy, "--cross", "--on", "blur:1", "salt-and-pepper:0.2")
    assert done.code == 0
    rows = ["clean input", "gaussian:0.2", "blur:1", "salt-and-pepper:0.2"]
    assert all(row in done.out for row in rows)
    assert "180 test images" in done.out and "Testing on blur:1." in done.err
    assert "On other input" in (copy / "report.html").read_text(encoding="utf-8")
    quiet = hourglass("evaluate", copy, "--cross", "--on", "blur:1", "--json", "--quiet")
    cells = json.loads(quiet.out)["cells"]
    assert [cell["tested_on"] for cell in cells] == [None, "gaussian:0.2", "blur:1"]
    assert quiet.err == ""


def test_latents_are_measured_mapped_and_told_in_the_report(hourglass, tmp_path):
    words = ["train", "digits", "--network", "dense", "--units", "24", "--latent-dim", "8"]
    assert hourglass(*words, "--epochs", "4", "--output", "x").code == 0
    done = hourglass("evaluate", "x", "--latents")
    assert done.code == 0, done.err
    for told in ("raw pixels", "PCA", "latents", "180 test images", "1,437 train images"):
        assert told in done.out
    assert "Measuring latents: 8 numbers for an image." in done.err
    run = RunFolder(tmp_path / "x")
    assert run.read_embedding().space("latents").dimensions == 8
    page = run.report.read_text(encoding="utf-8")
    assert "What the code keeps together" in page and "t-SNE of the same 180 test images" in page
    chosen = hourglass("evaluate", "x", "--latents", "--split", "validation", "--json", "--quiet")
    assert json.loads(chosen.out)["split"] == "validation" and chosen.err == ""
    assert run.read_embedding().split == "test"


def test_latents_of_a_run_without_a_code_are_refused(hourglass, a_run):
    done = hourglass("evaluate", a_run, "--latents")
    assert done.code == 2 and "hourglass train --data digits --network convolutional" in done.err
    done = hourglass("evaluate", a_run, "--latents", "--cross")
    assert done.code == 2 and "ask one at a time" in done.err


def test_two_runs_make_a_table_of_trained_and_tested(hourglass, trained, rebuilding, folder):
    plain, noisy = folder / "plain", folder / "x"
    done = hourglass("evaluate", plain, noisy, "--cross")
    assert done.code == 0
    assert "clean images" in done.out and "tested on gaussian:0.2" in done.out
    assert "On clean input the gap" in done.out
    result = json.loads(hourglass("evaluate", noisy, plain, "--cross", "--json").out)
    assert result["corruption"] == "gaussian:0.2"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--on", "blur:1"], "--on goes with --cross"),
        (["other"], "A second run goes with --cross"),
        (["--cross", "--split", "validation"], "leave --split out"),
        (["other", "--cross", "--on", "blur:1"], "leave --on out"),
        (["--cross", "--on", "blurr:1"], "Did you mean 'blur'"),
    ],
)
def test_what_goes_with_cross_is_said(hourglass, a_run, words, message):
    done = hourglass("evaluate", a_run, *words)
    assert done.code == 2 and message in done.err


def test_an_objective_is_a_word_on_the_command_line(hourglass, asked_for, tmp_path):
    words = ["train", "digits", "--network", "dense", "--epochs", "3", "--units", "32"]
    hourglass(*words, "--objective", "sparse", "--sparsity", "kl:0.1")
    asked = asked_for.pop()
    assert (asked.objective, asked.sparsity, asked.code_activation) == (
        "sparse",
        "kl:0.1",
        "sigmoid",
    )
    (tmp_path / "sparse.toml").write_text(asked.to_toml())
    hourglass("train", "--config", "sparse.toml", "--objective", "masked", "--tied")
    asked = asked_for.pop()
    assert (asked.corruption, asked.sparsity, asked.tied) == ("masking:0.5", None, True)


def test_report_is_written_again(hourglass, a_run, tmp_path):
    copy = tmp_path / a_run.name
    shutil.copytree(a_run, copy)
    (copy / "report.html").unlink()
    done = hourglass("report", copy)
    assert done.out.strip() == str(copy / "report.html")
    assert (copy / "report.html").read_bytes() == (a_run / "report.html").read_bytes()


def test_denoise_writes_files(hourglass, a_run, tmp_path):
    write_image_file(tmp_path / "a.png", np.full((8, 8, 1), 0.5, np.float32))
    done = hourglass("denoise", a_run, "a.png", "--output", "out")
    assert done.code == 0 and done.out.startswith("1 files written to out.\n")
    assert "a.png" in done.out and "standard deviation" in done.out
    assert "1 were done already" in hourglass("denoise", a_run, "a.png", "--output", "out").out
    assert read_image_file(tmp_path / "out" / "a.png").shape == (8, 8, 1)


def test_denoise_tells_each_file_in_json(hourglass, a_run, tmp_path):
    write_image_file(tmp_path / "in" / "a.png", np.full((8, 8, 1), 0.5, np.float32))
    (tmp_path / "in" / "b.png").write_text("no image")
    words = ["denoise", a_run, "in", "--output", "out", "--strength", "0", "--noise-level", "0.9"]
    done = hourglass(*words, "--sheet", "sheet.png", "--json")
    told = json.loads(done.out)
    assert done.code == 3 and "gaussian:0.2..0.9" in told["advice"] and told["advice"] in done.err
    assert [file["status"] for file in told["files"]] == ["written", "failed"]
    assert told["sheet"] == "sheet.png" and (tmp_path / "sheet.png").exists()
    before, after = (read_image_file(tmp_path / side / "a.png") for side in ("in", "out"))
    assert np.array_equal(before, after)
    refused = hourglass(*words[:5], "--strength", "2")
    assert refused.code == 2 and "strength must lie between 0 and 1" in refused.err


def test_an_autoencoder_ends_with_what_it_can_do(hourglass, rebuilding, folder, tmp_path):
    told = rebuilding.out
    assert "hourglass reconstruct plain IN --output OUT" in told and "denoise" not in told
    assert "hourglass embed plain IN --output LATENTS.npz" in told
    write_image_file(tmp_path / "a.png", np.full((8, 8, 1), 0.5, np.float32))
    rebuilt = hourglass("reconstruct", folder / "plain", "a.png", "--output", "out")
    assert rebuilt.code == 0 and "trained to undo" not in rebuilt.out
    refused = hourglass("denoise", folder / "plain", "a.png", "--output", "other")
    assert refused.code == 2 and "hourglass reconstruct" in refused.err


def test_a_variational_run_says_its_price_and_what_it_can_do(hourglass, tmp_path):
    words = ["--network", "dense", "--units", "32", "--latent-dim", "4", "--epochs", "12"]
    words += ["--loss", "bce", "--beta", "0.5"]
    done = hourglass("train", "digits", "--objective", "variational", *words, "--output", "x")
    assert "cross-entropy of gray values" in done.out and "(summed over 4 units)" in done.out
    assert "Importance-weighted bound, 50 codes" in done.out and "units are active" in done.out
    again = hourglass("evaluate", "x", "--split", "validation")
    assert "180 validation images; cross-entropy" in again.out
    assert "hourglass sample x --output" in done.out and "interpolate x" in done.out
    drawn = hourglass("sample", "x", "--count", "6", "--output", "sheet.png")
    assert (drawn.code, drawn.err) == (0, "") and "the prior" in drawn.out
    assert read_image_file(tmp_path / "sheet.png").shape == (100, 515, 3)
    strip = hourglass("interpolate", "x", "4", "9", "--steps", "3", "--output", "strip.png")
    assert strip.code == 0 and "3 images from test image 4" in strip.out
    refused = hourglass("interpolate", "x", "4", "--output", "other.png")
    assert refused.code == 2 and "Name both, or none" in refused.err


def test_what_has_no_code_names_a_training_that_gives_one(hourglass, a_run):
    for command in ("sample", "interpolate"):
        refused = hourglass(command, a_run, "--output", "o.png")
        assert refused.code == 2 and "--data digits --objective variational" in refused.err


def test_reconstruct_writes_files_and_says_how_near_they_are(hourglass, a_run, tmp_path):
    for name in "ab":
        write_image_file(tmp_path / "in" / f"{name}.png", np.full((8, 8, 1), 0.5, np.float32))
    done = hourglass("reconstruct", a_run, "in/a.png", "--output", "out")
    assert (done.code, done.err) == (0, "")
    assert "1 files written to out." in done.out and "test" not in done.out
    assert "Measured on 1 of 1 given files" in done.out and "gaussian:0.2" in done.out
    more = hourglass("reconstruct", a_run, "in", "--output", "out").out
    assert "1 were done already" in more and "Measured on 1 of 2 given files" in more
    assert "nothing is measured" in hourglass("reconstruct", a_run, "in", "--output", "out").out


def test_reconstruct_gives_its_figures_as_json_also_where_files_failed(hourglass, a_run, tmp_path):
    write_image_file(tmp_path / "in" / "a.png", np.full((8, 8, 1), 0.5, np.float32))
    (tmp_path / "in" / "b.png").write_text("no image")
    done = hourglass("reconstruct", a_run, "in", "--output", "out", "--json", "--quiet")
    scores = json.loads(done.out)
    assert (done.code, scores["files"], scores["measured"], scores["failed"]) == (3, 2, 1, 1)
    assert scores["psnr"] == pytest.approx(-10 * np.log10(scores["mse"]))
    assert scores["measured_on"] == "the given files" and "split" not in scores
    named, counted = done.err.splitlines()
    assert "b.png" in named and "1 of 2 files failed" in counted
    again = json.loads(hourglass("reconstruct", a_run, "in/a.png", "--output", "out", "--json").out)
    assert (again["measured"], again["done_before"], again["mse"]) == (0, 1, None)


def test_runs_are_listed_and_shown(hourglass, a_run):
    listed = hourglass("runs", "list", "--runs", a_run.parent).out
    assert "finished" in listed and "test" in listed
    assert f"{RunFolder(a_run).read_scores().model.mse:.5f}" in listed
    shown = hourglass("runs", "show", a_run).out
    assert 'data = "digits"' in shown and "hourglass train --data digits" in shown
    shown = json.loads(hourglass("runs", "show", a_run, "--json").out)
    assert shown["record"]["status"] == "finished"
    assert shown["experiment"]["data"] == shown["scores"]["data"] == "digits"
    (line,) = json.loads(hourglass("runs", "list", "--runs", a_run.parent, "--json").out)
    assert (line["run"], line["status"], line["split"]) == (a_run.name, "finished", "test")
    assert line["mse"] == RunFolder(a_run).read_scores().model.mse
    assert "hourglass demo" in hourglass("runs", "list", "--runs", "none").out


def test_data_sets_are_listed_shown_and_found(hourglass):
    listed = hourglass("data", "list").out
    for name in ("digits", "fashion-mnist", "fashion-mnist-small", "mnist"):
        assert name in listed
    assert "8,000 train, 2,000 test" in hourglass("data", "show", "fashion-mnist-small").out
    facts = json.loads(hourglass("data", "show", "digits", "--json").out)
    assert facts["image_shape"] == [8, 8, 1]
    assert "fashion-mnist-small.npz" in hourglass("data", "fetch", "fashion-mnist-small").out
    assert "datasets/mnist" in hourglass("data", "path", "mnist").out


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["train", "--help"],
        ["data", "--help"],
        ["runs", "list", "--help"],
        ["--version"],
    ],
)
def test_help_ends_well(hourglass, words):
    done = hourglass(*words)
    assert done.code == 0 and done.out and not done.err


COLLAPSE = ["--network", "dense", "--noise", "0.2", "--optimizer", "sgd", "--activation", "linear"]


def test_a_collapsed_network_is_told_kept_and_ends_with_1(hourglass, tmp_path):
    spoiled = ["--learning-rate", "30", "--clip-norm", "0", "--loss", "bce", "--epochs", "4"]
    done = hourglass("train", "digits", *COLLAPSE, *spoiled, "--output", "x")
    assert done.code == 1
    assert "COLLAPSED" in done.out
    assert "Warning, step" in done.err and "--expected collapse" in done.err
    assert "collapsed" in (tmp_path / "x" / "report.html").read_text(encoding="utf-8")
    expected = hourglass(
        "train", "digits", *COLLAPSE, *spoiled, "--expected", "collapse", "--output", "y"
    )
    assert expected.code == 0 and "COLLAPSED" in expected.out


def test_what_is_typed_silences_its_rivals_in_the_environment(hourglass, asked_for, monkeypatch):
    monkeypatch.setenv("HOURGLASS_NOISE", "0.2")
    monkeypatch.setenv("HOURGLASS_MINUTES", "5")
    typed = ["--corruption", "gaussian:0.3", "--epochs", "8"]
    hourglass("train", "digits", "--network", "dense", *typed)
    (asked,) = asked_for
    assert (asked.corruption, asked.plan.epochs) == ("gaussian:0.3", 8)


def test_another_network_than_the_files_comes_with_its_own_sizes(
    hourglass, trained, folder, asked_for
):
    words = ["--config", folder / "x" / "experiment.toml", "--network", "unet", "--epochs", "1"]
    hourglass("train", *words, "--units", "4", "4")
    (asked,) = asked_for
    assert (asked.network, asked.units, asked.activation) == ("unet", (4, 4), "silu")


def test_one_damaged_run_does_not_hide_the_others(hourglass, a_run, tmp_path):
    for name in ("good", "bad"):
        shutil.copytree(a_run, tmp_path / "runs" / name)
    (tmp_path / "runs" / "bad" / "scores.json").write_text('{"methods": []}')
    done = hourglass("runs", "list")
    assert done.code == 0
    assert "damaged" in done.out and "finished" in done.out


def test_offline_is_offline_for_fetch_too(hourglass, tmp_path, monkeypatch):
    from hourglass.images import lookup

    monkeypatch.setattr(lookup, "SYSTEM_DATA", tmp_path / "system")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("HOURGLASS_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("HOURGLASS_MIRROR_MNIST", "http://127.0.0.1:9/")
    monkeypatch.delenv("HOURGLASS_DATA_DIR", raising=False)
    done = hourglass("data", "fetch", "mnist", "--offline")
    assert done.code == 69 and "refused" not in done.err
