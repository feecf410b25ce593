"""File formats of debt collection and of incoming payments in Norway, Sweden and Finland: bytes to values and back.

Pure: no clock, no disk, no network, no settings. Usable as a library of its own.
"""
