# SPDX-License-Identifier: MIT
"""PyTorch on a GPU: a training step at batch 128 and inference of 402 videos, from tensors that lie on the card.

Prints one JSON object: milliseconds by precision and form. The whole eager step captured as one CUDA graph is the
strongest form, because torch.compile breaks its graph at every recurrent layer.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable

import torch
from torch import Tensor

from vscg import VSCG, negative_pair_filter_loss

PRECISIONS = ("float", "tf32")
BATCH = 128
VIDEOS = 402


def allow_tf32(allowed: bool) -> None:
    """For products and recurrent layers alike: PyTorch's defaults differ."""
    torch.backends.cuda.matmul.allow_tf32 = allowed
    torch.backends.cudnn.allow_tf32 = allowed


def milliseconds(call: Callable[[], object], calls: int = 20, turns: int = 5) -> float:
    """The median turn's time of one call; the host waits only at the end of a turn."""
    for _ in range(3):
        call()
    times = []
    for _ in range(turns):
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        torch.cuda.synchronize()
        begin.record()
        for _ in range(calls):
            call()
        end.record()
        torch.cuda.synchronize()
        times.append(begin.elapsed_time(end) / calls)
    return statistics.median(times)


def captured(call: Callable[[], object]) -> Callable[[], None]:
    """The call as one graph. It runs on a side stream first, as PyTorch asks."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            call()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        call()
    return graph.replay


def features(items: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator("cuda").manual_seed(1)
    draw = lambda *shape: (torch.rand(*shape, generator=generator, device="cuda") * 2 - 1).clamp(min=0) * 2  # noqa: E731
    return draw(items, 10, 128), draw(items, 10, 7, 7, 512)


def step_of(batch: tuple[Tensor, Tensor], classes: Tensor) -> Callable[[], Tensor]:
    network = VSCG().cuda().train()
    adam = torch.optim.Adam(network.parameters(), lr=1e-3, fused=True, capturable=True)

    def step() -> Tensor:
        adam.zero_grad(set_to_none=False)
        loss = negative_pair_filter_loss(network(*batch), classes)
        loss.backward()
        adam.step()
        return loss

    return step


def main() -> None:
    torch.manual_seed(1)
    batch, videos = features(BATCH), features(VIDEOS)
    classes = (torch.arange(BATCH * 10, device="cuda") // 10 % 28).view(BATCH, 10)
    classes[:, :4] = 28
    times: dict[str, float] = {}
    for precision in PRECISIONS:
        allow_tf32(precision == "tf32")
        times[f"step/{precision}/eager"] = milliseconds(step_of(batch, classes))
        times[f"step/{precision}/graph"] = milliseconds(captured(step_of(batch, classes)))
        network = VSCG().cuda().eval()
        with torch.no_grad():
            infer = lambda: network(*videos)  # noqa: B023, E731
            times[f"infer402/{precision}/eager"] = milliseconds(infer)
            times[f"infer402/{precision}/graph"] = milliseconds(captured(infer))
    card = torch.cuda.get_device_name()
    print(json.dumps({"card": card, "torch": torch.__version__, "milliseconds": times}, indent=2))


if __name__ == "__main__":
    main()
