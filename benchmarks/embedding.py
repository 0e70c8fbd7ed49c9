"""What latents of many images cost: seconds of the processor, memory, and how fast a search is.

Small PNG files lie in folders of a thousand, links to some thousand distinct ones beyond these.
Each row is a process of its own, which tells its peak memory; ``start_mib`` is what it has once
libraries and model are loaded. The model is an untrained dense autoencoder, which costs what a
trained one does. Searching and looking for copies goes on in 70,000 latents of images drawn at
random around centers, the largest case that is asked for.

    python benchmarks/embedding.py --output benchmarks/results
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from streaming import make_files
from tables import write_table

_PROGRAM: Final = Path(__file__).with_name("embedding_side.py")
_VECTORS: Final = 70_000


def measured(*words: object) -> dict[str, Any]:
    """Return what a process of its own measured."""
    command = [sys.executable, str(_PROGRAM), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def rows(counts: Sequence[int], numbers: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Yield a row for each number of files, and for each length of a latent."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        for count in counts:
            make_files(place / f"{count}", count)
            yield measured("embed", place, place / f"{count}")
    for length in numbers:
        yield measured("search", _VECTORS, length)
        yield measured("copies", _VECTORS, length)


def main() -> None:
    """Measure all rows and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--numbers", type=int, nargs="*", default=[16, 64])
    parser.add_argument("--output", type=Path, required=True)
    words = parser.parse_args()
    write_table(words.output / "embedding.csv", rows(words.counts, words.numbers))


if __name__ == "__main__":
    main()
