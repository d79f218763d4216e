# SPDX-License-Identifier: MIT
# Prints the numbers of loss_numbers.hpp: PyTorch's losses and their gradients, in double. By hand:
#   python3 tests/nn/loss_numbers.py > tests/nn/loss_numbers.hpp
import torch
from torch import nn

items, steps, classes = 4, 3, 5
torch.set_default_dtype(torch.float64)
index = torch.arange(items * steps * classes)
weight = torch.arange(1, classes + 1) / 2
right = torch.tensor([-100 if r % 4 == 3 else 7 * r % 5 for r in range(items * steps)]).reshape(items, steps)


def row(name, loss, target, one_step=False):
    x = (2 * torch.sin(index.double())).reshape(items, steps, classes)
    x = (x[:, 0] if one_step else x).clone().requires_grad_()
    target = target[:, 0] if one_step else target
    # PyTorch has the classes on the second axis.
    swapped = isinstance(loss, nn.CrossEntropyLoss) and not one_step
    given = target.transpose(1, 2) if swapped and target.dim() == 3 else target
    value = loss(x.transpose(1, 2) if swapped else x, given)
    value.backward()
    gradient = ", ".join(f"{g:.17g}" for g in x.grad.sum(0).flatten().tolist())
    print(f"inline constexpr recorded {name}{{\n    {value.item():.17g}, {{{gradient}}}}};")


print("// SPDX-License-Identifier: MIT\n#pragma once\n\n#include <array>\n")
print("// Written by loss_numbers.py, with PyTorch", torch.__version__.split("+")[0] + ".\n")
print("namespace pytorch {\n")
print("struct recorded {\n  double loss;\n  std::array<double, 15> gradient;  // of [3, 5] or [5] outputs, summed over the items\n};\n")
between = (0.5 + 0.5 * torch.cos(index.double())).reshape(items, steps, classes)
known = right.clone()
known[right < 0] = 2
row("one_class", nn.CrossEntropyLoss(), known, True)
row("some_ignored", nn.CrossEntropyLoss(), right)
row("smoothed", nn.CrossEntropyLoss(label_smoothing=0.1), right)
row("weighted", nn.CrossEntropyLoss(weight), right)
row("smoothed_and_weighted", nn.CrossEntropyLoss(weight, label_smoothing=0.1), right)
row("probabilities", nn.CrossEntropyLoss(), between)
row("probabilities_smoothed_and_weighted", nn.CrossEntropyLoss(weight, label_smoothing=0.1), between)
row("bce_with_logits", nn.BCEWithLogitsLoss(), between)
row("mse", nn.MSELoss(), between)
row("l1", nn.L1Loss(), between)
print("\n}  // namespace pytorch")
