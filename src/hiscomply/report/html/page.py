"""The page put together: templates, style and script of this package, all inline, under a strict policy."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

from hiscomply.controls import ALIASES
from hiscomply.model import AuditResult
from hiscomply.report.exits import exit_meaning
from hiscomply.report.html import drilldown, samples, summary
from hiscomply.report.html.appendix import appendix
from hiscomply.report.html.environment import asset, make_environment, sample_renderer
from hiscomply.report.html.unseen import unseen

STYLES = ("report.css", "tables.css", "findings.css", "print.css")


def render_page(result: AuditResult, language: str) -> str:
    """The whole document, opening in ``language`` (``zh`` or ``en``)."""
    environment = make_environment(result)
    groups = drilldown.shown_groups(result)
    shown = samples.show_samples(groups, sample_renderer(environment, result))
    views = drilldown.policy_views(result, shown)
    clauses, others = drilldown.clause_views(result, views)
    style = "\n".join(asset(name) for name in STYLES)
    script = asset("page.js") + asset("report.js")
    return environment.get_template("page.html.j2").render(
        language=language,
        result=result,
        run=result.run,
        style=style,
        script=script,
        security=security_policy(style, script),
        exit_meaning=exit_meaning(result),
        conclusion=summary.conclude(result),
        counts=summary.count_statuses(result),
        chapters=summary.chapters(result),
        unseen=unseen(result),
        clauses=clauses,
        others=others,
        views=views,
        appendix=appendix(result),
        most_samples=samples.MOST_PER_GROUP,
        most_groups=drilldown.MOST_GROUPS,
        controls=drilldown.all_controls(result),
        aliases=dict(ALIASES),
        shown=sum(len(group.samples) for group in shown),
    )


def security_policy(style: str, script: str) -> str:
    """The policy under which nothing runs and nothing is drawn but this style and this script."""
    return (
        f"default-src 'none'; style-src 'sha256-{_hash(style)}'; script-src 'sha256-{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _hash(content: str) -> str:
    return b64encode(sha256(content.encode("utf-8")).digest()).decode("ascii")
