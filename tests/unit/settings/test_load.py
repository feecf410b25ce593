from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from inkassod.settings import FolderTransport, SettingsError, SftpTransport, load, masked


def problems(path: Path) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load(path)
    return caught.value.problems


def test_the_least_settings_file_gets_every_default(write, tmp_path):
    """A file that names only what has no default is complete."""
    settings = load(write())
    daemon, agreement = settings.daemon, settings.agreements["intrum"]
    assert (daemon.database, daemon.spool) == (f"sqlite:///{tmp_path}/inkassod.sqlite3", tmp_path / "spool")
    assert (daemon.watch, daemon.scan_seconds, daemon.settle_seconds, daemon.stop_seconds) == (
        "auto",
        30,
        2,
        10,
    )
    assert (daemon.log, daemon.max_file_megabytes, daemon.attempts_before_failed) == ("auto", 512, 3)
    creditor = settings.creditors["nord"]
    assert (creditor.currency, creditor.time_zone) == ("NOK", ZoneInfo("Europe/Oslo"))
    assert (creditor.feed_encoding, creditor.own_accounts) == ("utf-8", ("99991234566",))
    process, schedule = agreement.process, agreement.schedule
    assert (process.own_reminders, process.days_after_due, process.days_after_reminder) == (1, 14, 14)
    assert (process.minimum_amount, process.selection, process.transfer, process.closure_days) == (
        0,
        "by-hand",
        "at-once",
        5,
    )
    assert (schedule.fetch, schedule.fetch_every_minutes, schedule.corrections) == (
        (time(6, 0),),
        None,
        "by-hand",
    )
    assert agreement.enabled is True


def test_the_transport_has_its_defaults(write):
    """An SFTP transport needs only a server, a user, a secret and a host key."""
    transport = load(write()).agreements["intrum"].transport
    assert isinstance(transport, SftpTransport)
    assert (transport.port, transport.outgoing_folder, transport.incoming_folder) == (22, "in", "out")
    assert (transport.claim, transport.after_fetch, transport.done_folder) == ("rename", "delete", "out/done")
    assert (transport.temporary_prefix, transport.temporary_suffix) == (".", ".part")
    assert (transport.connect_timeout_seconds, transport.operation_timeout_seconds) == (15, 30)
    assert (transport.deadline_seconds, transport.keepalive_seconds) == (600, 15)
    assert (transport.attempts, transport.retry_seconds) == (5, 300)
    assert transport.private_key_credential is None


def test_values_are_read_into_their_own_types(write):
    """Amounts become øre, times times, and accounts the key by which they are compared."""
    more = """
[agreements.intrum.process]
minimum_amount = "250.50"
transfer = "18:00"
[agreements.intrum.schedule]
fetch = ["06:00", "13:30"]
fetch_every_minutes = 90
corrections = "19:00"
"""
    path = write(('["99991122334"]', '["NO26 9999 1122 334", "SE45 5000 0000 0583 9825 7466"]'), more=more)
    agreement = load(path).agreements["intrum"]
    assert (agreement.process.minimum_amount, agreement.process.transfer) == (25050, time(18, 0))
    assert agreement.schedule.fetch == (time(6, 0), time(13, 30))
    assert (agreement.schedule.fetch_every_minutes, agreement.schedule.corrections) == (90, time(19, 0))
    assert agreement.agency_accounts == ("99991122334", "SE4550000000058398257466")


def test_paths_count_from_the_folder_of_the_settings_file(write, tmp_path):
    """Relative paths lie beside the settings file, absolute ones stay."""
    settings = load(write(more='[daemon]\ndatabase = "sqlite:///data/a.db"\nspool = "/srv/spool"\n'))
    assert settings.daemon.database == f"sqlite:///{tmp_path}/data/a.db"
    assert settings.daemon.spool == Path("/srv/spool")
    assert (settings.path, settings.folder) == (tmp_path / "inkassod.toml", tmp_path)


def test_an_absolute_database_stays_where_it_is(write):
    """Four slashes name a database by its absolute path."""
    settings = load(write(more='[daemon]\ndatabase = "sqlite:////srv/a.db"\n'))
    assert settings.daemon.database == "sqlite:////srv/a.db"


def test_files_may_travel_through_a_folder(write, tmp_path):
    """The kind of a transport decides on its keys."""
    path = write()
    head = path.read_text().split("[agreements.intrum.transport]")[0]
    path.write_text(head + '[agreements.intrum.transport]\nkind = "folder"\npath = "exchange"\n')
    transport = load(path).agreements["intrum"].transport
    assert isinstance(transport, FolderTransport)
    assert (transport.path, transport.incoming_folder) == (tmp_path / "exchange", "out")


def test_settings_cannot_be_changed_after_reading(write):
    """What was read stays as it was read."""
    settings = load(write())
    with pytest.raises(ValidationError, match="frozen"):
        settings.daemon.scan_seconds = 1
    with pytest.raises(ValidationError, match="frozen"):
        settings.agreements["intrum"].transport.attempts = 1
    with pytest.raises(AttributeError):
        settings.daemon = None


def test_a_byte_order_mark_is_passed_over(write):
    """Editors that mark UTF-8 do no harm."""
    path = write()
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load(path).creditors["nord"].name == "Nord Møbler AS"


def test_a_missing_file_is_named(tmp_path):
    """No file, one sentence."""
    path = tmp_path / "none.toml"
    assert problems(path) == (f"{path}: cannot be read: No such file or directory",)


def test_a_file_that_is_no_toml_is_told_with_its_place(tmp_path):
    """A slip in the writing is told with line and column."""
    path = tmp_path / "a.toml"
    path.write_text("[daemon]\nscan_seconds 30\n")
    assert problems(path) == (
        f"{path}: is not TOML: Expected '=' after a key in a key/value pair (at line 2, column 14)",
    )


def test_a_file_in_another_encoding_is_told_with_line_and_byte(write):
    """Letters that are no UTF-8 are told by line and byte."""
    path = write()
    path.write_bytes(path.read_text("utf-8").encode("iso-8859-1"))
    assert problems(path) == (f"{path}: line 3: byte 0xF8 is not UTF-8: save the file as UTF-8",)


def test_an_empty_file_asks_for_a_creditor(tmp_path):
    """Settings without anybody who is owed money are none."""
    path = tmp_path / "a.toml"
    path.write_text("")
    assert problems(path) == ("creditors: no creditor is described: at least one table [creditors.NAME]",)


def test_a_creditor_without_an_agreement_is_enough(write):
    """The feed can be read before the first agreement starts."""
    path = write()
    path.write_text(path.read_text().split("[agreements")[0])
    assert load(path).agreements == {}


@pytest.mark.parametrize(
    ("line", "known"),
    [
        ('agency_bankgiros = ["123-4566"]', "agency_bankgiros"),
        ('agency_id_numbers = ["556677-8899"]', "agency_id_numbers"),
        ('agency_names = ["Perintä Oy"]', "agency_names"),
    ],
)
def test_an_agency_may_be_known_by_other_things_than_an_account(write, line, known):
    """Swedish files name a bankgiro, others an organisation number, Finnish ones a name: one of the four lists is enough."""
    agreement = load(write(('agency_accounts = ["99991122334"]', line))).agreements["intrum"]
    assert len(getattr(agreement, known)) == 1
    assert agreement.agency_accounts == ()


def test_the_settings_are_shown_with_defaults_and_in_the_form_of_the_file(write, tmp_path, monkeypatch):
    """What `config show` prints could stand in the file, and holds a secret's name, never the secret."""
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "intrum.password").write_text("correct horse\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "credentials"))
    shown = masked(load(write(more='[agreements.intrum.process]\nminimum_amount = "100.05"\n')))
    assert shown["daemon"]["spool"] == str(tmp_path / "spool")
    assert shown["creditors"]["nord"]["time_zone"] == "Europe/Oslo"
    agreement = shown["agreements"]["intrum"]
    assert (agreement["process"]["minimum_amount"], agreement["process"]["transfer"]) == ("100.05", "at-once")
    assert agreement["schedule"] == {"fetch": ["06:00"], "corrections": "by-hand"}
    assert agreement["transport"]["password_credential"] == "intrum.password"
    assert "correct horse" not in repr(shown)
