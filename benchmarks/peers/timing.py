# SPDX-License-Identifier: MIT
"""Times peers in turns, round by round, so that whatever else the machine does hits all alike."""

from __future__ import annotations

import dataclasses
import statistics
import time

from contestant import INFERENCE_ONLY, VSCG, Contestant
from spread import Spread

#: Lets the threads of the last peer stop spinning.
PAUSE = 0.1


@dataclasses.dataclass(frozen=True)
class Work:
    """Something to time. A turn asks for `calls` calls; its time is the median of all but the first `unsteady` ones,
    which find the caches as another process left them. Long calls do not notice, so they make one call per turn."""

    key: str
    title: str
    command: str
    calls: int = 1
    unsteady: int = 0
    batches: tuple[int, ...] = ()  #: sizes in which the videos may be given; each peer takes the one that suits it
    infers: bool = True
    rounds: float = 1  #: share of the rounds asked for


WORKS = [
    Work("train", "training step, batch 128", "train 128", infers=False),
    Work("infer402", "inference of 402 videos", "infer 402", batches=(402, 67, 16)),
    Work("infer32", "inference of 32 videos", "infer 32", calls=4, unsteady=1, batches=(32, 16)),
    Work("infer1", "inference of 1 video", "infer 1", calls=25, unsteady=5, batches=(1,)),
    Work("escm128", "ESCM alone, inference of 128 videos", "escm 128", calls=8, unsteady=2),
    Work("escm1", "ESCM alone, inference of 1 video", "escm 1", calls=50, unsteady=10),
    Work("escm_train", "ESCM alone, training step, batch 128", "escm_train 128", calls=4, unsteady=1, infers=False),
    Work("epoch", "epoch from HDF5, batches of 128", "epoch ave", infers=False, rounds=1 / 3),
]

Times = dict[Contestant, list[float]]


def turn(who: Contestant, work: Work, batch: str) -> tuple[float, float]:
    """Milliseconds of a turn, and how many of them it waited for data."""
    time.sleep(PAUSE)
    numbers = who.ask(f"{work.command} {work.calls} {batch}")
    steady = numbers[work.unsteady : work.calls]
    return statistics.median(steady), sum(numbers[work.calls :])


def best_batch(who: Contestant, work: Work) -> str:
    """The batch size that suits a contestant best, as an argument; "" if there is no choice. This also warms up."""
    if not work.batches:
        turn(who, work, "")
        return ""
    times = {}
    for batch in work.batches:
        turn(who, work, str(batch))  # lets it compile and plan
        times[batch] = min(turn(who, work, str(batch))[0] for _ in range(3)) if len(work.batches) > 1 else 0.0
    return str(min(times, key=times.__getitem__))


def measure(work: Work, contestants: list[Contestant], rounds: int) -> dict[str, object]:
    """Times a work and prints the results; returns all of them, for a file."""
    taking_part = [who for who in contestants if work.infers or who.name not in INFERENCE_ONLY]
    rounds = max(1, round(rounds * work.rounds))
    batches = {who: best_batch(who, work) for who in taking_part}
    times: Times = {who: [] for who in taking_part}
    waits: Times = {who: [] for who in taking_part}
    for _ in range(rounds):
        for who in taking_part:
            milliseconds, waiting = turn(who, work, batches[who])
            times[who].append(milliseconds)
            waits[who].append(waiting)

    print(f"\n{work.title} ({rounds} rounds)")
    print(f"  {'':34} {'ms, median [quartiles]':34} time / vscg's, round by round")
    for threads in sorted({who.threads for who in taking_part}):
        group = [who for who in taking_part if who.threads == threads]
        report(group, times, waits, batches if len(work.batches) > 1 else {})
    report_threads(times)
    return {
        "work": work.key,
        "milliseconds": {str(who): times[who] for who in taking_part},
        "waiting": {str(who): waits[who] for who in taking_part if any(waits[who])},
        "batches": {str(who): batches[who] for who in taking_part if batches[who]},
    }


def report(group: list[Contestant], times: Times, waits: Times, batches: dict[Contestant, str]) -> None:
    """Prints a line for each contestant with one number of threads, then the best of the others."""
    ours = next((who for who in group if who.name == VSCG), None)
    for who in group:
        ratio = str(Spread.of_ratios(times[who], times[ours])) if ours and who is not ours else ""
        notes = [f"in batches of {batches[who]}"] if who in batches else []
        if any(waits[who]):
            shares = Spread.of_ratios([100 * wait for wait in waits[who]], times[who])
            notes.append(f"waiting for data {shares} %")
        print(f"  {who!s:34} {Spread.of(times[who])!s:34} {ratio:24} {', '.join(notes)}".rstrip())
    others = [who for who in group if who is not ours]
    if ours and len(others) > 1:
        best = min(others, key=lambda who: statistics.median(times[who]))
        slower = Spread.of_ratios(times[best], times[ours])
        print(f"  -> the best other is {best.name}: {slower} x vscg's time", flush=True)


def report_threads(times: Times) -> None:
    """Prints how much a second thread helps each peer."""
    for one in (who for who in times if who.threads == 1):
        for more in (who for who in times if who.name == one.name and who.threads > 1):
            gain = Spread.of_ratios(times[one], times[more])
            print(f"  -> {more} instead of 1: {gain} x as fast", flush=True)
