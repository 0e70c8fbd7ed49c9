"""``hourglass export --from-keras``: a model that Keras saved as a bundle."""

from pathlib import Path

from hourglass.bundles import import_keras, save_bundle
from hourglass.bundles.saving import require_new_bundle
from hourglass.cli.libraries import prepare_keras
from hourglass.cli.output import teller


def bundle_keras_file(
    file: Path,
    output: Path,
    *,
    image_shape: tuple[int, int, int] | None,
    code: str | None,
    corruption: str | None,
    debug: bool = False,
) -> str:
    """Write the model of a ``.keras`` file as a bundle, and return a line that tells what it is.

    How the file is read is told on standard error.
    """
    require_new_bundle(output)
    prepare_keras(debug=debug)
    model, spec = import_keras(
        file, image_shape=image_shape, code=code, corruption=corruption, tell=teller(quiet=False)
    )
    save_bundle(model, spec, output)
    height, width, channels = spec.image_shape
    found = "no code" if spec.layers is None or spec.layers.code is None else spec.layers.code
    kind = f"code: {found}" if found != "no code" else "no code; --code LAYER names one"
    return f"{output}: images of {height}×{width}×{channels} with values from 0 to 1 ({kind})"
