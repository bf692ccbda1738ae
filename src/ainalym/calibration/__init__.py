"""What the model learns from evidence of a country: the ensemble again, with scores moved towards it."""
