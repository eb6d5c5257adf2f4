"""The templates of this package, with escaping on and what they may say things with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from hiscomply.model import AuditResult, ClauseStatus, Finding, FindingGroup, PolicyInfo, State, Text
from hiscomply.report import words
from hiscomply.report.html import samples, summary, text
from hiscomply.report.html.charts import count_subjects
from hiscomply.report.messages import reason_text, render_message, show_time, show_value


def make_environment(result: AuditResult) -> Environment:
    """Templates that show times in the project's zone, and fail on a name that does not exist."""
    zone = result.run.tz
    environment = Environment(
        loader=PackageLoader("hiscomply.report.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(_filters(zone))
    environment.globals.update(
        words=words,
        statuses=ClauseStatus,
        reason=_reason,
        value=lambda item, limit=400: _value(item, limit, zone),
        judged_share=summary.judged_share,
        count_subjects=count_subjects,
    )
    return environment


def sample_renderer(environment: Environment, result: AuditResult) -> Callable[[Finding], Markup]:
    """Turns a finding of ``result`` into its list item."""
    infos = {policy.info.id: policy.info for policy in result.policies}
    item = environment.get_template("sample.html.j2").module.sample  # type: ignore[attr-defined]  # a macro
    as_of, zone = result.run.as_of, result.run.tz

    def render(finding: Finding) -> Markup:
        message = _message(infos[finding.policy_id], finding, zone)
        is_late = finding.due is not None and finding.due < as_of and finding.state is not State.ABSENT
        rendered: Markup = item(finding, message, is_late)
        return rendered

    return render


def asset(name: str) -> str:
    """A style sheet or script of this package."""
    return files("hiscomply.report.html").joinpath(name).read_text(encoding="utf-8").replace("\r\n", "\n")


def _filters(zone: tzinfo) -> dict[str, Callable[..., Any]]:
    def show_moment(moment: datetime | None) -> Markup:
        return Markup("<time>{}</time>").format(show_time(moment, zone)) if moment else Markup("—")

    return {
        "u": text.stranger,
        "b": text.both,
        "code": text.code_lines,
        "slug": text.slug,
        "n": "{:,}".format,
        "t": show_moment,
        "offset": lambda moment: _offset(moment.astimezone(zone).utcoffset() or timedelta()),
        "age": _age,
    }


def _reason(item: Finding | FindingGroup) -> Markup:
    return text.both(Text(reason_text(item, "zh"), reason_text(item, "en")), 600)


def _value(item: Any, limit: int, zone: tzinfo) -> Markup:
    return text.both(Text(show_value(item, "zh", zone), show_value(item, "en", zone)), limit)


def _message(info: PolicyInfo, finding: Finding, zone: tzinfo) -> Text:
    return Text(
        render_message(info, samples.short_values(finding, "zh"), "zh", zone),
        render_message(info, samples.short_values(finding, "en"), "en", zone),
    )


def _offset(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def _age(span: timedelta) -> Markup:
    hours = span.total_seconds() / 3600
    if abs(hours) < 48:
        return text.both(Text(f"{hours:.1f} 小时", f"{hours:.1f} hours"))
    return text.both(Text(f"{hours / 24:.1f} 天", f"{hours / 24:.1f} days"))
