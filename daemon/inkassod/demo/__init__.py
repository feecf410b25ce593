"""The demonstration of a whole cycle."""
