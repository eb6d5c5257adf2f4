"""Keycloak: an exported realm, with its password policy taken apart and its clients' addresses.

Source: Keycloak 24 server administration guide, and RealmRepresentation for what an import leaves out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import ClassVar

from hiscomply.configurations import Configuration, ReadFile, Value
from hiscomply.hookspecs import Setting
from hiscomply.model import Text
from hiscomply_files.software.effective import Default, with_defaults
from hiscomply_files.software.following import each_file, read_value
from hiscomply_files.software.parts import standing_at

# RealmManager.setupRealmDefaults: bruteForceProtected; RepresentationToModel: the two times. That no length is asked for
# without a policy: server administration guide, not looked up again. A new realm without sslRequired gets ``external``
# there; it is not assumed here, since an import into a realm that exists keeps the realm's own.
_SOURCE = "Keycloak 24, RealmManager and RepresentationToModel"
DEFAULTS: Mapping[str, Default] = {
    key: Default(value, _SOURCE)
    for key, value in {
        "bruteForceProtected": "false",
        "passwordPolicy.length": "0",
        "accessTokenLifespan": "300",
        "ssoSessionIdleTimeout": "1800",
    }.items()
}
RULE = re.compile(r"(?P<name>\w+)\s*(?:\((?P<value>[^()]*)\))?")
ELEMENT = re.compile(r"(\[\d+\])\.")
REDIRECT = re.compile(r"clients\[(?P<client>\d+)\]\.redirectUris\[\d+\]")


class KeycloakRealm:
    """Each realm of a JSON file, which holds one or a list: ``passwordPolicy.<rule>``, ``clients.redirectUris`` by client."""

    name: ClassVar[str] = "keycloak_realm"

    def wants(self, path: str, file_format: str) -> bool:
        """JSON files with ``realm`` in their name, or ``keycloak`` in their path."""
        is_named = "realm" in PurePosixPath(path).name.lower() or "keycloak" in path.lower()
        return file_format == "json" and is_named

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each realm of each file; those of a list are named by their number."""
        realms = {path: file for path, file in files.items() if _is_realm(file)}
        yield from each_file(self.name, realms, unread, _values, DEFAULTS)
        for path, file in files.items():
            for number, one in _listed(file).items():
                if _is_realm(one):
                    values = standing_at(one.settings[0].line, with_defaults(_values(one), DEFAULTS, path))
                    yield Configuration(self.name, path, [*values], number, one.settings[0].line)


def _is_realm(file: ReadFile) -> bool:
    return any(one.key == "realm" for one in file.settings)


def _listed(file: ReadFile) -> dict[str, ReadFile]:
    """Each element of a file that is a list, as a file of its own."""
    found: dict[str, list[Setting]] = {}
    for one in file.settings:
        match = ELEMENT.match(one.key)
        if match:
            found.setdefault(match[1], []).append(replace(one, key=one.key[match.end() :]))
    return {number: replace(file, settings=settings) for number, settings in found.items()}


def _values(file: ReadFile) -> Iterator[Value]:
    settings = [one for one in file.settings if one.is_effective]
    known = {one.key: one.value for one in settings}
    for setting in settings:
        value = read_value(setting, file.path)
        redirect = REDIRECT.fullmatch(setting.key)
        if setting.key == "passwordPolicy":
            yield from _policy(setting, value)
        elif redirect:
            client = f"clients[{redirect['client']}]"
            if known.get(f"{client}.enabled") != "false":
                yield replace(value, key="clients.redirectUris", section=known.get(f"{client}.clientId"))
        else:
            yield value


def _policy(setting: Setting, value: Value) -> Iterator[Value]:
    rules = {
        match["name"]: (match["value"] or "true").strip() for match in RULE.finditer(setting.value or "")
    }
    for name, text in {"length": "0", **rules}.items():
        shown = None if value.value is None and setting.value else text
        yield replace(value, key=f"passwordPolicy.{name}", value=shown)
