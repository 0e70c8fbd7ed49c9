"""The machine and the libraries under a run, read without importing any of them."""

import os
import platform
from importlib import metadata
from pathlib import Path

from hourglass.records import Environment

_LIBRARIES = (
    "hourglass-autoencoders",
    "keras",
    "tensorflow",
    "tensorflow-cpu",
    "jax",
    "torch",
    "numpy",
    "scipy",
    "scikit-image",
    "scikit-learn",
)
# What oneDNN, Eigen and XLA read when they choose kernels and split work over threads.
_SETTINGS = (
    "JAX_DEFAULT_MATMUL_PRECISION",
    "JAX_ENABLE_X64",
    "ONEDNN_MAX_CPU_ISA",
    "OMP_NUM_THREADS",
    "TF_ENABLE_ONEDNN_OPTS",
    "TF_NUM_INTEROP_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_XLA_FLAGS",
    "XLA_FLAGS",
)
_FEATURES = ("avx", "avx2", "fma", "avx512f", "avx512_bf16", "avx512_vnni", "amx_tile", "neon")


def read_environment(backend: str, device: str = "unknown") -> Environment:
    """Return what this process runs on.

    Parameters
    ----------
    backend
        Keras' backend, as the caller knows it.
    device
        What the backend computes on, likewise.
    """
    processor = _processor_facts()
    flags = processor.get("flags", processor.get("Features", "")).split()
    return Environment(
        versions={"python": platform.python_version(), **_versions()},
        backend=backend,
        device=device,
        system=f"{platform.system()} {platform.machine()}",
        processor=processor.get("model name") or platform.processor() or "unknown",
        processor_features=tuple(name for name in _FEATURES if name in flags),
        threads=available_processors(),
        settings={name: os.environ[name] for name in _SETTINGS if name in os.environ},
    )


def environment_changes(before: Environment, now: Environment) -> tuple[str, ...]:
    """Return what could make the same training give other bytes, a phrase each.

    Parameters
    ----------
    before, now
        Two environments, the older one first.
    """
    then, here = _facts(before), _facts(now)
    return tuple(
        f"{name} was {then.get(name, 'not there')} and is {here.get(name, 'not there')}"
        for name in sorted(then.keys() | here.keys())
        if then.get(name) != here.get(name)
    )


def _facts(environment: Environment) -> dict[str, str]:
    """Return an environment as words, by what they tell."""
    return {
        "backend": environment.backend,
        "device": environment.device,
        "processor": environment.processor,
        "processor features": " ".join(environment.processor_features),
        "system": environment.system,
        "thread count": str(environment.threads),
        **environment.versions,
        **environment.settings,
    }


def available_processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _versions() -> dict[str, str]:
    found = {}
    for library in _LIBRARIES:
        try:
            found[library] = metadata.version(library)
        except metadata.PackageNotFoundError:
            continue
    return found


def _processor_facts() -> dict[str, str]:
    # Linux alone tells the vector instructions in a file; elsewhere the list stays empty.
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    first = text.split("\n\n", maxsplit=1)[0]
    pairs = (line.split(":", maxsplit=1) for line in first.splitlines() if ":" in line)
    return {key.strip(): value.strip() for key, value in pairs}
