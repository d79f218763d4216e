# SPDX-License-Identifier: MIT
"""The smallest PyTorch program that localizes a video, as first_video.cpp does: first_video_torch.py FOLDER"""

import pathlib
import sys

import numpy as np
import torch
from safetensors.torch import load_file

from vscg import BACKGROUND, VSCG

folder = pathlib.Path(sys.argv[1])
torch.set_num_threads(1)
network = VSCG().eval()
network.load_state_dict(load_file(folder / "weights.safetensors"))
audio, visual = (torch.from_numpy(np.load(folder / f"{name}.npy", mmap_mode="c")[:1]) for name in ("audio", "visual"))
with torch.inference_mode():
    outputs = network(audio, visual)
    is_event = torch.sigmoid(outputs.event_relevance[0]) > 0.7
    print(*torch.where(is_event, outputs.event_category[0].argmax(), BACKGROUND).tolist(), flush=True)
