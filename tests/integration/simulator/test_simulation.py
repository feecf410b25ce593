import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import paramiko
import pytest

from inkasso_formats.dialects import OutHead, file_name, kind_of_name, load, parse, render
from inkasso_formats.payments import ocr_giro
from inkasso_formats.problems import FormatError
from inkasso_formats.records import NewCase
from inkassod.simulator.command import (
    AGENCY_ACCOUNT,
    AGENCY_BANKGIRO,
    CREDITOR_ACCOUNT,
    CREDITOR_BANKGIRO,
    Options,
    Simulation,
    introduction,
    opened,
    password_of,
    run,
    simulate,
)

CLIENT, PASSWORD = "123456", "invented for this test"
NOW = datetime(2026, 11, 20, 6, 0, tzinfo=ZoneInfo("Europe/Oslo"))
DIALECT = load("intrum-no")


def options(folder: Path, **more) -> Options:
    return Options(**{"folder": folder, "client_number": CLIENT, "password": PASSWORD} | more)


def quiet(_line: str) -> None:
    """For tests that do not ask what was said."""


@contextmanager
def connected(port: int, fingerprint: str):
    """A client that holds the server to its fingerprint."""
    transport = paramiko.Transport(("127.0.0.1", port))
    try:
        transport.connect(username="creditor", password=PASSWORD)
        assert transport.get_remote_server_key().fingerprint == fingerprint
        sftp = paramiko.SFTPClient.from_transport(transport)
        sftp.get_channel().settimeout(10)
        yield sftp
    finally:
        transport.close()


def upload(sftp: paramiko.SFTPClient, cases: int) -> str:
    """New cases under a temporary name, then renamed: the way that is agreed. The name."""
    records = [
        NewCase(
            case=f"{number:06d}",
            customer_no="1000001",
            kind="private",
            name="Åse Trollnes",
            address="Ekornfaret 1",
            postcode="3099",
            city="Trollnes",
            country="NO",
            invoice_no=f"200000{number}",
            reference=f"300000{number}",
            invoice_date=NOW.date(),
            due_date=NOW.date(),
            original_amount=100_000,
            principal=100_000,
            currency="NOK",
        )
        for number in range(cases)
    ]
    head = OutHead(client_number=CLIENT, sequence_no=1, created=NOW)
    name = file_name(DIALECT, "new_cases", CLIENT, NOW, 1)
    content = render(DIALECT, "new_cases", head, records).content
    with sftp.open(f"in/.{name}.part", "wb") as file:
        file.write(content)
    sftp.posix_rename(f"in/.{name}.part", f"in/{name}")
    return name


def fetch(sftp: paramiko.SFTPClient, name: str) -> bytes:
    with sftp.open(f"out/{name}", "rb") as file:
        return file.read()


def test_a_case_goes_the_whole_way_over_sftp(tmp_path):
    """Upload, receipt, update, closure over the line, and the money in the bank's folder, principal only."""
    bank = tmp_path / "bank of the creditor"
    bank.mkdir()
    with (
        opened(options(tmp_path / "agency", bank_folder=bank), say=quiet, clock=lambda: NOW) as simulation,
        connected(simulation.server.port, simulation.server.fingerprint) as sftp,
    ):
        upload(sftp, 1)
        got = []
        for _ in range(4):
            simulation.partner.step()
            for name in sftp.listdir("out"):
                kind = kind_of_name(DIALECT, name)
                got.append((kind, parse(DIALECT, kind, fetch(sftp, name)).records[0]))
                sftp.remove(f"out/{name}")
        assert [kind for kind, _record in got] == ["receipts", "updates", "closures"]
        assert got[0][1].accepted
        assert {record.agency_case_no for _kind, record in got} == {"2000000"}
        (file,) = bank.iterdir()
        (payment,) = ocr_giro.parse(file.read_bytes()).payments
        assert (payment.reference, payment.amount) == ("3000000", 100_000)
        assert (payment.payer_account, payment.account) == (AGENCY_ACCOUNT, CREDITOR_ACCOUNT)
    assert sorted(path.name for path in (tmp_path / "agency").iterdir()) == [
        "done",
        "files",
        "host_key",
        "numbers.json",
        "taken",
    ]


def test_a_partner_that_takes_at_once_still_answers(tmp_path):
    """The file is gone from `in` before the rename is answered; the next step reads it."""
    with (
        opened(options(tmp_path, chosen_faults=("takes_at_once",)), say=quiet) as simulation,
        connected(simulation.server.port, simulation.server.fingerprint) as sftp,
    ):
        name = upload(sftp, 1)
        with pytest.raises(FileNotFoundError):
            sftp.stat(f"in/{name}")
        assert sftp.listdir("in") == ["rejected"]
        assert [written[:2] for written in simulation.partner.step()] == ["KV"]


def test_a_half_upload_is_not_read_even_under_its_final_name(tmp_path):
    """While a client holds the file open it stays in `in`; closed, it is taken and refused for what it lacks."""
    with (
        opened(options(tmp_path), say=quiet) as simulation,
        connected(simulation.server.port, simulation.server.fingerprint) as sftp,
    ):
        name = "LS12345620261120060000"
        with sftp.open(f"in/{name}", "wb") as file:
            file.write(b"00LS")
            file.flush()
            assert simulation.partner.step() == []
            assert sftp.listdir("in") == sorted([name, "rejected"])
        assert simulation.partner.step() == []
        assert sftp.listdir("in") == ["rejected"]
        assert sftp.listdir("in/rejected") == [name]


def test_broken_answers_go_over_the_line_as_they_are(tmp_path):
    """A fault in a file is in the bytes that the client gets."""
    with (
        opened(options(tmp_path, chosen_faults=("broken",)), say=quiet) as simulation,
        connected(simulation.server.port, simulation.server.fingerprint) as sftp,
    ):
        upload(sftp, 1)
        (name,) = simulation.partner.step()
        with pytest.raises(FormatError):
            parse(DIALECT, "receipts", fetch(sftp, name))


def test_without_a_way_to_log_in_nothing_starts(tmp_path):
    """Neither password nor key: the sentence says so, and no folder is made."""
    with (
        pytest.raises(ValueError) as error,
        opened(options(tmp_path / "agency", password=None), say=quiet),
    ):
        pytest.fail("started")
    assert str(error.value) == "nobody could log in: a password or a public key is needed"
    assert not (tmp_path / "agency").exists()


def test_a_password_file_holds_one_password(tmp_path):
    """The line end is not part of the password; an empty file is refused."""
    file = tmp_path / "password"
    file.write_text("a b c \r\n", encoding="utf-8")
    assert password_of(file) == "a b c "
    file.write_text("\n", encoding="utf-8")
    with pytest.raises(ValueError) as error:
        password_of(file)
    assert str(error.value) == f"{file}: a password expected, the file is empty"


def test_a_dialect_of_ones_own_says_its_folders_and_its_bank(tmp_path):
    """The path of a TOML file is a dialect too; folders that it has for single kinds are made and told, and bankgiros pay."""
    flat = Path(__file__).resolve().parents[2] / "data" / "made-up" / "nordvik-flat.toml"
    chosen = options(tmp_path, dialect=str(flat), bank="bgmax")
    with opened(chosen, say=quiet) as simulation:
        served = tmp_path / "files"
        assert introduction(chosen, simulation)[2:9] == [
            f"client       123456, dialect {flat}, seed 1",
            "answers      receipts, updates, closures",
            f"account      {AGENCY_BANKGIRO} pays into {CREDITOR_BANKGIRO}",
            f"put files    in   ({served}/in)",
            f"fetch files  out  ({served}/out)",
            f"corrections  in/changes  ({served}/in/changes)",
            f"closures     out/closed  ({served}/out/closed)",
        ]
        assert {path.stat().st_mode & 0o777 for path in served.rglob("*")} == {0o700}


def test_a_silent_dialect_says_so(tmp_path):
    """Where the dialect has no files of answers, the first thing said is that there will be none."""
    chosen = options(tmp_path, dialect="mamut")
    with opened(chosen, say=quiet) as simulation:
        assert "answers      none: the dialect has no files for them" in introduction(chosen, simulation)


def test_a_step_that_fails_does_not_end_the_run():
    """An error of the disk is told, and the next step tries again."""
    stop, said = threading.Event(), []

    class Failing:
        def step(self) -> None:
            if said:
                stop.set()
            raise OSError(28, "No space left on device")

    run(Simulation(None, Failing(), None), stop, pace=0, say=said.append)
    assert said == ["this step failed, the next one tries again: [Errno 28] No space left on device"] * 2


def test_simulate_says_where_it_is_and_stops_when_it_is_told(tmp_path):
    """The lines name address, fingerprint, accounts, folders and faults; afterwards the port is free again."""
    stop, said = threading.Event(), []

    def say(line: str) -> None:
        said.append(line)
        if line.startswith("faults"):
            stop.set()

    simulate(
        tmp_path,
        0,
        CLIENT,
        "intrum-no",
        1,
        0.01,
        AGENCY_ACCOUNT,
        None,
        ["late=2"],
        say=say,
        password=PASSWORD,
        stop=stop,
    )
    port = said[0].split()[3].rstrip(",")
    fingerprint = paramiko.Ed25519Key.from_private_key_file(str(tmp_path / "host_key")).fingerprint
    assert said == [
        f"address      127.0.0.1 port {port}, user creditor",
        f"host key     {fingerprint}",
        "client       123456, dialect intrum-no, seed 1",
        "answers      receipts, updates, closures",
        "account      00990000018 pays into 00990000026",
        f"put files    in   ({tmp_path}/files/in)",
        f"fetch files  out  ({tmp_path}/files/out)",
        f"bank files   {tmp_path}/bank",
        "faults       late=2",
        "stopped",
    ]


PROGRAM = """
import sys
from pathlib import Path
from inkassod.simulator.command import AGENCY_ACCOUNT, simulate
simulate(Path(sys.argv[1]), 0, "123456", "intrum-no", 1, 0.05, AGENCY_ACCOUNT, None, [],
         say=lambda line: print(line, flush=True), password=sys.argv[2])
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_cleanly(tmp_path, number):
    """A process of its own answers an upload by itself, and ends with status 0 and no traceback at a signal."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path), PASSWORD],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    ) as process:
        try:
            port = int(process.stdout.readline().split()[3].rstrip(","))
            fingerprint = process.stdout.readline().split()[-1]
            with connected(port, fingerprint) as sftp:
                upload(sftp, 1)
                for line in process.stdout:
                    if line.startswith("wrote AV"):
                        break
                process.send_signal(number)
                output, errors = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 0
    assert output.endswith("stopped\n")
    assert errors == ""
