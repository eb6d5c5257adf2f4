"""Whoever works in Chinese reads Chinese: what the commands print besides a report, and what is wrong with a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import pytest
from tests.acceptance.small_project import PROJECT, SmallProject

from hiscomply.cli.main import cli, run
from hiscomply.paths import policies_dir

LEAVERS = policies_dir() / "4.3" / "leavers_disabled"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
CASES = """as_of: 2026-06-30T08:00:00+08:00
cases:
  - name: a case that expects too much
    given: {account: [{login: li, system_id: HIS, enabled: true, person_id: p1}]}
    expect: {HIS/li: pass}
"""


@pytest.fixture(autouse=True)
def _chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HISCOMPLY_LANG", "zh")


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ((), "  audit      采集、评估、报告:主要工作"),
        (("evidence", "list"), "person           人员               id  <= 7 天"),
        (("evidence", "show", "person"), "人员编号(散列)  主键"),
        (("evidence", "show", "person"), "离岗时间  不晚于现在; 空 = 尚未离岗"),
        (("policy", "list", str(LEAVERS)), "4.3.2    严重     离岗人员账户及时停用"),
        (("policy", "show", str(LEAVERS)), "leavers_disabled  [严重]  离岗人员账户及时停用"),
        (("policy", "show", str(LEAVERS)), "    tertiary: 24 小时\n"),
        (("policy", "show", str(LEAVERS)), "(产品默认): 本产品的默认值"),
        (("doctor",), "种"),
        (("reference", "list"), " 天  随产品  校验和相符"),
    ],
)
def test_what_a_command_shows_is_chinese(
    command: Sequence[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(list(command) or ["--help"])
    assert told in capsys.readouterr().out


def test_help_of_more_than_a_line_says_more_in_chinese_too() -> None:
    assert [name for name, text in _helps(cli, "hiscomply") if not CHINESE.search(text)] == []


def _helps(command: click.Command, name: str) -> Iterator[tuple[str, str]]:
    """What follows the first paragraph of each command's help, where something does."""
    _, _, more = (command.help or "").partition("\n\n")
    if more:
        yield name, more
    if isinstance(command, click.Group):
        context = click.Context(command)
        for one in command.list_commands(context):
            below = command.get_command(context, one)
            assert below is not None
            yield from _helps(below, f"{name} {one}")


def test_the_flag_before_help_counts_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HISCOMPLY_LANG", "en")
    run(["--lang", "zh", "--help"])
    assert "检查运行环境" in capsys.readouterr().out


def test_a_case_that_fails_says_so_in_both_languages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / LEAVERS.name
    folder.mkdir()
    (folder / "policy.yaml").write_bytes((LEAVERS / "policy.yaml").read_bytes())
    (folder / "cases.yaml").write_text(CASES, encoding="utf-8")
    assert run(["policy", "test", str(folder)]) == 2
    said = capsys.readouterr()
    assert "HIS/li: expected / 应为 pass, got / 实为 unknown" in said.out
    assert "1 policies, 1 cases, 1 failed / 1 个策略,1 个用例,1 个未通过" in said.err


def test_what_was_collected_is_told_in_chinese(project: SmallProject) -> None:
    ran = project.run("collect", str(project.root))
    assert ran.out.startswith("完成       accounts  1\n")
    assert "records / " in ran.err
    assert " 条记录 -> " in ran.err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("profile: x", "应为 'baseline', 'tertiary' 或 'strict'"),
        ("institution: [a]", "应为映射(key: value)"),
        ("collect: 3", "应为列表"),
        ("institution: {name: A, persons_held: many}", "应为整数"),
        ("institution: {name: A, is_cii: perhaps}", "应为 true 或 false"),
        ("institution: {name: A, timezone: [a]}", "应为文本"),
    ],
)
def test_a_value_of_the_wrong_sort_is_told_what_is_wanted(
    project: SmallProject, text: str, told: str
) -> None:
    project.write("hiscomply.yaml", text + ("" if text.startswith("institution") else PROJECT))
    assert told in project.audit().err
