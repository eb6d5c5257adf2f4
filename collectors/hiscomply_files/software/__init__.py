"""One module per software: which files it reads together, the values in effect, and its defaults."""

from __future__ import annotations

from hiscomply.configurations import Software


def builtin_software() -> list[Software]:
    """All software whose configuration is understood."""
    from hiscomply_files.software.accounts import Faillock, Limits, LoginDefs, Pwquality
    from hiscomply_files.software.ansible import AnsibleInventory
    from hiscomply_files.software.ansible_cfg import AnsibleCfg
    from hiscomply_files.software.apache import Apache
    from hiscomply_files.software.audit import Auditd, AuditRules
    from hiscomply_files.software.compose import Compose
    from hiscomply_files.software.dockerfile import Dockerfile
    from hiscomply_files.software.haproxy import Haproxy
    from hiscomply_files.software.keycloak_realm import KeycloakRealm
    from hiscomply_files.software.kubernetes import Kubernetes
    from hiscomply_files.software.logs import Journald, Logrotate, Rsyslog
    from hiscomply_files.software.mirth import Mirth
    from hiscomply_files.software.mongod import Mongod
    from hiscomply_files.software.mysql import Mysql
    from hiscomply_files.software.nginx import Nginx
    from hiscomply_files.software.openmrs import Openmrs
    from hiscomply_files.software.orthanc import Orthanc
    from hiscomply_files.software.pam import Pam
    from hiscomply_files.software.pg_hba import PgHba
    from hiscomply_files.software.postgresql import Postgresql
    from hiscomply_files.software.redis import Redis
    from hiscomply_files.software.spring import Spring
    from hiscomply_files.software.sshd import Sshd
    from hiscomply_files.software.sudo import Sudo
    from hiscomply_files.software.sysctl import Sysctl
    from hiscomply_files.software.system import Cron, Fstab, TimeServers, Timesyncd
    from hiscomply_files.software.terraform import Terraform
    from hiscomply_files.software.units import SystemdService

    linux: list[Software] = [
        Sshd(),
        Sysctl(),
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
    databases: list[Software] = [Postgresql(), PgHba(), Mysql(), Redis(), Mongod()]
    web: list[Software] = [Nginx(), Apache(), Haproxy()]
    containers: list[Software] = [Dockerfile(), Compose(), Kubernetes(), Terraform()]
    applications: list[Software] = [Orthanc(), Mirth(), Openmrs(), KeycloakRealm(), Spring()]
    automation: list[Software] = [AnsibleInventory(), AnsibleCfg()]
    return [*linux, *databases, *web, *containers, *applications, *automation]
