import math

import pytest

from hourglass.errors import ConfigurationError
from hourglass.records import MethodScores, Scores, from_json


def method(kind: str, mse: float = 0.1) -> MethodScores:
    return MethodScores(
        method=kind, label=kind, kind=kind, mse=mse, psnr=10.0, psnr_per_image=10.0, ssim=0.5
    )


def table(*methods: MethodScores) -> Scores:
    return Scores(data="x", split="test", images=1, methods=methods)


def test_the_best_baseline_has_the_lowest_error() -> None:
    scores = table(method("input", 0.3), method("baseline", 0.2), method("model", 0.1))
    assert scores.model.mse == 0.1
    assert scores.best_baseline.mse == 0.2


def test_without_a_baseline_the_best_one_is_none() -> None:
    best = table(method("model")).best_baseline
    assert best.label == "no baseline"
    assert math.isnan(best.mse)


@pytest.mark.parametrize("kinds", [(), ("input", "baseline"), ("model", "model")], ids=len)
def test_a_table_has_one_model(kinds: tuple[str, ...]) -> None:
    with pytest.raises(ConfigurationError, match="one method of kind model"):
        table(*map(method, kinds))


def test_a_file_without_methods_is_refused() -> None:
    text = b'{"data": "x", "split": "test", "images": 1, "methods": []}'
    with pytest.raises(ConfigurationError, match=r"scores\.json.*this one has 0"):
        from_json(Scores, text, "scores.json")
