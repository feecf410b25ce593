"""Builds the source distribution, the wheel from it, installs the wheel alone, and runs the tests against it.

Shows that nothing is missing from the package: the wheel holds exactly the modules of the tree, and the tests find them there.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = {"inkassod": ROOT / "daemon" / "inkassod", "inkasso_formats": ROOT / "formats" / "inkasso_formats"}


def main(arguments: list[str]) -> int:
    """Exit status 0 when the wheel is whole and its tests are green; `arguments` go to pytest."""
    with tempfile.TemporaryDirectory(prefix="inkassod-wheel-") as name:
        folder = Path(name)
        wheel = _built(folder)
        missing, extra = _compared(wheel)
        if missing or extra:
            print(f"the wheel lacks {sorted(missing)} and has beyond the tree {sorted(extra)}")
            return 1
        python = _installed(wheel, folder / "venv")
        print(f"testing {wheel.name}, installed")
        tests = [str(python), "-m", "pytest", "-n", "auto", "-p", "no:cacheprovider", *arguments]
        return subprocess.run(tests, cwd=ROOT, check=False).returncode


def _built(folder: Path) -> Path:
    _hatch("sdist", ROOT, folder)
    with tarfile.open(next(folder.glob("*.tar.gz"))) as packed:
        packed.extractall(folder / "source", filter="data")
    _hatch("wheel", next((folder / "source").iterdir()), folder)
    return next(folder.glob("*.whl"))


def _hatch(target: str, source: Path, folder: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(folder)]
    subprocess.run(build, cwd=source, check=True, stdout=subprocess.DEVNULL)


def _compared(wheel: Path) -> tuple[set[str], set[str]]:
    """The files of the two packages that the wheel lacks, and those that it has beyond them."""
    tree = {
        f"{package}/{path.relative_to(source)}"
        for package, source in SOURCES.items()
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as packed:
        names = {name for name in packed.namelist() if ".dist-info/" not in name and ".data/" not in name}
    return tree - names, names - tree


def _installed(wheel: Path, folder: Path) -> Path:
    """The Python of a new environment with the pinned versions and the wheel; the tree is not in it."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    subprocess.run(
        [*pip, "--require-hashes", "--requirement", str(ROOT / "requirements-dev.lock")], check=True
    )
    subprocess.run([*pip, "--no-deps", str(wheel)], check=True)
    where = subprocess.run(
        [
            str(python),
            "-c",
            "import inkassod, inkasso_formats; print(inkassod.__file__, inkasso_formats.__file__)",
        ],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    if not all("site-packages" in path for path in where):
        raise SystemExit(f"the wheel is not what is imported: {where}")
    return python


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
