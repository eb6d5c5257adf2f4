"""All mutants of one policy, in the order of its file's parts, each with an id of its own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sqlglot import exp

from hiscomply.kinds import Kind
from hiscomply.policy.document import BilingualText, PolicyDocument
from hiscomply.policy.expression import parse
from hiscomply.policy_mutants import advice
from hiscomply.policy_mutants.conditions import condition_changes
from hiscomply.policy_mutants.fields import Given, Names, names_of
from hiscomply.policy_mutants.forms import form_changes
from hiscomply.policy_mutants.model import Mutant, Trees
from hiscomply.policy_mutants.parameters import value_changes
from hiscomply.policy_mutants.variation import became, gone
from hiscomply.policy_mutants.wording import text_of
from hiscomply.yaml_source import Path_, YamlDocument

_NO_TEXT = BilingualText(zh="-", en="-")


@dataclass(frozen=True, slots=True)
class Original:
    """A policy without what cannot change a verdict: its message, the values for it, the place it points at.

    Attributes:
        trees: its conditions, parsed, by path.
        yaml: the file, for places.
    """

    document: PolicyDocument
    trees: Trees
    yaml: YamlDocument


@dataclass(frozen=True, slots=True)
class _Condition:
    path: Path_
    label: str
    text: str
    names: Names | None


def original(document: PolicyDocument, yaml: YamlDocument, kinds: Mapping[str, Kind]) -> Original:
    """What the mutants of a policy start from.

    Raises:
        PolicyError: a condition is no expression.
    """
    values = {name: text for name, text in document.check.values.items() if name in _named(document)}
    check = document.check.model_copy(update={"values": values, "locate": None})
    bare = document.model_copy(update={"check": check, "message": _NO_TEXT})
    trees = {
        one.path: parse(one.text, lambda offset, path=one.path: yaml.place(path, offset))  # type: ignore[misc]
        for one in _conditions(bare, kinds, frozenset())
    }
    return Original(bare, trees, yaml)


def _named(document: PolicyDocument) -> set[str]:
    """The values that conditions name, directly or by way of another; the rest are for messages."""
    check, found = document.check, set[str]()
    texts = [str(check.where), str(check.assert_)]
    while texts:
        # `holder.left_at` is a field, whatever value is called `left_at`
        words = set(re.findall(r"(?<![a-z0-9_.])[a-z][a-z0-9_]*", texts.pop()))
        new = (words & set(check.values)) - found
        found |= new
        texts += [check.values[name] for name in new]
    return found


def mutants(
    whole: Original, kinds: Mapping[str, Kind], given: Given, profiles: frozenset[str]
) -> Iterator[Mutant]:
    """Every mutant, also those that turn out to be the policy itself or no policy at all.

    Args:
        given: what the cases give values to.
        profiles: whose parameter values some case uses.
    """
    seen: Counter[str] = Counter()
    for one in (
        *_of_conditions(whole, kinds, given),
        *_of_form(whole, kinds, given),
        *_of_parameters(whole, profiles),
    ):
        seen[one.id] += 1
        yield replace(one, id=f"{one.id} #{seen[one.id]}") if seen[one.id] > 1 else one


def _conditions(document: PolicyDocument, kinds: Mapping[str, Kind], given: Given) -> Iterator[_Condition]:
    check = document.check
    if check.sql is not None:
        yield _Condition(("check", "sql"), "sql", check.sql, None)
        return
    names = dict(names_of(check, kinds, given))
    for text, path, label, owner in (
        (check.where, ("check", "where"), "where", ""),
        (check.assert_, ("check", "assert"), "assert", "assert" if check.setting else ""),
        *((text, ("check", "values", name), f"values.{name}", "") for name, text in check.values.items()),
        *(
            (one.where, ("check", "related", alias, "where"), f"related.{alias}.where", alias)
            for alias, one in check.related.items()
        ),
        *(
            ((check.periodic.where, ("check", "periodic", "where"), "periodic.where", "done"),)
            if check.periodic
            else ()
        ),
    ):
        if isinstance(text, str):
            yield _Condition(path, label, text, names[owner])


def _of_conditions(whole: Original, kinds: Mapping[str, Kind], given: Given) -> Iterator[Mutant]:
    for one in _conditions(whole.document, kinds, given):
        write = text_of if one.names is not None else _sql_text
        for change in condition_changes(whole.trees[one.path], one.text, one.names, write):
            if change.tree is None:
                continue
            yield Mutant(
                id=f"{one.label}: {change.label}",
                place=str(whole.yaml.place(one.path, change.offset)),
                change=change.change,
                advice=change.advice,
                document=whole.document,
                trees={**whole.trees, one.path: change.tree},
                defaults={},
            )


def _of_form(whole: Original, kinds: Mapping[str, Kind], given: Given) -> Iterator[Mutant]:
    for one in form_changes(whole.document, kinds, given, _counted(whole)):
        yield Mutant(
            id=one.label,
            place=str(whole.yaml.place(one.path)),
            change=one.change,
            advice=one.advice,
            document=one.document,
            trees={path: tree for path, tree in whole.trees.items() if path != one.gone},
            defaults={},
        )


def _counted(whole: Original) -> frozenset[str]:
    """Related sets of which some condition asks how many records there are, or for their sum."""
    counts = (node for tree in whole.trees.values() for node in tree.find_all(exp.Count, exp.Exists, exp.Sum))
    columns = (column for node in counts for column in node.find_all(exp.Column))
    return frozenset(column.table or column.name for column in columns)


def _of_parameters(whole: Original, profiles: frozenset[str]) -> Iterator[Mutant]:
    for name, document in whole.document.parameters.items():
        by_profile = isinstance(document.default, dict) and "tertiary" in document.default
        defaults = document.default if by_profile else {"tertiary": document.default}
        # a profile without a value of its own takes that of tertiary
        used = {one if one in defaults else "tertiary" for one in profiles}
        for profile in sorted(used, key=lambda one: (one != "tertiary", one)):
            path: Path_ = ("parameters", name, "default", *((profile,) if by_profile else ()))
            owner = name if profile == "tertiary" else f"{name}.{profile}"
            for one in value_changes(document, defaults[profile]):
                shown = f"{owner}{one.key}"
                yield Mutant(
                    id=f"parameters.{shown}: "
                    + (f"{one.before} -> {one.after}" if one.after else f"drop {one.before}"),
                    place=str(whole.yaml.place((*path, *one.path))),
                    change=became(one.before, one.after) if one.after else gone(one.before),
                    advice=advice.parameter(shown, one.before, one.after)
                    if one.after
                    else advice.item(shown, one.before),
                    document=whole.document,
                    trees=whole.trees,
                    defaults={name: {**defaults, profile: one.default}},
                )


def _sql_text(node: exp.Expr) -> str:
    return str(node.sql(dialect="duckdb", normalize_functions=False))
