"""Password and lock-out rules as ``setting`` records of the format ``directory_effective``. Pure.

Both products' rules come under the same keys and units. 0 means "no limit": passwords of any length or age, no lock,
a lock that somebody has to lift.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from hiscomply.model import Record
from hiscomply_directory.about import About
from hiscomply_directory.entry import Entry
from hiscomply_directory.times import seconds_of
from hiscomply_kit.settings import effective_setting

FORMAT: Final = "directory_effective"
_DAY_S: Final = 86_400
_COMPLEX: Final = 0x1
_REVERSIBLE: Final = 0x10
DOMAIN_ATTRIBUTES: Final = (
    "minPwdLength", "maxPwdAge", "minPwdAge", "pwdHistoryLength", "pwdProperties", "lockoutThreshold", "lockoutDuration",
    "lockOutObservationWindow",
)  # fmt: skip
PSO_ATTRIBUTES: Final = (
    "cn", "msDS-MinimumPasswordLength", "msDS-MaximumPasswordAge", "msDS-MinimumPasswordAge",
    "msDS-PasswordHistoryLength", "msDS-PasswordComplexityEnabled", "msDS-PasswordReversibleEncryptionEnabled",
    "msDS-LockoutThreshold", "msDS-LockoutDuration", "msDS-LockoutObservationWindow", "msDS-PasswordSettingsPrecedence",
    "msDS-PSOAppliesTo",
)  # fmt: skip
PPOLICY_ATTRIBUTES: Final = (
    "cn", "pwdAttribute", "pwdMinLength", "pwdMaxAge", "pwdMinAge", "pwdInHistory", "pwdCheckQuality", "pwdLockout",
    "pwdMaxFailure", "pwdLockoutDuration", "pwdFailureCountInterval", "pwdMustChange",
)  # fmt: skip

Values = Mapping[str, float | int | None]


def domain_policy(entry: Entry, about: About) -> Iterator[Record]:
    """The rules of the domain, which hold for every account without one of its own."""
    flags = entry.number("pwdProperties")
    values = {
        "password_min_length": entry.number("minPwdLength"),
        "password_max_age_days": _days(entry.number("maxPwdAge")),
        "password_min_age_days": _days(entry.number("minPwdAge")),
        "password_history": entry.number("pwdHistoryLength"),
        "password_complexity": None if flags is None else int(bool(flags & _COMPLEX)),
        "password_reversible": None if flags is None else int(bool(flags & _REVERSIBLE)),
        "lockout_threshold": entry.number("lockoutThreshold"),
        "lockout_duration_minutes": _minutes(entry.number("lockoutDuration")),
        "lockout_window_minutes": _minutes(entry.number("lockOutObservationWindow")),
    }
    return _settings(about, entry.dn, None, values, is_effective=True)


def fine_grained_policy(entry: Entry, about: About) -> Iterator[Record]:
    """The rules of a fine-grained policy; in effect where it applies to somebody."""
    values = {
        "password_min_length": entry.number("msDS-MinimumPasswordLength"),
        "password_max_age_days": _days(entry.number("msDS-MaximumPasswordAge")),
        "password_min_age_days": _days(entry.number("msDS-MinimumPasswordAge")),
        "password_history": entry.number("msDS-PasswordHistoryLength"),
        "password_complexity": _boolean(entry, "msDS-PasswordComplexityEnabled"),
        "password_reversible": _boolean(entry, "msDS-PasswordReversibleEncryptionEnabled"),
        "lockout_threshold": entry.number("msDS-LockoutThreshold"),
        "lockout_duration_minutes": _minutes(entry.number("msDS-LockoutDuration")),
        "lockout_window_minutes": _minutes(entry.number("msDS-LockoutObservationWindow")),
        "precedence": entry.number("msDS-PasswordSettingsPrecedence"),
    }
    applies = bool(entry.texts("msDS-PSOAppliesTo"))
    return _settings(about, entry.dn, entry.text("cn"), values, is_effective=applies)


def ppolicy(entry: Entry, about: About, *, is_effective: bool | None) -> Iterator[Record]:
    """The rules of an OpenLDAP policy as the overlay applies them.

    Attributes that it does not show count with the overlay's own defaults, which all mean: no limit. Lengths are
    looked at only where quality is checked, failures counted only where locking is on.
    """
    quality = entry.number("pwdCheckQuality") or 0
    locks = entry.is_true("pwdLockout")
    values = {
        "password_min_length": (entry.number("pwdMinLength") or 0) if quality else 0,
        "password_max_age_days": (entry.number("pwdMaxAge") or 0) / _DAY_S,
        "password_min_age_days": (entry.number("pwdMinAge") or 0) / _DAY_S,
        "password_history": entry.number("pwdInHistory") or 0,
        "password_quality_check": quality,
        "lockout_threshold": (entry.number("pwdMaxFailure") or 0) if locks else 0,
        "lockout_duration_minutes": (entry.number("pwdLockoutDuration") or 0) / 60,
        "lockout_window_minutes": (entry.number("pwdFailureCountInterval") or 0) / 60,
        "must_change_after_reset": int(entry.is_true("pwdMustChange")),
    }
    return _settings(about, entry.dn, entry.text("cn"), values, is_effective=is_effective)


def no_policy(about: About) -> Iterator[Record]:
    """A server without the overlay has no rules at all."""
    return ppolicy(Entry(about.base, {}), about, is_effective=True)


def _days(ticks: int | None) -> float | None:
    return None if ticks is None else (seconds_of(ticks) or 0) / _DAY_S


def _minutes(ticks: int | None) -> float | None:
    return None if ticks is None else (seconds_of(ticks) or 0) / 60


def _boolean(entry: Entry, name: str) -> int | None:
    return int(entry.is_true(name)) if entry.text(name) is not None else None


def _settings(
    about: About, dn: str, section: str | None, values: Values, *, is_effective: bool | None
) -> Iterator[Record]:
    for key, number in values.items():
        value = None if number is None else f"{number:g}"
        # The natural key of a setting has no system, so the file carries it.
        fields = effective_setting(about.system_id, dn, FORMAT, key, value, number) | {
            "section": section,
            "parent": None,
            "is_effective": ... if is_effective is None else is_effective,
            "asset_id": about.options.get("asset_id", ...),
        }
        if number is None:  # not seen, which is not the same as empty
            fields |= {"value": ..., "value_empty": ..., "value_length": ...}
        yield about.record("setting", fields, dn)
