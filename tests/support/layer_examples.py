"""Layers of every kind; a new one joins by a line in ``LAYERS``."""

from hourglass.records import LayerGraph, checked

SLIDING = {"kernel_size": (3, 2), "strides": (2, 2), "padding": "same"}
LAYERS = [
    ("Activation", {"activation": "mish"}),
    ("Add", {}),
    ("Average", {}),
    ("AveragePooling2D", {"pool_size": (3, 2), "strides": (2, 1)}),
    ("BatchNormalization", {}),
    ("BatchNormalization", {"scale": False}),
    ("Concatenate", {}),
    ("Conv2D", {"filters": 4, **SLIDING}),
    ("Conv2D", {"filters": 3, "kernel_size": (3, 2), "strides": (2, 3), "use_bias": False}),
    ("Conv2D", {"filters": 6, "kernel_size": (2, 2), "dilation_rate": (2, 3), "groups": 3}),
    ("Conv2DTranspose", {"filters": 4, **SLIDING}),
    ("Conv2DTranspose", {"filters": 2, "kernel_size": (4, 2), "strides": (2, 3)}),
    ("Cropping2D", {"cropping": ((1, 0), (2, 1))}),
    ("Dense", {"units": 5, "activation": "softmax"}),
    ("DepthwiseConv2D", {"depth_multiplier": 2, **SLIDING}),
    ("Dropout", {"rate": 0.5}),
    ("ELU", {"alpha": 0.5}),
    ("Flatten", {}),
    ("GaussianDropout", {"rate": 0.5}),
    ("GaussianNoise", {"stddev": 0.1}),
    ("GlobalAveragePooling2D", {}),
    ("GlobalMaxPooling2D", {"keepdims": True}),
    ("LayerNormalization", {"center": False}),
    ("LeakyReLU", {"negative_slope": 0.1}),
    ("MaxPooling2D", {"pool_size": (2, 2), "strides": (2, 2), "padding": "same"}),
    ("Maximum", {}),
    ("Multiply", {}),
    ("PReLU", {"shared_axes": (1, 2)}),
    ("PReLU", {}),
    ("ReLU", {"max_value": 0.8, "negative_slope": 0.1, "threshold": 0.2}),
    ("Rescaling", {"scale": 2.0, "offset": -1.0}),
    ("Reshape", {"target_shape": (21, 5)}),
    ("SeparableConv2D", {"filters": 4, "depth_multiplier": 2, **SLIDING}),
    ("Softmax", {}),
    ("SpatialDropout2D", {"rate": 0.5}),
    ("Subtract", {}),
    ("UpSampling2D", {"size": (2, 3), "interpolation": "bilinear"}),
    ("ZeroPadding2D", {"padding": ((1, 0), (2, 1))}),
]
MERGING = {"Add", "Average", "Concatenate", "Maximum", "Multiply", "Subtract"}
SHAPE = (7, 5, 3)


def graph_of(*layers: tuple[str, dict], code: str | None = None) -> LayerGraph:
    """Return layers one after the other, ``layer_1`` first; what merges takes the images too."""
    nodes, before = [], "images"
    for number, (kind, options) in enumerate(layers, start=1):
        taken = ("images", before) if kind in MERGING else (before,)
        before = f"layer_{number}"
        nodes.append({"name": before, "layer": {"kind": kind, **options}, "inputs": taken})
    return checked(LayerGraph, {"nodes": nodes, "code": code}, "the test")
