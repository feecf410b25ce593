"""`python -m inkassod`: the command line."""

from __future__ import annotations

from inkassod.cli import main

main()
