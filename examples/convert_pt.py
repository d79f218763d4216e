#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Converts the weights that the authors of VSCG publish (.pt) into safetensors, which every program here reads.

    pip install torch safetensors
    git clone https://github.com/Bravo5542/VSCG authors
    PYTHONPATH=authors python3 examples/convert_pt.py VSCG_fully.pt vscg_fully.safetensors --setting fully

Their files are whole pickled models, so unpickling needs their source on PYTHONPATH, and runs code: convert only files
that you trust. A file with a plain state_dict needs neither.
"""
from __future__ import annotations

import argparse
import collections.abc
import json
import math
import os
import signal
import sys
import tempfile
import warnings
import zipfile

# What the networks' files say they are, by the names that ave_train knows; the default of a setting comes first.
NETWORKS = {
    "vscg_fully": ("fully", "released"),
    "vscg_fully_paper": ("fully", "paper"),
    "vscg_weakly": ("weakly", "released"),
    "vscg_weakly_paper": ("weakly", "paper"),
}

# In the order of their first appearance in AVE's Annotations.txt: a category's index is its position here.
CATEGORIES = [
    "Church bell", "Male speech, man speaking", "Bark", "Fixed-wing aircraft, airplane", "Race car, auto racing",
    "Female speech, woman speaking", "Helicopter", "Violin, fiddle", "Flute", "Ukulele", "Frying (food)", "Truck",
    "Shofar", "Motorcycle", "Acoustic guitar", "Train horn", "Clock", "Banjo", "Goat", "Baby cry, infant cry", "Bus",
    "Chainsaw", "Cat", "Horse", "Toilet flush", "Rodents, rats, mice", "Accordion", "Mandolin",
]

# Keys under which training scripts keep a state_dict, and the prefixes that wrappers give all of its names.
WRAPPERS = ("state_dict", "model_state_dict", "net_state_dict", "model_state", "model", "net", "network", "module",
            "weights", "params")
PREFIXES = ("module.", "model.", "net.", "network.", "_orig_mod.")


class Problem(Exception):
    """A problem that a user can do something about, in one line."""


def one_line(problem: BaseException) -> str:
    """Somebody else's exception, in one short line."""
    text = " ".join(str(problem).split())
    return f"{type(problem).__name__}{': ' if text else ''}{text[:300]}"


def some(items: list[str]) -> str:
    """The first few of a list."""
    return ", ".join(items[:8]) + (", ..." if len(items) > 8 else "")


def shape_text(shape: tuple[int, ...]) -> str:
    return "[" + ", ".join(map(str, shape)) + "]"


def arrays_of(setting: str) -> dict[str, tuple[int, ...]]:
    """Name and shape of every array of a setting's networks; both forms have the same arrays."""
    arrays: dict[str, tuple[int, ...]] = {}

    def linear(name: str, outputs: int, inputs: int, bias: bool = False) -> None:
        arrays[f"{name}.weight"] = (outputs, inputs)
        if bias:
            arrays[f"{name}.bias"] = (outputs,)

    def recurrent(name: str, rows: int, inputs: int) -> None:
        for direction in ("", "_reverse"):
            arrays[f"{name}.weight_ih_l0{direction}"] = (rows, inputs)
            arrays[f"{name}.weight_hh_l0{direction}"] = (rows, 128)
            arrays[f"{name}.bias_ih_l0{direction}"] = arrays[f"{name}.bias_hh_l0{direction}"] = (rows,)

    def norm(name: str, channels: int) -> None:
        arrays[f"{name}.weight"] = arrays[f"{name}.bias"] = (channels,)

    linear("linear_v", 128, 512, bias=True)
    linear("attention.affine_audio", 512, 128, bias=True)
    linear("attention.affine_video", 512, 512, bias=True)
    linear("attention.affine_v", 49, 512)
    linear("attention.affine_g", 49, 512)
    linear("attention.affine_h", 1, 49)
    for stream in ("audio", "video"):
        recurrent(f"lstm_a_v.lstm_{stream}", 4 * 128, 128)
    for name in ("v_L1", "v_L2", "a_L1", "a_L2", "v_fc", "a_fc"):
        linear(f"psp.{name}", 256, 256)
    norm("psp.layer_norm", 256)
    for name, inputs in (("conv1", 256), ("conv2", 128)):
        arrays[f"escm.{name}.0.weight"] = (128, inputs, 5)
        arrays[f"escm.{name}.0.bias"] = (128,)
    for name in ("a_gru", "v_gru"):
        recurrent(f"escm.{name}", 3 * 128, 256)
    norm("escm.layer_norm", 256)
    for name in ("v_fc", "a_fc"):
        linear(f"escm.{name}", 256, 256)
    linear("L1", 64, 256)
    linear("L2", 29, 64)
    if setting == "weakly":
        norm("escm.layer_norm1", 128)
        linear("escm.L1", 128, 128)
        linear("escm.L2", 128, 128)
        linear("W1", 1, 256)
        linear("W2", 1, 64)
        linear("W3", 1, 29)
        linear("L3", 64, 128)
        return arrays
    for stream, inputs in (("fa", 128), ("fv", 512)):
        linear(f"{stream}.0", 256, inputs)
        linear(f"{stream}.1", 128, 256)
    linear("escm.L1", 10, 9)
    for name in ("v_classify", "a_classify"):
        linear(f"{name}.L1", 64, 256)
        linear(f"{name}.L2", 28, 64)
    linear("L3", 1, 256, bias=True)
    linear("L4", 28, 256, bias=True)
    for name in ("audio_gated", "video_gated"):
        linear(f"{name}.0", 1, 256, bias=True)
    return arrays


def misfits(shapes: dict[str, tuple[int, ...]], setting: str) -> str:
    """Why arrays of these names and shapes do not fit a setting's network; empty if they do."""
    expected = arrays_of(setting)
    found = {
        "missing": [f"{name} {shape_text(shape)}" for name, shape in expected.items() if name not in shapes],
        "of another shape": [
            f"{name} expected {shape_text(expected[name])} found {shape_text(shape)}"
            for name, shape in shapes.items()
            if name in expected and expected[name] != shape
        ],
        "unexpected": [f"{name} {shape_text(shape)}" for name, shape in shapes.items() if name not in expected],
    }
    return "; ".join(f"{kind} ({len(items)}): {some(items)}" for kind, items in found.items() if items)


def unwrapped(loaded: object, tensor: type, module: type) -> dict[str, object]:
    """Finds the state_dict in a file's content: the content itself, a model's, or under a key of training scripts."""
    if isinstance(loaded, module):
        try:
            loaded = loaded.state_dict()
        except Exception as problem:  # a model of another version of PyTorch or of its source
            raise Problem(f"the model cannot give its state_dict ({one_line(problem)})") from None
    if not isinstance(loaded, collections.abc.Mapping):
        raise Problem(f"expected a model or a state_dict, found {type(loaded).__name__}")
    for key in WRAPPERS:
        if isinstance(loaded.get(key), (collections.abc.Mapping, module)):
            return unwrapped(loaded[key], tensor, module)
    if not any(isinstance(value, tensor) for value in loaded.values()):
        keys = some([str(key) for key in loaded]) or "none"
        raise Problem(f"expected a model or a state_dict, found a {type(loaded).__name__} with the keys {keys}")
    for name, value in loaded.items():
        if not isinstance(name, str) or not isinstance(value, tensor):
            raise Problem(f"{name}: expected a tensor with a name, found {type(value).__name__}")
    return without_prefixes(dict(loaded))


def without_prefixes(state: dict[str, object]) -> dict[str, object]:
    """Removes the prefix that all names have because the model was wrapped (DataParallel, compile, Lightning)."""
    for prefix in PREFIXES:
        if state and all(name.startswith(prefix) for name in state):
            return without_prefixes({name[len(prefix):]: value for name, value in state.items()})
    return state


def metadata_of(network: str) -> dict[str, str]:
    setting, form = NETWORKS[network]
    metadata = {
        "vscg.version": "0.1.0",  # the version that defined this metadata
        "vscg.network": "vscg",
        "vscg.form": form,
        "vscg.setting": setting,
        "vscg.categories": json.dumps(CATEGORIES, separators=(",", ":")),
        "vscg.tau": "0.099",
    }
    if setting == "fully":
        metadata["vscg.relevance_threshold"] = "0.7"
    return metadata


class Parser(argparse.ArgumentParser):
    """Reports an error in one line, as the other programs do."""

    def error(self, message: str) -> None:
        raise Problem(message)


def parse(words: list[str]) -> argparse.Namespace:
    parser = Parser(prog="convert_pt.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", help="the .pt file: a pickled model or a state_dict")
    parser.add_argument("output", help="the .safetensors file to write")
    parser.add_argument("--setting", choices=["fully", "weakly"], help="needed unless --network implies it")
    parser.add_argument("--network", choices=list(NETWORKS), 
                        help="as ave_train's; default: the released one of the setting")
    options = parser.parse_args(words)
    if options.setting is None and options.network is None:
        parser.error("--setting: expected fully or weakly, found nothing")
    fitting = [name for name, (setting, _) in NETWORKS.items() if options.setting in (None, setting)]
    options.network = options.network or fitting[0]
    if options.network not in fitting:
        parser.error(f"--network with --setting {options.setting}: expected one of {', '.join(fitting)}, "
                     f"found {options.network}")
    return options


def check_paths(sources: list[str], targets: list[str]) -> None:
    """Checks, before any work, that the outputs can be written and replace nothing that is needed."""
    for source in sources:
        if not os.path.exists(source):
            raise Problem(f"cannot read {source}: No such file or directory")
        if not os.path.isfile(source):
            found = "a folder" if os.path.isdir(source) else "a device or pipe"
            raise Problem(f"cannot read {source}: expected a file, found {found}")
    for target in targets:
        check_target(target, sources)


def check_target(target: str, sources: list[str]) -> None:
    folder = os.path.dirname(target) or "."
    if not os.path.isdir(folder):
        raise Problem(f"cannot write {target}: expected a folder {folder}, found none")
    if os.path.exists(target) and any(os.path.samefile(source, target) for source in sources):
        raise Problem(f"cannot write {target}: expected another file than the input, found the same")
    if not os.path.basename(target) or os.path.isdir(target):
        raise Problem(f"cannot write {target}: expected a file's name, found a folder")
    if os.path.exists(target) and not os.path.isfile(target):
        raise Problem(f"cannot write {target}: expected a regular file, found a device or pipe")


def load(path: str, torch: object) -> object:
    """Reads what torch.save wrote. Unpickling runs code of the file and of its network's source: it can raise anything."""
    source = "put the folder with the network's source on PYTHONPATH"
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                damaged = archive.testzip()  # torch.load does not check checksums
            if damaged:
                raise ValueError(f"another checksum than its own in {damaged}")
        return torch.load(path, map_location="cpu", weights_only=False)
    except ModuleNotFoundError as problem:
        raise Problem(f"{path} is a pickled model and needs the Python module {problem.name}: {source}") from None
    except (AttributeError, ImportError) as problem:
        raise Problem(f"{path} is a pickled model that no source fits ({one_line(problem)}): {source}") from None
    except OSError as problem:
        raise Problem(f"cannot read {path}: {problem.strerror or one_line(problem)}") from None
    except (Exception, SystemExit) as problem:
        raise Problem(f"cannot read {path}: expected a whole file of torch.save, found {one_line(problem)}") from None


def converted(name: str, value: object, torch: object) -> object:
    """A contiguous copy of the numbers in float32, or in float64 if that is what they are."""
    if value.layout != torch.strided or value.is_quantized:
        kind = "quantized" if value.is_quantized else str(value.layout).replace("torch.", "")
        raise Problem(f"{name}: expected a dense tensor, found a {kind} one")
    if value.is_meta:
        raise Problem(f"{name}: expected numbers, found none (a tensor on the device meta)")
    if not value.is_floating_point():
        raise Problem(f"{name}: expected floating point numbers, found {str(value.dtype).replace('torch.', '')}")
    dtype = torch.float64 if value.dtype == torch.float64 else torch.float32
    numbers = value.detach().to(device="cpu", dtype=dtype, copy=True).contiguous()
    finite = torch.isfinite(numbers).sum().item()
    if finite != math.prod(numbers.shape):
        raise Problem(f"{name}: expected finite numbers, found {math.prod(numbers.shape) - finite} that are not")
    return numbers


def convert(loaded: object, network: str, torch: object) -> dict[str, object]:
    """The arrays of a network from a file's content."""
    setting, _ = NETWORKS[network]
    state = unwrapped(loaded, torch.Tensor, torch.nn.Module)
    shapes = {}
    for name, value in state.items():
        try:
            shapes[name] = tuple(value.shape)
        except Exception as problem:  # a nested tensor has none
            raise Problem(f"{name}: expected a dense tensor, found one without a shape ({one_line(problem)})") from None
    problems = misfits(shapes, setting)
    if problems:
        fits = [name for name, (other, _) in NETWORKS.items() if not misfits(shapes, other)]
        hint = f" (they fit {' and '.join(fits)})" if fits else ""
        raise Problem(f"the weights do not fit {network}{hint}; {problems}")
    arrays = {}
    for name, value in state.items():
        try:
            arrays[name] = converted(name, value, torch)
        except Problem:
            raise
        except Exception as problem:
            raise Problem(f"{name}: cannot be read ({one_line(problem)})") from None
    return arrays


def write(path: str, content: bytes) -> None:
    """Gives the file its name when it is complete and on disk, or not at all. A link stays a link."""
    path = os.path.realpath(path)
    temporary = ""
    try:
        folder, name = os.path.split(path)
        handle, temporary = tempfile.mkstemp(prefix=name[:100] + ".", suffix=".tmp", dir=folder)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        os.replace(temporary, path)
        temporary = ""
    except OSError as problem:
        raise Problem(f"cannot write {path}: {problem.strerror}") from None
    finally:
        if temporary:
            os.unlink(temporary)


def run(words: list[str]) -> None:
    options = parse(words)
    check_paths([options.input], [options.output])
    warnings.simplefilter("ignore")  # about old files and moved sources, many lines long
    try:
        import torch
        from safetensors.torch import save
    except ImportError as problem:
        raise Problem(f"{one_line(problem)}: pip install torch safetensors") from None
    loaded = load(options.input, torch)
    try:
        arrays = convert(loaded, options.network, torch)
    except Problem as problem:
        raise Problem(f"{options.input}: {problem}") from None
    write(options.output, save(arrays, metadata=metadata_of(options.network)))
    numbers = sum(math.prod(value.shape) for value in arrays.values())
    try:
        print(f"{options.output}: {len(arrays)} tensors, {numbers:,} numbers, {options.network}", flush=True)
    except OSError as problem:
        sys.stdout = None  # otherwise Python would try again at its end
        raise Problem(f"cannot write to the standard output: {problem.strerror}") from None


def main(words: list[str], work: collections.abc.Callable[[list[str]], None] = run,
         program: str = "convert_pt.py") -> int:
    """Runs everything that a program does; a problem is one line and the exit code 1."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        work(words)
        return 0
    except KeyboardInterrupt:
        return 130
    except Problem as problem:
        text = str(problem)
    except MemoryError:
        text = "not enough memory"
    except Exception as problem:  # a line is more use than a traceback through PyTorch
        text = one_line(problem)
    print(f"{program}: error: {text}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
