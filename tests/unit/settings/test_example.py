import re
import tomllib
from pathlib import Path

import pytest

from inkassod.settings import example, load, settings_tables
from support.generated import replace_between

ROOT = Path(__file__).parents[3]


def uncommented(text: str) -> str:
    """The example with every commented key switched on, one of two secrets, and its last table left out."""
    text = text.split("# Or instead of that table.", maxsplit=1)[0]
    keys = re.sub(r"(?m)^# ([a-z_]+ = )", r"\1", text)
    return re.sub(r"(?m)^password_credential.*$", "", keys)


def test_the_example_file_is_the_generated_one():
    """config/inkassod.example.toml is what `inkassod config example` prints."""
    assert (ROOT / "config/inkassod.example.toml").read_text("utf-8") == example()


def test_the_documentation_holds_the_generated_tables():
    """docs/settings.md names every key as the code does."""
    text = (ROOT / "docs/settings.md").read_text("utf-8")
    assert text == replace_between(text, "settings", settings_tables())


def test_the_example_can_be_loaded_once_its_credential_exists(tmp_path, monkeypatch):
    """A user starts from a file that holds."""
    path = tmp_path / "inkassod.toml"
    path.write_text(example(), "utf-8")
    (tmp_path / "intrum.key").write_text("a key")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    settings = load(path)
    assert settings.daemon.spool == Path("/var/spool/inkassod")
    assert settings.agreements["intrum"].transport.private_key_credential == "intrum.key"


def test_every_commented_key_of_the_example_holds_too(tmp_path):
    """Whoever takes a # away gets a setting that is read."""
    path = tmp_path / "inkassod.toml"
    path.write_text(uncommented(example()), "utf-8")
    settings = load(path)
    assert settings.agreements["intrum"].schedule.fetch_every_minutes == 60
    assert settings.creditors["eksempel"].accounts == ("99991234574",)


def test_the_commented_defaults_are_the_defaults(tmp_path):
    """Taking the # away from a default changes nothing."""
    plain, full = tmp_path / "a.toml", tmp_path / "b.toml"
    plain.write_text(example(), "utf-8")
    full.write_text(uncommented(example()), "utf-8")
    bare, switched = load(plain), load(full)
    no_default = {"accounts", "bankgiros", "fetch_every_minutes", "passphrase_credential"}
    for one, other in [
        (bare.daemon, switched.daemon),
        (bare.creditors["eksempel"], switched.creditors["eksempel"]),
        (bare.agreements["intrum"].process, switched.agreements["intrum"].process),
        (bare.agreements["intrum"].schedule, switched.agreements["intrum"].schedule),
        (bare.agreements["intrum"].transport, switched.agreements["intrum"].transport),
    ]:
        assert one.model_dump(exclude=no_default) == other.model_dump(exclude=no_default)


def test_the_folder_transport_of_the_example_can_be_loaded(tmp_path):
    """The other kind of transport is shown in a form that holds."""
    head, other = example().split("# Or instead of that table.")
    table = "\n".join(line.removeprefix("# ") for line in other[other.index("# [agreements") :].splitlines())
    path = tmp_path / "inkassod.toml"
    path.write_text(head.split("[agreements.intrum.transport]")[0] + table, "utf-8")
    assert load(path).agreements["intrum"].transport.path == Path("/srv/agency")


def test_the_example_names_every_key_once_in_its_table():
    """No key is left out and none is written twice."""
    tables = tomllib.loads(uncommented(example()))  # TOML refuses a key that stands twice
    agreement = tables["agreements"]["intrum"]
    rows = re.findall(r"(?m)^\| `([a-z_]+)`", settings_tables().split('with kind = "folder"')[0])
    keys = [*tables["daemon"], *tables["creditors"]["eksempel"]]
    keys += [key for key, value in agreement.items() if not isinstance(value, dict)]
    keys += [*agreement["process"], *agreement["schedule"], *agreement["transport"], "password_credential"]
    assert sorted(rows) == sorted(keys)


@pytest.mark.parametrize("text", [example(), settings_tables()], ids=["example", "tables"])
def test_generated_texts_end_in_one_line_end_and_have_no_blanks_at_line_ends(text):
    """Generated files are as tidy as written ones."""
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert not re.search(r"(?m)[ \t]+$", text)
