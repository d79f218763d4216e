# SPDX-License-Identifier: MIT
"""PyTorch's side of learning.py: trains VSCG on a data set in AVE's format as ave_train does under its clean protocol.

learn_torch.py DATA fully|weakly --epochs E --batch B --learning-rate R --seed S
    prints one JSON line per epoch: loss, validation_accuracy, test_accuracy
learn_torch.py DATA fully|weakly --weights FILE
    trains nothing and prints one line with the accuracies of these weights

Initial weights, order and dropout are PyTorch's own, unless --initial, --vscg-order and --vscg-masks replace them by
vscg's: with all three, the losses are those of ave_train with the same seed. It uses one thread.
"""

from __future__ import annotations

import argparse
import json
import pathlib

import h5py
import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

import vscg_draws
from vscg import BACKGROUND, VSCG, negative_pair_filter_loss
from vscg_weakly import VSCGWeakly, smooth_loss

AT_ONCE = 16  # videos in a batch of an evaluation
RELEVANCE = 0.7  # a segment is background when sigmoid(relevance) is not above it


def read(folder: pathlib.Path, name: str, rows: np.ndarray | slice = np.s_[:], key: str = "avadataset") -> Tensor:
    """Rows of the array in a file, as stored; their numbers must increase."""
    with h5py.File(folder / f"{name}.h5") as file:
        return torch.from_numpy(file[key][rows])


class Videos:
    """Videos in memory, features as stored, with their targets: class [N,10] or tag [N,29]."""

    def __init__(self, folder: pathlib.Path, order: str, *, tags: bool) -> None:
        rows = read(folder, f"{order}_order", key="order").numpy()
        increasing = np.sort(rows)
        names = ("audio_feature", "visual_feature", "prob_label" if tags else "right_labels")
        arrays = (read(folder, name, increasing)[np.searchsorted(increasing, rows)] for name in names)
        self.audio, self.visual, target = arrays
        self.target = target.to(torch.get_default_dtype()) if tags else target.argmax(dim=-1)

    def append_noisy(self, folder: pathlib.Path) -> None:
        """Appends the background videos of weak training."""
        self.audio = torch.cat([self.audio, read(folder, "audio_feature_noisy")])
        self.visual = torch.cat([self.visual, read(folder, "visual_feature_noisy")])
        self.target = torch.cat([self.target, read(folder, "labels_noisy").to(self.target)])

    def __len__(self) -> int:
        return len(self.target)

    def __getitem__(self, rows: Tensor | slice) -> tuple[Tensor, Tensor, Tensor]:
        dtype = torch.get_default_dtype()
        return self.audio[rows].to(dtype), self.visual[rows].to(dtype), self.target[rows]


def predict(outputs: tuple[Tensor, ...]) -> Tensor:
    """The class [B,10] of each segment."""
    if hasattr(outputs, "event_relevance"):
        category = outputs.event_category.argmax(dim=-1, keepdim=True)
        return torch.where(torch.sigmoid(outputs.event_relevance) > RELEVANCE, category, BACKGROUND)
    return outputs.segment_scores.argmax(dim=-1)


@torch.inference_mode()
def accuracy(network: nn.Module, videos: Videos) -> float:
    """Segments right / all segments."""
    network.eval()
    right = 0
    for first in range(0, len(videos), AT_ONCE):
        audio, visual, classes = videos[first : first + AT_ONCE]
        right += (predict(network(audio, visual)) == classes).sum().item()
    return right / videos.target.numel()


class Learner:
    """A network in training: its loss, its optimizer, and whose random draws it uses."""

    def __init__(self, network: nn.Module, options: argparse.Namespace) -> None:
        self.network, self.options = network, options
        self.loss_of = smooth_loss if options.setting == "weakly" else negative_pair_filter_loss
        self.masks = vscg_draws.give_masks(network, options.seed) if options.vscg_masks else []
        self.adam = torch.optim.Adam(network.parameters(), lr=options.learning_rate, fused=True)
        self.steps = 0

    def train_epoch(self, videos: Videos, epoch: int) -> float:
        """Shuffles, drops the last partial batch, trains, and returns the mean loss."""
        self.network.train()
        count, batch = len(videos), self.options.batch
        order = vscg_draws.order(count, self.options.seed, epoch) if self.options.vscg_order else torch.randperm(count)
        losses = [self._step(*videos[rows]) for rows in order.split(batch) if len(rows) == batch]
        return sum(losses) / len(losses)

    def _step(self, audio: Tensor, visual: Tensor, target: Tensor) -> float:
        for mask in self.masks:
            mask.begin(self.steps)
        self.adam.zero_grad()
        loss = self.loss_of(self.network(audio, visual), target)
        loss.backward()
        self.adam.step()
        self.steps += 1
        return loss.item()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("setting", choices=["fully", "weakly"])
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--learning-rate", type=float, default=3e-4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--weights", type=pathlib.Path)
    parser.add_argument("--precision", choices=["float", "double"], default="float")
    parser.add_argument("--initial", type=pathlib.Path, help="weights to start from, a safetensors file")
    parser.add_argument("--vscg-order", action="store_true", help="order videos as ave_train does with this seed")
    parser.add_argument("--vscg-masks", action="store_true", help="use the dropout masks of ave_train with this seed")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64 if options.precision == "double" else torch.float32)
    torch.manual_seed(options.seed)
    weakly = options.setting == "weakly"
    network = VSCGWeakly() if weakly else VSCG()
    validation, test = (Videos(options.data, part, tags=False) for part in ("val", "test"))

    def measure() -> dict[str, float]:
        return {"validation_accuracy": accuracy(network, validation), "test_accuracy": accuracy(network, test)}

    given = options.weights or options.initial
    if given:
        network.load_state_dict(load_file(given))
    if options.weights:
        print(json.dumps(measure()))
        return
    training = Videos(options.data, "train", tags=weakly)
    if weakly:
        training.append_noisy(options.data)
    learner = Learner(network, options)
    for epoch in range(1, options.epochs + 1):
        print(json.dumps({"loss": learner.train_epoch(training, epoch), **measure()}), flush=True)


if __name__ == "__main__":
    main()
