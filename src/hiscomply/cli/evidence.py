"""``hiscomply evidence``: kinds of evidence, and what a run holds."""

from __future__ import annotations

from pathlib import Path

import click

from hiscomply.cli.columns import padded
from hiscomply.model import Text
from hiscomply.plugins import evidence_kinds, find

_KEY = Text("主键", "key")
_PAST = Text("不晚于现在", "past")
_NONE = Text("空 = {}", "none = {}")
_FRESH = Text("<= {} 天", "<= {} d")


@click.group()
def evidence() -> None:
    """查看证据类型与证据 · Kinds of evidence, and what a run holds."""


@evidence.command("list")
@click.pass_obj
def list_(obj: dict[str, str]) -> int:
    """列出证据类型 · Every kind of evidence with its key and freshness."""
    language = obj["language"]
    for name, kind in sorted(evidence_kinds().items()):
        title, fresh = padded(kind.title.to(language), 18), _FRESH.to(language).format(kind.fresh.days)
        click.echo(f"{name:<16} {title} {', '.join(kind.key)}  {fresh}")
    return 0


@evidence.command()
@click.argument("kind")
@click.option(
    "--run", type=click.Path(path_type=Path), default=None, help="rows of this run / 显示该运行的记录"
)
@click.option("--limit", default=20, show_default=True, help="how many rows / 行数")
@click.pass_obj
def show(obj: dict[str, str], kind: str, run: Path | None, limit: int) -> int:
    """显示一种证据 · The fields of a kind, or its rows in a run."""
    known = find(kind, evidence_kinds(), "evidence kind")
    if run is None:
        language = obj["language"]
        click.echo(f"{known.name}: {known.title.to(language)}\n{known.description.to(language)}\n")
        for field in known.fields.values():
            marks = [_KEY.to(language)] if field.name in known.key else []
            marks += [_PAST.to(language)] if field.is_past else []
            marks += [_NONE.to(language).format(field.none_means.to(language))] if field.none_means else []
            marks += [" | ".join(field.enum)] if field.enum else []
            click.echo(
                f"  {field.name:<24} {field.type.value:<10} {field.title.to(language)}  {'; '.join(marks)}"
            )
        return 0
    return _rows(run, kind, limit)


def _rows(run: Path, kind: str, limit: int) -> int:
    import json

    import duckdb

    from hiscomply.errors import Place, RunError

    path = run / "evidence" / f"{kind}.parquet"
    if not path.is_file():
        raise RunError("the run holds no evidence of this kind / 该运行没有此类证据", place=Place(str(path)))
    cursor = duckdb.connect().execute("SELECT * FROM read_parquet(?) LIMIT ?", [str(path), limit])
    names = [column[0] for column in cursor.description or ()]
    for row in cursor.fetchall():
        present = {name: value for name, value in zip(names, row, strict=True) if value is not None}
        click.echo(json.dumps(present, ensure_ascii=False, default=str))
    return 0
