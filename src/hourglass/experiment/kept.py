"""What baselines found, kept for the next run under a name that changes with its causes."""

import hashlib
import json
from collections.abc import Callable
from functools import cache
from importlib import import_module, metadata
from pathlib import Path
from typing import Any, Final, final

from numpy.typing import NDArray

from hourglass.baselines import ArrayCache
from hourglass.errors import WriteError
from hourglass.files import cache_folder
from hourglass.images import Splits

# The results follow from these alone, so a change of any of them asks for a new fit.
_CODE: Final = ("hourglass.baselines", "hourglass.corruption", "hourglass.evaluation")
_LIBRARIES: Final = ("numpy", "pywavelets", "scikit-image", "scikit-learn", "scipy")


@final
class KeptResults:
    """Results of baselines on one data set, in the cache.

    Parameters
    ----------
    splits
        What the baselines learn from and are measured on.
    tell
        Called with one line where results cannot be kept.
    """

    def __init__(self, splits: Splits, tell: Callable[[str], None]) -> None:
        self._splits, self._tell = splits, tell
        self._cache = ArrayCache(cache_folder("baselines"))
        self._told = False

    def key(self, what: str, *causes: Any) -> str:
        """Return a name that changes with the data, the code and the causes, as JSON has them."""
        words = json.dumps(
            [*causes, self._splits.fingerprint, self._splits.split_hash, code_fingerprint()]
        )
        return f"{what}-{hashlib.sha256(words.encode()).hexdigest()[:32]}"

    def load(self, key: str) -> dict[str, NDArray[Any]] | None:
        """Return what was kept under a name, ``None`` where nothing was."""
        return self._cache.load(key)

    def store(self, key: str, arrays: dict[str, NDArray[Any]]) -> None:
        """Keep arrays under a name; tell once where that cannot be."""
        try:
            self._cache.store(key, arrays)
        except WriteError as error:
            # The run is not worse for it; the next one only takes longer.
            if not self._told:
                self._tell(f"Baselines are not kept for the next run: {error}")
            self._told = True


@cache
def code_fingerprint() -> str:
    """Return what changes with the code and the libraries that baselines are computed with."""
    digest = hashlib.sha256()
    for library in _LIBRARIES:
        digest.update(f"{library} {metadata.version(library)}\n".encode())
    for room in _CODE:
        folder = Path(str(import_module(room).__file__)).parent
        for path in sorted(folder.glob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
