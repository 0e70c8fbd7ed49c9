"""What a model file tells of its model, as lines and as JSON."""

from hourglass.bundles import BundleFile
from hourglass.cli.output import print_json, print_line
from hourglass.cli.telling import tell_scores
from hourglass.cli.telling_classes import tell_classification, tell_temperature
from hourglass.cli.telling_estimates import tell_estimates
from hourglass.records import FILES, ModelCard, ModelSpec, to_json

_CHANNELS = {1: "gray", 2: "gray with alpha", 3: "RGB", 4: "RGB with alpha"}


def tell_card(file: BundleFile, *, json: bool) -> None:
    """Print what a model file tells: the model, its data, its training and its scores."""
    description = file.description
    if json:
        print_json(to_json(description))
        return
    print_line(f"{file.path}: {_model_name(file)}, {_input(description.spec)}.")
    for dtype, value_range in sorted(description.preprocessing.ranges.items()):
        print_line(f"black and white: {value_range.rounded} ({dtype})")
    card = description.card
    if card is None:
        print_line("It holds the model alone and tells nothing of its training or its data.")
        return
    _tell_origin(card)
    if card.scores is not None:
        tell_scores(card.scores, json=False)
    if card.classification is not None:
        tell_classification(card.classification, json=False)
    if card.calibration is not None:
        tell_temperature(card.calibration.scaling)
    if card.estimates is not None:
        tell_estimates(card.estimates, json=False)


def _model_name(file: BundleFile) -> str:
    layers = file.description.spec.layers
    if layers is None:
        return file.read_experiment().model_name
    code = "without a code" if layers.code is None else f"with the code {layers.code}"
    return f"{len(layers.nodes)} layers that came from Keras, {code}"


def _input(spec: ModelSpec) -> str:
    height, width, channels = spec.image_shape
    size = "any size" if height is None or width is None else f"{height}×{width}"
    undone = "" if spec.corruption is None else f", trained to undo {_noise(spec.corruption)}"
    return f"for {_CHANNELS[channels]} images of {size}{undone}"


def _noise(corruption: str) -> str:
    return "the noise of files" if corruption == FILES else corruption


def _tell_origin(card: ModelCard) -> None:
    data, training = card.data, card.training
    images = ", ".join(f"{count:,} {split}" for split, count in data.images_by_split.items())
    print_line(f"data: {data.name} ({images}), SHA-256 {data.fingerprint}")
    if data.class_names:
        print_line(f"classes: {', '.join(data.class_names)}")
    versions = training.environment.versions
    backend = training.environment.backend
    print_line(
        f"trained: started {training.started}, {training.steps:,} steps, "
        f"{training.parameters:,} parameters, on {backend} {versions.get(backend, '')}".rstrip()
    )
    print_line(f"again: {training.experiment.command()}")
