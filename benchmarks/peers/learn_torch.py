# SPDX-License-Identifier: MIT
"""PyTorch's side of learning.py: trains VSCG on a data set in AVE's format as ave_train does under its clean protocol.

learn_torch.py DATA fully|weakly --epochs E --batch B --learning-rate R --seed S
    prints a JSON line an epoch: loss, validation_accuracy, test_accuracy
learn_torch.py DATA fully|weakly --weights FILE
    trains nothing and prints one line with the accuracies of these weights

Initial weights, order and dropout are PyTorch's own. One thread, float32.
"""

from __future__ import annotations

import argparse
import json
import pathlib
from collections.abc import Callable

import h5py
import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from vscg import BACKGROUND, VSCG, negative_pair_filter_loss
from vscg_weakly import VSCGWeakly, smooth_loss

AT_ONCE = 16  # videos, where nothing is learnt
RELEVANCE = 0.7  # a segment is background when sigmoid(relevance) is not above it


def read(folder: pathlib.Path, name: str, rows: np.ndarray | slice = np.s_[:], key: str = "avadataset") -> Tensor:
    """Rows, which increase, of the array in a file, as stored."""
    with h5py.File(folder / f"{name}.h5") as file:
        return torch.from_numpy(file[key][rows])


class Videos:
    """Videos in memory, features as stored, with what they are to be: class [N,10] or tag [N,29]."""

    def __init__(self, folder: pathlib.Path, order: str, *, tags: bool) -> None:
        rows = np.sort(read(folder, f"{order}_order", key="order").numpy())
        self.audio, self.visual = read(folder, "audio_feature", rows), read(folder, "visual_feature", rows)
        target = read(folder, "prob_label" if tags else "right_labels", rows)
        self.target = target.float() if tags else target.argmax(dim=-1)

    def append_noisy(self, folder: pathlib.Path) -> None:
        """The background videos that weak training has behind its own."""
        self.audio = torch.cat([self.audio, read(folder, "audio_feature_noisy")])
        self.visual = torch.cat([self.visual, read(folder, "visual_feature_noisy")])
        self.target = torch.cat([self.target, read(folder, "labels_noisy").float()])

    def __len__(self) -> int:
        return len(self.target)

    def __getitem__(self, rows: Tensor | slice) -> tuple[Tensor, Tensor, Tensor]:
        return self.audio[rows].float(), self.visual[rows].float(), self.target[rows]


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


def train_epoch(network: nn.Module, loss_of: Callable[..., Tensor], adam: torch.optim.Adam, videos: Videos, batch: int) -> float:
    """Shuffled anew; the last partial batch is dropped. The mean loss."""
    network.train()
    losses = []
    for rows in torch.randperm(len(videos)).split(batch):
        if len(rows) < batch:
            break
        audio, visual, target = videos[rows]
        adam.zero_grad()
        loss = loss_of(network(audio, visual), target)
        loss.backward()
        adam.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("setting", choices=["fully", "weakly"])
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--learning-rate", type=float, default=3e-4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--weights", type=pathlib.Path)
    return parser.parse_args()


def main() -> None:
    options = arguments()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    weakly = options.setting == "weakly"
    network = VSCGWeakly() if weakly else VSCG()
    validation, test = (Videos(options.data, part, tags=False) for part in ("val", "test"))

    def measure() -> dict[str, float]:
        return {"validation_accuracy": accuracy(network, validation), "test_accuracy": accuracy(network, test)}

    if options.weights:
        network.load_state_dict(load_file(options.weights))
        print(json.dumps(measure()))
        return
    training = Videos(options.data, "train", tags=weakly)
    if weakly:
        training.append_noisy(options.data)
    adam = torch.optim.Adam(network.parameters(), lr=options.learning_rate, fused=True)
    for _ in range(options.epochs):
        loss = train_epoch(network, smooth_loss if weakly else negative_pair_filter_loss, adam, training, options.batch)
        print(json.dumps({"loss": loss, **measure()}), flush=True)


if __name__ == "__main__":
    main()
