"""Files of latents and what is found in them, as lines and tables."""

from typing import Final

from hourglass.cli.output import (
    print_json,
    print_left_out,
    print_line,
    print_table,
    teller,
)
from hourglass.records import Duplicates, EmbeddedImages, SimilarImages, to_json

# A longer table is not read; --output and --json have all of it.
_MOST_ROWS: Final = 24


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
    print_left_out(facts.not_listed)
    print_line(f"{facts.rows:,} latents of {facts.numbers:,} numbers: {done.output}")
    if done.map_file is not None:
        print_line(f"Map by {facts.request.map}, for --on-map: {done.map_file}")


def tell_similar(result: SimilarImages, *, json: bool) -> None:
    """Print the images that are nearest to one."""
    if json:
        print_json(to_json(result))
        return
    with_labels = any(image.label for image in result.found)
    for note in result.notes:
        print_line(note)
    print_line(f"Of {result.searched:,} images in {result.latents}, nearest to {result.image}:")
    print_table(
        "",
        ("path", *(["label"] if with_labels else []), f"{result.metric} distance"),
        [
            (image.path, *([image.label] if with_labels else []), f"{image.distance:.4f}")
            for image in result.found
        ],
    )
    if result.sheet is not None:
        print_line(f"Pictures: {result.sheet}")


def tell_duplicates(found: Duplicates, *, json: bool) -> None:
    """Print which images are there twice, or nearly; warnings go to standard error."""
    for warning in found.warnings:
        teller(quiet=False)(f"Warning: {warning}")
    if json:
        print_json(to_json(found))
        return
    exact, near = found.count("exact"), found.count("near")
    print_line(
        f"{found.images:,} images: exact copies {exact:,}, pairs nearly the same {near:,}, groups "
        f"of both {found.groups:,}."
    )
    if found.pairs:
        print_table(
            "Copies" if len(found.pairs) <= _MOST_ROWS else f"The first {_MOST_ROWS} pairs",
            ("group", "kind", "image", "is like", "distance"),
            [
                (
                    str(pair.group),
                    pair.kind,
                    pair.first_path,
                    pair.second_path,
                    f"{pair.distance:.4f}",
                )
                for pair in found.pairs[:_MOST_ROWS]
            ],
        )
    print_line(found.rule)
    if found.count("unconfirmed"):
        print_line(
            f"{found.count('unconfirmed'):,} pairs are near in the latents alone: there are no "
            "small pictures to compare."
        )
    if found.chains:
        print_line(
            f"Groups that are chains, like frames of a film: {found.chains:,}. In a chain an image "
            "is near some others of its group, not near all of them."
        )
    if found.refuted:
        print_line(f"{found.refuted:,} more are near in the latents and not in their pictures.")
    for what, path in (("Table", found.output), ("Pictures", found.sheet)):
        if path is not None:
            print_line(f"{what}: {path}")
