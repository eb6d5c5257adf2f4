"""Outcomes as a table, as sentences about survivors, as JSON and as the page of the reference."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from hiscomply.model import Text
from hiscomply.policy_mutants.model import Fate, Outcome, PolicyOutcome
from hiscomply.reference_docs.tables import table
from hiscomply.reference_docs.text import Markup, code, escape_inside

_INTRO = """\
<!-- Made by `hiscomply policy mutate --markdown`; do not edit. -->

# 变异测试 · Mutation of policies

Made by `make mutate`. Each policy is changed in one small way at a time: a comparison, a bound, a conjunct, a field, a
value of a parameter, the records that belong. Its cases must tell every such mutant from the policy. `killed`: some case
does. `explained`: none can, for the reason given below. `survived`: none does yet. `invalid`: the mutant is no policy, so
it proves nothing and is not counted.
由 `make mutate` 生成。每个策略逐一作一处微小改动:比较、边界、合取项、字段、参数取值、关联记录。
其用例必须能将每个变异体与策略区分开。`killed` 已被用例识别 · `explained` 无从区分,理由见下 · `survived` 尚无用例识别 ·
`invalid` 变异体不成其为策略,不说明任何问题,也不计入。

Limits: parameter values are mutated for the profiles that some case of the policy uses, one unit each way (without a
`profile` a case uses `tertiary`). A field is replaced by at most three others of its type, a side of a match by at most two.
Patterns are not changed. Messages, `locate` and values that no condition names are left alone, since they change no
verdict. In `sql` checks
fields are not replaced.
局限:参数取值只对用例所用的档位上下各变一个单位(用例未写 `profile` 时为 `tertiary`);每个字段至多换成三个同类型字段,
匹配的每一侧至多两个;正则与通配模式不变;消息、`locate` 与条件未引用的取值不影响结论,不作变异;`sql` 形式不替换字段。"""
_HEADS = {
    "zh": ("策略", "变异体", "已识别", "已说明", "未识别", "无效"),
    "en": ("policy", "mutants", "killed", "explained", "survived", "invalid"),
}
_TOTAL = Text("合计", "total")


def figures(one: PolicyOutcome) -> tuple[int, ...]:
    """Mutants, killed, explained, survived, invalid."""
    return (one.mutants, *(one.count(fate) for fate in _SHOWN))


_SHOWN = (Fate.KILLED, Fate.EXPLAINED, Fate.SURVIVED, Fate.INVALID)


def totals(found: Sequence[PolicyOutcome]) -> tuple[int, ...]:
    """The figures of all policies together."""
    return tuple(sum(column) for column in zip(*(figures(one) for one in found), strict=True))


def terminal_table(found: Sequence[PolicyOutcome], language: str) -> Iterator[str]:
    """One line per policy, and the totals where there are several."""
    width = max(len(one.policy_id) for one in found)
    heads = _HEADS[language]
    yield f"{heads[0]:<{width}}  " + "  ".join(f"{head:>9}" for head in heads[1:])
    for one in found:
        yield f"{one.policy_id:<{width}}  " + "  ".join(f"{number:>9}" for number in figures(one))
    if len(found) > 1:
        yield f"{_TOTAL.to(language):<{width}}  " + "  ".join(f"{number:>9}" for number in totals(found))


def survivor_lines(one: Outcome, language: str) -> str:
    """Where a survivor is, its id, what was changed, and which case is missing."""
    return f"{one.place}: {one.id}\n  {one.change.to(language)}\n  -> {one.advice.to(language)}"


def as_json(found: Sequence[PolicyOutcome]) -> str:
    """Everything, for machines."""
    data = {
        "totals": dict(zip(_HEADS["en"][1:], totals(found), strict=True)) if found else {},
        "policies": [
            {
                "policy": one.policy_id,
                "file": one.file,
                **dict(zip(_HEADS["en"][1:], figures(one), strict=True)),
                "problems": list(one.problems),
                "outcomes": [_plain(outcome) for outcome in one.outcomes],
            }
            for one in found
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _plain(one: Outcome) -> dict[str, object]:
    plain: dict[str, object] = {
        "id": one.id,
        "place": one.place,
        "fate": one.fate.value,
        "change": {"zh": one.change.zh, "en": one.change.en},
        "advice": {"zh": one.advice.zh, "en": one.advice.en},
    }
    if one.by:
        plain["by"] = one.by
    if one.reason:
        plain["reason"] = {"zh": one.reason.zh, "en": one.reason.en}
    return plain


def reference_page(found: Sequence[PolicyOutcome]) -> str:
    """The page ``mutation.md``."""
    heads = ("section", *_HEADS["en"])
    ordered = sorted(found, key=lambda one: (one.section, one.policy_id))
    rows: list[Sequence[object]] = [
        (one.section, Markup(f"[`{one.policy_id}`](policies.md#{one.policy_id})"), *figures(one))
        for one in ordered
    ]
    rows.append(("", _TOTAL.zh + " · " + _TOTAL.en, *totals(found)))
    parts = [_INTRO, table(heads, rows)]
    for title, fate in (("已说明 · Explained", Fate.EXPLAINED), ("未识别 · Survived", Fate.SURVIVED)):
        listed = [(one, each) for one in ordered for each in one.outcomes if each.fate is fate]
        if listed:
            parts += [f"## {title}", table(("policy", "mutant", "", ""), (_told(*pair) for pair in listed))]
    return "\n\n".join(parts) + "\n"


def _told(policy: PolicyOutcome, one: Outcome) -> tuple[object, ...]:
    text = one.reason or one.advice
    return code(policy.policy_id), code(one.id), _with_code(text.zh), _with_code(text.en)


def _with_code(text: str) -> Markup:
    """What stands between backticks as code."""
    return Markup(
        "".join(code(part) if at % 2 else escape_inside(part) for at, part in enumerate(text.split("`")))
    )
