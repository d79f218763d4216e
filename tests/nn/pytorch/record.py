#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Records what PyTorch's layers compute, in double: one safetensors file a layer, beside this script.

    python3 record.py [name]...     needs torch and safetensors

A file has the layer's state_dict under `layer.`, its inputs `input.0`, `input.1`, ..., its `output`, and the gradients
of the sum of `output` times `slopes`: `gradient.input.0`, `gradient.layer.weight`, ... If the layer changes its state
in training, `after.` has the new one, and `inference` the output of inference with it. Channels are last, as in vscg.
tests/nn/pytorch_test.cpp reads the files, so only those who add a layer need this script.
"""
import pathlib
import sys

import torch
from safetensors.torch import save_file
from torch import nn


def numbers(*shape):
    return torch.randn(*shape, dtype=torch.float64)


def channels_first(layer, x):
    """PyTorch has the channels after the batch."""
    return layer(x.movedim(-1, 1)).movedim(1, -1)


def first_result(layer, *inputs):
    return layer(*inputs)[0]


def without_weights(layer, *inputs):
    query, key, value = inputs if len(inputs) == 3 else inputs * 3
    return layer(query, key, value, need_weights=False)[0]


def weights(layer, *inputs):
    return layer(*inputs)[1]


class over_axis(nn.Module):
    """A reduction of torch as a layer."""

    def __init__(self, reduce):
        super().__init__()
        self.reduce = reduce

    def forward(self, x):
        return self.reduce(x)


LAYERS = {
    "gelu": lambda: (nn.GELU(), [numbers(2, 9)]),
    "silu": lambda: (nn.SiLU(), [numbers(2, 9)]),
    "flatten": lambda: (nn.Flatten(), [numbers(2, 3, 4)]),
    "max_over_steps": lambda: (over_axis(lambda x: x.max(dim=1).values), [numbers(2, 4, 3)]),
    "mean_over_steps": lambda: (over_axis(lambda x: x.mean(dim=1)), [numbers(2, 4, 3)]),
    "sum_over_channels": lambda: (over_axis(lambda x: x.sum(dim=-1)), [numbers(2, 4, 3)]),
    "avg_pool1d": lambda: (nn.AvgPool1d(3), [numbers(2, 7, 2)], channels_first),
    "max_pool1d": lambda: (nn.MaxPool1d(3), [numbers(2, 7, 2)], channels_first),
    "conv1d": lambda: (nn.Conv1d(2, 3, 3, padding=1), [numbers(2, 4, 2)], channels_first),
    "conv2d": lambda: (nn.Conv2d(2, 3, 3, padding=1), [numbers(2, 3, 4, 2)], channels_first),
    "conv2d_with_stride": lambda: (nn.Conv2d(1, 2, 2, 2), [numbers(2, 5, 4, 1)], channels_first),
    "max_pool2d": lambda: (nn.MaxPool2d(2), [numbers(2, 4, 6, 2).round()], channels_first),
    "avg_pool2d": lambda: (nn.AvgPool2d(2), [numbers(2, 4, 2, 3)], channels_first),
    "layer_norm": lambda: (nn.LayerNorm(5), [numbers(2, 3, 5)]),
    "embedding": lambda: (nn.Embedding(5, 3), [torch.tensor([[0, 3, 3], [4, 0, 3]])]),
    "batch_norm1d": lambda: (nn.BatchNorm1d(3), [numbers(4, 3) + 1]),
    "batch_norm2d": lambda: (nn.BatchNorm2d(2, eps=1e-3, momentum=0.3), [numbers(2, 2, 3, 2)], channels_first),
    "lstm": lambda: (nn.LSTM(3, 2, num_layers=3, batch_first=True), [numbers(2, 4, 3)], first_result),
    "gru": lambda: (nn.GRU(3, 2, num_layers=2, batch_first=True), [numbers(2, 4, 3)], first_result),
    "bidirectional_gru": lambda: (
        nn.GRU(2, 2, num_layers=2, batch_first=True, bidirectional=True),
        [numbers(2, 3, 2)],
        first_result,
    ),
    "self_attention": lambda: (nn.MultiheadAttention(6, 3, batch_first=True), [numbers(2, 4, 6)], without_weights),
    "attention": lambda: (
        nn.MultiheadAttention(6, 2, batch_first=True),
        [numbers(2, 3, 6), numbers(2, 5, 6), numbers(2, 5, 6)],
        without_weights,
    ),
    "attention_weights": lambda: (
        nn.MultiheadAttention(6, 2, batch_first=True),
        [numbers(2, 3, 6), numbers(2, 5, 6), numbers(2, 5, 6)],
        weights,
    ),
}


def record(name):
    torch.manual_seed(sum(name.encode()))
    layer, inputs, *call = LAYERS[name]()
    call = call[0] if call else lambda layer, *x: layer(*x)
    layer.double()
    with torch.no_grad():
        for parameter in layer.parameters():  # biases too, which many layers begin as zeros
            parameter.copy_(0.5 * numbers(*parameter.shape))
        for buffer in layer.buffers():
            if buffer.is_floating_point():
                buffer.copy_(numbers(*buffer.shape).abs())
    file = {"layer." + key: value.clone() for key, value in layer.state_dict().items()}
    for x in inputs:
        x.requires_grad_(x.is_floating_point())
    output = call(layer, *inputs)
    slopes = numbers(*output.shape)
    (output * slopes).sum().backward()
    file |= {"output": output, "slopes": slopes}
    for k, x in enumerate(inputs):
        file[f"input.{k}"] = x
        if x.grad is not None:
            file[f"gradient.input.{k}"] = x.grad
    for key, parameter in layer.named_parameters():
        if parameter.grad is not None:  # the output may not depend on it
            file["gradient.layer." + key] = parameter.grad
    state = {"after." + key: value for key, value in layer.named_buffers()}
    if state:
        file |= state | {"inference": call(layer.eval(), *inputs)}
    file = {key: value.detach().clone().contiguous() for key, value in file.items()}
    save_file(file, pathlib.Path(__file__).parent / (name + ".safetensors"), {"made_by": f"torch {torch.__version__}"})


for name in sys.argv[1:] or LAYERS:
    record(name)
