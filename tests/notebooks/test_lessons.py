"""One contract for all lessons: small cells, claims that are checked, outputs that belong to them.

Executing them is the work of ``make lessons``; here their text and their outputs are read.
"""

import re
from pathlib import Path

import jupytext
import nbformat
import pytest

ROOT = Path(__file__).parent.parent.parent
TEXTS = sorted((ROOT / "notebooks").glob("*.md"))
PARTS = ("check", "answer", "solution", "wrong")
MOST_LINES = 10
# Plain numbers with two decimals or more look like results; formulas between $ may have any.
RESULT = re.compile(r"\d*\.\d{2,}")
FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$|`[^`\n]+`", re.DOTALL)
PLACE = re.compile(r"(?<![\w.])/(home|root|tmp|usr|var|work|Users)/")


@pytest.fixture(params=TEXTS, ids=lambda file: file.stem, scope="module")
def text(request):
    return request.param


@pytest.fixture(scope="module")
def lesson(text):
    return jupytext.read(text)


@pytest.fixture(scope="module")
def published(text):
    return nbformat.read(text.with_suffix(".ipynb"), as_version=4)


def code_of(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose_of(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def tagged(notebook, tag):
    return [cell for cell in code_of(notebook) if tag in cell.metadata.get("tags", ())]


def printed(cell):
    """Everything readable that a cell gave."""
    texts = [output.get("text", "") for output in cell.outputs]
    texts += [output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    return "\n".join(texts)


def test_there_are_twelve_in_a_row():
    assert [int(text.name[:2]) for text in TEXTS] == list(range(1, 13))


def test_it_has_a_number_a_title_and_a_beginning(lesson, text):
    assert re.match(rf"# {int(text.name[:2])}\. \S", prose_of(lesson)[0])
    first = code_of(lesson)[0].source
    assert first.startswith("from hourglass.lessons import begin") and first.endswith("begin()")


def test_a_cell_is_one_thought(lesson):
    for cell in code_of(lesson):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        assert len(lines) <= MOST_LINES, cell.source


def test_a_claim_is_checked(lesson):
    asserted = [cell for cell in code_of(lesson) if re.search(r"^\s*assert ", cell.source, re.M)]
    in_exercises = [cell for tag in PARTS for cell in tagged(lesson, tag)]
    assert len([cell for cell in asserted if cell not in in_exercises]) >= 3


def test_no_result_stands_in_the_prose_alone(lesson):
    code = "\n".join(cell.source for cell in code_of(lesson))
    for prose in prose_of(lesson):
        for number in RESULT.findall(FORMULA.sub("", prose)):
            assert number in code, f"{number} is in no cell: {prose[:80]}"


def test_figures_are_drawn_in_one_style(lesson):
    code = "\n".join(cell.source for cell in code_of(lesson))
    assert "matplotlib" not in code
    assert not re.search(r"\.ax(es\[\d\])?\.\w+\(", code)


def test_every_exercise_has_its_four_parts(lesson):
    exercises = [
        next(part for part in PARTS if part in cell.metadata["tags"])
        for cell in code_of(lesson)
        if set(PARTS) & set(cell.metadata.get("tags", ()))
    ]
    assert exercises == list(PARTS) * (len(exercises) // 4)
    assert len(exercises) >= 2 * len(PARTS)
    assert len(re.findall(r"^### Exercise", "\n".join(prose_of(lesson)), re.M)) * 4 == len(
        exercises
    )


def test_a_right_answer_is_accepted_and_a_wrong_one_refused(lesson, published):
    for number, check in enumerate(tagged(lesson, "check")):
        name = re.search(r"@exercise\s+def (\w+)\(", check.source)[1]
        answer, solution, wrong = (tagged(published, part)[number] for part in PARTS[1:])
        assert re.search(rf"assert {name}\(.+\)\.accepted", solution.source, re.S)
        assert re.search(rf"verdict = {name}\(", wrong.source)
        assert "assert not verdict.accepted" in wrong.source
        assert f"{name}(" in answer.source
        assert printed(answer).strip() == "Not yet: there is no answer yet."
        assert re.match(r"Not yet: (?!there is no answer|it raised)", printed(wrong).strip())


def test_solutions_are_hidden(published):
    for tag in ("solution", "wrong"):
        for cell in tagged(published, tag):
            assert "hide-cell" in cell.metadata["tags"]
            assert cell.metadata["jupyter"]["source_hidden"]


def test_its_outputs_belong_to_its_text(lesson, published):
    ours, theirs = (
        [(cell.cell_type, cell.source, cell.metadata.get("tags", [])) for cell in notebook.cells]
        for notebook in (lesson, published)
    )
    assert ours == theirs
    assert published.metadata["hourglass"]["setting"] == "full"


def test_its_outputs_were_made_in_one_go_and_without_noise(published):
    assert [cell.execution_count for cell in code_of(published)] == list(
        range(1, len(code_of(published)) + 1)
    )
    for cell in code_of(published):
        for output in cell.outputs:
            assert output.output_type != "error"
            assert output.get("name") != "stderr", output
        assert not PLACE.search(printed(cell)), printed(cell)


def test_its_pictures_are_small_enough_to_keep(text):
    assert text.with_suffix(".ipynb").stat().st_size < 1_200_000


def test_it_links_to_lessons_that_exist(lesson, text):
    for link in re.findall(r"\]\(([^)#]+)\)", "\n".join(prose_of(lesson))):
        assert link.startswith("https://") or (text.parent / link).exists(), link
