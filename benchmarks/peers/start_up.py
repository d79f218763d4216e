# SPDX-License-Identifier: MIT
"""Times from the start of a process to its first localized video."""

from __future__ import annotations

import pathlib
import subprocess
import sys
import time

from contestant import HERE, Place
from spread import Spread

Command = list[str | pathlib.Path]


def commands(place: Place) -> dict[str, Command]:
    """Programs that load weights, localize the first video and print it; all three do the same."""
    return {
        "vscg": [place.programs / "first_video", place.folder],
        "PyTorch eager": [sys.executable, HERE / "first_video_torch.py", place.folder],
        "ONNX Runtime": [sys.executable, HERE / "first_video_onnx.py", place.folder],
    }


def run(command: Command) -> tuple[float, str]:
    """Milliseconds until the process has printed something, and what it printed."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        said = process.stdout.readline()
        milliseconds = (time.perf_counter() - began) * 1e3
    if process.returncode != 0 or not said:
        raise SystemExit(f"{command} did not localize a video")
    return milliseconds, said


def measure(rounds: int, place: Place) -> dict[str, list[float]]:
    """Prints and returns milliseconds of each start; files are in the page cache."""
    programs = commands(place)
    said = {name: run(command)[1].split() for name, command in programs.items()}
    if len({tuple(classes) for classes in said.values()}) > 1:
        raise SystemExit(f"not measured: they localize differently: {said}")
    times: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, command in programs.items():
            times[name].append(run(command)[0])
    print(f"\nstart-up to the first localized video, 1 thread ({rounds} rounds)")
    print(f"  {'':34} {'ms, median [quartiles]':34} time / vscg's, round by round")
    for name, milliseconds in times.items():
        ratio = Spread.of_ratios(milliseconds, times["vscg"]) if name != "vscg" else ""
        print(f"  {name:34} {Spread.of(milliseconds)!s:34} {ratio}".rstrip(), flush=True)
    return times
