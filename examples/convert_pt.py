#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Converts the weights that the authors of VSCG publish (.pt) into safetensors, which every program here reads.

    pip install torch safetensors
    git clone https://github.com/Bravo5542/VSCG authors
    PYTHONPATH=authors python3 examples/convert_pt.py VSCG_fully.pt vscg_fully.safetensors --setting fully

Their files are whole pickled models, so unpickling needs their source on PYTHONPATH, and runs code: convert only files
that you trust. A file with a plain state_dict needs neither.
"""
import argparse
import json
import pickle

import torch
from safetensors.torch import save_file

# The order of first appearance in AVE's Annotations.txt: the index of a category is its place here.
CATEGORIES = [
    "Church bell", "Male speech, man speaking", "Bark", "Fixed-wing aircraft, airplane", "Race car, auto racing",
    "Female speech, woman speaking", "Helicopter", "Violin, fiddle", "Flute", "Ukulele", "Frying (food)", "Truck",
    "Shofar", "Motorcycle", "Acoustic guitar", "Train horn", "Clock", "Banjo", "Goat", "Baby cry, infant cry", "Bus",
    "Chainsaw", "Cat", "Horse", "Toilet flush", "Rodents, rats, mice", "Accordion", "Mandolin",
]

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("input", help="the .pt file: a pickled model or a state_dict")
parser.add_argument("output", help="the .safetensors file to write")
parser.add_argument("--setting", choices=["fully", "weakly"], required=True)
parser.add_argument("--form", choices=["released", "paper"], default="released")
parser.add_argument("--network", default="vscg", help="the name that --network of ave_train knows (default: vscg)")
options = parser.parse_args()

try:
    loaded = torch.load(options.input, map_location="cpu", weights_only=False)
except ModuleNotFoundError as missing:
    parser.error(f"{options.input} is a pickled model and needs the source of its network: put the folder with "
                 f"{missing.name}.py on PYTHONPATH")
except (OSError, RuntimeError, EOFError, ValueError, pickle.UnpicklingError) as problem:
    parser.error(f"cannot read {options.input}: {problem}")
state = loaded.state_dict() if isinstance(loaded, torch.nn.Module) else loaded
if not isinstance(state, dict) or not state or not all(isinstance(value, torch.Tensor) for value in state.values()):
    parser.error(f"{options.input} holds neither a model nor a state_dict but {type(loaded).__name__}")

# clone(): parameters may share memory, which safetensors refuses. A model trained on several GPUs has "module.".
tensors = {name.removeprefix("module."): value.detach().clone().contiguous() for name, value in state.items()}
metadata = {
    "vscg.version": "0.1.0",  # the version whose metadata this is
    "vscg.network": options.network,
    "vscg.form": options.form,
    "vscg.setting": options.setting,
    "vscg.categories": json.dumps(CATEGORIES),
    "vscg.tau": "0.099",
}
if options.setting == "fully":
    metadata["vscg.relevance_threshold"] = "0.7"
save_file(tensors, options.output, metadata=metadata)
numbers = sum(value.numel() for value in tensors.values())
print(f"{options.output}: {len(tensors)} tensors, {numbers:,} numbers, {options.network} {options.setting} ({options.form})")
