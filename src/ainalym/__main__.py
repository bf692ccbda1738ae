"""Runs the command line as ``python -m ainalym``."""

from ainalym.cli import main

if __name__ == "__main__":
    main()
