# SPDX-License-Identifier: MIT
"""Peak memory of processes that do one thing, measured from outside, in the same way for all."""

from __future__ import annotations

import contextlib
import pathlib
import threading
import time
from collections.abc import Iterator

from contestant import INFERENCE_ONLY, Contestant, Place

#: What a process does, as commands of peer.cpp, and whether that is inference.
TASKS = {
    "5 training steps on one batch of 128 held in memory": ("train 128 5", False),
    "inference of 1 video, 5 times": ("infer 1 5 1", True),
    "inference of 402 videos held in memory, in batches of 16": ("infer 402 2 16", True),
}


def status(process: int) -> dict[str, float]:
    """MiB of a process: RssAnon is heap and stacks, VmHWM the resident peak, mapped files included."""
    lines = pathlib.Path(f"/proc/{process}/status").read_text().splitlines()
    words = (line.split() for line in lines if line.endswith(" kB"))
    return {name.rstrip(":"): int(kib) / 1024 for name, kib, _ in words}


@contextlib.contextmanager
def watching(process: int) -> Iterator[list[float]]:
    """Samples a process every millisecond or two: the list holds its anonymous memory. (The kernel keeps no peak.)"""
    seen: list[float] = []
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            seen.append(status(process)["RssAnon"])
            time.sleep(0.001)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        done.set()
        watcher.join()


def measure(names: list[str], threads: int, place: Place) -> dict[str, dict[str, tuple[float, float]]]:
    """Prints and returns the peak anonymous and the peak resident memory of each peer."""
    result: dict[str, dict[str, tuple[float, float]]] = {}
    for title, (command, infers) in TASKS.items():
        print(f"\npeak memory of a process: {title}")
        print(f"  {'':34} {'anonymous, MiB':>16} {'resident, MiB':>16}")
        for name in names:
            if name in INFERENCE_ONLY and not infers:
                continue
            with Contestant(name, threads, place) as who, watching(who.process.pid) as anonymous:
                who.ask(command)
                resident = status(who.process.pid)["VmHWM"]
            result.setdefault(title, {})[name] = max(anonymous), resident
            print(f"  {who!s:34} {max(anonymous):16,.1f} {resident:16,.1f}", flush=True)
    return result
