"""The script as text: PowerShell cannot run here, so what it could do at all is held against a list."""

from __future__ import annotations

import base64
import re

from hiscomply_windows.collector import SCRIPT
from hiscomply_windows.command import typed

TEXT = SCRIPT.read_text(encoding="ascii")
WITHOUT_COMMENTS = re.sub(r"(?m)^\s*#.*$", "", TEXT)
CODE = re.sub(r"'(?:[^']|'')*'", "''", WITHOUT_COMMENTS)

READING = {
    "ConvertTo-Json",
    "ForEach-Object",
    "Get-BitLockerVolume",
    "Get-CimInstance",
    "Get-HotFix",
    "Get-ItemProperty",
    "Get-LocalGroupMember",
    "Get-LocalUser",
    "Get-NetFirewallProfile",
    "Get-WBJob",
    "Sort-Object",
    "Test-Path",
    "Where-Object",
    "Write-Output",
}
METHODS = {
    "GetType", "Invoke", "InvokeMember", "Split", "Substring", "ToLowerInvariant", "ToString", "ToUniversalTime",
    "ToUpperInvariant", "Translate",
}  # fmt: skip
STATIC = {"[regex]::Replace", "[Security.Principal.SecurityIdentifier]::new"}
KEYWORDS = {"param", "function", "if", "else", "elseif", "foreach", "try", "catch", "return", "throw", "in"}


def test_no_byte_depends_on_an_encoding() -> None:
    assert SCRIPT.read_bytes().isascii()
    assert '"' not in CODE, "double quotes could hide a command"
    assert "`" not in CODE


def test_brackets_are_balanced_and_nested() -> None:
    pairs, open_ones = {")": "(", "}": "{", "]": "["}, []
    for one in CODE:
        if one in "({[":
            open_ones.append(one)
        elif one in pairs:
            assert open_ones.pop() == pairs[one]
    assert not open_ones


def test_only_cmdlets_that_read_are_called() -> None:
    own = set(re.findall(r"(?m)^function ([\w-]+)", CODE))
    assert all(re.match(r"(Get|ConvertTo|Select|Write)-", name) for name in own)
    called = set(re.findall(r"(?<![\w$.-])([A-Za-z]+-[A-Za-z]+)\b", CODE))
    assert called - own == READING


def test_programs_are_asked_by_their_reading_verb_only() -> None:
    assert re.findall(r"\b[\w-]+\.exe [^)\n]*", CODE) == [
        "w32tm.exe /query /status",
        "auditpol.exe /get /category:* /r",
    ]


def test_methods_that_are_called_only_read() -> None:
    assert set(re.findall(r"(?<!:)[.](\w+)\(", CODE)) <= METHODS
    assert set(re.findall(r"\[[\w.]+\]::\w+(?=\()", CODE)) == STATIC
    assert re.findall(r"\.Invoke\('(\w+)'", WITHOUT_COMMENTS) == ["Members"]
    assert re.findall(r"\.InvokeMember\('(\w+)', '(\w+)'", WITHOUT_COMMENTS) == [("objectSid", "GetProperty")]


def test_nothing_is_redirected_evaluated_or_called_by_an_alias() -> None:
    assert not re.search(r"(?<!-)>|<(?!#)", CODE)
    assert re.findall(r"&\s*\S+", CODE) == ["&"] * 0 + ["& $step[2])"]
    first_words = {
        one.lower() for one in re.findall(r"(?m)(?:^|[;{(|])\s*([A-Za-z][\w.-]*)(?=[\s)}]|$)(?!\s*=)", CODE)
    }
    bare = {one for one in first_words if "-" not in one and not one.endswith(".exe")}
    assert bare <= KEYWORDS, bare - KEYWORDS


def test_nothing_outside_the_script_s_own_variables_is_assigned() -> None:
    assigned = set(re.findall(r"\$([\w:]+)(?:\[[^\]]*\])?\s*\+?=(?!=)", CODE))
    assert not {one for one in assigned if one.startswith(("env:", "global:", "host"))}
    assert not re.search(r"\$[\w:]+\.[\w.]+\s*\+?=(?!=)", CODE), "a property of an object is written"


def test_a_step_that_finds_nothing_is_a_gap() -> None:
    assert re.search(r"\$found = @\(& \$step\[2\]\)\s+if \(\$found\.Count -eq 0\) \{ throw", CODE)


def test_as_many_backup_jobs_as_were_asked_for_are_a_gap() -> None:
    body = TEXT[TEXT.index("function Get-BackupRecord") : TEXT.index("function ConvertTo-Setting")]
    assert "Get-WBJob -Previous $most" in body
    assert re.search(r"if \(\$jobs\.Count -ge \$most\) \{.*?_kind = 'backup_job'; _reason =", body, re.DOTALL)


def test_a_backup_that_ended_with_warnings_is_no_success() -> None:
    body = TEXT[TEXT.index("function Get-BackupRecord") : TEXT.index("function ConvertTo-Setting")]
    successes = [line for line in body.splitlines() if "'success'" in line]
    assert [line.strip() for line in successes] == [
        "elseif (-not $job.DetailedHResult) { $fields['status'] = 'success' }"
    ]
    assert "if ($job.HResult -ne 0) { $fields['status'] = 'failed' }" in body


def test_every_record_says_when_it_was_true() -> None:
    write = TEXT[TEXT.index("function Write-Record") :].split("\n}\n")[0]
    assert "$Record['_observed_at'] = $script:observed" in write
    assert "$script:observed = ConvertTo-Utc ([datetime]::UtcNow)" in TEXT


def test_password_material_is_not_even_named() -> None:
    for word in (
        "KeyProtector",
        "RecoveryPassword",
        "PathName",
        "Get-Content",
        "Get-ChildItem",
        "SAM\\",
        "CommandLine",
    ):
        assert word not in TEXT


def test_what_is_typed_is_one_line_that_holds_the_whole_script() -> None:
    lines = typed(TEXT, "SRV-01", ["host", "account"]).decode("ascii").split("\r\n")
    assert lines[1:] == ["exit", ""]
    packed = re.search(r"FromBase64String\('([^']+)'\)", lines[0])
    assert packed is not None
    assert base64.b64decode(packed[1]).decode() == TEXT
    assert lines[0].endswith(" -AssetId 'SRV-01' -Kinds 'host,account'")


def test_a_group_policy_takes_the_place_of_what_the_host_itself_says() -> None:
    body = TEXT[TEXT.index("function Get-RegistrySetting") : TEXT.index("$script:observed =")]
    assert body.index("Get-RegistryValue $place[2] $place[1]") < body.index(
        "if ($null -eq $value) { $value = Get-RegistryValue $place[0] $place[1] }"
    )
    for name in (
        "fDenyTSConnections', $rdp",
        "UserAuthentication', $rdp",
        "Type', $time",
        "NtpServer', $time",
    ):
        assert f"'{name})" in body
