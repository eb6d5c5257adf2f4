"""One module per configuration format. Each is light to import: parsers that are not load on first use."""

from __future__ import annotations

from hiscomply.hookspecs import FileFormat


def builtin_formats() -> list[FileFormat]:
    """All built-in formats, narrow before wide: the first that recognises a file reads it."""
    from hiscomply_files.formats.apache_conf import ApacheConf
    from hiscomply_files.formats.audit_rules import AuditRules
    from hiscomply_files.formats.auditd_conf import AuditdConf
    from hiscomply_files.formats.crontab import SystemCrontab, UserCrontab
    from hiscomply_files.formats.dockerfile import Dockerfile
    from hiscomply_files.formats.dotenv import DotEnv
    from hiscomply_files.formats.fstab import Fstab
    from hiscomply_files.formats.haproxy_cfg import HaproxyCfg
    from hiscomply_files.formats.hcl import Hcl
    from hiscomply_files.formats.ini import Ini
    from hiscomply_files.formats.json5 import Json5
    from hiscomply_files.formats.json_comments import Json
    from hiscomply_files.formats.json_patch import JsonPatch
    from hiscomply_files.formats.kubernetes import Kubernetes
    from hiscomply_files.formats.limits_conf import LimitsConf
    from hiscomply_files.formats.login_defs import LoginDefs
    from hiscomply_files.formats.logrotate_conf import LogrotateConf
    from hiscomply_files.formats.mongod_conf import MongodConf
    from hiscomply_files.formats.my_cnf import MyCnf
    from hiscomply_files.formats.nginx_conf import NginxConf
    from hiscomply_files.formats.pam import PamConf, PamService
    from hiscomply_files.formats.pam_conf import Faillock, Pwquality
    from hiscomply_files.formats.pg_hba_conf import PgHbaConf
    from hiscomply_files.formats.postgresql_conf import PostgresqlConf
    from hiscomply_files.formats.properties import Properties
    from hiscomply_files.formats.redis_conf import RedisConf
    from hiscomply_files.formats.rsyslog_conf import RsyslogConf
    from hiscomply_files.formats.sshd_config import SshdConfig
    from hiscomply_files.formats.sudoers import Sudoers
    from hiscomply_files.formats.sysctl_conf import SysctlConf
    from hiscomply_files.formats.systemd import SystemdUnit
    from hiscomply_files.formats.time_conf import ChronyConf, NtpConf
    from hiscomply_files.formats.toml import Toml
    from hiscomply_files.formats.xml import Xml
    from hiscomply_files.formats.yaml import DockerCompose, Yaml

    return [
        SshdConfig(),
        SysctlConf(),
        PostgresqlConf(),
        NginxConf(),
        ApacheConf(),
        HaproxyCfg(),
        PgHbaConf(),
        MyCnf(),
        RedisConf(),
        MongodConf(),
        LoginDefs(),
        Pwquality(),
        Faillock(),
        Dockerfile(),
        SystemdUnit(),
        AuditRules(),
        AuditdConf(),
        SystemCrontab(),
        UserCrontab(),
        Fstab(),
        LimitsConf(),
        LogrotateConf(),
        PamConf(),
        PamService(),
        RsyslogConf(),
        Sudoers(),
        ChronyConf(),
        NtpConf(),
        DockerCompose(),
        Kubernetes(),
        JsonPatch(),
        Yaml(),
        Json(),
        Json5(),
        Hcl(),
        Toml(),
        Xml(),
        Properties(),
        DotEnv(),
        Ini(),
    ]
