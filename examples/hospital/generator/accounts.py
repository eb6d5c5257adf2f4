"""Accounts over all stores, what they may do, and who reviewed them."""

from __future__ import annotations

from datetime import timedelta

from generator.plan import Row, listed
from generator.systems import running
from generator.world import HEADS, OM_STAFF, World

SURNAMES = listed("zhao qian sun li zhou wu zheng wang feng chen chu wei jiang shen han yang zhu qin you xu")
GIVEN = listed(
    "an bo chang dan en fang gang hai jing kai lan ming ning ping qing rui shan ting wen xin yu ze"
)
CLEAN: Row = {
    "person_id": None,
    "kind": "human",
    "privileged": False,
    "admin_role": "none",
    "enabled": True,
    "mfa": False,
    "mfa_cryptographic": False,
    "expires_at": None,
    "owner": None,
    "break_glass": False,
    "nda": None,
    "contract_end": None,
}
TWO_FACTORS = {"mfa": True, "mfa_cryptographic": True}
"""A password and a USB key."""
ROLES = ("医生站", "护士站", "收费", "药房", "检验", "查询", "报表")
ENTITLED = 600
"""How many accounts of a system the role export covers: those with roles beyond the common one."""
IN_DATABASE = listed("app report backup monitor")
"""The accounts that a system has in its database, besides the built-in one."""


def make(world: World) -> None:
    """Kinds ``account``, ``entitlement``, ``access_review`` and ``password_state``."""
    names = _logins(world)
    clean = {**CLEAN, "created_at": world.clock.on(800, 9), "last_login": world.clock.on(3, 10)}
    rows = [row for system in running(world) for row in _of_system(world, system, names)]
    accounts = world.put("account", rows, clean)
    world.put("entitlement", list(_entitlements(world, accounts)), {})
    world.put("access_review", [_review(world, row) for row in accounts if _is_reviewed(world, row)], {})
    states = [row for system in running(world) for row in _passwords(system["id"])]
    world.put("password_state", states, _password("", ""))


def _logins(world: World) -> dict[str, str]:
    """A login for everybody, made up and unique."""
    people = (*world.staff, *world.vendor_staff, *world.trainees, *world.leavers)
    choose = world.random.choice
    return {one: f"{choose(SURNAMES)}{choose(GIVEN)}{int(one[1:]):04d}" for one in people}


def _of_system(world: World, system: Row, names: dict[str, str]) -> list[Row]:
    clock, chance, size = world.clock, world.random, system["_accounts"]
    admins = chance.sample(OM_STAFF, max(3, size // 200))
    rows = [
        _account(world, system["id"], names[person], person, privileged=True, **TWO_FACTORS)
        for person in admins
    ]
    for row, role in zip(rows, ("system", "audit", "security"), strict=False):
        row["admin_role"] = role
    outside = max(2, size // 60)
    ordinary = min(size - len(rows) - outside - size // 25, len(world.staff) - 100)
    people = chance.sample(world.staff[100:], ordinary)
    rows += [_account(world, system["id"], names[person], person) for person in people]
    for person in chance.sample(world.vendor_staff, min(outside // 2, len(world.vendor_staff))):
        rows.append(_external(world, system["id"], names[person], person, "vendor"))
    for person in chance.sample(world.trainees, min(outside // 2, len(world.trainees))):
        rows.append(_external(world, system["id"], names[person], person, "trainee"))
    for person in chance.sample(world.leavers, min(size // 25, len(world.leavers))):
        rows.append(_account(world, system["id"], names[person], person, enabled=False))
    service = {"person_id": None, "kind": "service", "owner": chance.choice(OM_STAFF), "mfa": False}
    rows += [_account(world, system["id"], f"svc_{job}", None, **service) for job in ("backup", "monitor")]
    builtin = {"kind": "default", "enabled": False, "last_login": clock.on(700, 9)}
    rows.append(_account(world, system["id"], "admin", None, **builtin))
    if system["tier"] == 1:
        emergency = {"kind": "shared", "break_glass": True, "owner": chance.choice(OM_STAFF)} | TWO_FACTORS
        rows.append(_account(world, system["id"], "emergency01", None, **emergency))
    return rows


def _account(world: World, system: str, login: str, person: str | None, **changes: object) -> Row:
    clock = world.clock
    return {
        **CLEAN,
        "system_id": system,
        "login": login,
        "person_id": person,
        "created_at": clock.on(world.minutes(120, 2000), 9),
        "last_login": clock.on(world.minutes(1, 30), world.minutes(0, 23), world.minutes(0, 59)),
        **changes,
    }


def _external(world: World, system: str, login: str, person: str, kind: str) -> Row:
    until = world.clock.day(-world.minutes(30, 120))
    end = until + timedelta(days=15)
    return _account(world, system, login, person, kind=kind, nda=True, expires_at=until, contract_end=end)


def _entitlements(world: World, accounts: list[Row]) -> list[Row]:
    rows, seen = [], dict.fromkeys((row["system_id"] for row in accounts), 0)
    for account in accounts:
        seen[account["system_id"]] += 1
        if seen[account["system_id"]] <= ENTITLED:
            rows.append(
                {
                    "system_id": account["system_id"],
                    "login": account["login"],
                    "role": "系统管理" if account["privileged"] else world.random.choice(ROLES),
                    "granted_at": account["created_at"] + timedelta(days=1),
                    "approved_by": world.random.choice(HEADS),
                    "in_role_matrix": True,
                }
            )
    return rows


def _passwords(system: str) -> list[Row]:
    """Of the accounts of a database; the directory has a built-in one without a password that is disabled."""
    if system == "AD":
        open_ = {"has_password": None, "may_be_empty": True, "hash_scheme": None}
        return [{**_password(system, "admin"), **open_}]
    locked = {"has_password": False, "is_locked": True, "hash_scheme": None}
    rows = [_password(system, f"{system.lower()}_{name}@%") for name in IN_DATABASE]
    return [{**_password(system, "root@localhost"), **locked}, *rows]


def _password(system: str, login: str) -> Row:
    return {
        "system_id": system,
        "login": login,
        "has_password": True,
        "is_locked": False,
        "may_be_empty": None,
        "hash_scheme": "caching_sha2_password",
    }


def _is_reviewed(world: World, account: Row) -> bool:
    return account["enabled"] is not False or world.random.random() < 0.15


def _review(world: World, account: Row) -> Row:
    decided = world.clock.on(world.minutes(10, 60), 10)
    is_removed = account["enabled"] is False
    reviewers = [head for head in HEADS[:20] if head != account["person_id"]]
    return {
        "system_id": account["system_id"],
        "period": f"{world.clock.today.year}Q2",
        "login": account["login"],
        "decision": "remove" if is_removed else "keep",
        "reviewer": world.random.choice(reviewers),
        "privileged": bool(account["privileged"]),
        "decided_at": decided,
        "executed_at": decided + timedelta(hours=3) if is_removed else None,
    }
