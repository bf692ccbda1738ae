from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import linregress

from ainalym.kernels.income_fit import fit_income_elasticity


def test_that_the_fit_is_ordinary_least_squares_of_logarithms_with_gaps_left_out() -> None:
    generator = np.random.default_rng(4)
    income = generator.uniform(5e3, 5e4, 20)
    amount = np.exp(generator.standard_normal((20, 3))) * income[:, np.newaxis] ** [0.5, 0.0, 1.2]
    amount[3, 0], amount[7, 0] = np.nan, 0.0
    fit = fit_income_elasticity(income, amount)
    for product in range(3):
        used = np.nan_to_num(amount[:, product]) > 0
        peer = linregress(np.log(income[used]), np.log(amount[used, product]))
        assert fit.elasticity[product] == pytest.approx(peer.slope)
        assert fit.error[product] == pytest.approx(peer.stderr)
        assert fit.is_usable[product] == (peer.pvalue < 0.01 and peer.rvalue**2 >= 0.3 and peer.slope >= 0)


def test_that_too_few_countries_give_no_elasticity() -> None:
    amount = np.full((8, 1), np.nan)
    amount[:4] = 1.0
    fit = fit_income_elasticity(np.linspace(1e4, 2e4, 8), amount)
    assert np.isnan(fit.elasticity[0])
    assert not fit.is_usable[0]


def test_that_an_exact_line_is_found_and_usable() -> None:
    income = np.linspace(1e4, 4e4, 10)
    fit = fit_income_elasticity(income, (2.0 * income**0.7)[:, np.newaxis])
    assert fit.elasticity[0] == pytest.approx(0.7)
    assert fit.scatter[0] == pytest.approx(0.0, abs=1e-12)
    assert fit.is_usable[0]
