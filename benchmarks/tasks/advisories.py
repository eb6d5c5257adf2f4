"""A million installed packages against a feed as large as Debian's: made up, then compared."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.task import Watch

CODENAMES = {"11": "bullseye", "12": "bookworm", "13": "trixie"}
ALL = ("buster", "bullseye", "bookworm", "trixie", "sid")
SOURCES = 3000
NOW = datetime(2026, 6, 30, tzinfo=UTC)


def _version(drawn: random.Random) -> str:
    epoch = drawn.choice(["", "", "", "1:"])
    tail = drawn.choice(["", "+deb12u1", "+deb12u7", "~bpo12+1"])
    return f"{epoch}{drawn.randint(5, 9)}.{drawn.randint(0, 30)}.{drawn.randint(0, 9)}-{drawn.randint(1, 9)}{tail}"


def make(folder: str, hosts: int, packages: int, cves: int) -> Watch:
    """Writes ``package.jsonl``, ``host.jsonl`` and ``tracker.json``."""
    drawn, place, watch = random.Random(1), Path(folder), Watch()
    with watch:
        fleets = [{n: _version(drawn) for n in range(SOURCES)} for _ in range(12)]
        with (place / "host.jsonl").open("w") as host, (place / "package.jsonl").open("w") as package:
            for number in range(hosts):
                at = {"_observed_at": "2026-06-29 00:00:00.000000", "_collection": f"host{number}"}
                release = list(CODENAMES)[number % 3]
                host.write(
                    json.dumps({"id": f"h{number}", "os_id": "debian", "os_version": release, **at}) + "\n"
                )
                fleet, start = fleets[number % 12], drawn.randrange(SOURCES)
                for n in range(packages):
                    source = (start + n * 2) % SOURCES
                    row = {
                        "asset_id": f"h{number}",
                        "name": f"lib{n}-{source}",
                        "version": fleet[source] + "+b1",
                        "arch": "amd64",
                        "source_name": f"source{source}",
                        "source_version": fleet[source],
                        **at,
                    }
                    package.write(json.dumps(row) + "\n")
        (place / "tracker.json").write_text(json.dumps(_tracker(drawn, cves)), encoding="utf-8")
    return watch


def _tracker(drawn: random.Random, cves: int) -> dict[str, Any]:
    feed: dict[str, Any] = {}
    for number in range(cves):
        # A tenth of all CVEs are of one source, as the kernel's are.
        source = 7 if number % 10 == 0 else drawn.randrange(SOURCES)
        # One in a hundred is newer than what is installed, the others were fixed long ago.
        first = drawn.randint(5, 9) if number % 100 == 1 else drawn.randint(0, 4)
        state = {
            "status": "resolved",
            "fixed_version": f"{first}.{drawn.randint(0, 30)}-{drawn.randint(1, 9)}+deb12u{drawn.randint(1, 9)}",
            "urgency": "medium",
            "repositories": {name: f"{first}.{drawn.randint(0, 30)}-1" for name in ALL},
        }
        entry = {
            "description": "words about what an attacker may do with it, of the usual length " * 3,
            "scope": "local",
            "releases": dict.fromkeys(ALL, state),
        }
        feed.setdefault(f"source{source}", {})[f"CVE-2024-{number:05d}"] = entry
    return feed


def compare(folder: str) -> Watch:
    """Runs the collector on what ``make`` wrote, without the border that each record then passes."""
    from hiscomply.hookspecs import CollectContext, Staged
    from hiscomply.model import Record, Target
    from hiscomply_advisories.collector import AdvisoriesCollector

    place, watch = Path(folder), Watch()
    staged = {kind: Staged((place / f"{kind}.jsonl",)) for kind in ("package", "host")}
    context = CollectContext(place, "UTC", NOW, {}, str, staged=staged)
    feed = {"path": "tracker.json", "format": "debian-tracker", "as_of": "2026-06-29"}
    target = Target("advisories", "bench", {"feeds": [feed]}, ("vuln",))
    with watch:
        given = [type(one) for one in AdvisoriesCollector().collect(target, context)]
    watch.facts = {"records": given.count(Record), "rejected": len(given) - given.count(Record)}
    return watch
