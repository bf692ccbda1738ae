"""The vocabulary of the program: axes, quantities, units, labelled arrays."""
