"""Writing the table of a benchmark, line by line as it is measured."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path


def write_table(
    path: Path, lines: Iterable[Mapping[str, object]]
) -> Sequence[Mapping[str, object]]:
    """Write lines with the same keys as CSV, print each as it comes, and return them.

    A benchmark that is stopped leaves what it has measured.
    """
    written = []
    with path.open("w", newline="") as file:
        writer = None
        for line in lines:
            if writer is None:
                writer = csv.DictWriter(file, line, lineterminator="\n")
                writer.writeheader()
            writer.writerow(line)
            file.flush()
            print(line, flush=True)
            written.append(line)
    return written
