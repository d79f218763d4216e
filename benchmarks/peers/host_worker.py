# SPDX-License-Identifier: MIT
"""PyTorch's side of compare_hosts.py: host_worker.py NETWORK FOLDER THREADS eager|compile|double

Commands are those of host_peer.cpp, and `graphs`: of how many graphs the compiled network and loss consist.
"""

from __future__ import annotations

import pathlib
import sys

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from hosts import HOSTS
from torch_worker import Learner, configure
from worker import Inputs, each_call, serve


def loss(network: nn.Module, *batch: Tensor) -> Tensor:
    return network(*batch)


class TorchHost:
    def __init__(self, name: str, folder: pathlib.Path, kind: str) -> None:
        self.inputs, self.dtype = Inputs(folder), torch.float64 if kind == "double" else torch.float32
        self.compiled = kind == "compile"
        self.network = HOSTS[name]().to(self.dtype)
        self.network.load_state_dict(load_file(folder / f"{name}.safetensors"))
        self.learner: Learner | None = None

    def losses(self, n: int, steps: int) -> list[float]:
        learner, batch = self._learner(dropout=False), self._batch(n)
        return [learner.step(*batch) for _ in range(steps)]

    def train(self, n: int, calls: int) -> list[float]:
        learner = self.learner = self.learner or self._learner(dropout=True)
        batch = self._batch(n)
        return each_call(calls, lambda: learner.step(*batch))

    def graphs(self) -> list[float]:
        """What the steps so far were compiled to; between graphs, Python runs what cannot be compiled: LSTMs."""
        return [torch._dynamo.utils.counters["stats"]["unique_graphs"]]

    def _learner(self, *, dropout: bool) -> Learner:
        return Learner(self.network, loss, dropout=dropout, compiled=self.compiled, rate=5e-4)

    def _batch(self, n: int) -> tuple[Tensor, ...]:
        audio, visual = (torch.from_numpy(self.inputs.first(name, n)).to(self.dtype) for name in ("audio", "visual"))
        return audio, visual, torch.from_numpy(self.inputs.first("classes", n)).long()


def main() -> None:
    name, folder, threads, kind = sys.argv[1:]
    configure(int(threads))
    serve(TorchHost(name, pathlib.Path(folder), kind), {"losses", "train", "graphs"})


if __name__ == "__main__":
    main()
