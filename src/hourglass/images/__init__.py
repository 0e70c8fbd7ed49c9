"""The material: images in one canonical form, from names, folders and files.

>>> splits = load_splits("digits", seed=7)
>>> len(splits.train), len(splits.validation), len(splits.test)
(1437, 180, 180)
"""

from hourglass.images.decode import image_bits, read_image_file, write_image_file
from hourglass.images.facts import DataFacts, describe, fetch, places
from hourglass.images.load import load_images, load_splits
from hourglass.images.lookup import Place
from hourglass.images.memory import ArrayImages
from hourglass.images.paired import PairedImages
from hourglass.images.promise import Images
from hourglass.images.split import DataSet, Splits, split_images

__all__ = [
    "ArrayImages",
    "DataFacts",
    "DataSet",
    "Images",
    "PairedImages",
    "Place",
    "Splits",
    "describe",
    "fetch",
    "image_bits",
    "load_images",
    "load_splits",
    "places",
    "read_image_file",
    "split_images",
    "write_image_file",
]
