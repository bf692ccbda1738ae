"""Arithmetic on bare arrays. Knows numpy and scipy alone."""
