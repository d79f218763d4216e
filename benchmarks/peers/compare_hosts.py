# SPDX-License-Identifier: MIT
"""Compares training steps of CMRAN, DMIN and CMBS, fully supervised, with PyTorch's on this machine: first whether the
losses agree, then what a step costs.

python compare_hosts.py --programs build/benchmark/bin
"""

from __future__ import annotations

import argparse
import contextlib
import json
import pathlib
import sys
import tempfile

import numpy as np
import torch
from safetensors.torch import save_file

import timing
from compare import describe_machine
from contestant import HERE, VSCG, Contestant, Place
from hosts import HOSTS
from prepare import features, some_classes

#: As the authors of each trained it.
BATCHES = {"cmran": 32, "dmin": 32, "cmbs": 64}
#: Two steps of Adam in float. A step of DMIN makes a difference a hundred times as large: its root has no bound at 0.
LIMIT = 1e-4
LIMITS = {"dmin": 1e-2}
#: How each peer is started: the last argument of host_worker.py.
TORCH = {"PyTorch eager": "eager", "PyTorch compile": "compile", "PyTorch double": "double"}
PEERS = [VSCG, "PyTorch eager", "PyTorch compile"]


def prepare(folder: pathlib.Path) -> None:
    random, videos = np.random.default_rng(1), max(BATCHES.values())
    np.save(folder / "audio.npy", features(random, videos, 10, 128))
    np.save(folder / "visual.npy", features(random, videos, 10, 7, 7, 512))
    np.save(folder / "classes.npy", some_classes(random, videos).astype(np.float32))
    for name, network in HOSTS.items():
        torch.manual_seed(1)
        save_file(network().state_dict(), folder / f"{name}.safetensors")


def start(network: str, name: str, threads: int, place: Place) -> Contestant:
    if name == VSCG:
        command = [place.programs / "host_peer", network, place.folder, threads]
    else:
        command = [sys.executable, HERE / "host_worker.py", network, place.folder, threads, TORCH[name]]
    return Contestant(name, threads, place, [str(word) for word in command])


def check(network: str, contestants: list[Contestant], place: Place) -> None:
    with start(network, "PyTorch double", 1, place) as reference:
        expected = np.array(reference.ask(f"losses {BATCHES[network]} 2"))
    for who in contestants:
        error = float(np.max(np.abs(np.array(who.ask(f"losses {BATCHES[network]} 2")) / expected - 1)))
        graphs = f", graphs: {who.ask('graphs')[0]:.0f}" if who.name == "PyTorch compile" else ""
        print(f"  {who!s:34} losses {error:.1e} from PyTorch in double precision{graphs}", flush=True)
        if not error <= LIMITS.get(network, LIMIT):
            raise SystemExit(f"not measured: {who} does not compute the same")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=pathlib.Path, required=True, help="folder with host_peer")
    parser.add_argument("--networks", nargs="+", choices=list(HOSTS), default=list(HOSTS), help="default: all")
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=PEERS, help="default: all")
    parser.add_argument("--rounds", type=int, default=15, help="turns of each peer (15)")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], help="numbers of threads (1 2)")
    parser.add_argument("--json", type=pathlib.Path, help="file for all numbers")
    options = parser.parse_args()
    if not (options.programs / "host_peer").exists():
        parser.error(f"--programs: no host_peer in {options.programs}: build it first")
    describe_machine(("torch", "numpy"))
    results = {}
    with tempfile.TemporaryDirectory(prefix="vscg_hosts_") as name:
        place = Place(pathlib.Path(name), options.programs.resolve())
        prepare(place.folder)
        for network in options.networks:
            print(network, flush=True)
            with contextlib.ExitStack() as processes:
                contestants = [processes.enter_context(start(network, name, threads, place))
                               for threads in options.threads for name in options.peers]  # fmt: skip
                check(network, contestants, place)
                size = BATCHES[network]
                work = timing.Work("train", f"{network}: training step, batch {size}", f"train {size}", infers=False)
                results[network] = timing.measure(work, contestants, options.rounds)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
