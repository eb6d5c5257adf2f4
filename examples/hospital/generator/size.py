"""How large a hospital is made."""

from __future__ import annotations

from dataclasses import dataclass

from generator.plan import listed


@dataclass(frozen=True)
class Size:
    """How many there are of what; the defaults are the main hospital.

    Attributes:
        systems: ids of the systems that there are; empty: all of the catalogue.
        accounts: share of the accounts that the catalogue gives a system.
        vulnerabilities: per server.
        rescanned: servers that the second scanner and the list of support ends serve.
    """

    systems: tuple[str, ...] = ()
    accounts: float = 1.0
    staff: int = 7_379
    newcomers: int = 20
    outsiders: int = 150
    leavers: int = 300
    incidents: int = 9_000
    requests: int = 20_600
    alerts: int = 6_000
    changes: int = 2_000
    switches: int = 70
    storages: int = 12
    vulnerabilities: int = 72
    rescanned: int = 60


MAIN = Size()
SMALL = Size(
    systems=listed("HIS EMR LIS PACS PHARM AD NURSE BLOOD OA HRSS APPT LIBRARY CANTEEN OLDHIS"),
    accounts=0.02,
    staff=400,
    newcomers=4,
    outsiders=12,
    leavers=20,
    incidents=900,
    requests=900,
    alerts=600,
    changes=300,
    switches=30,
    storages=4,
    vulnerabilities=8,
    rescanned=5,
)
"""A branch campus: a few seconds to make and to audit."""
