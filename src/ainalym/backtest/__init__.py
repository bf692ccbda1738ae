"""The back-test: what projections would have said in the past, and what happened."""
