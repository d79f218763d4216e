# SPDX-License-Identifier: MIT
"""The smallest ONNX Runtime program that localizes a video, as first_video.cpp does: first_video_onnx.py FOLDER"""

import pathlib
import sys

import numpy as np
import onnxruntime

BACKGROUND = 28

folder = pathlib.Path(sys.argv[1])
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(folder / "vscg.onnx", options, providers=["CPUExecutionProvider"])
inputs = {name: np.load(folder / f"{name}.npy", mmap_mode="r")[:1] for name in ("audio", "visual")}
relevance, category = session.run(["event_relevance", "event_category"], inputs)
is_event = 1 / (1 + np.exp(-relevance[0])) > 0.7
print(*np.where(is_event, category[0].argmax(), BACKGROUND), flush=True)
