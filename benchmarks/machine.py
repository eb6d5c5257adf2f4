"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_LIBRARIES = ("hiscomply", "duckdb", "sqlglot", "pydantic", "sarif-om")
_PEERS = ("opa-golib-python-bindings", "celine-regorus", "jschema-to-python")


def facts(peers: Path) -> list[str]:
    """Lines on processor, memory, load, and versions."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return [
        f"{_cpu()}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GiB; load before: {load}",
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        ", ".join(f"{name} {_version(name)}" for name in _LIBRARIES),
        "peers: " + ", ".join(f"{name} {_version(name, peers)}" for name in _PEERS),
    ]


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _version(name: str, folder: Path | None = None) -> str:
    if folder is not None:
        found = sorted(folder.glob(f"{name.replace('-', '_')}-*.dist-info"))
        return found[-1].name.removesuffix(".dist-info").rpartition("-")[2] if found else "not installed"
    try:
        return version(name)
    except PackageNotFoundError:
        return "from the checkout" if name in sys.modules else "not installed"
