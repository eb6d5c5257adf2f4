"""``waivers.yaml`` to waivers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from hiscomply.config.document import WaiversDocument
from hiscomply.errors import ConfigError
from hiscomply.model import Waiver
from hiscomply.yaml_source import load_yaml, validate


def load_waivers(file: Path | None, name: str = "") -> tuple[Waiver, ...]:
    """All waivers of a file, none when there is no file.

    Raises:
        ConfigError, Problems: unreadable or malformed, a bad date, two waivers of one id.
    """
    if file is None:
        return ()
    yaml = load_yaml(file, name or file.name)
    document: WaiversDocument = validate(WaiversDocument, yaml, ConfigError)
    waivers: dict[str, Waiver] = {}
    for number, one in enumerate(document.waivers):
        path = ("waivers", number)
        if one.id in waivers:
            raise ConfigError(
                f"waiver {one.id!r} is given twice / 例外编号重复", place=yaml.place((*path, "id"))
            )
        for key, text in (("from", one.from_), ("until", one.until)):
            try:
                date.fromisoformat(text)
            except ValueError as error:
                raise ConfigError(
                    f"{text!r} is no date, write for example 2026-12-31 / 日期写法不正确",
                    place=yaml.place((*path, key)),
                ) from error
        waivers[one.id] = Waiver(
            id=one.id,
            policy=one.policy,
            subject=one.subject,
            reason=one.reason,
            compensating_control=one.compensating_control,
            requested_by=one.requested_by,
            approved_by=one.approved_by,
            ticket=one.ticket,
            starts=one.from_,
            until=one.until,
            renewals=one.renewals,
            origin=str(yaml.place(path)),
            file=one.file,
        )
    return tuple(waivers.values())
