"""Spring Boot (HAPI FHIR, integration engines): application files of one folder, documents and profiles.

Source: Spring Boot 3.2 reference, "Externalized Configuration" and "Common Application Properties".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
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
"""Profiles of developers' machines, which are not judged but where a file makes them the active ones."""
FAMILIES = ("spring.", "server.", "management.", "hapi.", "logging.level.")
REMOTE = re.compile(
    r"apollo\.bootstrap\.enabled"
    r"|spring\.cloud\.(?:nacos\.config|config|consul\.config|zookeeper\.config)\."
    r"(?:serveraddr|uri|enabled|name|namespace|prefix|discovery\.enabled)"
)
"""Says that there is more on a server, which overrides what stands here."""
ACTIVE = ("spring.profiles.active", "spring.profiles.include")
RENAMED: Mapping[str, str] = {
    "spring.session.timeout": "server.servlet.session.timeout",
    "server.reactive.session.timeout": "server.servlet.session.timeout",
}
"""What is judged as well: Spring Session's own timeout counts instead of the server's, SessionProperties."""
OLD: Mapping[str, str] = {
    "server.session.timeout": "server.servlet.session.timeout",
    "management.security.enabled": "management.endpoints.web.exposure.include",
    "endpoints.sensitive": "management.endpoints.web.exposure.include",
}
"""Keys of Spring Boot 1 that later versions do not look at: where one stands, the default is not sure."""
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
BOOLEANS = frozenset({"management.endpoint.shutdown.enabled", "spring.h2.console.enabled"})
SWITCHES = frozenset({"debug", "trace"})
"""On with any value but false, and with none: LoggingApplicationListener.isSet."""
PROFILE_KEYS = (
    "spring.config.activate.onprofile",
    "spring.profiles",
    "spring.config.activate.oncloudplatform",
)
IMPORT = "spring.config.import"
MANY_DOCUMENTS = Text(
    "properties 文件内按环境分段,段的界限未读取",
    "its properties file has documents by profile, which are not told apart",
)
ELSEWHERE = Text(
    "其余配置在别处,未读取", "it takes more of its configuration from elsewhere, which was not read"
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
            read = {path: [*_documents(files[path])] for path in paths if path in files}
            active = {name for documents in read.values() for one in documents for name in one.activates}
            for path, documents in read.items():
                for one in documents:
                    if one.is_in_force(active):
                        missing += _read(path, one, last)
            values = [*last.values()]
            if not missing and not any(one.key.startswith(FAMILIES) for one in values):
                continue
            unsure = [replace(one, is_certain=False) for one in values]
            stated = unsure if missing else [*with_defaults(values, DEFAULTS, paths[0])]
            yield Configuration(self.name, paths[0], stated, missing=tuple(missing))


@dataclass(frozen=True, slots=True)
class _Document:
    """One document of a file. ``profile`` is the case that it holds for, None for all."""

    profile: str | None
    settings: Sequence[Setting]
    is_told_apart: bool

    @property
    def activates(self) -> Iterator[str]:
        """The profiles that are active if nothing else is said."""
        for one in self.settings:
            if one.key in ACTIVE and self.profile is None:
                yield from (name.strip() for name in (one.value or "").split(","))

    def is_in_force(self, active: Set[str]) -> bool:
        """False for one of developers."""
        names = [] if self.profile is None else re.split(r"[\s,|]+", self.profile)
        return (
            not names or not all(DEVELOPERS.fullmatch(one) for one in names) or not active.isdisjoint(names)
        )


def _rank(path: str) -> tuple[bool, bool, bool, str]:
    """``bootstrap`` first; YAML before properties, which override it; the files of profiles last."""
    match = FILE.fullmatch(PurePosixPath(path).name)
    assert match is not None
    is_application = match["name"].lower() == "application"
    return match["profile"] is not None, is_application, match["kind"].lower() == "properties", path


def _documents(file: ReadFile) -> Iterator[_Document]:
    match = FILE.fullmatch(PurePosixPath(file.path).name)
    assert match is not None
    documents: dict[str | None, list[Setting]] = {}
    for setting in file.settings:
        if setting.is_effective:
            documents.setdefault(setting.section, []).append(replace(setting, key=_uniform(setting.key)))
    for written in documents.values():
        settings = [*_joined(written)]
        activation = next((one for one in settings if one.key in PROFILE_KEYS), None)
        is_told_apart = activation is None or match["kind"].lower() != "properties"
        yield _Document(
            match["profile"] or (activation.value if activation else None), settings, is_told_apart
        )


def _read(path: str, document: _Document, last: dict[tuple[str, str | None], Value]) -> Iterator[Text]:
    """Adds what a document says, by key and profile; gives the reason if more is said elsewhere."""
    profile = document.profile
    if not document.is_told_apart:
        yield MANY_DOCUMENTS
    for setting in document.settings:
        if setting.key == IMPORT and setting.value:
            yield _imported(setting)
        elif REMOTE.match(setting.key) and setting.value and boolean(setting.value) != "false":
            yield ELSEWHERE
        value = read_value(replace(setting, section=None), path)
        if profile is not None:
            value = replace(value, origin="conditional", section=profile)
        if setting.key in OLD and boolean(setting.value) != "true":
            replaced = replace(value, key=OLD[setting.key], value=None)
            last.setdefault((replaced.key, profile), replaced)
        key = RENAMED.get(setting.key, setting.key)
        is_bare = key in SWITCHES and not setting.value
        last[setting.key, profile] = replace(
            value, key=key, value="true" if is_bare else _meant(key, value.value)
        )
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
    if key in SWITCHES:
        return "false" if boolean(text) == "false" else "true"
    if key == "management.endpoints.web.exposure.include":
        return text.replace("-", "")  # heap-dump and heapdump are one, EndpointId
    return boolean(text) if key in BOOLEANS else text


def _duration(text: str) -> str:
    """Simple (``15m``) or ISO 8601 (``PT15M``) in seconds; else as written."""
    match = re.fullmatch(r"pt(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", text.strip().lower())
    if match and any(match.groups()):
        hours, minutes, rest = (int(one or 0) for one in match.groups())
        return str(hours * 3600 + minutes * 60 + rest)
    return seconds(text) or text
