"""Published data sets by name: found on this machine, or fetched."""

from pathlib import Path
from typing import NoReturn

from hourglass.errors import FetchError
from hourglass.files import cache_folder
from hourglass.images.catalog import FASHION_MNIST, MNIST, Publication
from hourglass.images.download import Progress, download, mirrors_of
from hourglass.images.idx import data_set_of
from hourglass.images.lookup import Contents, Place, search
from hourglass.images.split import DataSet

PUBLICATIONS = {publication.name: publication for publication in (FASHION_MNIST, MNIST)}


def load_fashion_mnist(data_dir: Path | None = None, offline: bool = False) -> DataSet:
    """Load Fashion-MNIST: 60,000 + 10,000 pictures of clothing, 28×28 (Xiao et al. 2017).

    Parameters
    ----------
    data_dir
        A folder to look into before all others.
    offline
        Never download.

    Raises
    ------
    FetchError
        If it is nowhere on this machine and could not be fetched.
    """
    return _load(FASHION_MNIST, data_dir, offline)


def load_mnist(data_dir: Path | None = None, offline: bool = False) -> DataSet:
    """Load MNIST: 60,000 + 10,000 handwritten digits, 28×28 (LeCun et al. 1998).

    Parameters
    ----------
    data_dir
        A folder to look into before all others.
    offline
        Never download.

    Raises
    ------
    FetchError
        If it is nowhere on this machine and could not be fetched.
    """
    return _load(MNIST, data_dir, offline)


def places_of(publication: Publication, data_dir: Path | None) -> tuple[Place, ...]:
    """Return every place where a data set may be, on this machine and then beyond."""
    here = (place for place, _ in search(publication, data_dir))
    beyond = (
        Place(
            location=url,
            kind="mirror",
            found=False,
            reason="asked when the data set is nowhere on this machine",
        )
        for url in mirrors_of(publication)
    )
    return (*here, *beyond)


def find_or_fetch(
    publication: Publication,
    data_dir: Path | None,
    *,
    offline: bool = False,
    progress: Progress | None = None,
) -> tuple[str, Contents]:
    """Return where a data set lies and the checked contents of its files.

    Raises
    ------
    FetchError
        If it is nowhere on this machine and could not be fetched; every place is named.
    """
    looked_at: list[Place] = []
    for place, contents in search(publication, data_dir):
        if contents is not None:
            return place.location, contents
        looked_at.append(place)
    if offline:
        _give_up(publication, looked_at, "nothing was downloaded, because offline was asked for")
    try:
        contents = download(publication, progress)
    except FetchError as error:
        _give_up(publication, looked_at, f"downloading failed: {error}", error)
    return str(cache_folder(publication.name)), contents


def _load(publication: Publication, data_dir: Path | None, offline: bool) -> DataSet:
    source, contents = find_or_fetch(publication, data_dir, offline=offline)
    return data_set_of(
        contents, name=publication.name, source=source, class_names=publication.class_names
    )


def _give_up(
    publication: Publication,
    looked_at: list[Place],
    beyond: str,
    cause: Exception | None = None,
) -> NoReturn:
    name = publication.name
    install = publication.debian_package
    raise FetchError(
        f"{name} was not found in {', '.join(map(str, looked_at))}; {beyond}. "
        f"Fetch it with `hourglass data fetch {name}`"
        + (f", install it with `apt-get install {install}`," if install else ",")
        + f" or give --data-dir a folder that holds {name}/."
    ) from cause
