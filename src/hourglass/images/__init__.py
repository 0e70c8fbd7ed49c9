"""The material: images in one canonical form, from names, folders and files.

>>> splits = load_splits("digits", seed=7)
>>> len(splits.train), len(splits.validation), len(splits.test)
(1437, 180, 180)
"""

from hourglass.images.bands import BandImages
from hourglass.images.decode import (
    IMAGE_EXTENSIONS,
    image_bits,
    read_image_file,
    write_image_file,
)
from hourglass.images.exif import as_stored, upright
from hourglass.images.facts import DataFacts, describe, fetch, places
from hourglass.images.files import FileImages
from hourglass.images.folder import load_folder
from hourglass.images.form import FileForm
from hourglass.images.given import GivenFiles, GivenImage, ModelForm
from hourglass.images.image_file import (
    ImageFile,
    OpenImageFile,
    conversion_note,
    load_image_file,
    open_image_file,
    save_image_file,
    target_name,
)
from hourglass.images.load import load_images, load_splits
from hourglass.images.lookup import Place
from hourglass.images.memory import ArrayImages
from hourglass.images.paired import PairedImages
from hourglass.images.patches import PatchImages
from hourglass.images.promise import Images
from hourglass.images.reader import MOST_PIXELS
from hourglass.images.split import DataSet, Splits, classes_not_everywhere, split_images
from hourglass.images.thumbnail import (
    THUMBNAIL_SIDE,
    decode_thumbnail,
    encode_thumbnail,
    recompressed,
)
from hourglass.images.value_range import RangeScan

__all__ = [
    "IMAGE_EXTENSIONS",
    "MOST_PIXELS",
    "THUMBNAIL_SIDE",
    "ArrayImages",
    "BandImages",
    "DataFacts",
    "DataSet",
    "FileForm",
    "FileImages",
    "GivenFiles",
    "GivenImage",
    "ImageFile",
    "Images",
    "ModelForm",
    "OpenImageFile",
    "PairedImages",
    "PatchImages",
    "Place",
    "RangeScan",
    "Splits",
    "as_stored",
    "classes_not_everywhere",
    "conversion_note",
    "decode_thumbnail",
    "describe",
    "encode_thumbnail",
    "fetch",
    "image_bits",
    "load_folder",
    "load_image_file",
    "load_images",
    "load_splits",
    "open_image_file",
    "places",
    "read_image_file",
    "recompressed",
    "save_image_file",
    "split_images",
    "target_name",
    "upright",
    "write_image_file",
]
