"""A container's quota counts as what it leaves, in both versions of control groups."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hiscomply.processors import processors

V1 = {"cpu.cfs_quota_us": "{quota}\n", "cpu.cfs_period_us": "{period}\n"}


@pytest.fixture(autouse=True)
def eight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)


def _group(tmp_path: Path, mine: str, groups: dict[str, dict[str, str]]) -> int:
    for group, files in groups.items():
        folder = tmp_path / "mounted" / group
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="ascii")
    (tmp_path / "mine").write_text(mine, encoding="ascii")
    return processors(tmp_path / "mounted", tmp_path / "mine")


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ("200000 100000\n", 2),
        ("150000 100000\n", 1),
        ("50000 100000\n", 1),
        ("max 100000\n", 8),
        ("1600000 100000\n", 8),
    ],
)
def test_version_2(tmp_path: Path, said: str, count: int) -> None:
    assert _group(tmp_path, "0::/\n", {".": {"cpu.max": said}}) == count


def test_the_narrowest_group_around_counts(tmp_path: Path) -> None:
    groups = {"outer": {"cpu.max": "300000 100000\n"}, "outer/inner": {"cpu.max": "max 100000\n"}}
    assert _group(tmp_path, "0::/outer/inner\n", groups) == 3


@pytest.mark.parametrize(("quota", "count"), [("400000", 4), ("-1", 8)])
def test_version_1(tmp_path: Path, quota: str, count: int) -> None:
    files = {name: text.format(quota=quota, period=100000) for name, text in V1.items()}
    mine = "9:name=systemd:/\n2:cpu,cpuacct:/docker/ab\n0::/\n"
    assert _group(tmp_path, mine, {"cpu,cpuacct/docker/ab": files}) == count


@pytest.mark.parametrize(
    ("mine", "said"),
    [("0::/\n", ""), ("0::/\n", "x y\n"), ("0::/\n", "100000 0\n"), ("", "100000 100000\n"), (":\n", "")],
)
def test_what_says_nothing_limits_nothing(tmp_path: Path, mine: str, said: str) -> None:
    assert _group(tmp_path, mine, {".": {"cpu.max": said}}) == 8


def test_without_control_groups_the_affinity_counts(tmp_path: Path) -> None:
    assert processors(tmp_path / "none", tmp_path / "none either") == 8
