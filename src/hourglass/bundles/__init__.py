"""A model on disk: a description in a closed vocabulary, and numbers.

Importing this room loads no Keras, and neither does refusing a file.
"""

from hourglass.bundles.bundle_file import BundleFile
from hourglass.bundles.exporting import export_model
from hourglass.bundles.finding import find_model, require_run
from hourglass.bundles.loading import load_classifier, load_model
from hourglass.bundles.reading import BUNDLE_SUFFIX
from hourglass.bundles.saving import save_bundle, save_model

__all__ = [
    "BUNDLE_SUFFIX",
    "BundleFile",
    "export_model",
    "find_model",
    "load_classifier",
    "load_model",
    "require_run",
    "save_bundle",
    "save_model",
]
