"""What a report tells of a code, and of suites."""

from dataclasses import replace

import pytest

from hourglass.errors import DataError
from hourglass.report import write_group_report, write_report


@pytest.fixture
def told(run, records, parse):
    """Return a function that gives the page of a run with an embedding."""

    def page(**changes):
        run.write_embedding(replace(records.embedding, **changes))
        run.write_maps(records.maps)
        return parse(write_report(run).read_text(encoding="utf-8"))

    return page


def test_spaces_stand_beside_each_other_with_their_maps(told, run):
    page = told()
    (row,) = [row for row in page.rows if row[0] == "latents"]
    assert row[1:4] == ["16", "9.5", "84.37\u202f%"]
    assert "10 nearest of 9,000 train images" in page.text
    assert "t-SNE of the same 40 test images" in page.text
    svg = (run.figures / "maps.svg").read_text(encoding="utf-8")
    assert "trustworthiness 0.967 (test)" in svg and "kNN accuracy 80.99\u202f% (test)" in svg
    # Points are an image, names are text.
    assert svg.count("<image") == 3 and svg.count(">Shirt<") == 3


def test_without_labels_a_dash_stands_for_what_is_left_out(told, records):
    bare = ("neighbors_accuracy", "probe_accuracy", "clustering_accuracy", "mutual_information")
    bare = dict.fromkeys((*bare, "adjusted_rand", "map_neighbors_accuracy"))
    spaces = tuple(replace(space, **bare) for space in records.embedding.spaces)
    page = told(spaces=spaces, class_names=(), left_out="kNN is left out: no labels.")
    (row,) = [row for row in page.rows if row[0] == "latents"]
    assert row[3:8] == ["–"] * 5
    assert "kNN is left out: no labels." in page.text and "kNN accuracy:" not in page.text


def test_the_same_embedding_gives_the_same_bytes(told, run):
    told()
    first = run.report.read_bytes()
    told()
    assert run.report.read_bytes() == first


def test_damaged_maps_are_named(told, run):
    told()
    (run.path / "maps.npz").write_bytes(b"no archive")
    with pytest.raises(DataError, match=r"maps\.npz does not hold the maps of a run"):
        write_report(run)


def test_suites_are_told_in_the_order_of_validation(group, suites, parse):
    page = parse(write_group_report(group, record=suites).read_text(encoding="utf-8"))
    table = [row[0] for row in page.rows if len(row) == 12 and row[3] == "adam"]
    assert [row.partition("Hourglass")[0].split()[0] for row in table] == [
        "own-unet",
        "changed",
        "published",
    ]
    assert "changed is the best suite by validation MSE (0.00719)" in page.text
    assert "80.11\u202f% (raw pixels)" in page.text
    assert "84.37\u202f% (latents of denoisers, changed)" in page.text
    assert "The map of others is drawn here too once" in page.text


def test_of_suites_the_best_the_least_good_and_the_own_choice_show_their_images(
    group, suites, parse
):
    page = parse(write_group_report(group, record=suites).read_text(encoding="utf-8"))
    strips = [group.figures / f"strip-{name}.png" for name in ("best", "least-good", "random")]
    assert all(path.is_file() for path in strips)
    assert "changed, the best suite" in page.text
    assert "published, the least good suite" in page.text


def test_suites_of_which_none_learned_anything(group, suites, parse):
    nothing = replace(suites.suite, best=None, least_good=None)
    source = write_group_report(group, record=replace(suites, suite=nothing))
    page = parse(source.read_text(encoding="utf-8"))
    assert "No suite learned anything" in page.text
    assert "What the codes keep together" not in page.text
