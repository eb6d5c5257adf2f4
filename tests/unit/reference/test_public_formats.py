"""The public formats: what is in them becomes rows, and what is wrong in them is refused with its place."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from public_feeds import EOL_V0, EOL_V1, KEV, cve_record, points, write

from hiscomply.errors import HiscomplyError
from hiscomply.reference.imports.endoflife import parse_endoflife
from hiscomply.reference.imports.kev import parse_kev
from hiscomply.reference.imports.parsed import Parsed
from hiscomply.reference.imports.versions import is_usable_pattern, names_of, versions_of
from hiscomply.reference.imports.vulnrichment import parse_vulnrichment


def rows(parsed: Parsed) -> list[dict[str, Any]]:
    return [row for row, _ in parsed.rows]


class TestKev:
    def test_each_entry_is_a_row_and_the_feed_says_its_day_and_version(self, tmp_path: Path) -> None:
        parsed = parse_kev(write(tmp_path / "kev.json", KEV))
        assert rows(parsed) == [
            {
                "cve": "CVE-2026-10001",
                "added_at": "2026-06-01T00:00:00Z",
                "vendor": "Example",
                "product": "Gateway",
                "ransomware": True,
                "due": "2026-06-22",
            },
            {
                "cve": "CVE-2025-9999",
                "added_at": "2025-12-31T00:00:00Z",
                "vendor": "Example",
                "product": "Viewer",
            },
        ]
        assert (parsed.as_of, parsed.version) == (date(2026, 6, 28), "2026.06.28")

    def test_unknown_use_for_ransom_is_not_known_and_not_false(self, tmp_path: Path) -> None:
        assert "ransomware" not in rows(parse_kev(write(tmp_path / "kev.json", KEV)))[1]

    @pytest.mark.parametrize(
        ("spoil", "told"),
        [
            (lambda feed: feed.pop("vulnerabilities"), "no vulnerabilities"),
            (lambda feed: feed.update(vulnerabilities=[]), "the list is empty"),
            (lambda feed: feed.update(count=3), "3 entries and holds 2"),
            (lambda feed: feed.update(vulnerabilities={}), "must be a list"),
            (lambda feed: feed.update(dateReleased="yesterday"), "dateReleased 'yesterday' is no date"),
            (lambda feed: feed["vulnerabilities"].__setitem__(1, 5), "entry must be an object"),
            (lambda feed: feed["vulnerabilities"][1].update(cveID="CVE-1"), "'CVE-1' is no CVE id"),
            (lambda feed: feed["vulnerabilities"][1].update(cveID=None), "None is no CVE id"),
            (
                lambda feed: feed["vulnerabilities"][1].update(dateAdded="2026-02-30"),
                "dateAdded '2026-02-30'",
            ),
            (lambda feed: feed["vulnerabilities"][1].pop("dateAdded"), "dateAdded None is no date"),
            (lambda feed: feed["vulnerabilities"][1].update(cveID="CVE-2026-10001"), "there twice"),
        ],
    )
    def test_what_is_not_the_list_is_refused(
        self, tmp_path: Path, spoil: Callable[[Any], Any], told: str
    ) -> None:
        feed = json.loads(json.dumps(KEV))
        spoil(feed)
        with pytest.raises(HiscomplyError, match=re.escape(told)):
            parse_kev(write(tmp_path / "kev.json", feed))

    def test_an_entry_is_told_with_its_place_in_the_feed(self, tmp_path: Path) -> None:
        feed = json.loads(json.dumps(KEV))
        feed["vulnerabilities"][1]["cveID"] = "x"
        with pytest.raises(HiscomplyError) as caught:
            parse_kev(write(tmp_path / "kev.json", feed))
        assert str(caught.value.place).endswith("kev.json#/vulnerabilities/1")

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            (b'{"vulnerabilities": [', "no valid JSON"),
            (b"<html>Access denied</html>", "no valid JSON"),
            (b"", "no valid JSON"),
            (b"\xff\xfe\x00", "no UTF-8"),
            (b'{"count": NaN}', "impossible number"),
            (b"[" * 100_000, "nested too deeply"),
            (b"[]", "must be an object"),
        ],
    )
    def test_garbage_is_refused(self, tmp_path: Path, content: bytes, told: str) -> None:
        file = tmp_path / "kev.json"
        file.write_bytes(content)
        with pytest.raises(HiscomplyError, match=told):
            parse_kev(file)


class TestVulnrichment:
    def test_a_folder_gives_the_decisions_and_counts_records_without_one(self, tmp_path: Path) -> None:
        write(
            tmp_path / "v/2026/10xxx/CVE-2026-10001.json",
            cve_record("CVE-2026-10001", points("active", "yes", "total")),
        )
        write(
            tmp_path / "v/2026/10xxx/CVE-2026-10002.json",
            cve_record("CVE-2026-10002", points("none", "no", "partial")),
        )
        write(tmp_path / "v/2026/10xxx/CVE-2026-10003.json", cve_record("CVE-2026-10003", None))
        parsed = parse_vulnrichment(tmp_path / "v")
        stamp = "2026-06-20T10:00:00.000000Z"
        assert rows(parsed) == [
            {
                "cve": "CVE-2026-10001",
                "exploitation": "active",
                "automatable": True,
                "tech_impact": "total",
                "decided_at": stamp,
            },
            {
                "cve": "CVE-2026-10002",
                "exploitation": "none",
                "automatable": False,
                "tech_impact": "partial",
                "decided_at": stamp,
            },
        ]
        assert (parsed.passed_over, parsed.as_of) == (1, date(2026, 6, 20))

    def test_a_zip_and_json_lines_give_the_same_as_a_folder(self, tmp_path: Path) -> None:
        records = [cve_record(f"CVE-2026-1000{n}", points("poc", "no", "total")) for n in range(3)]
        for record in records:
            write(tmp_path / "v" / f"{record['cveMetadata']['cveId']}.json", record)
        with zipfile.ZipFile(tmp_path / "v.zip", "w") as archive:
            for record in records:
                archive.writestr(
                    f"vulnrichment-develop/{record['cveMetadata']['cveId']}.json", json.dumps(record)
                )
        (tmp_path / "v.jsonl").write_text("\n".join(json.dumps(record) for record in records) + "\n")
        folder = rows(parse_vulnrichment(tmp_path / "v"))
        assert len(folder) == 3
        assert rows(parse_vulnrichment(tmp_path / "v.zip")) == folder
        assert rows(parse_vulnrichment(tmp_path / "v.jsonl")) == folder

    def test_of_two_looks_at_one_cve_the_newest_counts(self, tmp_path: Path) -> None:
        record = cve_record("CVE-2026-10001", points("none", "no", "partial"), "2026-06-10T00:00:00Z")
        newer = cve_record("CVE-2026-10001", points("active", "yes", "total"), "2026-06-18T00:00:00Z")
        record["containers"]["adp"][1]["metrics"].insert(0, newer["containers"]["adp"][1]["metrics"][1])
        parsed = parse_vulnrichment(write(tmp_path / "one.json", record))
        assert rows(parsed)[0]["exploitation"] == "active"
        assert parsed.as_of == date(2026, 6, 18)

    def test_a_point_that_is_not_given_stays_out(self, tmp_path: Path) -> None:
        record = cve_record("CVE-2026-10001", [{"Exploitation": "poc"}, {"Mission & Well-being": "medium"}])
        (row,) = rows(parse_vulnrichment(write(tmp_path / "one.json", record)))
        assert set(row) == {"cve", "exploitation", "decided_at"}

    def test_another_providers_decision_is_not_taken_for_that_of_cisa(self, tmp_path: Path) -> None:
        record = cve_record("CVE-2026-10001", points("none", "no", "partial"))
        record["containers"]["adp"][1]["providerMetadata"]["shortName"] = "Somebody"
        with pytest.raises(HiscomplyError, match="no record holds an SSVC decision"):
            parse_vulnrichment(write(tmp_path / "one.json", record))

    @pytest.mark.parametrize(
        ("spoil", "told"),
        [
            (lambda record: record.update(dataType="CVE"), "its dataType is not CVE_RECORD"),
            (lambda record: record.update(cveMetadata={"cveId": "CVE-x"}), "'CVE-x' is no CVE id"),
            (lambda record: record.update(containers=[]), "containers must be an object"),
            (lambda record: record["containers"].update(adp={}), "containers.adp must be a list"),
            (
                lambda record: _ssvc(record).update(options=[{"Automatable": "maybe"}]),
                "unknown value 'maybe'",
            ),
            (lambda record: _ssvc(record).update(options=[]), "decision is empty"),
            (lambda record: _ssvc(record).update(options="yes"), "ssvc options must be a list"),
            (lambda record: _ssvc(record).update(timestamp="soon"), "timestamp 'soon' is no date"),
        ],
    )
    def test_what_is_no_record_is_refused_with_its_file(
        self, tmp_path: Path, spoil: Callable[[Any], Any], told: str
    ) -> None:
        good = cve_record("CVE-2026-10001", points("none", "no", "total"))
        bad = cve_record("CVE-2026-10002", points("none", "no", "total"))
        spoil(bad)
        write(tmp_path / "v/CVE-2026-10001.json", good)
        write(tmp_path / "v/CVE-2026-10002.json", bad)
        with pytest.raises(HiscomplyError, match=re.escape(told)) as caught:
            parse_vulnrichment(tmp_path / "v")
        assert str(caught.value.place) == "v/CVE-2026-10002.json"

    def test_a_cve_that_stands_twice_is_refused(self, tmp_path: Path) -> None:
        for name in ("a", "b"):
            write(tmp_path / f"v/{name}.json", cve_record("CVE-2026-10001", points("none", "no", "total")))
        with pytest.raises(HiscomplyError, match=r"CVE-2026-10001 is also in v/a\.json"):
            parse_vulnrichment(tmp_path / "v")

    def test_a_broken_line_is_told_by_its_number(self, tmp_path: Path) -> None:
        good = json.dumps(cve_record("CVE-2026-10001", points("none", "no", "total")))
        (tmp_path / "v.jsonl").write_text(f"{good}\n{good[:50]}\n")
        with pytest.raises(HiscomplyError) as caught:
            parse_vulnrichment(tmp_path / "v.jsonl")
        assert f"{tmp_path}/v.jsonl:2:" in str(caught.value)

    def test_empty_sources_are_refused(self, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        with zipfile.ZipFile(tmp_path / "empty.zip", "w") as archive:
            archive.writestr("readme.txt", "x")
        for name in ("empty", "empty.zip"):
            with pytest.raises(HiscomplyError, match=r"holds no \.json file"):
                parse_vulnrichment(tmp_path / name)

    def test_a_damaged_archive_is_refused(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "v.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(
                "a.json", json.dumps(cve_record("CVE-2026-10001", points("none", "no", "total")))
            )
        data = bytearray((tmp_path / "v.zip").read_bytes())
        data[60:80] = b"\0" * 20
        (tmp_path / "v.zip").write_bytes(data)
        with pytest.raises(HiscomplyError, match="damaged"):
            parse_vulnrichment(tmp_path / "v.zip")

    def test_an_archive_that_unpacks_without_end_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("hiscomply.reference.imports.documents.MOST_BYTES", 1000)
        with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.json", "[" + "0," * 1_000_000 + "0]")
        with pytest.raises(HiscomplyError, match="larger than"):
            parse_vulnrichment(tmp_path / "bomb.zip")

    def test_links_out_of_the_folder_are_not_followed(self, tmp_path: Path) -> None:
        write(tmp_path / "secret.json", cve_record("CVE-2026-10002", points("none", "no", "total")))
        write(tmp_path / "v/a.json", cve_record("CVE-2026-10001", points("none", "no", "total")))
        (tmp_path / "v/link.json").symlink_to(tmp_path / "secret.json")
        assert [row["cve"] for row in rows(parse_vulnrichment(tmp_path / "v"))] == ["CVE-2026-10001"]


def _ssvc(record: Any) -> Any:
    return record["containers"]["adp"][1]["metrics"][1]["other"]["content"]


class TestEndOfLife:
    def test_version_0_of_the_api_gives_dates_ends_without_a_date_and_open_ends(self, tmp_path: Path) -> None:
        parsed = parse_endoflife(write(tmp_path / "postgresql.json", EOL_V0))
        told = {row["cycle"]: (row["product"], row["state"], row.get("support_end")) for row in rows(parsed)}
        assert told == {
            "16": ("postgresql", "dated", "2028-11-09"),
            "9.6": ("postgresql", "ended", None),
            "17": ("postgresql", "open", None),
        }
        assert parsed.as_of is None

    def test_version_1_of_the_api_says_product_label_and_day(self, tmp_path: Path) -> None:
        parsed = parse_endoflife(write(tmp_path / "any.json", EOL_V1))
        r2, plain = rows(parsed)
        assert (r2["support_end"], r2["extended_support_end"], r2["lts"]) == (
            "2023-10-10",
            "2026-10-13",
            True,
        )
        assert "windows server 2012 r2" in r2["names"]
        assert "windows server 2012 r2" not in plain["names"]
        assert parsed.as_of == date(2026, 6, 20)

    def test_the_full_list_of_version_1_holds_several_products(self, tmp_path: Path) -> None:
        document = {"result": [EOL_V1["result"], {**EOL_V1["result"], "name": "other"}]}
        products = [row["product"] for row in rows(parse_endoflife(write(tmp_path / "full.json", document)))]
        assert products == ["windows-server", "windows-server", "other", "other"]

    @pytest.mark.parametrize(
        ("document", "told"),
        [
            ([{"cycle": "16"}], "there is no eol"),
            ([{"cycle": "16", "eol": "soon"}], "eol 'soon' is no date"),
            ([{"cycle": "16", "eol": 5}], "end of life 5 means nothing"),
            ([{"cycle": None, "eol": True}], "None is no name"),
            ([{"cycle": True, "eol": True}], "True is no name"),
            ([{"cycle": "1", "eol": True}, {"cycle": "1", "eol": False}], "there twice"),
            ([], "no cycle in it"),
            ({"a": 1}, "there is no result"),
            ({"result": {"name": "x", "releases": [{"name": "1"}]}}, "isEol is missing"),
            ({"result": {"name": "x", "releases": 5}}, "must be a list"),
            ({"result": 5}, "must be an object"),
            (5, "must be a list"),
        ],
    )
    def test_what_is_not_of_endoflife_date_is_refused(self, tmp_path: Path, document: Any, told: str) -> None:
        with pytest.raises(HiscomplyError, match=re.escape(told)):
            parse_endoflife(write(tmp_path / "x.json", document))


class TestVersions:
    @pytest.mark.parametrize(
        ("cycle", "siblings", "version", "matches"),
        [
            ("14", ["13", "14"], "14", True),
            ("14", ["13", "14"], "14.12-1.pgdg120+1", True),
            ("14", ["13", "14"], "1:14.2", True),
            ("14", ["13", "14"], "140", False),
            ("14", ["13", "14"], "13.14", False),
            ("9.6", ["9.6", "9.5"], "9.6.24", True),
            ("9.6", ["9.6", "9.5"], "9.60", False),
            ("22.03-lts-sp4", ["22.03-lts", "22.03-lts-sp4"], "22.03 (LTS-SP4)", True),
            ("22.03-lts-sp4", ["22.03-lts", "22.03-lts-sp4"], "22.03 LTS SP4", True),
            ("22.03-lts", ["22.03-lts", "22.03-lts-sp4"], "22.03 (LTS)", True),
            ("22.03-lts", ["22.03-lts", "22.03-lts-sp4"], "22.03 LTS SP4", False),
            ("22.03-lts", ["22.03-lts", "22.03-lts-sp4"], "22.03", False),
            ("2012", ["2012", "2012-r2"], "2012 R2", False),
            ("2012", ["2012", "2012-r2"], "2012", True),
        ],
    )
    def test_a_version_belongs_to_one_cycle(
        self, cycle: str, siblings: list[str], version: str, matches: bool
    ) -> None:
        assert bool(re.match(versions_of(cycle, siblings), version)) is matches

    def test_a_product_whose_versions_are_builds_is_known_by_its_newest(self) -> None:
        pattern = versions_of("2016", ["2016"], "10.0.14393")
        assert re.match(pattern, "10.0.14393.5006")
        assert re.match(pattern, "2016 Standard")
        assert not re.match(pattern, "10.0.17763")

    def test_names_are_lower_case_and_the_products_own_comes_first(self) -> None:
        assert names_of("postgresql", "14")[0] == "postgresql"
        assert "postgresql-14" in names_of("postgresql", "14")
        assert names_of("nobody-knows", "1") == ["nobody-knows"]

    @pytest.mark.parametrize("pattern", ["(", "a(?=b)", "a(?!b)", "(?<=a)b", r"(a)\1", "(?P<x>a)(?P=x)"])
    def test_a_pattern_that_the_engine_cannot_match_is_noticed(self, pattern: str) -> None:
        assert not is_usable_pattern(pattern)
