"""What is installed on servers, and the settings that sshd itself says it runs with."""

from __future__ import annotations

from generator.plan import Row
from generator.world import World

PRODUCTS = (("Tomcat", "9.0.98"), ("OpenJDK", "17.0.13"), ("PostgreSQL", "16.9"))
LISTED = (("MySQL", "8.4.2"), ("nginx", "1.28.0"))
"""What the inventory holds without an end of support: the imported list gives it."""
WITHOUT_END: Row = {"_absent": ("eol_date",)}
HOSTS = 12
SSHD = {
    "permitrootlogin": "no",
    "passwordauthentication": "no",
    "maxauthtries": "4",
    "clientaliveinterval": "300",
    "clientalivecountmax": "2",
}


def make(world: World) -> None:
    """Kinds ``package`` and ``setting``."""
    servers = [row["id"] for row in world.tables["asset"] if row["class"] == "server" and row["system_id"]]
    packages = [_package(world, server, *one) for server in servers for one in PRODUCTS]
    packages += [
        {"asset_id": server, "name": name, "version": version, **WITHOUT_END}
        for server in servers[-world.size.rescanned :]
        for name, version in LISTED
    ]
    world.put("package", packages, {"version": "1.0", "eol_date": None})
    settings = [
        _setting(world, f"jump-{number:02d}", key, value)
        for number in range(1, HOSTS + 1)
        for key, value in SSHD.items()
    ]
    world.put("setting", settings, {})


def _package(world: World, asset: str, name: str, version: str) -> Row:
    until = world.clock.day(-world.minutes(300, 1500)) if world.random.random() < 0.8 else None
    return {"asset_id": asset, "name": name, "version": version, "eol_date": until}


def _setting(world: World, host: str, key: str, value: str) -> Row:
    number = {"number": int(value)} if value.isdigit() else {}
    return {
        "file": f"{host}:sshd -T",
        "key": key,
        "occurrence": 1,
        "format": "sshd_effective",
        "value": value,
        **number,
        "is_effective": True,
        "is_secret": False,
        "asset_id": host,
    }
