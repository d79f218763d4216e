# SPDX-License-Identifier: MIT
"""Tests extract_features.py as far as it goes without PyTorch: options, which pictures it takes, the log-mel spectrum, the
scaling of pictures. What needs numpy or ffmpeg is left out where they are missing, and said."""

import cmath
import math
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "examples" / "extract_features.py"
sys.path.insert(0, str(SCRIPT.parent))
sys.dont_write_bytecode = True
import video_features  # noqa: E402

try:
    import numpy as np
except ImportError:
    np = None
needs_numpy = unittest.skipUnless(np, "there is no numpy")
needs_ffmpeg = unittest.skipUnless(np and shutil.which("ffmpeg"), "there is no numpy or no ffmpeg")


class Tenths(unittest.TestCase):
    def test_a_tenth_of_all_frames_is_a_second(self):
        self.assertEqual(video_features.tenths(300)[:16], [0, 1, 3, 5, 7, 9, 11, 13, 15, 16, 18, 20, 22, 24, 26, 28])
        self.assertEqual(video_features.tenths(300)[144:146], [270, 271])
        self.assertEqual(video_features.tenths(299)[144], 9 * 29)  # the rest of the division is left out
        self.assertEqual(video_features.tenths(10)[15:17], [0, 1])


@needs_numpy
class Sound(unittest.TestCase):
    def slow_log_mel(self, samples, spectrum, band):
        """One number, by the definition: sums over samples and bins, triangles between the mels of frequencies."""
        def mel(hertz):
            return 1127 * math.log(1 + hertz / 700)

        low, high = mel(125), mel(7500)
        left, middle, right = (low + (band + i) * (high - low) / 65 for i in range(3))
        total = 0
        for k in range(1, 257):
            at = mel(k * 16000 / 512)
            if not left < at < right:
                continue
            amplitude = abs(sum(samples[160 * spectrum + n] * (0.5 - 0.5 * math.cos(2 * math.pi * n / 400))
                                * cmath.exp(-2j * math.pi * k * n / 512) for n in range(400)))
            total += amplitude * min((at - left) / (middle - left), (right - at) / (right - middle))
        return math.log(total + 0.01)

    def test_log_mel_is_its_definition(self):
        samples = np.array([math.sin(0.3 * i) * 0.4 + math.sin(i * i * 1e-4) * 0.2 for i in range(16000)])
        found = video_features.log_mel(samples, np)
        self.assertEqual(found.shape, (96, 64))
        for spectrum, band in ((0, 0), (1, 7), (50, 20), (95, 33), (95, 63)):
            self.assertAlmostEqual(found[spectrum, band], self.slow_log_mel(samples, spectrum, band), places=10)

    def test_silence_and_a_tone(self):
        self.assertTrue(np.allclose(video_features.log_mel(np.zeros(16000), np), math.log(0.01)))
        tone = video_features.log_mel(np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000), np).mean(axis=0)
        # 1000 Hz are 1000 mels; bands are 40.7 mels apart and begin at 185.
        self.assertEqual(tone.argmax(), round((1000 - 185.0) / 40.7) - 1)

    def test_a_second_counts_from_975_milliseconds_on(self):
        lengths = {15599: 0, 15600: 1, 31599: 1, 31600: 2, 160000: 10, 0: 0}
        self.assertEqual({n: video_features.whole_seconds(range(n)) for n in lengths}, lengths)


@needs_numpy
class Pictures(unittest.TestCase):
    def test_scaling_is_bilinear(self):
        picture = np.array([[0, 100], [200, 60]], np.uint8)[..., None].repeat(3, axis=2)
        bigger = video_features.resized(picture, 4, np)[..., 0]
        self.assertEqual(bigger[0].tolist(), [0, 25, 75, 100])
        self.assertEqual(bigger[:, 0].tolist(), [0, 50, 150, 200])
        self.assertEqual(bigger[1, 1], round(0.75 * 25 + 0.25 * (0.75 * 200 + 0.25 * 60)))
        same = np.arange(27, dtype=np.uint8).reshape(3, 3, 3)
        self.assertTrue((video_features.resized(same, 3, np) == same).all())
        half = np.array([[10, 20, 30, 40]] * 4, np.uint8)[..., None].repeat(3, axis=2)
        self.assertEqual(video_features.resized(half, 2, np)[0, :, 1].tolist(), [15, 35])


@needs_ffmpeg
class Decoding(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def video(self, *words):
        path = self.folder / "in.mkv"
        subprocess.run(["ffmpeg", "-v", "error", "-y", *words, "-c:v", "ffv1", "-c:a", "pcm_s16le", path], check=True)
        return str(path)

    def numbered(self, rate, seconds, *words):
        """Each picture's brightness is twice its number."""
        return self.video("-f", "lavfi", "-i", f"nullsrc=s=16x12:r={rate}:d={seconds},format=gray,geq=lum='2*N'", *words)

    def test_pictures_are_those_that_show(self):
        for rate in (8, 24, 30):
            path = self.numbered(rate, 2.5)
            shown = [int(picture[0, 0, 0]) // 2 for picture in video_features.frames(path, True, np)]
            self.assertEqual(shown, [n * rate // 16 for n in range(40)])
            everything = [int(picture[0, 0, 0]) // 2 for picture in video_features.frames(path, False, np)]
            self.assertEqual(everything, list(range(int(2.5 * rate))))
        self.assertEqual([len(second) for second in video_features.pictures(path, "time", np)], [16, 16, 8])
        self.assertEqual([len(second) for second in video_features.pictures(path, "tenths", np)], [16] * 10)

    def test_sound_is_the_mean_of_its_channels_at_16_kilohertz(self):
        path = self.video("-f", "lavfi", "-i", "aevalsrc=0.5*sin(2*PI*500*t)|0.25:s=16000:d=1.5")
        samples = video_features.sound(path, np)
        self.assertEqual(len(samples), 24000)
        expected = (0.5 * np.sin(2 * np.pi * 500 * np.arange(24000) / 16000) + 0.25) / 2
        self.assertLess(abs(samples - expected).max(), 1e-4)

    def test_what_is_no_video_with_sound_is_refused(self):
        silent = self.numbered(8, 1)
        with self.assertRaisesRegex(video_features.Problem, "in.mkv: expected a video with sound, found: "):
            video_features.sound(silent, np)
        dark = self.video("-f", "lavfi", "-i", "sine=duration=1")
        with self.assertRaisesRegex(video_features.Problem, "in.mkv: expected a video with pictures, found: "):
            list(video_features.frames(dark, True, np))


class CommandLine(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        for module in ("torch", "h5py"):
            (self.folder / f"{module}.py").write_text(f"raise ImportError('no {module}\\nhere')\n")
        for name in ("in.mp4", "vgg.h5", "vgg.pth", "vggish.pth"):
            (self.folder / name).write_text("content")

    def run_script(self, *words):
        environment = {**os.environ, "PYTHONPATH": str(self.folder)}
        return subprocess.run([sys.executable, SCRIPT, *words], cwd=self.folder, env=environment, capture_output=True,
                              text=True)

    def refused(self, text, *words):
        done = self.run_script(*words)
        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
        self.assertRegex(done.stderr, r"\Aextract_features\.py: error: [^\n]*\n\Z")
        self.assertIn(text, done.stderr)
        self.assertEqual(len(list(self.folder.iterdir())), 6)

    def test_help_needs_no_module(self):
        done = self.run_script("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("--vggish-weights", done.stdout)

    def test_options(self):
        weights = ("--vgg-weights", "vgg.h5", "--vggish-weights", "vggish.pth")
        to = ("--audio", "a.npy", "--visual", "v.npy")
        self.refused("no h5py here: pip install torch numpy h5py", "in.mp4", *weights, *to)
        self.refused("no h5py here", "in.mp4", "in.mp4", *weights, "--data", ".")
        self.refused("--vgg-weights", "in.mp4", *to)
        self.refused("expected --audio and --visual, --data or --compare, found none", "in.mp4", *weights)
        self.refused("expected --audio and --visual together", "in.mp4", *weights, "--audio", "a.npy")
        self.refused("--data: expected no --audio", "in.mp4", *weights, *to, "--data", ".")
        self.refused("expected one video, or --data for several, found 2", "in.mp4", "in.mp4", *weights, *to)
        self.refused("--preprocessing: expected caffe or torchvision", "in.mp4", *to, "--vgg-weights", "vgg.pth",
                     "--vggish-weights", "vggish.pth")
        self.refused("--compare: expected the number of a row, found -1", "in.mp4", *weights, "--compare", "in.mp4", "-1")

    def test_paths(self):
        weights = ("--vgg-weights", "vgg.h5", "--vggish-weights", "vggish.pth")
        self.refused("cannot read no.mp4: No such file", "no.mp4", *weights, "--audio", "a.npy", "--visual", "v.npy")
        self.refused("cannot read none.h5: No such file", "in.mp4", "--vgg-weights", "none.h5", "--vggish-weights",
                     "vggish.pth", "--data", ".")
        self.refused("cannot write in.mp4: expected another file than the input", "in.mp4", *weights, "--audio", "a.npy",
                     "--visual", "in.mp4")
        self.refused("--visual: expected another file than --audio, found ./a", "in.mp4", *weights, "--audio", "a",
                     "--visual", "./a")
        self.refused("cannot write no/audio_feature.h5: expected a folder no, found none", "in.mp4", *weights, "--data",
                     "no")


if __name__ == "__main__":
    unittest.main()
