# SPDX-License-Identifier: MIT
"""The fully supervised VSCG, as released, in PyTorch: the peer that the C++ library is compared with.

Parameters are named as in the released network and in `vscg::vscg_net`, so weights go both ways by name.
Letters: B videos, T = 10 segments, R = 49 regions, C = 28 categories; class 28 is background.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CATEGORIES = 28
BACKGROUND = CATEGORIES
THRESHOLD = 0.099


def normalize_rows(x: Tensor) -> Tensor:
    """Each row (last axis) divided by its sum + 1e-8."""
    return x / (x.sum(dim=-1, keepdim=True) + 1e-8)


def linear(inputs: int, outputs: int, *, bias: bool = False, xavier: bool = True) -> nn.Linear:
    """A linear layer whose weight starts Xavier-uniform, or with PyTorch's default."""
    layer = nn.Linear(inputs, outputs, bias=bias)
    if xavier:
        nn.init.xavier_uniform_(layer.weight)
    return layer


class RegionAttention(nn.Module):
    """Finds the regions of a segment's picture that its sound belongs to (stage 1)."""

    def __init__(self) -> None:
        super().__init__()
        self.affine_audio = linear(128, 512, bias=True)
        self.affine_video = linear(512, 512, bias=True)
        self.affine_v = linear(512, 49)
        self.affine_g = linear(512, 49)
        self.affine_h = linear(49, 1)

    def forward(self, audio: Tensor, visual: Tensor) -> tuple[Tensor, Tensor]:
        """audio [B,T,128], visual [B,T,49,512] to the attended picture [B,T,512] and the map [B,T,49]."""
        regions = self.affine_v(F.relu(self.affine_video(visual)))
        guidance = self.affine_g(F.relu(self.affine_audio(audio)))
        content = regions + guidance.unsqueeze(-1)  # the guidance belongs to the region axis
        attention = F.softmax(self.affine_h(torch.tanh(content)).squeeze(-1), dim=-1)
        return (attention.unsqueeze(-2) @ visual).squeeze(-2), attention


class DualLSTM(nn.Module):
    """A bidirectional LSTM for each stream (stage 2). The caller chooses which one reads what."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm_audio = nn.LSTM(128, 128, batch_first=True, bidirectional=True)
        self.lstm_video = nn.LSTM(128, 128, batch_first=True, bidirectional=True)

    def forward(self, for_audio: Tensor, for_video: Tensor) -> tuple[Tensor, Tensor]:
        return self.lstm_audio(for_audio)[0], self.lstm_video(for_video)[0]


class PositiveSamplePropagation(nn.Module):
    """Each stream takes from the segments of the other that are similar to its own (stage 3)."""

    def __init__(self, *, branch_dropout: float = 0.2, normalize_again: bool = True) -> None:
        super().__init__()
        self.v_L1 = linear(256, 256)
        self.v_L2 = linear(256, 256)
        self.v_fc = linear(256, 256)
        self.a_L1 = linear(256, 256)
        self.a_L2 = linear(256, 256)
        self.a_fc = linear(256, 256)
        self.layer_norm = nn.LayerNorm(256, eps=1e-6)
        self.branch_dropout = nn.Dropout(branch_dropout)
        self.dropout = nn.Dropout(0.2)
        self.normalize_again = normalize_again

    def forward(self, audio: Tensor, visual: Tensor) -> tuple[Tensor, Tensor]:
        v1 = self.branch_dropout(F.relu(self.v_L1(visual)))
        v2 = self.branch_dropout(F.relu(self.v_L2(visual)))
        a1 = self.branch_dropout(F.relu(self.a_L1(audio)))
        a2 = self.branch_dropout(F.relu(self.a_L2(audio)))
        similarity = F.relu(v2 @ a1.transpose(1, 2) / math.sqrt(256))
        visual = visual + self._positive(similarity) @ a2
        audio = audio + self._positive(similarity.transpose(1, 2)) @ v1
        visual_out = self.layer_norm(self.dropout(F.relu(self.v_fc(visual))))
        audio_out = self.layer_norm(self.dropout(F.relu(self.a_fc(audio))))
        return audio_out, visual_out

    def _positive(self, similarity: Tensor) -> Tensor:
        share = normalize_rows(similarity)
        kept = share * (share > THRESHOLD)
        return normalize_rows(kept) if self.normalize_again else kept


def event_block(inputs: int) -> nn.Sequential:
    """A convolution over time that leaves half as many steps."""
    return nn.Sequential(nn.Conv1d(inputs, 128, 5, padding=2), nn.ReLU(), nn.MaxPool1d(2))


def event_states(blocks: tuple[nn.Module, nn.Module], stream: Tensor) -> Tensor:
    """What the whole video is about: [B,T,256] to [2,B,128], the initial states of a GRU's two directions."""
    remaining = blocks[1](blocks[0](stream.transpose(1, 2)))
    return remaining.permute(2, 0, 1).contiguous()


class EventConsistency(nn.Module):
    """ESCM (stage 4): the GRUs of both streams start from what the whole video is about."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = event_block(256)
        self.conv2 = event_block(128)
        self.a_gru = nn.GRU(256, 128, batch_first=True, bidirectional=True)
        self.v_gru = nn.GRU(256, 128, batch_first=True, bidirectional=True)
        self.layer_norm = nn.LayerNorm(256, eps=1e-6)
        self.L1 = linear(9, 10)  # unused
        self.v_fc = linear(256, 256)
        self.a_fc = linear(256, 256)
        self.dropout = nn.Dropout(0.1)

    def forward(self, audio: Tensor, visual: Tensor) -> tuple[Tensor, Tensor]:
        """[B,T,256] each to the same shapes. The projections are crossed, as released."""
        blocks = (self.conv1, self.conv2)
        start = (event_states(blocks, audio) + event_states(blocks, visual)) / 2
        audio_states, visual_states = self.a_gru(audio, start)[0], self.v_gru(visual, start)[0]
        audio_out = self.layer_norm(self.dropout(F.relu(self.v_fc(audio_states))))
        visual_out = self.layer_norm(self.dropout(F.relu(self.a_fc(visual_states))))
        return audio_out, visual_out


class Classifier(nn.Module):
    """Two arrays that the released network carries but nothing uses."""

    def __init__(self) -> None:
        super().__init__()
        self.L1 = linear(256, 64)
        self.L2 = linear(64, CATEGORIES)


class Outputs(NamedTuple):
    event_relevance: Tensor  #: logit [B,T]: is there an event in this segment
    event_category: Tensor  #: logits [B,28]: which, for the whole video
    similarity: Tensor  #: cosine [B,T] of the two streams
    segment_scores: Tensor  #: logits [B,T,29]; the loss does not train them
    attention: Tensor  #: [B,T,49], each row sums to 1


class VSCG(nn.Module):
    """audio [B,10,128], visual [B,10,7,7,512] to Outputs."""

    def __init__(self) -> None:
        super().__init__()
        self.fa = nn.Sequential(linear(128, 256, xavier=False), linear(256, 128, xavier=False))
        self.fv = nn.Sequential(linear(512, 256, xavier=False), linear(256, 128, xavier=False))
        self.linear_v = linear(512, 128, bias=True, xavier=False)  # unused
        self.attention = RegionAttention()
        self.lstm_a_v = DualLSTM()
        self.psp = PositiveSamplePropagation()
        self.escm = EventConsistency()
        self.v_classify, self.a_classify = Classifier(), Classifier()  # unused
        self.L1 = linear(256, 64)
        self.L2 = linear(64, CATEGORIES + 1)
        self.L3 = linear(256, 1, bias=True)
        self.L4 = linear(256, CATEGORIES, bias=True)
        self.audio_gated = nn.Sequential(nn.Linear(256, 1))  # unused
        self.video_gated = nn.Sequential(nn.Linear(256, 1))  # unused

    def forward(self, audio: Tensor, visual: Tensor) -> Outputs:
        sound = self.fa(audio)
        attended, attention = self.attention(sound, visual.flatten(2, 3))
        seen = self.fv(attended)
        # As released: lstm_audio reads the picture, so what is named audio from here on comes from the picture.
        a, v = self.lstm_a_v(seen, sound)
        a, v = self.psp(a, v)
        a, v = self.escm(a, v)
        fused = (v + a) / 2
        return Outputs(
            event_relevance=self.L3(fused).squeeze(-1),
            event_category=self.L4(fused.amax(dim=1)),
            similarity=(F.normalize(v, dim=-1) * F.normalize(a, dim=-1)).sum(dim=-1),
            segment_scores=self.L2(F.relu(self.L1(fused))),
            attention=attention,
        )


def negative_pair_filter_loss(outputs: Outputs, classes: Tensor) -> Tensor:
    """L_npf; `classes` [B,T] holds each segment's class.

    A video without an event has the similarity target 0, takes part in the relevance and is left out of the category.
    There are no branches on values, so that torch.compile sees one graph.
    """
    is_event = classes != BACKGROUND
    foreground = is_event.to(outputs.event_relevance.dtype)
    relevance = F.binary_cross_entropy_with_logits(outputs.event_relevance, foreground)

    video_class = torch.where(is_event, classes, -1).amax(dim=1)  # a video has one category; -1: no event
    categories = F.cross_entropy(outputs.event_category, video_class, ignore_index=-1, reduction="sum")
    category = categories / (video_class >= 0).sum().clamp(min=1)

    target = foreground / foreground.sum(dim=1, keepdim=True).clamp(min=1)
    similarity = F.mse_loss(normalize_rows(F.relu(outputs.similarity)), target)
    return relevance + category + similarity
