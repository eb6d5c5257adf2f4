"""The records collector behind the real runner and border, with real programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.servers.running import is_gone

from hiscomply.collect.runner import collect_all
from hiscomply.config.project import make_target
from hiscomply.errors import ConfigError
from hiscomply.model import Collection, CollectionStatus, Target
from hiscomply.plugins import evidence_kinds
from hiscomply.yaml_source import YamlDocument
from hiscomply_records import hiscomply_collectors
from hiscomply_records.complaints import last_words

COLLECTOR = hiscomply_collectors()[0]
CANARY = "c4n4ry-v4lue"
Run = Callable[..., Collection]


def line(**values: Any) -> str:
    return (
        json.dumps({"kind": "account", "system_id": "HIS", "login": "li"} | values, ensure_ascii=False) + "\n"
    )


def end(records: Any) -> str:
    return json.dumps({"kind": "_end", "records": records}) + "\n"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Collects from one target in a project folder; staged rows go to ``tmp_path/staging``."""

    def collect(timeout_s: float = 20.0, **options: Any) -> Collection:
        options.setdefault("kinds", ["account"])
        target = Target("records", "t", options, tuple(options["kinds"]), timeout_s)
        (outcome,) = collect_all(
            [target],
            {"records": COLLECTOR},
            evidence_kinds(),
            tmp_path / "staging",
            project=tmp_path,
            zone="Asia/Shanghai",
            digest=lambda _secret: "hmac-sha256:x",
            progress=lambda *_: None,
        )
        return outcome

    return collect


def staged(folder: Path, kind: str = "account") -> list[dict[str, Any]]:
    files = (folder / "staging").glob(f"*/{kind}.jsonl")
    return [json.loads(one) for file in files for one in file.read_text().splitlines()]


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def reason(outcome: Collection) -> str:
    assert outcome.reason is not None
    assert any("一" <= character <= "鿿" for character in outcome.reason.zh)
    return outcome.reason.en


# ---------------------------------------------------------------- files


def test_a_file_with_its_end_line_becomes_records(tmp_path: Path, run: Run) -> None:
    (tmp_path / "a.jsonl").write_text(line(expires_at=None) + "\n" + line(login="wang") + end(2))
    outcome = run(path="a.jsonl")
    rows = staged(tmp_path)
    assert (outcome.status, outcome.records) == (CollectionStatus.OK, {"account": 2})
    assert [(row["login"], row["_source"], row["_line"]) for row in rows] == [
        ("li", "a.jsonl", 1),
        ("wang", "a.jsonl", 3),
    ]
    assert ["expires_at" in (row["_missing"] or []) for row in rows] == [False, True]


def test_the_end_line_may_come_first(tmp_path: Path, run: Run) -> None:
    (tmp_path / "a.jsonl").write_text(end(1) + line())
    assert run(path="a.jsonl").status is CollectionStatus.OK


def test_a_record_may_say_where_it_comes_from_and_when_it_was_true(tmp_path: Path, run: Run) -> None:
    own = {"_source": "users.xlsx", "_line": 7, "_column": 2, "_pointer": "Sheet1"}
    text = line(**own, _observed_at="2026-06-01T08:00:00") + line(login="b", _source="x") + end(2)
    (tmp_path / "a.jsonl").write_text(text)
    run(path="a.jsonl", observed_at="2026-05-01")
    first, second = staged(tmp_path)
    assert {name: first[name] for name in own} == own
    assert first["_observed_at"] == "2026-06-01 00:00:00.000000"
    assert (second["_line"], second["_observed_at"]) == (None, "2026-04-30 16:00:00.000000")


def test_a_kind_with_a_field_called_kind_can_be_given_that_field_too(tmp_path: Path, run: Run) -> None:
    own = {"_kind": "account", "system_id": "HIS", "login": "svc", "kind": "service"}
    (tmp_path / "a.jsonl").write_text(json.dumps(own) + "\n" + end(1))
    assert run(path="a.jsonl").status is CollectionStatus.OK
    assert [row["kind"] for row in staged(tmp_path)] == ["service"]


def test_a_file_is_as_old_as_its_last_change(tmp_path: Path, run: Run) -> None:
    (tmp_path / "a.jsonl").write_text(line() + end(1))
    os.utime(tmp_path / "a.jsonl", (1_780_000_000, 1_780_000_000))
    run(path="a.jsonl")
    assert staged(tmp_path)[0]["_observed_at"] == "2026-05-28 20:26:40.000000"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (line(), "no end line after 1 records"),
        (line() + end(2), "says 2 records and 1 were read"),
        (line() + line(login="b") + end(1), "says 1 records and 2 were read"),
        (line() + end(2) + line(login="b"), "records follow the end line"),
        (line() + end(1) + end(1), "two end lines"),
        (line() + line(login="b") + end({"account": 1, "host": 1}), "says 1 of account and 2 were read"),
        ("", "no end line after 0 records"),
    ],
)
def test_a_file_that_is_not_whole_fails_and_keeps_what_came(
    tmp_path: Path, run: Run, content: str, said: str
) -> None:
    (tmp_path / "a.jsonl").write_text(content)
    outcome = run(path="a.jsonl")
    assert outcome.status is CollectionStatus.FAILED
    assert said in reason(outcome)
    assert outcome.affected == ("account",)
    assert len(staged(tmp_path)) == content.count('"account", "system_id"')


def test_without_an_end_line_a_file_counts_only_where_that_is_allowed(tmp_path: Path, run: Run) -> None:
    (tmp_path / "a.jsonl").write_text(line())
    assert run(path="a.jsonl", complete="optional").status is CollectionStatus.OK


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_nothing_has_to_be_said_to_be_believed(tmp_path: Path, run: Run, content: str) -> None:
    (tmp_path / "a.jsonl").write_text(content)
    outcome = run(path="a.jsonl", complete="optional")
    assert (outcome.status, reason(outcome)) == (CollectionStatus.FAILED, "it gave no record at all")


def test_an_end_line_of_zero_says_that_there_is_nothing(tmp_path: Path, run: Run) -> None:
    (tmp_path / "a.jsonl").write_text(end(0))
    assert run(path="a.jsonl").status is CollectionStatus.OK


def test_a_promised_kind_that_never_came_is_set_aside(tmp_path: Path, run: Run) -> None:
    (tmp_path / "a.jsonl").write_text(line() + end(1))
    outcome = run(path="a.jsonl", kinds=["account", "host"])
    assert (outcome.status, outcome.affected) == (CollectionStatus.PARTIAL, ("host",))
    assert "no record of host" in outcome.rejected[0].reason.en


def test_a_promised_kind_may_be_said_to_be_empty(tmp_path: Path, run: Run) -> None:
    (tmp_path / "a.jsonl").write_text(line() + end({"account": 1, "host": 0}))
    assert run(path="a.jsonl", kinds=["account", "host"]).status is CollectionStatus.OK


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (b'{"kind": "account"', "no valid JSON"),
        (b"[1]", "one JSON object"),
        (b'{"login": "x"}', "kind is missing"),
        (b'{"kind": "host", "id": "h"}', "none of this target's: account"),
        (b'{"kind": "account", "login": "a", "login": "b"}', "given twice"),
        (b'{"kind": "account", "n": NaN}', "NaN"),
        (b'{"kind": "account", "n": ' + b"9" * 5000 + b"}", "cannot be kept"),
        (b'{"kind": "account", "n": ' + b"[" * 200_000, "nested too deeply"),
        (b'{"kind": "account", "login": "\xff\xfe"}', "no UTF-8"),
        (b'{"kind": "account", "login": "a", "_line": 0}', "_line must be"),
        (b'{"kind": "account", "login": "a", "_source": 5}', "_source must be"),
        (b'{"kind": "account", "login": "a", "_observed_at": "soon"}', "_observed_at"),
        (b'{"kind": "account", "login": "' + b"x" * (1 << 20) + b'"}', "longer than 1048576 bytes"),
        (b"\x00\x01\x02 \x80", "no UTF-8"),
    ],
    ids=lambda value: value if isinstance(value, str) else "line",
)
def test_a_line_that_is_no_record_is_set_aside_with_its_number(
    tmp_path: Path, run: Run, bad: bytes, said: str
) -> None:
    good = line().encode()
    (tmp_path / "a.jsonl").write_bytes(good + bad + b"\n" + line(login="b").encode() + end(3).encode())
    outcome = run(path="a.jsonl")
    (rejected,) = outcome.rejected
    assert outcome.status is CollectionStatus.PARTIAL
    assert (rejected.source, rejected.line) == ("a.jsonl", 2)
    assert said in rejected.reason.en
    assert rejected.reason.zh
    assert outcome.records == {"account": 2}


def test_a_line_just_within_the_bound_is_read(tmp_path: Path, run: Run) -> None:
    padding = " " * ((1 << 20) - len(line()))
    (tmp_path / "a.jsonl").write_text(padding + line() + end(1))
    assert run(path="a.jsonl").status is CollectionStatus.OK


def test_utf16_is_named_for_what_it_is(tmp_path: Path, run: Run) -> None:
    (tmp_path / "a.jsonl").write_text(line() + end(1), encoding="utf-16")
    assert "UTF-16" in reason(run(path="a.jsonl"))


def test_of_several_files_one_that_is_cut_off_does_not_hide_the_others(tmp_path: Path, run: Run) -> None:
    (tmp_path / "a.jsonl").write_text(line())
    (tmp_path / "b.jsonl").write_text(line(login="b") + end(1))
    outcome = run(path="*.jsonl")
    assert (outcome.status, outcome.records) == (CollectionStatus.FAILED, {"account": 2})
    assert reason(outcome).startswith("a.jsonl: no end line")


def test_no_file_fails(run: Run) -> None:
    assert "no file matches 'inbox/*.jsonl'" in reason(run(path="inbox/*.jsonl"))


def test_a_file_that_may_not_be_read_is_denied(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "a.jsonl").write_text(line() + end(1))
    if os.geteuid():
        (tmp_path / "a.jsonl").chmod(0)
    else:  # root may read everything; the refusal of the operating system has to be played
        monkeypatch.setattr("hiscomply_records.fetch.numbered_lines", refuse)
    outcome = run(path="a.jsonl")
    assert (outcome.status, outcome.records) == (CollectionStatus.DENIED, {})


def test_an_unknown_kind_fails_with_the_nearest_name(tmp_path: Path, run: Run) -> None:
    assert "'account'" in reason(run(path="a.jsonl", kinds=["acount"]))


# ---------------------------------------------------------------- programs


def test_a_python_program_gives_records(tmp_path: Path, run: Run) -> None:
    (tmp_path / "gather.py").write_text(f"print({(line() + end(1))!r})")
    outcome = run(command=[sys.executable, "gather.py"])
    assert (outcome.status, outcome.records) == (CollectionStatus.OK, {"account": 1})


def test_a_shell_script_of_the_project_runs_in_the_project_without_a_shell_between(
    tmp_path: Path, run: Run
) -> None:
    script = tmp_path / "bin" / "gather.sh"
    script.parent.mkdir()
    script.write_text(
        f'#!/bin/sh\ntest "$1" = "a b; exit 9" || exit 8\ntouch here\nprintf \'{line()}{end(1)}\'\n'
    )
    script.chmod(0o755)
    outcome = run(command=["bin/gather.sh", "a b; exit 9"])
    assert (outcome.status, outcome.reason) == (CollectionStatus.OK, None)
    assert (tmp_path / "here").exists()
    assert staged(tmp_path)[0]["_source"] == "bin/gather.sh"


def test_a_program_sees_only_the_variables_it_is_given(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIVEN", "1")
    monkeypatch.setenv("WITHHELD", "1")
    code = "import os, sys; sys.stderr.write(' '.join(sorted(os.environ))); sys.exit(1)"
    seen = set(reason(run(command=python(code), env=["GIVEN"])).rpartition(": ")[2].split())
    assert "GIVEN" in seen
    assert seen <= {"GIVEN", "PATH", "HOME", "LANG", "LC_CTYPE"}  # Python sets LC_CTYPE by itself


def test_a_variable_that_is_not_set_fails_before_anything_runs(tmp_path: Path, run: Run) -> None:
    outcome = run(command=["touch", "ran"], env=["HISCOMPLY_TEST_NOT_SET"])
    assert "HISCOMPLY_TEST_NOT_SET is not set" in reason(outcome)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import sys; print('broken pipe', file=sys.stderr); sys.exit(4)", "exit code 4: broken pipe"),
        ("import os; os.kill(os.getpid(), 9)", "ended by SIGKILL"),
        ("import os; os.kill(os.getpid(), 15)", "ended by SIGTERM"),
        ("pass", "no end line after 0 records"),
    ],
)
def test_a_program_that_does_not_end_well_fails(run: Run, code: str, said: str) -> None:
    outcome = run(command=python(code))
    assert outcome.status is CollectionStatus.FAILED
    assert said in reason(outcome)


def test_exit_code_0_is_required_even_with_an_end_line(run: Run) -> None:
    outcome = run(command=python(f"print({(line() + end(1))!r}); raise SystemExit(3)"))
    assert (outcome.status, outcome.records) == (CollectionStatus.FAILED, {"account": 1})


def test_a_program_killed_midway_leaves_its_kind_in_doubt_and_keeps_what_came(run: Run) -> None:
    code = (
        "import os, sys\n"
        "for i in range(5000):\n"
        f"    sys.stdout.write({line()!r}.replace('li', str(i)))\n"
        "    if i == 2999: sys.stdout.flush(); os.kill(os.getpid(), 9)\n"
    )
    outcome = run(command=python(code))
    assert outcome.status is CollectionStatus.FAILED
    assert (outcome.records, outcome.affected) == ({"account": 3000}, ("account",))


def test_a_program_that_hangs_is_ended_with_what_it_started(tmp_path: Path, run: Run) -> None:
    code = (
        "import subprocess, time\n"
        "child = subprocess.Popen(['sleep', '600'])\n"
        f"print({line()!r}, flush=True)\n"
        "open('pid', 'w').write(str(child.pid))\n"
        "time.sleep(600)\n"
    )
    outcome = run(command=python(code), timeout_s=5)
    assert outcome.status is CollectionStatus.TIMED_OUT
    assert outcome.records == {"account": 1}
    assert is_gone(int((tmp_path / "pid").read_text()))


def test_closing_the_stream_early_ends_the_program(tmp_path: Path) -> None:
    from hiscomply_records.program import program_lines

    code = f"import os\nopen('pid', 'w').write(str(os.getpid()))\nwhile True: print({line()!r}, flush=True)"
    stream = program_lines(python(code), tmp_path, (), 60.0)
    assert next(stream)[0] == 1
    stream.close()
    assert is_gone(int((tmp_path / "pid").read_text()))


def test_output_that_is_no_text_is_set_aside_and_fails_for_want_of_an_end(run: Run) -> None:
    outcome = run(command=python("import sys; sys.stdout.buffer.write(bytes(range(128, 256)) * 3 + b'\\n')"))
    assert outcome.status is CollectionStatus.FAILED
    assert [one.line for one in outcome.rejected] == [1]


def test_a_line_without_end_costs_no_memory_and_the_next_one_counts(run: Run) -> None:
    code = (
        "import sys\n"
        "for _ in range(64): sys.stdout.write('x' * 1_000_000)\n"
        f"sys.stdout.write(chr(10) + {line()!r} + {end(2)!r})\n"
    )
    outcome = run(command=python(code))
    assert (outcome.status, outcome.records) == (CollectionStatus.PARTIAL, {"account": 1})


def test_a_program_that_complains_much_is_not_blocked(run: Run) -> None:
    code = f"import sys\nsys.stderr.write('warning\\n' * 200_000)\nsys.stdout.write({(line() + end(1))!r})"
    assert run(command=python(code)).status is CollectionStatus.OK


def test_a_missing_program_is_named(run: Run) -> None:
    assert "there is no program 'no-such-program'" in reason(run(command=["no-such-program"]))


def test_a_program_that_may_not_be_run_is_denied(tmp_path: Path, run: Run) -> None:
    (tmp_path / "gather").write_text("#!/bin/sh\n")
    (tmp_path / "gather").chmod(0o644)
    outcome = run(command=["./gather"])
    assert outcome.status is CollectionStatus.DENIED


@pytest.mark.parametrize(
    "said",
    [
        f"cannot log in with {CANARY}",
        f"PASSWORD={CANARY}-other",
        "authorization: Bearer abc",
        "postgres://his:hunter2@db/his",
        "口令错误 hunter2",
        "patient 110101199003074514",
        "call 13800138000",
        "key 0123456789abcdef0123456789abcdef",
    ],
)
def test_a_complaint_that_may_hold_a_secret_is_withheld(
    run: Run, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setenv("HIS_CREDENTIALS", CANARY)
    code = (
        f"import sys; print({said!r}, file=sys.stderr); print('table missing', file=sys.stderr); sys.exit(1)"
    )
    outcome = run(command=python(code), env=["HIS_CREDENTIALS"])
    assert reason(outcome).endswith("[withheld / 已隐去] | table missing")
    assert said.rsplit(maxsplit=1)[-1] not in repr(outcome)


def test_control_characters_in_a_complaint_never_reach_a_terminal() -> None:
    assert last_words(b"\x1b[2Jgone\x07", ()) == "�[2Jgone�"


# ---------------------------------------------------------------- options


@pytest.mark.parametrize(
    "options",
    [
        {"kinds": ["account"]},
        {"kinds": ["account"], "path": "a", "command": ["b"]},
        {"kinds": [], "path": "a"},
        {"path": "a"},
        {"kinds": ["account"], "command": []},
        {"kinds": ["account"], "command": "rm -rf /"},
        {"kinds": ["account"], "path": "a", "env": ["X"]},
        {"kinds": ["account"], "path": "a", "complete": "maybe"},
        {"kinds": ["account"], "path": "a", "shell": True},
    ],
)
def test_options_that_make_no_sense_are_refused_before_anything_runs(options: Mapping[str, Any]) -> None:
    with pytest.raises(ConfigError):
        make_target(COLLECTOR, "t", dict(options), YamlDocument("hiscomply.yaml", "", {}), ())


def test_an_observed_at_that_is_no_time_fails(tmp_path: Path, run: Run) -> None:
    (tmp_path / "a.jsonl").write_text(line() + end(1))
    assert "is no ISO 8601 time" in reason(run(path="a.jsonl", observed_at="yesterday evening"))
