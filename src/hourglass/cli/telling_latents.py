"""Files of latents and what is found in them, as lines and tables."""

from hourglass.cli.output import print_json, print_line
from hourglass.records import EmbeddedImages, to_json

# A longer table is not read; --output and --json have all of it.
_MOST_ROWS = 24


def tell_embedded(done: EmbeddedImages, *, json: bool) -> None:
    """Print what became of images whose latents were to be written."""
    if json:
        print_json(to_json(done))
        return
    facts = done.facts
    if done.done_before:
        print_line(f"{done.output} was done already and is left alone.")
    else:
        before = facts.rows - done.encoded
        print_line(f"{done.encoded:,} images encoded.")
        if before:
            print_line(f"{before:,} were encoded before.")
    print_line(f"{facts.rows:,} latents of {facts.numbers:,} numbers: {done.output}")
    if done.map_file is not None:
        print_line(f"Map by {facts.request.map}, for --on-map: {done.map_file}")
