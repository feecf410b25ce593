"""Checks that need more than one key of the settings.

They look at the tables as TOML gave them, so that they say their piece also where single values are wrong:
all problems are found at once. What is no table, or of a wrong type, is passed over here; reading names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from inkasso_formats.references import identity_problem
from inkassod.settings.problems import did_you_mean, given
from inkassod.settings.secrets import secret_fault
from inkassod.settings.transport import Folders
from inkassod.settings.values import read_account

_WAYS_TO_KNOW = ("agency_accounts", "agency_bankgiros", "agency_id_numbers", "agency_names")
_CREDENTIALS = ("password_credential", "private_key_credential", "passphrase_credential")


def check(document: Mapping[str, Any], folder: Path) -> Iterator[str]:
    """Yield each problem of the whole document; relative paths count from `folder`."""
    creditors = dict(_tables(document, "creditors"))
    agreements = dict(_tables(document, "agreements"))
    if document.get("creditors") == {}:
        yield "creditors: no creditor is described: at least one table [creditors.NAME]"
    for name, creditor in creditors.items():
        yield from _creditor(f"creditors.{name}", creditor)
    for name, agreement in agreements.items():
        path = f"agreements.{name}"
        yield from _its_creditor(path, agreement, document.get("creditors", {}))
        yield from _its_accounts(path, agreement, creditors)
        transport = agreement.get("transport")
        if isinstance(transport, dict):
            yield from _folders(f"{path}.transport", transport)
            yield from _credentials(f"{path}.transport", transport, folder)
    yield from _client_numbers(agreements)


def _tables(document: Mapping[str, Any], name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    tables = document.get(name, {})
    for key, value in tables.items() if isinstance(tables, dict) else ():
        if isinstance(value, dict):
            yield key, value


def _creditor(path: str, creditor: Mapping[str, Any]) -> Iterator[str]:
    number, country = creditor.get("id_number"), creditor.get("country")
    if isinstance(number, str) and isinstance(country, str):
        problem = identity_problem(number, "company", country)
        if problem:
            yield f"{path}.id_number: {given(number)} {problem}: its check digit must hold"


def _its_creditor(path: str, agreement: Mapping[str, Any], creditors: Any) -> Iterator[str]:
    name = agreement.get("creditor")
    if isinstance(name, str) and isinstance(creditors, dict) and name not in creditors:
        yield f"{path}.creditor: there is no table [creditors.{name}]: {did_you_mean(name, creditors)}"


def _its_accounts(
    path: str, agreement: Mapping[str, Any], creditors: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    """The agency's accounts tell its payments from the debtors', so none may be the creditor's own."""
    name = agreement.get("creditor")
    creditor = creditors.get(name, {}) if isinstance(name, str) else {}
    if not any(agreement.get(key) for key in _WAYS_TO_KNOW):
        yield f"{path}: nothing tells the agency's payments from the debtors': at least one of {', '.join(_WAYS_TO_KNOW)}"
    own = set(_accounts([creditor.get("account")])) | set(_accounts(creditor.get("accounts")))
    for account in _accounts(agreement.get("agency_accounts")):
        if account in own:
            yield f"{path}.agency_accounts: {given(account)} is an account of creditors.{name} too: the agency's own accounts only"


def _accounts(values: Any) -> Iterator[str]:
    for value in values if isinstance(values, list) else ():
        try:
            yield read_account(value)
        except ValueError:
            continue


def _folders(path: str, transport: Mapping[str, Any]) -> Iterator[str]:
    def of(key: str) -> str:
        return str(transport.get(key, Folders.model_fields[key].default)).rstrip("/")

    if of("outgoing_folder") == of("incoming_folder"):
        yield f"{path}.incoming_folder: {given(of('incoming_folder'))} is outgoing_folder too: two folders"
    if of("after_fetch") == "move" and of("done_folder") in {of("incoming_folder"), of("outgoing_folder")}:
        yield f"{path}.done_folder: {given(of('done_folder'))} is another of the folders: one of its own, since fetched files are moved there"
    if not of("temporary_prefix") and not of("temporary_suffix"):
        yield f"{path}.temporary_suffix: is empty as temporary_prefix is: one of them, so that a file on its way has a name of its own"


def _credentials(path: str, transport: Mapping[str, Any], folder: Path) -> Iterator[str]:
    if transport.get("kind") != "sftp":
        return
    ways = [key for key in _CREDENTIALS[:2] if key in transport]
    if not ways:
        yield f"{path}: neither password_credential nor private_key_credential is there: one of them"
    if len(ways) > 1:
        yield f"{path}: password_credential and private_key_credential are both there: one of them"
    if "passphrase_credential" in transport and "private_key_credential" not in transport:
        yield f"{path}.passphrase_credential: opens a private key, and private_key_credential is not there"
    for key in _CREDENTIALS:
        reference = transport.get(key)
        fault = (
            secret_fault(reference, folder)
            if isinstance(reference, str) and reference.isprintable()
            else None
        )
        if fault:
            yield f"{path}.{key}: {fault}"


def _client_numbers(agreements: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Files are told apart by the client number, so one agency has each number once."""
    first: dict[tuple[str, str], str] = {}
    for name, agreement in agreements.items():
        key = str(agreement.get("agency")).casefold(), str(agreement.get("client_number"))
        if {"agency", "client_number"} <= agreement.keys() and first.setdefault(key, name) != name:
            yield f"agreements.{name}.client_number: {given(key[1])} is that of agreements.{first[key]} at the same agency: a number of its own"
