"""Spring Boot (HAPI FHIR, integration engines): application files of one folder, documents and profiles.

Source: Spring Boot 3.2 reference, "Externalized Configuration" and "Common Application Properties".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import ClassVar

from hiscomply.configurations import Configuration, ReadFile, Value
from hiscomply.hookspecs import Setting
from hiscomply.model import Text
from hiscomply_files.software.effective import Default, boolean, seconds, with_defaults
from hiscomply_files.software.following import holds_published, read_value

FILE = re.compile(
    r"(?P<name>application|bootstrap)(?:-(?P<profile>[\w.-]+))?\.(?P<kind>properties|ya?ml)", re.I
)
DEVELOPERS = re.compile(r"(dev(el(op(ment)?)?)?|local|test(ing)?|it|ci|unit)([-_].*)?", re.I)
"""Profiles of developers' machines, which are not judged."""
FAMILIES = ("spring.", "server.", "management.", "hapi.")
# Source code of Spring Boot: ErrorProperties (never, since 2.3), EnvironmentEndpointProperties (never, since 3.0),
# ShutdownEndpoint (off), H2ConsoleProperties (off), Session (30 minutes), EndpointExposure at 0597c6831e7b (WEB: health, since
# 2.6), DefaultLogbackConfiguration at 028c2e7b0d3b (root: INFO). debug: docs.spring.io, 3.0.x, appendix "Core Properties".
# Not found at their source: configprops (env of the same package is never) and trace (seen in copies of the appendix only).
_SOURCE = "Spring Boot 3.2 reference, common application properties"
DEFAULTS: Mapping[str, Default] = {
    key: Default(value, _SOURCE)
    for key, value in {
        "management.endpoints.web.exposure.include": "health",
        "management.endpoint.env.showvalues": "never",
        "management.endpoint.configprops.showvalues": "never",
        "management.endpoint.shutdown.enabled": "false",
        "spring.h2.console.enabled": "false",
        "server.error.includestacktrace": "never",
        "server.servlet.session.timeout": "1800",
        "logging.level.root": "info",
        "debug": "false",
        "trace": "false",
    }.items()
}
PUBLISHED: Mapping[str, frozenset[str]] = {
    "spring.datasource.password": frozenset({"admin"}),
    "security.authpassword": frozenset({"SuperSecretPassword"}),
    "security.authadminpassword": frozenset({"EvenMoreSecretPassword"}),
}
"""Passwords that come with the software: hapifhir/hapi-fhir-jpaserver-starter, docker-compose.yml, for the database of
HAPI FHIR; ehrbase/ehrbase, ``.env.ehrbase``, for EHRbase."""
BOOLEANS = frozenset({"management.endpoint.shutdown.enabled", "spring.h2.console.enabled", "debug", "trace"})
PROFILE_KEYS = (
    "spring.config.activate.onprofile",
    "spring.profiles",
    "spring.config.activate.oncloudplatform",
)
IMPORT = "spring.config.import"
SERVERS = re.compile(r"spring\.cloud\.(?:config|nacos\.config|consul\.config|zookeeper\.config)\.")
"""Where what a ``bootstrap`` file says comes from a server, whose values go before those of the files."""
SWITCHES = frozenset({"debug", "trace"})
"""On with any value but false, and with none: LoggingApplicationListener.isSet."""
EXPOSED = "management.endpoints.web.exposure.include"
TIMEOUT = "server.servlet.session.timeout"
OLDER = {
    "management.security.enabled": EXPOSED,
    "endpoints.sensitive": EXPOSED,
    "server.session.timeout": TIMEOUT,
}
"""Keys of Boot 1, and the later ones that are not known where these decide."""
MANY_DOCUMENTS = Text(
    "properties 文件内按环境分段,段的界限未读取",
    "its properties file has documents by profile, which are not told apart",
)


class Spring:
    """The ``application.yaml`` and ``.properties`` of one folder, with those of its profiles, and its ``bootstrap`` before.

    Keys are in Spring's uniform form: no dashes or underscores, lower case. A list is one value, joined by commas.
    ``published_password`` says of each password of HAPI FHIR and EHRbase whether everybody knows it.
    """

    name: ClassVar[str] = "spring"

    def wants(self, path: str, file_format: str) -> bool:
        """``application*.yaml``, ``bootstrap*.yaml`` and ``.properties``, but for tests."""
        is_test = "src/test/" in f"/{path}"
        return (
            file_format in ("yaml", "properties")
            and not is_test
            and FILE.fullmatch(PurePosixPath(path).name) is not None
        )

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each folder whose files have keys of Spring's."""
        folders: dict[str, list[str]] = {}
        for path in (*files, *unread):
            folders.setdefault(PurePosixPath(path).parent.as_posix(), []).append(path)
        for paths in folders.values():
            paths.sort(key=_rank)
            last: dict[tuple[str, str | None], Value] = {}
            missing = [unread[path] for path in paths if path in unread]
            for path in paths:
                if path in files:
                    missing += _read(files[path], last)
            values = [*last.values(), *_older([*last.values()])]
            if not missing and not any(one.key.startswith(FAMILIES) for one in values):
                continue
            unsure = [replace(one, is_certain=False) for one in values]
            stated = unsure if missing else [*with_defaults(values, DEFAULTS, paths[0])]
            yield Configuration(self.name, paths[0], stated, missing=tuple(missing))


def _older(values: Sequence[Value]) -> Iterator[Value]:
    """What keys of Boot 1 leave unknown, where no later key is stated: which Boot runs is not in the files."""
    stated = {one.key for one in values if one.origin != "conditional"}
    for one in values:
        later = OLDER.get(one.key)
        if later is not None and later not in stated and one.value != "true":
            yield replace(one, key=later, value=None)


def _rank(path: str) -> tuple[bool, bool, bool, str]:
    """``bootstrap`` first, YAML before properties, which override it; the files of profiles last."""
    match = FILE.fullmatch(PurePosixPath(path).name)
    assert match is not None
    is_first = match["name"].lower() == "bootstrap"
    return not is_first, match["profile"] is not None, match["kind"].lower() == "properties", path


def _read(file: ReadFile, last: dict[tuple[str, str | None], Value]) -> Iterator[Text]:
    """Adds what a file says, by key and profile; gives the reason if it cannot be told."""
    match = FILE.fullmatch(PurePosixPath(file.path).name)
    assert match is not None
    documents: dict[str | None, list[Setting]] = {}
    for setting in file.settings:
        if setting.is_effective:
            documents.setdefault(setting.section, []).append(replace(setting, key=_uniform(setting.key)))
    for settings in ([*_joined(one)] for one in documents.values()):
        activation = next((one for one in settings if one.key in PROFILE_KEYS), None)
        if activation is not None and match["kind"].lower() == "properties":
            yield MANY_DOCUMENTS
        profile = match["profile"] or (activation.value if activation else None)
        if profile is not None and all(DEVELOPERS.fullmatch(one) for one in re.split(r"[\s,|]+", profile)):
            continue
        yield from (_imported(one) for one in settings if one.key == IMPORT and one.value)
        if match["name"].lower() == "bootstrap":
            yield from (_imported(one) for one in settings if SERVERS.match(one.key))
        for setting in settings:
            value = read_value(replace(setting, section=None), file.path)
            if profile is not None:
                value = replace(value, origin="conditional", section=profile)
            is_bare = setting.key in SWITCHES and not setting.value
            meant = "true" if is_bare else _meant(setting.key, value.value)
            last[setting.key, profile] = replace(value, value=meant)
            if setting.key in PUBLISHED:
                shown = holds_published(setting.value, PUBLISHED[setting.key])
                mark = replace(value, key="published_password", value=shown)
                last[f"{setting.key}.{mark.key}", profile] = mark


def _imported(setting: Setting) -> Text:
    """What is imported goes before what the file says."""
    shown = (setting.value or "")[:80]
    return Text(
        f"引用的 {shown} 未读取,其中的值优先", f"what it imports, {shown}, was not read and goes first"
    )


def _uniform(key: str) -> str:
    return re.sub(r"[-_]", "", key).lower()


def _joined(settings: Sequence[Setting]) -> Iterator[Setting]:
    lists: dict[str, list[Setting]] = {}
    for setting in settings:
        match = re.fullmatch(r"(.+)\[\d+\]", setting.key)
        if match:
            lists.setdefault(match[1], []).append(setting)
        else:
            yield setting
    for key, items in lists.items():
        yield replace(items[0], key=key, value=",".join(one.value or "" for one in items))


def _meant(key: str, text: str | None) -> str | None:
    if text is None:
        return None
    if key == "server.servlet.session.timeout":
        return _duration(text)
    return boolean(text) if key in BOOLEANS else text


def _duration(text: str) -> str:
    """Simple (``15m``) or ISO 8601 (``PT15M``) in seconds; else as written."""
    match = re.fullmatch(r"pt(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", text.strip().lower())
    if match and any(match.groups()):
        hours, minutes, rest = (int(one or 0) for one in match.groups())
        return str(hours * 3600 + minutes * 60 + rest)
    return seconds(text) or text
