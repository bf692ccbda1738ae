"""All that a user may write: data packages, their tables and columns."""
