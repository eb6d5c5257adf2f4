"""What an exit code says, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hiscomply.model import AuditResult, Text

EXIT_MEANINGS: Final[Mapping[int, Text]] = {
    0: Text("所要求的检查全部符合", "all that was asked for is compliant"),
    1: Text("存在不符合项", "something is not compliant"),
    2: Text("用法、配置或策略有误，未作判定", "usage, configuration or policy error, nothing was judged"),
    3: Text("证据不足，未能判定", "undecided, evidence is missing"),
}
_ALLOWED: Final = Text(
    "未发现不符合；证据不足之处按要求未计入",
    "nothing is known to be wrong; what is not known was allowed to be so",
)
_HELD: Final = Text(
    "没有新的不符合项；基线中已有的未计入",
    "nothing is newly wrong; what the baseline knows is not counted",
)
_OTHER: Final = Text("见退出码说明", "see the list of exit codes")


def exit_meaning(result: AuditResult) -> Text:
    """What the run's exit code means; a zero that leans on --allow-unknown says so."""
    has_unknown = any(policy.unknown for policy in result.policies)
    if result.exit_code == 0 and result.allow_unknown and has_unknown:
        return _ALLOWED
    held = result.held_back
    if result.exit_code == 0 and held and (held.failures or held.unknown or held.refused):
        return _HELD
    return EXIT_MEANINGS.get(result.exit_code, _OTHER)
