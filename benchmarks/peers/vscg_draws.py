# SPDX-License-Identifier: MIT
"""vscg's random draws for PyTorch: the order of videos and the dropout masks that ave_train has with a seed.

Both are functions of where they are used, by Philox4x32-10: core/random.hpp, train/ave/protocol.hpp, ops/dropout.hpp.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

WORD = (1 << 32) - 1
LONG = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15


def fnv1a(text: str) -> int:
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001B3) & LONG
    return value


def philox(counter: list[np.ndarray | int], key: int) -> list[np.ndarray]:
    """Four words for each of many counters; the counters are four arrays (or numbers) of words."""
    c = list(np.broadcast_arrays(*(np.asarray(part, np.uint64) for part in counter)))
    low, shift = np.uint64(WORD), np.uint64(32)
    k0, k1 = key & WORD, key >> 32
    for _ in range(10):
        p0, p1 = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [(p1 >> shift) ^ c[1] ^ np.uint64(k0), p1 & low, (p0 >> shift) ^ c[3] ^ np.uint64(k1), p0 & low]
        k0, k1 = (k0 + 0x9E3779B9) & WORD, (k1 + 0xBB67AE85) & WORD
    return c


def order(videos: int, seed: int, epoch: int) -> Tensor:
    """The order of the training videos in an epoch, which counts from 1."""
    left = np.arange(videos, 1, -1)
    words = philox([left, 0, epoch, 0], seed ^ (fnv1a("train/order") * GOLDEN & LONG))
    places = np.arange(videos)
    for last, pick in zip(left, (words[1] * left.astype(np.uint64)) >> np.uint64(32), strict=True):
        places[[last - 1, int(pick)]] = places[[int(pick), last - 1]]
    return torch.from_numpy(places)


class Mask(nn.Module):
    """Replaces a dropout layer; its path in the network, the step and the number of its use decide what it drops."""

    def __init__(self, path: str, rate: float, seed: int) -> None:
        super().__init__()
        self.rate, self.key = rate, (seed * GOLDEN & LONG) ^ fnv1a(path)
        self.step = self.use = 0

    def begin(self, step: int) -> None:
        self.step, self.use = step, 0

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        places, elements = len(x), x[0].numel()
        counters, items = np.arange((elements + 3) // 4)[None], np.arange(places)[:, None]
        words = np.stack(philox([counters, items, self.step, self.use], self.key), axis=-1).reshape(places, -1)
        self.use += 1
        kept = torch.from_numpy(words[:, :elements] >= np.uint64(int(self.rate * 2**32))).view(x.shape)
        return torch.where(kept, x * (1 / (1 - self.rate)), 0)


def give_masks(network: nn.Module, seed: int) -> list[Mask]:
    """Replaces every dropout layer by a mask."""
    masks = []
    for path, layer in list(network.named_modules()):
        if isinstance(layer, nn.Dropout):
            masks.append(Mask(path, layer.p, seed))
            network.set_submodule(path, masks[-1])
    return masks
