# SPDX-License-Identifier: MIT
"""A difference of two means with its interval."""

from __future__ import annotations

import numpy as np
from scipy import stats


def report(ours: dict[int, float], theirs: dict[int, float]) -> str:
    """Both means, and ours minus theirs with the 95 % interval of Student's t over the differences of the pairs.

    A pair shares only its data set, so its difference does not depend on how hard the data set is, and the pairs are
    independent. Pairs with one half missing are left out.
    """
    pairs = sorted(ours.keys() & theirs.keys())
    if len(pairs) < 2:
        return f"{len(pairs)} pairs: too few"
    a, b = (np.array([values[pair] for pair in pairs]) for values in (ours, theirs))
    difference = a - b
    half = stats.t.ppf(0.975, len(pairs) - 1) * difference.std(ddof=1) / np.sqrt(len(pairs))
    means = ", ".join(f"{name} {x.mean():.1f} ± {x.std(ddof=1):.1f}" for name, x in (("vscg", a), ("PyTorch", b)))
    interval = f"[{difference.mean() - half:+.2f} … {difference.mean() + half:+.2f}]"
    return f"{len(pairs)} pairs, {means}, difference {difference.mean():+.2f} {interval}"
