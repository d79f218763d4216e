# SPDX-License-Identifier: MIT
"""Checks that all peers compute the same: outputs, gradients and steps of Adam, against PyTorch in double precision."""

from __future__ import annotations

import math
import pathlib

import numpy as np
from safetensors.numpy import load_file

from contestant import INFERENCE_ONLY, Contestant, Place

VIDEOS = 128
STEPS = 3
# Relative errors in the Euclidean norm that rounding to float explains. A gradient's is larger: a sum near zero that
# rounds to the other side of a relu takes away everything that would flow through it.
LIMITS = {"outputs": 1e-5, "gradients": 1e-3, "losses": 1e-4}


def relative_error(found: np.ndarray, expected: np.ndarray) -> float:
    if found.shape != expected.shape:
        return math.inf
    difference, size = float(np.linalg.norm(found.astype(np.float64) - expected)), float(np.linalg.norm(expected))
    return difference / size if size > 0 else (0.0 if difference == 0 else math.inf)


def worst(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> tuple[float, str]:
    """The largest relative error of any array, and its name. If one side has none, the other must be zero: what the
    loss does not reach has no gradient, but torch.compile gives zeros."""
    errors = []
    for name in found.keys() | expected.keys():
        either = found[name] if name in found else expected[name]
        errors.append((relative_error(found.get(name, 0 * either), expected.get(name, 0 * either)), name))
    return max(errors)


def arrays(who: Contestant, what: str, folder: pathlib.Path) -> dict[str, np.ndarray]:
    file = folder / "answer.safetensors"
    who.ask(f"{what} {VIDEOS} {file.name}")
    return load_file(file)


def check(contestants: list[Contestant], place: Place) -> None:
    """Prints each contestant's largest errors; ends the program when one is beyond what rounding explains."""
    print(f"agreement with PyTorch in double precision, {VIDEOS} videos: largest relative error of any array")
    with Contestant("PyTorch double", 1, place) as reference:
        expected = {what: arrays(reference, what, place.folder) for what in ("outputs", "gradients")}
        losses = np.array(reference.ask(f"losses {VIDEOS} {STEPS}"))
    agreed = True
    for who in contestants:
        errors = {"outputs": worst(arrays(who, "outputs", place.folder), expected["outputs"])}
        if who.name not in INFERENCE_ONLY:
            errors["gradients"] = worst(arrays(who, "gradients", place.folder), expected["gradients"])
            found = np.array(who.ask(f"losses {VIDEOS} {STEPS}"))
            errors["losses"] = float(np.max(np.abs(found / losses - 1))), f"{STEPS} steps of Adam"
        said = "; ".join(f"{what} {error:.1e} ({name})" for what, (error, name) in errors.items())
        good = all(error <= LIMITS[what] for what, (error, _) in errors.items())  # false for NaN
        print(f"  {who!s:34} {said}{'' if good else '  DIFFERS'}", flush=True)
        agreed &= good
    if not agreed:
        raise SystemExit(f"not measured: a difference of more than {LIMITS} is not the same work")
