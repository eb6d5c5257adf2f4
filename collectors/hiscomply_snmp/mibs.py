"""The object identifiers that are asked for, and what their numbers mean. Pure data.

Source: RFC 3418 (system), 6933 (ENTITY-MIB), 4268 (ENTITY-STATE-MIB), 3433 (ENTITY-SENSOR-MIB), 2790
(HOST-RESOURCES-MIB), 1628 (UPS-MIB); CPQHLTH-MIB and CPQIDA-MIB of HPE; IDRAC-MIB-SMIv2 of Dell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

SYS_DESCR: Final = "1.3.6.1.2.1.1.1.0"
SYS_OBJECT_ID: Final = "1.3.6.1.2.1.1.2.0"
SYS_UPTIME: Final = "1.3.6.1.2.1.1.3.0"
SYS_NAME: Final = "1.3.6.1.2.1.1.5.0"
SYSTEM: Final = (SYS_DESCR, SYS_OBJECT_ID, SYS_UPTIME, SYS_NAME)
"""Contact and location are left out: they name people and rooms."""

_ENTITY: Final = "1.3.6.1.2.1.47.1.1.1.1"
ENTITY_CLASS: Final = f"{_ENTITY}.5"
ENTITY_NAME: Final = f"{_ENTITY}.7"
ENTITY_FIRMWARE: Final = f"{_ENTITY}.9"
ENTITY_SOFTWARE: Final = f"{_ENTITY}.10"
ENTITY_SERIAL: Final = f"{_ENTITY}.11"
ENTITY_MODEL: Final = f"{_ENTITY}.13"
CHASSIS: Final = 3
AREA_OF_CLASS: Final[Mapping[int, str]] = {6: "power", 7: "cooling"}

_STATE: Final = "1.3.6.1.2.1.131.1.1.1"
STATE_CHANGED: Final = f"{_STATE}.1"
STATE_OPER: Final = f"{_STATE}.3"
STATE_ALARM: Final = f"{_STATE}.5"
OPER: Final[Mapping[int, str]] = {1: "unknown", 2: "disabled", 3: "enabled", 4: "testing"}
ALARMS: Final = ("unknown", "under repair", "critical", "major", "minor", "warning", "indeterminate")
"""Names of the bits of entStateAlarm, the first one being the highest bit of the first byte."""

UPS: Final = "1.3.6.1.2.1.33.1"
UPS_BATTERY: Final = f"{UPS}.2.1.0"
UPS_ALARMS_PRESENT: Final = f"{UPS}.6.1.0"
UPS_TEST_ID: Final = f"{UPS}.7.1.0"
UPS_TEST_RESULT: Final = f"{UPS}.7.3.0"
UPS_TEST_START: Final = f"{UPS}.7.5.0"
UPS_SCALARS: Final = (UPS_BATTERY, UPS_ALARMS_PRESENT, UPS_TEST_ID, UPS_TEST_RESULT, UPS_TEST_START)
UPS_ALARM: Final = f"{UPS}.6.2.1.2"
UPS_ALARM_TIME: Final = f"{UPS}.6.2.1.3"
UPS_ALARM_KIND: Final = f"{UPS}.6.3"
UPS_TEST_KIND: Final = f"{UPS}.7.7"


@dataclass(frozen=True, slots=True)
class HealthTable:
    """A table in which a number says how a part is.

    Attributes:
        area: storage, power or cooling, where a good number of this table proves that the area was seen; else empty.
        entry: the table's entry; columns stand below it.
        status: the column with the number.
        good: numbers that say that the part is in order. Numbers that are neither good nor bad say nothing.
        bad: numbers of a fault, with a word for it.
        presence: the column that says what stands there, and its values that say that it is no part.
    """

    name: str
    area: str
    entry: str
    status: int
    good: frozenset[int]
    bad: Mapping[int, str]
    presence: tuple[int, frozenset[int | str]] | None = None

    @property
    def status_column(self) -> str:
        """Identifier of the column with the number."""
        return f"{self.entry}.{self.status}"

    @property
    def presence_column(self) -> str | None:
        """Identifier of the column that says whether there is a part."""
        return f"{self.entry}.{self.presence[0]}" if self.presence else None


_HPE_GOOD: Final = frozenset({2})
_HPE_BAD: Final[Mapping[int, str]] = {3: "degraded", 4: "failed"}
_HPE: Final = "1.3.6.1.4.1.232"
_DELL_GOOD: Final = frozenset({3})
_DELL_BAD: Final[Mapping[int, str]] = {4: "non-critical", 5: "critical", 6: "non-recoverable"}
_DELL: Final = "1.3.6.1.4.1.674.10892.5"
_NO_PART: Final[frozenset[int | str]] = frozenset({2})
_NETWORK: Final[frozenset[int | str]] = frozenset({"1.3.6.1.2.1.25.3.1.4"})
"""A network interface is down when it is switched off or has no cable."""


def _hpe(
    name: str, area: str, entry: str, status: int, presence: tuple[int, frozenset[int | str]] | None = None
) -> HealthTable:
    return HealthTable(name, area, f"{_HPE}.{entry}", status, _HPE_GOOD, _HPE_BAD, presence)


def _dell(name: str, area: str, entry: str, status: int) -> HealthTable:
    return HealthTable(name, area, f"{_DELL}.{entry}", status, _DELL_GOOD, _DELL_BAD)


HEALTH_TABLES: Final = (
    # A running device or a readable sensor proves no area: neither knows of an array, nor of a limit.
    HealthTable(
        "hrDevice", "", "1.3.6.1.2.1.25.3.2.1", 5, frozenset({2}), {3: "warning", 5: "down"}, (2, _NETWORK)
    ),
    HealthTable("entPhySensor", "", "1.3.6.1.2.1.99.1.1.1", 5, frozenset({1}), {3: "nonoperational"}),
    _hpe("cpqHeFltTolPowerSupply", "power", "6.2.9.3.1", 4, (3, _NO_PART)),
    _hpe("cpqHeFltTolFan", "cooling", "6.2.6.7.1", 9, (4, _NO_PART)),
    _hpe("cpqHeTemperature", "", "6.2.6.8.1", 6),
    _hpe("cpqDaCntlr", "", "3.2.2.1.1", 6),
    _hpe("cpqDaLogDrv", "", "3.2.3.1.1", 11),
    _hpe("cpqDaPhyDrv", "storage", "3.2.5.1.1", 37),
    _dell("powerSupply", "power", "4.600.12.1", 5),
    _dell("coolingDevice", "cooling", "4.700.12.1", 5),
    _dell("temperatureProbe", "", "4.700.20.1", 5),
    _dell("physicalDisk", "storage", "5.1.20.130.4.1", 24),
    _dell("virtualDisk", "", "5.1.20.140.1.1", 20),
)
