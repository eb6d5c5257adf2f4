"""How inventories name a product and its versions: names in lower case, and a pattern of the versions of a cycle."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

NAMES: Mapping[str, Sequence[str]] = {
    "centos": ("centos linux", "centos {cycle}", "centos linux {cycle}"),
    "debian": ("debian gnu/linux", "debian {cycle}", "debian gnu/linux {cycle}"),
    "mssqlserver": ("microsoft sql server", "sql server", "mssql", "microsoft sql server {label}", "sql server {label}"),
    "mysql": ("mysql-server", "mysql-community-server", "mysql-server-{cycle}", "mysql {cycle}"),
    "openeuler": ("openeuler linux",),
    "oracle-database": ("oracle", "oracle database", "oracle database {label}", "oracle {label}"),
    "postgresql": ("postgres", "postgresql-server", "postgresql-{cycle}", "postgresql{cycle}-server", "postgresql {cycle}"),
    "rhel": ("red hat enterprise linux", "red hat enterprise linux {cycle}"),
    "ubuntu": ("ubuntu linux", "ubuntu {cycle}"),
    "windows": ("microsoft windows", "windows {label}", "microsoft windows {label}", "microsoft windows {label} pro",
                "microsoft windows {label} enterprise"),
    "windows-server": ("windows server", "microsoft windows server", "windows server {label}",
                       "microsoft windows server {label}", "microsoft windows server {label} standard",
                       "microsoft windows server {label} datacenter"),
}  # fmt: skip
"""Further names by product id of endoflife.date; ``{label}`` is the cycle in words."""


def names_of(product: str, cycle: str, label: str = "") -> list[str]:
    """The names of a product in lower case, its id first."""
    words = (label or cycle).lower()
    named = [one.format(cycle=cycle.lower(), label=words) for one in NAMES.get(product, ())]
    return list(dict.fromkeys([product.lower(), *named]))


def versions_of(cycle: str, siblings: Collection[str], latest: str = "") -> str:
    """A pattern that the versions of a cycle match, and no others.

    Where another cycle continues this one (24.03-lts and 24.03-lts-sp1), only the bare name matches: a
    longer version may be of either. RE2, which the engine uses, has no look-ahead.

    Args:
        siblings: all cycles of the product.
        latest: the newest version, for products whose versions do not begin with the cycle.
    """
    tokens = _tokens(cycle)
    is_continued = any(_tokens(one)[: len(tokens)] == tokens for one in siblings if one != cycle)
    tail = r"[^0-9a-z]*" if is_continued else r"([^0-9a-z].*)?"
    pattern = rf"(?i)^v?([0-9]+:)?{_joined(tokens)}{tail}$"
    build = re.match(r"^\d+(\.\d+)+", latest)
    if build is None or re.match(pattern, latest):
        return pattern
    return pattern.removesuffix("$") + rf"$|^{re.escape(build[0])}([^0-9].*)?$"


def complete_cycles(rows: Iterable[dict[str, Any]]) -> None:
    """Fills in what a hand-written list of cycles may leave out: names, pattern of versions, state."""
    listed = list(rows)
    siblings: dict[Any, set[str]] = {}
    for row in listed:
        siblings.setdefault(row.get("product"), set()).add(str(row.get("cycle")))
    for row in listed:
        product, cycle = row.get("product"), row.get("cycle")
        if not isinstance(product, str) or not isinstance(cycle, str):
            continue
        if "names" not in row and "name" not in row:
            row["names"] = names_of(product, cycle)
        row.setdefault("versions", versions_of(cycle, siblings[product]))
        if row.get("support_end") and row.get("state") is None:
            row["state"] = "dated"


def is_usable_pattern(text: str) -> bool:
    """Whether the engine can match it: a regular expression without look-around and back references."""
    try:
        re.compile(text)
    except re.error:
        return False
    return not re.search(r"\(\?[=!<]|\(\?P[=>]|\\[1-9]", text)


def _tokens(cycle: str) -> list[str]:
    return re.findall(r"[0-9]+|[a-z]+", cycle.lower())


def _joined(tokens: Sequence[str]) -> str:
    pattern = ""
    for before, token in zip(["", *tokens], tokens, strict=False):
        if before:
            pattern += "[^0-9a-z]+" if before.isdigit() and token.isdigit() else "[^0-9a-z]*"
        pattern += token
    return pattern
