"""``hiscomply reference``: what is imported counts from then on, what is wrong changes nothing."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from public_feeds import EOL_V0, EOL_V1, KEV, cve_record, points, write

from hiscomply.cli.main import run
from hiscomply.reference.document import open_reference


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str


Command = Callable[..., Said]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def reference(project: Path) -> Command:
    """``hiscomply reference WORDS``, on the project."""

    def call(command: str, *words: str | Path, lang: str = "en") -> Said:
        out, err = io.StringIO(), io.StringIO()
        places = [str(project)] if command in ("list", "verify") else ["--project", str(project)]
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(["--lang", lang, "reference", command, *map(str, words), *places])
        return Said(code, out.getvalue(), err.getvalue())

    return call


def state(said: Said, dataset: str) -> str:
    """The line of a data set in ``reference list``."""
    return next(line for line in said.out.splitlines() if line.startswith(dataset))


class TestImport:
    def test_the_feed_stands_in_the_project_with_where_it_came_from(
        self, tmp_path: Path, project: Path, reference: Command
    ) -> None:
        source = write(tmp_path / "known_exploited_vulnerabilities.json", KEV)
        said = reference("import", "kev_entry", source)
        assert (said.code, said.err) == (0, "")
        assert "kev_entry: 2 rows (none before), as of 2026-06-28" in said.out
        file = open_reference(project / "reference/kev_entry.yaml")
        assert (file.rows, file.is_intact) == (2, True)
        assert file.header.imported_from == "known_exploited_vulnerabilities.json"
        assert file.header.imported_sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
        assert file.header.imported_at.endswith("+00:00")

    def test_the_file_is_plain_yaml_and_its_checksum_can_be_made_with_sed(
        self, tmp_path: Path, project: Path, reference: Command
    ) -> None:
        reference("import", "kev_entry", write(tmp_path / "kev.json", KEV))
        file = project / "reference/kev_entry.yaml"
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        assert [row["cve"] for row in document["rows"]] == ["CVE-2026-10001", "CVE-2025-9999"]
        rows = subprocess.run(["sed", "1,/^rows:$/d", str(file)], capture_output=True, check=True).stdout
        assert hashlib.sha256(rows).hexdigest() == document["sha256"]

    def test_the_file_that_it_replaces_is_kept(
        self, tmp_path: Path, project: Path, reference: Command
    ) -> None:
        source = write(tmp_path / "kev.json", KEV)
        reference("import", "kev_entry", source)
        before = (project / "reference/kev_entry.yaml").read_bytes()
        smaller = {**KEV, "count": 1, "vulnerabilities": KEV["vulnerabilities"][:1]}
        said = reference("import", "kev_entry", write(source, smaller))
        assert "1 rows (2 before)" in said.out
        assert (project / "reference/kev_entry.yaml.previous").read_bytes() == before
        assert sorted(one.name for one in (project / "reference").iterdir()) == [
            "kev_entry.yaml",
            "kev_entry.yaml.previous",
        ]

    def test_a_wrong_file_changes_nothing_and_exits_2(
        self, tmp_path: Path, project: Path, reference: Command
    ) -> None:
        source = write(tmp_path / "kev.json", KEV)
        reference("import", "kev_entry", source)
        before = (project / "reference/kev_entry.yaml").read_bytes()
        source.write_text("<html>")
        said = reference("import", "kev_entry", source)
        assert said.code == 2
        assert f"{source}:1:1: no valid JSON" in said.err
        assert (project / "reference/kev_entry.yaml").read_bytes() == before
        assert not (project / "reference/kev_entry.yaml.previous").exists()

    def test_decisions_of_vulnrichment_come_from_a_folder(
        self, tmp_path: Path, project: Path, reference: Command
    ) -> None:
        for number in (1, 2):
            record = cve_record(
                f"CVE-2026-1000{number}", points("poc", "yes", "total") if number == 1 else None
            )
            write(tmp_path / f"v/CVE-2026-1000{number}.json", record)
        said = reference("import", "ssvc_decision", tmp_path / "v")
        assert said.code == 0, said.err
        assert "ssvc_decision: 1 rows (none before), as of 2026-06-20" in said.out
        assert "without a decision" in said.err

    def test_a_source_that_does_not_say_its_day_needs_as_of(self, tmp_path: Path, reference: Command) -> None:
        source = write(tmp_path / "postgresql.json", EOL_V0)
        said = reference("import", "support_cycle", source)
        assert said.code == 2
        assert "--as-of" in said.err
        assert reference("import", "support_cycle", source, "--as-of", "2026-06-20").code == 0

    @pytest.mark.parametrize(("text", "told"), [("tomorrow", "is no date"), ("2999-01-01", "in the future")])
    def test_a_day_that_cannot_be_is_refused(
        self, tmp_path: Path, reference: Command, text: str, told: str
    ) -> None:
        said = reference("import", "kev_entry", write(tmp_path / "kev.json", KEV), "--as-of", text)
        assert (said.code, told in said.err) == (2, True)

    def test_what_happened_after_the_day_of_the_data_is_refused(
        self, tmp_path: Path, reference: Command
    ) -> None:
        said = reference("import", "kev_entry", write(tmp_path / "kev.json", KEV), "--as-of", "2026-05-31")
        assert said.code == 2
        assert "added_at 2026-06-01T00:00:00Z is after the day of the data" in said.err

    def test_the_products_that_an_import_does_not_name_may_be_kept(
        self, tmp_path: Path, project: Path, reference: Command
    ) -> None:
        source = write(tmp_path / "windows-server.json", EOL_V1)
        said = reference("import", "support_cycle", source, "--keep-others")
        assert said.code == 0, said.err
        rows = [row for _, row in open_reference(project / "reference/support_cycle.yaml").read_rows()]
        assert [row["cycle"] for row in rows if row["product"] == "windows-server"] == ["2012-r2", "2012"]
        assert {"postgresql", "openeuler", "dm"} <= {row["product"] for row in rows}
        reference("import", "support_cycle", source)
        assert open_reference(project / "reference/support_cycle.yaml").rows == 2

    def test_an_unknown_data_set_is_told_with_the_nearest(self, tmp_path: Path, reference: Command) -> None:
        said = reference("import", "kev_entries", tmp_path)
        assert (said.code, "'kev_entry'" in said.err) == (2, True)

    def test_a_missing_file_is_told(self, tmp_path: Path, reference: Command) -> None:
        said = reference("import", "kev_entry", tmp_path / "none.json")
        assert (said.code, "there is no such file" in said.err) == (2, True)


HEAD = "dataset: kev_entry\nas_of: 2026-06-28\nsource: own\nrows:\n"
GOOD_ROW = "  - {cve: CVE-2026-1, added_at: 2026-06-01T00:00:00Z}\n".replace("-1,", "-1001,")


class TestOwnForms:
    def test_rows_may_be_written_by_hand(self, tmp_path: Path, reference: Command) -> None:
        (tmp_path / "own.yaml").write_text(HEAD + GOOD_ROW)
        assert reference("import", "kev_entry", tmp_path / "own.yaml").code == 0

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            (HEAD + GOOD_ROW + "  - {cve: CVE-2026-1002, added: 2026-06-01}\n", ":6:5: unknown field added"),
            (HEAD + "  - {cve: CVE-2026-1002, added_at: never}\n", ":5:5: field added_at"),
            (HEAD + "  - {added_at: 2026-06-01T00:00:00Z}\n", "no value for key cve"),
            (HEAD + GOOD_ROW + GOOD_ROW, "CVE-2026-1001 is also at"),
            (HEAD + "  - 5\n", "row must be an object"),
            (HEAD, "rows must be a list"),
            (HEAD.replace("rows:", "rows: []"), "there is no row"),
            (
                HEAD.replace("kev_entry", "ssvc_decision") + GOOD_ROW,
                "data of ssvc_decision, not of kev_entry",
            ),
            (HEAD.replace("source", "sauce") + GOOD_ROW, "unknown key sauce"),
            (HEAD.replace("2026-06-28", "June") + GOOD_ROW, "as_of 'June' is no date"),
            ("a: [", ""),
            ("- 1\n", "must be an object"),
        ],
    )
    def test_what_is_wrong_is_told_with_its_line(
        self, tmp_path: Path, project: Path, reference: Command, text: str, told: str
    ) -> None:
        (tmp_path / "own.yaml").write_text(text)
        said = reference("import", "kev_entry", tmp_path / "own.yaml")
        assert said.code == 2
        assert told in said.err
        assert "own.yaml" in said.err
        assert not (project / "reference").exists()

    def test_csv_takes_its_types_from_the_kind(
        self, tmp_path: Path, project: Path, reference: Command
    ) -> None:
        (tmp_path / "own.csv").write_text(
            "product,cycle,names,support_end,lts\ndm,8,dm8;达梦,2030-01-01,是\nkylin,v10,kylin,,\n",
            encoding="utf-8",
        )
        said = reference("import", "support_cycle", tmp_path / "own.csv", "--as-of", "2026-06-28")
        assert said.code == 0, said.err
        rows = [row for _, row in open_reference(project / "reference/support_cycle.yaml").read_rows()]
        assert (rows[0]["names"], rows[0]["lts"], rows[0]["state"]) == (["dm8", "达梦"], True, "dated")
        assert "support_end" not in rows[1]
        assert "state" not in rows[1]

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("product,cycle,colour\nx,1,red\n", "unknown column 'colour'"),
            ("product,cycle,lts\nx,1,perhaps\n", ":2: lts 'perhaps' is neither true nor false"),
            ("product,cycle\nx,1,2\n", ":2: 3 cells and not 2"),
            ('product,cycle\nx,"1\n', "no valid CSV"),
            ("product,cycle,versions\nx,1,(?=a)\n", "is no usable regular expression"),
            ("product,cycle,state\nx,1,dated\n", "support_end goes with state dated"),
            ("product,cycle,support_end\nx,1,2026-02-30\n", "field support_end"),
            ("product,cycle\n", "there is no row"),
            ("", "there is no row"),
        ],
    )
    def test_a_wrong_table_is_told_with_its_line(
        self, tmp_path: Path, reference: Command, text: str, told: str
    ) -> None:
        (tmp_path / "own.csv").write_text(text)
        said = reference("import", "support_cycle", tmp_path / "own.csv", "--as-of", "2026-06-28")
        assert (said.code, told in said.err) == (2, True), said.err

    def test_patient_data_never_become_reference_data(self, tmp_path: Path, reference: Command) -> None:
        (tmp_path / "own.csv").write_text(
            "cve,added_at,vendor\nCVE-2026-1001,2026-06-01T00:00:00Z,13912345678\n"
        )
        said = reference("import", "kev_entry", tmp_path / "own.csv", "--as-of", "2026-06-28")
        assert (said.code, "an audit would drop it" in said.err) == (2, True), said.err

    def test_one_of_our_own_files_that_was_changed_is_refused(
        self, tmp_path: Path, project: Path, reference: Command
    ) -> None:
        reference("import", "kev_entry", write(tmp_path / "kev.json", KEV))
        copy = tmp_path / "copy.yaml"
        copy.write_text((project / "reference/kev_entry.yaml").read_text().replace("2025-9999", "2025-9998"))
        said = reference("import", "kev_entry", copy)
        assert (said.code, "do not have the checksum" in said.err) == (2, True)


NOTICE = """dataset: calendar_day
source: notice of 2026
as_of: 2026-06-20
years: [2027]
days_off: [2027-01-01, 2027-02-05, 2027-02-08, 2027-02-09, 2027-02-10, 2027-02-11, {day: 2027-02-12, reason: 春节}]
working_days: [2027-02-07]
"""


class TestHolidays:
    def test_a_years_notice_becomes_every_day_of_the_year(
        self, tmp_path: Path, project: Path, reference: Command
    ) -> None:
        (tmp_path / "2027.yaml").write_text(NOTICE, encoding="utf-8")
        said = reference("import", "calendar_day", tmp_path / "2027.yaml")
        assert said.code == 0, said.err
        rows = {
            row["day"]: row for _, row in open_reference(project / "reference/calendar_day.yaml").read_rows()
        }
        assert len(rows) == 365
        told = {
            day: rows[day]["is_workday"] for day in ("2027-01-01", "2027-01-02", "2027-01-04", "2027-02-07")
        }
        assert told == {"2027-01-01": False, "2027-01-02": False, "2027-01-04": True, "2027-02-07": True}
        assert rows["2027-02-12"]["reason"] == "春节"

    def test_without_years_only_the_days_named_are_changed(
        self, tmp_path: Path, project: Path, reference: Command
    ) -> None:
        (tmp_path / "days.yaml").write_text("as_of: 2026-06-20\nsource: province\ndays_off: [2026-04-03]\n")
        assert reference("import", "calendar_day", tmp_path / "days.yaml").code == 0
        assert open_reference(project / "reference/calendar_day.yaml").rows == 1

    @pytest.mark.parametrize(
        ("old", "new", "told"),
        [
            ("years: [2027]", "years: [27]", "27 is no year"),
            ("years: [2027]", "years: [2028]", "is in none of the years given"),
            ("[2027-02-07]", "[2027-02-05]", "both a day off and a working day"),
            ("[2027-02-07]", "[2027-02-07, 2027-02-07]", "is there twice"),
            ("[2027-02-07]", "[soon]", "'soon' is no date"),
            ("2027-02-05, ", "", "fewer than 7 days off"),
            ("source:", "sauce:", "sauce does not fit here"),
        ],
    )
    def test_a_wrong_notice_is_told(
        self, tmp_path: Path, reference: Command, old: str, new: str, told: str
    ) -> None:
        (tmp_path / "2027.yaml").write_text(NOTICE.replace(old, new), encoding="utf-8")
        said = reference("import", "calendar_day", tmp_path / "2027.yaml")
        assert (said.code, told in said.err) == (2, True), said.err


class TestListShowVerify:
    def test_the_list_says_origin_age_and_what_is_not_there(self, tmp_path: Path, reference: Command) -> None:
        assert "not imported" in state(reference("list"), "kev_entry")
        assert "未导入" in state(reference("list", lang="zh"), "kev_entry")
        assert "shipped  checksum ok" in state(reference("list"), "incident_category")
        reference("import", "kev_entry", write(tmp_path / "kev.json", KEV))
        line = state(reference("list"), "kev_entry")
        assert "2026-06-28" in line
        assert "project  checksum ok" in line
        assert "to be renewed, > 14 d" in line

    def test_the_list_names_the_years_of_the_built_in_calendar(self, reference: Command) -> None:
        assert "chinesecalendar" in reference("list").out.splitlines()[-1]
        assert "2004–" in reference("list").out.splitlines()[-1]

    def test_show_gives_the_header_and_the_rows_that_hold_a_text(self, reference: Command) -> None:
        said = reference("show", "support_cycle", "达梦")
        assert said.code == 0
        assert 'dataset: "support_cycle"' in said.out
        assert [
            json.loads(line.partition(": ")[2])["product"]
            for line in said.out.splitlines()
            if line[0].isdigit()
        ] == ["dm"]

    def test_show_of_what_is_not_there_says_how_to_import_it(self, reference: Command) -> None:
        said = reference("show", "kev_entry")
        assert (said.code, "hiscomply reference import kev_entry FILE" in said.err) == (2, True)

    def test_verify_is_content_with_what_ships(self, reference: Command) -> None:
        said = reference("verify")
        assert (said.code, said.out) == (0, "")

    @pytest.mark.parametrize(
        ("old", "new", "told"),
        [
            ("CVE-2025-9999", "CVE-2025-9998", "the file was altered"),
            ('"kev_entry"', '"ssvc_decision"', "the header says that this is ssvc_decision"),
            ("rows:\n", "", "there is no line rows:"),
            ("\nsha256: ", "\nsha257: ", "unknown key sha257"),
            ('as_of: "2026-06-28"', 'as_of: "soon"', "as_of is no date"),
            ("source: ", "source: [", "no valid YAML"),
            ("rows:\n", "note: {zh: x}\nrows:\n", "the note must be a text"),
            ("rows:\n", "note: {zh: x, en: [x]}\nrows:\n", "the note must be a text"),
        ],
    )
    def test_verify_tells_what_was_altered(
        self, tmp_path: Path, project: Path, reference: Command, old: str, new: str, told: str
    ) -> None:
        reference("import", "kev_entry", write(tmp_path / "kev.json", KEV))
        file = project / "reference/kev_entry.yaml"
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new, 1))
        said = reference("verify")
        assert (said.code, told in said.out) == (1, True), said.out

    def test_verify_tells_a_row_that_could_not_be_evidence(
        self, tmp_path: Path, project: Path, reference: Command
    ) -> None:
        reference("import", "kev_entry", write(tmp_path / "kev.json", KEV))
        file = project / "reference/kev_entry.yaml"
        head, rows = file.read_text().split("rows:\n")
        rows = rows.replace('"added_at"', '"added_on"', 1)
        old = yaml.safe_load(head)["sha256"]
        file.write_text(head.replace(old, hashlib.sha256(rows.encode()).hexdigest()) + "rows:\n" + rows)
        said = reference("verify")
        assert (said.code, "unknown field added_on" in said.out) == (1, True), said.out
