#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Records what the reconstructions of DAM, AVIN and CMAN compute, in double, without dropout: one file a network.

    python3 record.py [name]...     needs numpy and torch

They are written here once more, with PyTorch's layers; tests/nets/reconstructions_test.cpp compares them with the
library's. A file has the form of the golden files: outputs, loss, gradients, and steps of Adam, as sums, lengths and
samples. Weights, inputs and labels are not in it, because they are functions of (seed, name, index).
"""
import json
import math
import pathlib
import sys

import numpy
import torch
from torch import nn
from torch.nn import functional as F

SEED = 1
BATCH = 4
STEPS = 20
# The slope of AVIN's square root has no bound near 0, so a change in the last bit grows a hundredfold with each step.
STEPS_BESIDE_A_ROOT = 2


def uniform(name, count):
    """splitmix64 from the hash of (name, seed): `count` numbers in [0, 1)."""
    word = 0xCBF29CE484222325
    for byte in name.encode():
        word = (word ^ byte) * 0x100000001B3 % 2**64
    word ^= SEED * 0x9E3779B97F4A7C15 % 2**64
    with numpy.errstate(over="ignore"):
        z = numpy.uint64(word) + numpy.arange(1, count + 1, dtype=numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        z ^= z >> numpy.uint64(31)
    return (z >> numpy.uint64(11)).astype(numpy.float64) * 2.0**-53


def as_double(numbers, shape):
    return torch.from_numpy(numbers.astype(numpy.float32).astype(numpy.float64)).reshape(shape)


def weight(name, shape):
    centered = 2 * uniform(name, math.prod(shape)) - 1
    if len(shape) > 1:
        return as_double(centered * math.sqrt(6 / ((shape[0] + shape[1]) * math.prod(shape[2:]))), shape)
    one = 1 if "norm" in name and name.endswith("weight") else 0
    return as_double(one + 0.1 * centered, shape)


def features(name, scale, shape):
    return as_double(scale * numpy.maximum(0, 2 * uniform(name, math.prod(shape)) - 1), shape)


def spans():
    """category, start and end of each video's event."""
    for category, start, length in uniform("labels", 3 * BATCH).reshape(BATCH, 3):
        begin = int(6 * start)
        yield int(28 * category), begin, min(10, begin + 1 + int(length * (10 - begin)))


def bare(inputs, outputs):
    return nn.Linear(inputs, outputs, bias=False)


class AudioGuidedAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.affine_audio = nn.Linear(128, 512)
        self.affine_video = nn.Linear(512, 512)
        self.affine_v = bare(512, 49)
        self.affine_g = bare(512, 49)
        self.affine_h = bare(49, 1)

    def forward(self, audio, regions):
        guide = self.affine_g(F.relu(self.affine_audio(audio)))
        content = self.affine_v(F.relu(self.affine_video(regions))) + guide.unsqueeze(-1)
        shares = self.affine_h(torch.tanh(content)).squeeze(-1).softmax(-1)
        return torch.einsum("btr,btrc->btc", shares, regions)


class Dam(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = AudioGuidedAttention()
        self.video_fc = nn.Linear(512, 256)
        self.audio_fc = nn.Linear(128, 256)
        self.video_attention = nn.MultiheadAttention(256, 1, batch_first=True)
        self.audio_attention = nn.MultiheadAttention(256, 1, batch_first=True)
        self.video_norm = nn.LayerNorm(256)
        self.audio_norm = nn.LayerNorm(256)
        self.category = nn.Sequential(nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 28))

    def forward(self, audio, regions):
        v = F.relu(self.video_fc(self.attention(audio, regions)))
        a = F.relu(self.audio_fc(audio))
        whole_v = self.video_norm(v + self.video_attention(v, v, v)[0]).mean(1)
        whole_a = self.audio_norm(a + self.audio_attention(a, a, a)[0]).mean(1)
        by_sound = torch.sigmoid((whole_v.unsqueeze(1) * a).sum(-1) / 16)
        by_picture = torch.sigmoid((whole_a.unsqueeze(1) * v).sum(-1) / 16)
        return {
            "relevance_probability": (by_sound + by_picture) / 2,
            "event_category": self.category(torch.cat((whole_a, whole_v), -1)),
        }


def signed_root(x):
    """With the slope 0 at 0, where PyTorch's is NaN."""
    size = torch.where(x == 0, torch.ones_like(x), x.abs())
    return torch.where(x == 0, x, x.sign() * size.sqrt())


def judged(scores, weakly):
    probability = {"video_probability": scores.mean(1).softmax(-1)} if weakly else {}
    return probability | {"segment_scores": scores}


class Avin(nn.Module):
    def __init__(self, weakly):
        super().__init__()
        self.weakly = weakly
        self.attention = AudioGuidedAttention()
        self.lstm_audio = nn.LSTM(128, 128, batch_first=True, bidirectional=True)
        self.lstm_video = nn.LSTM(512, 128, batch_first=True, bidirectional=True)
        self.bilinear_v = bare(256, 1280)
        self.bilinear_a = bare(256, 1280)
        self.classifier = nn.Linear(1280, 29)

    def forward(self, audio, regions):
        def weighed(stream, vector):
            products = (stream * vector.unsqueeze(1)).sum(-1)
            return products.softmax(1).unsqueeze(-1) * stream

        a = self.lstm_audio(audio)[0]
        v = self.lstm_video(self.attention(audio, regions))[0]
        sums = (self.bilinear_v(v) * self.bilinear_a(a)).unflatten(-1, (256, 5)).sum(-1)
        together = F.normalize(signed_root(sums), dim=-1)
        own_a = weighed(a, a.mean(1))
        own_v = weighed(v, v.mean(1))
        all_of_them = [own_a, own_v, weighed(a, own_v.mean(1)), weighed(v, own_a.mean(1)), together]
        return judged(self.classifier(torch.cat(all_of_them, -1)), self.weakly)


class Sentinel(nn.Module):
    def __init__(self):
        super().__init__()
        for name in ("sentinel_x", "sentinel_h", "w_a", "w_g", "w_s"):
            setattr(self, name, bare(128, 128))
        self.w_h = bare(128, 1)

    def forward(self, x, lstm, other):
        state = cell = torch.zeros(len(x), 128, dtype=x.dtype)
        said = []
        for step in x.unbind(1):
            before = state
            _, (h, c) = lstm(step.unsqueeze(1), (before.unsqueeze(0), cell.unsqueeze(0)))
            state, cell = h[0], c[0]
            s = torch.sigmoid(self.sentinel_x(step) + self.sentinel_h(before)) * torch.tanh(cell)
            z = self.w_h(torch.tanh(self.w_a(other) + self.w_g(state).unsqueeze(1))).squeeze(-1)
            own = self.w_h(torch.tanh(self.w_s(s) + self.w_g(state)))
            found = (z.softmax(-1).unsqueeze(-1) * other).sum(1)
            share = torch.cat((z, own), -1).softmax(-1)[:, -1:]
            said.append(share * s + (1 - share) * found + state)
        return torch.stack(said, 1)


class Cman(nn.Module):
    def __init__(self, weakly):
        super().__init__()
        self.weakly = weakly
        self.where_v = bare(512, 128)
        self.where_a = bare(128, 128)
        self.video_fc = nn.Linear(512, 128)
        self.audio_attention = nn.MultiheadAttention(128, 1, batch_first=True)
        self.video_attention = nn.MultiheadAttention(128, 1, batch_first=True)
        self.audio_norm = nn.LayerNorm(128)
        self.video_norm = nn.LayerNorm(128)
        self.lstm_audio = nn.LSTM(128, 128, batch_first=True)
        self.lstm_video = nn.LSTM(128, 128, batch_first=True)
        self.which_audio = Sentinel()
        self.which_video = Sentinel()
        self.L1 = nn.Linear(256, 64)
        self.L2 = nn.Linear(64, 29)

    def forward(self, audio, regions):
        sound = self.where_a(audio).unsqueeze(2).expand(-1, -1, regions.shape[2], -1)
        places = F.cosine_similarity(self.where_v(regions), sound, dim=-1, eps=1e-8).softmax(-1)
        v = self.video_fc(torch.einsum("btr,btrc->btc", places, regions))
        a = self.audio_norm(audio + self.audio_attention(audio, audio, audio)[0])
        v = self.video_norm(v + self.video_attention(v, v, v)[0])
        y_a = self.which_audio(a, self.lstm_audio, v)
        y_v = self.which_video(v, self.lstm_video, a)
        return judged(self.L2(F.relu(self.L1(torch.cat((y_a, y_v), -1)))), self.weakly)


class Labels:
    def __init__(self):
        self.classes = torch.full((BATCH, 10), 28)
        for video, (category, start, end) in enumerate(spans()):
            self.classes[video, start:end] = category
        self.foreground = (self.classes < 28).double()
        self.category = self.classes.min(1).values
        self.tag = F.one_hot(self.classes, 29).double().mean(1)


def matching_loss(said, labels):
    relevance = F.binary_cross_entropy(said["relevance_probability"], labels.foreground)
    return 0.5 * F.cross_entropy(said["event_category"], labels.category) + 0.5 * relevance


def segment_loss(said, labels):
    return F.cross_entropy(said["segment_scores"].flatten(0, 1), labels.classes.flatten())


def tag_loss(said, labels):
    return F.binary_cross_entropy(said["video_probability"], labels.tag)


NETWORKS = {
    "dam_reconstruction_fully": (Dam, matching_loss),
    "avin_reconstruction_fully": (lambda: Avin(weakly=False), segment_loss),
    "avin_reconstruction_weakly": (lambda: Avin(weakly=True), tag_loss),
    "cman_reconstruction_fully": (lambda: Cman(weakly=False), segment_loss),
    "cman_reconstruction_weakly": (lambda: Cman(weakly=True), tag_loss),
}


def described(array, samples):
    flat = array.detach().flatten()
    index = sorted({int(i) for i in numpy.linspace(0, len(flat) - 1, min(samples, len(flat)))})
    return {
        "shape": list(array.shape),
        "sum": flat.sum().item(),
        "l2": flat.norm().item(),
        "index": index,
        "value": [flat[i].item() for i in index],
    }


def record(name):
    make, loss_of = NETWORKS[name]
    network = make().double()
    with torch.no_grad():
        for key, parameter in network.named_parameters():
            parameter.copy_(weight(key, tuple(parameter.shape)))
    audio = features("audio", 1.5, (BATCH, 10, 128))
    visual = features("visual", 2, (BATCH, 10, 7, 7, 512))
    labels = Labels()
    regions = visual.flatten(2, 3)
    said = network(audio, regions)
    loss = loss_of(said, labels)
    loss.backward()
    file = {
        "made_by": f"torch {torch.__version__}",
        "seed": SEED,
        "batch": BATCH,
        "spans": list(spans()),
        "parameters": {key: list(value.shape) for key, value in network.named_parameters()},
        "audio": described(audio, 4),
        "visual": described(visual, 4),
        "outputs": {key: described(value, 40) for key, value in said.items()},
        "loss": loss.item(),
        "gradients": {key: described(value.grad, 6) for key, value in network.named_parameters()},
    }
    adam = torch.optim.Adam(network.parameters(), lr=1e-3)
    losses = []
    for _ in range(STEPS_BESIDE_A_ROOT if isinstance(network, Avin) else STEPS):
        adam.zero_grad()
        loss = loss_of(network(audio, regions), labels)
        loss.backward()
        losses.append(loss.item())
        adam.step()
    file["adam_losses"] = losses
    file["trained"] = {key: described(value, 3) for key, value in network.named_parameters()}
    path = pathlib.Path(__file__).parent / f"{name}.{SEED}.json"
    path.write_text(json.dumps(file, separators=(",", ":")) + "\n")


for name in sys.argv[1:] or NETWORKS:
    record(name)
