from pathlib import Path

import pytest

from hourglass.errors import ConfigurationError, MissingPathError
from hourglass.records import (
    GroupPlan,
    gallery_names,
    gallery_path,
    is_group,
    read_entry,
    read_toml,
)

GROUP = """# Two of a kind

data = "digits"
noise = 0.2
epochs = 3
batch_size = 32
network = "dense"

[[run]]
name = "first"
about = "as it is"

[[run]]
name = "second"
changed = true
corruption = "blur:1"
minutes = 0.5

[[own]]
name = "own-choice"
latent_dim = 9
network = "convolutional"
"""


@pytest.fixture
def group(tmp_path: Path) -> Path:
    path = tmp_path / "two.toml"
    path.write_text(GROUP)
    return path


def test_keys_above_the_tables_hold_for_every_run(group: Path) -> None:
    plan = GroupPlan.from_toml(group)
    first, second, _ = plan.members
    assert (plan.name, plan.about, plan.story) == ("two", "Two of a kind", "comparison")
    assert [member.role for member in plan.members] == ["published", "changed", "own"]
    assert first.experiment.corruption == "gaussian:0.2" and first.about == "as it is"
    assert (second.experiment.corruption, second.experiment.plan.minutes) == ("blur:1", 0.5)
    assert second.experiment.plan.epochs is None
    assert {member.experiment.data for member in plan.members} == {"digits"}
    assert second.experiment.plan.batch_size == 32


def test_our_own_choice_takes_over_the_question_alone(group: Path) -> None:
    own = GroupPlan.from_toml(group).members[-1].experiment
    assert (own.corruption, own.plan.epochs, own.latent_dim) == ("gaussian:0.2", 3, 9)
    assert own.network == "convolutional" and own.plan.batch_size == 64


def test_a_file_without_tables_is_a_group_of_one(tmp_path: Path) -> None:
    path = tmp_path / "one.toml"
    path.write_text('data = "digits"\nnoise = 0.1\n')
    (member,) = GroupPlan.from_toml(path).members
    assert (member.name, member.experiment.corruption) == ("one", "gaussian:0.1")
    assert not is_group(read_toml(path))


def test_a_first_look_is_small_and_short(group: Path) -> None:
    plan = GroupPlan.from_toml(group)
    quick = plan.a_first_look()
    assert quick.mapped_images < plan.mapped_images
    assert [member.name for member in quick.members] == ["first", "second", "own-choice"]
    for member in quick.members:
        assert member.experiment.data == "fashion-mnist-small"
        assert (member.experiment.plan.epochs, member.experiment.plan.minutes) == (1, None)


def test_other_data_are_for_all(group: Path) -> None:
    plan = GroupPlan.from_toml(group).on("mnist")
    assert {member.experiment.data for member in plan.members} == {"mnist"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('name = "first"', 'name = ""'), "every run needs a name"),
        (('name = "first"', 'name = "../x"'), "every run needs a name"),
        (('name = "first"', 'name = "second"'), "two runs are called 'second'"),
        (("batch_size = 32", "batchsize = 32"), r"run first: .*Did you mean 'batch_size'"),
        (("latent_dim = 9", "latent_dimm = 9"), r"run own-choice: .*Did you mean 'latent_dim'"),
        (("batch_size = 32", "units = [0]"), r"units\.0 should be greater than 0"),
        (('data = "digits"', 'story = "noise"'), "story 'noise' is not known"),
        (('data = "digits"', 'beside = "../x"'), "beside must be the name of a group"),
    ],
)
def test_what_cannot_be_is_named_with_its_run(
    group: Path, change: tuple[str, str], words: str
) -> None:
    group.write_text(GROUP.replace(*change))
    with pytest.raises(ConfigurationError, match=words):
        GroupPlan.from_toml(group)


def test_a_table_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text("run = 3\n")
    with pytest.raises(ConfigurationError, match=r"written \[\[run\]\]"):
        GroupPlan.from_toml(path)


@pytest.mark.parametrize("name", gallery_names())
def test_every_entry_of_the_gallery_can_be_read_and_says_what_it_is(name: str) -> None:
    plan = read_entry(name)
    assert len(plan.about) > 20
    assert plan.members[-1].role == "own"
    assert {member.experiment.data for member in plan.members} <= {"fashion-mnist", "mnist"}
    # Rows may ask the same of other data; the choice of the house answers the first question.
    assert plan.members[0].experiment.data == plan.members[-1].experiment.data
    for member in plan.members:
        member.experiment.filled()


def test_an_unknown_entry_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConfigurationError, match="Did you mean 'lab-dense'"):
        gallery_path("lab-dens")
    with pytest.raises(MissingPathError):
        read_entry("no/such/file.toml")


def test_a_first_look_at_classifiers_keeps_an_autoencoder(tmp_path: Path) -> None:
    plan = read_entry("classifier")
    look = plan.a_first_look()
    assert [member.name for member in look.members] == ["sgd", "autoencoder", "own-dense"]
    assert all(member.experiment.plan.epochs == 1 for member in look.members)
