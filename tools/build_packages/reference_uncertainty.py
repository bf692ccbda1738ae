"""Reference table of uncertain quantities: every spread is computed from figures at hand, or graded D."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator

from figures import Figures, read_curated
from tables import Row, format_number

NORMAL_95 = 1.96
"""Half-width of the 95 % interval of a normal distribution in standard deviations."""

SCALE_OF_MAD = 1.4826
"""Standard deviation over median absolute deviation of a normal distribution."""

LARGEST_MARKET_SPREAD = 0.7
"""Cap of the spread of a product's market: beyond it outliers of the fit speak, not the transfer."""

COUNTRIES_IN_FIT = 28
STANDARD_ERROR_OF_ALL = 0.088
"""Standard error of the elasticity of all keys together, as in table income_elasticities."""

BULK_MATERIALS = ("iron_steel", "aluminium", "copper", "plastics", "glass")
PHOTOVOLTAIC_KEY = "0002"

WIDEN_C = 1.25
"""How much wider a related product's bill of materials counts than the product's own."""

BLOCK_YEARS = 10
"""Years of price changes that separate the price of the table from that of an outlook."""


def make_uncertainty(figures: Figures) -> Iterator[Row]:
    """Make one row per uncertain quantity and class of products."""
    yield from _make_lifetimes(figures)
    yield from _make_market(figures)
    yield _make_drift()
    yield make_row(
        "unit_weight",
        "all",
        spread_weights(figures),
        correlation=0.0,
        years=1.0,
        source="CBS_WOT_2017;WOT_WEIGHTS_2024;BALDE_2015",
        grade="C",
        note=(
            "Differences of three tables of weights, robust, over the square root of 2: each of two "
            "tables errs. Constant over the years of a draw."
        ),
    )
    yield make_row(
        "income_elasticity",
        "all",
        1.0,
        distribution="truncated_normal",
        unit="standard_error",
        correlation=0.0,
        years=1.0,
        source="CBS_WOT_2017",
        grade="C",
        note="Standard errors of table income_elasticities, held at 0 or more.",
    )
    yield from _make_paths()
    yield from _make_composition(figures)
    yield make_row(
        "price",
        "all",
        float(BLOCK_YEARS),
        distribution="resampled_history",
        unit="yr",
        correlation=1.0,
        years=0.0,
        source="WORLD_BANK_PINK_2026",
        grade="C",
        note=(
            "Changes of the logarithm of yearly prices, all metals together, in blocks of five years, "
            "about their mean: a price of about ten years on. No trend is carried on."
        ),
    )
    yield make_row(
        "price",
        "plastics",
        1.0,
        distribution="triangular",
        unit="relative",
        correlation=0.0,
        years=1.0,
        source="AINALYM_2026",
        grade="D",
        note="Range 0-200 USD/t around 100 USD/t, an assumption.",
    )


def make_row(
    quantity: str,
    applies_to: str,
    spread: float,
    *,
    distribution: str = "lognormal",
    unit: str = "log",
    correlation: float,
    years: float,
    source: str,
    grade: str,
    note: str | None = None,
) -> Row:
    """Make one row of the table."""
    return {
        "quantity": quantity,
        "applies_to": applies_to,
        "distribution": distribution,
        "spread": format_number(spread, 3),
        "spread_unit": unit,
        "correlation_products": format_number(correlation, 2),
        "correlation_years": format_number(years, 2),
        "source": source,
        "grade": grade,
        "note": note,
    }


def root_mean_square(values: Iterable[float]) -> float:
    """Compute the root of the mean of squares."""
    return math.sqrt(statistics.fmean(value * value for value in values))


def spread_robustly(values: Iterable[float]) -> float:
    """Compute a standard deviation about zero that a few outliers do not move."""
    return SCALE_OF_MAD * statistics.median(abs(value) for value in values)


def _make_lifetimes(figures: Figures) -> Iterator[Row]:
    profiles: dict[str, dict[str, tuple[float, float]]] = defaultdict(dict)
    for record in figures.read("reference/lifetimes.csv", source="UNITAR_WCT_manual_2023_AnnexIII"):
        pair = (math.log(float(record["weibull_shape"])), math.log(float(record["weibull_scale"])))
        profiles[record["key"]][record["region"]] = pair
    shapes, scales = (
        [pair["NL-FR-BE"][place] - pair["IT"][place] for pair in profiles.values()] for place in (0, 1)
    )
    checks = check_lifetimes(figures)
    # Two tables differ by the errors of both: one of them errs by the difference over the root of 2.
    own, other = root_mean_square(scales) / math.sqrt(2), spread_robustly(checks) / math.sqrt(2)
    shared = statistics.fmean(checks) ** 2 / statistics.fmean(value**2 for value in checks)
    source = "UNITAR_WCT_2023;ICF_2021"
    yield make_row(
        "lifetime_scale",
        "all",
        root_mean_square((own, other)),
        correlation=shared,
        years=1.0,
        source=source,
        grade="C",
        note=(
            f"Root mean square of two differences over the root of 2: profiles NL-FR-BE and IT "
            f"({own:.3f}), and mean lives of ICF 2021 for {len(checks)} products, robust "
            f"({other:.3f}). Correlation: the part of the latter that all products share."
        ),
    )
    yield make_row(
        "lifetime_shape",
        "all",
        root_mean_square(shapes) / math.sqrt(2),
        correlation=0.0,
        years=1.0,
        source="UNITAR_WCT_2023",
        grade="C",
        note="Difference of profiles NL-FR-BE and IT over the square root of 2.",
    )


def check_lifetimes(figures: Figures) -> list[float]:
    """Compare the mean lives of ICF 2021 with the UNITAR manual: median log ratio of each product.

    Ages of things brought to repair cafes are censored and the figures of 2011 are half of all others: both
    are left out, as in the choice of profiles.
    """
    ratios = defaultdict(list)
    for record in figures.read("reference/lifetimes_independent_check.csv", source="ICF (2021)"):
        if record["mean_y"] and record["unitar_mean_NL_FR_BE"]:
            ratio = float(record["mean_y"]) / float(record["unitar_mean_NL_FR_BE"])
            ratios[record["key"]].append(math.log(ratio))
    return [statistics.median(values) for _, values in sorted(ratios.items())]


def _make_market(figures: Figures) -> Iterator[Row]:
    fits, spreads = read_market_fits(figures)
    correlation = correlate_markets(fits, spreads)
    for record in fits:
        is_fitted = record["key"] in spreads
        capped = is_fitted and float(record["loglog_resid_sd"]) > LARGEST_MARKET_SPREAD
        note = "Residual of the fit of log kg per inhabitant to log income over 28 EU countries."
        if capped:
            note = f"Residual {float(record['loglog_resid_sd']):.2f} of the same fit, capped."
        yield make_row(
            "market_level",
            record["key"],
            spreads.get(record["key"], LARGEST_MARKET_SPREAD),
            correlation=correlation,
            years=1.0,
            source="CBS_WOT_2017",
            grade="C" if is_fitted else "D",
            note=note if is_fitted else "Not sold in the years of the fit: the cap.",
        )
    spread, autocorrelation = fluctuate_markets(figures)
    yield make_row(
        "market_error",
        "all",
        spread,
        correlation=0.0,
        years=autocorrelation,
        source="CBS_WOT_2017",
        grade="C",
        note=(
            "Median over keys and groups of the deviation of log kg per inhabitant from a straight "
            "line over 1995-2015, and of its correlation with the year before."
        ),
    )


def read_market_fits(figures: Figures) -> tuple[list[dict[str, str]], dict[str, float]]:
    """Read the fits of markets to income, and the spread of each key, capped."""
    fits = figures.read("reference/pom_kpi_vs_ppp.csv", variable="kg_inh", data="WOT_v1.2_cleaned")
    spreads = {
        record["key"]: min(float(record["loglog_resid_sd"]), LARGEST_MARKET_SPREAD)
        for record in fits
        if record["loglog_resid_sd"]
    }
    return fits, spreads


def _make_drift() -> Row:
    """Make the drift of markets after history, found by the back-test (a golden case computes it again)."""
    record = next(iter(read_curated("market_drift.csv")))
    return {"quantity": "market_drift", "applies_to": "all", "distribution": "lognormal", **record}


def correlate_markets(fits: list[dict[str, str]], spreads: dict[str, float]) -> float:
    """Estimate the correlation between products from the residual of the sum of all products.

    The sum scatters less than its parts would if they went together, and more than if each went its own way.
    """
    # In a straight-line fit residual and standard error differ by one factor, the same for all keys.
    factors = [
        float(record["loglog_resid_sd"]) / float(record["loglog_slope_se"])
        for record in fits
        if record["loglog_slope_se"] and int(record["n_countries"]) == COUNTRIES_IN_FIT
    ]
    total = STANDARD_ERROR_OF_ALL * statistics.median(factors)
    masses = {
        record["key"]: float(record["prediction_at_KAZ_ppp_2010_2014"])
        for record in fits
        if record["key"] in spreads and record["prediction_at_KAZ_ppp_2010_2014"]
    }
    parts = [spreads[key] * mass / sum(masses.values()) for key, mass in masses.items()]
    alone, together = sum(part**2 for part in parts), sum(parts) ** 2
    return (total**2 - alone) / (together - alone)


def fluctuate_markets(figures: Figures) -> tuple[float, float]:
    """Estimate the spread and the autocorrelation of a market about its trend."""
    series = defaultdict(list)
    for record in figures.read("reference/pom_eu.csv"):
        year, kg = int(record["year"]), float(record["kg_inh_clean"])
        if 1995 <= year <= 2015 and kg > 0 and record["key"] != PHOTOVOLTAIC_KEY:
            series[record["stratum"], record["key"]].append((year, math.log(kg)))
    spreads, correlations = [], []
    for points in series.values():
        if len(points) < 15:
            continue
        years, logs = zip(*sorted(points), strict=True)
        line = statistics.linear_regression(years, logs)
        rest = [value - line.slope * year - line.intercept for year, value in zip(years, logs, strict=True)]
        spreads.append(statistics.pstdev(rest))
        correlations.append(statistics.correlation(rest[:-1], rest[1:]))
    return statistics.median(spreads), statistics.median(correlations)


def spread_weights(figures: Figures) -> float:
    """Compute how far three tables of unit weights differ, key by key."""
    weights: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for record in figures.read("reference/weights.csv"):
        if record["country"] in ("", "EU28"):
            weights[record["key"], record["year"]][record["source"]] = float(record["avg_weight_kg"])
    by_key = defaultdict(list)
    for (key, _), found in weights.items():
        balde = found.get("Balde_2015_Guidelines_annex3")
        for name, weight in found.items():
            if balde and name != "Balde_2015_Guidelines_annex3":
                by_key[key].append(math.log(weight / balde))
    return spread_robustly(statistics.median(values) for values in by_key.values()) / math.sqrt(2)


def _make_paths() -> Iterator[Row]:
    """Make the paths of population, income and photovoltaic capacity: bands of the country's own package."""
    bands = (
        (
            "population_path",
            "WPP_2024_VARIANTS",
            "C",
            "80 % interval of WPP 2024 around the medium variant, not its low and high variants.",
        ),
        ("income_path", "SSP_2024", "C", "Root mean square distance of SSP 1-5 from SSP 2."),
        (
            "photovoltaic_path",
            "AINALYM_2026",
            "D",
            "Columns low and high of table photovoltaic_capacity, read as the 5 and 95 % quantiles.",
        ),
    )
    for quantity, source, grade, note in bands:
        yield make_row(
            quantity,
            "with_band",
            1.0,
            distribution="band",
            unit="band",
            correlation=1.0,
            years=1.0,
            source=source,
            grade=grade,
            note=note,
        )
    for quantity, spread in (("population_path", 0.15), ("income_path", 0.4), ("photovoltaic_path", 0.8)):
        yield make_row(
            quantity,
            "without_band",
            spread,
            unit="log_2050",
            correlation=1.0,
            years=1.0,
            source="AINALYM_2026",
            grade="D",
            note="Assumption for a country package that holds no band.",
        )


def _make_composition(figures: Figures) -> Iterator[Row]:
    fractions = defaultdict(list)
    gold = []
    for record in figures.read("reference/composition.csv", used_in_default="yes"):
        share = float(record["mass_fraction"] or 0)
        if share > 0 and record["material"] in BULK_MATERIALS and record["key"] != PHOTOVOLTAIC_KEY:
            fractions[record["key"], record["material"]].append(math.log(share))
        if share > 0 and record["material"] == "gold":
            gold.append((record["key"], math.log(share)))
    one = pool_spread(list(fractions.values()))
    means = defaultdict(list)
    for (key, material), values in fractions.items():
        means[key[:2], material].append(statistics.fmean(values))
    category = math.hypot(pool_spread(list(means.values())), one / math.sqrt(2))
    shared = correlate_compositions(figures, one)
    sources = "BABBITT_2020;ECODESIGN_BOM"
    texts = {
        "A": (one / math.sqrt(2), "Mean of two bills of materials or more."),
        "B": (one, "Pooled deviation between bills of materials of one product."),
        "C": (
            WIDEN_C * one,
            "A related product's bill of materials: a quarter wider than the product's own.",
        ),
        "D": (category, "Pooled deviation between products of one category, and of their own bills."),
    }
    for grade, (spread, note) in texts.items():
        yield make_row(
            "composition",
            f"additive_{grade}",
            spread,
            correlation=shared,
            years=1.0,
            source=sources,
            grade="D" if grade == "D" else "C",
            note=note,
        )
    board = math.log(_read_board_gold(figures)) / NORMAL_95
    by_key = defaultdict(list)
    for key, value in gold:
        by_key[key].append(value)
    published = pool_spread(list(by_key.values()))
    for grade, spread, note in (
        ("A", published, "As B: no precious metal has grade A."),
        ("B", published, "Pooled deviation of gold between publications on one product: a factor of 2."),
        ("C", board, "Central over lowest figure of gold in mixed boards as 95 % limit: a factor of 3."),
        ("D", board, "As C: a factor of 3; figures quoted from memory are no better known."),
    ):
        yield make_row(
            "composition",
            f"precious_{grade}",
            spread,
            correlation=shared,
            years=1.0,
            source="BOARD_GRADES;BUCHERT_2012",
            grade="D" if grade == "D" else "C",
            note=note,
        )


def pool_spread(groups: list[list[float]]) -> float:
    """Pool the standard deviations of groups of two or more."""
    pairs = [(statistics.variance(group), len(group) - 1) for group in groups if len(group) > 1]
    return math.sqrt(sum(variance * count for variance, count in pairs) / sum(count for _, count in pairs))


def correlate_compositions(figures: Figures, one: float) -> float:
    """Estimate the part of the error of compositions that all products share, from published world totals."""
    totals = [
        math.log(float(record["factor_published_over_bottom_up"]))
        for record in figures.read("reference/composition_calibration.csv")
        if record.get("factor_published_over_bottom_up")
    ]
    return min(root_mean_square(totals) ** 2 / one**2, 0.9)


def _read_board_gold(figures: Figures) -> float:
    for record in figures.read("reference/pcb_grades.csv", pcb_class="mixed_pcb", element="gold"):
        return float(record["central_g_per_t"]) / float(record["low_g_per_t"])
    raise ValueError("pcb_grades.csv has no row for gold in mixed boards")
