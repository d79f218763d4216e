# SPDX-License-Identifier: MIT
"""Tests extract_features.py with PyTorch and random weights: every number of both networks, its files, ave_localize on
them. The weights that people use are not here, so nothing is compared with released features."""

import contextlib
import io
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

try:
    import h5py
    import numpy as np
    import torch
    if subprocess.run(["ffmpeg", "-version"], capture_output=True).returncode != 0:
        raise ImportError("ffmpeg does not run")
except (ImportError, FileNotFoundError) as problem:
    print(f"skipped: {problem}")
    sys.exit(77)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "examples"))
sys.dont_write_bytecode = True
import extract_features  # noqa: E402
import video_features  # noqa: E402

PROGRAMS = pathlib.Path(os.environ.get("VSCG_PROGRAMS_DIR", "."))
VGG19 = [(1, 2, 64), (2, 2, 128), (3, 4, 256), (4, 4, 512), (5, 4, 512)]  # block, convolutions, channels


def random_vgg():
    """Names as Keras's with kernels as PyTorch's, scaled so that numbers stay of one size."""
    torch.manual_seed(1)
    arrays, channels = {}, 3
    for block, count, width in VGG19:
        for number in range(1, count + 1):
            kernel = torch.randn(width, channels, 3, 3) * (2 / (9 * channels)) ** 0.5
            arrays[f"block{block}_conv{number}"] = kernel, 0.1 * torch.randn(width)
            channels = width
    return arrays


def pool5(pictures, arrays):
    """The definition, from [N, 3, 224, 224]."""
    for block, count, _ in VGG19:
        for number in range(1, count + 1):
            pictures = torch.conv2d(pictures, *arrays[f"block{block}_conv{number}"], padding=1).relu()
        pictures = torch.max_pool2d(pictures, 2)
    return pictures


def random_vggish():
    torch.manual_seed(2)
    shapes = {"features.0": (64, 1, 3, 3), "features.3": (128, 64, 3, 3), "features.6": (256, 128, 3, 3),
              "features.8": (256, 256, 3, 3), "features.11": (512, 256, 3, 3), "features.13": (512, 512, 3, 3),
              "embeddings.0": (4096, 12288), "embeddings.2": (4096, 4096), "embeddings.4": (128, 4096)}
    state = {}
    for name, shape in shapes.items():
        state[f"{name}.weight"] = torch.randn(shape) * (2 / np.prod(shape[1:])) ** 0.5
        state[f"{name}.bias"] = 0.1 * torch.randn(shape[0])
    return state


def embedding(patch, state):
    """The definition, from [96, 64]: TensorFlow flattens time, band, channel."""
    x = patch[None, None]
    for name in ("features.0", "pool", "features.3", "pool", "features.6", "features.8", "pool", "features.11",
                 "features.13", "pool"):
        if name == "pool":
            x = torch.max_pool2d(x, 2)
        else:
            x = torch.conv2d(x, state[f"{name}.weight"], state[f"{name}.bias"], padding=1).relu()
    x = torch.stack([x[0, :, t, band] for t in range(6) for band in range(4)]).flatten()
    for name in ("embeddings.0", "embeddings.2", "embeddings.4"):
        x = (state[f"{name}.weight"] @ x + state[f"{name}.bias"]).relu()
    return x


class Extraction(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        cls.folder = pathlib.Path(holder.name)
        cls.vgg, cls.vggish = random_vgg(), random_vggish()
        with h5py.File(cls.folder / "vgg.h5", "w") as file:
            for name, (kernel, bias) in cls.vgg.items():
                file[f"{name}/{name}_W_1:0"] = kernel.permute(2, 3, 1, 0).numpy()
                file[f"{name}/{name}_b_1:0"] = bias.numpy()
        names = [n for n, part in enumerate(video_features.VGG19) if part != "M"]
        places = [2 * n - sum(part == "M" for part in video_features.VGG19[:n]) for n in names]
        state = {}
        for place, (kernel, bias) in zip(places, cls.vgg.values()):
            state[f"features.{place}.weight"], state[f"features.{place}.bias"] = kernel, bias
        torch.save(state | {"classifier.0.weight": torch.zeros(2)}, cls.folder / "vgg.pth")
        torch.save(cls.vggish, cls.folder / "vggish.pth")

    def video(self, name, seconds, sound=None):
        words = ["-f", "lavfi", "-i", f"testsrc=s=64x48:r=8:d={seconds}", "-f", "lavfi", "-i",
                 f"sine=frequency=700:sample_rate=16000:duration={sound or seconds}"]
        path = self.folder / name
        subprocess.run(["ffmpeg", "-v", "error", "-y", *words, "-c:v", "ffv1", "-c:a", "pcm_s16le", path], check=True)
        return name

    def extract(self, *words, weights=("--vgg-weights", "vgg.h5"), frames=16):
        """Exit code and outputs; fewer frames a second take less time."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), \
                mock.patch.object(video_features, "FRAMES", frames):
            code = extract_features.main([*words, *weights, "--vggish-weights", "vggish.pth"], extract_features.run,
                                         extract_features.PROGRAM)
        return code, out.getvalue(), err.getvalue()

    def test_every_number_and_what_the_programs_take(self):
        video = self.video("in.mkv", 2.4)
        self.assertEqual(self.extract(video, "--audio", "a.npy", "--visual", "v.npy"), (0, "in.mkv: 2 seconds\n", ""))
        audio, visual = np.load(self.folder / "a.npy"), np.load(self.folder / "v.npy")
        self.assertEqual((audio.shape, audio.dtype), ((2, 128), np.float32))
        self.assertEqual((visual.shape, visual.dtype), ((2, 7, 7, 512), np.float32))
        samples = video_features.sound(str(self.folder / video), np)
        patch = torch.from_numpy(video_features.log_mel(samples[16000:], np)).float()
        self.assertLess(np.abs(audio[1] - embedding(patch, self.vggish).numpy()).max(), 1e-4 * audio.max())
        # Eight pictures a second, each of which shows twice as long as a sixteenth.
        pictures = list(video_features.frames(str(self.folder / video), False, np))[8:16]
        pixels = np.stack([video_features.resized(picture, 224, np) for picture in pictures]).astype(np.float32)
        pixels = pixels[..., ::-1] - np.float32([103.939, 116.779, 123.68])
        mean = pool5(torch.from_numpy(pixels.copy()).permute(0, 3, 1, 2), self.vgg).mean(dim=0)
        self.assertLess(np.abs(visual[1] - mean.permute(1, 2, 0).numpy()).max(), 1e-4 * visual.max())

        other = ("--vgg-weights", "vgg.pth", "--preprocessing", "caffe")
        self.assertEqual(self.extract(video, "--audio", "a2.npy", "--visual", "v2.npy", weights=other, frames=8)[0], 0)
        self.assertTrue(np.allclose(np.load(self.folder / "v2.npy"), visual, rtol=1e-4, atol=1e-4 * visual.max()))

        if not (PROGRAMS / "ave_localize").exists():
            self.skipTest("there is no ave_localize")
        arguments = ["--data", "data", "--setting", "fully", "--epochs", "1", "--batch", "8", "--out", "run"]
        subprocess.run([PROGRAMS / "ave_synthesize", "--out", "data", "--videos", "28", "--type", "float16"],
                       cwd=self.folder, check=True, capture_output=True)
        subprocess.run([PROGRAMS / "ave_train", *arguments], cwd=self.folder, check=True, capture_output=True)
        done = subprocess.run([PROGRAMS / "ave_localize", "--weights", "run/best.safetensors", "--audio", "a.npy",
                               "--visual", "v.npy"], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("video of 2 s, 1 window: ", done.stdout)

    def test_a_data_set_and_a_comparison_with_it(self):
        # 9.95 seconds of picture and 9.9 of sound are a video of ten seconds; what is missing is filled.
        video = self.video("ten.mkv", 9.95, 9.9)
        self.assertEqual(self.extract(video, "--data", ".", frames=1)[:2], (0, "ten.mkv: 10 seconds\n"))
        with h5py.File(self.folder / "audio_feature.h5") as audio, h5py.File(self.folder / "visual_feature.h5") as visual:
            self.assertEqual(audio["avadataset"].shape, (1, 10, 128))
            self.assertEqual(visual["avadataset"].shape, (1, 10, 7, 7, 512))
        code, out, err = self.extract(video, "--sampling", "tenths", "--compare", "audio_feature.h5", "0", "--compare",
                                      "visual_feature.h5", "0", frames=1)
        self.assertEqual((code, err), (0, ""))
        self.assertIn("audio_feature.h5, row 0: correlation 1.0000 (by second 1.000 1.000", out)
        self.assertIn("ten.mkv: 9 seconds\n", out)  # nothing is filled without --data
        self.assertIn("visual_feature.h5, row 0: correlation 1.0000", out)  # at 8 frames a second, a tenth is a second
        self.assertIn("expected a row below 1, the videos of audio_feature.h5, found 1",
                      self.extract(video, "--compare", "audio_feature.h5", "1")[2])
        self.assertIn("two.mkv: expected 10 seconds of picture and sound, found 1",
                      self.extract(self.video("two.mkv", 1.5), "--data", ".", frames=1)[2])

    def test_weights_that_do_not_fit_are_refused(self):
        video = self.video("in.mkv", 1)
        output = ("--audio", "x.npy", "--visual", "y.npy")
        state = torch.load(self.folder / "vgg.pth")
        del state["features.34.bias"]
        state["features.0.weight"] = torch.zeros(64, 1, 3, 3)
        torch.save(state, self.folder / "bad.pth")
        self.assertIn("bad.pth: the weights do not fit: features.0.weight of [64, 1, 3, 3] instead of [64, 3, 3, 3], no "
                      "features.34.bias", self.extract(video, *output, weights=(
                          "--vgg-weights", "bad.pth", "--preprocessing", "caffe"))[2])
        h5py.File(self.folder / "none.h5", "w").close()
        self.assertIn("none.h5: expected Keras's weights of VGG-19, found no kernel and bias of block1_conv1",
                      self.extract(video, *output, weights=("--vgg-weights", "none.h5"))[2])
        (self.folder / "text.pth").write_text("weights")
        self.assertIn("text.pth: expected a state_dict of torch.save, found ", self.extract(video, *output, weights=(
            "--vgg-weights", "text.pth", "--preprocessing", "caffe"))[2])
        self.assertFalse((self.folder / "x.npy").exists())


class Preprocessing(unittest.TestCase):
    def test_the_mean_picture_is_zero_and_channels_are_in_order(self):
        def seen(color, kind):
            second = np.tile(np.float32(color), (16, 2, 2, 1))
            return video_features.see(second, lambda x: x, kind, np, torch)[0, 0]

        self.assertTrue(np.allclose(seen([123.68, 116.779, 103.939], "caffe"), 0, atol=1e-5))
        self.assertTrue(np.allclose(seen([124.68, 116.779, 103.939], "caffe"), [0, 0, 1], atol=1e-4))
        mean, deviation = np.array([0.485, 0.456, 0.406]) * 255, np.array([0.229, 0.224, 0.225]) * 255
        self.assertTrue(np.allclose(seen(mean + deviation * [1, 2, 3], "torchvision"), [1, 2, 3], atol=1e-5))

    def test_numbers_of_the_comparison(self):
        mine, theirs = np.array([[0.0, 1, 2, 3]]), np.array([[0.0, 2, 4, 6]])
        self.assertEqual(extract_features.comparison(mine, theirs, np),
                         "correlation 1.0000 (by second 1.000), mean 1.5000 and released 3.0000, only one is zero 0.0 %")
        self.assertIn("correlation -1.0000", extract_features.comparison(mine, theirs.max() - theirs, np))
        self.assertIn("only one is zero 50.0 %", extract_features.comparison(mine, 3 - mine, np))


if __name__ == "__main__":
    unittest.main()
