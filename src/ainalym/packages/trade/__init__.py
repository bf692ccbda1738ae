"""Trade and production statistics: readers, store, products of codes, placed on market."""
