#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Extracts features from video files, for the networks here: VGG-19's pool5 of the picture, VGGish of the sound.

    pip install torch numpy h5py                   # and ffmpeg
    extract_features.py street.mp4 --audio a.npy --visual v.npy --vgg-weights VGG19 --vggish-weights VGGISH
    ave_localize --weights best.safetensors --audio a.npy --visual v.npy
    extract_features.py *.mp4 --data own ...       # a data set's files, for videos of ten seconds

VGG19 is one of
  https://github.com/fchollet/deep-learning-models/releases/download/v0.1/vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5
      Keras's file, whose numbers are those of the authors of VGG: for networks that learned from the released features
  a .pth file with torchvision's names (features.0.weight ...), with its --preprocessing
  torchvision: IMAGENET1K_V1, which torchvision downloads. They were trained anew, so a channel means something else:
      only for networks that learn from such features
VGGISH is a .pth file with the names of the public port to PyTorch (features.0.weight ... embeddings.4.bias):
  https://github.com/harritaylor/torchvggish/releases/download/v0.1/vggish-10086976.pth

include/vscg/data/README.md says what the features are, and what nobody has verified.
"""
from __future__ import annotations

import argparse
import collections.abc
import io
import os
import sys
import tempfile

sys.dont_write_bytecode = True
from convert_pt import Parser, Problem, check_paths, main, one_line, shape_text, write  # noqa: E402
from video_features import KERAS, PREPROCESSING, extract, open_vgg, open_vggish  # noqa: E402

PROGRAM = "extract_features.py"
DATA_FILES = "audio_feature.h5", "visual_feature.h5"


def released(path: str, row: int, h5py: object) -> object:
    """A row of a feature file of the data set."""
    try:
        with h5py.File(path, "r") as file:
            key = "avadataset" if "avadataset" in file else next(iter(file), "avadataset")
            array = file[key]
            if array.shape[1:] not in ((10, 128), (10, 7, 7, 512)):
                raise Problem(f"{path}: expected [N, 10, 128] or [N, 10, 7, 7, 512], found {shape_text(array.shape)}")
            if not 0 <= row < len(array):
                raise Problem(f"--compare: expected a row below {len(array)}, the videos of {path}, found {row}")
            return array[row]
    except (OSError, KeyError, AttributeError) as problem:
        raise Problem(f"{path}: expected an HDF5 file of features, found {one_line(problem)}") from None


def comparison(mine: object, theirs: object, np: object) -> str:
    """How alike two arrays of features are: correlation over all numbers and by second, means, zeros."""
    def correlation(x: object, y: object) -> float:
        x, y = x.ravel() - x.mean(), y.ravel() - y.mean()
        size = np.sqrt((x @ x) * (y @ y))
        return float(x @ y / size) if size > 0 else 0.0

    mine, theirs = mine[:len(theirs)].astype(np.float64), theirs[:len(mine)].astype(np.float64)
    by_second = " ".join(f"{correlation(x, y):.3f}" for x, y in zip(mine, theirs))
    one_zero = np.mean((mine == 0) != (theirs == 0))
    return (f"correlation {correlation(mine, theirs):.4f} (by second {by_second}), mean {mine.mean():.4f} and released "
            f"{theirs.mean():.4f}, only one is zero {100 * one_zero:.1f} %")


def parse(words: list[str]) -> argparse.Namespace:
    parser = Parser(prog=PROGRAM, description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", nargs="+", metavar="VIDEO", help="whatever ffmpeg reads, with picture and sound")
    parser.add_argument("--audio", metavar="A.npy", help="write [S, 128] there: one video of S seconds")
    parser.add_argument("--visual", metavar="V.npy", help="write [S, 7, 7, 512] there")
    parser.add_argument("--data", metavar="DIR", help="write audio_feature.h5 [N, 10, 128] and visual_feature.h5 "
                        "[N, 10, 7, 7, 512] there: N videos of ten seconds, in the order given")
    parser.add_argument("--vgg-weights", required=True, metavar="VGG19", help="a file, or torchvision; see above")
    parser.add_argument("--preprocessing", choices=list(PREPROCESSING), help="of pictures: caffe (BGR, minus the mean) "
                        "or torchvision (RGB, minus the mean, divided by the deviation); needed for a .pth file")
    parser.add_argument("--vggish-weights", required=True, metavar="VGGISH", help="a file; see above")
    parser.add_argument("--sampling", choices=["time", "tenths"], default="time", help="time: what shows at 0, 1/16, "
                        "2/16 ... seconds; tenths: a tenth of all frames is a second, as in copies of the authors' script")
    parser.add_argument("--compare", nargs=2, action="append", default=[], metavar=("RELEASED.h5", "ROW"),
                        help="print how alike the video and a row of the released audio or visual features are")
    options = parser.parse_args(words)
    if options.preprocessing is None and options.vgg_weights.endswith(KERAS):
        options.preprocessing = "caffe"
    elif options.preprocessing is None and options.vgg_weights == "torchvision":
        options.preprocessing = "torchvision"
    elif options.preprocessing is None:
        parser.error("--preprocessing: expected caffe or torchvision, as the weights of the .pth file need, found none")
    if bool(options.audio) != bool(options.visual):
        parser.error("expected --audio and --visual together, found only one")
    if not (options.audio or options.data or options.compare):
        parser.error("expected --audio and --visual, --data or --compare, found none")
    if options.data and (options.audio or options.compare):
        parser.error("--data: expected no --audio, --visual and --compare, which are for one video")
    if len(options.videos) > 1 and not options.data:
        parser.error(f"expected one video, or --data for several, found {len(options.videos)}")
    for pair in options.compare:
        if not pair[1].isdecimal():
            parser.error(f"--compare: expected the number of a row, found {pair[1]}")
    return options


def npy(array: object, np: object) -> bytes:
    content = io.BytesIO()
    np.save(content, array)
    return content.getvalue()


def extract_data(folder: str, extracted: collections.abc.Iterator[tuple[object, object]], videos: int,
                 h5py: object) -> None:
    """Writes the features of videos as files of a data set, which get their names when all are done."""
    with tempfile.TemporaryDirectory(prefix="extract.", dir=folder) as aside:
        paths = [os.path.join(aside, name) for name in DATA_FILES]
        with h5py.File(paths[0], "w") as audio, h5py.File(paths[1], "w") as visual:
            sounds = audio.create_dataset("avadataset", (videos, 10, 128), "f4")
            sights = visual.create_dataset("avadataset", (videos, 10, 7, 7, 512), "f4")
            for row, (sounds[row], sights[row]) in enumerate(extracted):
                pass
        for path, name in zip(paths, DATA_FILES):
            os.replace(path, os.path.join(folder, name))


def run(words: list[str]) -> None:
    options = parse(words)
    targets = [options.audio, options.visual] if options.audio else []
    targets += [os.path.join(options.data, name) for name in DATA_FILES] if options.data else []
    sources = [*options.videos, options.vggish_weights, *(file for file, _ in options.compare)]
    sources += [options.vgg_weights] if options.vgg_weights != "torchvision" else []
    check_paths(sources, targets)
    if len({os.path.realpath(target) for target in targets}) < len(targets):
        raise Problem(f"--visual: expected another file than --audio, found {options.visual}")
    try:
        import h5py
        import numpy as np
        import torch
    except ImportError as problem:
        raise Problem(f"{one_line(problem)}: pip install torch numpy h5py") from None
    rows = [(file, int(row), released(file, int(row), h5py)) for file, row in options.compare]
    networks = open_vgg(options.vgg_weights, torch), open_vggish(options.vggish_weights, torch)

    def extracted(path: str, seconds: int | None = None) -> tuple[object, object]:
        with torch.inference_mode():
            audio, visual = extract(path, seconds, options.sampling, options.preprocessing, networks, np, torch)
        print(f"{path}: {len(audio)} seconds", flush=True)
        return audio, visual

    if options.data:
        extract_data(options.data, (extracted(path, 10) for path in options.videos), len(options.videos), h5py)
        return
    features = extracted(options.videos[0])
    for file, row, array in rows:
        print(f"{file}, row {row}: {comparison(features[array.ndim > 2], array, np)}", flush=True)
    for path, array in zip(targets, features):
        write(path, npy(array, np))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], run, PROGRAM))
