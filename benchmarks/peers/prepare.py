# SPDX-License-Identifier: MIT
"""Writes what all peers read: weights, ONNX files, inputs, a data set.

prepare.py FOLDER VIDEOS PROGRAMS   VIDEOS: training videos of the data set `ave`, or 0. PROGRAMS: where ave_export is

The network's ONNX file comes from ave_export, that of ESCM alone from PyTorch's export.

This is its own process, so that compare.py, which measures others, stays small.
"""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys

import h5py
import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from vscg import BACKGROUND, CATEGORIES, THRESHOLD, VSCG

VIDEOS = 402  # AVE's test split
ESCM_OUTPUTS = ("escm.audio", "escm.visual")
#: Tells ave_export which network the weights belong to.
METADATA = {
    "vscg.version": "0.1.0", "vscg.network": "vscg", "vscg.form": "released", "vscg.setting": "fully",
    "vscg.categories": json.dumps([f"category {c}" for c in range(CATEGORIES)]),
    "vscg.relevance_threshold": "0.7", "vscg.tau": str(THRESHOLD),
}  # fmt: skip


def features(random: np.random.Generator, *shape: int) -> np.ndarray:
    """Half of the numbers are 0, as after a relu."""
    return np.maximum(0, random.uniform(-2, 2, shape)).astype(np.float32)


def some_classes(random: np.random.Generator, videos: int) -> np.ndarray:
    """[videos,10]: one event each, somewhere; every tenth video has none."""
    classes = np.full((videos, 10), BACKGROUND)
    for row in range(videos):
        if row % 10:
            start = random.integers(0, 10)
            classes[row, start : random.integers(start + 1, 11)] = random.integers(CATEGORIES)
    return classes


def write_inputs(folder: pathlib.Path) -> None:
    random = np.random.default_rng(1)
    np.save(folder / "audio.npy", features(random, VIDEOS, 10, 128))
    np.save(folder / "visual.npy", features(random, VIDEOS, 10, 7, 7, 512))
    np.save(folder / "classes.npy", some_classes(random, VIDEOS).astype(np.float32))
    for name in ("audio", "visual"):
        np.save(folder / f"stream_{name}.npy", random.standard_normal((VIDEOS, 10, 256), np.float32))


def export(network: nn.Module, inputs: tuple[Tensor, ...], outputs: tuple[str, ...], path: pathlib.Path) -> None:
    batch = torch.export.Dim("videos")
    torch.onnx.export(
        network, inputs, path, dynamo=True, external_data=False, verbose=False,
        input_names=["audio", "visual"], output_names=list(outputs),
        dynamic_shapes={"audio": {0: batch}, "visual": {0: batch}},
    )  # fmt: skip


def write_networks(folder: pathlib.Path, programs: pathlib.Path) -> None:
    torch.manual_seed(1)
    network = VSCG().eval()
    weights = folder / "weights.safetensors"
    save_file(network.state_dict(), weights, METADATA)
    subprocess.run([programs / "ave_export", "--weights", weights, "--onnx", folder / "vscg.onnx"], check=True)
    export(network.escm, (torch.rand(2, 10, 256), torch.rand(2, 10, 256)), ESCM_OUTPUTS, folder / "escm.onnx")


def write_data(folder: pathlib.Path, videos: int) -> None:
    """AVE's files: contiguous arrays of float64. All videos are for training."""
    folder.mkdir(exist_ok=True)
    random = np.random.default_rng(2)

    def array(name: str, key: str, shape: tuple[int, ...], dtype: type) -> h5py.Dataset:
        return h5py.File(folder / f"{name}.h5", "w").create_dataset(key, shape, dtype)

    array("train_order", "order", (videos,), np.int64)[:] = np.arange(videos)
    classes = some_classes(random, videos)
    array("right_labels", "avadataset", (videos, 10, CATEGORIES + 1), np.int16)[:] = np.eye(CATEGORIES + 1)[classes]
    audio = array("audio_feature", "avadataset", (videos, 10, 128), np.float64)
    visual = array("visual_feature", "avadataset", (videos, 10, 7, 7, 512), np.float64)
    for row in range(videos):
        audio[row], visual[row] = features(random, 10, 128), features(random, 10, 7, 7, 512)


def main() -> None:
    folder, videos, programs = pathlib.Path(sys.argv[1]), int(sys.argv[2]), pathlib.Path(sys.argv[3])
    torch.set_num_threads(1)
    write_inputs(folder)
    write_networks(folder, programs)
    if videos:
        write_data(folder / "ave", videos)


if __name__ == "__main__":
    main()
