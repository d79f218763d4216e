# SPDX-License-Identifier: MIT
"""PyTorch's side of compare_hosts.py: host_worker.py NETWORK FOLDER THREADS eager|double. Commands: see host_peer.cpp."""

from __future__ import annotations

import pathlib
import sys

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from hosts import HOSTS
from torch_worker import Learner
from worker import Inputs, each_call, serve


def loss(network: nn.Module, *batch: Tensor) -> Tensor:
    return network(*batch)


class TorchHost:
    def __init__(self, name: str, folder: pathlib.Path, kind: str) -> None:
        self.inputs, self.dtype = Inputs(folder), torch.float64 if kind == "double" else torch.float32
        self.network = HOSTS[name]().to(self.dtype)
        self.network.load_state_dict(load_file(folder / f"{name}.safetensors"))
        self.learner: Learner | None = None

    def losses(self, n: int, steps: int) -> list[float]:
        learner, batch = Learner(self.network, loss, dropout=False, compiled=False, rate=5e-4), self._batch(n)
        return [learner.step(*batch) for _ in range(steps)]

    def train(self, n: int, calls: int) -> list[float]:
        learner = self.learner = self.learner or Learner(self.network, loss, dropout=True, compiled=False, rate=5e-4)
        batch = self._batch(n)
        return each_call(calls, lambda: learner.step(*batch))

    def _batch(self, n: int) -> tuple[Tensor, ...]:
        audio, visual = (torch.from_numpy(self.inputs.first(name, n)).to(self.dtype) for name in ("audio", "visual"))
        return audio, visual, torch.from_numpy(self.inputs.first("classes", n)).long()


def main() -> None:
    name, folder, threads, kind = sys.argv[1:]
    torch.set_num_threads(int(threads))
    serve(TorchHost(name, pathlib.Path(folder), kind), {"losses", "train"})


if __name__ == "__main__":
    main()
