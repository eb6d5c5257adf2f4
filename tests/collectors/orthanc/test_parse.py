"""The parsers of the ``orthanc`` collector on recorded answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hiscomply_orthanc
from hiscomply.model import Record, Rejected
from hiscomply_orthanc import parse

RECORDED = Path(hiscomply_orthanc.__file__).parent / "recorded" / "orthanc-1.10.1"
ABOUT = parse.About("PACS-01", "http://pacs:8042", datetime(2026, 6, 30, tzinfo=UTC))


def recorded(name: str) -> Any:
    return json.loads((RECORDED / f"{name}.json").read_text())


def values(items: Any) -> dict[str, str]:
    return {one.fields["key"]: one.fields["value"] for one in items if one.kind == "setting"}


def test_the_listed_keys_of_system_are_settings() -> None:
    items = list(parse.system(ABOUT, recorded("system")))
    assert values(items) == {
        "Version": "1.10.1", "ApiVersion": "16", "DatabaseVersion": "6", "DicomAet": "LABPACS", "DicomPort": "4242",
        "HttpPort": "8042", "PluginsEnabled": "true", "CheckRevisions": "false",
    }  # fmt: skip
    assert items[-1].kind == "package"


def test_the_secure_flag_of_system_is_not_taken_for_tls() -> None:
    assert recorded("system")["IsHttpServerSecure"] is True
    assert "IsHttpServerSecure" not in values(parse.system(ABOUT, recorded("system")))


def test_partners_are_named_by_ae_title_with_host_and_tls() -> None:
    assert values(parse.modalities(ABOUT, recorded("modalities"))) == {
        "modality.CT1.Host": "127.0.0.1", "modality.CT1.UseDicomTls": "false",
        "modality.US7.Host": "127.0.0.2", "modality.US7.UseDicomTls": "false",
    }  # fmt: skip


def test_two_partners_of_one_title_are_two() -> None:
    answer = {"a": {"AET": "CT", "Host": "h1"}, "b": {"AET": "CT", "Host": "h2"}}
    assert values(parse.modalities(ABOUT, answer)) == {"modality.CT.Host": "h1", "modality.CT#2.Host": "h2"}


def test_plugins_are_named() -> None:
    assert values(parse.plugins(ABOUT, recorded("plugins"))) == {"plugin.explorer.js": "true"}


def test_what_no_orthanc_says_is_set_aside_without_its_text() -> None:
    odd = [
        *parse.system(ABOUT, {"Version": "1.0", "DicomAet": "欧阳测试"}),
        *parse.plugins(ABOUT, {"a": 1}),
        *parse.plugins(ABOUT, ["欧阳测试"]),
        *parse.modalities(ABOUT, ["x"]),
        *parse.modalities(ABOUT, {"a": {"AET": "欧阳测试", "Host": "h"}, "b": None}),
    ]
    assert sum(isinstance(one, Rejected) for one in odd) == 6
    assert "欧阳" not in repr(odd)


def test_a_version_that_is_no_plain_word_is_set_aside_as_a_package_too() -> None:
    items = list(parse.system(ABOUT, {"Version": "1.0 欧阳测试"}))
    assert [(type(one), one.kind) for one in items] == [(Rejected, "setting"), (Rejected, "package")]


def test_an_interface_without_tls_is_known_to_have_none() -> None:
    interface = next(one for one in parse.transport(ABOUT, 8042, None) if isinstance(one, Record))
    assert interface.fields == {"asset_id": "PACS-01", "protocol": "http", "port": 8042, "tls_min": None}
