"""What the codes of problems and errors mean. Needs no settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

import typer

from inkassod import app
from inkassod.cli.context import DONE, Call
from inkassod.cli.render import Block, Grid, grid
from inkassod.failures import catalogue

commands = typer.Typer(rich_markup_mode=None)


@commands.command()
def explain(
    context: typer.Context,
    code: Annotated[
        str, typer.Argument(metavar="CODE", help="As log show tells it; all without.", show_default=False)
    ] = "",
) -> int:
    """What a code means, its usual cause, and the cure.

    Without CODE all codes, one line each.
    """
    known = catalogue()
    try:
        found = [known.explain(code)] if code else list(known.failures.values())
    except KeyError as error:
        raise app.NotFoundError(str(error.args[0])) from None
    document = {"failures": [asdict(one) for one in found]}
    Call.of(context).answer(document, _one if code else _all)
    return DONE


def _one(document: Any) -> Iterator[Block]:
    for failure in document["failures"]:
        yield Grid(("", ""), list(failure.items()))


def _all(document: Any) -> list[Block]:
    return [grid(("code", "meaning"), document["failures"])]
