"""A package of a stranger: built as a wheel, installed beside hiscomply, every piece of it used."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

PACKAGE = Path(__file__).parents[1] / "third_party" / "hiscomply_example"
Hiscomply = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the package's wheel was installed into, without any network."""
    folder = tmp_path_factory.mktemp("third-party")
    shutil.copytree(PACKAGE, folder / "source")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    offline = ["--no-index", "--no-deps"]
    _run([*pip, "wheel", *offline, "--no-build-isolation", "-w", folder / "wheels", folder / "source"])
    (wheel,) = (folder / "wheels").glob("*.whl")
    _run([*pip, "install", *offline, "--target", folder / "site", wheel])
    return folder / "site"


def _run(command: list[object]) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def hiscomply(installed: Path, tmp_path: Path) -> Hiscomply:
    """Runs the command line in a fresh process that sees the package, and that finds the policies compiled once."""
    environment = os.environ | {
        "PYTHONPATH": str(installed),
        "HISCOMPLY_CACHE": str(installed.parent / "cache"),
        "HISCOMPLY_LANG": "en",
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        start = "from hiscomply.cli.main import main; main()"
        return subprocess.run(
            [sys.executable, "-c", start, *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment,
            timeout=120,
        )

    return run


@pytest.mark.parametrize(
    ("listing", "line"),
    [
        (("collector", "list"), "fridges    0.1.0    reads the log of vaccine fridges"),
        (("evidence", "list"), "fridge_reading   Fridge reading     fridge, read_at  <= 2 d"),
        (("policy", "list"), "4.2.1    critical Vaccine fridges are cold enough"),
        (("policy", "list"), "4.2.1    high     Alarms of vaccine fridges are switched on"),
        (("doctor",), "oneline"),
    ],
)
def test_every_piece_is_listed(hiscomply: Hiscomply, listing: tuple[str, ...], line: str) -> None:
    done = hiscomply(*listing)
    assert (done.returncode, done.stderr) == (0, "")
    assert line in done.stdout


def test_its_policies_pass_their_own_cases(hiscomply: Hiscomply) -> None:
    done = hiscomply("policy", "test", "fridge_cold_enough", "fridge_alarm_on")
    assert (done.returncode, done.stdout) == (0, "")
    assert "2 policies, 9 cases, 0 failed" in done.stderr


def test_check_reads_its_file_format_and_judges_by_its_policy(hiscomply: Hiscomply, tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "ward3.fridge").write_text("# ward 3\nAlarm -> off\n")
    done = hiscomply("check", "conf", "--policy", "fridge_alarm_on")
    assert done.returncode == 1
    assert "conf/ward3.fridge:2:1" in done.stdout
    assert "the alarm in conf/ward3.fridge is off" in done.stdout


def test_a_file_that_its_format_cannot_read_leaves_the_check_undecided(
    hiscomply: Hiscomply, tmp_path: Path
) -> None:
    (tmp_path / "ward3.fridge").write_text("alarm = on\n")
    assert hiscomply("check", "ward3.fridge", "--policy", "fridge_alarm_on").returncode == 3


def test_an_audit_uses_its_collector_kind_policy_and_report(hiscomply: Hiscomply, tmp_path: Path) -> None:
    _project(tmp_path, celsius="9.5")
    done = hiscomply(
        "audit", "--policy", "fridge_cold_enough", "-o", "oneline=wall.txt", "-o", "sarif=out.sarif"
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert (tmp_path / "wall.txt").read_text() == "exit 1: pass 0, fail 1, unknown 0, not_applicable 0\n"
    (found,) = [
        one
        for one in json.loads((tmp_path / "out.sarif").read_text())["runs"][0]["results"]
        if one["kind"] == "fail"
    ]
    assert found["message"]["text"] == "F1 is at 9.5 degrees, allowed 8."
    place = found["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("fridges.log", 1)
    (run,) = (tmp_path / ".hiscomply" / "runs").iterdir()
    assert hiscomply("verify", str(run)).returncode == 0


def test_an_audit_over_a_log_that_was_cut_off_is_undecided(hiscomply: Hiscomply, tmp_path: Path) -> None:
    _project(tmp_path, celsius="5")
    log = tmp_path / "fridges.log"
    log.write_text(log.read_text().partition("END")[0])
    assert hiscomply("audit", "--policy", "fridge_cold_enough").returncode == 3


def _project(folder: Path, celsius: str) -> None:
    now = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%dT%H:%M:%S")
    (folder / "fridges.log").write_text(f"F1;{now};{celsius}\nEND;1\n")
    (folder / "hiscomply.yaml").write_text(
        "institution: {name: First Hospital}\ncollect:\n  - {collector: fridges, name: cold-chain, path: fridges.log}\n"
    )
