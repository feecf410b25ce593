"""The exchange over a real SFTP connection to the simulated agency: there and back, and every way it goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from inkassod import exchange
from inkassod.installation import Installation
from inkassod.settings import SettingsError
from inkassod.simulator.server import SftpServer, host_key
from inkassod.simulator.share import Nasty
from inkassod.transport import TransportError
from support.exchange import (
    PERSON,
    answer_file,
    at_agency,
    committed,
    effects,
    log,
    patient,
    problems,
    read,
    row,
    served,
    spooled,
    table,
)
from support.installation import AGREEMENT, again

PASSWORD = "invented for this test"


@contextmanager
def _serving(folder: Path, **options) -> Iterator[SftpServer]:
    """The simulated agency's server on the folder that the installation's transport had before."""
    key = host_key(folder / "host_key")
    with SftpServer(folder / "agency", username="creditor", password=PASSWORD, key=key, **options) as server:
        yield server


def _over_sftp(folder: Path, port: int, fingerprint: str) -> Installation:
    """The same installation with its transport changed to SFTP."""
    (folder / "password").write_text(PASSWORD, "utf-8")
    (folder / "password").chmod(0o600)
    lines = f"""kind = "sftp"
host = "127.0.0.1"
port = {port}
username = "creditor"
password_credential = "{folder / "password"}"
host_keys = ["{fingerprint}"]"""
    path = folder / "inkassod.toml"
    path.write_text(
        path.read_text("utf-8").replace('kind = "folder"\npath = "agency"', lines), encoding="utf-8"
    )
    return again(folder)


def _out(installation: Installation, kind="receipts") -> tuple[str, bytes]:
    name, content = answer_file(installation, kind)
    (installation.settings.folder / "agency" / "out" / name).write_bytes(content)
    return name, content


def _ours(installation: Installation) -> tuple[str, bytes]:
    (found,) = [one for one in table(installation, "outbox") if one["channel"] == AGREEMENT]
    return found["name"], committed(installation, found["id"])


def test_there_and_back(tmp_path):
    """The committed bytes arrive under their final name, and the answer is fetched, read, and off the server."""
    at_agency(tmp_path)
    with _serving(tmp_path) as server:
        installation = _over_sftp(tmp_path, server.port, server.fingerprint)
        exchange.send(installation, AGREEMENT, PERSON)
        name, content = _ours(installation)
        assert served(installation) == {f"in/{name}": content}
        answer, _ = _out(installation)
        run = exchange.fetch(installation, AGREEMENT, PERSON)
    assert effects(installation, run)[0].startswith(f"{answer} fetched, ")
    assert served(installation) == {f"in/{name}": content}
    (read_run,) = read(installation, installation.spool.agency)
    assert (row(installation, read_run)["outcome"], row(installation, read_run)["applied"]) == ("done", 3)


def test_a_partner_who_takes_the_file_at_the_rename_gets_it_once(tmp_path):
    """The simulated agency picks the file up before the rename is answered: delivered, and never sent again."""
    at_agency(tmp_path)
    taken = []

    def take(path: Path) -> None:
        if path.parent.name == "in" and not path.name.startswith("."):
            taken.append((path.name, path.read_bytes()))
            path.unlink()

    with _serving(tmp_path, renamed=take) as server:
        installation = _over_sftp(tmp_path, server.port, server.fingerprint)
        exchange.send(installation, AGREEMENT, PERSON)
        assert exchange.send(installation, AGREEMENT, PERSON) is None
    assert taken == [_ours(installation)]


def test_an_unknown_host_key_is_a_failed_run_and_nothing_is_sent(tmp_path):
    """The wrong server gets neither the password nor a byte; the run says which key the server showed."""
    at_agency(tmp_path)
    other = "SHA256:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
    with _serving(tmp_path) as server:
        installation = _over_sftp(tmp_path, server.port, other)
        for _ in range(2):
            with pytest.raises(TransportError) as caught:
                exchange.send(installation, AGREEMENT, PERSON)
            assert caught.value.code == "transport.host_key"
        fingerprint = server.fingerprint
    assert served(installation) == {}
    (failed,) = log(installation, kind="send")
    assert (failed["outcome"], failed["attempts"]) == ("failed", 2)
    (sentence,) = problems(installation, failed["run"])
    assert fingerprint in sentence


def test_a_server_that_is_not_there_is_a_failed_run_and_the_file_waits(tmp_path, monkeypatch):
    """After the attempts of the settings the run has failed; when the server is back, the file is sent."""
    at_agency(tmp_path)
    patient(monkeypatch)
    with _serving(tmp_path) as server:
        port, fingerprint = server.port, server.fingerprint
    installation = _over_sftp(tmp_path, port, fingerprint)
    with pytest.raises(TransportError) as caught:
        exchange.send(installation, AGREEMENT, PERSON)
    assert caught.value.code == "transport.refused"
    assert [(one["outcome"], one["attempts"]) for one in log(installation, kind="send")] == [("failed", 5)]
    with _serving(tmp_path, port=port):
        exchange.send(installation, AGREEMENT, PERSON)
    name, content = _ours(installation)
    assert served(installation) == {f"in/{name}": content}


def test_a_download_that_ends_too_early_is_fetched_again(tmp_path, monkeypatch):
    """Half a file is never taken for a whole one: the second attempt brings all of it."""
    at_agency(tmp_path)
    patient(monkeypatch)
    with _serving(tmp_path, nasty=Nasty(short_downloads=1)) as server:
        installation = _over_sftp(tmp_path, server.port, server.fingerprint)
        name, content = _out(installation)
        run = exchange.fetch(installation, AGREEMENT, PERSON)
    assert (row(installation, run)["outcome"], row(installation, run)["attempts"]) == ("done", 2)
    assert spooled(installation) == {f"agency/inbox/{name}": content}


def test_a_server_that_lists_every_file_twice_gives_each_once(tmp_path):
    """The second mention of a name finds nothing to claim any more."""
    at_agency(tmp_path)
    with _serving(tmp_path, nasty=Nasty(lists_twice=True)) as server:
        installation = _over_sftp(tmp_path, server.port, server.fingerprint)
        name, content = _out(installation)
        exchange.fetch(installation, AGREEMENT, PERSON)
    assert spooled(installation) == {f"agency/inbox/{name}": content}


def test_a_full_server_is_told_and_the_file_waits(tmp_path, monkeypatch):
    """No room at the agency: the run has failed, nothing lies under the final name, and later it is sent whole."""
    at_agency(tmp_path)
    patient(monkeypatch)
    with _serving(tmp_path, nasty=Nasty(full_after=1000)) as server:
        port = server.port
        installation = _over_sftp(tmp_path, server.port, server.fingerprint)
        with pytest.raises(TransportError):
            exchange.send(installation, AGREEMENT, PERSON)
    name, content = _ours(installation)
    assert f"in/{name}" not in served(installation)
    (failed,) = log(installation, kind="send")
    assert failed["outcome"] == "failed"
    with _serving(tmp_path, port=port):
        exchange.send(installation, AGREEMENT, PERSON)
    assert served(installation) == {f"in/{name}": content}


def test_a_password_that_cannot_be_read_is_a_failed_run(tmp_path):
    """Settings that cannot work are told in the log, once, like any other reason why nothing is sent."""
    at_agency(tmp_path)
    with _serving(tmp_path) as server:
        installation = _over_sftp(tmp_path, server.port, server.fingerprint)
        (tmp_path / "password").unlink()
        for _ in range(2):
            with pytest.raises(SettingsError):
                exchange.send(installation, AGREEMENT, PERSON)
    (failed,) = log(installation, kind="send")
    assert (failed["outcome"], failed["attempts"]) == ("failed", 2)
    assert "password" in failed["summary"]
