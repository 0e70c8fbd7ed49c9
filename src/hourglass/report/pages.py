"""How a page is put together: templates, and how they write numbers."""

from collections.abc import Callable
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from hourglass.errors import printable_lines
from hourglass.figures import color_of
from hourglass.figures.text import (
    format_count,
    format_decibel,
    format_gain,
    format_mse,
    format_nats,
    format_number,
    format_percent,
    format_seconds,
    format_shape,
    format_share,
    format_ssim,
)

_FILTERS: Final[dict[str, Callable[..., str]]] = {
    "color": color_of,
    "count": format_count,
    "decibel": format_decibel,
    "gain": format_gain,
    "mse": format_mse,
    "nats": format_nats,
    "number": format_number,
    "percent": format_percent,
    "seconds": format_seconds,
    "shape": format_shape,
    "share": format_share,
    "ssim": format_ssim,
}


def _printable(value: Any) -> Any:
    # What is HTML already is ours.
    is_text = isinstance(value, str) and not hasattr(value, "__html__")
    return printable_lines(value) if is_text else value


def render(template: str, **values: Any) -> str:
    """Return the page that a template makes of some values."""
    return environment().get_template(template).render(**values)


def environment() -> Environment:
    """Return where templates are read; a word that a template lacks is an error.

    Whatever a template writes is escaped for HTML, and printable.
    """
    templates = Environment(
        loader=PackageLoader("hourglass.report"),
        autoescape=True,
        finalize=_printable,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    templates.filters.update(_FILTERS)
    return templates
