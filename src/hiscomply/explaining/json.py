"""An explanation as JSON: both languages, whatever the terminal's is."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from hiscomply.explaining.key_place import key_of
from hiscomply.explaining.model import Explanation
from hiscomply.model import Text
from hiscomply.report.lines import message_of

FORMAT_VERSION = 1
"""Goes up when a name goes away or changes its meaning."""


def document(one: Explanation) -> str:
    """The explanation as a JSON object with a line end."""
    finding, info, key = one.finding, one.info, key_of(one)
    data = {
        "format": "hiscomply-explanation",
        "format_version": FORMAT_VERSION,
        "finding": {
            "policy": info.id,
            "subject": finding.subject,
            "verdict": finding.verdict.value,
            "severity": info.severity.value,
            "fingerprint": finding.fingerprint,
            "file": finding.source,
            "line": finding.line,
            "column": finding.column,
            "key": finding.pointer,
            "key_line": None if key is None else key.line,
            "key_column": None if key is None else key.column,
            "message": {
                language: message_of(info, finding, language, one.run.tz) for language in ("zh", "en")
            },
        },
        "lines": [asdict(line) for line in one.lines],
        "hidden": _both(one.hidden),
        "in_effect": [asdict(value) for value in one.values],
        "values_come_from": list(one.read),
        "missing": one.missing,
        "rule": {"title": _both(info.title), "condition": info.condition},
        "parameters": [
            {
                "name": parameter.name,
                "value": parameter.value,
                "default": parameter.default,
                "origin": parameter.origin,
                "is_overridden": parameter.is_overridden,
                "source": asdict(parameter.source),
            }
            for parameter in info.parameters
        ],
        "clauses": [
            {
                "id": clause.id,
                "title": _both(clause.title),
                "crosswalk": {name: list(ids) for name, ids in clause.crosswalk.items()},
            }
            for clause in one.clauses
        ],
        "change": None if one.change is None else {**asdict(one.change), "verified": True},
        "no_change_because": _both(one.unchanged),
        "remediation": _both(info.remediation),
    }
    return json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n"


def _both(text: Text | None) -> dict[str, Any] | None:
    return None if text is None else {"zh": text.zh, "en": text.en}
