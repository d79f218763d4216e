# SPDX-License-Identifier: MIT
"""Checks that ONNX Runtime computes what we do: run_onnx.py FOLDER ITEMS TOLERANCE

Each folder in FOLDER holds model.onnx, the bytes of its inputs (input_0, input_1 ...) for ITEMS items, and those of the
outputs that are expected (output_0 ...). Exit code 77: there is no onnxruntime.
"""

from __future__ import annotations

import pathlib
import sys

try:
    import numpy as np
    import onnxruntime
except ImportError:
    sys.exit(77)

TYPES = {"tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(int32)": np.int32}


def difference(folder: pathlib.Path, items: int) -> float:
    """The largest difference, relative to 1 or to the expected number."""
    session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])

    def read(name: str, value: onnxruntime.NodeArg) -> np.ndarray:
        shape = [items if extent == "B" else extent for extent in value.shape]
        return np.fromfile(folder / name, TYPES[value.type]).reshape(shape)

    given = {value.name: read(f"input_{k}", value) for k, value in enumerate(session.get_inputs())}
    worst = 0.0
    for k, (value, found) in enumerate(zip(session.get_outputs(), session.run(None, given), strict=True)):
        expected = read(f"output_{k}", value)
        if found.shape != expected.shape or not np.isfinite(found).all():
            return float("inf")
        worst = max(worst, float((np.abs(found - expected) / np.maximum(1, np.abs(expected))).max()))
    return worst


def main() -> None:
    folder, items, tolerance = pathlib.Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    found = {model.parent.name: difference(model.parent, items) for model in sorted(folder.glob("*/model.onnx"))}
    for name, worst in found.items():
        if worst > tolerance:
            print(f"{name}: differs by {worst:.2g}", file=sys.stderr)
    if not found or max(found.values()) > tolerance:
        sys.exit(f"{len(found)} models: expected differences of at most {tolerance}")
    print(f"{len(found)} models in ONNX Runtime {onnxruntime.__version__}: they differ by at most {max(found.values()):.2g}")


if __name__ == "__main__":
    main()
