"""The migrations bring any database to exactly the tables that the code knows."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from inkassod.store.database import MIGRATIONS, Database
from inkassod.store.tables import metadata


def schema(url: str) -> dict[str, str]:
    """The SQL of every table and index, by name, with blanks and quotes evened out."""
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(
            text("select name, sql from sqlite_master where sql is not null and name not like 'alembic%'")
        )
        found = {row.name: " ".join(row.sql.replace('"', "").split()) for row in rows}
    engine.dispose()
    return found


def test_the_migrations_lead_to_the_tables_of_the_code(database: Database):
    """Between an upgraded database and the metadata there is no difference."""
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_partial_index_and_the_counters_are_those_of_the_code(database: Database, tmp_path: Path):
    """What a comparison of metadata passes over (conditions of indexes, AUTOINCREMENT) is the same word for word."""
    url = f"sqlite:///{tmp_path}/plain.sqlite3"
    engine = create_engine(url)
    metadata.create_all(engine)
    engine.dispose()
    upgraded, plain = schema(database.url), schema(url)
    assert upgraded.keys() == plain.keys()
    names = [name for name, sql in plain.items() if "INDEX" in sql.split("(", maxsplit=1)[0]]
    assert {name: upgraded[name] for name in names} == {name: plain[name] for name in names}
    for name, sql in plain.items():
        assert ("AUTOINCREMENT" in upgraded[name]) is ("AUTOINCREMENT" in sql), name


def test_upgrading_twice_does_nothing_the_second_time(database: Database):
    """A database that is up to date is left alone."""
    before = schema(database.url)
    database.upgrade()
    assert schema(database.url) == before


def test_entries_of_an_older_database_are_kept(tmp_path: Path):
    """Those that were there before reminder numbers and allocations have neither."""
    engine = create_engine(f"sqlite:///{tmp_path}/old.sqlite3")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        names = [column["name"] for column in inspect(connection).get_columns("entries")]
        values = ", ".join("1" for _ in names)
        connection.execute(text(f"insert into entries ({', '.join(names)}) values ({values})"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        found = connection.execute(text("select amount, reminder_no, allocated_run from entries")).all()
    engine.dispose()
    assert [tuple(row) for row in found] == [(1, "", None)]


def test_there_is_one_line_of_migrations():
    """One base and one head: no branch waits to be merged."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    script = ScriptDirectory.from_config(config)
    assert len(script.get_heads()) == len(script.get_bases()) == 1


def test_every_table_has_a_primary_key(database: Database):
    """No row without a name of its own."""
    with database.read() as connection:
        tables = inspect(connection)
        for name in metadata.tables:
            assert tables.get_pk_constraint(name)["constrained_columns"], name
