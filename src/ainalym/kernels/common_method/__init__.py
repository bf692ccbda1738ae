"""The common methodology of Regulation (EU) 2017/699, Annex I, as Statistics Netherlands programmed it.

Reported trade and production give an apparent consumption that is full of gaps and slips. The method cleans
it per inhabitant, fills it from other years and from countries of like purchasing power, smooths it, and
carries it back to the introduction of a product and on into the future. Every cell keeps a flag that says
what was done.

``strict=True`` gives the results of the public scripts (Waste over Time, version 1.2) with their defects, so
that official figures can be retraced; ``strict=False`` gives the same method with the defects mended. Every
defect has a name in :data:`ainalym.kernels.common_method.defects.DEFECTS`, is explained in the module that
holds the rule, and has a test in which both settings differ.

=====================  ===================================================================================
module                 what, in the order of the method
=====================  ===================================================================================
``conversion``         pieces to kilograms and back (script 02)
``confidential``       hidden production estimated from exports (01)
``panel``              input, settings, result, checks
``population``         population before the first figure (03)
``special_products``   tube televisions, tube monitors, photovoltaics (03, 03g, 03h, 00c)
``outliers``           over years and within strata (03a, 03b)
``interpolation``      gaps filled from other years (03c)
``strata``             means of strata, gaps filled along purchasing power (03d, 03e)
``smoothing``          jumps from year to year (03f)
``forecast``           years after the last figure (03i)
``pieces``             pieces at the unit weight of another year (03i)
``backcast``           years before the first figure (03i)
``method``             all steps; small changes taken back (03, 03j)
``neighbours``         with whom a country is compared: a panel, or reference strata
``stock_balance``      stock as sales less waste (05)
=====================  ===================================================================================
"""

from ainalym.kernels.common_method.flags import Provenance, classify_flags
from ainalym.kernels.common_method.forecast import Approach, ForecastException
from ainalym.kernels.common_method.method import clean_series, compute_common_method
from ainalym.kernels.common_method.neighbours import ReferenceStrata, compute_reference_strata
from ainalym.kernels.common_method.panel import CommonCounts, CommonPanel, CommonResult, CommonSettings

__all__ = [
    "Approach",
    "CommonCounts",
    "CommonPanel",
    "CommonResult",
    "CommonSettings",
    "ForecastException",
    "Provenance",
    "ReferenceStrata",
    "classify_flags",
    "clean_series",
    "compute_common_method",
    "compute_reference_strata",
]
