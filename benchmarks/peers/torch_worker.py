# SPDX-License-Identifier: MIT
"""PyTorch's side of compare.py: torch_worker.py FOLDER THREADS eager|compile|double

`double` is eager in double precision: the reference that all are checked against. For the commands see peer.cpp.
"""

from __future__ import annotations

import copy
import pathlib
import sys
import time
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

import ave_loader
from vscg import VSCG, negative_pair_filter_loss
from worker import Inputs, each_call, serve

COMMANDS = {"outputs", "gradients", "losses", "infer", "train", "escm", "escm_train", "epoch"}


def network_loss(network: nn.Module, audio: Tensor, visual: Tensor, classes: Tensor) -> Tensor:
    return negative_pair_filter_loss(network(audio, visual), classes)


def stream_loss(escm: nn.Module, audio: Tensor, visual: Tensor) -> Tensor:
    """Any loss that reaches both streams."""
    audio_out, visual_out = escm(audio, visual)
    return F.mse_loss(audio_out, audio) + F.mse_loss(visual_out, visual)


class Learner:
    """A copy of a network that learns, so that inference keeps the given weights."""

    def __init__(self, network: nn.Module, loss: Callable[..., Tensor], *, dropout: bool, compiled: bool,
                 rate: float = 1e-3) -> None:
        self.network = copy.deepcopy(network).train(dropout)  # the mode changes only dropout
        self.loss = torch.compile(loss, dynamic=False) if compiled else loss
        self.adam = torch.optim.Adam(self.network.parameters(), lr=rate, fused=True)

    def gradients(self, *batch: Tensor) -> float:
        self.adam.zero_grad()
        loss = self.loss(self.network, *batch)
        loss.backward()
        return loss.item()

    def step(self, *batch: Tensor) -> float:
        loss = self.gradients(*batch)
        self.adam.step()
        return loss


class TorchPeer:
    def __init__(self, folder: pathlib.Path, kind: str) -> None:
        self.inputs = Inputs(folder)
        self.compiled = kind == "compile"
        self.dtype = torch.float64 if kind == "double" else torch.float32
        self.network = VSCG().to(self.dtype).eval()
        self.network.load_state_dict(load_file(folder / "weights.safetensors"))
        self.run, self.run_escm = self._compile(self.network), self._compile(self.network.escm)
        self.learners: dict[tuple[Callable[..., Tensor], bool], Learner] = {}
        self.batches: ave_loader.Batches | None = None

    def outputs(self, n: int, file: str) -> None:
        with torch.inference_mode():
            arrays = self.run(*self._features(n))._asdict()
            arrays["escm.audio"], arrays["escm.visual"] = self.run_escm(*self._streams(n))
        save_file({name: array.contiguous() for name, array in arrays.items()}, self.inputs.folder / file)

    def gradients(self, n: int, file: str) -> None:
        learner = self._learner(self.network, network_loss, dropout=False)
        learner.gradients(*self._batch(n))
        reached = {name: p.grad for name, p in learner.network.named_parameters() if p.grad is not None}
        save_file(reached, self.inputs.folder / file)

    def losses(self, n: int, steps: int) -> list[float]:
        learner = self._learner(self.network, network_loss, dropout=False)
        return [learner.step(*self._batch(n)) for _ in range(steps)]

    def infer(self, n: int, calls: int, at_once: int) -> list[float]:
        audio, visual = (array.split(at_once) for array in self._features(n))

        def call() -> None:
            for parts in zip(audio, visual, strict=True):
                self.run(*parts)

        with torch.inference_mode():
            return each_call(calls, call)

    def escm(self, n: int, calls: int) -> list[float]:
        streams = self._streams(n)
        with torch.inference_mode():
            return each_call(calls, lambda: self.run_escm(*streams))

    def train(self, n: int, calls: int) -> list[float]:
        learner, batch = self._learner(self.network, network_loss), self._batch(n)
        return each_call(calls, lambda: learner.step(*batch))

    def escm_train(self, n: int, calls: int) -> list[float]:
        learner, streams = self._learner(self.network.escm, stream_loss), self._streams(n)
        return each_call(calls, lambda: learner.step(*streams))

    def epoch(self, data: str, calls: int) -> list[float]:
        """The times of the epochs, then how long each waited for data."""
        if self.batches is None:
            self.batches = ave_loader.batches(self.inputs.folder / data, size=128)
        batches, learner, waits = self.batches, self._learner(self.network, network_loss), []

        def call() -> None:
            waited, began = 0.0, time.perf_counter()
            for batch in batches:
                waited += time.perf_counter() - began
                learner.step(*batch)
                began = time.perf_counter()
            waits.append(waited * 1e3)

        return each_call(calls, call) + waits

    def _compile(self, network: nn.Module) -> Callable[..., Any]:
        # One program per batch size is the fastest that compile offers.
        return torch.compile(network, dynamic=False) if self.compiled else network

    def _learner(self, network: nn.Module, loss: Callable[..., Tensor], *, dropout: bool = True) -> Learner:
        if (loss, dropout) not in self.learners:
            self.learners[loss, dropout] = Learner(network, loss, dropout=dropout, compiled=self.compiled)
        return self.learners[loss, dropout]

    def _tensor(self, name: str, n: int) -> Tensor:
        return torch.from_numpy(self.inputs.first(name, n)).to(self.dtype)

    def _features(self, n: int) -> tuple[Tensor, Tensor]:
        return self._tensor("audio", n), self._tensor("visual", n)

    def _streams(self, n: int) -> tuple[Tensor, Tensor]:
        return self._tensor("stream_audio", n), self._tensor("stream_visual", n)

    def _batch(self, n: int) -> tuple[Tensor, Tensor, Tensor]:
        return *self._features(n), self._tensor("classes", n).long()


def configure(threads: int) -> None:
    torch.set_num_threads(threads)
    torch.set_flush_denormal(False)  # the default, stated because it decides times
    torch._dynamo.config.recompile_limit = 64
    torch._dynamo.config.fail_on_recompile_limit_hit = True  # do not silently fall back to eager


def main() -> None:
    folder, threads, kind = sys.argv[1:]
    configure(int(threads))
    serve(TorchPeer(pathlib.Path(folder), kind), COMMANDS)


if __name__ == "__main__":
    main()
