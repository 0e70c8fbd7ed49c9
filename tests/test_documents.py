"""What the documents point at is there, and what they call a command is one."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_local_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
    for link in links:
        assert re.match(r"https?:", link) or (page.parent / link).exists(), link


def test_the_readme_runs_only_commands_that_exist() -> None:
    from hourglass.cli.app import app

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\$ hourglass ([a-z]+)", text, re.MULTILINE))
    assert {"train", "reconstruct", "denoise", "evaluate", "report", "runs", "data"} <= named
    assert named <= set(app)


def test_the_changelog_and_the_decisions_have_their_index() -> None:
    index = (ROOT / "docs/decisions/README.md").read_text(encoding="utf-8")
    for page in (ROOT / "docs/decisions").glob("[0-9]*.md"):
        assert page.name in index
