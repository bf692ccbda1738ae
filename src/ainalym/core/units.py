"""Units: the few conversions that the program makes, and the constants that carry a unit in their name."""

from __future__ import annotations

KG_PER_TONNE = 1000.0
GRAMS_PER_TONNE = 1_000_000.0
MG_PER_KG = 1_000_000.0
TONNES_PER_KILOTONNE = 1000.0

TO_USD_PER_TONNE = {"USD/t": 1.0, "USD/kg": KG_PER_TONNE, "USD/g": GRAMS_PER_TONNE}
"""Factor from a unit of price to USD/t."""

TO_MASS_FRACTION = {"kg/kg": 1.0, "g/kg": 1e-3, "mg/kg": 1.0 / MG_PER_KG}
"""Factor from a unit of composition to a mass fraction."""
