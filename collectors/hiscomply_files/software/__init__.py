"""One module per software: which files it reads together, the values in effect, and its defaults."""

from __future__ import annotations

from hiscomply.configurations import Software


def builtin_software() -> list[Software]:
    """All software whose configuration is understood."""
    from hiscomply_files.software.accounts import Faillock, Limits, LoginDefs, Pwquality
    from hiscomply_files.software.audit import Auditd, AuditRules
    from hiscomply_files.software.logs import Journald, Logrotate, Rsyslog
    from hiscomply_files.software.pam import Pam
    from hiscomply_files.software.postgresql import Postgresql
    from hiscomply_files.software.sshd import Sshd
    from hiscomply_files.software.sudo import Sudo
    from hiscomply_files.software.sysctl import Sysctl
    from hiscomply_files.software.system import Cron, Fstab, TimeServers, Timesyncd
    from hiscomply_files.software.units import SystemdService

    linux: list[Software] = [
        LoginDefs(),
        Pwquality(),
        Faillock(),
        Limits(),
        Pam(),
        Sudo(),
        Auditd(),
        AuditRules(),
        Rsyslog(),
        Journald(),
        Logrotate(),
        TimeServers(),
        Timesyncd(),
        Cron(),
        Fstab(),
        SystemdService(),
    ]

    return [Sshd(), Postgresql(), Sysctl(), *linux]
