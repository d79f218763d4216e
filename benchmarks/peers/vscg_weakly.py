# SPDX-License-Identifier: MIT
"""The weakly supervised VSCG, as released, in PyTorch; see vscg.py for the letters and for what both share."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vscg import (
    CATEGORIES,
    DualLSTM,
    PositiveSamplePropagation,
    RegionAttention,
    event_block,
    event_states,
    linear,
)


class WeakEventConsistency(nn.Module):
    """ESCM (stage 4): a stream's GRU starts from what the other stream says about the whole video."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = event_block(256)
        self.conv2 = event_block(128)
        self.a_gru = nn.GRU(256, 128, batch_first=True, bidirectional=True)
        self.v_gru = nn.GRU(256, 128, batch_first=True, bidirectional=True)
        self.layer_norm1 = nn.LayerNorm(128, eps=1e-6)  # unused
        self.layer_norm = nn.LayerNorm(256, eps=1e-6)
        self.L1 = linear(128, 128)
        self.L2 = linear(128, 128)
        self.v_fc = linear(256, 256)  # unused
        self.a_fc = linear(256, 256)  # unused
        self.dropout = nn.Dropout(0.5)

    def forward(self, audio: Tensor, visual: Tensor) -> tuple[Tensor, Tensor]:
        """[B,T,256] each to the same shapes."""
        blocks = (self.conv1, self.conv2)
        of_audio = self.L1(event_states(blocks, audio))
        of_visual = self.L2(event_states(blocks, visual))
        audio_states, visual_states = self.a_gru(audio, of_visual)[0], self.v_gru(visual, of_audio)[0]
        return self.layer_norm(self.dropout(audio_states)), self.layer_norm(self.dropout(visual_states))


class WeakOutputs(NamedTuple):
    video_probability: Tensor  #: p [B,29]
    segment_scores: Tensor  #: [B,T,29]; the prediction is their argmax
    smooth_probability: Tensor  #: p' = softmax(p) [B,29]


class VSCGWeakly(nn.Module):
    """audio [B,10,128], visual [B,10,7,7,512] to WeakOutputs."""

    def __init__(self) -> None:
        super().__init__()
        self.linear_v = linear(512, 128, bias=True, xavier=False)
        self.attention = RegionAttention()
        self.lstm_a_v = DualLSTM()
        self.psp = PositiveSamplePropagation(branch_dropout=0.1, normalize_again=False)
        self.escm = WeakEventConsistency()
        self.W1 = linear(256, 1, xavier=False)  # unused
        self.W2 = linear(64, 1, xavier=False)  # unused
        self.W3 = linear(CATEGORIES + 1, 1, xavier=False)
        self.L1 = linear(256, 64)
        self.L2 = linear(64, CATEGORIES + 1)
        self.L3 = linear(128, 64)  # unused

    def forward(self, audio: Tensor, visual: Tensor) -> WeakOutputs:
        seen = self.linear_v(self.attention(audio, visual.flatten(2, 3))[0])
        a, v = self.lstm_a_v(audio, seen)
        a, v = self.psp(a, v)
        a, v = self.escm(a, v)
        raw = self.L2(F.relu(self.L1((v + a) / 2)))
        scores = raw * torch.sigmoid(F.relu(self.W3(raw)))
        probability = F.softmax(scores.mean(dim=1), dim=-1)
        return WeakOutputs(probability, scores, F.softmax(probability, dim=-1))


def smooth_loss(outputs: WeakOutputs, tags: Tensor) -> Tensor:
    """L_s; `tags` [B,29] holds the share of segments of each class."""
    sharp = F.binary_cross_entropy(outputs.video_probability, tags)
    return 2 * sharp + F.binary_cross_entropy(outputs.smooth_probability, tags)
