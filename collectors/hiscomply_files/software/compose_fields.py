"""One service of a Compose file in one spelling, and how one is laid over another.

Source: the Compose specification, 05-services.md and 13-merge.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from hiscomply.configurations import Value
from hiscomply.hookspecs import Setting
from hiscomply_files.software.effective import plain_path
from hiscomply_files.software.interpolation import interpolated
from hiscomply_files.software.parts import Part, Placed
from hiscomply_files.software.published import MARK, is_judged, publishers

Fields = dict[str, tuple[Value, ...]]
"""Values by key; a list has several."""

RESET, OVERRIDE = "!reset", "!override"
LISTS = ("cap_add", "cap_drop", "devices", "profiles", "security_opt", "group_add")
ADDED = frozenset({*LISTS, "env_file", "ports"})
SCALARS = (
    ("image",), ("privileged",), ("read_only",), ("user",), ("network_mode",), ("pid",), ("ipc",), ("uts",),
    ("userns_mode",), ("cgroup",), ("use_api_socket",), ("restart",), ("mem_limit",), ("pids_limit",), ("logging", "driver"),
    ("healthcheck", "disable"), ("deploy", "resources", "limits", "memory"),
    ("deploy", "restart_policy", "condition"),
)  # fmt: skip
NETWORK = "networks."
EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 - what Docker takes where none is written
MAX_NAME = 200
MAX_RANGE = 1000
"""Of so many ports of one line each is looked at by itself."""
_VARIABLE = re.compile(r"\$\{[^}]*\}|\$\w+|\{\{[^}]*\}\}|\{%[^%]*%\}")
_PORT = re.compile(
    r"(?:(?:(?P<ip>\[[^\]]*\]|[^:\[\]]+):)?(?P<published>[^:]*):)?(?P<target>[^:/]+)(?:/(?P<protocol>\w+))?"
)


def service_fields(service: Part, file: str, known: Mapping[str, str]) -> Fields:
    """What a service says for itself."""
    fields: Fields = {}
    for path in SCALARS:
        found = service.scalar(*path)
        if found is not None:
            fields[".".join(path)] = (_value(".".join(path), found, file, known),)
    for key in LISTS:
        values = tuple(_value(key, leaf, file, known) for leaf in _leaves(service.at(key)))
        if values:
            fields[key] = values
    build = service.at("build")
    place = build.first() if build is not None else None
    if place is not None:
        fields["build"] = (Value("build", "built", _file(place, file), place.line, place.column),)
    _test(service, file, known, fields)
    _environment(service, file, known, fields)
    fields |= _ports(service, file, known)
    fields |= _volumes(service, file, known)
    fields |= _networks(service, file)
    for name in service.below:
        _tags(service.below[name], name, fields, file)
    return fields


def laid_over(base: Mapping[str, tuple[Value, ...]], over: Mapping[str, tuple[Value, ...]]) -> Fields:
    """The fields of ``base`` with those of ``over``: lists are joined, everything else is replaced."""
    merged = dict(base)
    for key in over:
        name, _, tag = key.rpartition(".")
        if tag in {RESET, OVERRIDE}:
            merged = {
                one: values
                for one, values in merged.items()
                if one != name and not one.startswith((f"{name}.", f"{name}["))
            }
    for key, values in over.items():
        if not key.endswith((RESET, OVERRIDE)):
            merged[key] = (*merged.get(key, ()), *values) if key in ADDED else values
    return merged


def inherited(fields: Mapping[str, tuple[Value, ...]]) -> Fields:
    """The same, as taken from another service or file."""
    return {key: tuple(replace(one, origin="inherited") for one in values) for key, values in fields.items()}


def _file(setting: Setting, file: str) -> str:
    """Where a value stands: what a variable of Terraform brings stands in another file than its container."""
    return setting.file or file if isinstance(setting, Placed) else file


def _value(key: str, setting: Setting, file: str, known: Mapping[str, str]) -> Value:
    text = setting.value
    if text is not None and key != "image":
        text = interpolated(text, known)
    elif text is not None:
        text = interpolated(text, known) or text
    return Value(key, text, _file(setting, file), setting.line, setting.column)


def _leaves(part: Part | None) -> Iterator[Setting]:
    for one in () if part is None else (part, *part.below.values()):
        if one.leaf is not None and not one.is_empty() and one.leaf.value != RESET:
            yield one.leaf


def _test(service: Part, file: str, known: Mapping[str, str], fields: Fields) -> None:
    leaves = [*_leaves(service.at("healthcheck", "test"))]
    if leaves:
        words = [interpolated(leaf.value or "", known) or leaf.value or "" for leaf in leaves]
        first = leaves[0]
        fields["healthcheck.test"] = (
            Value("healthcheck.test", " ".join(words), _file(first, file), first.line, first.column),
        )


def _environment(service: Part, file: str, known: Mapping[str, str], fields: Fields) -> None:
    part = service.at("environment")
    for name, leaf in _variables(part):
        key, text = name, leaf.value
        if name[0] == "[":
            key, equals, after = (text or "").partition("=")
            text = after if equals else None
        variable, key = key, f"environment.{key}"
        value = None if text is None else interpolated(text, known)
        fields[key] = (Value(key, value, _file(leaf, file), leaf.line, leaf.column),)
        if is_judged(variable):
            mark, shown = f"{key}.{MARK}", publishers(variable, text, known)
            fields[mark] = (Value(mark, shown, _file(leaf, file), leaf.line, leaf.column),)
    for entry in (service.at("env_file"), *service.elements("env_file")):
        found = None if entry is None else entry.leaf or entry.scalar("path")
        if found is not None and found.value and not (entry and entry.is_empty()):
            loaded = _value("env_file", found, file, known)
            fields["env_file"] = (*fields.get("env_file", ()), loaded)


def _variables(part: Part | None, prefix: str = "") -> Iterator[tuple[str, Setting]]:
    """Each variable. One whose name has dots was taken apart: it is put together again."""
    for name, one in () if part is None else part.below.items():
        if one.leaf is not None:
            yield f"{prefix}{name}", one.leaf
        elif len(prefix) < MAX_NAME:
            yield from _variables(one, f"{prefix}{name}.")


def _ports(service: Part, file: str, known: Mapping[str, str]) -> Fields:
    """Each as ``address:port outside:port inside/protocol``; a question mark for what is not known."""
    values = []
    for one in service.elements("ports"):
        place = one.first()
        if place is None:
            continue
        if one.leaf is not None:
            match = _PORT.fullmatch(_shown(one.leaf.value, known))
            parts = match.groupdict() if match else {}
        else:
            names = ("ip", "host_ip"), ("published",) * 2, ("target",) * 2, ("protocol",) * 2
            parts = {short: _shown(one.text(name), known) for short, name in names}
        published = parts.get("published") or ""
        # in the short form a variable may hold an address and a port
        is_open = one.leaf is not None and not parts.get("ip") and "?" in published
        ip = "?" if is_open else (parts.get("ip") or EVERY_ADDRESS).strip("[]")
        target = parts.get("target") or "?"
        protocol = (parts.get("protocol") or "tcp").lower()
        stands_at = one.scalar("target") or place
        for port in each_port(target, protocol):
            text = f"{ip}:{published}:{port}/{protocol}"
            values.append(Value("ports", text, _file(stands_at, file), stands_at.line, stands_at.column))
    return {"ports": tuple(values)} if values else {}


def each_port(target: str, protocol: str) -> Iterator[str]:
    """The ports inside that a range of TCP stands for, or the one; a question mark for more than are told apart."""
    first, dash, last = target.partition("-")
    if not (dash and first.isdecimal() and last.isdecimal()) or protocol != "tcp":
        yield target.lstrip("0") if target.isdecimal() else target
    elif int(last[:6]) - int(first[:6]) < MAX_RANGE:
        yield from map(str, range(int(first[:6]), int(last[:6]) + 1))
    else:
        yield "?"


def _shown(text: str | None, known: Mapping[str, str]) -> str:
    """The text with what is known of its variables, and a question mark for what is not."""
    if text is None:
        return ""
    found = interpolated(text, known)
    return _VARIABLE.sub("?", text) if found is None else found


def _volumes(service: Part, file: str, known: Mapping[str, str]) -> Fields:
    """The source of each mount, by its target: the later of two at one target is used."""
    fields: Fields = {}
    for one in service.elements("volumes"):
        if one.leaf is not None:
            text = _shown(one.leaf.value, known)
            source, colon, rest = text.partition(":")
            if not colon:
                continue
            target, leaf = rest.partition(":")[0], one.leaf
        else:
            found = one.scalar("source")
            if found is None or one.text("type") not in {"bind", "volume", None}:
                continue
            source, target, leaf = _shown(found.value, known), one.text("target") or "", found
        key = f"volumes[{target}]"
        fields[key] = (
            Value(
                key, None if "?" in source else plain_path(source), _file(leaf, file), leaf.line, leaf.column
            ),
        )
    return fields


def _networks(service: Part, file: str) -> Fields:
    """The networks that it joins, by the names that the project has for them."""
    part, fields = service.at("networks"), Fields()
    for name, one in () if part is None else part.below.items():
        place = one.first()
        joined = place.value if place is not None and name[0] == "[" else name
        if place is not None and joined is not None:
            key = f"{NETWORK}{joined}"
            fields[key] = (Value(key, joined, _file(place, file), place.line, place.column),)
    return fields


def _tags(part: Part, key: str, fields: Fields, file: str) -> None:
    """``!reset`` and ``!override`` wherever they stand."""
    if part.leaf is not None and part.leaf.value == RESET:
        fields.pop(key, None)
        fields[f"{key}.{RESET}"] = (
            Value(key, None, _file(part.leaf, file), part.leaf.line, part.leaf.column),
        )
    for name, below in part.below.items():
        if name == OVERRIDE:
            fields[f"{key}.{OVERRIDE}"] = (Value(key, None, file),)
        else:
            _tags(below, f"{key}.{name}", fields, file)
