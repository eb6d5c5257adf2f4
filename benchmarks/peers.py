"""Installs what hiscomply is compared with, apart from it: ``python benchmarks/peers.py install DIR``.

Nothing here is a dependency of hiscomply. What cannot be installed is named, and its rows say so.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

DEFAULT = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "hiscomply-benchmark-peers"
PACKAGES = {
    "opa_bindings": ("opa-golib-python-bindings",),
    "regorus": ("celine-regorus",),
    "jschema_to_python": ("jschema-to-python", "jsonpickle"),
}


def install(folder: Path, with_checkov: bool) -> list[str]:
    """Installs every peer into the folder; gives the names of those that are missing after that."""
    folder.mkdir(parents=True, exist_ok=True)
    for module, packages in PACKAGES.items():
        if not (folder / module).is_dir():
            # The OPA wheel asks for Python 3.14 but is a plain C library under ctypes.
            _pip(sys.executable, "--ignore-requires-python", "--no-deps", "--target", str(folder), *packages)
    if with_checkov and not checkov(folder).exists():
        venv.create(folder / "checkov", with_pip=True)
        _pip(str(folder / "checkov/bin/python"), "checkov")
    if not (folder / "ssh/bin/ansible").exists():
        venv.create(folder / "ssh", with_pip=True)
        _pip(str(folder / "ssh/bin/python"), "ansible-core", "pyinfra")
    return missing(folder, with_checkov)


def missing(folder: Path, with_checkov: bool = False) -> list[str]:
    """The peers that are not there."""
    absent = [packages[0] for module, packages in PACKAGES.items() if not (folder / module).is_dir()]
    absent += [one for one in ("ansible", "pyinfra") if not (folder / "ssh/bin" / one).exists()]
    if with_checkov and not checkov(folder).exists():
        absent.append("checkov")
    if shutil.which("lynis") is None:
        absent.append("lynis (a package of the operating system)")
    return absent


def checkov(folder: Path) -> Path:
    """Where Checkov's command is, if it was installed."""
    return folder / "checkov/bin/checkov"


def _pip(python: str, *arguments: str) -> None:
    done = subprocess.run([python, "-m", "pip", "install", "--quiet", *arguments], check=False)
    if done.returncode:
        print(f"pip could not install {arguments[-1]}", file=sys.stderr)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("action", choices=["install", "missing"])
    parser.add_argument("folder", type=Path, nargs="?", default=DEFAULT)
    parser.add_argument("--with-checkov", action="store_true", help="heavy: into a venv of its own")
    asked = parser.parse_intermixed_args()
    look = install if asked.action == "install" else missing
    absent = look(asked.folder, asked.with_checkov)
    print(f"missing: {', '.join(absent)}" if absent else "every peer is installed")


if __name__ == "__main__":
    main()
