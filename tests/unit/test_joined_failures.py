"""Several failures of one target as one: its status, its words, and the kinds that it costs."""

from __future__ import annotations

import pytest

from hiscomply.hookspecs import CollectDenied, CollectFailed, CollectTimedOut, joined_failures, limited
from hiscomply.model import Text

WHY = Text("原因", "why")


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ((CollectDenied, CollectDenied), CollectDenied),
        ((CollectTimedOut, CollectTimedOut), CollectTimedOut),
        ((CollectDenied, CollectTimedOut), CollectFailed),
        ((CollectFailed, CollectDenied), CollectFailed),
    ],
)
def test_it_is_of_a_kind_only_where_all_are(
    types: tuple[type[CollectFailed], ...], expected: type[CollectFailed]
) -> None:
    joined = joined_failures([(f"part {number}", one(WHY)) for number, one in enumerate(types)])
    assert type(joined) is expected
    assert joined.reason.en == "part 0: why; part 1: why"


def test_it_costs_the_kinds_of_all_and_what_nobody_asked_for_any_more() -> None:
    failures = [("a", CollectFailed(WHY, ["account"])), ("b", CollectFailed(WHY, ["setting", "account"]))]
    assert joined_failures(failures).kinds == ("account", "setting")
    assert joined_failures(failures, ["host"]).kinds == ("account", "setting", "host")


def test_one_that_does_not_know_what_it_costs_costs_all() -> None:
    failures = [("a", CollectFailed(WHY, ["account"])), ("b", CollectFailed(WHY))]
    assert joined_failures(failures, ["host"]).kinds == ()


def test_the_failure_of_a_part_costs_the_part_unless_it_knows_better() -> None:
    assert limited(CollectDenied(WHY), ["account"]).kinds == ("account",)
    assert isinstance(limited(CollectDenied(WHY), ["account"]), CollectDenied)
    assert limited(CollectFailed(WHY, ["host"]), ["account"]).kinds == ("host",)
