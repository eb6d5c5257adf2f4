"""Changes of the form of a check: which records belong, how often a duty is due, what share is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hiscomply.kinds import Kind
from hiscomply.model import Text
from hiscomply.policy.document import CheckDocument, PolicyDocument, RelatedDocument
from hiscomply.policy_mutants import advice
from hiscomply.policy_mutants.fields import MOST, Given, similar
from hiscomply.policy_mutants.parameters import neighbours
from hiscomply.policy_mutants.variation import became, gone
from hiscomply.yaml_source import Path_

_MATCHED = 2
"""How many other fields stand in for each side of a match."""


@dataclass(frozen=True, slots=True)
class FormChange:
    """A changed document.

    Attributes:
        path: the place of what was changed.
        label: the mutant's id.
        gone: path of the condition that is no longer there, if any.
    """

    path: Path_
    label: str
    change: Text
    advice: Text
    document: PolicyDocument
    gone: Path_ | None = None


def form_changes(
    document: PolicyDocument, kinds: Mapping[str, Kind], given: Given, counted: frozenset[str]
) -> Iterator[FormChange]:
    """Every change of a document besides those of its conditions and parameters.

    Args:
        counted: related sets of which some condition asks how many records they have.
    """
    yield from _where(document)
    for alias in document.check.related:
        yield from _related(document, alias, kinds, given)
        # The field of one record, or the latest of all, is not known when there is none, whatever an empty
        # kind means; where there are subjects of that kind it is not empty; and where the subject says how many
        # there are, nothing else decides whether some are hidden.
        related = document.check.related[alias]
        if alias in counted and related.from_ != document.check.each and related.total is None:
            yield _related_empty(document, alias)
    yield from _periodic(document, kinds, given)
    yield from _rate(document)
    yield from _freshness(document)


def _where(document: PolicyDocument) -> Iterator[FormChange]:
    if document.check.where is not None and document.check.sql is None:
        path = ("check", "where")
        text = str(document.check.where)
        yield FormChange(
            path,
            "where: dropped",
            gone("where"),
            advice.selection(text),
            _with(document, where=None),
            path,
        )


def _related(
    document: PolicyDocument, alias: str, kinds: Mapping[str, Kind], given: Given
) -> Iterator[FormChange]:
    related = document.check.related[alias]
    path, label = ("check", "related", alias), f"related.{alias}"

    def changed(**update: Any) -> PolicyDocument:
        one = related.model_copy(update=update)
        return _with(document, related={**document.check.related, alias: one})

    for key, text, match in _matches(related, document.check.each, kinds, given):
        hint = advice.selection(f"{key}: {related.match[key]}")
        yield FormChange(
            (*path, "match", key), f"{label}.match: {text}", _said(text), hint, changed(match=match)
        )
    if related.where is not None:
        hint = advice.selection(str(related.where))
        where = (*path, "where")
        yield FormChange(where, f"{label}.where: dropped", gone("where"), hint, changed(where=None), where)
    if related.total is not None:
        hint = advice.total(related.total)
        yield FormChange(
            (*path, "total"), f"{label}.total: dropped", gone("total"), hint, changed(total=None)
        )


def _related_empty(document: PolicyDocument, alias: str) -> FormChange:
    related = document.check.related[alias]
    one = related.model_copy(update={"may_be_empty": not related.may_be_empty})
    changed = _with(document, related={**document.check.related, alias: one})
    path, label = ("check", "related", alias), f"related.{alias}"
    return _empty(path, label, related.from_, related.may_be_empty, changed)


def _periodic(document: PolicyDocument, kinds: Mapping[str, Kind], given: Given) -> Iterator[FormChange]:
    periodic = document.check.periodic
    if periodic is None:
        return
    path = ("check", "periodic")

    def changed(**update: Any) -> PolicyDocument:
        return _with(document, periodic=periodic.model_copy(update=update))

    alike = RelatedDocument.model_construct(from_=periodic.done, match=periodic.match)
    for key, text, match in _matches(alike, document.check.each, kinds, given):
        hint = advice.selection(f"{key}: {periodic.match[key]}")
        yield FormChange(
            (*path, "match", key), f"periodic.match: {text}", _said(text), hint, changed(match=match)
        )
    if periodic.where is not None:
        hint, where = advice.selection(str(periodic.where)), (*path, "where")
        yield FormChange(where, "periodic.where: dropped", gone("where"), hint, changed(where=None), where)
    if periodic.grace is not None:
        hint = advice.boundary(periodic.at, f"{periodic.every} + {periodic.grace}")
        yield FormChange(
            (*path, "grace"), "periodic.grace: dropped", gone("grace"), hint, changed(grace=None)
        )
    kind = kinds[periodic.done]
    past = [name for name in similar(kind, periodic.at, given) if kind.fields[name].is_past]
    for name in past[:MOST]:
        change, hint = became(periodic.at, name), advice.field(periodic.at, name)
        yield FormChange(
            (*path, "at"), f"periodic.at: {periodic.at} -> {name}", change, hint, changed(at=name)
        )
    yield _empty(
        path,
        "periodic",
        periodic.done,
        periodic.may_be_empty,
        changed(may_be_empty=not periodic.may_be_empty),
    )


def _empty(path: Path_, label: str, kind: str, is_allowed: bool, document: PolicyDocument) -> FormChange:
    before, after = f"may_be_empty: {str(is_allowed).lower()}", f"may_be_empty: {str(not is_allowed).lower()}"
    label = f"{label}.{before} -> {str(not is_allowed).lower()}"
    return FormChange((*path, "may_be_empty"), label, became(before, after), advice.emptiness(kind), document)


def _matches(
    related: RelatedDocument, each: str | None, kinds: Mapping[str, Kind], given: Given
) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Its field of the changed pair, what was changed, and the changed match."""
    theirs, ours = kinds[related.from_], kinds.get(each or "")
    for key, value in related.match.items():
        rest = {name: one for name, one in related.match.items() if name != key}
        yield key, f"drop {key}: {value}", rest
        others = [name for name in similar(theirs, key, given) if name not in rest]
        for name in others[:_MATCHED]:
            yield key, f"{key}: {value} -> {name}: {value}", {**rest, name: value}
        for name in similar(ours, value, given)[:_MATCHED] if ours and value in ours.fields else ():
            yield key, f"{key}: {value} -> {key}: {name}", {**related.match, key: name}


def _said(text: str) -> Text:
    before, arrow, after = text.partition(" -> ")
    return became(before, after) if arrow else gone(before.removeprefix("drop "))


def _rate(document: PolicyDocument) -> Iterator[FormChange]:
    rate = document.check.rate
    if rate is None:
        return
    path = ("check", "rate")
    shown = f"at_least: {rate.at_least}" if rate.at_least else f"at_most: {rate.at_most}"
    hint = advice.share(shown)

    def changed(**update: Any) -> PolicyDocument:
        return _with(document, rate=rate.model_copy(update=update))

    swapped = changed(at_least=rate.at_most, at_most=rate.at_least)
    other = f"at_most: {rate.at_least}" if rate.at_least else f"at_least: {rate.at_most}"
    place = (*path, "at_least" if rate.at_least else "at_most")
    yield FormChange(place, f"rate: {shown} -> {other}", became(shown, other), hint, swapped)
    smallest = rate.min_population
    if isinstance(smallest, int):
        for number in (smallest - 1, smallest + 1):
            change = became(f"min_population: {smallest}", f"min_population: {number}")
            label = f"rate.min_population: {smallest} -> {number}"
            yield FormChange((*path, "min_population"), label, change, hint, changed(min_population=number))
    for name in rate.per:
        rest = [one for one in rate.per if one != name]
        yield FormChange(
            (*path, "per"), f"rate.per: drop {name}", gone(f"per {name}"), hint, changed(per=rest)
        )


def _freshness(document: PolicyDocument) -> Iterator[FormChange]:
    for kind, one in document.evidence.items():
        path, hint = ("evidence", kind, "fresh"), advice.age(kind, one.fresh)
        for fresh in neighbours("duration", one.fresh):
            evidence = {**document.evidence, kind: one.model_copy(update={"fresh": fresh})}
            label = f"evidence.{kind}.fresh: {one.fresh} -> {fresh}"
            changed = document.model_copy(update={"evidence": evidence})
            yield FormChange(path, label, became(one.fresh, fresh), hint, changed)
        rest = {name: other for name, other in document.evidence.items() if name != kind}
        without = document.model_copy(update={"evidence": rest})
        yield FormChange(path, f"evidence.{kind}: dropped", gone(f"{kind}: fresh"), hint, without)


def _with(document: PolicyDocument, **update: Any) -> PolicyDocument:
    check: CheckDocument = document.check.model_copy(update=update)
    return document.model_copy(update={"check": check})
