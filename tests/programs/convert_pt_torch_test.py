# SPDX-License-Identifier: MIT
"""Tests convert_pt.py on PyTorch's files: what it converts, that the programs open it, what it refuses in one line."""

import collections
import contextlib
import io
import os
import pathlib
import subprocess
import sys
import tempfile
import textwrap
import unittest

try:
    import torch
    from safetensors import safe_open
except ImportError as problem:
    print(f"skipped: {problem}")
    sys.exit(77)

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "examples" / "convert_pt.py"
sys.path.insert(0, str(SCRIPT.parent))
sys.dont_write_bytecode = True
import convert_pt  # noqa: E402

torch.set_num_threads(1)  # of many small arrays, where threads would only wait for each other
PROGRAMS = pathlib.Path(os.environ.get("VSCG_PROGRAMS_DIR", "."))


def state_of(setting, dtype=torch.float32):
    torch.manual_seed(1)
    return {name: (0.1 * torch.randn(shape)).to(dtype) for name, shape in convert_pt.arrays_of(setting).items()}


class Model(torch.nn.Module):
    """Gives a state_dict, whatever its names."""

    def __init__(self, state):
        super().__init__()
        self.state = state

    def state_dict(self):
        return self.state


class Conversion(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.input, self.output = self.folder / "in.pt", self.folder / "out.safetensors"

    def convert(self, loaded, *words):
        """Saves, converts, and returns the exit code and the output."""
        if loaded is not None:
            torch.save(loaded, self.input)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = convert_pt.main([str(self.input), str(self.output), *(words or ("--setting", "fully"))])
        return code, out.getvalue(), err.getvalue()

    def arrays(self, loaded, *words):
        code, _, err = self.convert(loaded, *words)
        self.assertEqual((code, err), (0, ""))
        with safe_open(self.output, "pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata()

    def refused(self, text, loaded, *words):
        self.output.write_text("kept")
        code, out, err = self.convert(loaded, *words)
        self.assertEqual((code, out), (1, ""), err)
        self.assertRegex(err, r"\Aconvert_pt\.py: error: [^\n]*\n\Z")
        self.assertIn(text, err)
        self.assertEqual(self.output.read_text(), "kept")
        self.assertFalse(list(self.folder.glob("*.tmp")))

    def same(self, arrays, state):
        self.assertEqual(arrays.keys(), state.keys())
        for name, value in state.items():
            self.assertTrue(torch.equal(arrays[name], value), name)

    def test_what_is_written_has_the_numbers_and_opens_in_the_programs(self):
        have = (PROGRAMS / "ave_evaluate").exists()
        if have:
            subprocess.run([PROGRAMS / "ave_synthesize", "--out", self.folder / "data", "--videos", "10", "--type",
                            "float16"], check=True, stdout=subprocess.DEVNULL)
        for network, (setting, form) in convert_pt.NETWORKS.items():
            with self.subTest(network):
                state = state_of(setting, torch.float64 if form == "paper" else torch.float32)
                arrays, metadata = self.arrays(state, "--setting", setting, "--network", network)
                self.same(arrays, state)
                self.assertEqual(metadata, convert_pt.metadata_of(network))
                if have:
                    said = subprocess.run([PROGRAMS / "ave_evaluate", "--data", self.folder / "data", "--weights",
                                           self.output], check=True, capture_output=True, text=True).stdout
                    self.assertIn(f"vscg {setting} ({form})", said)

    def test_wrapped_shared_and_narrow(self):
        state = state_of("weakly")
        model = Model(state)
        weakly = ("--setting", "weakly")
        for loaded in (model, {"state_dict": collections.OrderedDict(state), "epoch": 3}, {"model": model},
                       {f"module.{name}": value for name, value in state.items()}):
            self.same(self.arrays(loaded, *weakly)[0], state)
        base = torch.randn(256, 256)
        odd = {**state, "psp.v_L1.weight": base, "psp.v_L2.weight": base, "psp.a_L1.weight": base.t(),
               "W1.weight": torch.nn.Parameter(torch.randn(1).expand(1, 256))}
        self.same(self.arrays(odd, *weakly)[0], odd)
        for dtype in (torch.float16, torch.bfloat16):
            narrow = state_of("weakly", dtype)
            self.same(self.arrays(narrow, *weakly)[0], {name: value.float() for name, value in narrow.items()})

    def test_an_output_is_replaced_whole_and_a_link_stays_one(self):
        target = self.folder / "target"
        target.write_text("old")
        self.output.symlink_to("target")
        self.arrays(state_of("fully"))
        self.assertTrue(self.output.is_symlink())
        self.assertGreater(target.stat().st_size, 1_000_000)

    def test_tensors_that_are_no_weights(self):
        state = state_of("fully")
        weight = state["L4.weight"]
        bad = {
            "a sparse_coo one": weight.to_sparse(),
            "a sparse_csr one": weight.to_sparse_csr(),
            "a quantized one": torch.quantize_per_tensor(weight, 0.1, 0, torch.qint8),
            "found complex64": weight.to(torch.complex64),
            "found int64": weight.long(),
            "found bool": weight > 0,
            "device meta": weight.to("meta"),
            "1 that are not": torch.where(weight == weight.max(), torch.nan, weight),
            "3 that are not": weight.clone().flatten().index_fill(0, torch.arange(3), torch.inf).view(28, 256),
            "without a shape": torch.nested.nested_tensor([weight]),
        }
        for text, value in bad.items():
            with self.subTest(text):
                self.refused("L4.weight: expected", {**state, "L4.weight": value})
                self.refused(text, None)

    def test_other_networks(self):
        self.refused("do not fit vscg_fully; missing (76): linear_v.weight [128, 512], ",
                     torch.nn.Linear(3, 4).state_dict())
        self.refused("do not fit vscg_fully (they fit vscg_weakly and vscg_weakly_paper)", state_of("weakly"))
        self.refused("of another shape (1): L1.weight expected [64, 256] found [2]",
                     {**state_of("fully"), "L1.weight": torch.zeros(2)})
        self.refused("with the keys epoch, optimizer", {"epoch": 1, "optimizer": {"lr": 3}})
        self.refused("found list", [1])

    def test_damaged_files(self):
        torch.save(state_of("fully"), self.input)
        whole = self.input.read_bytes()
        flipped = bytearray(whole)
        flipped[len(whole) // 2] ^= 1  # in the numbers, which torch.load does not check
        for damaged in (flipped, b"", b"\0", b"no pickle", whole[:1000], whole[: len(whole) // 2], whole[:-30],
                        b"PK\3\4" + whole[4:50], b"\x80\x02}q\0.", b"\x80\x05\x8c\x02no\x94\x8c\x02no\x93."):
            self.input.write_bytes(damaged)
            self.refused("", None)

    def test_source_that_is_missing_or_does_not_fit(self):
        """Pickles a model while its module is there; then the module is changed, broken, or gone."""
        source = self.folder / "authors_model.py"
        program = textwrap.dedent("""
            import sys, torch
            sys.path.insert(0, sys.argv[1])
            import authors_model
            torch.save(authors_model.Net(), sys.argv[2])
        """)
        net = "import torch\nclass Net(torch.nn.Module):\n    pass\n"
        source.write_text(net)
        subprocess.run([sys.executable, "-B", "-c", program, self.folder, self.input], check=True)
        self.refused("needs the Python module authors_model: put the folder", None)
        sys.path.insert(0, str(self.folder))
        self.addCleanup(sys.path.remove, str(self.folder))
        for text, changed in (
            ("Can't get attribute 'Net'", ""),
            ("cannot import name 'nothing'", "from torch import nothing\n"),
            ("needs the Python module nowhere_to_be_found", "import nowhere_to_be_found\n"),
            ("SyntaxError", "print 'an old Python'\n"),
            ("SystemExit", "raise SystemExit(3)\n"),
            ("ZeroDivisionError", "1 / 0\n"),
            ("the model cannot give its state_dict", net.replace("pass", "state_dict = 3")),
            ("with the keys none", net),
        ):
            with self.subTest(text):
                source.write_text(changed)
                sys.modules.pop("authors_model", None)
                self.refused(text, None)

    def test_full_output(self):
        torch.save(state_of("fully"), self.input)
        with open("/dev/full", "w") as full:
            done = subprocess.run([sys.executable, SCRIPT, self.input, self.output, "--setting", "fully"], stdout=full,
                                  stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"\Aconvert_pt\.py: error: cannot write to the standard output: [^\n]*\n\Z")


if __name__ == "__main__":
    unittest.main()
