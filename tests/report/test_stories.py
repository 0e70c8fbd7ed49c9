"""What the report of a group tells beside its runs: PCA, the 2×2, and the page of all groups."""

import re
from dataclasses import replace

import numpy as np
import pytest

from hourglass.records import (
    CrossCell,
    CrossTable,
    LinearComparison,
    LinearRow,
    TrainedByTested,
)
from hourglass.report import write_gallery_report, write_group_report


@pytest.fixture
def rows():
    comparison = LinearComparison(
        train_mse=0.046301,
        test_mse=0.046102,
        pca_train_mse=0.0463,
        pca_test_mse=0.046096,
        angles=(0.0712, 0.0021),
        cosines=(0.81234, 0.7),
        separations=(0.6, 0.4),
    )
    methods = ("gradient", "exact", "regularized")
    return tuple(
        LinearRow(run="k-2", latent_dim=2, method=method, comparison=comparison)
        for method in methods
    )


@pytest.fixture
def crossing():
    def table(run, trained_on, first, second):
        cells = tuple(
            CrossCell(
                tested_on=tested_on,
                images=2000,
                mse=mse,
                input_mse=0.02,
                train_images=2000,
                train_mse=mse - 0.0007,
            )
            for tested_on, mse in ((None, first), ("gaussian:0.2", second))
        )
        return CrossTable(
            run=run, data="digits", model="a model", trained_on=trained_on, cells=cells
        )

    return TrainedByTested(
        clean=table("clean", None, 0.00211, 0.01234),
        noisy=table("noisy", "gaussian:0.2", 0.00444, 0.00678),
        corruption="gaussian:0.2",
    )


def test_linear_autoencoders_stand_beside_pca(group, rows, parse):
    group.write_components(
        {key: np.random.default_rng(0).normal(size=(2, 8, 8, 1)) for key in ("PCA", "gradient")}
    )
    source = write_group_report(group, record=replace(group.read_record(), linear=rows)).read_text(
        encoding="utf-8"
    )
    page = parse(source)
    assert "finished by least squares" in page.text and "Kunin et al. 2019" in page.text
    assert "0.046301" in page.text and "2.2e-05" in page.text and "0.071" in page.text
    assert (group.figures / "components.svg").is_file()
    assert 'data-split="train"' in source


def test_the_two_by_two_is_told_with_its_gaps(group, crossing, parse):
    record = replace(group.read_record(), crossing=crossing)
    page = parse(write_group_report(group, record=record).read_text(encoding="utf-8"))
    assert crossing.verdict() in " ".join(page.text.split())
    assert "0.01234" in page.text and "0.00070" in page.text


def test_all_groups_share_one_page(group, tmp_path, parse):
    path = write_gallery_report([group], tmp_path / "gallery.html", notes=("A first look.",))
    source = path.read_text(encoding="utf-8")
    page = parse(source)
    assert "A first look." in page.text
    links = [found["href"] for tag, found in page.elements if tag == "a"]
    assert links == ["denoisers/report.html"]
    for member in group.read_record().members:
        assert member.name in page.text and f"{member.test_mse:.5f}" in page.text
    figures = re.findall(r"<data [^>]*data-split=\"(\w+)\"", source)
    assert set(figures) == {"test"}


def test_damaged_directions_are_an_error(group):
    from hourglass.errors import DataError

    (group.path / "components.npz").write_bytes(b"no archive")
    with pytest.raises(DataError, match="does not hold directions"):
        write_group_report(group)
