"""What an exit code says, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hiscomply.model import AuditResult, CollectionStatus, Text, Verdict

EXIT_MEANINGS: Final[Mapping[int, Text]] = {
    0: Text("所要求的检查全部符合", "all that was asked for is compliant"),
    1: Text("存在不符合项", "something is not compliant"),
    2: Text("用法、配置或策略有误，未作判定", "usage, configuration or policy error, nothing was judged"),
    3: Text("证据不足，未能判定", "undecided, evidence is missing"),
}
_LESSER: Final = Text(
    "不符合项均低于 --fail-on 指定的等级", "what is not compliant is less severe than --fail-on asks"
)
_WAIVED: Final = Text("不符合项均有例外", "what is not compliant is waived")
_NOTHING_KNOWN: Final = Text("未发现不符合", "nothing is known to be wrong")
_NOTHING_NEW: Final = Text("没有新的不符合项", "nothing is newly wrong")
_ALLOWED: Final = Text("证据不足之处按要求未计入", "what is not known was allowed to be so")
_HELD: Final = Text("基线中已有的未计入", "what the baseline knows is not counted")
_OTHER: Final = Text("见退出码说明", "see the list of exit codes")


def exit_meaning(result: AuditResult) -> Text:
    """What the run's exit code means; a zero that leans on a flag, a waiver or a baseline says so."""
    if result.exit_code != 0:
        return EXIT_MEANINGS.get(result.exit_code, _OTHER)
    held = result.held_back
    is_held = held is not None and bool(held.failures or held.unknown or held.refused)
    is_allowed = result.allow_unknown and _is_undecided(result)
    leaning = [text for text, is_true in ((_ALLOWED, is_allowed), (_HELD, is_held)) if is_true]
    if any(policy.open_verdict is Verdict.FAIL for policy in result.policies):
        told = [_LESSER, *leaning]
    elif any(policy.waived for policy in result.policies):
        told = [_WAIVED, *leaning]
    elif leaning:
        told = [_NOTHING_NEW if is_held else _NOTHING_KNOWN, *leaning]
    else:
        told = [EXIT_MEANINGS[0]]
    return Text("；".join(text.zh for text in told), "; ".join(text.en for text in told))


def _is_undecided(result: AuditResult) -> bool:
    return any(policy.unknown or policy.verdict is Verdict.UNKNOWN for policy in result.policies) or any(
        one.status is not CollectionStatus.OK for one in result.evidence.collections
    )
