from __future__ import annotations

from pathlib import Path

import pytest

from hiscomply import paths
from hiscomply.hookspecs import CollectFailed
from hiscomply_tables.schema import schema_of

FOLDER = paths.schemas_dir() / "evidence"
KINDS = sorted(path.name.removesuffix(".schema.json") for path in FOLDER.glob("*.schema.json"))


@pytest.mark.parametrize("kind", KINDS)
def test_every_shipped_kind_is_understood_with_its_key(kind: str) -> None:
    spec = schema_of(kind)
    assert spec.key
    assert all(spec.fields[name].is_key and not spec.fields[name].has_none for name in spec.key)


def test_types_units_and_words_come_from_the_schema() -> None:
    account, system = schema_of("account"), schema_of("system")
    assert account.fields["last_login"].type == "timestamp"
    assert account.fields["expires_at"].type == "date"
    assert account.fields["expires_at"].has_none
    assert "service" in account.fields["kind"].words
    assert (system.fields["rto_min"].type, system.fields["rto_min"].unit) == ("integer", "minute")


def test_an_unknown_kind_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(CollectFailed, match="'account'"):
        schema_of("acount")
    with pytest.raises(CollectFailed, match="no evidence kind"):
        schema_of("account", tmp_path)
