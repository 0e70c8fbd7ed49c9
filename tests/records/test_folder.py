"""What is said of a folder of images."""

import pytest

from hourglass.errors import ConfigurationError
from hourglass.records import (
    Detection,
    Experiment,
    FolderOptions,
    FolderRecord,
    LatentsFacts,
    from_json,
    left_out_line,
    to_json,
)

OLD = b'{"kind": "memory", "files": 1, "bytes": 4, "smallest": [2, 2], "largest": [2, 2]}'


@pytest.mark.parametrize(
    ("counts", "line"),
    [
        ({}, None),
        ({".svg": 0}, None),
        ({"hidden": 3, ".b": 1, ".a": 1, ".c": 2}, "Left out: 2 .c, 1 .a, 1 .b, 3 hidden."),
        ({".hif": 1_200}, "Left out: 1,200 .hif (convert them to PNG, JPEG or TIFF)."),
        ({"link out of the folder": 1}, "Left out: 1 link out of the folder."),
        ({"broken link": 2}, "Left out: 2 broken links."),
        ({"folder x (permission denied)": 1}, "Left out: folder x (permission denied)."),
        ({f".{number:02}": 1 for number in range(14)}, None),
    ],
)
def test_what_is_left_out_is_one_line(counts, line):
    if len(counts) > 12:
        line = f"Left out: {', '.join(f'1 .{number:02}' for number in range(12))}, 2 more."
    assert left_out_line(counts) == line


def test_records_of_before_are_read_and_new_ones_keep_what_was_left_out():
    old = from_json(FolderRecord, OLD, "an old record")
    assert old.not_listed == {} and len(old.lines()) == 1
    counted = from_json(FolderRecord, OLD[:-1] + b', "not_listed": {".svg": 2}}', "a record")
    assert from_json(FolderRecord, to_json(counted), "again") == counted
    assert counted.lines()[-1] == "Left out: 2 .svg."
    for record in (Detection, LatentsFacts):
        assert record.__dataclass_fields__["not_listed"].default_factory() == {}


def test_splits_go_through_file_and_command(tmp_path):
    asked = Experiment(data="x", folder=FolderOptions(splits="none"))
    (tmp_path / "x.toml").write_text(asked.to_toml())
    assert Experiment.from_toml(tmp_path / "x.toml") == asked
    assert asked.command() == "hourglass train --data x --splits none"
    assert "splits" not in Experiment(data="x").command()
    assert FolderOptions().of_folders == () and FolderOptions(splits="none").of_folders
    with pytest.raises(ConfigurationError, match="splits"):
        Experiment.from_mapping({"splits": "some"}, "here")
