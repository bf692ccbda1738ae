"""The command line ``ainalym``."""

from ainalym.cli.application import main

__all__ = ["main"]
