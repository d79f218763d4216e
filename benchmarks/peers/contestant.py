# SPDX-License-Identifier: MIT
"""One peer with some number of threads: a process of its own that waits for commands (see peer.cpp)."""

from __future__ import annotations

import dataclasses
import pathlib
import subprocess
import sys
from typing import Self

HERE = pathlib.Path(__file__).parent
VSCG = "vscg"

#: How each peer is started: a Python program and its last argument.
PYTHON_PEERS = {
    "PyTorch eager": ("torch_worker.py", "eager"),
    "PyTorch compile": ("torch_worker.py", "compile"),
    "PyTorch double": ("torch_worker.py", "double"),
    "ONNX Runtime": ("onnx_worker.py", "block"),
    "ONNX Runtime, spinning": ("onnx_worker.py", "spin"),
}
#: ONNX Runtime cannot train, so that is left out.
INFERENCE_ONLY = {"ONNX Runtime", "ONNX Runtime, spinning"}


@dataclasses.dataclass(frozen=True)
class Place:
    """Where things are: the folder of prepare.py, and the programs of CMake."""

    folder: pathlib.Path
    programs: pathlib.Path


class Contestant:
    """A peer's process; a context manager that ends it."""

    def __init__(self, name: str, threads: int, place: Place, command: list[str | pathlib.Path] | None = None) -> None:
        self.name, self.threads = name, threads
        if command is None and name == VSCG:
            command = [place.programs / "peer", place.folder, str(threads)]
        elif command is None:
            program, kind = PYTHON_PEERS[name]
            command = [sys.executable, HERE / program, place.folder, str(threads), kind]
        self.log = (place.folder / f"{name}-{threads}.log").open("w+")
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin
        self.process.stdin.close()  # its last line
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def __str__(self) -> str:
        return f"{self.name}, {self.threads} thread{'s' if self.threads > 1 else ''}"

    def ask(self, command: str) -> list[float]:
        """Sends a command and waits for its numbers; a problem ends the program with the peer's message."""
        assert self.process.stdin and self.process.stdout
        try:
            self.process.stdin.write(command + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline().split()
        except BrokenPipeError:
            answer = []
        if not answer or answer[0] != "ok":
            self.log.seek(0)
            raise SystemExit(f"{self}: {command}: {' '.join(answer) or 'no answer'}\n{self.log.read()[-4000:]}")
        return [float(number) for number in answer[1:]]
