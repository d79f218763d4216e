#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Records what PyTorch's optimizers, gradient clipping and schedulers compute, in double, beside this script.

    python3 record.py               needs torch and safetensors

`optimizers.safetensors`: three parameters of 6, 4 and 1 numbers, one after the other. `start` [11], `gradients`
[5, 11]; for each case the parameters after each of five steps [5, 11]. `schedules.safetensors`: for each scheduler the
rates of 12 epochs, from 0.1 on. tests/optim/pytorch_test.cpp and tests/train/schedule_test.cpp read them.
"""
import pathlib

import torch
from safetensors.torch import save_file
from torch.nn.utils import clip_grad_norm_, clip_grad_value_
from torch.optim import lr_scheduler

SIZES = [6, 4, 1]
STEPS = 5
HERE = pathlib.Path(__file__).parent


def adam(**settings):
    return lambda parameters: torch.optim.Adam(parameters, **settings)


def adamw(**settings):
    return lambda parameters: torch.optim.AdamW(parameters, **settings)


def sgd(**settings):
    return lambda parameters: torch.optim.SGD(parameters, **settings)


def nothing(parameters, optimizer, step):
    pass


def norm(parameters, optimizer, step):
    clip_grad_norm_(parameters, 0.5)


def value(parameters, optimizer, step):
    clip_grad_value_(parameters, 0.4)


def both(parameters, optimizer, step):
    value(parameters, optimizer, step)
    norm(parameters, optimizer, step)


def late(parameters, optimizer, step):
    """The loss reaches the second parameter from the third step on."""
    if step < 2:
        parameters[1].grad = None


def momentum_from_third_step(parameters, optimizer, step):
    optimizer.param_groups[0]["momentum"] = 0.9 if step >= 2 else 0


CASES = {
    "adam": (adam(lr=0.1), nothing),
    "adam_settings": (adam(lr=0.2, betas=(0.7, 0.95), eps=1e-3, weight_decay=0.3), nothing),
    "adamw": (adamw(lr=0.1), nothing),
    "adamw_settings": (adamw(lr=0.2, betas=(0.7, 0.95), eps=1e-3, weight_decay=0.3), nothing),
    "adamw_rates": (
        lambda p: torch.optim.AdamW([{"params": [p[0], p[2]]}, {"params": [p[1]], "lr": 0.05}], lr=0.1),
        nothing,
    ),
    "sgd": (sgd(lr=0.1), nothing),
    "sgd_settings": (sgd(lr=0.1, momentum=0.9, dampening=0.4, weight_decay=0.3), nothing),
    "sgd_nesterov": (sgd(lr=0.1, momentum=0.8, weight_decay=0.1, nesterov=True), nothing),
    "sgd_momentum_from_third_step": (sgd(lr=0.1, momentum=0, dampening=0.5), momentum_from_third_step),
    "clip_grad_norm": (sgd(lr=0.1), norm),
    "clip_grad_value": (sgd(lr=0.1), value),
    "clip_both": (sgd(lr=0.1), both),
    "adam_late": (adam(lr=0.1), late),
    "sgd_late": (sgd(lr=0.1, momentum=0.9, dampening=0.4), late),
}

SCHEDULERS = {
    "constant": lambda o: lr_scheduler.ConstantLR(o, factor=0.25, total_iters=3),
    "step": lambda o: lr_scheduler.MultiStepLR(o, milestones=[2, 5], gamma=0.3),
    "exponential": lambda o: lr_scheduler.ExponentialLR(o, gamma=0.8),
    "cosine": lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=8, eta_min=0.01),
    "linear": lambda o: lr_scheduler.LinearLR(o, start_factor=0.2, total_iters=4),
    "warm_up_then_cosine": lambda o: lr_scheduler.SequentialLR(
        o,
        [
            lr_scheduler.LinearLR(o, start_factor=0.2, total_iters=3),
            lr_scheduler.CosineAnnealingLR(o, T_max=9),
        ],
        milestones=[3],
    ),
}


def steps(start, gradients, make, before_step):
    parameters = [torch.nn.Parameter(part.clone()) for part in start.split(SIZES)]
    optimizer = make(parameters)
    after = []
    for step in range(STEPS):
        for parameter, gradient in zip(parameters, gradients[step].split(SIZES)):
            parameter.grad = gradient.clone()
        before_step(parameters, optimizer, step)
        optimizer.step()
        after.append(torch.cat([parameter.detach() for parameter in parameters]))
    return torch.stack(after)


def rates(make):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    scheduler = make(optimizer)
    found = []
    for _ in range(12):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return torch.tensor(found, dtype=torch.float64)


def main():
    torch.manual_seed(1)
    start = torch.randn(sum(SIZES), dtype=torch.float64)
    gradients = torch.randn(STEPS, sum(SIZES), dtype=torch.float64)
    gradients[1] *= 0.05  # a step whose norm needs no clipping
    tensors = {"start": start, "gradients": gradients}
    for name, (make, before_step) in CASES.items():
        tensors[name] = steps(start, gradients, make, before_step)
    save_file(tensors, HERE / "optimizers.safetensors")
    save_file({name: rates(make) for name, make in SCHEDULERS.items()}, HERE / "schedules.safetensors")


main()
