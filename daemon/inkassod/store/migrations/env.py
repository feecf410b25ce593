"""Alembic's entry: runs the migrations on the connection that `Database.upgrade` hands over."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from inkassod.store.tables import UtcTime, metadata


def _as_plain(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """A migration keeps no reference to our own type, so that it stays what it was."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcTime) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=metadata, render_as_batch=True, render_item=_as_plain
)
context.run_migrations()
