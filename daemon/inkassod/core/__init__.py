"""The functional core: decisions as pure functions from values to values, without disk, clock or database."""
