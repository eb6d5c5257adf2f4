"""Real service desks: Request Tracker 5 and Redmine 5, each with a database of its own on a loopback port."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import httpx
from tests.servers.running import Server, as_user, free_port

PATIENT, PATIENT_ID = "欧阳测试", "11010519491231002X"
TEXT = f"PACS 无法调阅 {PATIENT} {PATIENT_ID} 的影像"
PASSWORD, NO_RIGHTS, ADMIN = "auditor-pw-9a61", "norights-pw-77c2", "Adm1n-pw-40bd"
CANARIES = (PATIENT, PATIENT_ID, PASSWORD, NO_RIGHTS, ADMIN)
RT_SERVER = "/usr/share/request-tracker5/libexec/rt-server"
REDMINE_HOME = Path("/usr/share/redmine")
REDMINE_DATA = "/var/lib/dbconfig-common/sqlite3/redmine/instances/default/redmine_default"

_RT_SEED = f"""
use RT; my $s = RT->SystemUser; my @q;
my $root = RT::User->new($s); $root->Load('root'); $root->SetPassword('{ADMIN}');
my $u = RT::User->new($s); $u->Create(Name=>'auditor', Password=>'{PASSWORD}', Privileged=>1);
my $n = RT::User->new($s); $n->Create(Name=>'norights', Password=>'{NO_RIGHTS}', Privileged=>1);
for my $name ('Incidents', 'Changes', 'Hidden') {{
  my $q = RT::Queue->new($s); $q->Create(Name=>$name); push @q, $q;
  $u->PrincipalObj->GrantRight(Object=>$q, Right=>$_) for ($name eq 'Hidden' ? () : qw(SeeQueue ShowTicket));
}}
for my $name ('System', 'Cause', 'RootCauseAt', 'Extension', 'Patient') {{
  my $cf = RT::CustomField->new($s);
  $cf->Create(Name=>$name, Type=>'FreeformSingle', LookupType=>'RT::Queue-RT::Ticket', MaxValues=>1);
  $cf->AddToObject($_) for @q; $u->PrincipalObj->GrantRight(Object=>$cf, Right=>'SeeCustomField');
}}
"""
_REDMINE_SEED = f"""
Setting.rest_api_enabled = '1'
def person(login, password)
  u = User.new(firstname: login, lastname: 'X', mail: "#{{login}}@lab.test"); u.login = login
  u.password = u.password_confirmation = password; u.status = 1; u.save!; u
end
admin = User.find_by(login: 'admin'); admin.must_change_passwd = false
admin.password = admin.password_confirmation = '{ADMIN}'; admin.save!
auditor, norights = person('auditor', '{PASSWORD}'), person('norights', '{NO_RIGHTS}')
role = Role.create!(name: 'Audit', permissions: [:view_issues, :view_project], issues_visibility: 'all')
if IssueStatus.count.zero?
  Redmine::DefaultData::Loader.load('en')
end
field = IssueCustomField.create!(name: 'System', field_format: 'string', is_for_all: true, trackers: Tracker.all)
IssueCustomField.create!(name: 'Cause', field_format: 'text', is_for_all: true, trackers: Tracker.all)
project = Project.new(name: 'Ops', is_public: false); project.identifier = 'ops'; project.trackers = Tracker.all; project.save!
Member.create!(user: auditor, project: project, roles: [role])
puts [admin, auditor, norights].map {{ |u| Token.find_or_create_by!(user: u, action: 'api').value }}.join(' ')
"""


class Desk:
    """One running service desk; its SQLite file is ``database``."""

    def __init__(self, name: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
        self.folder.chmod(0o755)
        shutil.chown(self.folder, "www-data", "www-data")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = self.folder / "desk.db"
        self.server: Server | None = None

    def run(self, words: list[str], env: dict[str, str], cwd: Path | None = None) -> str:
        """A command of the product under its account."""
        setting = [f"{key}={value}" for key, value in env.items()]
        command = [*as_user("www-data"), "env", f"HOME={self.folder}", *setting, *words]
        done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stderr[-2000:] + done.stdout[-2000:]
        return done.stdout

    def start(self, words: list[str], env: dict[str, str], cwd: Path | None = None) -> None:
        """The server itself."""
        setting = [f"{key}={value}" for key, value in env.items()]
        command = [*as_user("www-data"), "env", f"HOME={self.folder}", *setting, *words]
        self.server = Server(command, self.folder / "log", cwd=cwd)

    def sql(self, *statements: tuple[str, tuple[object, ...]]) -> None:
        """Writes to its database, to age what is in it."""
        with sqlite3.connect(self.database, timeout=60) as connection:
            for statement, values in statements:
                connection.execute(statement, values)
        connection.close()

    def state(self, *tables: str) -> list[list[tuple[object, ...]]]:
        """Everything in these tables."""
        connection = sqlite3.connect(self.database, timeout=60)
        found = [connection.execute(f"SELECT * FROM {one} ORDER BY id").fetchall() for one in tables]
        connection.close()
        return found

    def stop(self) -> None:
        """Ends it."""
        if self.server:
            self.server.stop()
        shutil.rmtree(self.folder)


class RequestTracker(Desk):
    """RT with queues Incidents, Changes and Hidden (which the auditor may not see), and no tickets."""

    def __init__(self) -> None:
        super().__init__("rt")
        (self.folder / "conf.d").mkdir()
        (self.folder / "RT_SiteConfig.pm").write_text(
            f"Set($rtname,'lab'); Set($Organization,'lab.test'); Set($WebDomain,'127.0.0.1'); Set($WebPort,{self.port});"
            f"Set($WebPath,''); Set($DatabaseType,'SQLite'); Set($DatabaseName,'{self.database}'); Set($LogToSyslog,'');"
            "Set($LogToSTDERR,'error'); Set($MailCommand,'testfile'); Set($Timezone,'UTC'); 1;"
        )
        env = {
            "RT_SITE_CONFIG": f"{self.folder}/RT_SiteConfig.pm",
            "RT_SITE_CONFIG_DIR": f"{self.folder}/conf.d",
        }
        self.run(["rt-setup-database-5", "--action", "init", "--dba", "none"], env)
        self.env = env
        self.perl(_RT_SEED)
        self.start([RT_SERVER, "--host", "127.0.0.1", "--port", str(self.port)], env)
        self.api = httpx.Client(base_url=f"{self.url}/REST/2.0", auth=("root", ADMIN), timeout=60)

    def perl(self, script: str) -> None:
        """Runs a script with RT's own library."""
        self.run(["perl", "-I/usr/share/request-tracker5/lib", "-MRT=-init", "-e", script], self.env)

    def wait(self) -> None:
        """Until it answers."""
        assert self.server
        self.server.wait_for(lambda: self.api.get("/rt").raise_for_status())

    def create(self, queue: str, days: float, steps: dict[str, float], **fields: object) -> str:
        """A ticket of so many days ago; ``steps``: status and days ago."""
        asked = {"Queue": queue, "Subject": TEXT, "Content": TEXT, "Priority": 10, **fields}
        number = str(self.api.post("/ticket", json=asked).raise_for_status().json()["id"])
        ago = "datetime('now', ?)"
        own = "ObjectType = 'RT::Ticket' AND ObjectId = ?"
        self.sql(
            (f"UPDATE Tickets SET Created = {ago} WHERE id = ?", (f"-{days} days", number)),
            (f"UPDATE Transactions SET Created = {ago} WHERE {own}", (f"-{days} days", number)),
        )
        for status, at in steps.items():
            self.api.put(f"/ticket/{number}", json={"Status": status}).raise_for_status()
            column = {"open": "Started", "resolved": "Resolved"}.get(status, "LastUpdated")
            self.sql(
                (f"UPDATE Tickets SET {column} = {ago} WHERE id = ?", (f"-{at} days", number)),
                (
                    f"UPDATE Transactions SET Created = {ago} WHERE {own} AND Type = 'Status' AND NewValue = ?",
                    (f"-{at} days", number, status),
                ),
            )
        return number


class Redmine(Desk):
    """Redmine with its default trackers and statuses, and a private project ``ops`` that the auditor may see."""

    def __init__(self) -> None:
        super().__init__("redmine")
        with sqlite3.connect(REDMINE_DATA) as source, sqlite3.connect(self.database) as copy:
            source.backup(copy)
        source.close()
        copy.close()
        shutil.chown(self.database, "www-data", "www-data")
        home = REDMINE_HOME
        self.env = env = {
            "RAILS_ENV": "production",
            "DATABASE_URL": f"sqlite3:{self.database}",
            "SCHEMA": "/dev/null",
        }
        self.admin_key, self.key, self.norights_key = self.ruby(_REDMINE_SEED).split()[-3:]
        bind = f"tcp://127.0.0.1:{self.port}"
        self.start(["puma", "-e", "production", "-b", bind, str(home / "config.ru")], env, home)
        self.api = httpx.Client(base_url=self.url, headers={"X-Redmine-API-Key": self.admin_key}, timeout=60)

    def ruby(self, script: str) -> str:
        """Runs a script inside Redmine, and returns what it prints."""
        file = self.folder / "script.rb"
        file.write_text(script, encoding="utf-8")
        return self.run(["bundle", "exec", "rails", "runner", str(file)], self.env, REDMINE_HOME)

    def wait(self) -> None:
        """Until it answers."""
        assert self.server
        self.server.wait_for(lambda: self.api.get("/issues.json").raise_for_status())

    def names(self, path: str, key: str) -> dict[str, int]:
        """Ids by name."""
        return {one["name"]: one["id"] for one in self.api.get(path).raise_for_status().json()[key]}

    def create(self, tracker: str, days: float, steps: dict[str, float], **fields: object) -> str:
        """An issue of so many days ago; ``steps``: status and days ago."""
        statuses = self.names("/issue_statuses.json", "issue_statuses")
        asked = {
            "project_id": "ops", "tracker_id": self.names("/trackers.json", "trackers")[tracker],
            "subject": TEXT, "description": TEXT, **fields,
        }  # fmt: skip
        answer = self.api.post("/issues.json", json={"issue": asked}).raise_for_status()
        number = str(answer.json()["issue"]["id"])
        ago = "datetime('now', ?)"
        self.sql((f"UPDATE issues SET created_on = {ago} WHERE id = ?", (f"-{days} days", number)))
        for status, at in steps.items():
            change = {"issue": {"status_id": statuses[status], "notes": TEXT}}
            self.api.put(f"/issues/{number}.json", json=change).raise_for_status()
            self.sql((
                f"UPDATE journals SET created_on = {ago} WHERE id = (SELECT max(id) FROM journals WHERE journalized_id = ?)",
                (f"-{at} days", number),
            ))  # fmt: skip
        return number


_D = TypeVar("_D", RequestTracker, Redmine)


@contextmanager
def running(kind: type[_D]) -> Iterator[_D]:
    """A desk, until the tests are through."""
    desk = kind()
    try:
        desk.wait()
        yield desk
    finally:
        desk.api.close()
        desk.stop()
