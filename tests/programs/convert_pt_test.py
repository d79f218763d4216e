# SPDX-License-Identifier: MIT
"""Tests convert_pt.py as far as it goes without PyTorch: names, shapes and metadata are those that ave_train writes; what
it unwraps; what it refuses in one line before it reads anything."""

import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "examples" / "convert_pt.py"
sys.path.insert(0, str(SCRIPT.parent))
sys.dont_write_bytecode = True
import convert_pt  # noqa: E402

PROGRAMS = pathlib.Path(os.environ.get("VSCG_PROGRAMS_DIR", "."))


class Array:
    """Stands for a tensor."""

    def __init__(self, *shape):
        self.shape = shape


class Module:
    """Stands for a model."""

    def __init__(self, state):
        self.state = state

    def state_dict(self):
        if self.state is None:
            raise AttributeError("no attribute\n'_parameters'")
        return self.state


def unwrapped(loaded):
    return convert_pt.unwrapped(loaded, Array, Module)


def refusal(loaded):
    try:
        unwrapped(loaded)
    except convert_pt.Problem as problem:
        return str(problem)
    raise AssertionError("expected a refusal")


class Table(unittest.TestCase):
    @unittest.skipUnless((PROGRAMS / "ave_train").exists(), "there is no ave_train")
    def test_files_of_ave_train_have_the_same_names_shapes_and_metadata(self):
        with tempfile.TemporaryDirectory() as folder:

            def program(name, *words):
                subprocess.run([PROGRAMS / name, *words], cwd=folder, check=True, stdout=subprocess.DEVNULL)

            # One video per category, so that the data names them all.
            program("ave_synthesize", "--out", "data", "--videos", "28", "--type", "float16")
            for network, (setting, _) in convert_pt.NETWORKS.items():
                with self.subTest(network):
                    program("ave_train", "--data", "data", "--setting", setting, "--network", network, "--epochs", "1",
                            "--batch", "8", "--out", network)
                    with open(pathlib.Path(folder, network, "best.safetensors"), "rb") as file:
                        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
                    self.assertEqual(header.pop("__metadata__"), convert_pt.metadata_of(network))
                    shapes = {name: tuple(entry["shape"]) for name, entry in header.items()}
                    self.assertEqual(shapes, convert_pt.arrays_of(setting))

    def test_all_that_does_not_fit_is_listed(self):
        shapes = convert_pt.arrays_of("fully")
        self.assertEqual(convert_pt.misfits(shapes, "fully"), "")
        shapes["L3.bias"] = (2,)
        shapes["other"] = (3, 4)
        del shapes["fa.0.weight"]
        self.assertEqual(
            convert_pt.misfits(shapes, "fully"),
            "missing (1): fa.0.weight [256, 128]; of another shape (1): L3.bias expected [1] found [2]; "
            "unexpected (1): other [3, 4]",
        )
        self.assertIn("unexpected (15): ", convert_pt.misfits(convert_pt.arrays_of("fully"), "weakly"))


class Unwrapping(unittest.TestCase):
    state = {"a.weight": Array(2), "b.bias": Array(3)}

    def test_common_wrappers_are_taken_off(self):
        prefixed = {f"module.{name}": value for name, value in self.state.items()}
        twice = {f"_orig_mod.{name}": value for name, value in prefixed.items()}
        for loaded in (self.state, Module(self.state), prefixed, twice, Module(prefixed)):
            self.assertEqual(unwrapped(loaded), self.state)
        for key in ("state_dict", "model_state_dict", "model", "net", "network", "module"):
            self.assertEqual(unwrapped({"epoch": 3, "best": Array(), key: prefixed}), self.state)
            self.assertEqual(unwrapped({key: Module(prefixed), "optimizer": {}}), self.state)
        self.assertEqual(unwrapped({"state_dict": {"model": self.state}}), self.state)
        self.assertEqual(unwrapped({"module.a": Array(1), "b": Array(1)}).keys(), {"module.a", "b"})

    def test_keys_are_listed_where_nothing_fits(self):
        self.assertEqual(refusal({"epoch": 3, "generator": self.state}),
                         "expected a model or a state_dict, found a dict with the keys epoch, generator")
        self.assertEqual(refusal({}), "expected a model or a state_dict, found a dict with the keys none")
        self.assertEqual(refusal([self.state]), "expected a model or a state_dict, found list")
        self.assertEqual(refusal({"a": Array(1), "b": 3}), "b: expected a tensor with a name, found int")
        self.assertEqual(refusal({0: Array(1)}), "0: expected a tensor with a name, found Array")
        self.assertEqual(refusal(Module(None)),
                         "the model cannot give its state_dict (AttributeError: no attribute '_parameters')")


class CommandLine(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        (self.folder / "torch.py").write_text("raise ImportError('no torch\\nhere')\n")
        (self.folder / "in.pt").write_text("weights")
        (self.folder / "linked").symlink_to("in.pt")
        os.link(self.folder / "in.pt", self.folder / "hard")

    def refused(self, text, *words):
        environment = {**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run([sys.executable, SCRIPT, *words], cwd=self.folder, env=environment, capture_output=True,
                              text=True)
        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
        self.assertRegex(done.stderr, r"\Aconvert_pt\.py: error: [^\n]*\n\Z")
        self.assertIn(text, done.stderr)
        self.assertEqual((self.folder / "in.pt").read_text(), "weights")
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["hard", "in.pt", "linked", "torch.py"])

    def test_help_needs_no_torch(self):
        environment = {**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run([sys.executable, SCRIPT, "--help"], env=environment, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("vscg_weakly_paper", done.stdout)

    def test_options(self):
        usual = ("in.pt", "out", "--setting", "fully")
        self.refused("no torch here: pip install torch safetensors", *usual)
        self.refused("no torch here", "in.pt", "out", "--network", "vscg_weakly_paper")
        self.refused("input, output")
        self.refused("--setting: expected fully or weakly, found nothing", "in.pt", "out")
        self.refused("'semi'", "in.pt", "out", "--setting", "semi")
        self.refused("'vscg_fully', 'vscg_fully_paper', 'vscg_weakly'", *usual, "--network", "vscg")
        self.refused("expected one of vscg_fully, vscg_fully_paper, found vscg_weakly", *usual, "--network", "vscg_weakly")

    def test_paths(self):
        fully = ("--setting", "fully")
        self.refused("cannot read no.pt: No such file", "no.pt", "out", *fully)
        self.refused("cannot read .: expected a file, found a folder", ".", "out", *fully)
        self.refused("cannot write no/out: expected a folder no, found none", "in.pt", "no/out", *fully)
        self.refused("cannot write .: expected a file's name, found a folder", "in.pt", ".", *fully)
        self.refused("cannot write /dev/null: expected a regular file", "in.pt", "/dev/null", *fully)
        for same in ("in.pt", "./in.pt", "linked", "hard"):
            self.refused("expected another file than the input, found the same", "in.pt", same, *fully)


if __name__ == "__main__":
    unittest.main()
