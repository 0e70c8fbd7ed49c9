"""Denoise scikit-image's own photographs, and compare with classical filters at their best.

Gaussian noise of 0.1, clipped, on gray versions of the photographs that come with scikit-image. The
default denoiser learns from patches of *other* pictures of the collection: there are two halves of
the photographs, and each is denoised by a model that saw the other half and the textures. What is
learned from a noisy photograph alone, ``without_clean_targets.py`` measures.

The filters get the parameter that is best for each photograph, chosen with the clean one in hand,
which no user could do: a rival that is stronger than it is in use. ``BM3D`` joins where it is
installed; its licence keeps it out of every locked requirement. PSNR in dB of what was clipped to
[0, 1], in float; files hold 16 bits.

    python benchmarks/photographs.py --output benchmarks/results/photographs.csv
"""

import argparse
import importlib
import importlib.util
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Final

import numpy as np
import skimage.data
from numpy.typing import NDArray
from skimage.color import rgb2gray
from skimage.restoration import denoise_nl_means, denoise_tv_chambolle, denoise_wavelet

from hourglass.evaluation import mean_squared_errors, peak_signal_to_noise
from hourglass.experiment import denoise_files, resume_run, run_experiment
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
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--photographs", nargs="*", default=[name for h in HALVES for name in h])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--runs", type=Path, help="Where runs are kept; those there are taken.")
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lines = write_table(options.output, measured(options.runs or Path(folder), options))
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


def measured(folder: Path, options: argparse.Namespace) -> Iterator[Mapping[str, object]]:
    """Train on each half, and yield a line for each photograph of the other half."""
    for number, half in enumerate(HALVES):
        run = learn_from_others(half, folder / f"half-{number}", options)
        for name in HALVES[1 - number]:
            if name in options.photographs:
                yield {"photograph": name, **compare(run, name, folder), **facts(run, options)}


def learn_from_others(half: Sequence[str], place: Path, options: argparse.Namespace) -> RunFolder:
    """Return a run that was trained on half of the photographs and the textures."""
    run = RunFolder(place / "run")
    if run.path.is_dir():
        return resume_run(run, tell=print)
    for name in (*half, *TEXTURES):
        write_image_file(place / "photos" / f"{name}.png", photograph(name))
    asked = Experiment(
        data=str(place / "photos"),
        corruption=f"gaussian:{NOISE}",
        plan=TrainingPlan(minutes=options.minutes, seed=options.seed),
    )
    return run_experiment(asked, run.path, tell=print)


def compare(run: RunFolder, name: str, folder: Path) -> Mapping[str, float]:
    """Return the PSNR of a photograph, of the filters at their best, and of the model."""
    done = folder / f"denoised-by-{run.path.parent.name}"
    clean, seen = photograph(name), noisy(name)
    source = folder / "noisy" / f"{name}.png"
    write_image_file(source, seen, bits=16)
    start = time.perf_counter()
    denoise_files(run, [source], done)
    seconds = time.perf_counter() - start
    restored = read_image_file(done / f"{name}.png")
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
    # Some filters leave the axis of channels out.
    values = np.clip(image, 0.0, 1.0).astype(np.float32).reshape(clean.shape)
    mse = mean_squared_errors(clean[None], values[None])[0]
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
