"""The form ``setting``: one value in effect of each configuration of a software, written out as ``each``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlglot import exp

from hiscomply.errors import Place
from hiscomply.policy.document import PolicyDocument, RelatedDocument, SettingDocument
from hiscomply.policy.expression import parse
from hiscomply.policy.typed import text_literal
from hiscomply.yaml_source import Path_

if TYPE_CHECKING:
    from hiscomply.policy.draft import Draft

SUBJECT, VALUES = "configuration", "effective_setting"
_READ = "config_file"
"""Without a configuration there is nothing to judge only where files were read."""
_BAD, _STATED = "bad", "stated"
_SHOWN = {
    "written": f"min({_BAD}.value)",
    "origin": f"min({_BAD}.origin)",
    # told by reports where the configuration is incomplete
    "not_read_en": "missing",
    "not_read_zh": "missing_zh",
}
_ASSERT: Path_ = ("check", "assert")
_WHERE: Path_ = ("check", "where")
BAD_WHERE: Path_ = ("check", "related", _BAD, "where")


def written_out(draft: Draft) -> tuple[PolicyDocument, Mapping[Path_, exp.Expr], Mapping[Path_, Path_]]:
    """The policy in the form ``each``.

    A configuration passes when it has a value, all of which meet the condition, and nothing is missing of it; it fails
    with a value that surely does not; else it is unknown.

    Returns:
        The document, its conditions as trees, and where in the file a path of it was written.

    Raises:
        PolicyError: a key that does not go with the form, or a condition that is no expression.
    """
    document, check = draft.document, draft.document.check
    setting = check.setting
    assert setting is not None
    for name in ("each", "periodic", "rate", "sql", "locate"):
        if getattr(check, name):
            raise draft.error(
                ("check", name), f"{name} does not go with setting / {name} 不能与 setting 同用"
            )
    if check.assert_ is None:
        raise draft.error(("check",), "setting needs assert / setting 需要 assert")
    clash = {_BAD, _STATED} & set(check.related)
    if clash:
        raise draft.error(("check", "related", min(clash)), "this name is taken / 名称已被占用")
    key = _is_one_of("key", setting.key)
    software = _is_one_of("software", setting.software)
    condition = _tree(draft, _ASSERT, str(check.assert_))
    trees = dict(draft.trees)
    trees[BAD_WHERE] = _both(_both(_own(key), _own("is_certain")), _not(condition))
    trees[_WHERE] = (
        _own(software)
        if check.where is None
        else _both(_own(software), _tree(draft, _WHERE, str(check.where)))
    )
    trees[_ASSERT] = _own(_condition(setting))
    match = {SUBJECT: "id"}
    own = {
        _BAD: RelatedDocument.model_construct(
            from_=VALUES,
            match=match,
            where=f"{key} and not ({check.assert_})",
            may_be_empty=False,
            total="settings",
        ),
        _STATED: RelatedDocument.model_construct(
            from_=VALUES, match=match, where=key, may_be_empty=False, total="settings"
        ),
    }
    if setting.optional:
        del own[_STATED]
    shown = {} if draft.is_trial else _SHOWN
    each = check.model_copy(
        update={
            "setting": None,
            "each": SUBJECT,
            "where": software if check.where is None else f"{software} and ({check.where})",
            "related": {**own, **check.related},
            "values": {**shown, **check.values},
            "assert_": _condition(setting),
            "locate": None if draft.is_trial else _BAD,
            "may_be_empty": _READ,
        }
    )
    return (
        document.model_copy(update={"check": each}),
        trees,
        {BAD_WHERE: _ASSERT, _ASSERT: ("check", "setting")},
    )


def _condition(setting: SettingDocument) -> str:
    # No value at all, not even a default that is known: what the program does is not known.
    stated = "" if setting.optional else f" and case when count({_STATED}) >= 1 then true end"
    return f"count({_BAD}) = 0{stated}"


def _is_one_of(field: str, names: str | list[str]) -> str:
    if isinstance(names, str):
        return f"{field} = {text_literal(names)}"
    return f"{field} in ({', '.join(map(text_literal, names))})"


def _tree(draft: Draft, path: Path_, text: str) -> exp.Expr:
    known = draft.trees.get(path)
    return known if known is not None else parse(text, lambda offset: draft.yaml.place(path, offset))


def _own(text: str) -> exp.Expr:
    """A condition of this form, without positions, so that errors point at what an author wrote."""
    tree = parse(text, lambda _: Place(""))
    for node in tree.walk():
        node.meta.pop("start", None)
    return tree


def _both(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    return exp.And(this=exp.Paren(this=left), expression=exp.Paren(this=right.copy()))


def _not(tree: exp.Expr) -> exp.Expr:
    return exp.Not(this=exp.Paren(this=tree.copy()))
