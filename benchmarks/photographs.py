"""Denoise scikit-image's own photographs, and compare with classical filters at their best.

Gaussian noise of 0.1, clipped, on gray versions of the photographs that come with scikit-image.
Two ways to learn:

* ``others``: the default denoiser on patches of *other* pictures of the collection. There are two
  halves of the photographs, each denoised by a model that saw the other half and the textures;
* ``itself``: blind-spot training on the one noisy photograph and nothing else.

The filters get the parameter that is best for each photograph, chosen with the clean one in hand,
which no user could do: a rival that is stronger than it is in use. ``BM3D`` joins where it is
installed; its licence keeps it out of every locked requirement. PSNR in dB of what was clipped to
[0, 1], in float; files hold 16 bits.

    python benchmarks/photographs.py others --minutes 10 --output benchmarks/results/photographs.csv
    python benchmarks/photographs.py itself --minutes 3 --output benchmarks/results/photograph.csv
"""

import argparse
import importlib
import importlib.util
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Final

import numpy as np
import skimage.data
from numpy.typing import NDArray
from skimage.color import rgb2gray
from skimage.restoration import denoise_nl_means, denoise_tv_chambolle, denoise_wavelet

from hourglass.evaluation import mean_squared_errors, peak_signal_to_noise
from hourglass.experiment import denoise_files, run_experiment
from hourglass.images import read_image_file, write_image_file
from hourglass.records import Experiment, TrainingPlan
from hourglass.runs import RunFolder
from hourglass.seeds import generator
from tables import write_table

NOISE: Final = 0.1
# Pictures of things, in two halves of one kind each has its like in the other.
HALVES: Final = (
    ("astronaut", "chelsea", "clock", "coins", "moon", "motorcycle_left"),
    ("camera", "coffee", "hubble_deep_field", "ihc", "rocket", "retina"),
)
TEXTURES: Final = ("brick", "grass", "gravel", "cell", "page", "text")
FILES: Final = {
    "clock": "clock_motion.png",
    "hubble_deep_field": "hubble_deep_field.jpg",
    "retina": "retina.jpg",
    "rocket": "rocket.jpg",
}
Image = NDArray[np.float32]


def main() -> None:
    """Read the options, train, measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=("others", "itself"))
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--photographs", nargs="*", default=[name for h in HALVES for name in h])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        learn = learn_from_others if options.way == "others" else learn_from_itself
        lines = write_table(options.output, measured(learn, Path(folder), options))
    methods = [key for key in lines[0] if key.endswith("_psnr")]
    for method in methods:
        print(f"{method}: {np.mean([float(str(line[method])) for line in lines]):.2f} dB")


def photograph(name: str) -> Image:
    """Return a picture of the collection in gray, shape (height, width, 1) in [0, 1]."""
    path = Path(skimage.data.__file__).parent / FILES.get(name, f"{name}.png")
    image = read_image_file(path)
    gray = rgb2gray(image[..., :3]) if image.shape[-1] >= 3 else image[..., 0]
    return np.asarray(gray, np.float32)[..., None]


def noisy(name: str) -> Image:
    """Return the noisy version of a photograph, the same in every run of this benchmark."""
    clean = photograph(name)
    noise = generator(0, "photographs", name).standard_normal(clean.shape, dtype=np.float32)
    return np.clip(clean + NOISE * noise, 0.0, 1.0)


def measured(
    learn: Callable[[Path, argparse.Namespace], Iterable[tuple[RunFolder, tuple[str, ...]]]],
    folder: Path,
    options: argparse.Namespace,
) -> Iterator[Mapping[str, object]]:
    """Yield a line for each photograph."""
    for run, names in learn(folder, options):
        for name in names:
            yield {"photograph": name, **compare(run, name, folder), **facts(run, options)}


def learn_from_others(
    folder: Path, options: argparse.Namespace
) -> Iterator[tuple[RunFolder, tuple[str, ...]]]:
    """Train on each half of the photographs, and give it the other half."""
    for number, half in enumerate(HALVES):
        data = folder / f"half-{number}"
        for name in (*half, *TEXTURES):
            write_image_file(data / f"{name}.png", photograph(name))
        asked = Experiment(
            data=str(data),
            corruption=f"gaussian:{NOISE}",
            plan=TrainingPlan(minutes=options.minutes, seed=options.seed),
        )
        run = run_experiment(asked, folder / f"run-{number}", tell=print)
        yield run, tuple(name for name in HALVES[1 - number] if name in options.photographs)


def learn_from_itself(
    folder: Path, options: argparse.Namespace
) -> Iterator[tuple[RunFolder, tuple[str, ...]]]:
    """Train on each noisy photograph alone."""
    for name in options.photographs:
        data = folder / f"{name}-alone"
        write_image_file(data / f"{name}.png", noisy(name), bits=16)
        asked = Experiment(
            data=str(data),
            objective="blind-spot",
            plan=TrainingPlan(minutes=options.minutes, seed=options.seed),
        )
        yield run_experiment(asked, folder / f"run-{name}", tell=print), (name,)


def compare(run: RunFolder, name: str, folder: Path) -> Mapping[str, float]:
    """Return the PSNR of a photograph, of the filters at their best, and of the model."""
    clean, seen = photograph(name), noisy(name)
    source = folder / "noisy" / f"{name}.png"
    write_image_file(source, seen, bits=16)
    start = time.perf_counter()
    denoise_files(run, [source], folder / f"denoised-by-{run.path.name}")
    seconds = time.perf_counter() - start
    restored = read_image_file(folder / f"denoised-by-{run.path.name}" / f"{name}.png")
    best = {f"{kind}_psnr": best_of(clean, each(seen)) for kind, each in FILTERS.items()}
    return {
        "noisy_psnr": psnr(clean, seen),
        **best,
        "hourglass_psnr": psnr(clean, restored),
        "denoise_seconds": round(seconds, 2),
    }


def facts(run: RunFolder, options: argparse.Namespace) -> Mapping[str, object]:
    """Return what a line says about the training."""
    record = run.read_record()
    return {
        "minutes": options.minutes,
        "seed": options.seed,
        "training_seconds": round(record.seconds["training"], 1),
        "steps": record.steps,
    }


def psnr(clean: Image, image: Image) -> float:
    """Return the peak signal-to-noise ratio in dB, of values clipped to [0, 1]."""
    mse = mean_squared_errors(clean[None], np.clip(image, 0.0, 1.0).astype(np.float32)[None])[0]
    return round(float(peak_signal_to_noise(float(mse))), 3)


def best_of(clean: Image, attempts: Iterable[Image]) -> float:
    """Return the highest PSNR that any parameter gives."""
    return max(psnr(clean, image) for image in attempts)


def total_variation(seen: Image) -> Iterator[Image]:
    """Yield what TV denoising (Chambolle 2004) makes of an image, for each weight."""
    for weight in (0.04, 0.06, 0.08, 0.1, 0.12, 0.15, 0.2):
        yield denoise_tv_chambolle(seen, weight=weight, channel_axis=-1, eps=2e-5, max_num_iter=500)


def wavelet(seen: Image) -> Iterator[Image]:
    """Yield what wavelet shrinkage makes of an image, for each rule, threshold and wavelet."""
    for method, mode, kind in product(
        ("BayesShrink", "VisuShrink"), ("soft", "hard"), ("db1", "db4", "sym8")
    ):
        for share in (0.3, 0.5, 0.75, 1.0) if method == "VisuShrink" else (1.0,):
            yield denoise_wavelet(
                seen,
                sigma=NOISE * share,
                wavelet=kind,
                mode=mode,
                method=method,
                rescale_sigma=False,
                channel_axis=-1,
            )


def non_local_means(seen: Image) -> Iterator[Image]:
    """Yield what non-local means (Buades et al. 2005) make of an image, for each setting."""
    for patch, strength in product((5, 7), (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)):
        yield denoise_nl_means(
            seen,
            patch_size=patch,
            patch_distance=9,
            h=strength * NOISE,
            sigma=NOISE,
            fast_mode=True,
            channel_axis=-1,
        )


def bm3d(seen: Image) -> Iterator[Image]:
    """Yield what BM3D (Dabov et al. 2007) makes of an image, told the true level."""
    peer = importlib.import_module("bm3d")
    yield peer.bm3d(seen[..., 0], NOISE)[..., None].astype(np.float32)


FILTERS: dict[str, Callable[[Image], Iterator[Image]]] = {
    "tv": total_variation,
    "wavelet": wavelet,
    "nlm": non_local_means,
}
if importlib.util.find_spec("bm3d") is not None:
    FILTERS["bm3d"] = bm3d


if __name__ == "__main__":
    main()
