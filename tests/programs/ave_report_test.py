# SPDX-License-Identifier: MIT
"""ave_report's page of two networks: its numbers are those of ave_train, ave_evaluate and ave_localize; what it refuses."""

import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import unittest

PROGRAMS = pathlib.Path(os.environ.get("VSCG_PROGRAMS_DIR", "."))
NEEDED = ["ave_synthesize", "ave_train", "ave_evaluate", "ave_localize", "ave_report"]
RUNS = [("vscg", "fully", "vscg_fully"), ("avel", "weakly", "avel_weakly")]
# The smallest PNG: one red dot.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
folder = None


def run(name, *words, code=0):
    """Runs a program, whose exit code must be `code`; returns its output or, where it fails, its error."""
    done = subprocess.run([PROGRAMS / name, *words], cwd=folder.name, capture_output=True, text=True)
    if done.returncode != code:
        raise AssertionError(f"{name}: exit code {done.returncode}: {done.stderr}")
    return done.stdout if code == 0 else done.stderr


def path(name):
    return pathlib.Path(folder.name) / name


def page_data(name):
    block = re.search(r'<script type="application/json" id="data">(.*?)</script>', path(name).read_text(), re.S)
    return json.loads(block.group(1))


def setUpModule():
    global folder
    folder = tempfile.TemporaryDirectory()
    run("ave_synthesize", "--out", "data", "--videos", "30", "--type", "float16")
    for name, setting, network in RUNS:
        run("ave_train", "--data", "data", "--setting", setting, "--network", network, "--epochs", "1", "--batch", "6",
            "--threads", "1", "--out", name)
    run("ave_report", "vscg", "avel/", "--data", "data", "--threads", "1", "--count", "2", "--out", "page.html")


def tearDownModule():
    folder.cleanup()


class Numbers(unittest.TestCase):
    def test_of_runs_are_those_of_ave_train_and_ave_evaluate(self):
        data = page_data("page.html")
        self.assertEqual([one["name"] for one in data["runs"]], ["vscg", "avel"])
        for one in data["runs"]:
            run("ave_evaluate", "--data", "data", "--weights", one["name"] + "/best.safetensors", "--json", "e.json")
            measured = json.loads(path("e.json").read_text())
            for field in ["network", "setting", "device", "card", "precision", "segments_right", "accuracy",
                          "majority_accuracy", "classes", "confusion"]:
                self.assertEqual(one[field], measured[field], field)
            summary = json.loads(path(one["name"] + "/summary.json").read_text())
            self.assertEqual(one["accuracy"], summary["test_accuracy"])
            kinds = one["errors"]["segments"]
            self.assertEqual(sum(kinds.values()), one["segments"])
            self.assertEqual(kinds["right"], one["segments_right"])
            confused = sum(pair["segments"] for pair in one["errors"]["confused"])
            self.assertEqual(confused, kinds["other category"])
            table = one["confusion"]
            self.assertEqual(confused, sum(table[t][p] for t in range(28) for p in range(28) if t != p))
            self.assertEqual(one["errors"]["found"], len(one["errors"]["start_errors"]))
        self.assertEqual(path("page.html").read_text().count(">cpu, float</td>"), 2)
        curves = data["plots"][:3]
        self.assertEqual([curve["title"] for curve in curves], ["Training loss", "Validation accuracy", "Test accuracy"])
        for number, (name, _, _) in enumerate(RUNS):
            lines = [json.loads(line) for line in path(name + "/metrics.jsonl").read_text().splitlines()]
            for curve, field, factor in zip(curves, ["loss", "validation_accuracy", "test_accuracy"], [1, 100, 100]):
                series = curve["series"][number]
                self.assertEqual(series["x"], [line["epoch"] for line in lines])
                self.assertEqual(series["y"], [factor * line[field] for line in lines])

    def test_of_videos_are_those_of_ave_localize(self):
        data = page_data("page.html")
        self.assertEqual(len(data["videos"]), 2)
        self.assertEqual(len(data["maps"]), 2 * 2 * 10)
        for video in data["videos"]:
            for one in video["runs"]:
                run("ave_localize", "--data", "data", "--weights", one["name"] + "/best.safetensors", "--videos",
                    str(video["row"]), "--json", "l.json", "--attention", "a.npy")
                said = json.loads(path("l.json").read_text())["videos"][0]
                self.assertEqual(video["id"], said["id"])
                self.assertEqual(video["truth"], said["truth"])
                self.assertEqual(one["events"], said["events"])
                self.assertEqual(len(one["verdicts"]), 10)
                shares = struct.unpack("<490f", path("a.npy").read_bytes()[-4 * 490 :])
                for second in range(10):
                    shown = data["maps"][one["first_map"] + second]["values"]
                    for a, b in zip(shown, shares[49 * second : 49 * second + 49], strict=True):
                        self.assertLessEqual(abs(a - b), 0.51e-5)


class Command(unittest.TestCase):
    def test_the_same_command_makes_the_same_page(self):
        before = path("page.html").read_bytes()
        run("ave_report", "vscg", "avel/", "--data", "data", "--threads", "2", "--count", "2", "--out", "page.html")
        self.assertEqual(before, path("page.html").read_bytes())

    def test_shows_the_videos_and_pictures_asked_for(self):
        train = [int(row) for row in range(30) if row not in self.rows_of_test()][:1]
        name = page_data("page.html")["videos"][0]["id"]
        pictures = path("frames") / name
        pictures.mkdir(parents=True)
        for second in range(9):
            (pictures / f"{second}.png").write_bytes(PNG)
        done = subprocess.run(
            [PROGRAMS / "ave_report", "vscg", "--data", "data", "--threads", "1", "--frames", "frames", "--out",
             "chosen.html", f"--videos={name},{train[0]}"], cwd=folder.name, capture_output=True, text=True, check=True)
        warned = done.stderr.splitlines()
        self.assertEqual(len(warned), 2, done.stderr)
        self.assertIn(f"1 picture missing, the first: frames/{name}/9: no .jpg, .jpeg or .png", warned[0])
        self.assertIn("10 pictures missing", warned[1])
        data = page_data("chosen.html")
        self.assertEqual([video["id"] for video in data["videos"]][0], name)
        self.assertEqual([video["row"] for video in data["videos"]][1], train[0])
        self.assertEqual([video["pictures"] for video in data["videos"]], [9, 0])
        text = path("chosen.html").read_text()
        self.assertEqual(text.count("data:image/png;base64,"), 9)
        self.assertEqual(text.count("not of the test split"), 1)

    def rows_of_test(self):
        run("ave_report", "vscg", "--data", "data", "--threads", "1", "--count", "1000", "--out", "all.html")
        return [video["row"] for video in page_data("all.html")["videos"]]

    def test_refuses_in_one_line_and_writes_nothing(self):
        base = ["ave_report", "vscg", "--data", "data", "--out", "never.html"]
        for words, problem in [
            (["--videos", "nobody"], '--videos: expected ids of Annotations.txt, or rows below 30, found nobody'),
            (["--videos", "1,,2"], "--videos: expected ids or rows, found nothing"),
            (["--frames", "nowhere"], "--frames nowhere: expected a folder, found none"),
            (["none"], "cannot open none/metrics.jsonl"),
        ]:
            said = run(*base, *words, code=1)
            self.assertTrue(said.startswith("ave_report: error: " + problem), said)
            self.assertEqual(said.count("\n"), 1)
        self.assertFalse(path("never.html").exists())


if __name__ == "__main__":
    for needed in NEEDED:
        if not (PROGRAMS / needed).exists():
            print(f"skipped: there is no {PROGRAMS / needed}")
            sys.exit(77)
    unittest.main()
