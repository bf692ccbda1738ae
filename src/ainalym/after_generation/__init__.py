"""What becomes of e-waste: the order of the stages after generation, for one central run and for draws."""
