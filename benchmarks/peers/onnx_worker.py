# SPDX-License-Identifier: MIT
"""ONNX Runtime's side of compare.py: onnx_worker.py FOLDER THREADS block|spin

`spin` is ONNX Runtime's default: idle threads spin before they block. With `block` they do not.
For the commands see peer.cpp; ONNX Runtime only infers.
"""

from __future__ import annotations

import pathlib
import sys

import numpy as np
import onnxruntime
from safetensors.numpy import save_file

from worker import Inputs, each_call, serve

COMMANDS = {"outputs", "infer", "escm"}


class OnnxPeer:
    def __init__(self, folder: pathlib.Path, threads: int, *, spin: bool) -> None:
        self.inputs = Inputs(folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "1" if spin else "0")
        self.network, self.escm_alone = (
            onnxruntime.InferenceSession(folder / f"{name}.onnx", options, providers=["CPUExecutionProvider"])
            for name in ("vscg", "escm")
        )

    def outputs(self, n: int, file: str) -> None:
        arrays: dict[str, np.ndarray] = {}
        for session, given in ((self.network, self._features(n)), (self.escm_alone, self._streams(n))):
            names = [output.name for output in session.get_outputs()]
            arrays |= zip(names, session.run(names, given), strict=True)
        save_file(arrays, self.inputs.folder / file)

    def infer(self, n: int, calls: int, at_once: int) -> list[float]:
        features = self._features(n)
        parts = [{name: array[i : i + at_once] for name, array in features.items()} for i in range(0, n, at_once)]
        return each_call(calls, lambda: [self.network.run(None, part) for part in parts])

    def escm(self, n: int, calls: int) -> list[float]:
        streams = self._streams(n)
        return each_call(calls, lambda: self.escm_alone.run(None, streams))

    def _features(self, n: int) -> dict[str, np.ndarray]:
        return {name: self.inputs.first(name, n) for name in ("audio", "visual")}

    def _streams(self, n: int) -> dict[str, np.ndarray]:
        return {name: self.inputs.first(f"stream_{name}", n) for name in ("audio", "visual")}


def main() -> None:
    folder, threads, waiting = sys.argv[1:]
    serve(OnnxPeer(pathlib.Path(folder), int(threads), spin=waiting == "spin"), COMMANDS)


if __name__ == "__main__":
    main()
