"""For each kind of mutant the case that would tell it from the policy."""

from __future__ import annotations

from hiscomply.model import Text


def boundary(left: str, right: str) -> Text:
    """A comparison that includes its bound or not."""
    return Text(
        zh=f"没有用例落在边界上:请补充 `{left}` 恰好等于 `{right}` 的用例",
        en=f"no case stands on the bound: add one where `{left}` is exactly `{right}`",
    )


def below(value: str, bound: str) -> Text:
    """A lower bound."""
    return Text(
        zh=f"没有用例低于下界:请补充 `{value}` 小于 `{bound}` 且其余条件均满足的用例",
        en=f"no case lies below: add one where `{value}` is less than `{bound}` and all else holds",
    )


def above(value: str, bound: str) -> Text:
    """An upper bound."""
    return Text(
        zh=f"没有用例高于上界:请补充 `{value}` 大于 `{bound}` 且其余条件均满足的用例",
        en=f"no case lies above: add one where `{value}` is more than `{bound}` and all else holds",
    )


def negated(text: str) -> Text:
    """A condition and its contrary."""
    return Text(
        zh=f"没有用例区分 `{text}` 与其相反:请补充仅由它决定结论的用例,成立与不成立各一",
        en=f"no case tells `{text}` from its contrary: add one where it alone decides, once true and once false",
    )


def one_of(left: str, right: str) -> Text:
    """``and`` against ``or``."""
    return Text(
        zh=f"没有用例区分“且”与“或”:请补充 `{left}` 与 `{right}` 只有一个成立的用例",
        en=f"no case tells `and` from `or`: add one where just one of `{left}` and `{right}` holds",
    )


def dropped(text: str, whole: str, *, is_and: bool) -> Text:
    """A part of a condition that is not needed."""
    if is_and:
        return Text(
            zh=f"没有用例需要 `{text}`:请补充只有它不成立、`{whole}` 其余各项均成立的用例",
            en=f"no case needs `{text}`: add one where it alone is false and the rest of `{whole}` holds",
        )
    return Text(
        zh=f"没有用例需要 `{text}`:请补充只有它成立、`{whole}` 其余各项均不成立的用例",
        en=f"no case needs `{text}`: add one where it alone holds and the rest of `{whole}` is false",
    )


def listed(value: str, item: str) -> Text:
    """A word of a list."""
    return Text(
        zh=f"没有用例需要列表中的 {item}:请补充 `{value}` 为 {item} 且由此决定结论的用例",
        en=f"no case needs {item} in the list: add one where `{value}` is {item} and that decides",
    )


def swapped(text: str) -> Text:
    """An operation and its opposite."""
    return Text(
        zh=f"没有用例区分 `{text}` 与相反的运算:请补充两者结果不同且结论随之不同的用例",
        en=f"no case tells `{text}` from its opposite: add one where the two differ and so does the verdict",
    )


def distinct(field: str) -> Text:
    """Counting values against counting records."""
    return Text(
        zh=f"没有用例区分去重计数:请补充两条记录的 `{field}` 相同且结论随之不同的用例",
        en=f"no case counts a value twice: add one where two records share `{field}` and that decides",
    )


def branch(text: str) -> Text:
    """A branch of a CASE."""
    return Text(
        zh=f"没有用例需要分支 `{text}`:请补充走该分支、且换一个分支会得出不同结论的用例",
        en=f"no case needs the branch `{text}`: add one that takes it where another branch would say otherwise",
    )


def field(name: str, other: str) -> Text:
    """One field against another."""
    return Text(
        zh=f"没有用例区分 `{name}` 与 `{other}`:请补充两者取值不同且结论取决于前者的用例",
        en=f"no case tells `{name}` from `{other}`: add one where they differ and the first decides",
    )


def literal(before: str, after: str) -> Text:
    """One written value against another."""
    return Text(
        zh=f"没有用例区分 {before} 与 {after}:请补充取值恰在两者之间、使结论不同的用例",
        en=f"no case tells {before} from {after}: add one whose value is right by one and wrong by the other",
    )


def parameter(name: str, before: str, after: str) -> Text:
    """One value of a parameter against its neighbour."""
    return Text(
        zh=f"没有用例区分 {name} 的 {before} 与 {after}:请补充恰在边界与越过一个单位的用例",
        en=f"no case tells {before} from {after} as {name}: add one at the bound and one a unit past it",
    )


def item(name: str, text: str) -> Text:
    """An item of a list parameter."""
    return Text(
        zh=f"没有用例需要 {name} 中的 {text}:请补充取值为它且由此决定结论的用例",
        en=f"no case needs {text} in {name}: add one with that value, where it decides",
    )


def selection(what: str) -> Text:
    """A restriction to some records."""
    return Text(
        zh=f"没有用例需要 `{what}`:请补充一条不满足它、若被计入则结论不同的记录",
        en=f"no case needs `{what}`: add a record that it keeps out and that would change the verdict",
    )


def emptiness(kind: str) -> Text:
    """Whether no record at all is knowledge."""
    return Text(
        zh=f"没有用例说明 {kind} 一条记录也没有时的结论:请补充采集成功但为空的用例",
        en=f"no case says what follows when there is no {kind} at all: add one with a complete, empty collection",
    )


def total(name: str) -> Text:
    """A subject that says how many records it has."""
    return Text(
        zh=f"没有用例需要 `{name}`:请补充采集失败但记录数已齐、以及记录数不齐的用例",
        en=f"no case needs `{name}`: add one with a failed collection whose records are all there, and one where some lack",
    )


def share(what: str) -> Text:
    """The figures of a rate."""
    return Text(
        zh=f"没有用例区分该比例规则(`{what}`)与其变体:请补充恰在界限与差一条记录的用例",
        en=f"no case tells the rate (`{what}`) from this: add one at the limit and one a record away from it",
    )


def age(kind: str, fresh: str) -> Text:
    """How old evidence may be."""
    return Text(
        zh=f"没有用例落在 {kind} 的时效边界上:请补充 `_observed_at` 恰为 {fresh} 前与再早一个单位的用例",
        en=f"no case stands at the age limit of {kind}: add one observed exactly {fresh} ago and one a unit older",
    )
