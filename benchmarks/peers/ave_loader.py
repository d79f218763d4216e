# SPDX-License-Identifier: MIT
"""Batches of a data set in AVE's HDF5 format, as PyTorch users load them: a DataLoader with one reading process."""

from __future__ import annotations

import pathlib
from collections.abc import Iterable

import h5py
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

Batches = Iterable[tuple[Tensor, Tensor, Tensor]]


class Ave(Dataset):
    """The training split: audio [10,128], visual [10,7,7,512] and classes [10] of a video."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        with h5py.File(folder / "train_order.h5") as file:
            self.rows = file["order"][:]
        with h5py.File(folder / "right_labels.h5") as file:
            self.classes = torch.from_numpy(file["avadataset"][:].argmax(axis=-1))
        self.files: tuple[h5py.Dataset, h5py.Dataset] | None = None  # opened in the worker, where they are read

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor, Tensor]:
        if self.files is None:
            names = ("audio_feature.h5", "visual_feature.h5")
            self.files = tuple(h5py.File(self.folder / name)["avadataset"] for name in names)
        row = self.rows[index]
        audio, visual = (torch.from_numpy(file[row].astype(np.float32)) for file in self.files)
        return audio, visual, self.classes[row]


def batches(folder: pathlib.Path, size: int) -> Batches:
    """Shuffled again for each pass; the last partial batch is dropped. One process reads, like one thread in vscg."""
    return DataLoader(Ave(folder), size, shuffle=True, drop_last=True, num_workers=1, persistent_workers=True)
