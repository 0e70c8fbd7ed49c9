"""The pages: lessons with the outputs of their full setting, and decisions."""

import shutil
from pathlib import Path

HERE = Path(__file__).parent
LESSONS = HERE / "lessons"

project = "Hourglass"
author = "The Hourglass authors"
project_copyright = "The Hourglass authors, Apache-2.0"
language = "en"

# Formulas are typeset by files of the site itself: a page asks nothing of other hosts.
extensions = ["myst_nb", "sphinx.ext.mathjax", "sphinx-mathjax-offline"]
# What a page shows was made in the full setting and committed; building executes nothing.
nb_execution_mode = "off"
# Sentences and tables that a cell makes are Markdown like the rest.
nb_render_markdown_format = "myst"
nb_code_prompt_show = "Show the code"
nb_code_prompt_hide = "Hide the code"
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
# Decisions are found through their table, not through the sidebar.
suppress_warnings = ["toc.not_included"]

html_theme = "furo"
html_title = "Hourglass"
html_static_path = ["_static"]
html_css_files = ["lessons.css"]
html_show_sphinx = False


def copy_lessons(*_: object) -> None:
    """Bring the executed lessons into the folder that Sphinx reads."""
    for old in LESSONS.glob("*.ipynb"):
        old.unlink()
    for lesson in (HERE.parent / "notebooks").glob("*.ipynb"):
        shutil.copy2(lesson, LESSONS)


def setup(app: object) -> None:
    """Let Sphinx copy the lessons before it looks for pages."""
    app.connect("config-inited", copy_lessons)  # type: ignore[attr-defined]
