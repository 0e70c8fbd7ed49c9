"""What can be said without clean images, as lines and a table."""

from hourglass.cli.output import print_json, print_line, print_table
from hourglass.records import FILES, Estimates, to_json


def tell_estimates(found: Estimates, *, json: bool) -> None:
    """Print every method's error against noisy pixels, and the error that is estimated from it."""
    if json:
        print_json(to_json(found))
        return
    seen = "as noisy as the files are"
    if found.corruption != FILES:
        seen = f"seen through {found.corruption}"
    true = ("true MSE",) if found.knows_clean else ()
    print_table(
        f"{found.data}, {found.images:,} {found.split} images, {seen}; estimated without clean "
        "images",
        (
            "method",
            f"error, {found.against}",
            "estimated MSE",
            "estimated PSNR dB",
            "estimated gain dB",
            *true,
        ),
        [
            (
                method.label,
                _figure(method.measured, ".5f"),
                _figure(method.mse, ".5f"),
                _figure(method.psnr, ".2f"),
                _figure(method.gain, "+.2f"),
                *((_figure(method.true_mse, ".5f"),) if true else ()),
            )
            for method in found.methods
        ],
    )
    for line in found.lines():
        print_line(line)
    print_line(found.verdict())


def _figure(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)
