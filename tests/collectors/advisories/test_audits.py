"""Whole audits: packages that one target gives, advisories of a feed, and the verdict of a policy that was there before."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import random
import subprocess
import zipfile
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.servers.audits import Audited, assert_nowhere, audit, command, write_project
from tests.servers.running import needs

from hiscomply.model import CollectionStatus
from hiscomply_advisories.order import dpkg_key

POLICY = "core_vulnerabilities_fixed_by_deadline"
NOW = datetime.now(UTC)
NAME, NUMBER = "欧阳测试", "11010519491231002X"
DEBIAN = {"id": "S1", "os_id": "debian", "os_version": "12", "os_name": "Debian GNU/Linux 12 (bookworm)"}
OPENSSL = {
    "asset_id": "S1",
    "name": "libssl3",
    "version": "3.0.1-1+b2",
    "arch": "amd64",
    "source_name": "openssl",
    "source_version": "3.0.1-1",
}
ASSET = {
    "id": "S1",
    "class": "server",
    "tier": 1,
    "internet_exposed": True,
    "vendor_locked": False,
    "isolated": False,
}


def ago(days: float) -> str:
    return (NOW - timedelta(days=days)).isoformat()


def osv(
    number: str = "CVE-2024-0001",
    fixed: str | None = "3.0.2-1",
    name: str = "openssl",
    ecosystem: str = "Debian:12",
    published: float = 200,
    modified: float = 1,
) -> dict[str, Any]:
    events = [{"introduced": "0"}, *([{"fixed": fixed}] if fixed else [])]
    return {
        "id": f"DEBIAN-{number}",
        "upstream": [number],
        "published": ago(published),
        "modified": ago(modified),
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
        "affected": [
            {
                "package": {"ecosystem": ecosystem, "name": name},
                "ranges": [{"type": "ECOSYSTEM", "events": events}],
            }
        ],
    }


def zipped(*entries: Any) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number, entry in enumerate(entries):
            data = entry if isinstance(entry, bytes) else json.dumps(entry).encode()
            archive.writestr(f"{number}.json", data)
    return stream.getvalue()


class Project:
    """A hospital's project: an inventory as JSON Lines, feeds as files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: dict[str, list[dict[str, Any]]] = {
            "asset": [ASSET],
            "host": [DEBIAN],
            "package": [OPENSSL],
        }
        self.observed_at = ago(0.1)
        self.is_cut_off = False
        self.feeds: list[str] = []
        self.more = ""

    def feed(self, name: str, data: bytes | dict[str, Any], format: str, more: str = "") -> Project:
        path = self.folder / "feeds" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
        self.feeds.append(f"      - {{path: feeds/{name}, format: {format}{more}}}\n")
        return self

    def write(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        lines = [json.dumps({"kind": kind, **row}) for kind, rows in self.rows.items() for row in rows]
        ending = [] if self.is_cut_off else [json.dumps({"kind": "_end", "records": len(lines)})]
        (self.folder / "inventory.jsonl").write_text("\n".join([*lines, *ending]) + "\n", encoding="utf-8")
        kinds = ", ".join(self.rows)
        collect = (
            "  - collector: advisories\n    name: patch-levels\n"
            f"{self.more}    feeds:\n{''.join(self.feeds)}"
            f"  - collector: records\n    name: inventory\n    path: inventory.jsonl\n    kinds: [{kinds}]\n"
            f"    observed_at: '{self.observed_at}'\n"
        )
        return write_project(self.folder, collect)

    def audit(self) -> Audited:
        return audit(self.write(), [POLICY])

    def collected(self) -> Audited:
        """A collection without an audit."""
        code, out, err = command("collect", str(self.write()))
        assert code in {0, 3}, out + err
        return Audited(code, out, err, self.folder)

    def vulns(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Rows of a collection without an audit, by host and CVE."""
        done = self.collected()
        self.outcome = done.collections["patch-levels"]
        return {(row["asset_id"], row["cve"]): row for row in done.rows("vuln")}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "project")


def why(done: Audited) -> str:
    one = done.collections["patch-levels"]
    assert one.reason is not None
    return " | ".join([one.reason.en, *(item.reason.en for item in one.rejected)])


def assert_doubtful(done: Audited, status: CollectionStatus = CollectionStatus.PARTIAL) -> None:
    """Vulnerabilities are in doubt, which makes every policy about them unknown (``assert_unknown``)."""
    assert done.collections["patch-levels"].status is status
    assert done.collections["patch-levels"].affected == ("vuln",)
    assert done.code == 3
    assert done.collections["inventory"].status is CollectionStatus.OK


def assert_unknown(done: Audited, status: CollectionStatus = CollectionStatus.PARTIAL) -> None:
    """Vulnerabilities are not known, the policy says so, and the inventory beside it is none the worse."""
    assert done.collections["patch-levels"].status is status
    assert done.collections["patch-levels"].affected == ("vuln",)
    assert done.policy(POLICY)["verdict"] == "unknown"
    assert [one["reason"] for one in done.findings(POLICY)] == ["collection_incomplete"]
    assert done.code == 3
    assert done.collections["inventory"].status is CollectionStatus.OK


def test_a_package_older_than_the_fix_is_found_by_the_deadline_policy(project: Project) -> None:
    done = project.feed("osv.zip", zipped(osv()), "osv").audit()
    (row,) = done.rows("vuln")
    assert (row["packages"], row["fixes"]) == (["openssl 3.0.1-1"], ["openssl 3.0.2-1"])
    assert (row["severity"], row["cvss"], row["fix_available"]) == ("critical", 9.8, True)
    assert row["_observed_at"].replace(tzinfo=UTC) == datetime.fromisoformat(ago(1)), (
        "the feed is the older one"
    )
    assert [one["verdict"] for one in done.findings(POLICY)] == ["fail"]
    assert done.policy(POLICY)["verdict"] == "fail"


def test_a_package_with_the_fix_is_not_affected(project: Project) -> None:
    done = project.feed("osv.zip", zipped(osv(fixed="3.0.1-1")), "osv").audit()
    assert done.collections["patch-levels"].status is CollectionStatus.OK
    assert done.rows("vuln") == []
    assert [one["reason"] for one in done.findings(POLICY)] == ["no_records"]


class TestNeverTakenForNone:
    def test_no_packages(self, project: Project) -> None:
        project.rows["package"] = []
        done = project.feed("osv.zip", zipped(osv()), "osv").audit()
        assert done.collections["patch-levels"].status is CollectionStatus.FAILED
        assert "no packages were collected" in why(done)
        assert done.policy(POLICY)["verdict"] == "unknown"

    def test_an_inventory_that_was_cut_off(self, project: Project) -> None:
        project.is_cut_off = True
        done = project.feed("osv.zip", zipped(osv(fixed="1.0-1")), "osv").audit()
        assert done.collections["patch-levels"].status is CollectionStatus.PARTIAL
        assert "it rests on collections that are incomplete: inventory" in why(done)
        assert done.policy(POLICY)["verdict"] == "unknown"

    @pytest.mark.parametrize(
        ("host", "said"),
        [
            ({**DEBIAN, "os_version": "11"}, "no feed covers debian:11"),
            (
                {"id": "S1", "os_id": "openEuler", "os_version": "22.03", "os_name": "x"},
                "release of the host is not known",
            ),
            ({"id": "S1"}, "release of the host is not known"),
            ({"id": "S2", "os_id": "debian", "os_version": "12"}, "no packages of this host"),
        ],
        ids=["release without feed", "service pack unknown", "nothing said", "host without packages"],
    )
    def test_a_host_that_cannot_be_judged(self, project: Project, host: dict[str, str], said: str) -> None:
        project.rows["host"] = [host]
        done = project.feed("osv.zip", zipped(osv(fixed="1.0-1")), "osv").collected()
        assert_doubtful(done)
        assert said in why(done)

    @pytest.mark.parametrize("change", [{"version": "3/0", "source_version": "3/0"}, {"source_name": None}])
    def test_a_package_that_cannot_be_compared(self, project: Project, change: dict[str, Any]) -> None:
        row = {name: value for name, value in {**OPENSSL, **change}.items() if value is not None}
        project.rows["package"] = [row, {**OPENSSL, "name": "openssl"}]
        done = project.feed("osv.zip", zipped(osv(fixed="1.0-1")), "osv").collected()
        assert_doubtful(done)
        assert "1 packages are without source package or a version" in why(done)

    def test_an_old_feed(self, project: Project) -> None:
        done = project.feed("osv.zip", zipped(osv(fixed="1.0-1", modified=9)), "osv").audit()
        assert_unknown(done)
        assert "the feed is too old" in why(done)

    def test_an_old_list_of_packages(self, project: Project) -> None:
        project.observed_at = ago(9)
        done = project.feed("osv.zip", zipped(osv(fixed="1.0-1")), "osv").audit()
        assert done.policy(POLICY)["verdict"] == "unknown"
        assert "the list of packages is too old" in why(done)

    def test_a_version_of_the_feed_that_cannot_be_ordered(self, project: Project) -> None:
        done = project.feed("osv.zip", zipped(osv(fixed="1/0")), "osv").collected()
        assert_doubtful(done)
        assert "versions that cannot be compared: 0.json: 1/0" in why(done)

    @pytest.mark.parametrize(
        ("name", "data", "format"),
        [
            ("osv.zip", b"PK\x03\x04 rubbish", "osv"),
            ("osv.zip", zipped(), "osv"),
            ("osv.zip", zipped({"hello": 1}), "osv"),
            ("tracker.json", b"<html>login</html>", "debian-tracker"),
            ("tracker.json", b'{"openssl": {"CVE-1": {"releases": {"bookworm"', "debian-tracker"),
            ("tracker.json", b"{}", "debian-tracker"),
            ("tracker.json", b"\xff\xfe", "debian-tracker"),
            ("csaf.json", b"[" * 100_000, "csaf"),
            ("tracker.json.gz", gzip.compress(b"{}")[:-6], "debian-tracker"),
        ],
    )
    def test_a_feed_that_is_none(self, project: Project, name: str, data: bytes, format: str) -> None:
        done = project.feed(name, data, format).collected()
        assert_doubtful(done, CollectionStatus.FAILED)

    def test_a_feed_that_is_not_there(self, project: Project) -> None:
        project.feeds.append("      - {path: feeds/none.zip, format: osv}\n")
        assert_doubtful(project.collected(), CollectionStatus.FAILED)

    def test_one_broken_entry_or_one_broken_feed_costs_the_others_nothing(self, project: Project) -> None:
        project.feed("osv.zip", zipped(osv(), b"{broken"), "osv").feed("bad.json", b"no", "debian-tracker")
        done = project.audit()
        assert done.collections["patch-levels"].status is CollectionStatus.FAILED
        assert [row["cve"] for row in done.rows("vuln")] == ["CVE-2024-0001"]
        assert done.policy(POLICY)["verdict"] == "fail"
        assert "1.json: it is no JSON" in why(done)

    def test_a_feed_larger_than_the_bound(self, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("hiscomply_advisories.fetch.MAX_ENTRY_BYTES", 1000)
        done = project.feed("osv.zip", zipped({**osv(), "details": "x" * 2000}), "osv").collected()
        assert_doubtful(done, CollectionStatus.FAILED)
        assert "larger than what is read" in why(done)


def packed_as(ending: str, entry: dict[str, Any]) -> bytes:
    data = json.dumps(entry).encode()
    if ending == ".zst":
        return bytes(pytest.importorskip("zstandard").ZstdCompressor().compress(data))
    if ending == ".xz":
        return lzma.compress(data)
    return gzip.compress(data) if ending else data


class TestPackedDocuments:
    """Of a feed that is a folder or a zip, documents count whether they are packed or not."""

    @pytest.mark.parametrize("ending", [".gz", ".xz", ".zst"])
    @pytest.mark.parametrize("is_zip", [False, True])
    def test_packed_ones_are_read_beside_plain_ones(
        self, project: Project, ending: str, is_zip: bool
    ) -> None:
        documents = {
            "DSA-1.json": packed_as("", osv()),
            f"DSA-2.json{ending}": packed_as(ending, osv("CVE-2024-0002")),
            f"DSA-2.json{ending}.asc": b"a signature",
        }
        if is_zip:
            stream = io.BytesIO()
            with zipfile.ZipFile(stream, "w") as archive:
                for name, data in documents.items():
                    archive.writestr(name, data)
            project.feed("osv.zip", stream.getvalue(), "osv")
        else:
            for name, data in documents.items():
                project.feed(f"osv/{name}", data, "osv")
            project.feeds = ["      - {path: feeds/osv, format: osv}\n"]
        assert {cve for _, cve in project.vulns()} == {"CVE-2024-0001", "CVE-2024-0002"}
        assert project.outcome.status is CollectionStatus.OK

    def test_two_that_are_not_the_same_are_told_and_both_count(self, project: Project) -> None:
        project.feed("osv/DSA-1.json", packed_as("", osv(fixed="1.0-1")), "osv")
        project.feed("osv/DSA-1.json.gz", packed_as(".gz", osv()), "osv")
        project.feeds = ["      - {path: feeds/osv, format: osv}\n"]
        done = project.collected()
        assert_doubtful(done)
        assert "DSA-1.json.gz: it is there twice" in why(done)
        assert [row["cve"] for row in done.rows("vuln")] == ["CVE-2024-0001"]

    @pytest.mark.parametrize("ending", [".gz", ".xz", ".zst"])
    def test_one_that_is_damaged_fails_the_feed(self, project: Project, ending: str) -> None:
        project.feed("osv/DSA-1.json", packed_as("", osv()), "osv")
        project.feed(f"osv/DSA-2.json{ending}", packed_as(ending, osv())[:-20] + b"x" * 20, "osv")
        project.feeds = ["      - {path: feeds/osv, format: osv}\n"]
        done = project.collected()
        assert done.collections["patch-levels"].status in {CollectionStatus.FAILED, CollectionStatus.PARTIAL}
        assert "DSA-2.json" in why(done)


class TestFixesWithoutEpoch:
    """AlmaLinux states no epoch; a package that has had several may be of an older one than the fix."""

    @staticmethod
    def of(project: Project, *versions: str) -> Project:
        project.rows["host"], project.rows["package"] = [], []
        for number, version in enumerate(versions, 1):
            host = {"id": f"S{number}", "os_id": "almalinux", "os_version": "9.4", "os_name": "AlmaLinux 9.4"}
            package = {"asset_id": f"S{number}", "name": "tool", "version": version, "arch": "x86_64"}
            project.rows["host"].append(host)
            project.rows["package"].append({**package, "source_name": "tool", "source_version": version})
        return project

    @pytest.mark.parametrize(
        ("versions", "stated"),
        [(("5.0-1", "1:2.3-2"), ()), (("5.0-1",), ("1:2.0-1",)), (("1:5.0-1", "2:2.3-2"), ())],
        ids=["of another host", "of another advisory", "raised twice"],
    )
    def test_one_that_may_be_of_a_higher_epoch_is_told(
        self, project: Project, versions: tuple[str, ...], stated: tuple[str, ...]
    ) -> None:
        more = [osv("CVE-2020-1", one, "tool", "AlmaLinux:9") for one in stated]
        for one in more:  # it is about that epoch only
            one["affected"][0]["ranges"][0]["events"][0]["introduced"] = "1:1.0-1"
        feed = zipped(osv(fixed="2.3-1", name="tool", ecosystem="AlmaLinux:9"), *more)
        done = self.of(project, *versions).feed("osv.zip", feed, "osv").audit()
        assert_unknown(done)
        told = [one.subject for one in done.collections["patch-levels"].rejected]
        assert (told, "have a fix without an epoch" in why(done)) == (["S1"], True)
        assert f"tool {versions[0]} (CVE-2024-0001: 2.3-1)" in why(done)

    @pytest.mark.parametrize(
        ("versions", "fixed", "found"),
        [
            (("5.0-1",), "2.3-1", set()),
            (("1:5.0-1", "1:5.0-2"), "2.3-1", set()),
            (("1:5.0-1", "2.4-1"), "1:2.3-1", {"S2"}),
            (("1:2.0-1",), "2.3-1", {"S1"}),
            (("2.0-1", "1:2.0-1"), "2.3-1", {"S1", "S2"}),
        ],
        ids=["one epoch", "one epoch that is not 0", "the fix states it", "older all the same", "both older"],
    )
    def test_where_the_epoch_is_certain_or_makes_no_difference_nothing_is_told(
        self, project: Project, versions: tuple[str, ...], fixed: str, found: set[str]
    ) -> None:
        feed = zipped(osv(fixed=fixed, name="tool", ecosystem="AlmaLinux:9"))
        assert {host for host, _ in self.of(project, *versions).feed("osv.zip", feed, "osv").vulns()} == found
        assert project.outcome.status is CollectionStatus.OK


def module_updates(*updates: tuple[str, str | None, str]) -> bytes:
    """An updateinfo of CVE, stream and mended version; the first part of its version is the epoch."""
    text = ""
    for number, (cve, stream, fixed) in enumerate(updates):
        epoch, version, build = fixed.replace(":", "-").split("-")
        module = f'<module name="nodejs" stream="{stream}" version="1" context="c" arch="x86_64"/>'
        text += (
            f'<update type="security"><id>RLSA-{number}</id><issued date="2024-01-02 00:00:00"/>'
            f'<updated date="{ago(1)}"/><severity>Important</severity>'
            f'<references><reference id="{cve}" type="cve"/></references>'
            f"<pkglist><collection>{module if stream else ''}"
            f'<package name="nodejs" epoch="{epoch}" version="{version}" release="{build}" arch="x86_64"/>'
            "</collection></pkglist></update>"
        )
    return f"<updates>{text}</updates>".encode()


class TestModuleStreams:
    """A fix for one stream of a module says nothing of a build for another."""

    OLD_18 = "1:18.1.0-1.module+el8.9.0+100+aaaa"
    OLD_20 = "1:20.1.0-1.module+el8.9.0+200+bbbb"
    NEW_18 = "1:18.9.0-1.module+el8.9.0+101+aaaa"
    NEW_20 = "1:20.9.0-1.module+el8.9.0+201+bbbb"
    HISTORY = (("CVE-2020-1", "18", OLD_18), ("CVE-2020-1", "20", OLD_20))

    def found(self, project: Project, installed: str, *updates: tuple[str, str | None, str]) -> set[str]:
        host = {"id": "S1", "os_id": "rocky", "os_version": "8.9", "os_name": "Rocky Linux 8.9"}
        package = {"asset_id": "S1", "name": "nodejs", "version": installed, "arch": "x86_64"}
        project.rows |= {"host": [host], "package": [package]}
        project.feed("u.xml", module_updates(*updates), "updateinfo", ', release: "rocky:8"')
        return {cve for _, cve in project.vulns()}

    @pytest.mark.parametrize(
        ("installed", "fixed", "stream", "found"),
        [
            (OLD_18, NEW_18, "18", {"CVE-2024-1"}),
            (OLD_18, NEW_20, "20", set()),
            (NEW_18, NEW_20, "20", set()),
            (OLD_20, NEW_20, "20", {"CVE-2024-1"}),
            (OLD_20, NEW_18, "18", set()),
            (NEW_20, NEW_20, "20", set()),
        ],
    )
    def test_where_a_feed_tells_the_stream_of_both_they_are_held_apart(
        self, project: Project, installed: str, fixed: str, stream: str, found: set[str]
    ) -> None:
        history = (*self.HISTORY, ("CVE-2020-2", "18", self.NEW_18), ("CVE-2020-2", "20", self.NEW_20))
        said = self.found(project, installed, *history, ("CVE-2024-1", stream, fixed))
        assert said & {"CVE-2024-1"} == found
        assert project.outcome.status is CollectionStatus.OK

    @pytest.mark.parametrize(
        ("installed", "stream", "fixed"),
        [
            (OLD_18, "20", NEW_20),
            (OLD_18, "18", NEW_18),
            (OLD_18, None, NEW_20),
        ],
        ids=["no feed has the installed build", "perhaps of the same stream", "no feed names streams"],
    )
    def test_where_the_stream_of_either_is_not_known_it_is_told(
        self, project: Project, installed: str, stream: str | None, fixed: str
    ) -> None:
        assert self.found(project, installed, ("CVE-2024-1", stream, fixed)) == set()
        assert project.outcome.status is CollectionStatus.PARTIAL
        (one,) = project.outcome.rejected
        assert one.subject == "S1"
        assert "which stream is installed is not known: nodejs 1:18.1.0" in one.reason.en

    def test_a_build_for_no_stream_and_one_that_is_not_older_need_no_stream(self, project: Project) -> None:
        assert self.found(project, "1:16.0.0-1.el8", ("CVE-2024-1", "20", self.NEW_20)) == set()
        assert project.outcome.status is CollectionStatus.OK
        project.feeds = []
        assert self.found(project, self.NEW_20, ("CVE-2024-1", "18", self.NEW_18)) == set()
        assert project.outcome.status is CollectionStatus.OK


def test_free_text_of_a_feed_is_kept_nowhere(project: Project) -> None:
    entry = {**osv(), "details": f"{NAME} {NUMBER}", "summary": NAME, "credits": [{"name": NAME}]}
    done = project.feed("osv.zip", zipped(entry), "osv").audit()
    assert len(done.rows("vuln")) == 1
    assert_nowhere([NAME, NUMBER], project.folder / ".hiscomply", done.out, done.err)


def test_feeds_and_inventory_are_only_read(project: Project) -> None:
    folder = project.feed("osv.zip", zipped(osv()), "osv").write()

    def state() -> dict[str, tuple[int, bytes]]:
        files = [one for one in folder.rglob("*") if one.is_file() and ".hiscomply" not in one.parts]
        return {str(one): (one.stat().st_mtime_ns, one.read_bytes()) for one in files}

    before = state()
    audit(folder, [POLICY])
    assert state() == before


def test_a_dry_run_names_the_feeds(project: Project) -> None:
    folder = project.feed("osv.zip", zipped(osv()), "osv").write()
    _, out, _ = command("collect", str(folder), "--dry-run")
    assert "reads the file feeds/osv.zip (osv)" in out


def tracker(**releases: dict[str, str]) -> dict[str, Any]:
    return {"openssl": {"CVE-2024-0001": {"releases": releases}}}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (
            {"status": "resolved", "fixed_version": "3.0.2-1", "urgency": "high"},
            ("high", True, ["openssl 3.0.2-1"]),
        ),
        ({"status": "open", "urgency": "not yet assigned"}, (None, False, [])),
        ({"status": "open", "urgency": "low**"}, ("low", False, [])),
        ({"status": "resolved", "fixed_version": "3.0.1-1", "urgency": "high"}, None),
        ({"status": "resolved", "fixed_version": "0", "urgency": "high"}, None),
        ({"status": "open", "urgency": "unimportant"}, None),
        ({"status": "undetermined", "urgency": "high"}, None),
    ],
)
def test_states_of_the_debian_tracker(project: Project, state: dict[str, str], expected: Any) -> None:
    rows = project.feed("t.json", tracker(bookworm=state), "debian-tracker").vulns()
    assert project.outcome.status is CollectionStatus.OK
    found = rows.get(("S1", "CVE-2024-0001"))
    assert (found and (found["severity"], found["fix_available"], found["fixes"])) == expected


@pytest.mark.parametrize("state", [{"status": "resolved"}, {"status": "fine"}, {}])
def test_a_state_of_the_tracker_that_says_too_little_is_told(project: Project, state: dict[str, str]) -> None:
    assert project.feed("t.json", tracker(bookworm=state), "debian-tracker").vulns() == {}
    assert project.outcome.status is CollectionStatus.PARTIAL


def test_the_signed_kernel_counts_as_the_kernel_that_it_is(project: Project) -> None:
    kernel = {
        **OPENSSL,
        "name": "linux-image-6.1.0-13-amd64",
        "version": "6.1.55-1",
        "source_name": "linux-signed-amd64",
        "source_version": "6.1.55+1",
    }
    project.rows["package"] = [kernel]
    rows = project.feed("osv.zip", zipped(osv(name="linux", fixed="6.1.55-2")), "osv").vulns()
    assert rows["S1", "CVE-2024-0001"]["packages"] == ["linux 6.1.55-1"]


def test_what_the_host_itself_says_stands_beside_it(project: Project) -> None:
    project.more = "    pending_updates: true\n"
    project.rows["patch_state"] = [{"asset_id": "S1", "pending_security_updates": 0}]
    rows = project.feed("osv.zip", zipped(osv()), "osv").vulns()
    assert (
        rows["S1", "CVE-2024-0001"]["fix_available"],
        rows["S1", "CVE-2024-0001"]["host_offers_updates"],
    ) == (
        True,
        False,
    )


@needs("debsecan", package="debsecan")
def test_debsecan_finds_the_same_in_the_same_advisories(project: Project) -> None:
    drawn = random.Random(7)

    def version() -> str:
        return (
            f"{drawn.choice(['', '1:'])}{drawn.randint(1, 3)}.{drawn.randint(0, 9)}-{drawn.randint(1, 3)}"
            + drawn.choice(["", "+deb12u1", "~bpo12+1", "+deb12u10"])
        )

    sources = [f"src{n}" for n in range(150)]
    installed = {source: version() for source in sources}
    cves = [f"CVE-2024-{n:04d}" for n in range(600)]
    said = [(drawn.choice(sources), cve, version() if drawn.random() < 0.8 else None) for cve in cves]
    feed: dict[str, Any] = {}
    for source, cve, fixed in said:
        state = {"status": "resolved", "fixed_version": fixed} if fixed else {"status": "open"}
        feed.setdefault(source, {})[cve] = {"releases": {"bookworm": {**state, "urgency": "high"}}}
    project.rows["package"] = [
        {"asset_id": "S1", "name": source, "version": at, "source_name": source, "source_version": at}
        for source, at in installed.items()
    ]
    ours = {cve for _, cve in project.feed("t.json", feed, "debian-tracker").vulns()}

    lines = ["VERSION 1", *(f"{cve},,text" for cve in cves), ""]
    lines += [
        f"{source},{cves.index(cve)},SH {'F' if fixed else ' '},{fixed or ''}," for source, cve, fixed in said
    ]
    lines += ["", *(f"{source},{source}" for source in sources), ""]
    data = project.folder / "release" / "1"
    data.mkdir(parents=True)
    (data / "bookworm").write_bytes(zlib.compress("\n".join(lines).encode()))
    status = project.folder / "status"
    status.write_text(
        "".join(
            f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {at}\n\n"
            for name, at in installed.items()
        )
    )
    out = subprocess.run(
        ["debsecan", "--suite", "bookworm", "--source", f"{data.as_uri()}/", "--status", str(status)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    theirs = {line.split()[0] for line in out.splitlines()}
    assert 100 < len(theirs) < 600
    assert ours == theirs
    assert all(dpkg_key(installed[source]) for source in sources)
