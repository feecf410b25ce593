"""Makes sure that an OpenSSH server is there for the tests; run by `make test` before pytest.

Prints one line on what it did and always ends with status 0: where no server can be had, the tests that need
one say so and are passed over (under CI=true they fail).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from support import sshd

POLICY = Path("/usr/sbin/policy-rc.d")
PACKAGES = ("openssh-server", "openssh-sftp-server", "libwrap0")


def run(*command: str, folder: Path | None = None) -> None:
    """Run a command without questions; its output is shown only when it fails, in the error."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no output"]
        raise RuntimeError(f"{' '.join(command[:2])} ended with {done.returncode}: {lines[-1]}")


def with_fresh_lists(action: str, *command: str, folder: Path | None = None) -> None:
    """Run an apt-get action; when it fails, fetch the package lists once and try again."""
    try:
        run("apt-get", action, *command, folder=folder)
    except RuntimeError:
        run("apt-get", "update")
        run("apt-get", action, *command, folder=folder)


def install() -> None:
    """Install the server with the system's package manager; a policy file keeps it from being started."""
    ours = not POLICY.exists()
    if ours:
        POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
        POLICY.chmod(0o755)
    try:
        with_fresh_lists("install", "-y", "--no-install-recommends", "openssh-server")
    finally:
        if ours:
            POLICY.unlink()


def unpack() -> None:
    """Fetch the packages and unpack them under .cache/openssh of this clone; nothing is installed."""
    sshd.CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=sshd.CACHE.parent) as name:
        folder = Path(name)
        folder.chmod(0o755)
        with_fresh_lists("download", *PACKAGES, folder=folder)
        for package in sorted(folder.glob("*.deb")):
            run("dpkg-deb", "-x", str(package), str(sshd.CACHE))


def main() -> None:
    """Find or fetch the server and say so in one line."""
    found = sshd.find()
    if found:
        print(f"tests: using the OpenSSH server {found}")
        return
    try:
        install() if os.geteuid() == 0 else unpack()
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        print(
            f"tests: no OpenSSH server, and it could not be fetched ({error}); tests that need one are passed over"
        )
        return
    how = "installed (not started)" if os.geteuid() == 0 else "unpacked under .cache/openssh"
    print(f"tests: OpenSSH server {how}: {sshd.find()}")


if __name__ == "__main__":
    main()
