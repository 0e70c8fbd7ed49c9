"""Are near copies found, however many images have one? Precision and recall of four rules.

A part of some images gets a copy each: saved as JPEG, at half the size and back, 10 % brighter or
darker, or moved by a pixel. Or each has three, or none has one, or most of all images are scans of
empty pages. All of it is embedded by a convolutional autoencoder, as it is before its first step
and after a short training, and the copies are looked for in the file of latents.

``hourglass`` is ``find_duplicates`` with small pictures, ``latents_alone`` without them. ``median``
is the rule that was used before: nearer in latents and pictures than three deviations (by the
median absolute one) below the usual distance of an image to its nearest. ``ratio`` is Lowe's
(2004): nearer than half of the distance to the second nearest. A pair is right if both come from
one picture; ``recall`` counts images that have a copy, ``wrong`` all images that are in a pair that
is not right. Photographs hold much sky, pieces of which look alike.

    python benchmarks/near_copies.py --output benchmarks/results
"""

import argparse
import gzip
import io
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter

from hourglass.evaluation import distances_among
from hourglass.experiment import find_duplicates
from hourglass.images import encode_thumbnail
from hourglass.images.survey import digest_of
from hourglass.inference import encode
from hourglass.models import build_model
from hourglass.records import (
    NETWORK_DEFAULTS,
    LatentRows,
    LatentsFacts,
    LatentsRequest,
    ModelSpec,
)
from hourglass.runs.latents_file import latents_format
from tables import write_table

Pixels = NDArray[np.uint8]
Pairs = NDArray[np.int64]
FASHION: Final = Path("/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz")
KINDS: Final = ("jpeg 50", "jpeg 70", "jpeg 90", "half", "brighter", "darker", "moved")
SHARES: Final = (0.1, 0.5, 1.0)


class Case(NamedTuple):
    """Images, and which of them come from one picture, shape (count,)."""

    words: str
    images: Pixels
    picture: NDArray[np.int64]


def drawn(count: int, chance: np.random.Generator) -> Pixels:
    """Draw disks and bars over clouds, shape (count, 32, 32, 1)."""
    rows, columns = np.mgrid[0:32, 0:32]
    images = []
    for _ in range(count):
        image = chance.uniform(0, 0.5) + 1.5 * gaussian_filter(chance.normal(size=(32, 32)), 4)
        for _ in range(chance.integers(2, 6)):
            down, right = (
                np.abs(rows - chance.uniform(0, 32)),
                np.abs(columns - chance.uniform(0, 32)),
            )
            size = chance.uniform(2, 8)
            disk = down**2 + right**2 < size**2
            image[disk if chance.random() < 0.5 else (down < size) & (right < size / 2)] = (
                chance.random()
            )
        images.append(np.rint(255 * np.clip(image, 0, 1)))
    return np.stack(images).astype(np.uint8)[..., None]


def idx(path: Path, count: int, chance: np.random.Generator) -> Pixels:
    """Return some images of an IDX file, shape (count, 28, 28, 1)."""
    pixels = np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8, offset=16)
    images = pixels.reshape(-1, 28, 28, 1)
    return images[chance.choice(len(images), count, replace=False)]


def photographs(folder: Path, side: int, count: int, chance: np.random.Generator) -> Pixels:
    """Return pieces of photographs that do not overlap, shape (count, side, side, 3)."""
    pieces = []
    for path in sorted(folder.glob("*.jpg")):
        with Image.open(path) as file:
            longer = 1200 * (side / 64) ** 0.5
            scale = longer / max(file.size)
            size = (int(file.width * scale), int(file.height * scale))
            pixels = np.asarray(file.convert("RGB").resize(size, Image.Resampling.BOX))
        high, wide = pixels.shape[0] // side, pixels.shape[1] // side
        cut = pixels[: high * side, : wide * side].reshape(high, side, wide, side, 3)
        pieces.append(cut.swapaxes(1, 2).reshape(-1, side, side, 3))
    found = np.concatenate(pieces)
    return found[chance.choice(len(found), count, replace=False)]


def pages(count: int, side: int, chance: np.random.Generator) -> Pixels:
    """Return scans of empty pages, which differ by the noise of the scanner alone."""
    noise = chance.normal(245, 2, (count, side, side, 1))
    return np.rint(np.clip(noise, 0, 255)).astype(np.uint8)


def copy_of(image: Pixels, kind: str) -> Pixels:
    """Return a copy of an image, shape (height, width, channels)."""
    name, _, quality = kind.partition(" ")
    picture = Image.fromarray(image[..., 0] if image.shape[2] == 1 else image)
    if name == "jpeg":
        content = io.BytesIO()
        picture.save(content, "JPEG", quality=int(quality))
        picture = Image.open(content)
    elif name == "half":
        half = picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS)
        picture = half.resize(picture.size, Image.Resampling.BICUBIC)
    elif name == "moved":
        return np.concatenate([image[:, :1], image[:, :-1]], axis=1)
    else:
        factor = {"brighter": 1.1, "darker": 0.9}[name]
        return np.rint(np.clip(factor * image.astype(np.float64), 0, 255)).astype(np.uint8)
    return np.asarray(picture).reshape(image.shape)


def cases(images: Pixels, chance: np.random.Generator) -> Iterator[Case]:
    """Yield the images with copies of each kind and share, and without."""
    numbers = np.arange(len(images))
    yield Case("none 0", images, numbers)
    three = [copy_of(image, kind) for kind in KINDS[:3] for image in images]
    yield Case("three of each 1", np.concatenate([images, three]), np.tile(numbers, 4))
    if images.shape[3] == 1:
        empty = pages(4 * len(images), images.shape[1], chance)
        # Each page is right with any other.
        same = np.full(len(empty), len(images))
        yield Case(
            "empty pages 0.8", np.concatenate([images, empty]), np.concatenate([numbers, same])
        )
    for kind in KINDS:
        for share in SHARES:
            some = numbers[: round(share * len(images))]
            copies = [copy_of(images[number], kind) for number in some]
            yield Case(
                f"{kind} {share:g}",
                np.concatenate([images, copies]),
                np.concatenate([numbers, some]),
            )


def write_latents(
    path: Path, images: Pixels, latents: NDArray[np.float32], *, thumbs: bool
) -> None:
    """Write a file of latents as ``hourglass embed`` does."""
    rows = LatentRows(
        ids=np.arange(len(images)),
        paths=tuple(f"{number}.png" for number in range(len(images))),
        labels=None,
        latents=latents,
        digests=np.stack([np.frombuffer(digest_of(image), np.uint8) for image in images]),
        thumbnails=tuple(map(encode_thumbnail, images)) if thumbs else None,
    )
    request = LatentsRequest(
        model_sha256="0" * 64,
        images="images",
        images_sha256="0" * 64,
        count=len(images),
        image_shape=images.shape[1:],
        thumbnails=thumbs,
    )
    facts = LatentsFacts(request=request, rows=len(images), numbers=latents.shape[1])
    latents_format(path).write(path, facts, lambda: iter([rows]))


def by_hourglass(images: Pixels, latents: NDArray[np.float32], *, thumbs: bool) -> Pairs:
    """Return the pairs that ``find_duplicates`` finds, shape (pairs, 2)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "latents.npz"
        write_latents(path, images, latents, thumbs=thumbs)
        found = find_duplicates(path)
    pairs = [(pair.first_id, pair.second_id) for pair in found.pairs]
    return np.array(pairs, np.int64).reshape(-1, 2)


def below_the_median(distances: NDArray[np.float64]) -> float:
    """Return what lies three deviations below the median, in logarithms."""
    logarithms = np.log(distances[distances > 0])
    middle = np.median(logarithms)
    deviation = np.median(np.abs(logarithms - middle)) / 0.6745
    return float(np.exp(middle - 3 * deviation))


def by_median(images: Pixels, latents: NDArray[np.float32]) -> Pairs:
    """Return the pairs of the rule that was used before."""
    distances = distances_among(latents)
    pairs = np.stack([np.arange(len(images)), distances.argmin(axis=1)], axis=1)
    flat = images.reshape(len(images), -1).astype(np.float32) / 255
    apart = np.sqrt(np.square(flat[pairs[:, 0]] - flat[pairs[:, 1]]).mean(axis=1))
    near = distances.min(axis=1)
    found: Pairs = pairs[(near <= below_the_median(near)) & (apart <= below_the_median(apart))]
    return found


def by_ratio(images: Pixels, latents: NDArray[np.float32]) -> Pairs:
    """Return the pairs that are half as far as the second nearest."""
    distances = distances_among(latents)
    pairs = np.stack([np.arange(len(images)), distances.argmin(axis=1)], axis=1)
    two = np.partition(distances, 1, axis=1)
    return pairs[two[:, 0] <= 0.5 * two[:, 1]]


RULES: Final[dict[str, Callable[[Pixels, NDArray[np.float32]], Pairs]]] = {
    "hourglass": lambda images, latents: by_hourglass(images, latents, thumbs=True),
    "latents_alone": lambda images, latents: by_hourglass(images, latents, thumbs=False),
    "median": by_median,
    "ratio": by_ratio,
}


def scored(pairs: Pairs, picture: NDArray[np.int64], rule: str) -> dict[str, Any]:
    """Return recall and the share of images in a wrong pair."""
    right = picture[pairs[:, 0]] == picture[pairs[:, 1]]
    has_copy = np.bincount(picture)[picture] > 1
    found = np.isin(np.arange(len(picture)), pairs[right])
    wrong = np.isin(np.arange(len(picture)), pairs[~right])
    recall = round(float(found[has_copy].mean()), 3) if has_copy.any() else ""
    return {f"{rule}_recall": recall, f"{rule}_wrong": round(float(wrong.mean()), 4)}


def rows(sources: dict[str, Pixels], epochs: int, seed: int) -> Iterator[dict[str, Any]]:
    """Yield a row for each kind of image, network and case."""
    for name, images in sources.items():
        spec = ModelSpec(
            network="convolutional",
            image_shape=images.shape[1:],
            options=NETWORK_DEFAULTS["convolutional"],
        )
        model = build_model(spec, seed=seed)
        for trained in (False, True):
            if trained:
                clean = images.astype(np.float32) / 255
                model.compile(optimizer="adam", loss="mse")
                model.fit(clean, clean, epochs=epochs, batch_size=32, verbose=0)
            for case in cases(images, np.random.default_rng(seed)):
                latents = encode(model, case.images.astype(np.float32) / np.float32(255))
                kind, _, share = case.words.rpartition(" ")
                yield {
                    "data": name,
                    "network": "trained" if trained else "random",
                    "copies": kind,
                    "share": share,
                    "images": len(case.images),
                    **{
                        key: value
                        for rule, pairs in RULES.items()
                        for key, value in scored(
                            pairs(case.images, latents), case.picture, rule
                        ).items()
                    },
                }


def main() -> None:
    """Measure all rows and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fashion-mnist", type=Path, default=FASHION)
    parser.add_argument("--mnist", type=Path, required=True, help="t10k-images-idx3-ubyte.gz.")
    parser.add_argument(
        "--photographs", type=Path, default=Path("/usr/share/backgrounds/mate/nature")
    )
    parser.add_argument("--output", type=Path, required=True)
    words = parser.parse_args()
    chance = np.random.default_rng(words.seed)
    sources = {
        "drawn": drawn(words.count, chance),
        "Fashion-MNIST": idx(words.fashion_mnist, words.count, chance),
        "MNIST": idx(words.mnist, words.count, chance),
        "photographs 32": photographs(words.photographs, 32, words.count, chance),
        "photographs 64": photographs(words.photographs, 64, words.count, chance),
    }
    write_table(words.output / "near_copies.csv", rows(sources, words.epochs, words.seed))


if __name__ == "__main__":
    main()
