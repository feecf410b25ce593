import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SYSTEMD = ROOT / "systemd"
UNIT = SYSTEMD / "inkassod.service"
HARDENING = {
    "AmbientCapabilities": "",
    "CapabilityBoundingSet": "",
    "KeyringMode": "private",
    "LimitCORE": "0",
    "LockPersonality": "yes",
    "MemoryDenyWriteExecute": "yes",
    "NoNewPrivileges": "yes",
    "PrivateDevices": "yes",
    "PrivateMounts": "yes",
    "PrivateTmp": "yes",
    "PrivateUsers": "yes",
    "ProcSubset": "pid",
    "ProtectClock": "yes",
    "ProtectControlGroups": "yes",
    "ProtectHome": "yes",
    "ProtectHostname": "yes",
    "ProtectKernelLogs": "yes",
    "ProtectKernelModules": "yes",
    "ProtectKernelTunables": "yes",
    "ProtectProc": "invisible",
    "ProtectSystem": "strict",
    "RemoveIPC": "yes",
    "RestrictAddressFamilies": "AF_UNIX AF_INET AF_INET6",
    "RestrictNamespaces": "yes",
    "RestrictRealtime": "yes",
    "RestrictSUIDSGID": "yes",
    "SystemCallArchitectures": "native",
    "UMask": "0077",
}


def keys() -> dict[str, list[str]]:
    """Every key of the unit with its values in order; comments left out."""
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text("utf-8").splitlines():
        if line and line[0] not in "#[":
            name, value = line.split("=", 1)
            found.setdefault(name, []).append(value)
    return found


def tool(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def analyzable(folder: Path) -> str:
    """A copy of the unit that names a program which exists on every machine."""
    path = folder / "inkassod.service"
    path.write_text(UNIT.read_text("utf-8").replace("/usr/bin/inkassod", "/bin/sh"), "utf-8")
    return str(path)


def test_every_part_of_the_hardening_is_there():
    """No protection is lost by a slip, with or without systemd at hand."""
    found = keys()
    assert {name: found.get(name) for name in HARDENING} == {
        name: [value] for name, value in HARDENING.items()
    }
    assert found["SystemCallFilter"] == ["@system-service", "~@privileged @resources"]


def test_every_block_of_the_unit_says_why():
    """Each block of keys begins with a comment."""
    blocks = UNIT.read_text("utf-8").split("[Service]\n")[1].split("[Install]")[0].strip().split("\n\n")
    assert [block[:40] for block in blocks if not block.startswith("# ")] == []
    assert len(blocks) == 10


def test_the_daemon_is_watched_and_restarted_but_not_for_wrong_settings():
    """Exit statuses 2 and 4 need a person; a watchdog and a status need Type=notify."""
    found = keys()
    assert found["Type"] == ["notify"]
    assert found["WatchdogSec"] == ["2min"]
    assert found["Restart"] == ["on-failure"]
    assert found["RestartPreventExitStatus"] == ["2 4"]
    assert (found["User"], found["Group"]) == (["inkassod"], ["inkassod"])
    assert "DynamicUser" not in found


def test_the_unit_starts_the_program_that_is_installed():
    """The program's name is that of the package, and its option and command stand in the order that it takes."""
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    program, option, settings, command = keys()["ExecStart"][0].split()
    assert Path(program).name in scripts
    assert (program, option, command) == ("/usr/bin/inkassod", "--config", "run")
    assert settings in (ROOT / "docs/settings.md").read_text("utf-8")


def test_the_command_of_the_unit_stands_in_the_table_of_commands():
    """What the unit starts is a documented command."""
    texts = [path.read_text("utf-8") for path in [ROOT / "README.md", *ROOT.glob("docs/*.md")]]
    commands = {
        word for text in texts for word in re.findall(r"(?m)^\| `(?:inkassod )?([a-z]+)[^|]*\|", text)
    }
    if "demo" not in commands:
        pytest.skip("the documentation holds no table of commands")
    assert keys()["ExecStart"][0].split()[-1] in commands


def test_folders_and_settings_agree_between_the_unit_the_example_and_tmpfiles():
    """The daemon may write where the example settings tell it to."""
    example = tomllib.loads((ROOT / "config/inkassod.example.toml").read_text("utf-8"))["daemon"]
    folders = re.findall(r"(?m)^d (\S+)", (SYSTEMD / "tmpfiles.d/inkassod.conf").read_text("utf-8"))
    found = keys()
    assert found["ReadWritePaths"] == [example["spool"]]
    assert f"sqlite:////var/lib/{found['StateDirectory'][0]}/inkassod.sqlite3" == example["database"]
    assert found["RequiresMountsFor"] == [f"/var/lib/{found['StateDirectory'][0]} {example['spool']}"]
    assert example["spool"] in folders
    assert str(Path(found["ExecStart"][0].split()[2]).parent) in folders


def test_the_shared_folders_are_those_that_other_programs_use():
    """The ERP and the bank's files reach three folders of the spool, and what leads to them is no more than passed."""
    lines = (SYSTEMD / "tmpfiles.d/inkassod.conf").read_text("utf-8").splitlines()
    modes = {
        line.split()[1].removeprefix("/var/spool/inkassod"): line.split()[2]
        for line in lines
        if line[:2] == "d "
    }
    shared = {"/erp/inbox": "2770", "/erp/outbox": "2770", "/bank/inbox": "2770"}
    assert modes == {"/etc/inkassod": "0750", "": "0710", "/erp": "0710", "/bank": "0710"} | shared


def test_the_credentials_of_the_unit_are_those_of_the_example():
    """Whoever takes the # away in both files has a service that finds its secrets."""
    named = set(
        re.findall(r'_credential = "([^"]+)"', (ROOT / "config/inkassod.example.toml").read_text("utf-8"))
    )
    assert named == set(re.findall(r"(?m)^#LoadCredential(?:Encrypted)?=([^:]+):", UNIT.read_text("utf-8")))


def test_systemd_knows_every_key(tmp_path):
    """A misspelt key is only warned of by systemd, and would protect nothing."""
    result = run(tool("systemd-analyze"), "verify", analyzable(tmp_path))
    assert (result.returncode, result.stdout) == (0, "")
    assert "Unknown key" not in result.stderr
    assert "inkassod.service" not in result.stderr


def test_systemd_finds_the_unit_well_protected(tmp_path):
    """The exposure level is at most 1.5 of 10."""
    result = run(
        tool("systemd-analyze"), "security", "--offline=true", "--threshold=15", analyzable(tmp_path)
    )
    assert "Unknown key" not in result.stderr
    assert result.returncode == 0, result.stdout[-300:]
    assert float(re.search(r"Overall exposure level[^:]*: ([0-9.]+)", result.stdout)[1]) <= 1.5


def test_a_slip_in_the_unit_would_be_seen(tmp_path):
    """The two checks above can fail."""
    path = Path(analyzable(tmp_path))
    path.write_text(path.read_text().replace("RestrictSUIDSGID", "RestrictSUIDGUID"))
    assert "Unknown key" in run(tool("systemd-analyze"), "verify", str(path)).stderr
    path.write_text("[Service]\nExecStart=/bin/sh\n")
    assert (
        run(tool("systemd-analyze"), "security", "--offline=true", "--threshold=15", str(path)).returncode
        != 0
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="giving folders to a user needs root")
def test_user_and_folders_are_made_as_written(tmp_path):
    """systemd-sysusers and systemd-tmpfiles take the two files, in a root of their own."""
    (tmp_path / "etc").mkdir()
    made = run(tool("systemd-sysusers"), f"--root={tmp_path}", str(SYSTEMD / "sysusers.d/inkassod.conf"))
    assert made.returncode == 0, made.stderr
    user = (tmp_path / "etc/passwd").read_text().split(":")
    assert (user[0], user[5], user[6].strip()) == ("inkassod", "/var/lib/inkassod", "/usr/sbin/nologin")
    made = run(
        tool("systemd-tmpfiles"), "--create", f"--root={tmp_path}", str(SYSTEMD / "tmpfiles.d/inkassod.conf")
    )
    assert made.returncode == 0, made.stderr
    inbox, settings = (tmp_path / "var/spool/inkassod/erp/inbox").stat(), (tmp_path / "etc/inkassod").stat()
    assert (inbox.st_mode & 0o7777, inbox.st_uid, inbox.st_gid) == (0o2770, int(user[2]), int(user[3]))
    assert (settings.st_mode & 0o7777, settings.st_uid, settings.st_gid) == (0o750, 0, int(user[3]))
