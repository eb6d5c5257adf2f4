"""The matrix as one page in the style of the report: both languages, light and dark, no network."""

from __future__ import annotations

from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

from hiscomply import __version__
from hiscomply.controls import at_level_2
from hiscomply.coverage.matrix import CLASSES, Coverage
from hiscomply.coverage.spans import span
from hiscomply.coverage.table import counts, reason_of
from hiscomply.model import Text
from hiscomply.report import words
from hiscomply.report.html.environment import asset
from hiscomply.report.html.page import STYLES, security_policy
from hiscomply.report.html.text import both, slug, stranger


def render_coverage(coverage: Coverage, language: str) -> str:
    """The whole document, opening in ``language``; the same matrix gives the same bytes."""
    style = "\n".join([*(asset(name) for name in STYLES), _asset("coverage.css")])
    script = asset("page.js") + _asset("coverage.js")
    environment = Environment(
        loader=PackageLoader("hiscomply.coverage"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(b=both, u=stranger, slug=slug, n="{:,}".format)
    environment.globals.update(words=words, classes=CLASSES, at_level_2=at_level_2, span=span)
    return environment.get_template("page.html.j2").render(
        language=language,
        coverage=coverage,
        counts=counts(coverage),
        missing=[
            (clause.clause, check, Text(reason_of(check, "zh"), reason_of(check, "en")))
            for clause in coverage.clauses
            for check in clause.checks
            if not check.policies
        ],
        version=__version__,
        style=style,
        script=script,
        security=security_policy(style, script),
    )


def _asset(name: str) -> str:
    return files("hiscomply.coverage").joinpath(name).read_text(encoding="utf-8").replace("\r\n", "\n")
