from __future__ import annotations

import math

import pytest

from ainalym.core.extras import require_extra
from ainalym.errors import InputError


def test_that_a_missing_library_names_its_extra() -> None:
    with pytest.raises(InputError, match="EXT-001") as caught:
        require_extra("a_library_that_is_not_there", "trade")
    assert "pip install 'ainalym[trade]'" in str(caught.value)


def test_that_an_installed_library_is_given() -> None:
    assert require_extra("math", "none") is math
