"""Parameters of lifetimes on their way in: turned into arrays, broadcast against one another, checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from ainalym.errors import InputError, Problem
from ainalym.kernels.boundary import (
    FloatArray,
    Labels,
    as_floats,
    check_cells,
    check_positive,
    parameter_axes,
    raise_any,
)


def read_parameters(name: str, values: Mapping[str, npt.ArrayLike], labels: Labels) -> tuple[FloatArray, ...]:
    """Give the parameters of a lifetime as positive finite arrays of one shape.

    Parameters
    ----------
    name
        Name of the distribution, for errors.
    values
        By name of the parameter.
    labels
        Names for products and cohorts, for errors.

    Returns
    -------
    tuple of FloatArray
        In the order given, broadcast against one another.

    Raises
    ------
    InputError
        [COH-001] where a number is not positive and finite, [COH-002] where the shapes do not fit.
    """
    arrays = {key: as_floats(value) for key, value in values.items()}
    problems = [
        problem for key, array in arrays.items() for problem in check_positive(array, f"{name} {key}", labels)
    ]
    raise_any(problems, f"{name} lifetime")
    return broadcast_parameters(name, arrays)


def broadcast_parameters(name: str, arrays: Mapping[str, FloatArray]) -> tuple[FloatArray, ...]:
    """Give the parameters of a lifetime one shape.

    Parameters
    ----------
    name
        Name of the distribution, for errors.
    arrays
        By name of the parameter.

    Returns
    -------
    tuple of FloatArray
        In the order given, broadcast against one another.

    Raises
    ------
    InputError
        [COH-002] where the shapes do not fit.
    """
    try:
        return tuple(np.broadcast_arrays(*arrays.values()))
    except ValueError as error:
        shapes = ", ".join(f"{key} {array.shape}" for key, array in arrays.items())
        mend = "Give every parameter the axes (..., product) or (..., cohort, product)."
        raise InputError(
            Problem("COH-002", f"{name} lifetime", shapes, "shapes that broadcast against one another", mend)
        ) from error


def set_parameters(lifetime: object, name: str, fields: tuple[str, ...], labels: Labels) -> None:
    """Put the checked parameters of a frozen lifetime in place of those that were given.

    Parameters
    ----------
    lifetime
        The frozen dataclass.
    name
        Name of the distribution, for errors.
    fields
        Its parameters, each to be positive and finite.
    labels
        Names for products and cohorts, for errors.

    Raises
    ------
    InputError
        [COH-001], [COH-002] as :func:`read_parameters`.
    """
    arrays = read_parameters(name, {key: getattr(lifetime, key) for key in fields}, labels)
    for key, array in zip(fields, arrays, strict=True):
        object.__setattr__(lifetime, key, array)


def read_quantiles(
    name: str, t50: npt.ArrayLike, t90: npt.ArrayLike, labels: Labels
) -> tuple[FloatArray, FloatArray]:
    """Give the two quantiles of a lifetime as arrays in order.

    Parameters
    ----------
    name
        Name of the distribution, for errors.
    t50, t90
        In years.
    labels
        Names for products and cohorts, for errors.

    Returns
    -------
    tuple of FloatArray
        ``t50`` and ``t90``, broadcast against one another.

    Raises
    ------
    InputError
        [COH-001] where a number is not positive and finite, [COH-010] where ``t90`` is not above ``t50``.
    """
    half, tenth = read_parameters(name, {"t50": t50, "t90": t90}, labels)
    problems = check_cells(
        tenth > half,
        tenth,
        code="COH-010",
        what=f"{name} t90",
        axes=parameter_axes(tenth.shape, labels),
        labels=labels,
        expected="more years than t50",
        mend="Swap the two quantiles, or take a fixed lifetime.",
    )
    raise_any(problems, f"{name} lifetime")
    return half, tenth


def check_bracket(
    excess: Callable[[FloatArray], FloatArray],
    low: float,
    high: float,
    asked: FloatArray,
    what: str,
    labels: Labels,
) -> None:
    """Refuse numbers that no member of a family of lifetimes has.

    Parameters
    ----------
    excess
        Decreasing function of the unknown whose root is looked for.
    low, high
        Ends of its range.
    asked
        The numbers asked for, to be shown.
    what
        What they are, such as ``Weibull sd / mean``.
    labels
        Names for products and cohorts, for errors.

    Raises
    ------
    InputError
        [COH-011] with each number out of reach.
    """
    good = (excess(np.full(asked.shape, low)) >= 0) & (excess(np.full(asked.shape, high)) <= 0)
    problems = check_cells(
        np.asarray(good),
        asked,
        code="COH-011",
        what=what,
        axes=parameter_axes(asked.shape, labels),
        labels=labels,
        expected="a ratio that this distribution can have",
        mend="Correct the numbers, or take another distribution (a fixed one if there is hardly any spread).",
    )
    raise_any(problems, "lifetime")


def check_range(values: FloatArray, low: float, high: float, what: str, labels: Labels) -> None:
    """Refuse parameters so far out that the mean of the lifetime would not be a usable number.

    Parameters
    ----------
    values
        The parameter.
    low, high
        Least and greatest value.
    what
        Name of the parameter, for errors.
    labels
        Names for products and cohorts, for errors.

    Raises
    ------
    InputError
        [COH-011] with each value out of range.
    """
    problems = check_cells(
        (values >= low) & (values <= high),
        values,
        code="COH-011",
        what=what,
        axes=parameter_axes(values.shape, labels),
        labels=labels,
        expected=f"a value in [{low:g}, {high:g}]",
        mend="Correct the lifetime of this product; its spread is beyond any use.",
    )
    raise_any(problems, "lifetime")
