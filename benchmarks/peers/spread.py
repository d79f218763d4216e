# SPDX-License-Identifier: MIT
"""A median and the quartiles around it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Self

import numpy as np


@dataclasses.dataclass(frozen=True)
class Spread:
    lower: float
    median: float
    upper: float

    @classmethod
    def of(cls, numbers: Sequence[float]) -> Self:
        return cls(*(float(q) for q in np.quantile(numbers, [0.25, 0.5, 0.75])))

    @classmethod
    def of_ratios(cls, numerators: Sequence[float], denominators: Sequence[float]) -> Self:
        """The spread of the ratios round by round: whatever the machine did in a round, it did to both."""
        return cls.of([a / b for a, b in zip(numerators, denominators, strict=True)])

    def __str__(self) -> str:
        digits = 2 if self.median < 100 else 0
        return f"{self.median:,.{digits}f} [{self.lower:,.{digits}f} … {self.upper:,.{digits}f}]"
