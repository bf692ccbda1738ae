"""Judges the two methods for placed on market on figures of the European Union that are hidden from them.

Prints a table and writes JSON; see hidden_cells_report.py beside this file for what is measured.
"""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from sysconfig import get_path

if __name__ == "__main__":
    from hidden_cells_report import main

    main()
else:
    # A script beside this one asked for the module of the standard library and found this file first.
    specification = spec_from_file_location(__name__, Path(get_path("stdlib")) / "statistics.py")
    assert specification is not None
    assert specification.loader is not None
    sys.modules[__name__] = module_from_spec(specification)
    specification.loader.exec_module(sys.modules[__name__])
