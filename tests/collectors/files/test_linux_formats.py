"""The formats of a Linux machine: text in, (key, value, line, column, section) out."""

from __future__ import annotations

from typing import Any

import pytest

from hiscomply.configurations import ReadFile
from hiscomply.hookspecs import FormatError
from hiscomply_files import hiscomply_formats
from hiscomply_files.software.accounts import Limits

FORMATS = {one.name: one for one in hiscomply_formats()}
CASES: list[Any] = [
    (
        "pam_service",
        "#%PAM-1.0\nauth  [success=1 default=ignore] pam_unix.so nullok # here\n-session optional pam_x.so\n"
        "@include common-auth\n",
        [
            ("rule", "auth  [success=1 default=ignore] pam_unix.so nullok", 2, 1, "auth"),
            ("rule", "-session optional pam_x.so", 3, 1, "session"),
            ("include", "common-auth", 4, 1, None),
        ],
    ),
    (
        "pam_conf",
        "login auth required \\\n  pam_unix.so\n",
        [("login.rule", "auth required pam_unix.so", 1, 1, "auth")],
    ),
    (
        "limits_conf",
        "* hard core 0\n@his - nofile 65536 # files\nroot -\n",
        [
            ("hard.core", "0", 1, 13, "*"),
            ("hard.nofile", "65536", 2, 15, "@his"),
            ("soft.nofile", "65536", 2, 15, "@his"),
            ("exempt", "true", 3, 1, "root"),
        ],
    ),
    (
        "sudoers",
        'Defaults use_pty, !lecture , logfile="/var/log/sudo, all.log"\nDefaults:his !authenticate\n'
        "User_Alias OPS = li, wang : DBA = zhao\n%sudo ALL=(ALL:ALL) \\\n  NOPASSWD: ALL # all\n"
        "#1000 ALL=(ALL) /bin/ls\n# a comment\n#includedir /etc/sudoers.d\n@include local\n",
        [
            ("defaults.use_pty", "true", 1, 1, None),
            ("defaults.lecture", "false", 1, 1, None),
            ("defaults.logfile", "/var/log/sudo, all.log", 1, 1, None),
            ("defaults.authenticate", "false", 2, 1, "Defaults:his"),
            ("user_alias.OPS", "li, wang", 3, 1, None),
            ("user_alias.DBA", "zhao", 3, 1, None),
            ("rule", "%sudo ALL=(ALL:ALL) NOPASSWD: ALL", 4, 1, None),
            ("rule", "#1000 ALL=(ALL) /bin/ls", 6, 1, None),
            ("includedir", "/etc/sudoers.d", 8, 1, None),
            ("include", "local", 9, 1, None),
        ],
    ),
    (
        "auditd_conf",
        "# c\nNum_Logs = 5\nname =\n",
        [("num_logs", "5", 2, 12, None), ("name", None, 3, 1, None)],
    ),
    (
        "audit_rules",
        "-D\n-b 8192\n-w /etc/passwd -p wa -k id\n-a always,exit -F arch=b64 -S adjtimex\n--backlog_wait_time 9\n-e 2\n",
        [
            ("delete_all", None, 1, 1, None),
            ("backlog", "8192", 2, 1, None),
            ("watch", "/etc/passwd -p wa -k id", 3, 1, None),
            ("add", "always,exit -F arch=b64 -S adjtimex", 4, 1, None),
            ("backlog_wait_time", "9", 5, 1, None),
            ("enabled", "2", 6, 1, None),
        ],
    ),
    (
        "systemd",
        "[Service]\nExecStart=/bin/his \\\n# not this\n  --port 80\nUser=\n; c\n",
        [
            ("Service.ExecStart", "/bin/his --port 80", 2, 1, "Service"),
            ("Service.User", None, 5, 1, "Service"),
        ],
    ),
    (
        "fstab",
        "UUID=1 /data\\040his ext4 defaults,nodev 0 2\n/dev/sr0 /cd iso9660\n",
        [
            ("device", "UUID=1", 1, 1, "/data his"),
            ("type", "ext4", 1, 21, "/data his"),
            ("options", "defaults,nodev", 1, 26, "/data his"),
            ("device", "/dev/sr0", 2, 1, "/cd"),
            ("type", "iso9660", 2, 14, "/cd"),
        ],
    ),
    (
        "system_crontab",
        "PATH = /usr/bin:/bin\n17 *\t* * *  root  cd / && run\n@daily his /opt/x\n",
        [
            ("variable.PATH", "/usr/bin:/bin", 1, 1, None),
            ("time", "17 *\t* * *", 2, 1, None),
            ("user", "root", 2, 13, None),
            ("command", "cd / && run", 2, 19, None),
            ("time", "@daily", 3, 1, None),
            ("user", "his", 3, 8, None),
            ("command", "/opt/x", 3, 12, None),
        ],
    ),
    (
        "user_crontab",
        "*/5 * * * 1-5 /x\n",
        [("time", "*/5 * * * 1-5", 1, 1, None), ("command", "/x", 1, 15, None)],
    ),
    (
        "chrony_conf",
        "! c\n% c\nserver ntp1 iburst # near\nrtcsync\n",
        [("server", "ntp1 iburst", 3, 8, None), ("rtcsync", None, 4, 1, None)],
    ),
    ("ntp_conf", "restrict default kod\n", [("restrict", "default kod", 1, 10, None)]),
    (
        "logrotate_conf",
        'rotate 4\n/var/log/a /var/log/b\n"/var/log/c d" {\n  weekly\n  rotate=26\n  postrotate\n    x {\n  endscript\n}\n',
        [
            ("rotate", "4", 1, 1, None),
            ("block", "/var/log/a /var/log/b /var/log/c d", 2, 1, "/var/log/a /var/log/b /var/log/c d"),
            ("weekly", None, 4, 3, "/var/log/a /var/log/b /var/log/c d"),
            ("rotate", "26", 5, 3, "/var/log/a /var/log/b /var/log/c d"),
        ],
    ),
    (
        "rsyslog_conf",
        '$ModLoad imudp # old\nmodule(load="imjournal"\n  StateFile="x") # c\n*.*;auth.none  @@h:514\n& /var/log/b\n'
        ':msg, contains, "a b" stop\nif $x == "then" then {\n  action(type="omfwd" target="h")\n} else stop\n',
        [
            ("$modload", "imudp", 1, 1, None),
            ("module[0].load", "imjournal", 2, 13, None),
            ("module[0].statefile", "x", 3, 13, None),
            ("rule[0].selector", "*.*;auth.none", 4, 1, None),
            ("rule[0].action", "@@h:514", 4, 1, None),
            ("rule[1].selector", "*.*;auth.none", 5, 1, None),
            ("rule[1].action", "/var/log/b", 5, 1, None),
            ("rule[2].selector", ':msg, contains, "a b"', 6, 1, None),
            ("rule[2].action", "stop", 6, 1, None),
            ("action[0].type", "omfwd", 8, 15, 'if $x == "then" then'),
            ("action[0].target", "h", 8, 30, 'if $x == "then" then'),
        ],
    ),
]
REFUSED = [
    ("pam_service", "auth required pam_unix.so\n  nonsense\n", 2, 3),
    ("pam_conf", "login\n", 1, 1),
    ("limits_conf", "* hard core\n", 1, 1),
    ("sudoers", "Defaults a b c\n", 1, 1),
    ("sudoers", "nonsense\n", 1, 1),
    ("auditd_conf", "a = 1\nb\n", 2, 1),
    ("audit_rules", "passwd\n", 1, 1),
    ("systemd", "User=his\n", 1, 1),
    ("systemd", "[Service]\nUser\n", 2, 1),
    ("fstab", "/dev/sda1 /\n", 1, 1),
    ("system_crontab", "* * * * root\n", 1, 1),
    ("chrony_conf", "=x\n", 1, 1),
    ("logrotate_conf", "/a {\n  rotate 1\n", 1, 1),
    ("logrotate_conf", "/a {\npostrotate\n}\n", 2, 1),
    ("rsyslog_conf", "nonsense\n", 1, 1),
    ("rsyslog_conf", "a.b @h\n}\n", 2, 1),
]
RECOGNISED = [
    ("etc/pam.d/sshd", "pam_service"),
    ("etc/pam.conf", "pam_conf"),
    ("etc/security/limits.d/90-his.conf", "limits_conf"),
    ("etc/sudoers", "sudoers"),
    ("etc/sudoers.d/his", "sudoers"),
    ("etc/sudoers.d/his.bak", None),
    ("etc/audit/auditd.conf", "auditd_conf"),
    ("etc/audit/rules.d/30-his.rules", "audit_rules"),
    ("etc/udev/rules.d/60-x.rules", None),
    ("etc/rsyslog.d/50-remote.conf", "rsyslog_conf"),
    ("etc/chrony/conf.d/x.conf", "chrony_conf"),
    ("etc/chrony/sources.d/his.sources", "chrony_conf"),
    ("etc/ntp.conf", "ntp_conf"),
    ("etc/systemd/timesyncd.conf", "systemd"),
    ("etc/systemd/journald.conf.d/10.conf", "systemd"),
    ("deploy/his.service", "systemd"),
    ("etc/systemd/system/his.service.d/limits.conf", "systemd"),
    ("etc/crontab", "system_crontab"),
    ("etc/cron.d/his", "system_crontab"),
    ("etc/cron.d/.placeholder", None),
    ("var/spool/cron/crontabs/his", "user_crontab"),
    ("etc/fstab", "fstab"),
    ("etc/logrotate.d/his", "logrotate_conf"),
]


@pytest.mark.parametrize(("name", "text", "expected"), CASES, ids=[case[0] for case in CASES])
def test_every_setting_has_its_value_and_place(name: str, text: str, expected: list[Any]) -> None:
    settings = list(FORMATS[name].parse(text))
    assert [(one.key, one.value, one.line, one.column, one.section) for one in settings] == expected


@pytest.mark.parametrize(("name", "text", "line", "column"), REFUSED)
def test_what_cannot_be_parsed_is_refused_at_its_place(name: str, text: str, line: int, column: int) -> None:
    with pytest.raises(FormatError) as refused:
        list(FORMATS[name].parse(text))
    assert (refused.value.line, refused.value.column) == (line, column)
    assert refused.value.reason.zh
    assert refused.value.reason.en


@pytest.mark.parametrize(("path", "expected"), RECOGNISED)
def test_a_file_of_linux_is_recognised_by_its_path(path: str, expected: str | None) -> None:
    names = [one.name for one in hiscomply_formats() if one.recognises(path, b"# c\n[Section]\nkey=1\n")]
    assert (names[0] if names else None) == expected


def test_of_limits_and_of_auditd_the_last_of_a_key_is_effective() -> None:
    limits = FORMATS["limits_conf"].parse("* hard core 1\nroot hard core 2\n* - core 0\n")
    assert [one.is_effective for one in limits] == [False, True, True, True]
    auditd = FORMATS["auditd_conf"].parse("num_logs = 1\nnum_logs = 2\n")
    assert [one.is_effective for one in auditd] == [False, True]


def test_what_an_exempt_user_has_is_known_where_a_default_is() -> None:
    text = "* hard core 0\n* soft nofile 9\nhis -\n@his -\n"
    file = ReadFile("limits.conf", "limits_conf", [*FORMATS["limits_conf"].parse(text)])
    (found,) = Limits().configurations({file.path: file}, {})
    assert [(one.key, one.value, one.line) for one in found.values if one.origin == "conditional"] == [
        ("*.hard.core", "unlimited", 3),
        ("*.soft.nofile", None, 3),
        ("*.hard.core", "unlimited", 4),
    ]
