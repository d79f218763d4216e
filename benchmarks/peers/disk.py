# SPDX-License-Identifier: MIT
"""How much disk space localizing a video takes."""

from __future__ import annotations

import importlib.metadata
import pathlib
import re
import shutil
import subprocess

from contestant import Place

#: Parts of PyTorch that only a GPU needs: the rest is about the size of its CPU build.
GPU = re.compile(r"(^|/)(nvidia|cuda[_-]|triton|torch/lib/lib(torch_cuda|c10_cuda|caffe2_nvrtc|torch_nvshmem))")


def required(name: str, found: set[str] | None = None) -> set[str]:
    """A package and everything it requires, as far as installed."""
    found = set() if found is None else found
    try:
        needs = importlib.metadata.requires(name) or []
    except importlib.metadata.PackageNotFoundError:
        return found
    found.add(name)
    for need in needs:
        other = re.match(r"[\w.-]+", need)
        if other and "extra ==" not in need and other[0].lower().replace("_", "-") not in found:
            required(other[0].lower().replace("_", "-"), found)
    return found


def files_of(*packages: str) -> set[pathlib.Path]:
    """The files of packages and of everything they require, without Python itself."""
    names = set().union(*(required(package) for package in packages))
    files = (file for name in names for file in importlib.metadata.files(name) or [])
    return {pathlib.Path(str(file.locate())) for file in files if ".pyc" not in str(file)}


def mebibytes(files: set[pathlib.Path]) -> float:
    return sum(file.stat().st_size for file in files if file.is_file()) / 2**20


def stripped(program: pathlib.Path, place: Place) -> pathlib.Path:
    copy = place.folder / f"{program.name}.stripped"
    shutil.copyfile(program, copy)
    subprocess.run(["strip", copy], check=True)
    return copy


def measure(place: Place) -> dict[str, float]:
    """Prints and returns sizes in MiB."""
    weights, model = {place.folder / "weights.safetensors"}, {place.folder / "vscg.onnx"}
    torch = files_of("torch", "safetensors", "numpy")
    sizes = {
        "vscg: stripped program and weights": mebibytes({stripped(place.programs / "first_video", place)} | weights),
        "  of these the weights": mebibytes(weights),
        "ONNX Runtime, what it requires, network": mebibytes(files_of("onnxruntime", "numpy") | model),
        "PyTorch, what it requires, weights": mebibytes(torch | weights),
        "  of these not for GPUs": mebibytes({file for file in torch if not GPU.search(str(file))} | weights),
    }
    print("\nsize on disk, MiB; without the C++ library and Python")
    for what, size in sizes.items():
        print(f"  {what:48} {size:10,.1f}", flush=True)
    return sizes
