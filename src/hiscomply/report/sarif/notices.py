"""The kinds of notifications that a log may hold."""

from __future__ import annotations

from typing import Final

from sarif_om import MultiformatMessageString, ReportingDescriptor

from hiscomply.model import Text

COLLECTION: Final = "collection_not_ok"
REJECTED: Final = "evidence_refused"
QUALITY: Final = "evidence_quality"
OVERRIDE: Final = "parameter_overridden"
FOLDED: Final = "results_folded"

_ABOUT: Final = {
    COLLECTION: Text("采集未能完整进行。", "A collection did not end well."),
    REJECTED: Text("某条证据未能采用。", "An item of evidence could not be used."),
    QUALITY: Text("证据质量提示。", "Something about the evidence should be known."),
    OVERRIDE: Text("项目改动了参数默认值。", "The project changed a parameter's default."),
    FOLDED: Text("发现过多，已合并。", "There were more findings than results may be."),
}
_HELP: Final = Text("详见运行报告的证据部分。", "The evidence part of the run's report says more.")


def build_notices(language: str) -> list[ReportingDescriptor]:
    """The descriptors that notifications refer to."""
    return [
        ReportingDescriptor(
            id=name,
            name="".join(part.title() for part in name.split("_")),
            short_description=MultiformatMessageString(text=about.to(language)),
            full_description=MultiformatMessageString(text=about.to(language)),
            help=MultiformatMessageString(text=_HELP.to(language)),
        )
        for name, about in _ABOUT.items()
    ]
