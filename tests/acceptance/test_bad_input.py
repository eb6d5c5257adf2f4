"""Whatever a person gives us wrong: one message with where, what and what next, exit 2 or 3, no traceback."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.acceptance.small_project import (
    BAD,
    GOOD,
    PARAMETERS,
    POLICY,
    PROJECT,
    TABLE,
    Ran,
    SmallProject,
    policy_text,
)

PROGRAM = "from hiscomply.cli.main import main; main()"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30)
)


def assert_told(ran: Ran, *needles: str, code: int = 2, has_hint: bool = True) -> None:
    """The message names what it must, in both languages, and nothing of our insides shows."""
    assert code == ran.code, ran.out + ran.err
    assert "Traceback" not in ran.err
    assert "a defect in hiscomply" not in ran.err
    for needle in needles:
        assert needle in ran.err
    assert CHINESE.search(ran.err)
    assert re.search(r"[a-z]{3}", ran.err)
    if has_hint:
        assert "-> " in ran.err


def project_with(project: SmallProject, text: str) -> Ran:
    project.write("hiscomply.yaml", text)
    return project.audit()


class TestProjectFile:
    @pytest.mark.parametrize(
        ("text", "needles"),
        [
            ("institution: [unclosed\n", ["hiscomply.yaml:", "not valid YAML"]),
            ("institution:\n\tname: x\n", ["hiscomply.yaml:2:1", "not valid YAML"]),
            ("institution: 'unclosed\n", ["hiscomply.yaml:", "not valid YAML"]),
            ("", ["hiscomply.yaml", "empty", "hiscomply init"]),
            ("- a\n- b\n", ["hiscomply.yaml:1:1", "mapping"]),
            ("just words\n", ["hiscomply.yaml:1:1", "mapping"]),
            (PROJECT + "profil: strict\n", ["hiscomply.yaml:3:1", "unknown key 'profil'", "'profile'"]),
            ("institution: {nam: x}\n", ["hiscomply.yaml:1:15", "unknown key 'nam'", "'name'"]),
            (PROJECT + "profile: strictest\n", ["hiscomply.yaml:3:10", "'strict'"]),
            (PROJECT + "profile: strict\nprofile: strict\n", ["hiscomply.yaml:4:1", "given twice"]),
            (PROJECT + "profile: !!python/object:os.system x\n", ["hiscomply.yaml:3:10", "not allowed"]),
            (PROJECT + "? [a, b]\n: c\n", ["hiscomply.yaml:3:3", "a key must be a word"]),
            ("profile: strict\n", ["hiscomply.yaml:1:1", "'institution' is missing"]),
            (PROJECT.replace("{zh", "{timezone: Mars/Base, zh"), ["hiscomply.yaml:2:", "unknown key"]),
            ("institution: {name: x, timezone: Mars/Base}\n", ["hiscomply.yaml:1:34", "Asia/Shanghai"]),
            ("institution: {name: x, timezone: ../../etc/passwd}\n", ["hiscomply.yaml:1:34", "time zone"]),
            ("institution: {name: x, working_hours: 17:00-08:00}\n", ["hiscomply.yaml:1:39", "08:00-17:00"]),
            ("institution: {name: x, working_hours: 08:00-25:00}\n", ["hiscomply.yaml:1:39", "25:00"]),
            ("institution: {name: x, working_hours: always}\n", ["hiscomply.yaml:1:39", "pattern"]),
            (PROJECT + "include: more.yaml\n", ["hiscomply.yaml:3:10", "list of files"]),
            (PROJECT + "include: [nowhere.yaml]\n", ["hiscomply.yaml:3:11", "does not exist"]),
            (PROJECT + "include: [hiscomply.yaml]\n", ["hiscomply.yaml", "includes itself"]),
            (PROJECT + TABLE + "reports: {sarfi: x}\n", ["hiscomply.yaml:", "'sarfi'", "'sarif'"]),
            (PROJECT + TABLE + "packs: [nowhere]\n", ["nowhere", "no policy here"]),
            (PROJECT, ["hiscomply.yaml", "nothing to collect"]),
            (PROJECT + TABLE + TABLE.replace("\ncollect:", ""), ["hiscomply.yaml:", "named 'accounts'"]),
            (PROJECT + TABLE.replace("tables", "tabels"), ["hiscomply.yaml:5:16", "'tabels'", "'tables'"]),
            (PROJECT + TABLE.replace("    path:", "    pth:"), ["hiscomply.yaml:7:5", "'pth'", "'path'"]),
            (PROJECT + TABLE.replace("path: accounts.csv", "path: 7"), ["hiscomply.yaml:7:11", "7"]),
            (PROJECT + TABLE + "    timeout: soon\n", ["hiscomply.yaml:11:14", "'soon'", "120 seconds"]),
            (PROJECT + TABLE + "    timeout: 0 seconds\n", ["hiscomply.yaml:11:14"]),
            (PROJECT + TABLE + "    timeout: 99999999999999999999 days\n", ["hiscomply.yaml:11:14"]),
            (PROJECT + TABLE + "parameters: [a]\n", ["hiscomply.yaml:11:13", "parameters"]),
        ],
    )
    def test_a_wrong_project_file_is_told_with_its_place(
        self, project: SmallProject, text: str, needles: list[str]
    ) -> None:
        assert_told(project_with(project, text), *needles, has_hint=False)

    def test_a_folder_without_a_project_file_names_the_way_to_make_one(self, tmp_path: Path) -> None:
        ran = SmallProject(tmp_path / "p").run("audit", str(tmp_path))
        assert_told(ran, str(tmp_path), "hiscomply init")

    def test_a_path_that_is_not_there(self, project: SmallProject, tmp_path: Path) -> None:
        for command in ("audit", "check", "verify", "evaluate"):
            assert_told(project.run(command, str(tmp_path / "nowhere")), "nowhere")

    @pytest.mark.parametrize("text", [BOMB, "[" * 200_000, "a: &a [*a]\n"], ids=["bomb", "deep", "itself"])
    def test_a_yaml_bomb_is_refused_at_once_with_little_memory(
        self, project: SmallProject, text: str
    ) -> None:
        project.write("hiscomply.yaml", text)
        program = (
            "import resource, sys; from pathlib import Path; from hiscomply.yaml_source import load_yaml\n"
            "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
            "try: load_yaml(Path(sys.argv[1]))\n"
            "except Exception as error: print(error, file=sys.stderr)\n"
            "used = resource.getrusage(resource.RUSAGE_SELF)\n"
            "print(used.ru_maxrss - before, used.ru_utime + used.ru_stime)"
        )
        done = subprocess.run(
            [sys.executable, "-c", program, str(project.root / "hiscomply.yaml")],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        memory, seconds = done.stdout.split()
        assert float(seconds) < 10
        assert int(memory) < 30_000
        assert "expands without end" in done.stderr
        assert_told(project.audit(), "hiscomply.yaml:", "expands without end")

    def test_a_file_of_100_mb_is_refused_unread(self, project: SmallProject) -> None:
        with (project.root / "hiscomply.yaml").open("wb") as file:
            file.truncate(100 * 1024 * 1024)
        began = time.process_time()
        assert_told(project.audit(), "hiscomply.yaml", "larger than 16 MB")
        assert time.process_time() - began < 2

    @pytest.mark.parametrize(
        "content",
        [
            b"\x7fELF\x02\x01\x01" + bytes(range(256)),
            "institution: {name: 医院}\n".encode("gb18030"),
            "institution: {name: 医院}\n".encode("utf-16"),
            b"institution: \x00\n",
        ],
        ids=["binary", "gb18030", "utf-16", "nul"],
    )
    def test_what_is_no_utf_8_text_is_refused(self, project: SmallProject, content: bytes) -> None:
        project.write("hiscomply.yaml", content)
        assert_told(project.audit(), "hiscomply.yaml")

    def test_a_symlink_loop_is_told(self, project: SmallProject) -> None:
        (project.root / "hiscomply.yaml").unlink()
        (project.root / "hiscomply.yaml").symlink_to("hiscomply.yaml")
        assert_told(project.audit(), "hiscomply.yaml")

    def test_a_pipe_in_the_place_of_an_included_file_is_not_waited_for(self, project: SmallProject) -> None:
        os.mkfifo(project.root / "more.yaml")
        ran = project_with(project, PROJECT + TABLE + "include: [more.yaml]\n")
        assert_told(ran, "hiscomply.yaml:", "more.yaml", has_hint=False)

    def test_an_unreadable_file_is_told(self, project: SmallProject) -> None:
        # a folder in the file's place: permissions do not stop root, who may run these tests
        project.write("waivers.yaml/inside", "")
        ran = project_with(project, PROJECT + TABLE + "waivers: waivers.yaml\n")
        assert_told(ran, "waivers.yaml", "cannot be read")

    def test_files_that_include_each_other_are_told_with_the_circle(self, project: SmallProject) -> None:
        project.write("a.yaml", "include: [b.yaml]\n")
        project.write("b.yaml", "include: [a.yaml]\n")
        ran = project_with(project, PROJECT + TABLE + "include: [a.yaml]\n")
        assert_told(ran, "a.yaml -> b.yaml -> a.yaml")

    def test_a_mistake_in_an_included_file_is_placed_in_that_file(self, project: SmallProject) -> None:
        project.write("more.yaml", "# targets\ncollect:\n  - collector: tabels\n    name: more\n")
        ran = project_with(project, PROJECT + TABLE + "include: [more.yaml]\n")
        assert_told(ran, "more.yaml:3:16", "'tables'")

    def test_all_mistakes_are_told_at_once(self, project: SmallProject) -> None:
        ran = project_with(project, PROJECT + "profil: strict\nwaiver: x\n")
        assert_told(ran, "hiscomply.yaml:3:1", "hiscomply.yaml:4:1")


def conditions() -> list[tuple[str, str, str]]:
    """Conditions that must not load: the assert, what the message says, what it hints at."""
    return [
        ("enabeld", "unknown name 'enabeld'", "'enabled'"),
        ("account.enabeld", "no field 'enabeld'", "'enabled'"),
        ("person.status = 'left'", "unknown name 'person'", ""),
        ("enabled = 'yes'", "cannot compare boolean with text", ""),
        ("last_login >= 45", "cannot compare timestamp with", ""),
        ("last_login >= today", "cannot compare timestamp with date", "as_of"),
        ("last_login", "must be true or false", ""),
        ("enabled and", "not an SQL expression", ""),
        ("enabled; select 1", "exactly one expression", ""),
        ("drop table account", "not allowed", ""),
        ("delete from account", "not allowed", ""),
        ("copy account to 'x.csv'", "not allowed", ""),
        ("attach 'x.db'", "not allowed", ""),
        ("pragma version", "not allowed", ""),
        ("set threads = 1", "not allowed", ""),
        ("select enabled from account", "not allowed", ""),
        ("(select true)", "not allowed", ""),
        ("exists(select 1 from '/etc/passwd')", "exists takes the name of a related set", ""),
        ("login in (select login from account)", "write x in", ""),
        ("read_text('/etc/passwd') = login", "not allowed", ""),
        ("read_csv('/etc/passwd') = login", "not allowed", ""),
        ("getenv('HOME') = login", "'getenv' is not allowed", ""),
        ("glob('/*') = login", "not allowed", ""),
        ("coalesce(enabled, true)", "coalesce is not allowed", ""),
        ("enabled is true", "only `field is null` is allowed", ""),
        ("enabled is null", "neither asked nor passed", ""),
        ("enabled is distinct from false", "not allowed", ""),
        ("kind = 'humen'", "can never be a value here", "'human'"),
        ("lowr(login) = 'a'", "'lowr' is not allowed", "'lower'"),
        ("length(login, login) > 1", "takes 1 arguments", ""),
        ("length(uid) > 1", "takes text here", ""),
        ("count(accounts) > 1", "over a related set", ""),
        ("login || '' = 'x'", "not allowed", ""),
        ("$as_of > last_login", "not allowed", ""),
        ("login = ?", "not allowed", ""),
    ]


class TestPolicies:
    @pytest.mark.parametrize(("condition", "what", "hint"), conditions(), ids=lambda one: str(one)[:40])
    def test_a_condition_that_cannot_be_is_refused_with_line_and_column(
        self, project: SmallProject, condition: str, what: str, hint: str
    ) -> None:
        file = project.policy(policy_text(f"check:\n  each: account\n  assert: >-\n    {condition}\n", ""))
        ran = project.audit()
        assert_told(ran, what, hint, has_hint=False)
        assert re.search(rf"{re.escape(str(file))}:8:\d+", ran.err), ran.err

    @pytest.mark.parametrize(
        "query",
        [
            "select * from '/etc/passwd'",
            "select * from read_csv('/etc/passwd')",
            "select system_id, true as verdict from read_text('/etc/passwd')",
            "select system_id, getenv('HOME') = 'x' as verdict from account",
            "select system_id, true as verdict from information_schema.tables",
            "select system_id, true as verdict from acount",
            "select system_id, true as verdict from account; drop table account",
            "with account as (select 'HIS' as system_id) select system_id, true as verdict from account",
            'with "/etc/hosts" as (select 1 as x) select system_id, true as verdict from account, "/etc/hosts"',
            "select system_id, true as verdict from account a join (with q as (select 1) select 2) on true",
            "select system_id, true as verdict from account, range(10)",
            "select system_id, coalesce(enabled, true) as verdict from account",
            "select system_id from account",
            "delete from account returning system_id, true as verdict",
            "copy (select 1) to 'x'",
            "attach 'x.db'",
            "pragma table_info('account')",
        ],
    )
    def test_a_query_that_reads_or_does_anything_else_is_refused(
        self, project: SmallProject, query: str
    ) -> None:
        project.policy(policy_text(f"check:\n  subject: [system_id]\n  sql: |\n    {query}\n", ""))
        assert_told(project.audit(), "policy.yaml:", has_hint=False)

    @pytest.mark.parametrize(
        ("change", "needles"),
        [
            (("severity: high", "severity: awful"), ["policy.yaml:4:11", "'critical'"]),
            (("severity: high", "severty: high"), ["policy.yaml:4:1", "'severity'"]),
            ((f"id: {POLICY}", "id: something_else"), ["policy.yaml:1:5", "folder's name"]),
            (("each: account", "each: acount"), ["policy.yaml:", "'account'"]),
            (("45 days", "45 moons"), ["policy.yaml:", "'45 moons'", "45 days"]),
            (("tighter: lower", "unit: day"), ["policy.yaml:", "which direction asks more"]),
            (("where: enabled", "where: true"), []),
            ((">= as_of - max_idle", ">= as_of"), ["policy.yaml:", "'max_idle' is never used"]),
            (("en: The account is not in use", "en: 'The {logn}'"), ["policy.yaml:", "'logn'", "'login'"]),
            (("clauses:", "claused:"), ["policy.yaml:2:1", "'clauses'"]),
            (('["4.3.2"]', "4.3.2"), ["policy.yaml:2:10"]),
        ],
        ids=lambda one: str(one[-1]) if isinstance(one, tuple) else "",
    )
    def test_a_policy_document_that_is_wrong_is_told_with_its_place(
        self, project: SmallProject, change: tuple[str, str], needles: list[str]
    ) -> None:
        text = policy_text()
        assert change[0] in text
        project.policy(text.replace(*change))
        ran = project.audit()
        if not needles:
            assert ran.code == 0, ran.err
        else:
            assert_told(ran, *needles, has_hint=False)

    def test_a_policy_of_twice_the_same_id_names_both_files(self, project: SmallProject) -> None:
        project.write(f"pack/4.4/{POLICY}/policy.yaml", policy_text())
        assert_told(
            project.audit(), f"4.4/{POLICY}/policy.yaml:1:5", f"4.3/{POLICY}/policy.yaml", "exists twice"
        )

    def test_a_policy_of_a_clause_that_does_not_exist_names_the_nearest(self, project: SmallProject) -> None:
        file = project.policy(policy_text().replace('["4.3.2"]', '["4.3.2", "4.3.22"]'))
        assert_told(project.audit(), f"{POLICY}/policy.yaml", "'4.3.22'", "4.3.2")
        assert "'4.3.22'" in project.run("policy", "lint", str(file.parent)).out

    def test_a_policy_that_does_not_exist_names_the_nearest(self, project: SmallProject) -> None:
        assert_told(project.audit(only="accounts_are_in_us"), f"'{POLICY}'")

    @pytest.mark.parametrize("content", [b"\xff\xfe\x00", BOMB.encode(), b"", b"- x\n"])
    def test_a_policy_file_that_is_no_policy_is_told(self, project: SmallProject, content: bytes) -> None:
        project.write(f"pack/4.3/{POLICY}/policy.yaml", content)
        assert_told(project.audit(), "policy.yaml", has_hint=False)

    def test_a_text_that_looks_like_a_placeholder_stays_a_text(self, project: SmallProject) -> None:
        project.policy(
            policy_text("check:\n  each: account\n  assert: login <> '$gap_x $as_of {judged}'\n", "")
        )
        assert project.audit().code == 0

    def test_every_broken_policy_is_told_at_once(self, project: SmallProject) -> None:
        project.policy(policy_text("check:\n  each: account\n  assert: enabeld\n", ""))
        project.policy(policy_text("check:\n  each: acount\n  assert: enabled\n", "", "second"), "second")
        assert_told(project.audit(), "'enabeld'", "'acount'")


class TestOverrides:
    @pytest.mark.parametrize(
        ("written", "needles"),
        [
            ("{no_such: {max_idle: 9 days}}", ["no policy 'no_such'"]),
            ("{accounts_are_in_us: {max_idle: 9 days}}", [f"'{POLICY}'"]),
            (f"{{{POLICY}: {{max_idel: 9 days}}}}", ["no parameter 'max_idel'", "'max_idle'"]),
            (f"{{{POLICY}: {{max_idle: 9}}}}", ["no duration", "45 days"]),
            (f"{{{POLICY}: {{max_idle: [9 days]}}}}", ["no duration"]),
            (f"{{{POLICY}: {{max_idle: 6 days}}}}", ["outside 7 days"]),
            (f"{{{POLICY}: {{max_idle: 999 days}}}}", ["outside 7 days"]),
            (f"{{{POLICY}: {{max_idle: 46 days}}}}", ["asks less than", "LAW 1 (law)", "waiver"]),
        ],
    )
    def test_a_bad_override_is_refused_with_its_place(
        self, project: SmallProject, written: str, needles: list[str]
    ) -> None:
        ran = project_with(project, PROJECT + TABLE + f"parameters: {written}\n")
        assert_told(ran, "hiscomply.yaml:11:", *needles, has_hint=False)

    def test_a_stricter_override_is_taken(self, project: SmallProject) -> None:
        project.export([GOOD, "HIS,li,true,2026-06-10 08:00:00"])
        assert project.audit().code == 0
        ran = project_with(project, PROJECT + TABLE + f"parameters: {{{POLICY}: {{max_idle: 10 days}}}}\n")
        assert ran.code == 1

    @pytest.mark.parametrize(
        "value", ["1 day'; drop table verdicts; --", "$as_of", "{judged}", "45 days\x00"]
    )
    def test_a_text_parameter_is_bound_and_never_becomes_sql(self, project: SmallProject, value: str) -> None:
        parameters = PARAMETERS.replace("duration", "text").replace("45 days", json.dumps(value))
        parameters = re.sub(r"    (min|max|tighter):.*\n", "", parameters)
        project.policy(policy_text("check:\n  each: account\n  assert: login = max_idle\n", parameters))
        ran = project.audit()
        assert ran.code == 1, ran.err


class TestWaivers:
    GOOD_WAIVER = f"""waivers:
  - id: W-1
    policy: {POLICY}
    subject: HIS/li
    reason: long leave
    requested_by: Wang
    approved_by: Li
    from: 2026-06-01
    until: 2026-07-20
"""

    def test_the_control_waives(self, project: SmallProject) -> None:
        project.export([GOOD, BAD])
        project.write("waivers.yaml", self.GOOD_WAIVER)
        ran = project_with(project, PROJECT + TABLE + "waivers: waivers.yaml\n")
        assert (ran.code, ran.policies[POLICY]["waived"]) == (0, 1)

    @pytest.mark.parametrize(
        ("change", "needles"),
        [
            (("until: 2026-07-20", "until: 2026-02-30"), ["waivers.yaml:9:12", "no date"]),
            (("from: 2026-06-01", "from: soon"), ["waivers.yaml:8:11", "no date"]),
            (("approved_by", "aproved_by"), ["waivers.yaml:7:5", "'approved_by'"]),
            (("reason: long leave", "reason: ''"), ["waivers.yaml:5:13"]),
            (("approved_by: Li", "approved_by: ' '"), ["waivers.yaml:7:18"]),
            (("    approved_by: Li\n", ""), ["waivers.yaml:2:5", "approved_by"]),
            (("waivers:\n", "waivers: [\n"), ["waivers.yaml:", "not valid YAML"]),
        ],
    )
    def test_a_bad_waivers_file_is_refused_with_its_place(
        self, project: SmallProject, change: tuple[str, str], needles: list[str]
    ) -> None:
        assert change[0] in self.GOOD_WAIVER
        project.write("waivers.yaml", self.GOOD_WAIVER.replace(*change))
        ran = project_with(project, PROJECT + TABLE + "waivers: waivers.yaml\n")
        assert_told(ran, *needles, has_hint=False)

    def test_two_waivers_of_one_id_are_refused(self, project: SmallProject) -> None:
        project.write("waivers.yaml", self.GOOD_WAIVER + self.GOOD_WAIVER.replace("waivers:\n", ""))
        ran = project_with(project, PROJECT + TABLE + "waivers: waivers.yaml\n")
        assert_told(ran, "waivers.yaml:10:9", "given twice", has_hint=False)

    def test_a_waivers_file_that_is_not_there_is_told(self, project: SmallProject) -> None:
        assert_told(project_with(project, PROJECT + TABLE + "waivers: nowhere.yaml\n"), "nowhere.yaml")


class TestFlags:
    @pytest.mark.parametrize(
        ("arguments", "needles"),
        [
            (["-o", "sarfi=x"], ["'sarfi'", "'sarif'"]),
            (["-o", "sarif"], ["FORMAT=FILE"]),
            (["-o", "json=-", "-o", "markdown=-"], ["stdout"]),
            (["--as-of", "yesterday"], ["'yesterday'", "2026-06-30"]),
            (["--as-of", "0001-01-01"], ["'0001-01-01'", "2026-06-30"]),
            (["--as-of", "9999-12-31T23:59:59Z"], ["'9999-12-31T23:59:59Z'", "2026-06-30"]),
            (["--profile", "strictest"], ["strictest"]),
            (["--fail-on", "never"], ["never"]),
            (["--no-such-flag"], ["--no-such-flag"]),
            (["--previous", "nowhere"], ["nowhere", "no sealed run"]),
        ],
    )
    def test_a_bad_flag_is_told_and_nothing_is_collected(
        self, project: SmallProject, arguments: list[str], needles: list[str]
    ) -> None:
        assert_told(project.audit(*arguments), *needles)
        assert not (project.root / ".hiscomply" / "runs").exists()

    def test_an_unknown_command_names_the_nearest(self, project: SmallProject) -> None:
        assert_told(project.run("adit"), "'adit'", "'audit'")

    def test_a_report_that_cannot_be_written_costs_neither_the_run_nor_the_others(
        self, project: SmallProject
    ) -> None:
        project.write("taken", "a file where a folder should be")
        other = project.root / "other.json"
        ran = project.audit("-o", f"sarif={project.root / 'taken' / 'a.sarif'}", "-o", f"json={other}")
        assert_told(ran, "taken", "hiscomply report")
        assert ran.policies[POLICY]["verdict"] == "pass"
        assert other.is_file()

    def test_a_runs_folder_that_cannot_be_made_is_told(self, project: SmallProject) -> None:
        project.write(".hiscomply", "a file where a folder should be")
        assert_told(project.audit(), ".hiscomply")

    def test_a_report_on_stdout_stands_there_alone(self, project: SmallProject) -> None:
        ran = project.audit("-o", "json=-")
        assert json.loads(ran.out)["exit_code"] == 0
        assert "Verdict" in ran.err


class TestRuns:
    @pytest.fixture
    def run_folder(self, project: SmallProject) -> Path:
        project.export([GOOD, BAD])
        return project.audit().folder

    def test_an_unaltered_run_verifies_and_evaluates_to_the_same_bytes(
        self, project: SmallProject, run_folder: Path
    ) -> None:
        assert project.run("verify", str(run_folder)).code == 0
        ran = project.run("evaluate", str(run_folder))
        assert ran.code == 0, ran.out + ran.err

    @pytest.mark.parametrize(
        "manifest", ["", "{", "[]", "{}", '{"format": 2}', '{"format": 1, "files": []}', "[" * 99999]
    )
    def test_a_damaged_manifest_is_told(self, project: SmallProject, run_folder: Path, manifest: str) -> None:
        (run_folder / "manifest.json").write_text(manifest)
        for command in ("verify", "evaluate"):
            assert_told(project.run(command, str(run_folder)), run_folder.name, "manifest")

    def test_a_folder_without_a_manifest_is_no_run(self, project: SmallProject, run_folder: Path) -> None:
        (run_folder / "manifest.json").unlink()
        assert_told(project.run("verify", str(run_folder)), run_folder.name, "no sealed run")

    @pytest.mark.parametrize("name", ["evidence/account.parquet", "findings.parquet", "collections.json"])
    @pytest.mark.parametrize("how", ["altered", "missing"])
    def test_an_altered_run_is_not_evaluated_and_verify_names_the_file(
        self, project: SmallProject, run_folder: Path, name: str, how: str
    ) -> None:
        if how == "missing":
            (run_folder / name).unlink()
        else:
            with (run_folder / name).open("ab") as file:
                file.write(b" ")
        verified = project.run("verify", str(run_folder))
        assert verified.code == 1
        assert re.search(rf"{how} / .*{name}", verified.out)
        assert_told(project.run("evaluate", str(run_folder)), "altered", "hiscomply verify")
        assert_told(project.run("report", str(run_folder), "-o", "json=-"), "altered", "hiscomply verify")

    def test_comparing_with_a_run_without_findings_is_told(
        self, project: SmallProject, run_folder: Path
    ) -> None:
        (run_folder / "findings.parquet").write_bytes(b"not parquet")
        ran = project.audit("--previous", run_folder.name)
        assert_told(ran, "findings", "--previous")
        assert [run_folder] == [one for one in run_folder.parent.iterdir() if one.name[0] != "."]

    def test_evidence_that_was_collected_apart_is_no_run_to_compare_with(self, project: SmallProject) -> None:
        assert project.run("collect", str(project.root)).code == 0
        assert project.audit().code == 0

    def test_collecting_into_a_full_or_damaged_place_leaves_no_half_run(self, project: SmallProject) -> None:
        project.write(".hiscomply/key", "not hexadecimal")
        for command in ("collect", "audit"):
            assert_told(project.run(command, str(project.root)), "key", code=2)
        assert list((project.root / ".hiscomply" / "runs").iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "code", "needle"),
    [
        (["audit", "nowhere"], 2, "nowhere"),
        (["audit", "--no-such-flag"], 2, "--no-such-flag"),
        (["check", "broken"], 3, "compose.yaml"),
    ],
)
def test_the_program_itself_exits_so_and_shows_no_traceback(
    tmp_path: Path, arguments: list[str], code: int, needle: str
) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "compose.yaml").write_text("services: [unclosed\n")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert code == done.returncode, done.stdout + done.stderr
    assert needle in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def _shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The program by a shell, which can close its output or take its folder away."""
    whole = command.replace("hiscomply", f"{shlex.quote(sys.executable)} -c {shlex.quote(PROGRAM)}")
    return subprocess.run(["sh", "-c", whole], cwd=folder, capture_output=True, text=True, timeout=60)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_full_output_is_told_and_never_a_pass(tmp_path: Path) -> None:
    (tmp_path / "sshd_config").write_text("PermitRootLogin no\n")
    done = _shell("hiscomply check . --policy sshd_root_login_disabled > /dev/full", tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (3, False)
    assert "No space left on device" in done.stderr


@pytest.mark.parametrize(("value", "code"), [("no", 0), ("yes", 1)])
def test_with_its_output_closed_the_exit_code_is_the_verdict(tmp_path: Path, value: str, code: int) -> None:
    (tmp_path / "sshd_config").write_text(f"PermitRootLogin {value}\n")
    done = _shell("hiscomply check . --policy sshd_root_login_disabled >&-", tmp_path)
    assert (done.returncode, done.stderr) == (code, "")


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    done = _shell("mkdir gone; cd gone; rmdir ../gone; hiscomply check .", tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "the folder that this was started in is gone" in done.stderr


def test_a_defect_of_ours_reads_as_one_and_is_never_a_pass(
    project: SmallProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    import hiscomply.pipeline as pipeline

    def explode(*_: object, **__: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(pipeline, "evaluate_policies", explode)
    ran = project.audit()
    assert ran.code == 3
    assert "a defect in hiscomply" in ran.err
    assert "--debug" in ran.err
    assert "Traceback" not in ran.err
    assert list((project.root / ".hiscomply" / "runs").iterdir()) == []


def test_a_whole_project_moved_elsewhere_still_runs(project: SmallProject, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere with spaces and 中文 'quotes'"
    shutil.move(project.root, moved)
    shutil.copytree(moved / "pack", project.root / "pack")
    ran = project.run("audit", str(moved), "--as-of", "2026-06-30T09:00:00+08:00", "--policy", POLICY)
    assert ran.code == 0, ran.err
