"""The project file: found, read with its includes, checked, turned into ``Settings``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hiscomply.config.declared import choose_profile, declared_records
from hiscomply.config.document import ProjectDocument
from hiscomply.config.option_errors import option_error
from hiscomply.config.settings import Override, Settings
from hiscomply.errors import ConfigError, Place, nearest
from hiscomply.hookspecs import Collector
from hiscomply.kinds import parse_duration
from hiscomply.model import Target, Text
from hiscomply.yaml_source import YamlDocument, load_yaml, validate

FILE = "hiscomply.yaml"
_LONGEST = timedelta(hours=24)
REFERENCE = "reference"
"""The collector of reference data."""


def find_project(path: Path) -> Path:
    """The project file at a path, which may be the file itself or its folder.

    Raises:
        ConfigError: there is none.
    """
    file = path / FILE if path.is_dir() else path
    if not file.is_file():
        raise ConfigError(
            f"there is no {FILE} here / 此处没有 {FILE}",
            place=Place(str(path)),
            hint="`hiscomply init` makes one / 可用 hiscomply init 新建",
        )
    return file


def load_project(
    path: Path, collectors: Mapping[str, Collector], *, language: str, flags: Mapping[str, Any]
) -> Settings:
    """The settings of a project.

    Args:
        flags: values from the command line, which win over the file; None where not given.

    Raises:
        ConfigError, Problems: unreadable, malformed, unknown keys or collectors, bad options, cyclic
            includes, two targets of one name.
    """
    file = find_project(path)
    yaml = _with_includes(file, file.name, ())
    document: ProjectDocument = validate(ProjectDocument, yaml, ConfigError)
    folder = file.parent
    zone = _zone(document, yaml)
    _check_names(document, yaml)
    start, end = document.institution.working_hours.split("-")
    if end <= start:
        raise ConfigError(
            f"working hours {start}-{end} end before they begin / 工作时间的结束早于开始",
            place=yaml.place(("institution", "working_hours")),
            hint="write for example 08:00-17:00 / 例如 08:00-17:00",
        )
    profile, profile_origin = choose_profile(document, yaml, flags.get("profile"))
    return Settings(
        project=folder,
        institution=_name(document),
        zone=zone,
        work_from=_clock(start, yaml),
        work_to=_clock(end, yaml),
        profile=profile,
        profile_origin=profile_origin,
        language=flags.get("lang") or document.language or language,
        packs=tuple(folder / pack for pack in document.packs),
        parameters=_overrides(document, yaml),
        targets=_with_reference(
            tuple(
                _target(number, item.model_dump(), yaml, collectors)
                for number, item in enumerate(document.collect)
            ),
            collectors,
        ),
        waivers=folder / document.waivers if document.waivers else None,
        reports={name: folder / target for name, target in document.reports.items()},
        runs=folder / ".hiscomply" / "runs",
        declared=declared_records(document, yaml, zone),
        origins=_origins(document, yaml, flags),
    )


def _with_includes(file: Path, name: str, chain: tuple[Path, ...]) -> YamlDocument:
    """The file with the lists and mappings of its ``include`` files added."""
    real = file.resolve()
    if real in chain:
        raise ConfigError(
            "the file includes itself, directly or by way of another / 循环包含",
            place=Place(name),
            hint=" -> ".join(one.name for one in (*chain, real)),
        )
    yaml = load_yaml(file, name)
    if not isinstance(yaml.value, dict):
        if yaml.value is None:
            raise ConfigError(
                "the file is empty / 文件为空",
                place=Place(name),
                hint="`hiscomply init` makes one / 可用 hiscomply init 新建",
            )
        raise ConfigError("a mapping is expected here / 此处应为键值结构", place=yaml.place())
    includes = yaml.value.get("include") or []
    if not isinstance(includes, list):
        raise ConfigError(
            "include takes a list of files / include 应为文件列表", place=yaml.place(("include",))
        )
    for number, item in enumerate(includes):
        part = file.parent / str(item)
        if not part.is_file():
            raise ConfigError(
                f"included file {item!r} does not exist / 被包含的文件不存在",
                place=yaml.place(("include", number)),
            )
        _merge(yaml, _with_includes(part, str(item), (*chain, real)))
    return yaml


def _merge(into: YamlDocument, part: YamlDocument) -> None:
    """Adds a part: lists grow, mappings grow, anything else must not be said twice."""
    for key, value in part.value.items():
        if key == "include":
            continue
        present = into.value.get(key)
        if present is None:
            into.value[key] = value
            into.parts[key,] = (part, (key,))
        elif isinstance(present, list) and isinstance(value, list):
            for number in range(len(value)):
                into.parts[key, len(present) + number] = (part, (key, number))
            present.extend(value)
        elif isinstance(present, dict) and isinstance(value, dict) and not set(present) & set(value):
            into.parts.update({(key, name): (part, (key, name)) for name in value})
            present.update(value)
        else:
            raise ConfigError(
                f"{key!r} is already given in {into.name} / 该键已在 {into.name} 中给出",
                place=part.key_place((key,)),
            )


def _name(document: ProjectDocument) -> Text:
    name = document.institution.name
    return Text(name, name) if isinstance(name, str) else Text(name.zh, name.en)


def _zone(document: ProjectDocument, yaml: YamlDocument) -> str:
    try:
        return ZoneInfo(document.institution.timezone).key
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigError(
            f"unknown time zone {document.institution.timezone!r} / 未知的时区",
            place=yaml.place(("institution", "timezone")),
            hint="for example Asia/Shanghai / 例如 Asia/Shanghai",
        ) from error


def _check_names(document: ProjectDocument, yaml: YamlDocument) -> None:
    """A target's name stands in every report, so no two targets may share one."""
    seen: dict[str, str] = {}
    for number, item in enumerate(document.collect):
        place = yaml.place(("collect", number))
        name = item.name or f"{item.collector}-{number + 1}"
        if name in seen:
            raise ConfigError(
                f"two targets are named {name!r}, the other at {seen[name]} / 采集目标名称重复",
                place=place,
                hint="give each its own name / 请为每个目标另取名称",
            )
        seen[name] = str(place)


def _clock(text: str, yaml: YamlDocument) -> Any:
    from datetime import time

    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(
            f"{text!r} is no time of day / 不是有效的时刻",
            place=yaml.place(("institution", "working_hours")),
        ) from error


def _overrides(document: ProjectDocument, yaml: YamlDocument) -> dict[str, dict[str, Override]]:
    return {
        policy: {
            name: Override(value, str(yaml.place(("parameters", policy, name))))
            for name, value in values.items()
        }
        for policy, values in document.parameters.items()
    }


def _target(
    number: int, item: dict[str, Any], yaml: YamlDocument, collectors: Mapping[str, Collector]
) -> Target:
    path = ("collect", number)
    kind, name, timeout = item.pop("collector"), item.pop("name"), item.pop("timeout")
    if kind not in collectors:
        raise ConfigError(
            f"there is no collector {kind!r} / 没有该采集器",
            place=yaml.place((*path, "collector")),
            hint=nearest(kind, collectors) or "known / 可用: " + ", ".join(sorted(collectors)),
        )
    duration = parse_duration(timeout)
    if duration is None or not timedelta(0) < duration <= _LONGEST:
        raise ConfigError(
            f"{timeout!r} is no time-out, write for example '120 seconds' / 超时写法不正确",
            place=yaml.place((*path, "timeout")),
        )
    return make_target(collectors[kind], name or f"{kind}-{number + 1}", item, yaml, path, duration)


def _with_reference(targets: tuple[Target, ...], collectors: Mapping[str, Collector]) -> tuple[Target, ...]:
    """The targets, and reference data last: every audit rests on them, so nobody need name them."""
    collector = collectors.get(REFERENCE)
    if not targets or collector is None or any(one.collector == REFERENCE for one in targets):
        return targets
    taken = {one.name for one in targets}
    name = REFERENCE
    while name in taken:
        name += "-data"
    return (*targets, Target(REFERENCE, name, {}, collector.kinds({})))


def make_target(
    collector: Collector,
    name: str,
    options: dict[str, Any],
    yaml: YamlDocument,
    path: tuple[str | int, ...],
    timeout: timedelta = timedelta(seconds=120),
) -> Target:
    """A target whose options fit its collector's schema.

    Raises:
        ConfigError: they do not; names the place and the nearest known option.
    """
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(dict(collector.options_schema))
    errors = sorted(validator.iter_errors(options), key=lambda one: list(map(str, one.absolute_path)))
    if errors:
        raise option_error(errors[0], collector, yaml, path)
    return Target(
        collector=collector.name,
        name=name,
        options=options,
        kinds=collector.kinds(options),
        timeout_s=timeout.total_seconds(),
        origin=str(yaml.place(path)),
    )


def _origins(document: ProjectDocument, yaml: YamlDocument, flags: Mapping[str, Any]) -> dict[str, str]:
    origins = {
        name: str(yaml.key_place((name,))) if name in yaml.value else "default"
        for name in type(document).model_fields
    }
    return origins | {
        name: f"--{name.replace('_', '-')}" for name, value in flags.items() if value is not None
    }
