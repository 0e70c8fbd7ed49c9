"""The report of a group tells its runs beside each other, and nothing that was not measured."""

import math
import re
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest

from hourglass.errors import DataError
from hourglass.records import Collapse, Experiment, GroupRecord, TrainingPlan
from hourglass.report import group_words, write_group_report
from hourglass.report.group_contents import read_group_contents
from hourglass.runs import GroupFolder

NAMES = ("published", "changed", "own-unet")


def with_member(record, name, /, **changes) -> GroupRecord:
    """Return a record with other figures for one member."""
    members = (replace(m, **changes) if m.name == name else m for m in record.members)
    return replace(record, members=tuple(members))


def read(group, record=None) -> str:
    """Return the source of the report."""
    path = write_group_report(group, record=record)
    assert path == group.report
    return path.read_text(encoding="utf-8")


def only(record, name) -> GroupRecord:
    """Return a record with one member left."""
    return replace(record, members=(record.member(name),))


def told(group, record=None) -> str:
    """Return the sentences of the report, without drawing its charts; each space once."""
    contents = read_group_contents(group, record or group.read_record())
    makers = (group_words.verdict, group_words.reasons, group_words.own_choice)
    return " ".join(" ".join(line for make in makers for line in make(contents)).split())


def said(page) -> str:
    """Return the text of a page, each space once."""
    return " ".join(page.text.split())


def test_a_finished_group_has_every_section_and_figure(group, study, parse):
    page = parse(read(group, replace(group.read_record(), noise=study)))
    headings = [attributes.get("id") for tag, attributes in page.elements if tag == "h2"]
    assert headings == ["why", "runs", "noise", "charts", "images", "repeat"]
    assert sorted(path.name for path in group.figures.iterdir()) == [
        "curves.svg",
        "members.svg",
        "noise-matrix.svg",
        "spectra.svg",
        "strip-random.png",
    ]
    assert "denoisers" in page.text and "Four ways to denoise" in page.text
    assert "hourglass gallery run denoisers" in page.text
    assert "unfinished" not in page.text


def test_the_page_needs_nothing_from_elsewhere_and_keeps_its_references(group, study, parse):
    source = read(group, replace(group.read_record(), noise=study))
    page = parse(source)
    names = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(names) == len(set(names))
    for tag, attributes in page.elements:
        assert tag not in ("script", "link", "iframe", "object")
        for name in ("src", "href", "xlink:href", "action", "srcset"):
            assert (attributes.get(name) or "#").startswith(("#", "data:image/png;base64,"))
        if attributes.get("href", "").startswith("#"):
            assert attributes["href"][1:] in names
    assert "@import" not in source and not re.search(r"url\((?!#)", source)
    assert "default-src 'none'" in source


def test_baselines_on_many_inputs_are_one_table(group, parse):
    for level, name in zip(("0.1", "0.2", "0.3"), NAMES, strict=True):
        run = group.run(name)
        corruption = f"gaussian:{level}"
        run.write_experiment(replace(run.read_experiment(), corruption=corruption))
        run.write_scores(replace(run.read_scores(), corruption=corruption))
    rows = {row[0]: row for row in parse(read(group)).rows if len(row) == 4}
    head = [" ".join(cell.split()) for cell in rows["Method"][1:]]
    assert head == [f"Gaussian noise {level} fashion-mnist" for level in ("0.1", "0.2", "0.3")]
    assert rows["affine LMMSE"][1:] == ["0.00977"] * 3


def test_longer_runs_of_the_same_question_are_shown(group, parse):
    name = "hourglass gallery run ten-minutes"
    assert name in said(parse(read(group)))
    shutil.copytree(group.path, group.path.parent / "ten-minutes")
    longer = GroupFolder(group.path.parent / "ten-minutes")
    record = with_member(group.read_record(), "own-unet", test_mse=0.001)
    longer.write_record(only(record, "own-unet"))
    page = parse(read(group))
    assert "And with ten minutes of training" in page.text and name not in said(page)
    assert "6.02 dB better than own-unet (test MSE 0.00400)" in said(page)


def test_longer_runs_of_other_questions_are_not_shown(group, parse):
    shutil.copytree(group.path, group.path.parent / "ten-minutes")
    for member in ("published", "changed", "own-unet"):
        run = GroupFolder(group.path.parent / "ten-minutes").run(member)
        run.write_experiment(replace(run.read_experiment(), data="mnist"))
    assert "ten minutes of training</th>" not in read(group)


def test_pictures_and_tables_speak_to_those_who_do_not_see(group, study, parse):
    page = parse(read(group, replace(group.read_record(), noise=study)))
    assert all(len(found["alt"]) > 10 for tag, found in page.elements if tag == "img")
    charts = [found for _, found in page.elements if found.get("role") == "img"]
    assert len(charts) == 4 and all(len(chart["aria-label"]) > 40 for chart in charts)
    tags = [tag for tag, _ in page.elements]
    assert tags.count("caption") == tags.count("table")
    assert all("scope" in found for tag, found in page.elements if tag == "th")


def test_a_report_is_the_same_when_written_again(group, study):
    record = replace(group.read_record(), noise=study)
    first = read(group, record), _figures(group)
    assert (read(group, record), _figures(group)) == first


def test_the_verdict_names_the_best_its_lead_and_its_baseline(group, parse):
    text = told(group)
    lead = 10 * math.log10(0.007 / 0.004)
    assert (
        "own-unet rebuilds noisy Fashion-MNIST best, with test MSE 0.00400: "
        f"{lead:.2f} dB ahead of the next, changed (test MSE 0.00700)."
    ) in text
    assert "own-unet beats the best baseline of its own table (affine LMMSE, test MSE" in text


def test_the_reasons_are_size_frequency_and_gap(group, parse):
    text = told(group)
    # The best is compared with the published one, whatever came second.
    assert "own-unet has 3 000 parameters, 3.0 times as many as published (1 000)." in text
    assert "own-unet and published both have 32 numbers in the code of an image." in text
    assert (
        "The largest part of the test MSE that own-unet saves against published (33 %) lies at "
        "low spatial frequencies, 0.00 to 0.18 cycles per pixel"
    ) in text
    assert "own-unet 0.00093, changed 0.00062, published 0.00031" in text


def test_the_own_choice_stands_apart_and_is_told_as_measured(group, parse):
    page = parse(read(group))
    first = [row[0] for row in page.rows if len(row) in (1, 12)][1:]
    assert first == [
        "publishedabout published",
        "changednot as publishedabout changed",
        "And with Hourglass’ own choice",
        "own-unetabout own-unet",
    ]
    assert "2.43 dB better than changed (test MSE 0.00700), the best of the others" in said(page)
    assert "saw as many images (18 000)" in said(page)


def test_an_own_choice_that_is_worse_says_so_and_so_does_another_budget(group, parse):
    record = with_member(group.read_record(), "own-unet", test_mse=0.02, images_seen=9000)
    text = told(group, record)
    assert "4.56 dB worse than changed (test MSE 0.00700), the best of the others;" in text
    assert "the number of images seen differs: 9 000 against 18 000." in text
    assert "own-unet beats" not in text


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ((0.004, 0.004, 0.009), "published and changed are level on noisy Fashion-MNIST"),
        ((0.02, 0.03, 0.04), "published does not beat the best baseline of its own table"),
        ((0.00977, 0.03, 0.04), "the two are level."),
        ((math.nan,) * 3, "No run rebuilds noisy Fashion-MNIST with an error that is a number."),
        ((0.004, math.nan, math.nan), "published alone rebuilds noisy Fashion-MNIST"),
        (
            (0.0, 0.03, 0.04),
            "published rebuilds noisy Fashion-MNIST best, with test MSE 0.00000: ∞",
        ),
    ],
)
def test_the_verdict_is_right_for_any_numbers(group, parse, errors, expected):
    record = group.read_record()
    for member, error in zip(record.members, errors, strict=True):
        record = with_member(record, member.name, test_mse=error)
    assert expected in told(group, record)


@pytest.mark.parametrize(
    ("train_errors", "expected"),
    [
        ((0.02, 0.02, 0.02), "No run errs more on test than on train images: none overfits."),
        ((0.009, 0.006, 0.003), "All runs have the same gap between train and test MSE: 0.00100."),
        ((0.009, 0.005, 0.02), "the largest first: changed 0.00200, published 0.00100, own-unet −"),
    ],
)
def test_overfitting_is_told_for_any_numbers(group, train_errors, expected):
    record = group.read_record()
    for name, error in zip(NAMES, train_errors, strict=True):
        record = with_member(record, name, train_mse=error)
    assert expected in told(group, record)


def test_fewer_parameters_and_no_code_are_told_the_right_way_round(group, records, parse):
    run = group.run("own-unet")
    run.write_record(replace(run.read_record(), parameters=250))
    record = with_member(group.read_record(), "own-unet", code_size=None)
    text = told(group, record)
    assert "own-unet has 250 parameters; published has 4.0 times as many (1 000)." in text
    assert "own-unet has no code to squeeze an image through; that of published has 32" in text


def test_runs_on_other_input_are_not_ranked_against_each_other(group, parse):
    run = group.run("own-unet")
    run.write_experiment(replace(run.read_experiment(), corruption="gaussian:0.5"))
    run.write_scores(replace(run.read_scores(), corruption="gaussian:0.5"))
    text = told(group)
    assert "changed rebuilds Fashion-MNIST through Gaussian noise (standard deviation 0.2)" in text
    assert "own-unet rebuilds" not in text
    assert "tested on 2 different inputs" in text and "2 of 3 runs beat" in text
    assert "there is nothing on the same input to compare it with" in text
    assert said(parse(read(group))).count("What they had to beat") == 2


def test_one_run_alone_is_a_group_too(group, parse):
    text = said(parse(read(group, only(group.read_record(), "published"))))
    assert "published rebuilds noisy Fashion-MNIST with test MSE 0.01000." in text
    assert "The test MSE of published is 0.00031 above its train MSE." in text
    assert "own choice" not in text and "ahead of" not in text


def test_an_unfinished_group_and_its_notes_say_so(group, parse):
    record = replace(
        group.read_record(), members=(), status="unfinished", notes=("One epoch shows little.",)
    )
    page = parse(read(group, record))
    assert "This group is unfinished." in page.text and "no run is finished yet" in page.text
    assert "One epoch shows little." in page.text
    assert not group.figures.exists()


def test_a_collapse_is_flagged_and_told_as_expected(group, parse):
    run = group.run("changed")
    run.write_experiment(replace(run.read_experiment(), expected="collapse"))
    collapse = Collapse(split="validation", skill=0.001, variance=0.0, cause="dead units")
    run.write_scores(replace(run.read_scores(), collapse=collapse))
    page = parse(read(group))
    assert "changed collapsed as expectednot as publishedabout changed" in [
        row[0] for row in page.rows if row
    ]
    assert "changed collapsed, as expected: it answers" in said(page)


def test_a_collapse_that_did_not_come_is_told(group, parse):
    run = group.run("changed")
    run.write_experiment(replace(run.read_experiment(), expected="collapse"))
    health = Collapse(split="validation", skill=0.9, variance=0.8)
    run.write_scores(replace(run.read_scores(), collapse=health))
    assert "changed was expected to collapse and did not." in told(group)


def test_different_losses_do_not_share_an_axis(group, parse):
    run = group.run("changed")
    run.write_experiment(replace(run.read_experiment(), loss="bce"))
    assert "were trained with different losses" in said(parse(read(group)))
    drawn = (group.figures / "curves.svg").read_text(encoding="utf-8")
    assert "validation MSE" in drawn and "dotted" not in drawn


def test_baselines_appear_once_with_their_corruption(group, parse):
    page = parse(read(group))
    methods = [row[0] for row in page.rows if len(row) == 4][1:]
    assert methods == [
        "noisy input",
        "median filter3×3 window, chosen on validation",
        "affine LMMSE",
    ]
    assert "Input: Gaussian noise (standard deviation 0.2)." in said(page)


def test_the_study_of_noise_marks_its_choice(group, study, parse):
    page = parse(read(group, replace(group.read_record(), noise=study)))
    assert ["0.25 chosen", "+7.15", "0.00234"] in page.rows
    assert ["0.1", "0.00311", "0.00812", "0.02113"] in page.rows
    assert "highest validation PSNR gain averaged over all 3 test levels (+7.15 dB)" in said(page)
    assert "The test figures were told only afterwards." in page.text


def test_members_that_show_other_images_get_a_strip_of_their_own(group, records, parse):
    run = group.run("changed")
    shared = run.read_samples()
    other = replace(shared, images={**shared.images, "clean": 1 - shared.images["clean"]})
    run.write_samples(other)
    page = parse(read(group))
    rows = [
        row[0]
        for row in page.rows
        if len(row) == 2 and row[0] in ("clean images", "noisy input", *NAMES)
    ]
    assert rows == [
        *("clean images", "noisy input", "published", "own-unet"),
        *("clean images", "noisy input", "changed"),
    ]
    assert (group.figures / "strip-random-2.png").is_file()


def test_another_input_gets_a_row_of_its_own(group, parse):
    run = group.run("changed")
    shared = run.read_samples()
    run.write_samples(
        replace(shared, images={**shared.images, "noisy": shared.images["noisy"] / 2})
    )
    assert "input of changed" in parse(read(group)).text


def test_reports_of_runs_are_linked_where_they_are(group, parse):
    assert "published/report.html" not in read(group)
    group.run("published").report.write_text("x", encoding="utf-8")
    hrefs = [found.get("href") for tag, found in parse(read(group)).elements if tag == "a"]
    assert hrefs == ["published/report.html"] * 2


@pytest.mark.parametrize("name", ["../published", "", "..", "a/b"])
def test_a_name_that_leads_out_of_the_group_is_an_error(group, name):
    record = with_member(group.read_record(), "published", name=name)
    with pytest.raises(DataError, match="no folder name"):
        write_group_report(group, record=record)


def test_a_run_that_is_missing_is_an_error(group):
    (group.path / "changed" / "scores.json").unlink()
    with pytest.raises(DataError, match=r"scores\.json"):
        write_group_report(group)


def test_what_users_name_is_text_and_nothing_more(group, parse):
    hostile = '<script>alert("x")</script>{{ 7 * 7 }}'
    record = with_member(
        replace(group.read_record(), name=hostile, about=hostile), "published", about=hostile
    )
    source = read(group, record)
    assert "<script" not in source and "{{ 7 * 7 }}" in parse(source).text


def test_a_run_without_noise_samples_or_history_is_told_as_far_as_it_goes(group, parse):
    for name in NAMES:
        run = group.run(name)
        run.write_experiment(Experiment(data="mnist", plan=TrainingPlan(epochs=2)))
        (run.path / "samples.npz").unlink()
        (run.path / "history.csv").unlink()
    record = group.read_record()
    for name in NAMES:
        record = with_member(record, name, spectrum=())
    page = parse(read(group, record))
    assert sorted(path.name for path in group.figures.iterdir()) == ["members.svg"]
    assert "rebuilds MNIST best" in page.text and "spatial frequenc" not in page.text


def test_group_reports_are_written_without_keras(group):
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from hourglass.report import write_group_report\nfrom hourglass.runs import GroupFolder\n"
        "write_group_report(GroupFolder(Path(sys.argv[1])))\n"
        "found = {'keras', 'tensorflow', 'jax', 'torch', 'matplotlib.pyplot'} & set(sys.modules)\n"
        "assert not found, found"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code, str(group.path)], check=True)
    assert group.report.is_file()


def _figures(group) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in group.figures.iterdir()}
