"""``hourglass export --from-keras``: a model that Keras saved as a bundle."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Group, Parameter

from hourglass.bundles import import_keras, save_bundle
from hourglass.bundles.saving import require_new_bundle
from hourglass.cli.libraries import prepare_keras
from hourglass.cli.output import teller
from hourglass.errors import ConfigurationError
from hourglass.records import ModelSpec

_KERAS: Final = Group("A model of Keras", sort_key=1)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True, slots=True)
class KerasOptions:
    """What is said of a model that Keras saved."""

    from_keras: Annotated[
        Path | None,
        Parameter(group=_KERAS, help="A .keras file of Keras 3, in place of a run."),
    ] = None
    image_shape: Annotated[
        tuple[int, int, int] | None,
        Parameter(
            group=_KERAS,
            negative=(),
            help="Height, width, channels, where the file does not say them: 28 28 1.",
        ),
    ] = None
    code: Annotated[
        str | None,
        Parameter(
            group=_KERAS,
            help="The layer whose output is the code, by its name; by default the end of the "
            "encoder, where the model is an encoder and a decoder.",
        ),
    ] = None
    corruption: Annotated[
        str | None,
        Parameter(
            group=_KERAS,
            help="What the model was trained to undo, such as gaussian:0.2; then it denoises.",
        ),
    ] = None

    def require_none(self) -> None:
        """Refuse options that say something of a file where there is none."""
        for name in ("image_shape", "code", "corruption"):
            if getattr(self, name) is not None:
                raise ConfigurationError(
                    f"--{name.replace('_', '-')} says something of a .keras file; "
                    "--from-keras FILE is missing."
                )


def bundle_keras_file(options: KerasOptions, output: Path, *, debug: bool = False) -> str:
    """Write the model of a ``.keras`` file as a bundle, and return a line that tells of it.

    How the file is read is told on standard error.
    """
    require_new_bundle(output)
    prepare_keras(debug=debug)
    model, spec = import_keras(
        Path(str(options.from_keras)),
        image_shape=options.image_shape,
        code=options.code,
        corruption=options.corruption,
        tell=teller(quiet=False),
    )
    save_bundle(model, spec, output)
    return _told(output, spec)


def _told(output: Path, spec: ModelSpec) -> str:
    shape = "×".join(map(str, spec.image_shape))
    code = None if spec.layers is None else spec.layers.code
    task = "reconstruct" if spec.corruption is None else "denoise"
    found = "no code (--code LAYER names one)" if code is None else f"its code is {code}"
    return (
        f"{output}: a model of images of {shape} with values from 0 to 1; {found}. "
        f"`hourglass {task} {output} IN… --output OUT` takes it."
    )
