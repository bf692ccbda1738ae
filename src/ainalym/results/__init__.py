"""The result of a run: store, summary, comparison with published figures."""
