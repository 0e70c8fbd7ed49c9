"""What is done is kept, what has changed is done again, and nothing is done twice."""

import numpy as np
import pytest

from hourglass.experiment.file_jobs import SourceFile
from hourglass.experiment.shards import REASON, Shards


class Counter:
    """Gives the size of each file, and remembers for which it was asked."""

    def __init__(self, stop_after=None):
        self.asked = []
        self.stop_after = stop_after

    def __call__(self, files):
        if self.stop_after is not None and len(self.asked) >= self.stop_after:
            raise KeyboardInterrupt
        self.asked += [file.name for file in files]
        there = [file.path.exists() for file in files]
        sizes = [
            file.path.stat().st_size if found else np.nan
            for file, found in zip(files, there, strict=True)
        ]
        return {
            "size": np.array(sizes),
            REASON: np.array(["" if here else "gone" for here in there]),
        }


@pytest.fixture
def files(tmp_path):
    for number in range(7):
        (tmp_path / f"{number}.png").write_bytes(bytes(number))
    return [SourceFile(tmp_path, f"{number}.png") for number in range(7)]


def sizes(shards, files, compute, **terms):
    found = [results["size"] for _, results in shards.results(files, compute, **terms)]
    return np.concatenate(found).tolist()


def test_what_was_done_before_a_stop_is_not_done_again(files, tmp_path):
    first, second, third = Counter(stop_after=4), Counter(), Counter()
    with pytest.raises(KeyboardInterrupt):
        sizes(Shards(tmp_path / ".parts", "a", 2), files, first)
    shards = Shards(tmp_path / ".parts", "a", 2)
    assert sizes(shards, files, second) == list(range(7))
    assert sorted(first.asked + second.asked) == [file.name for file in files]
    again = Shards(tmp_path / ".parts", "a", 2)
    assert sizes(again, files, third) == list(range(7)) and third.asked == []
    assert again.digest == shards.digest


def test_changed_files_other_causes_and_damage_are_done_again(files, tmp_path):
    sizes(Shards(tmp_path / ".parts", "a", 2), files, Counter())
    files[3].path.write_bytes(bytes(30))
    counter = Counter()
    assert sizes(Shards(tmp_path / ".parts", "a", 2), files, counter)[3] == 30
    assert counter.asked == ["2.png", "3.png"]
    shards, counter = Shards(tmp_path / ".parts", "b", 2), Counter()
    sizes(shards, files, counter)
    assert len(counter.asked) == 7
    shards.clear_unused()
    parts = list((tmp_path / ".parts").glob("*.npz"))
    assert len(parts) == 4
    for part in parts:
        part.write_bytes(part.read_bytes()[:40])
    counter = Counter()
    assert sizes(Shards(tmp_path / ".parts", "b", 2), files, counter)[0] == 0
    assert len(counter.asked) == 7


def test_files_that_failed_are_tried_again_alone(files, tmp_path):
    gone = files[2].path.rename(tmp_path / "moved")
    counter = Counter()
    assert np.isnan(sizes(Shards(tmp_path / ".parts", "a", 3), files, counter)[2])
    counter = Counter()
    sizes(Shards(tmp_path / ".parts", "a", 3), files, counter)
    assert counter.asked == ["2.png"]
    gone.rename(files[2].path)
    assert sizes(Shards(tmp_path / ".parts", "a", 3), files, Counter()) == list(range(7))


def test_results_are_made_again_where_something_beside_them_is_missing(files, tmp_path):
    sizes(Shards(tmp_path / ".parts", "a", 3), files, Counter())
    counter = Counter()
    missing = {"1.png", "5.png"}
    found = sizes(
        Shards(tmp_path / ".parts", "a", 3), files, counter, again=lambda file: file.name in missing
    )
    assert found == list(range(7)) and set(counter.asked) == missing
