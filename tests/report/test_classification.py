"""The report of a classifier, and of a group of them: tables and pictures."""

from dataclasses import replace

import pytest

from hourglass.report import write_gallery_report, write_group_report, write_report


def test_the_page_has_its_tables_and_pictures(classified, parse):
    source = write_report(classified).read_text(encoding="utf-8")
    page = parse(source)
    for words in (
        "Convolutional classifier on Fashion-MNIST",
        "Against the baselines",
        "images were given a wrong class, most often",
        "Expected calibration error",
        "The surest mistakes",
        "cross-entropy of classes",
    ):
        assert words in page.text, words
    for name in ("methods", "confusion", "calibration", "roc", "curves", "accuracies"):
        assert (classified.figures / f"{name}.svg").is_file()
    assert (classified.figures / "mistakes.png").is_file()
    cards = [found for tag, found in page.elements if tag == "img"]
    assert len(cards) == len(classified.read_classification().mistakes)
    assert "<script>alert" not in source


def test_the_same_run_gives_the_same_bytes(classified):
    assert write_report(classified).read_bytes() == write_report(classified).read_bytes()


def test_a_group_shows_the_best_by_validation(classifiers, parse):
    page = parse(write_group_report(classifiers).read_text(encoding="utf-8"))
    assert "own-choice, chosen among 2 by validation accuracy" in page.text
    assert "own-choice, class by class" in page.text
    assert "With few labels: what learned latents are for" in page.text
    assert (classifiers.figures / "few-labels.svg").is_file()
    assert (classifiers.figures / "classifier-accuracies.svg").is_file()


def test_a_stranger_s_name_does_not_lead_out_of_the_group(classifiers):
    from hourglass.errors import DataError

    record = classifiers.read_record()
    odd = replace(record.classifiers[0], name="../a-classifier")
    with pytest.raises(DataError, match="no folder name"):
        write_group_report(classifiers, record=replace(record, classifiers=(odd,)))


def test_classifiers_stand_on_the_page_of_all_groups(classifiers, tmp_path, parse):
    path = write_gallery_report([classifiers], tmp_path / "gallery.html")
    page = parse(path.read_text(encoding="utf-8"))
    for one in classifiers.read_record().classifiers:
        assert one.name in page.text and f"{one.test_accuracy:.4f}" in page.text
