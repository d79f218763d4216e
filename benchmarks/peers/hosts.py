# SPDX-License-Identifier: MIT
"""CMRAN, DMIN and CMBS, fully supervised, in PyTorch: the networks of include/vscg/nets/hosts/ with the same names, and
the losses that they train with. Arrays that nothing reaches are there too, so that weights fit strictly."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CATEGORIES = BACKGROUND = 28


class Encoder(nn.Module):
    """Relations within a stream."""

    def __init__(self, inputs: int, inner: int) -> None:
        super().__init__()
        self.affine_matrix = nn.Linear(inputs, 256)
        self.encoder = nn.Module()
        self.encoder.layers = nn.ModuleList(self._layer(inner) for _ in range(2))
        self.encoder_layer = self._layer(inner)

    @staticmethod
    def _layer(inner: int) -> nn.Module:
        return nn.TransformerEncoderLayer(256, 4, inner, dropout=0.1, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        x = self.affine_matrix(x)
        for layer in self.encoder.layers:
            x = layer(x)
        return x


class CyclicAttention(nn.MultiheadAttention):
    """DMIN's: the first half of the keys is scored by the mean over all cyclic shifts of the query."""

    def forward(self, query: Tensor, key: Tensor, value: Tensor, **_: bool) -> tuple[Tensor, None]:
        parts = zip((query, key, value), self.in_proj_weight.chunk(3), self.in_proj_bias.chunk(3), strict=True)
        q, k, v = (F.linear(x, w, b).unflatten(-1, (self.num_heads, -1)).transpose(1, 2) for x, w, b in parts)
        width, half = k.shape[-1], k.shape[-2] // 2
        rest = (1 - 0.5) / (width - 1)
        other = k[:, :, :half]
        scored = (other * (0.5 - rest) + rest * other.sum(-1, keepdim=True)) / width
        y = F.scaled_dot_product_attention(q, torch.cat([scored, k[:, :, half:]], 2), v,
                                           dropout_p=self.dropout if self.training else 0.0)
        return self.out_proj(y.transpose(1, 2).flatten(2)), None


class CrossLayer(nn.Module):
    def __init__(self, inner: int, dropout: float, attention: type[nn.MultiheadAttention]) -> None:
        super().__init__()
        self.self_attn = nn.MultiheadAttention(256, 4)
        self.multihead_attn = attention(256, 4, dropout=dropout, batch_first=True)
        self.linear1, self.linear2 = nn.Linear(256, inner), nn.Linear(inner, 256)
        self.norm1, self.norm2 = nn.LayerNorm(256), nn.LayerNorm(256)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor, memory: Tensor) -> Tensor:
        y = self.norm1(x + self.drop(self.multihead_attn(x, memory, memory, need_weights=False)[0]))
        return self.norm2(y + self.drop(self.linear2(self.drop(F.relu(self.linear1(y))))))


class Decoder(nn.Module):
    """Relations between the streams."""

    def __init__(self, inputs: int, *layer: object) -> None:
        super().__init__()
        self.affine_matrix = nn.Linear(inputs, 256)
        self.decoder = nn.Module()
        self.decoder.layers = nn.ModuleList([CrossLayer(*layer)])
        self.decoder_layer = CrossLayer(*layer)

    def forward(self, x: Tensor, memory: Tensor) -> Tensor:
        y = self.affine_matrix(x)
        return self.decoder.layers[0](y, torch.cat([memory, y], 1))


class Interaction(nn.Module):
    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.video_multihead = nn.MultiheadAttention(256, 4, dropout=dropout, batch_first=True)
        self.norm1, self.drop = nn.LayerNorm(256), nn.Dropout(0.1)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        both, memory = x * y, torch.cat([y, x], 1)
        return self.norm1(both + self.drop(self.video_multihead(both, memory, memory, need_weights=False)[0]))


class Gate(nn.Module):
    """What the sound does to the picture's channels."""

    def __init__(self) -> None:
        super().__init__()
        self.affine_video_1, self.affine_audio_1 = nn.Linear(512, 512), nn.Linear(128, 512)
        self.affine_bottleneck, self.affine_v_c_att = nn.Linear(512, 256), nn.Linear(256, 512)

    def gated(self, x: Tensor, looked: Tensor, audio: Tensor) -> Tensor:
        m = F.relu(self.affine_audio_1(audio)) * F.relu(self.affine_video_1(looked)).mean(2)
        return x * (1 + torch.sigmoid(self.affine_v_c_att(F.relu(self.affine_bottleneck(m))))).unsqueeze(2)


def attended(scores: Tensor, regions: Tensor) -> Tensor:
    return (torch.softmax(torch.tanh(scores).squeeze(-1), -1).unsqueeze(2) @ regions).squeeze(2)


class Map(Gate):
    """CMRAN's attention to channels and regions."""

    def __init__(self) -> None:
        super().__init__()
        self.affine_video_2, self.affine_audio_2 = nn.Linear(512, 256), nn.Linear(128, 256)
        self.affine_v_s_att = nn.Linear(256, 1)

    def places(self, regions: Tensor, audio: Tensor) -> Tensor:
        sound = F.relu(self.affine_audio_2(audio)).unsqueeze(2)
        return attended(self.affine_v_s_att(F.relu(self.affine_video_2(regions)) * sound), regions)


class ChannelMap(Map):
    def __init__(self) -> None:
        super().__init__()
        self.affine_video_guided_1, self.affine_video_guided_2 = nn.Linear(512, 64), nn.Linear(64, 128)

    def forward(self, x: Tensor, audio: Tensor) -> Tensor:
        return self.places(self.gated(x, x, audio), audio)


def signed_sqrt(x: Tensor) -> Tensor:
    """With derivative 0 at 0, where PyTorch's root has none."""
    positive = x > 0
    return torch.where(positive, torch.where(positive, x, 1).sqrt(), 0) - torch.where(
        x < 0, torch.where(x < 0, -x, 1).sqrt(), 0)


class BilinearMap(ChannelMap):
    """DMIN's, with an LSTM over the time of each region."""

    def __init__(self) -> None:
        super().__init__()
        self.affine_video_2, self.affine_audio_2 = nn.Linear(512, 1280), nn.Linear(128, 1280)
        self.Linear_visual, self.Linear_audio = nn.Linear(512, 256), nn.Linear(128, 256)
        self.lstm = nn.LSTM(512, 128, 2, batch_first=True, bidirectional=True)
        self.drop = nn.Dropout(0.1)

    def places(self, regions: Tensor, audio: Tensor) -> Tensor:
        sound = F.relu(self.affine_audio_2(audio)).unsqueeze(2)
        products = self.drop(F.relu(self.affine_video_2(regions)) * sound)
        together = F.normalize(signed_sqrt(products.unflatten(-1, (256, 5)).sum(-1)), dim=-1)
        seen, heard = F.relu(self.Linear_visual(regions)), F.relu(self.Linear_audio(audio)).unsqueeze(2)
        sequences = torch.cat([seen + heard, heard.expand_as(seen)], -1).transpose(1, 2)
        over_time = self.lstm(sequences.flatten(0, 1))[0].unflatten(0, sequences.shape[:2]).transpose(1, 2)
        return attended(self.affine_v_s_att(over_time + together), regions)


class SelfAttentionMap(Map):
    """CMBS's: regions look at each other first."""

    def __init__(self) -> None:
        super().__init__()
        self.video_query, self.video_key = nn.Linear(512, 128), nn.Linear(512, 128)
        self.video_value, self.norm, self.drop = nn.Linear(512, 512), nn.LayerNorm(512), nn.Dropout(0.2)
        self.affine_video_ave, self.affine_video_3 = nn.Linear(512, 256), nn.Linear(512, 256)
        self.ave_bottleneck, self.ave_v_att = nn.Linear(512, 256), nn.Linear(256, 1)

    def forward(self, x: Tensor, audio: Tensor) -> Tensor:
        weights = torch.softmax(self.video_query(x) @ self.video_key(x).transpose(-1, -2), -1)
        among = self.norm(x + self.drop(weights @ self.video_value(x)))
        mean = F.relu(self.affine_video_ave(among.mean(2))).unsqueeze(2)
        shown = attended(self.ave_v_att(F.relu(self.affine_video_3(among)) * mean), among)
        seen = self.places(self.gated(x, among, audio), audio)
        return seen + 0.4 * torch.sigmoid(shown) * seen


def two_losses(relevance: Tensor, category: Tensor, classes: Tensor) -> tuple[Tensor, Tensor]:
    events = classes != BACKGROUND
    target = torch.where(events, classes, 0).amax(1)
    return F.binary_cross_entropy_with_logits(relevance, events.to(relevance.dtype)), F.cross_entropy(category, target)


class Host(nn.Module):
    def __init__(self, attention: nn.Module, audio: int, inner: int, cross: tuple[object, ...], dropout: float) -> None:
        super().__init__()
        self.spatial_channel_att, self.v_fc, self.drop = attention, nn.Linear(512, 512), nn.Dropout(0.2)
        self.video_encoder, self.video_decoder = Encoder(512, inner), Decoder(512, *cross)
        self.audio_encoder, self.audio_decoder = Encoder(audio, inner), Decoder(audio, *cross)
        self.AVInter = Interaction(dropout)
        self.localize_module = nn.Module()
        self.localize_module.classifier = nn.Linear(256, 1)
        self.localize_module.event_classifier = nn.Linear(256, CATEGORIES)

    def see(self, audio: Tensor, visual: Tensor) -> Tensor:
        return self.spatial_channel_att(self.drop(F.relu(self.v_fc(visual.flatten(2, 3)))), audio)

    def related(self, audio: Tensor, visual: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        seen, heard = self.video_encoder(visual), self.audio_encoder(audio)
        return heard, seen, self.audio_decoder(audio, seen), self.video_decoder(visual, heard)

    def judged(self, fused: Tensor) -> tuple[Tensor, Tensor]:
        return self.localize_module.classifier(fused).squeeze(-1), self.localize_module.event_classifier(fused.amax(1))


class CMRAN(Host):
    def __init__(self) -> None:
        super().__init__(ChannelMap(), 128, 2048, (2048, 0.1, nn.MultiheadAttention), 0.1)

    def forward(self, audio: Tensor, visual: Tensor, classes: Tensor) -> Tensor:
        *_, heard, seen = self.related(audio, self.see(audio, visual))
        return sum(two_losses(*self.judged(self.AVInter(seen, heard)), classes))


class DMIN(Host):
    def __init__(self) -> None:
        super().__init__(BilinearMap(), 128, 2048, (2048, 0.02, CyclicAttention), 0.1)
        self.localize_module.event_self = nn.Linear(256, CATEGORIES)

    def forward(self, audio: Tensor, visual: Tensor, classes: Tensor) -> Tensor:
        _, alone, heard, seen = self.related(audio, self.see(audio, visual))
        relevance, category = self.judged(self.AVInter(seen, heard))
        relevant, both = two_losses(relevance, category, classes)
        by_itself = two_losses(relevance, self.localize_module.event_self(alone.amax(1)), classes)[1]
        return relevant + 0.9 * both + 0.1 * by_itself


class CMBS(Host):
    def __init__(self) -> None:
        super().__init__(SelfAttentionMap(), 256, 1024, (1024, 0.1, nn.MultiheadAttention), 0.2)
        self.VAInter = Interaction(0.2)
        self.audio_visual_rnn_layer = nn.Module()
        self.audio_visual_rnn_layer.audio_rnn = nn.LSTM(128, 128, batch_first=True, bidirectional=True)
        self.audio_visual_rnn_layer.visual_rnn = nn.LSTM(512, 256, batch_first=True, bidirectional=True)
        self.audio_gated, self.video_gated = nn.Sequential(nn.Linear(256, 1)), nn.Sequential(nn.Linear(256, 1))
        self.audio_cas, self.video_cas = nn.Linear(256, CATEGORIES), nn.Linear(256, CATEGORIES)
        self.video_norm, self.audio_norm = nn.LayerNorm(256), nn.LayerNorm(256)

    def forward(self, audio: Tensor, visual: Tensor, classes: Tensor) -> Tensor:
        read_audio = self.audio_visual_rnn_layer.audio_rnn(audio)[0]
        read_visual = self.audio_visual_rnn_layer.visual_rnn(self.see(audio, visual))[0]
        heard_within, seen_within, heard, seen = self.related(read_audio, read_visual)
        gate_a, gate_v = torch.sigmoid(self.audio_gated(heard_within)), torch.sigmoid(self.video_gated(seen_within))
        seen, heard = seen + 0.1 * gate_a * seen, heard + 0.1 * gate_v * heard
        pairs = ((self.video_cas, seen), (self.audio_cas, heard))
        scores = sum(cas(x).topk(4, dim=1)[0].mean(1) for cas, x in pairs) / 2
        fused = self.AVInter(seen, heard)
        relevance, category = self.judged((fused + self.VAInter(heard, fused)) / 2)
        gate = (gate_a * gate_v).squeeze(-1)
        return sum(two_losses(relevance, category + 0.3 * scores, classes)) + sum(two_losses(gate, scores, classes))


HOSTS = {"cmran": CMRAN, "dmin": DMIN, "cmbs": CMBS}
