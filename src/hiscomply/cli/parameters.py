"""``hiscomply policy parameters``: the whole table of thresholds, and what a project changed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from hiscomply.errors import ConfigError, Place, nearest
from hiscomply.model import Severity, Text
from hiscomply.parameter_table import ParameterRow, parameter_rows
from hiscomply.parameters import PROFILES, UNITS

STRENGTHS = ("law", "rule", "cn-std", "intl", "proposed", "default", "unverified")
COLUMNS = {
    "policy": Text("策略", "policy"),
    "clauses": Text("条款", "clauses"),
    "title": Text("策略名称", "title"),
    "parameter": Text("参数", "parameter"),
    "keys": Text("适用于", "keys"),
    "unit": Text("单位", "unit"),
    "value": Text("采用值", "value"),
    "origin": Text("设定于", "set in"),
    "direction": Text("调整方向", "direction"),
    "waiver": Text("例外", "waiver"),
    "baseline": Text("默认值(baseline)", "default (baseline)"),
    "tertiary": Text("默认值(tertiary)", "default (tertiary)"),
    "strict": Text("默认值(strict)", "default (strict)"),
    "min": Text("下限", "min"),
    "max": Text("上限", "max"),
    "tighter": Text("更严的方向", "what asks more"),
    "source": Text("依据", "source"),
    "source_title": Text("依据名称", "source title"),
    "ref": Text("条号", "reference"),
    "strength": Text("效力", "strength"),
    "conflicts": Text("依据之间的矛盾", "conflicts"),
}
_DIRECTIONS = {
    True: Text("更宽松", "looser"),
    False: Text("更严格", "stricter"),
    None: Text("无法比较", "cannot be compared"),
}
_TIGHTER = {"lower": Text("越小越严", "lower asks more"), "higher": Text("越大越严", "higher asks more")}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@click.command()
@click.argument("project", type=click.Path(path_type=Path), required=False)
@click.option("--policy", "policies", multiple=True, metavar="ID", help="only these policies / 只看这些策略")
@click.option("--clause", "clauses", multiple=True, metavar="ID", help="only these clauses / 只看这些条款")
@click.option(
    "--strength", "strengths", multiple=True, type=click.Choice(STRENGTHS), help="only these / 只看该效力"
)
@click.option("--changed", is_flag=True, help="only what the project changed / 只看项目调整过的")
@click.option("--profile", type=click.Choice(PROFILES), default=None)
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path), metavar="FILE", help="write JSON / 写出 JSON"
)
@click.option("-o", "--output", metavar="csv[=FILE]", default=None, help="CSV to FILE or stdout / 写出 CSV")
@click.pass_obj
def parameters(
    obj: dict[str, Any],
    /,
    project: Path | None,
    policies: tuple[str, ...],
    clauses: tuple[str, ...],
    strengths: tuple[str, ...],
    changed: bool,
    profile: str | None,
    json_file: Path | None,
    output: str | None,
) -> int:
    """列出全部阈值及其依据 · Every threshold with default, bounds, source and strength, and what PROJECT changed.

    Without PROJECT the project file of this folder is taken, if there is one, else the defaults.

    不写 PROJECT 时取当前文件夹的项目文件,没有则取默认值。
    """
    rows, heading = _rows(project, profile, obj["language"])
    rows = [
        row
        for row in rows
        if _is_asked(policies, [row.policy], [one.policy for one in rows], "--policy")
        and _is_asked(clauses, row.clauses, [one for other in rows for one in other.clauses], "--clause")
        and (not strengths or row.source.strength in strengths)
        and (row.is_overridden or not changed)
    ]
    if json_file is not None:
        _write(json_file, json.dumps([_plain(row) for row in rows], ensure_ascii=False, indent=1) + "\n")
    if output is not None:
        name, _, file = output.partition("=")
        if name != "csv":
            raise ConfigError(f"there is no format {name!r} / 没有该格式", hint="csv, csv=FILE, --json FILE")
        text = _csv(rows, obj["language"])
        if file:
            _write(Path(file), "\ufeff" + text)
        else:
            click.echo(text, nl=False)
    if json_file is None and output is None:
        _print(rows, heading, obj["language"], click.echo)
    return 0


def _rows(project: Path | None, profile: str | None, language: str) -> tuple[list[ParameterRow], str]:
    """All rows, and a line on which profile they are for."""
    from hiscomply.config.project import load_project
    from hiscomply.config.waivers import load_waivers
    from hiscomply.findings.waivers import check_waivers
    from hiscomply.paths import policies_dir
    from hiscomply.plan import make_plan
    from hiscomply.plugins import collectors, evidence_kinds, pack_folders
    from hiscomply.policy.pack import load_pack
    from hiscomply.policy.register import load_register
    from hiscomply.policy.tuning import tune

    register, kinds = load_register(policies_dir()), evidence_kinds()
    here = project or (Path() if Path("hiscomply.yaml").is_file() else None)
    if here is None:
        chosen = profile or "tertiary"
        pack = load_pack(pack_folders(), kinds)
        _, shown = tune(pack.policies, {}, chosen)
        return list(parameter_rows(pack.policies, shown, register)), f"profile / 档次: {chosen}"
    settings = load_project(here, collectors(), language=language, flags={"profile": profile})
    waivers = load_waivers(settings.waivers)
    plan = make_plan(settings, kinds, pack_folders(), waivers)
    severities = {policy.id: Severity(policy.severity) for policy in plan.pack.policies}
    in_force, _ = check_waivers(
        waivers, severities, datetime.now(UTC).astimezone(ZoneInfo(settings.zone)).date()
    )
    rows = list(parameter_rows(plan.policies, plan.parameters, register, in_force))
    return rows, f"profile / 档次: {settings.profile} ({settings.profile_origin})"


def _is_asked(asked: Sequence[str], of_row: Sequence[str], known: Iterable[str], flag: str) -> bool:
    """Whether a row is asked for; a name that no row has is an error, since an empty table would look like none."""
    if not asked:
        return True
    if any(name in of_row for name in asked):
        return True
    for name in asked:
        if name not in (names := set(known)):
            raise ConfigError(f"{flag} {name!r}: there is none / 没有该项", hint=nearest(name, names))
    return False


def _cells(row: ParameterRow, language: str) -> dict[str, str]:
    """A row as texts, by column."""
    from hiscomply.report.words import STRENGTHS as WORDS
    from hiscomply.report.words import word

    return {
        "policy": row.policy,
        "clauses": ", ".join(row.clauses),
        "title": row.title.to(language),
        "parameter": row.name,
        "keys": ", ".join(row.keys),
        "unit": word(UNITS, row.unit).to(language) if row.unit else "",
        "value": _shown(row.value, language),
        "origin": row.origin,
        "direction": _DIRECTIONS[row.is_looser].to(language) if row.is_overridden else "",
        "waiver": row.waiver,
        **{profile: _shown(row.defaults[profile], language) for profile in PROFILES},
        "min": _shown(row.minimum, language),
        "max": _shown(row.maximum, language),
        "tighter": _TIGHTER[row.tighter].to(language) if row.tighter else "",
        "source": row.source.id,
        "source_title": row.source_title.to(language),
        "ref": row.source.ref.to(language),
        "strength": word(WORDS, row.source.strength).to(language),
        "conflicts": " ".join(text.to(language) for text in row.conflicts),
    }


def _shown(value: Any, language: str) -> str:
    from hiscomply.report.messages import show_value

    return "" if value is None else show_value(value, language, UTC)


def _csv(rows: Sequence[ParameterRow], language: str) -> str:
    """The table for a spreadsheet; no cell can be taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([text.to(language) for text in COLUMNS.values()])
    for row in rows:
        cells = _cells(row, language)
        writer.writerow(
            ["'" + cells[name] if cells[name].startswith(_FORMULA) else cells[name] for name in COLUMNS]
        )
    return out.getvalue()


def _plain(row: ParameterRow) -> dict[str, Any]:
    """A row as JSON-able data, texts in both languages."""
    both = {"title": row.title, "source_title": row.source_title, "ref": row.source.ref}
    return {
        "policy": row.policy,
        "clauses": list(row.clauses),
        "parameter": row.name,
        "type": row.type,
        "unit": row.unit,
        "keys": list(row.keys),
        "value": row.value,
        "origin": row.origin,
        "overridden": row.is_overridden,
        "looser": row.is_looser,
        "waiver": row.waiver or None,
        "defaults": dict(row.defaults),
        "min": row.minimum,
        "max": row.maximum,
        "tighter": row.tighter,
        "source": row.source.id,
        "strength": row.source.strength,
        **{name: {"zh": text.zh, "en": text.en} for name, text in both.items()},
        "conflicts": [{"zh": text.zh, "en": text.en} for text in row.conflicts],
    }


def _print(rows: Sequence[ParameterRow], heading: str, language: str, write: Callable[[str], object]) -> None:
    """A paragraph per policy; what is disputed about it last."""
    write(heading)
    names = {name: text.to(language) for name, text in COLUMNS.items()}
    for number, row in enumerate(rows):
        cells = _cells(row, language)
        is_last = number + 1 == len(rows) or rows[number + 1].policy != row.policy
        if number == 0 or rows[number - 1].policy != row.policy:
            write(f"\n{row.policy}  [{cells['clauses']}]  {cells['title']}")
        unit = f" {cells['unit']}" if cells["unit"] else ""
        keys = f" [{cells['keys']}]" if row.keys else ""
        write(f"  {row.name}{keys} = {cells['value']}{unit}  ({row.origin})")
        if row.is_overridden:
            waiver = f", {names['waiver']} {row.waiver}" if row.waiver else ""
            write(f"    ! {cells['direction']}{waiver}")
        write(f"    {_defaults(cells, row)}")
        write(f"    {row.source.to(language)} ({cells['strength']}): {cells['source_title']}")
        if is_last:
            for text in row.conflicts:
                write(f"  ~ {text.to(language)}")
    write(f"\n{len(rows)} rows / {len(rows)} 行")


def _defaults(cells: dict[str, str], row: ParameterRow) -> str:
    """The profiles' defaults, said once where they are all the value used, and the bounds."""
    is_one = {cells[profile] for profile in PROFILES} == {cells["value"]}
    told = (
        " = ".join(PROFILES) if is_one else " | ".join(f"{profile} {cells[profile]}" for profile in PROFILES)
    )
    return f"{told}; {cells['min']} … {cells['max']}, {cells['tighter']}" if row.tighter else told


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise ConfigError(
            f"cannot be written: {error.strerror} / 无法写入", place=Place(str(file))
        ) from error
