"""Make the sample of Fashion-MNIST that comes with the package.

The images are drawn from the whole of Fashion-MNIST (Debian: ``apt-get install
dataset-fashion-mnist``), whose checksums are verified while it is loaded: 800 training and 200
test images of each class, in a fixed random order. Equal versions of zlib write equal bytes; the
pixels are equal everywhere, which the fingerprint in ``hourglass.images.sample`` holds fast.

Run it in the root of the repository::

    python scripts/make_sample.py
"""

import io
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hourglass.files import write_bytes
from hourglass.images import ArrayImages, load_images
from hourglass.images.arrays import load_npz
from hourglass.images.sample import FINGERPRINT, location
from hourglass.seeds import generator

SEED = 2017
PER_CLASS = {"train": 800, "test": 200}
# The earliest time that a zip archive can name, so that no run leaves its own.
FIXED_TIME = (1980, 1, 1, 0, 0, 0)


def main() -> int:
    """Write the sample and tell its size and fingerprint."""
    data_set = load_images("fashion-mnist")
    arrays: dict[str, NDArray[Any]] = {}
    for split, per_class in PER_CLASS.items():
        images = data_set.parts[split]
        if not isinstance(images, ArrayImages) or images.labels is None:
            raise TypeError("Fashion-MNIST is expected in memory, with labels.")
        chosen = draw(images.labels, per_class, generator(SEED, "sample", split))
        arrays[f"x_{split}"] = images.pixels[chosen, ..., 0]
        arrays[f"y_{split}"] = images.labels[chosen].astype(np.uint8)
    arrays["class_names"] = np.array(data_set.train.class_names)
    path = location()
    write_bytes(path, archive(arrays))
    return tell(path)


def draw(
    labels: NDArray[np.int64], per_class: int, chance: np.random.Generator
) -> NDArray[np.int64]:
    """Return positions of as many images of each class, in random order."""
    members = [
        chance.choice(np.flatnonzero(labels == label), per_class, replace=False)
        for label in np.unique(labels)
    ]
    return chance.permutation(np.concatenate(members))


def archive(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return the bytes of an ``.npz`` that tells nothing of the time and system of its making."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for key, array in arrays.items():
            member = zipfile.ZipInfo(f"{key}.npy", FIXED_TIME)
            member.create_system = 3
            content = io.BytesIO()
            np.lib.format.write_array(content, array, allow_pickle=False)
            file.writestr(member, content.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)
    return buffer.getvalue()


def tell(path: Path) -> int:
    """Print what was written, and fail if the package expects other pixels."""
    fingerprint = load_npz(path).fingerprint
    print(f"{path.name}: {path.stat().st_size:,} bytes, fingerprint {fingerprint}")
    if fingerprint != FINGERPRINT:
        print(f"hourglass.images.sample expects {FINGERPRINT}: change it there.", file=sys.stderr)
    return int(fingerprint != FINGERPRINT)


if __name__ == "__main__":
    sys.exit(main())
