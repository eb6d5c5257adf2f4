"""Messages of findings, with each policy's template taken apart once rather than per finding."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import tzinfo
from functools import lru_cache, partial
from typing import Any, Final

from hiscomply.model import Finding, FindingGroup, PolicyInfo, Text, Verdict
from hiscomply.report.messages import name_of, reason_text, render_message, show_named, show_value
from hiscomply.report.value_words import has_words

MAX_LENGTH: Final = 2_000
_PLACEHOLDER: Final = re.compile(r"\{([A-Za-z_]\w*)\}")
_ENDS: Final = ("。", ".", "!", "?", "\uff01", "\uff1f", "…")
_GONE: Final = Text("策略 {} 已不在本次检查之列。", "Policy {} is no longer asked for.")


class Sentences:
    """The messages of one run in one language; the same words as ``render_message`` and ``reason_text``."""

    def __init__(self, policies: tuple[PolicyInfo, ...], language: str, zone: tzinfo) -> None:
        self._infos = {info.id: info for info in policies}
        self._language = language
        self._zone = zone
        self._show = lru_cache(maxsize=65_536)(self._show_text)
        self._templates = {info.id: self._take_apart(info) for info in policies}
        self._reasons: dict[tuple[str, str | None, tuple[str, ...], Any], str] = {}

    def of(self, finding: Finding) -> str:
        """What is wrong with this subject, or why that is not known, as a sentence that ends."""
        if finding.policy_id not in self._templates:  # gone together with its policy
            return _GONE.to(self._language).format(finding.policy_id)
        if finding.verdict is Verdict.UNKNOWN:
            return self._of_unknown(finding)
        pieces, blanks = self._templates[finding.policy_id]
        values = finding.values
        parts = pieces.copy()
        parts[1::2] = [shown(values[name]) if name in values else default for name, shown, default in blanks]
        return self.end("".join(parts))

    def of_reason(self, group: FindingGroup) -> str:
        """Why the findings of a group are not known; empty for what is decided."""
        return reason_text(group, self._language)

    def end(self, text: str) -> str:
        """The text as one bounded sentence that no viewer takes for a link."""
        if len(text) > MAX_LENGTH:
            text = text[:MAX_LENGTH] + "…"
        if "](" in text:  # SARIF viewers make links of [text](target), and evidence may hold one
            text = text.replace("](", "] (")
        if text.endswith(_ENDS):
            return text
        return text + ("。" if self._language == "zh" else ".")

    def _of_unknown(self, finding: Finding) -> str:
        not_read = finding.values.get(f"not_read_{self._language}")
        key = (finding.policy_id, finding.reason, finding.missing, not_read)
        if key not in self._reasons:
            info = self._infos[finding.policy_id]
            told = render_message(info, finding, self._language, self._zone)
            gap = "" if self._language == "zh" else " "
            self._reasons[key] = self.end(self.end(told) + gap + reason_text(finding, self._language))
        return self._reasons[key]

    def _take_apart(self, info: PolicyInfo) -> tuple[list[str], list[tuple[str, Callable[[Any], str], str]]]:
        pieces = _PLACEHOLDER.split(info.message.to(self._language))
        parameters = {parameter.name: parameter.value for parameter in info.parameters}
        blanks: list[tuple[str, Callable[[Any], str], str]] = []
        for part in pieces[1::2]:
            name = name_of(part, info)
            is_plain = not (name.startswith("share") or has_words(name))
            shown = self._shown if is_plain else partial(self._named, name)
            blanks.append((part, shown, shown(parameters.get(part))))
        return pieces, blanks

    def _named(self, name: str, value: Any) -> str:
        return show_named(name, value, self._language, self._zone)

    def _shown(self, value: Any) -> str:
        if type(value) is not str or len(value) > 200:
            return show_value(value, self._language, self._zone)
        if not value or not (value[0].isdecimal() or value[0] == "-"):
            return value  # neither a time nor a duration: nothing to show otherwise
        return self._show(value)

    def _show_text(self, value: str) -> str:
        return show_value(value, self._language, self._zone)
