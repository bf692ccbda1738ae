"""Draws the picture of the README again from the default outlook; ``make picture`` runs it."""

from pathlib import Path

import ainalym
from ainalym.reports.charts import draw_chart
from ainalym.reports.images import write_image
from ainalym.reports.language import Translator

CHART = "ewaste_generated"
PICTURE = Path(__file__).resolve().parent.parent / "docs" / f"{CHART}.svg"


def main() -> None:
    """Run the default outlook of Kazakhstan and write its chart of e-waste."""
    spec = draw_chart(ainalym.outlook("KAZ").result, CHART, Translator("en"))
    if spec is None:
        raise AssertionError(f"the outlook has no chart {CHART}")
    write_image(spec, PICTURE)


if __name__ == "__main__":
    main()
