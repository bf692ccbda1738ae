"""Stock as all sales less all waste (script 05).

Defect kept by ``strict``:

- **deficit taken off every year**: where more is thrown away than was ever sold, the stock is put at nought
  and the deficit added to the waste of the year (sic: added), but the running sums go on without it, so that
  the same deficit is found again in each later year. Mended: waste is cut to what is there, once.
"""

from __future__ import annotations

import numpy as np

from ainalym.kernels.common_method.cells import FloatArray


def compute_stock(placed: FloatArray, generated: FloatArray, strict: bool) -> tuple[FloatArray, FloatArray]:
    """Compute the stock from sales and waste.

    Parameters
    ----------
    placed
        Placed on market, 0 or more. Shape (..., year), any unit per year.
    generated
        Waste generated, 0 or more. Same shape and unit.
    strict
        Whether to keep the defect of the scripts.

    Returns
    -------
    tuple of FloatArray
        Stock at the end of each year, 0 or more, and the waste that goes with it. Same shape.

    Notes
    -----
    Strict: K(t) = sum P - sum G up to t; where it is below nought, G(t) := G(t) - K(t) and K(t) := 0. Mended:
    G(t) := min(G(t), K(t-1) + P(t)), so that K(t) = K(t-1) + P(t) - G(t) in every year.
    """
    if strict:
        stock = np.cumsum(placed, axis=-1) - np.cumsum(generated, axis=-1)
        return np.maximum(stock, 0.0), generated - np.minimum(stock, 0.0)
    stock, waste = np.zeros_like(placed), np.zeros_like(generated)
    held = np.zeros(placed.shape[:-1])
    for year in range(placed.shape[-1]):
        there = held + placed[..., year]
        waste[..., year] = np.minimum(generated[..., year], there)
        held = stock[..., year] = there - waste[..., year]
    return stock, waste
