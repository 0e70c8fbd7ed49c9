"""The report is one page that tells the records and nothing else."""

import re
import subprocess
import sys
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from jinja2 import UndefinedError

from hourglass.errors import DataError, printable
from hourglass.records import Experiment
from hourglass.report import write_report
from hourglass.report.pages import environment
from names import ODD_NAMES, raw_in

FIGURES = [
    "architecture.svg",
    "curves.svg",
    "errors-by-class.svg",
    "errors.svg",
    "methods.svg",
    "strip-best.png",
    "strip-median.png",
    "strip-random.png",
    "strip-worst.png",
]
HOSTILE = '<script>alert("x")</script>&\'\x01{{ 7 * 7 }} font-family: x'


def read(run) -> str:
    path = write_report(run)
    assert path == run.report
    return path.read_text(encoding="utf-8")


def test_a_finished_run_has_every_section_and_figure(run, parse):
    page = parse(read(run))
    headings = [tag for tag, _ in page.elements if tag in ("h1", "h2", "h3")]
    assert headings == ["h1", "h2", "h2", "h3", "h2", "h2", "h2", "h2"]
    assert sorted(path.name for path in run.figures.iterdir()) == FIGURES
    assert "unfinished" not in page.text


def test_the_page_needs_nothing_from_elsewhere(run, parse):
    source = read(run)
    page = parse(source)
    for tag, attributes in page.elements:
        assert tag not in ("script", "link", "iframe", "object")
        for name in ("src", "href", "xlink:href", "action", "srcset"):
            assert (attributes.get(name) or "#").startswith(("#", "data:image/png;base64,"))
        assert not any(name.startswith("on") for name in attributes)
    assert "@import" not in source and not re.search(r"url\((?!#)", source)


def test_every_reference_inside_the_page_is_met_once(run, parse):
    page = parse(read(run))
    names = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(names) == len(set(names))
    for _, attributes in page.elements:
        for name in ("href", "aria-labelledby"):
            if name in attributes:
                assert attributes[name].lstrip("#") in names


def test_pictures_and_tables_speak_to_those_who_do_not_see(run, parse):
    page = parse(read(run))
    pictures = [attributes for tag, attributes in page.elements if tag == "img"]
    assert len(pictures) == 4 * 5
    assert all(len(attributes["alt"]) > 10 for attributes in pictures)
    charts = [attributes for _, attributes in page.elements if attributes.get("role") == "img"]
    assert len(charts) == 5 and all(len(chart["aria-label"]) > 40 for chart in charts)
    tags = [tag for tag, _ in page.elements]
    assert tags.count("caption") == tags.count("table")
    assert all("scope" in attributes for tag, attributes in page.elements if tag == "th")
    assert ("html", {"lang": "en"}) in page.elements


def test_the_table_shows_the_scores_and_their_split(run, records, parse):
    page = parse(read(run))
    shown = [row for row in page.rows if len(row) == 6][1:]
    expected = [
        [
            f"{scores.label}{scores.detail}",
            f"{scores.mse:.5f}",
            f"{scores.psnr:.2f}",
            f"{scores.psnr_per_image:.2f}",
            f"{scores.ssim:.3f}",
            f"{scores.gain:+.2f}" if abs(scores.gain) > 0.01 else "0.00",
        ]
        for scores in records.scores.methods
    ]
    assert [[cell.replace("−", "-") for cell in row] for row in shown] == expected
    assert "rebuilds the clean images: test split, 2\u202f000 images" in page.text
    assert "PCA: the images have different sizes" in page.text


def test_the_headline_gives_the_verdict_and_how_to_repeat_it(run, records, parse):
    page = parse(read(run))
    assert (
        "U-Net denoiser rebuilds noisy Fashion-MNIST with test MSE 0.00431, "
        "3.55 dB above the best baseline (affine LMMSE)." in page.text
    )
    assert records.record.command in " ".join(page.text.split())
    assert 'corruption = "gaussian:0.2"' in page.text
    assert "2026-11-21 08:15 UTC" in page.text


def test_a_report_is_the_same_when_written_again(run):
    first = read(run), _figures(run)
    assert (read(run), _figures(run)) == first


def test_charts_take_their_ink_from_the_page_and_bring_it_along_as_files(run):
    source = read(run)
    charts = re.findall(r"<svg xmlns.*?</svg>", source, flags=re.DOTALL)
    assert len(charts) == 5
    for svg in charts:
        assert "currentColor" in svg and "#1d1b18" not in svg and "#000000" not in svg
    file = (run.figures / "methods.svg").read_text(encoding="utf-8")
    assert file.startswith("<svg xmlns=") and "prefers-color-scheme:dark" in file


def test_what_users_name_is_text_and_nothing_more(run, records, parse):
    model = records.method("model", f"model {HOSTILE}", "model", mse_by_class={HOSTILE: 0.1})
    run.write_scores(
        replace(
            records.scores,
            data=HOSTILE,
            methods=(*records.scores.methods[:-1], model),
            left_out=(HOSTILE,),
        )
    )
    run.write_experiment(replace(records.experiment, data=HOSTILE.replace("\x01", "")))
    run.write_record(replace(records.record, command=HOSTILE, seeds={HOSTILE: 1}))
    source = read(run)
    assert "<script" not in source
    assert "{{ 7 * 7 }}" in parse(source).text
    for path in run.figures.glob("*.svg"):
        assert not [part for part in ElementTree.parse(path).iter() if "script" in part.tag]


def test_classes_with_odd_names_are_drawn_as_they_can_be(run, records):
    names = [name.decode(errors="surrogateescape") for name in ODD_NAMES]
    errors = dict.fromkeys(map(printable, names), 0.1)
    # As a stranger's file may have them: what JSON can hold is not escaped.
    raw = {name.encode(errors="replace").decode(): 0.1 for name in names}
    for by_class in (errors, raw):
        methods = [replace(method, mse_by_class=by_class) for method in records.scores.methods]
        run.write_scores(replace(records.scores, methods=tuple(methods)))
        page = write_report(run).read_text(encoding="utf-8")
        assert not raw_in(page) and r"two\nlines" in page and "日本語😀" in page
        text = "".join(ElementTree.parse(run.figures / "errors-by-class.svg").getroot().itertext())
        assert not raw_in(text) and r"two\nlines" in text and "日本語😀" in text


def test_groups_that_the_house_does_not_know_name_no_file(run, records):
    known = records.samples
    run.write_samples(replace(known, groups={**known.groups, "../../x": known.positions}))
    write_report(run)
    assert sorted(path.name for path in run.figures.iterdir()) == FIGURES
    assert not list(run.path.parent.glob("x*"))


def test_a_run_that_only_started_says_so(tmp_path, run, records, parse):
    for name in ("history.csv", "architecture.json", "scores.json", "samples.npz"):
        (run.path / name).unlink()
    run.write_record(replace(records.record, status="unfinished", steps=0, images_per_second=0.0))
    page = parse(read(run))
    assert "This run is unfinished." in page.text and "nothing has been measured yet" in page.text
    assert not run.figures.exists()


def test_a_run_without_labels_or_noise_has_neither_classes_nor_gain(run, records, parse):
    methods = tuple(replace(row, gain=None, mse_by_class={}) for row in records.scores.methods[1:])
    run.write_scores(replace(records.scores, corruption=None, methods=methods))
    run.write_experiment(Experiment(data="mnist"))
    page = parse(read(run))
    assert not (run.figures / "errors-by-class.svg").exists()
    assert "Gain" not in page.text and "noisy" not in page.text
    assert "Convolutional autoencoder rebuilds MNIST with" in page.text


@pytest.mark.parametrize("channels", [3, 4])
def test_images_in_color_are_shown(run, channels, records, parse):
    gray = records.samples
    images = {key: array.repeat(channels, axis=-1) for key, array in gray.images.items()}
    run.write_samples(replace(gray, images=images))
    run.write_history(replace(records.history, epochs=records.history.epochs[:1], best_epoch=1))
    assert parse(read(run)).text.count("MSE of the model") == 4


def test_a_damaged_file_is_an_error(run):
    (run.path / "scores.json").write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match=r"scores\.json"):
        write_report(run)
    assert not run.report.exists()


def test_a_word_that_a_template_lacks_is_an_error():
    with pytest.raises(UndefinedError):
        environment().from_string("{{ missing }}").render()


def test_reports_are_written_without_keras():
    code = (
        "import sys, hourglass.report, hourglass.figures\n"
        "found = {'keras', 'tensorflow', 'jax', 'torch', 'matplotlib.pyplot'} & set(sys.modules)\n"
        "assert not found, found"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def _figures(run) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in run.figures.iterdir()}
