"""Groups of runs: made once, compared, and told."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hourglass.errors import ConfigurationError, OutputExistsError
from hourglass.experiment import run_group
from hourglass.experiment.fitting import fit
from hourglass.experiment.noise_study import study_noise
from hourglass.experiment.table import model_spec
from hourglass.images import load_splits
from hourglass.models import build_model
from hourglass.records import Experiment, GroupPlan, TrainingPlan
from hourglass.runs import GroupFolder

GROUP = """# How much noise to train with, on digits

story = "noise-factor"
data = "digits"
network = "dense"
units = [48]
latent_dim = 16
epochs = 10
batch_size = 32

[[run]]
name = "little"
noise = 0.1

[[run]]
name = "much"
noise = 0.5

[[own]]
name = "own-choice"
corruption = "gaussian:0.1..0.5"
network = "unet"
units = [8]
"""


@pytest.fixture(scope="module")
def plan(tmp_path_factory) -> GroupPlan:
    path = tmp_path_factory.mktemp("plan") / "noise.toml"
    path.write_text(GROUP)
    return GroupPlan.from_toml(path)


@pytest.fixture(scope="module")
def group(plan, tmp_path_factory) -> GroupFolder:
    return run_group(plan, tmp_path_factory.mktemp("groups") / "noise", notes=("A note.",))


def test_every_run_is_there_and_so_is_the_comparison(group):
    record = group.read_record()
    assert record.status == "finished" and record.notes == ("A note.",)
    assert [member.name for member in record.members] == ["little", "much", "own-choice"]
    assert group.report.is_file()
    for member in record.members:
        run = group.run(member.name)
        assert run.read_record().status == "finished"
        assert member.test_mse == pytest.approx(run.read_scores().model.mse, rel=1e-5)
        assert sum(member.spectrum) == pytest.approx(member.test_mse, rel=1e-3)
        assert member.gap == pytest.approx(member.test_mse - member.train_mse)
    assert [member.code_size for member in record.members] == [16, 16, None]


def test_each_model_is_best_where_it_was_trained(group):
    noise = group.read_record().noise
    gains = np.array(noise.gains)
    assert noise.trained_on == noise.tested_on == (0.1, 0.5)
    assert gains[1, 1] > gains[0, 1] and gains[0, 0] > gains[1, 0]
    assert noise.mean_gains == pytest.approx(gains.mean(axis=1))
    assert noise.chosen == noise.trained_on[int(np.argmax(noise.mean_gains))]


def test_the_diagonal_of_the_matrix_is_the_runs_own_figure(group):
    noise = group.read_record().noise
    for number, name in enumerate(("little", "much")):
        model = group.run(name).read_scores().model
        assert noise.test_mse[number][number] == pytest.approx(model.mse, rel=1e-5)


def test_finished_runs_are_never_made_again(plan, group):
    weights = group.run("much").model / "weights.safetensors"
    before = weights.stat().st_mtime_ns
    first = group.read_record()
    assert run_group(plan, group.path, notes=("A note.",)).read_record() == first
    assert weights.stat().st_mtime_ns == before


def test_a_run_that_was_killed_goes_on_or_starts_again(plan, group, tmp_path):
    one = replace(plan, story="comparison", members=plan.members[:1])
    path = tmp_path / "group"
    path.mkdir()
    shutil.copytree(group.run("little").path, path / "little")
    run = GroupFolder(path).run("little")
    # Trained, and killed before it was compared.
    run.write_record(replace(run.read_record(), status="trained"))
    run_group(one, path)
    assert run.read_record().status == "finished"
    # Killed while it trained, with libraries that are no longer there.
    before = run.read_record()
    then = replace(before.environment, versions={"keras": "3.0"})
    run.write_record(replace(before, status="trained", environment=then))
    (run.path / "model" / "weights.safetensors").unlink()
    told = []
    run_group(one, path, tell=told.append)
    assert any(line.startswith("little starts again.") and "keras was 3.0" in line for line in told)
    after = run.read_record()
    assert (after.status, after.digests) == ("finished", before.digests)


def test_what_is_in_the_way_is_left_alone(plan, group, tmp_path):
    (tmp_path / "group" / "little").mkdir(parents=True)
    (tmp_path / "group" / "little" / "mine.txt").write_text("precious")
    with pytest.raises(OutputExistsError, match="holds no run of this group"):
        run_group(plan, tmp_path / "group")
    assert (tmp_path / "group" / "little" / "mine.txt").read_text() == "precious"
    other = replace(plan, members=(_with_seed(plan.members[0], 9), *plan.members[1:]))
    with pytest.raises(OutputExistsError, match="made by another experiment"):
        run_group(other, group.path)


def _with_seed(member, seed):
    experiment = member.experiment
    return replace(member, experiment=replace(experiment, plan=replace(experiment.plan, seed=seed)))


def test_a_study_of_noise_needs_one_level_each(group):
    with pytest.raises(ConfigurationError, match=r"gaussian:0\.1\.\.0\.5"):
        study_noise([group.run("little"), group.run("own-choice")])


def test_from_scratch_and_by_keras_are_runs_like_any_other(tmp_path):
    path = Path(tmp_path / "scratch.toml")
    path.write_text(
        '# From scratch\ndata = "digits"\nnoise = 0.3\nnetwork = "dense"\nunits = [32]\n'
        'latent_dim = 16\nepochs = 12\nbatch_size = 64\nschedule = "constant"\n'
        'clip_norm = 0.0\n[[run]]\nname = "scratch"\nengine = "scratch"\n'
        '[[run]]\nname = "keras"\n'
    )
    told = []
    group = run_group(GroupPlan.from_toml(path), tmp_path / "group", tell=told.append)
    scratch, keras = group.read_record().members
    assert scratch.test_mse == pytest.approx(keras.test_mse, rel=0.1)
    assert "Epoch 12 of 12" in " ".join(told)
    assert group.run("scratch").read_record().images_per_second > 0


def test_frozen_noise_is_drawn_once():
    splits = load_splits("digits", seed=0)
    plan = TrainingPlan(epochs=20, batch_size=32)
    last = {}
    for frozen in (True, False):
        experiment = Experiment(
            data="digits",
            corruption="gaussian:0.4",
            network="dense",
            units=(64,),
            frozen_noise=frozen,
            plan=plan,
        )
        spec = model_spec(experiment, splits.train.shape)
        model = build_model(spec, seed=0)
        training = fit(model, spec, experiment, splits, (), lambda line: None)
        last[frozen] = training.history.epochs[-1]
    # Noise that never changes is learned by heart.
    assert last[True].loss < last[False].loss
    assert last[True].val_loss - last[True].loss > last[False].val_loss - last[False].loss
