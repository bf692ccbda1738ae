"""Pages and REST interface over stored results: look, ask "what if", share, download."""
