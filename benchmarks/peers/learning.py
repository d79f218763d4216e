# SPDX-License-Identifier: MIT
"""Does vscg learn as well as PyTorch? Trains both on the same synthesized files, many times, and compares.

python learning.py --programs build/benchmark/bin --folder build/learning

A pair is a world of ave_synthesize, whose seed is the pair's number, and one training by each: same videos, batches of
the same size, epochs and rate; each has its own initial weights, order and dropout. Every training leaves a line in
FOLDER/trainings.jsonl, and a second call continues where the first one stopped. README.md says what the lines mean.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import dataclasses
import json
import pathlib
import shutil
import subprocess
import sys
import threading
from typing import Any

import h5py
import numpy as np

from difference import report

HERE = pathlib.Path(__file__).resolve().parent
PEERS = ("vscg", "PyTorch")
SETTINGS = ("fully", "weakly")
SAME_WEIGHTS_TOLERANCE = 0.005  # between both accuracies of one file: a segment may be on the edge


@dataclasses.dataclass(frozen=True)
class Protocol:
    """The settings that both train with, apart from the pair's number."""

    training: int
    validation: int
    test: int
    epochs: int
    batch: int
    learning_rate: float


@dataclasses.dataclass(frozen=True)
class Training:
    setting: str
    pair: int
    peer: str


class Study:
    def __init__(self, programs: pathlib.Path, folder: pathlib.Path, protocol: Protocol) -> None:
        self.programs, self.folder, self.protocol = programs, folder, protocol
        self.lock = threading.Lock()
        self.file = folder / "trainings.jsonl"
        self.done: dict[Training, dict[str, Any]] = {}
        self._read()

    def run(self, training: Training) -> None:
        data = self._world(training.pair)
        epochs = self._vscg(training, data) if training.peer == "vscg" else self._torch(training, data)
        self._keep(training, epochs)

    def remove_world(self, pair: int) -> None:
        shutil.rmtree(self.folder / f"world_{pair}", ignore_errors=True)

    def _vscg(self, training: Training, data: pathlib.Path) -> list[dict[str, float]]:
        out = self.folder / f"run_{training.setting}_{training.pair}"
        shutil.rmtree(out, ignore_errors=True)
        p = self.protocol
        command(
            self.programs / "ave_train", "--data", data, "--setting", training.setting, "--epochs", p.epochs,
            "--batch", p.batch, "--learning-rate", p.learning_rate, "--seed", training.pair, "--threads", 1, "--out", out,
        )  # fmt: skip
        epochs = json_lines((out / "metrics.jsonl").read_text())
        if training.pair == 1:
            self._expect_same_measure(training.setting, data, out / "best.safetensors", chosen(epochs))
        shutil.rmtree(out)
        return epochs

    def _torch(self, training: Training, data: pathlib.Path) -> list[dict[str, float]]:
        p = self.protocol
        text = command(
            sys.executable, HERE / "learn_torch.py", data, training.setting, "--epochs", p.epochs, "--batch", p.batch,
            "--learning-rate", p.learning_rate, "--seed", training.pair,
        )  # fmt: skip
        return json_lines(text)

    def _expect_same_measure(self, setting: str, data: pathlib.Path, weights: pathlib.Path, ours: dict) -> None:
        """Checks that weights trained by vscg are as good in PyTorch: the same network, data set and measure."""
        theirs = json.loads(command(sys.executable, HERE / "learn_torch.py", data, setting, "--weights", weights))
        for key in ("validation_accuracy", "test_accuracy"):
            if abs(theirs[key] - ours[key]) > SAME_WEIGHTS_TOLERANCE:
                raise SystemExit(f"{setting}: for one file vscg measures {key} {ours[key]}, PyTorch {theirs[key]}")

    def _world(self, pair: int) -> pathlib.Path:
        """The data set of a pair, made if it is not there yet."""
        with self.lock:
            made, making = self.folder / f"world_{pair}", self.folder / "making"
            if not made.exists():
                shutil.rmtree(making, ignore_errors=True)
                p = self.protocol
                command(
                    self.programs / "ave_synthesize", "--out", making, "--seed", pair, "--type", "float16",
                    "--videos", p.training + p.validation + p.test,
                )  # fmt: skip
                deal_again(making, p)
                making.rename(made)
            return made

    def _keep(self, training: Training, epochs: list[dict[str, float]]) -> None:
        keys = ("loss", "validation_accuracy", "test_accuracy")
        line = {
            "training": dataclasses.asdict(training),
            "protocol": dataclasses.asdict(self.protocol),
            "epochs": [{key: epoch[key] for key in keys} for epoch in epochs],
        }
        with self.lock:
            with self.file.open("a") as file:
                file.write(json.dumps(line) + "\n")
            self.done[training] = summary(line["epochs"])
        print(f"{training.setting} {training.pair} {training.peer}: {self.done[training]}", flush=True)

    def _read(self) -> None:
        """Reads what earlier calls left; a line that was cut off when one was killed does not count."""
        if not self.file.exists():
            return
        text = self.file.read_text()
        whole = text[: text.rfind("\n") + 1]
        if whole != text:
            self.file.write_text(whole)
        for line in json_lines(whole):
            if line["protocol"] == dataclasses.asdict(self.protocol):
                self.done[Training(**line["training"])] = summary(line["epochs"])


def command(*words: object) -> str:
    """Runs a program and returns what it printed."""
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{words[0]} failed\n{done.stderr[-2000:]}")
    return done.stdout


def json_lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def deal_again(data: pathlib.Path, protocol: Protocol) -> None:
    """Makes splits of the wanted sizes: with few videos, the tenth that AVE tests on says too little."""
    files = [data / f"{name}_order.h5" for name in ("train", "val", "test")]
    count = protocol.training + protocol.validation + protocol.test
    rows = np.random.default_rng(1).permutation(count)
    parts = np.split(rows, [protocol.training, protocol.training + protocol.validation])
    for path, part in zip(files, parts, strict=True):
        with h5py.File(path, "w") as file:
            file["order"] = np.sort(part)


def chosen(epochs: list[dict[str, float]]) -> dict[str, float]:
    """The epoch that is best on validation, the earliest of equals."""
    return max(epochs, key=lambda epoch: epoch["validation_accuracy"])


def summary(epochs: list[dict[str, float]]) -> dict[str, float]:
    """Test accuracies of a training, in %."""
    last = [epoch["test_accuracy"] for epoch in epochs[-5:]]
    return {"chosen": round(100 * chosen(epochs)["test_accuracy"], 4), "last five": round(100 * sum(last) / len(last), 4)}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=pathlib.Path, required=True, help="folder with ave_synthesize and ave_train")
    parser.add_argument("--folder", type=pathlib.Path, required=True, help="where data and results go")
    parser.add_argument("--pairs", type=int, default=24, help="trainings of each peer in each setting (24)")
    parser.add_argument("--settings", nargs="+", choices=SETTINGS, default=SETTINGS, help="default: both")
    parser.add_argument("--at-once", type=int, default=2, help="trainings at a time, each with one thread (2)")
    parser.add_argument("--training", type=int, default=320, help="videos to train on (320)")
    parser.add_argument("--validation", type=int, default=40, help="videos to choose the epoch on (40)")
    parser.add_argument("--test", type=int, default=120, help="videos to test on (120)")
    parser.add_argument("--epochs", type=int, default=20, help="20")
    parser.add_argument("--batch", type=int, default=16, help="videos per step (16)")
    parser.add_argument("--learning-rate", type=float, default=3e-4, help="of Adam (0.0003)")
    parser.add_argument("--report", action="store_true", help="train nothing, report the results so far")
    options = parser.parse_args()
    for program in ("ave_synthesize", "ave_train"):
        if not (options.programs / program).exists():
            parser.error(f"--programs: no {program} in {options.programs}: build them first")
    return options


def train_all(study: Study, options: argparse.Namespace) -> None:
    """Works pair by pair, so that a study that is stopped early has results for every setting."""

    def both(setting: str, pair: int) -> None:
        for peer in PEERS:
            training = Training(setting, pair, peer)
            if training not in study.done:
                study.run(training)
        study.remove_world(pair)

    pool = concurrent.futures.ThreadPoolExecutor(options.at_once)
    try:
        pairs = range(1, options.pairs + 1)
        for each in [pool.submit(both, setting, pair) for setting in options.settings for pair in pairs]:
            each.result()
    finally:
        pool.shutdown(cancel_futures=True)


def main() -> None:
    options = arguments()
    options.folder.mkdir(parents=True, exist_ok=True)
    names = [field.name for field in dataclasses.fields(Protocol)]
    protocol = Protocol(**{name: getattr(options, name) for name in names})
    study = Study(options.programs.resolve(), options.folder.resolve(), protocol)
    if not options.report:
        train_all(study, options)
    print(f"{protocol}\nTest accuracy in %, mean ± standard deviation; the difference with its 95 % interval")
    for setting in options.settings:
        for measure in ("chosen", "last five"):
            values = {
                peer: {t.pair: s[measure] for t, s in study.done.items() if (t.setting, t.peer) == (setting, peer)}
                for peer in PEERS
            }
            print(f"{setting}, {measure}: {report(values['vscg'], values['PyTorch'])}")


if __name__ == "__main__":
    main()
