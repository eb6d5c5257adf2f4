"""The rights that the README gives, and no others, show all that an administrator sees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.servers import desks
from tests.servers.audits import Audited, audit, write_project
from tests.servers.desks import ADMIN, PASSWORD, TEXT, Redmine, RequestTracker
from tests.servers.readme import readme_of
from tests.servers.running import needs, needs_root

import hiscomply_tickets

pytestmark = needs_root()

README = readme_of(hiscomply_tickets)


def told(product: str) -> str:
    """What the README says of the rights for a product."""
    found = re.search(rf"^- {product}: (.*?)(?=^- |^$)", README, re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


def collected(folder: Path, target: str, login: str) -> Audited:
    return audit(write_project(folder, target + login))


def facts(found: Audited) -> dict[str, list[dict[str, Any]]]:
    """What was found, without where and when."""
    assert (str(found.collections["desk"].status), found.collections["desk"].rejected) == ("ok", ())
    return {
        kind: [
            {key: value for key, value in row.items() if key[0] != "_" or key == "_missing"}
            for row in found.rows(kind, "id")
        ]
        for kind in ("ticket", "change", "alert")
    }


TRACKER_TARGET = """\
  - collector: tickets
    name: desk
    product: request_tracker
    url: http://127.0.0.1:{port}
    states: {{stalled: approved}}
    levels: {{'90': urgent, '10': general}}
    severities: {{'90': critical, '10': warning}}
    queues:
      - queue: Incidents
        record: ticket
        set: {{kind: incident, source: user}}
        fields: {{system_id: System, cause: Cause, root_cause_report_at: RootCauseAt, extension_until: Extension}}
      - {{queue: Changes, record: change, set: {{type: normal}}, fields: {{system_id: System}}}}
      - {{queue: Hidden, record: alert, fields: {{system_id: System}}}}
"""


@pytest.fixture(scope="module")
def tracker() -> Iterator[RequestTracker]:
    with desks.running(RequestTracker) as one:
        fields = {"System": "PACS", "Cause": TEXT, "RootCauseAt": "2026-06-01 10:00"}
        first = one.create(
            "Incidents", 9, {"open": 8, "resolved": 7}, CustomFields=fields, Priority=90, Owner="root"
        )
        one.api.put(f"/ticket/{first}", json={"Status": "open", "Priority": 10}).raise_for_status()
        comment = {"Content": TEXT, "ContentType": "text/plain"}
        one.api.post(f"/ticket/{first}/comment", json=comment).raise_for_status()
        one.create("Changes", 20, {"stalled": 10, "open": 9, "resolved": 8}, CustomFields=fields)
        one.create("Hidden", 20, {"open": 9}, CustomFields=fields)
        yield one


@needs(desks.RT_SERVER, package="request-tracker5 rt5-db-sqlite")
def test_the_rights_of_the_readme_suffice_for_request_tracker(
    tracker: RequestTracker, tmp_path: Path
) -> None:
    rights = re.findall(r"`(\w+)`", told("RT"))
    on_queues, on_fields = rights[:-1], rights[-1:]
    assert on_fields == ["SeeCustomField"]
    tracker.perl(f"""
        use RT; my $s = RT->SystemUser; my $u = RT::User->new($s);
        $u->Create(Name => 'told', Password => '{PASSWORD}', Privileged => 1);
        my $queues = RT::Queues->new($s); $queues->UnLimit;
        my $fields = RT::CustomFields->new($s); $fields->UnLimit;
        while (my $q = $queues->Next) {{
          $u->PrincipalObj->GrantRight(Object => $q, Right => $_) for qw({" ".join(on_queues)});
        }}
        while (my $f = $fields->Next) {{ $u->PrincipalObj->GrantRight(Object => $f, Right => 'SeeCustomField'); }}
    """)
    target = TRACKER_TARGET.format(port=tracker.port)
    login = "    user: {}\n    password: {{command: [printf, '{}']}}\n"
    seen = facts(collected(tmp_path / "t", target, login.format("told", PASSWORD)))
    assert seen == facts(collected(tmp_path / "a", target, login.format("root", ADMIN)))
    assert [len(rows) for rows in seen.values()] == [1, 1, 1]
    assert seen["ticket"][0]["system_id"] == "PACS"


REDMINE_TARGET = """\
  - collector: tickets
    name: desk
    product: redmine
    url: http://127.0.0.1:{port}
    states: {{New: open, In Progress: started, Feedback: approved, Resolved: resolved, Closed: closed}}
    levels: {{Immediate: urgent, Normal: general}}
    severities: {{Immediate: critical, Normal: warning}}
    queues:
      - queue: Bug
        project: ops
        record: ticket
        set: {{kind: incident, source: user}}
        fields: {{system_id: System, cause: Cause}}
      - {{queue: Feature, project: ops, record: change, set: {{type: normal}}, fields: {{system_id: System}}}}
      - {{queue: Support, project: ops, record: alert, fields: {{system_id: System}}}}
"""
PERMISSIONS = {"View issues": "view_issues", "View private notes": "view_private_notes"}
"""What Redmine's page of a role calls them."""


@pytest.fixture(scope="module")
def redmine() -> Iterator[Redmine]:
    with desks.running(Redmine) as one:
        priorities = one.names("/enumerations/issue_priorities.json", "issue_priorities")
        ids = one.names("/custom_fields.json", "custom_fields")
        values = [{"id": ids["System"], "value": "PACS"}, {"id": ids["Cause"], "value": TEXT}]
        filled = {"custom_fields": values, "priority_id": priorities["Immediate"], "is_private": True}
        bug = one.create("Bug", 60, {"In Progress": 59, "Resolved": 58, "Closed": 57}, **filled)
        lower = {"issue": {"priority_id": priorities["Normal"], "assigned_to_id": 1}}
        one.api.put(f"/issues/{bug}.json", json=lower).raise_for_status()
        one.create("Feature", 50, {"Feedback": 49, "In Progress": 48, "Resolved": 47}, **filled)
        alert = one.create("Support", 40, {}, **filled)
        for is_private in (True, False):
            note = {"issue": {"notes": TEXT, "private_notes": is_private}}
            one.api.put(f"/issues/{alert}.json", json=note).raise_for_status()
        one.sql(("UPDATE journals SET created_on = datetime('now', '-39 days') WHERE private_notes = 1", ()))
        yield one


@needs("puma", desks.REDMINE_DATA, package="redmine redmine-sqlite sqlite3 puma")
def test_the_role_of_the_readme_suffices_for_redmine(redmine: Redmine, tmp_path: Path) -> None:
    permissions = [symbol for name, symbol in PERMISSIONS.items() if f"*{name}*" in told("Redmine")]
    key = redmine.ruby(f"""
        user = User.new(firstname: 'told', lastname: 'X', mail: 'told@lab.test'); user.login = 'told'
        user.password = user.password_confirmation = '{PASSWORD}'; user.status = 1; user.save!
        role = Role.create!(name: 'Told', permissions: %i[{" ".join(permissions)}], issues_visibility: 'all')
        Member.create!(user: user, project: Project.find('ops'), roles: [role])
        puts Token.find_or_create_by!(user: user, action: 'api').value
    """).split()[-1]
    target = REDMINE_TARGET.format(port=redmine.port)
    login = "    token: {{command: [printf, '{}']}}\n"
    seen = facts(collected(tmp_path / "t", target, login.format(key)))
    assert seen == facts(collected(tmp_path / "a", target, login.format(redmine.admin_key)))
    assert [len(rows) for rows in seen.values()] == [1, 1, 1]
    assert seen["ticket"][0]["system_id"] == "PACS"
