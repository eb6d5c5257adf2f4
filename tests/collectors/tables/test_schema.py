from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
import yaml

import hiscomply_tables
from hiscomply import paths
from hiscomply.hookspecs import CollectContext, CollectFailed
from hiscomply.model import Record, Target
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


def test_the_example_of_the_readme_runs(tmp_path: Path) -> None:
    from openpyxl import Workbook

    readme = Path(hiscomply_tables.__file__).with_name("README.md").read_text(encoding="utf-8")
    [example] = yaml.safe_load(re.findall(r"```yaml\n(collect:.*?)```", readme, re.DOTALL)[0])["collect"]
    options = {key: value for key, value in example.items() if key not in {"collector", "name"}}
    [collector] = hiscomply_tables.hiscomply_collectors()
    jsonschema.validate(options, collector.options_schema)
    book = Workbook()
    book.active.title = "在职人员"
    for row in (
        ["工号", "状态", "入职日期", "离职日期", "部门"],
        ["001", "返聘", "2020年1月2日", None, "内科"],
        ["合计", 1],
    ):
        book.active.append(row)
    (tmp_path / "exports").mkdir()
    book.save(tmp_path / "exports" / "hr_20260630.xlsx")
    context = CollectContext(
        tmp_path, "Asia/Shanghai", datetime(2026, 7, 1, tzinfo=UTC), {}, lambda text: f"d:{text}"
    )
    target = Target("tables", "hr", options, collector.kinds(options))
    fields = {"id": "d:001", "dept": "内科", "kind": "staff", "status": "active", "left_at": None}
    fields["hired_at"] = datetime(2020, 1, 1, 16, tzinfo=UTC)
    observed = datetime(2026, 6, 29, 16, tzinfo=UTC)
    expected = Record("person", fields, "exports/hr_20260630.xlsx", observed, line=2, pointer="在职人员")
    assert list(collector.collect(target, context)) == [expected]
