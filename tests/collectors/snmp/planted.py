"""Values that the agents of the tests are made to serve, by object identifier."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

ENTITY_ROOT, STATE_ROOT = "1.3.6.1.2.1.47.1.1.1.1", "1.3.6.1.2.1.131.1.1.1"
HPE_ROOT, DELL_ROOT, UPS_ROOT = "1.3.6.1.4.1.232", "1.3.6.1.4.1.674.10892.5", "1.3.6.1.2.1.33.1"

Planted = Mapping[str, int | str | bytes]
"""A number, an object identifier (text that begins with a dot), text, or octets."""

ENTITY: Planted = {
    f"{ENTITY_ROOT}.5.1": 3, f"{ENTITY_ROOT}.5.2": 6, f"{ENTITY_ROOT}.5.3": 7,
    f"{ENTITY_ROOT}.9.1": "BOOT 7.1", f"{ENTITY_ROOT}.10.1": "16.12.4", f"{ENTITY_ROOT}.11.1": "FOC1234X0AB",
    f"{ENTITY_ROOT}.13.1": "SW-48P",
    f"{STATE_ROOT}.3.2": 3, f"{STATE_ROOT}.3.3": 3,
    f"{STATE_ROOT}.5.2": b"\0", f"{STATE_ROOT}.5.3": b"\0",
}  # fmt: skip
DELL: Planted = {
    f"{DELL_ROOT}.4.600.12.1.5.1.1": 3, f"{DELL_ROOT}.4.600.12.1.5.1.2": 3,
    f"{DELL_ROOT}.4.700.12.1.5.1.1": 3, f"{DELL_ROOT}.4.700.20.1.5.1.1": 3,
    f"{DELL_ROOT}.5.1.20.130.4.1.24.1": 3, f"{DELL_ROOT}.5.1.20.130.4.1.24.2": 3,
    f"{DELL_ROOT}.5.1.20.140.1.1.20.1": 3,
}  # fmt: skip
HPE: Planted = {
    f"{HPE_ROOT}.3.2.3.1.1.11.0.1": 2, f"{HPE_ROOT}.3.2.5.1.1.37.0.1": 2,
    f"{HPE_ROOT}.6.2.6.7.1.4.0.1": 3, f"{HPE_ROOT}.6.2.6.7.1.9.0.1": 2,
    f"{HPE_ROOT}.6.2.6.7.1.4.0.2": 2, f"{HPE_ROOT}.6.2.6.7.1.9.0.2": 1,
    f"{HPE_ROOT}.6.2.9.3.1.3.0.1": 3, f"{HPE_ROOT}.6.2.9.3.1.4.0.1": 2,
}  # fmt: skip
"""The second fan bay is empty."""
UPS: Planted = {
    f"{UPS_ROOT}.2.1.0": 2, f"{UPS_ROOT}.6.1.0": 0,
    f"{UPS_ROOT}.7.1.0": f".{UPS_ROOT}.7.7.4", f"{UPS_ROOT}.7.3.0": 1, f"{UPS_ROOT}.7.5.0": 1,
}  # fmt: skip


def lines(planted: Planted) -> str:
    """As lines of snmpd.conf."""
    return "".join(f"override .{oid} {_typed(value)}\n" for oid, value in planted.items())


def _typed(value: int | str | bytes) -> str:
    if isinstance(value, int):
        return f"integer {value}"
    if isinstance(value, bytes):
        return f"octet_str 0x{value.hex()}"
    return f"object_id {value}" if value.startswith(".") else f'octet_str "{value}"'


def date_and_time(days_ago: float) -> bytes:
    """DateAndTime in UTC."""
    at = datetime.now(UTC) - timedelta(days=days_ago)
    return at.year.to_bytes(2) + bytes([at.month, at.day, at.hour, at.minute, at.second, 0]) + b"+\0\0"
