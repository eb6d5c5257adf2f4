"""What the product fills in itself is not named as evidence that nobody gave."""

from dataclasses import replace

from tests.unit.report.factory import audit_result

from hiscomply.kinds import INVENTORY_KIND
from hiscomply.report.lines import kinds_without_evidence


def test_the_inventory_of_evidence_is_never_missing_evidence() -> None:
    audit = audit_result()
    first, *others = audit.policies
    asks = replace(first, info=replace(first.info, kinds=(INVENTORY_KIND, "no_such_kind")))
    missing = list(kinds_without_evidence(replace(audit, policies=(asks, *others))))
    assert "no_such_kind" in missing
    assert INVENTORY_KIND not in missing
