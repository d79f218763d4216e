# SPDX-License-Identifier: MIT
"""What the Python peers share: the inputs, and the lines that compare.py speaks with all peers (see peer.cpp)."""

from __future__ import annotations

import math
import os
import pathlib
import sys
import time
from collections.abc import Callable

import numpy as np


def read_rows(path: pathlib.Path, rows: int) -> np.ndarray:
    """The first rows of an .npy file of float32; numpy.load would read all, or map the file, and that is resident."""
    with path.open("rb") as file:
        np.lib.format.read_magic(file)
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
        return np.fromfile(file, dtype, rows * math.prod(shape[1:])).reshape(rows, *shape[1:])


class Inputs:
    """What prepare.py wrote, but only the requested rows of it, because peak memory is one of the things compared."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self._held: dict[str, np.ndarray] = {}

    def first(self, name: str, rows: int) -> np.ndarray:
        held = self._held.get(name)
        if held is None or len(held) < rows:
            self._held[name] = held = read_rows(self.folder / f"{name}.npy", rows)
        return held[:rows]


def each_call(calls: int, work: Callable[[], object]) -> list[float]:
    """Milliseconds of each call."""
    times = []
    for _ in range(calls):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1e3)
    return times


def serve(peer: object, commands: set[str]) -> None:
    """Answers each line of the standard input, `command arguments`, with "ok" and numbers, or "error: ...".

    Arguments that look like numbers are passed as numbers. Anything else written to the standard output goes to stderr.
    """
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        try:
            command, *words = line.split()
            if command not in commands:
                raise ValueError(f"no command {command}")
            numbers = getattr(peer, command)(*(int(word) if word.isdigit() else word for word in words))
            answer = " ".join(["ok", *(repr(float(number)) for number in numbers or [])])
        except Exception as problem:  # whatever it is, the driver reports it
            answer = f"error: {type(problem).__name__}: {problem}".replace("\n", " ")
        print(answer, file=answers, flush=True)
