"""Sides of the throughput benchmark on PyTorch: the same layers, eager and compiled."""

import itertools
import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

from hourglass.records import NETWORK_DEFAULTS
from throughput_cases import RATE, Case, Material, NetworkName


class Residual(nn.Module):
    """Add what two convolutions find."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = _convolution(width, width), _convolution(width, width)

    def forward(self, maps: Any) -> Any:
        """Return maps of the same shape."""
        return maps + self.second(nn.functional.silu(self.first(maps)))


class UNet(nn.Module):
    """Hourglass' default denoiser."""

    def __init__(self, first: int, second: int) -> None:
        super().__init__()
        self.down_1 = nn.Sequential(nn.Conv2d(1, first, 2, 2), Residual(first))
        blocks = (Residual(second), Residual(second))
        self.down_2 = nn.Sequential(nn.Conv2d(first, second, 2, 2), *blocks)
        self.up = nn.ConvTranspose2d(second, first, 2, 2)
        self.block = Residual(first)
        self.correction = nn.ConvTranspose2d(first, 1, 2, 2)

    def forward(self, images: Any) -> Any:
        """Return images plus a correction."""
        half = self.down_1(images)
        return images + self.correction(self.block(self.up(self.down_2(half)) + half))


class Torch:
    """A loop in Python over batches gathered in memory, channels last, fused Adam."""

    def __init__(self, case: Case, material: Material, compiled: bool = False) -> None:
        torch.manual_seed(0)
        torch.set_num_threads(os.cpu_count() or 1)
        self._case = case
        network = _network(case.network).to(memory_format=torch.channels_last)
        self._network = network
        self._adam = torch.optim.Adam(network.parameters(), RATE, eps=1e-7, fused=True)
        self._loss: Callable[..., Any] = self._forward
        if compiled:
            self._loss = torch.compile(self._forward)
        self._images = _channels_first(material.train.read_all())
        self._pair = _channels_first(material.seen), _channels_first(material.clean)
        self._order: list[Any] = []
        self.parameters = sum(weight.numel() for weight in network.parameters())

    def train(self, steps: int) -> float:
        """Train for some steps and return their seconds."""
        start = time.perf_counter()
        for _ in range(steps):
            self._step(self._images[self._rows()])
        return time.perf_counter() - start

    def mse(self) -> float:
        """Return the squared error on the frozen pairs."""
        with torch.no_grad():
            return float(self._forward(*self._pair))

    def _step(self, clean: Any) -> None:
        seen = clean
        if self._case.noise:
            seen = (clean + self._case.noise * torch.randn_like(clean)).clamp_(0.0, 1.0)
        self._adam.zero_grad(set_to_none=True)
        self._loss(seen, clean).backward()
        self._adam.step()

    def _forward(self, seen: Any, clean: Any) -> Any:
        return nn.functional.mse_loss(self._network(seen), clean)

    def _rows(self) -> Any:
        if not self._order:
            order = torch.randperm(len(self._images)).split(self._case.batch_size)
            self._order = list(order[: len(self._images) // self._case.batch_size])
        return self._order.pop()


def _channels_first(images: np.ndarray[Any, Any]) -> Any:
    tensor = torch.from_numpy(images).permute(0, 3, 1, 2)
    return tensor.contiguous(memory_format=torch.channels_last)


def _network(name: NetworkName) -> nn.Module:
    options = NETWORK_DEFAULTS[name]
    if name == "dense":
        return _dense((784, *options.units, options.latent_dim or 0))
    first, second = options.units
    if name == "unet":
        return UNet(first, second)
    return _pooling(first, second) if name == "pooling" else _strided(first, second)


def _dense(widths: tuple[int, ...]) -> nn.Module:
    widths = (*widths, *reversed(widths[:-1]))
    parts: list[nn.Module] = [nn.Flatten()]
    for before, after in itertools.pairwise(widths):
        parts += [nn.Linear(before, after), nn.ReLU()]
    return nn.Sequential(*parts[:-1], nn.Sigmoid(), nn.Unflatten(1, (1, 28, 28)))


def _pooling(first: int, second: int) -> nn.Module:
    return nn.Sequential(
        *(_convolution(1, first), nn.ReLU(), nn.MaxPool2d(2)),
        *(_convolution(first, second), nn.ReLU(), nn.MaxPool2d(2)),
        *(_convolution(second, second), nn.ReLU(), nn.Upsample(scale_factor=2)),
        *(nn.ConvTranspose2d(second, second, 3, padding=1), nn.ReLU(), nn.Upsample(scale_factor=2)),
        *(nn.ConvTranspose2d(second, 1, 3, padding=1), nn.Sigmoid()),
    )


def _strided(first: int, second: int) -> nn.Module:
    return nn.Sequential(
        *(_convolution(1, first, 2), nn.ReLU(), _convolution(first, second, 2), nn.ReLU()),
        *(nn.ConvTranspose2d(second, second, 3, 2, 1, output_padding=1), nn.ReLU()),
        *(nn.ConvTranspose2d(second, first, 3, 2, 1, output_padding=1), nn.ReLU()),
        *(_convolution(first, 1), nn.Sigmoid()),
    )


def _convolution(before: int, after: int, stride: int = 1) -> nn.Module:
    return nn.Conv2d(before, after, 3, stride, padding=1)
