from pathlib import Path

import pytest

from inkassod.settings import SettingsError, load


def problems(path: Path) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(path)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return list(caught.value.problems)


TRANSPORT = "agreements.intrum.transport"
CASES = [
    ("transport", "port = 70000", f"{TRANSPORT}.port: 70000 is not a port: 1 to 65535"),
    ("transport", 'port = "22"', f'{TRANSPORT}.port: "22" is not a port: 1 to 65535'),
    ("transport", "port = true", f"{TRANSPORT}.port: true is not a port: 1 to 65535"),
    ("transport", 'claim = "move"', f'{TRANSPORT}.claim: "move" is none of the choices: "rename" or "none"'),
    ("transport", 'outgoing_folder = "../in"', f'{TRANSPORT}.outgoing_folder: "../in" is not a folder at the agency: names with / between them, without ".."'),
    ("transport", 'temporary_suffix = "/x"', f'{TRANSPORT}.temporary_suffix: "/x" is not a part of a file name: at most 40 letters, digits, . _ ~ -, or empty'),
    ("transport", "deadline_seconds = 0", f"{TRANSPORT}.deadline_seconds: 0 is not a number of seconds: 1 to 86400"),
    ("transport", "attempts = 1.5", f"{TRANSPORT}.attempts: 1.5 is not a number of attempts: 1 to 100"),
    ("transport", "prot = 22", f'{TRANSPORT}.prot: is no key of this table: did you mean "port"?'),
    ("transport", 'password = "hunter2"', f"{TRANSPORT}.password: a secret never stands in the settings: put it in a systemd credential or in a file of mode 600, and name that by password_credential"),
    ("transport", 'private_key = "hunter2"', f"{TRANSPORT}.private_key: a secret never stands in the settings: put it in a systemd credential or in a file of mode 600, and name that by private_key_credential"),
    ("process", "minimum_amount = 100.5", 'agreements.intrum.process.minimum_amount: 100.5 is not an amount: a text with two decimals, as "250.00"'),
    ("process", 'minimum_amount = "1 000,00"', 'agreements.intrum.process.minimum_amount: "1 000,00" is not an amount: a text with two decimals, as "250.00"'),
    ("process", "own_reminders = 3", "agreements.intrum.process.own_reminders: 3 is not a number of reminders: 0 to 2"),
    ("process", "days_after_due = -1", "agreements.intrum.process.days_after_due: -1 is not a number of days: 0 to 365"),
    ("process", 'transfer = "later"', 'agreements.intrum.process.transfer: "later" is not a time of day: "at-once", or "HH:MM" from "00:00" to "23:59"'),
    ("process", 'selection = "auto"', 'agreements.intrum.process.selection: "auto" is none of the choices: "by-hand" or "automatic"'),
    ("schedule", 'fetch = ["06:00", "25:00"]', 'agreements.intrum.schedule.fetch[1]: "25:00" is not a time of day: "HH:MM" from "00:00" to "23:59"'),
    ("schedule", "fetch = [06:00:00]", 'agreements.intrum.schedule.fetch[0]: 06:00:00 is not a time of day: "HH:MM" from "00:00" to "23:59"'),
    ("schedule", 'fetch = "06:00"', 'agreements.intrum.schedule.fetch: "06:00" cannot stand here: a list of: "HH:MM" from "00:00" to "23:59"'),
    ("schedule", 'corrections = "7:00"', 'agreements.intrum.schedule.corrections: "7:00" is not a time of day: "by-hand", or "HH:MM" from "00:00" to "23:59"'),
    ("schedule", "fetch_every_minutes = 0", "agreements.intrum.schedule.fetch_every_minutes: 0 is not a number of minutes: 1 to 1440"),
    ("schedule", "weather = 1", "agreements.intrum.schedule.weather: is no key of this table: known here: fetch, fetch_every_minutes, corrections"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "line", "sentence"), CASES, ids=[case[1] for case in CASES])
def test_a_wrong_value_under_an_agreement_is_told_in_one_sentence(write, table, line, sentence):
    """Path, what was given, what is wrong with it, what was expected."""
    more = f"{line}\n" if table == "transport" else f"[agreements.intrum.{table}]\n{line}\n"
    assert problems(write(more=more)) == [sentence]


REPLACED = [
    ('country = "NO"', 'country = "DK"', 'creditors.nord.country: "DK" is none of the choices: "NO", "SE" or "FI"'),
    ('"99991234566"', '"99991234567"', 'creditors.nord.account: "99991234567" is not a bank account: 11 digits with a right check digit, or an IBAN'),
    ('"310000019"', "310000019", "creditors.nord.id_number: 310000019 is not an organisation number: digits, with - where the country has it"),
    ('"310000019"', '"310000018"', 'creditors.nord.id_number: "310000018" is no Norwegian organisation number: its check digit must hold'),
    ('name = "Nord Møbler AS"\n', "", "creditors.nord.name: is missing: 1 to 200 characters on one line"),
    ('"Nord Møbler AS"', '"Nord\\nAS"', 'creditors.nord.name: "Nord\\nAS" is not a text: 1 to 200 characters on one line'),
    ("[creditors.nord]", '[creditors.nord]\ntime_zone = "Europe/Bergen"', 'creditors.nord.time_zone: "Europe/Bergen" is not a time zone: a name such as "Europe/Oslo"'),
    ("[creditors.nord]", '[creditors.nord]\ntime_zone = "Europe"', 'creditors.nord.time_zone: "Europe" is not a time zone: a name such as "Europe/Oslo"'),
    ("[creditors.nord]", '[creditors.nord]\ncurrency = "NKO"', 'creditors.nord.currency: "NKO" is none of the choices: "NOK", "SEK", "EUR" or "DKK"'),
    ('creditor = "nord"', 'creditor = "nort"', 'agreements.intrum.creditor: there is no table [creditors.nort]: did you mean "nord"?'),
    ('"00123"', "123", "agreements.intrum.client_number: 123 is not a client number: 1 to 20 letters and digits, in quotes"),
    ('["99991122334"]', "[]", "agreements.intrum: nothing tells the agency's payments from the debtors': at least one of agency_accounts, agency_bankgiros, agency_id_numbers, agency_names"),
    ('agency_accounts = ["99991122334"]\n', "", "agreements.intrum: nothing tells the agency's payments from the debtors': at least one of agency_accounts, agency_bankgiros, agency_id_numbers, agency_names"),
    ('["99991122334"]', '["99991122334"]\nagency_bankgiros = ["12-34"]', 'agreements.intrum.agency_bankgiros[0]: "12-34" is not a bankgiro number: 7 or 8 digits, with or without -'),
    ('["99991122334"]', '["99991122334"]\nagency_names = [""]', 'agreements.intrum.agency_names[0]: "" is not a text: 1 to 200 characters on one line'),
    ('["99991122334"]', '["99991122334", "NO93 8601 1117 948"]', 'agreements.intrum.agency_accounts[1]: "NO93 8601 1117 948" is not a bank account: 11 digits with a right check digit, or an IBAN'),
    ('["99991122334"]', '["9999.12.34566"]', 'agreements.intrum.agency_accounts: "99991234566" is an account of creditors.nord too: the agency\'s own accounts only'),
    ('kind = "sftp"', 'kind = "ftp"', f'{TRANSPORT}.kind: "ftp" is none of the choices: "sftp" or "folder"'),
    ('"sftp.agency.example"', '"sftp://agency"', f'{TRANSPORT}.host: "sftp://agency" is not a host: a host name or an IP address, without sftp:// and without a port'),
    ('"sftp.agency.example"', '"agency.example:22"', f'{TRANSPORT}.host: "agency.example:22" is not a host: a host name or an IP address, without sftp:// and without a port'),
    ('host = "sftp.agency.example"\n', "", f"{TRANSPORT}.host: is missing: a host name or an IP address, without sftp:// and without a port"),
    ("SHA256:AAEC", "MD5:AAEC", f'{TRANSPORT}.host_keys[0]: "MD5:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8" is not a host key: "SHA256:" and 43 characters, as ssh-keygen -l prints it'),
    ("SHA256:AAEC", "SHA256:AA", f'{TRANSPORT}.host_keys[0]: "SHA256:AAAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8" is not a host key: "SHA256:" and 43 characters, as ssh-keygen -l prints it'),
    ('password_credential = "intrum.password"\n', "", f"{TRANSPORT}: neither password_credential nor private_key_credential is there: one of them"),
    ('password_credential = "intrum.password"', 'password_credential = "a"\nprivate_key_credential = "b"', f"{TRANSPORT}: password_credential and private_key_credential are both there: one of them"),
    ('password_credential = "intrum.password"', 'password_credential = "a"\npassphrase_credential = "b"', f"{TRANSPORT}.passphrase_credential: opens a private key, and private_key_credential is not there"),
    ('"intrum.password"', '"correct horse!"', f"{TRANSPORT}.password_credential: what is given is not a credential: the name of a systemd credential, or a file's path with a / in it"),
    ('username = "nord"', 'username = "nord"\nincoming_folder = "in/"', f'{TRANSPORT}.incoming_folder: "in" is outgoing_folder too: two folders'),
    ('username = "nord"', 'username = "nord"\nafter_fetch = "move"\ndone_folder = "out"', f'{TRANSPORT}.done_folder: "out" is another of the folders: one of its own, since fetched files are moved there'),
    ('username = "nord"', 'username = "nord"\ntemporary_prefix = ""\ntemporary_suffix = ""', f"{TRANSPORT}.temporary_suffix: is empty as temporary_prefix is: one of them, so that a file on its way has a name of its own"),
    ("[creditors.nord]", "[deamon]\n[creditors.nord]", 'deamon: is no key of this table: did you mean "daemon"?'),
    ("[creditors.nord]", "[daemon]\nwatch = 1\n[creditors.nord]", 'daemon.watch: 1 is none of the choices: "auto", "events" or "poll"'),
    ("[creditors.nord]", "[daemon]\nspool = 1\n[creditors.nord]", "daemon.spool: 1 is not a path: a folder; beside the settings file when relative"),
    ("[creditors.nord]", '[daemon]\ndatabase = "sqlite://"\n[creditors.nord]', 'daemon.database: "sqlite://" is not a database: sqlite:///FILE; beside the settings file when relative'),
    ("[creditors.nord]", '[daemon]\ndatabase = "postgresql://ink:hunter2@db/ink"\n[creditors.nord]', 'daemon.database: "postgresql://***@db/ink" is not a database: sqlite:///FILE; beside the settings file when relative'),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "sentence"), REPLACED, ids=[str(n) for n in range(len(REPLACED))])
def test_a_wrong_value_elsewhere_is_told_in_one_sentence(write, old, new, sentence):
    """Path, what was given, what is wrong with it, what was expected: one problem, one sentence."""
    assert problems(write((old, new))) == [sentence]


def test_all_problems_are_told_at_once(write):
    """Wrong values, unknown keys, secrets and cross references are found in one reading."""
    path = write(
        ('country = "NO"', 'country = "XX"'),
        ('creditor = "nord"', 'creditor = "sør"'),
        ("[creditors.nord]", "[daemon]\nscan_secs = 5\n[creditors.nord]"),
        more="port = 70000\n",
    )
    assert problems(path) == [
        'daemon.scan_secs: is no key of this table: did you mean "scan_seconds"?',
        'creditors.nord.country: "XX" is none of the choices: "NO", "SE" or "FI"',
        'agreements.intrum.creditor: "sør" is not a name: small letters, digits, - and _, at most 40',
        "agreements.intrum.transport.port: 70000 is not a port: 1 to 65535",
        "agreements.intrum.creditor: there is no table [creditors.sør]: known here: nord",
    ]


def test_a_missing_transport_and_a_missing_kind_are_told(write):
    """An agreement needs a transport, and a transport its kind."""
    path = write(('kind = "sftp"\n', ""))
    assert problems(path) == [f'{TRANSPORT}.kind: is missing: "sftp" or "folder"']
    path.write_text(path.read_text().split("[agreements.intrum.transport]")[0])
    assert problems(path) == [f"{TRANSPORT}: is missing: a table"]


def test_what_should_be_a_table_and_is_none_is_told(write):
    """A value in place of a table is told as such, at every depth."""
    path = write()
    path.write_text('daemon = 1\ncreditors = "x"\nagreements = []\n')
    assert problems(path) == [
        "daemon: 1 cannot stand here: a table",
        'creditors: "x" cannot stand here: a table',
        "agreements: a list cannot stand here: a table",
    ]
    path.write_text("[creditors]\nnord = 1\n[agreements.a]\ntransport = 2\nprocess = 3\n")
    told = problems(path)
    assert told[0] == "creditors.nord: 1 cannot stand here: a table"
    assert "agreements.a.transport: 2 cannot stand here: a table" in told
    assert "agreements.a.process: 3 cannot stand here: a table" in told


def test_a_name_of_a_table_is_judged_too(write):
    """Names go into commands and file names, so they are plain."""
    path = write(("[creditors.nord]", '[creditors."Nord AS"]'), ('creditor = "nord"', 'creditor = "nord-as"'))
    assert problems(path) == [
        'creditors."Nord AS": "Nord AS" is not a name: small letters, digits, - and _, at most 40',
        "agreements.intrum.creditor: there is no table [creditors.nord-as]: known here: Nord AS",
    ]


def test_two_agreements_cannot_share_a_client_number_at_one_agency(write):
    """Files are told apart by the client number."""
    path = write()
    text = path.read_text()
    path.write_text(
        text + text[text.index("[agreements.intrum]") :].replace("agreements.intrum", "agreements.two")
    )
    assert problems(path) == [
        'agreements.two.client_number: "00123" is that of agreements.intrum at the same agency: a number of its own'
    ]


def test_an_agreement_may_carry_the_name_of_a_table(write):
    """An agreement called transport is told by its right path."""
    path = write(more="port = 0\n")
    path.write_text(path.read_text().replace("agreements.intrum", "agreements.transport"))
    assert problems(path) == ["agreements.transport.transport.port: 0 is not a port: 1 to 65535"]


def test_a_long_value_is_cut_in_the_sentence(write):
    """A value of any length gives a sentence of one line."""
    (problem,) = problems(write(('"sftp.agency.example"', f'"{"x/" * 500}"')))
    assert problem.startswith(f'{TRANSPORT}.host: "{"x/" * 40}..." is not a host: ')


def test_a_bank_account_of_the_banks_own_kind_is_taken(write):
    """Accounts with 00 in places 5 and 6 carry another check digit."""
    assert load(write(('"99991122334"', '"99990022335"'))).agreements["intrum"].agency_accounts == (
        "99990022335",
    )


def test_an_address_of_version_6_is_a_host(write):
    """Hosts may be told by number."""
    path = write(('"sftp.agency.example"', '"2001:db8::1"'))
    assert load(path).agreements["intrum"].transport.host == "2001:db8::1"
