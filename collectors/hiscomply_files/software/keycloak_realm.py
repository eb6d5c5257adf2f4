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
from hiscomply_files.software.effective import Default
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
LISTED = re.compile(r"\[(\d+)\]\.")
RULE = re.compile(r"(?P<name>\w+)\s*(?:\((?P<value>[^()]*)\))?")
REDIRECT = re.compile(r"clients\[(?P<client>\d+)\]\.redirectUris\[\d+\]")


class KeycloakRealm:
    """Each realm of a JSON file: ``passwordPolicy.<rule>``, and ``clients.redirectUris`` by client."""

    name: ClassVar[str] = "keycloak_realm"

    def wants(self, path: str, file_format: str) -> bool:
        """JSON files with ``realm`` in their name or that of their folder, or ``keycloak`` in their path."""
        place = "/".join(PurePosixPath(path.lower()).parts[-2:])
        return file_format == "json" and ("realm" in place or "keycloak" in path.lower())

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each realm; an export of all of them is a list."""
        yield from each_file(self.name, {}, unread, _values, DEFAULTS)
        for path in sorted(files):
            for name, realm in _realms(files[path]):
                line = realm.settings[0].line if name else None
                for one in each_file(self.name, {path: realm}, {}, _values, DEFAULTS):
                    values = standing_at(line, one.values) if name else one.values
                    yield replace(one, name=name, line=line, values=[*values])


def _realms(file: ReadFile) -> Iterator[tuple[str, ReadFile]]:
    """Each realm with its name, which is left out where there is one only."""
    found: dict[str, list[Setting]] = {}
    for one in file.settings:
        match = LISTED.match(one.key)
        key = one.key[match.end() :] if match else one.key
        found.setdefault(match[1] if match else "", []).append(replace(one, key=key))
    for number, settings in found.items():
        known = {one.key: one.value for one in settings}
        if "realm" in known and "auth-server-url" not in known:  # that is a client's adapter
            yield number and (known["realm"] or number), replace(file, settings=settings)


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
