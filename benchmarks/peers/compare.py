# SPDX-License-Identifier: MIT
"""Compares vscg with PyTorch and ONNX Runtime on this machine: first whether they agree, then what they cost.

python compare.py --programs build/release/bin

README.md says what each line means.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import importlib.metadata
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile

import agreement
import disk
import memory
import start_up
import timing
from contestant import HERE, VSCG, Contestant, Place

PEERS = [VSCG, "PyTorch eager", "PyTorch compile", "ONNX Runtime", "ONNX Runtime, spinning"]
OTHER_PARTS = ["memory", "start_up", "disk"]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=pathlib.Path, required=True, help="folder with peer, first_video and ave_export")
    parser.add_argument("--rounds", type=int, default=15, help="turns of each peer (15)")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], help="numbers of threads (1 2)")
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=PEERS, help="default: all")
    parts = [work.key for work in timing.WORKS] + OTHER_PARTS
    parser.add_argument("--only", nargs="+", choices=parts, default=parts, help="default: all")
    parser.add_argument("--epoch-videos", type=int, default=512, help="videos of an epoch (512), 2 MiB each")
    parser.add_argument("--json", type=pathlib.Path, help="file for all numbers")
    parser.add_argument("--folder", type=pathlib.Path, help="keep the prepared files there, and reuse them")
    options = parser.parse_args()
    options.programs = options.programs.resolve()
    for program in ("peer", "first_video", "ave_export"):
        if not (options.programs / program).exists():
            parser.error(f"--programs: no {program} in {options.programs}: build them first")
    if options.rounds < 1 or ("epoch" in options.only and options.epoch_videos < 128):
        parser.error("at least 1 round, and 128 videos per epoch")
    return options


def describe_machine(packages: tuple[str, ...] = ("torch", "onnxruntime", "numpy", "h5py")) -> None:
    """Prints what is needed to compare these ratios with others."""
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    cpu = next((line for line in lines if line.startswith("model name")), platform.machine())
    print(f"{datetime.datetime.now():%Y-%m-%d %H:%M}, {cpu.split(':')[-1].strip()}, {os.cpu_count()} cores", end=", ")
    load = os.getloadavg()[0]
    print(f"load {load:.1f}", *(f"{p} {importlib.metadata.version(p)}" for p in packages), sep=", ", flush=True)
    if load > 0.5:
        print("WARNING: others use this machine. Turns even that out, but PyTorch with several threads suffers more:")
        print("they spin for one that is not running. Figures of several threads need an idle machine.", flush=True)


def prepare(folder: pathlib.Path, videos: int, programs: pathlib.Path) -> None:
    """Runs prepare.py, unless an earlier run has left what is needed."""
    complete = folder / "complete"
    if complete.exists() and (videos == 0 or complete.read_text() == str(videos)):
        return
    complete.unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    command: list[str | pathlib.Path] = [sys.executable, HERE / "prepare.py", folder, str(videos), programs]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise SystemExit(f"prepare.py failed\n{done.stdout[-4000:]}")
    complete.write_text(str(videos))


def main() -> None:
    options = arguments()
    works = [work for work in timing.WORKS if work.key in options.only]
    results: dict[str, object] = {"times": []}
    with contextlib.ExitStack() as stack:
        folder = options.folder or pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vscg_peers_")))
        describe_machine()
        prepare(folder.resolve(), options.epoch_videos if "epoch" in options.only else 0, options.programs)
        place = Place(folder.resolve(), options.programs)
        with contextlib.ExitStack() as processes:
            contestants = [
                processes.enter_context(Contestant(name, threads, place))
                for threads in options.threads
                for name in options.peers
                if name != "ONNX Runtime, spinning" or threads > 1  # one thread has no other to wait for
            ]
            agreement.check(contestants, place)
            results["times"] = [timing.measure(work, contestants, options.rounds) for work in works]
        # From here on no other process holds memory or threads.
        if "memory" in options.only:
            names = [name for name in options.peers if name != "ONNX Runtime, spinning"]
            results["memory"] = memory.measure(names, max(options.threads), place)
        if "start_up" in options.only:
            results["start_up"] = start_up.measure(options.rounds, place)
        if "disk" in options.only:
            results["disk"] = disk.measure(place)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
