"""Published passwords: whether a variable has one, and that none of them leaves the collector."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hiscomply.configurations import ReadFile
from hiscomply_files.effective_evidence import configuration_records
from hiscomply_files.formats.yaml import DockerCompose
from hiscomply_files.secrets import guard
from hiscomply_files.software.compose import Compose
from hiscomply_files.software.published import PUBLISHED, published

PAIRS = [(name, password) for name, passwords in sorted(PUBLISHED.items()) for password in sorted(passwords)]
ORTHANC = [
    ("ORTHANC__REGISTERED_USERS", '{"orthanc": "orthanc"}'),
    ("ORTHANC_JSON", '{"Name": "PACS", "RegisteredUsers": {"demo": "orthanc"}}'),
]


def digest(_: str) -> str:
    return "digest"


@pytest.mark.parametrize(("variable", "password"), PAIRS)
def test_each_published_password_is_known_under_its_variable_only(variable: str, password: str) -> None:
    assert published(variable, password, {}) == "true"
    assert published(variable, f'"{password}"', {}) == "true"
    assert published(variable, f"{password}!", {}) == "false"
    assert published(variable, f"${{OTHER:-{password}}}", {}) == "true"
    assert published(variable, "${OTHER}", {"OTHER": password}) == "true"
    assert published(variable, "${OTHER}", {}) == "false"
    assert published(variable, None, {variable: password}) == "true"
    assert published(variable, None, {}) == "false"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"orthanc": "orthanc"}', "true"),
        ('{"doctor": "${PW:-orthanc}"}', "true"),
        ('{"orthanc": "Xv9-example"}', "false"),
        ('{"orthanc": "${PW}"}', "false"),
        ("${USERS}", "false"),
        ('${USERS:-{"orthanc":"orthanc"}}', None),
        ('{"orthanc": "orthanc"', None),
        ('["orthanc"]', "false"),
        ("[" * 100_000, None),
    ],
)
def test_users_of_orthanc(text: str, shown: str | None) -> None:
    assert published("ORTHANC__REGISTERED_USERS", text, {}) == shown


@pytest.mark.parametrize(("variable", "password"), [*PAIRS, *ORTHANC])
@pytest.mark.parametrize("form", ["{}: '{}'", "- '{}={}'"])
def test_no_published_password_leaves_the_collector(variable: str, password: str, form: str) -> None:
    line = form.format(variable, password)
    text = f"services:\n  app:\n    environment:\n      {line}\n"
    settings = list(DockerCompose().parse(text))
    file = ReadFile("compose.yaml", "docker-compose", settings)
    (configuration,) = Compose().configurations({"compose.yaml": file}, {})
    records = [
        *configuration_records(configuration, observed_at=datetime(2026, 6, 30, tzinfo=UTC), digest=digest)
    ]
    shown = {one.fields["key"]: one.fields["value"] for one in records if one.kind == "effective_setting"}
    assert shown["published_password"] == "true"
    secret = password if password[0] != "{" else "orthanc"
    assert shown[f"environment.{variable}"].endswith(("digest", "digest}"))
    assert secret not in shown[f"environment.{variable}"]
    for one in settings:
        parent, _, last = one.key.rpartition(".")
        guarded = guard(last, parent, one.value, digest)
        assert guarded.is_secret
        assert secret not in (guarded.value or "").removeprefix(f"{variable}=")
