"""A record that says something else than what is measured is found out."""

import shutil
from dataclasses import replace

from hourglass.experiment import evaluate_run
from hourglass.runs import RunFolder


def test_a_record_that_is_true_is_left_alone(finished):
    told = []
    evaluate_run(finished("dense-denoiser"), tell=told.append)
    assert told == []


def test_a_validation_figure_labelled_test_is_caught(finished, tmp_path):
    shutil.copytree(finished("dense-denoiser").path, tmp_path / "run")
    run = RunFolder(tmp_path / "run")
    planted = replace(evaluate_run(run, split="validation"), split="test")
    run.write_scores(planted)
    told = []
    measured = evaluate_run(run, tell=told.append)
    line = next(line for line in told if "dense denoiser" in line)
    assert f"{planted.model.mse:.5f} on the test split" in line
    assert f"{measured.model.mse:.5f}" in line
