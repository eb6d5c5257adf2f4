"""One module per configuration format. Each is light to import: parsers that are not load on first use."""

from __future__ import annotations

from hiscomply.hookspecs import FileFormat
from hiscomply_files.late import LateFormat

YAML = (".yaml", ".yml")
UNITS = (".service", ".socket", ".timer", "mount", ".path", ".slice", ".target", ".swap")
NGINX_FOLDERS = (".d/", "sites-", "snippets/", "templates/", "-enabled/")
"""Marks of paths, in lower case; see ``LateFormat.marks``."""

FORMATS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("ansible_vars", "ansible_vars:AnsibleVars", ("group_vars/", "host_vars/")),
    ("ansible_inventory", "ansible_inventory:AnsibleInventory", ("hosts", "inventor")),
    ("ansible_cfg", "ansible_cfg:AnsibleCfg", ("ansible.cfg",)),
    ("ansible_vault_password", "ansible_vault:AnsibleVaultPassword", ("vault",)),
    ("ansible_role_vars", "ansible_playbook:AnsibleRoleVars", ("vars/", "defaults/")),
    ("sshd_config", "sshd_config:SshdConfig", ("sshd_config",)),
    ("sysctl_conf", "sysctl_conf:SysctlConf", ("sysctl.",)),
    ("postgresql_conf", "postgresql_conf:PostgresqlConf", ("postgresql",)),
    ("nginx_conf", "nginx_conf:NginxConf", (".conf", ".template", ".types", "_params", *NGINX_FOLDERS)),
    ("apache_conf", "apache_conf:ApacheConf", (".conf", ".load", ".vhost", ".htaccess", "sites-enabled")),
    ("haproxy_cfg", "haproxy_cfg:HaproxyCfg", (".cfg", "haproxy")),
    ("pg_hba_conf", "pg_hba_conf:PgHbaConf", ("pg_hba",)),
    ("my_cnf", "my_cnf:MyCnf", (".cnf", ".ini")),
    ("snmp_conf", "snmp_conf:SnmpConf", ("snmp",)),
    ("pgpass", "password_files:Pgpass", ("pgpass",)),
    ("netrc", "password_files:Netrc", ("netrc",)),
    ("redis_conf", "redis_conf:RedisConf", ("redis", "valkey", "sentinel")),
    ("mongod_conf", "mongod_conf:MongodConf", ("mongo",)),
    ("login_defs", "login_defs:LoginDefs", ("login.defs",)),
    ("pwquality", "pam_conf:Pwquality", ("pwquality.conf",)),
    ("faillock", "pam_conf:Faillock", ("faillock.conf",)),
    ("dockerfile", "dockerfile:Dockerfile", ("dockerfile", "containerfile")),
    ("systemd", "systemd:SystemdUnit", (".conf", *UNITS)),
    ("audit_rules", "audit_rules:AuditRules", (".rules",)),
    ("auditd_conf", "auditd_conf:AuditdConf", ("auditd.conf",)),
    ("system_crontab", "crontab:SystemCrontab", ("cron",)),
    ("user_crontab", "crontab:UserCrontab", ("cron",)),
    ("fstab", "fstab:Fstab", ("fstab",)),
    ("limits_conf", "limits_conf:LimitsConf", ("limits.",)),
    ("logrotate_conf", "logrotate_conf:LogrotateConf", ("logrotate.",)),
    ("nsswitch_conf", "nsswitch_conf:NsswitchConf", ("nsswitch.conf",)),
    ("pam_conf", "pam:PamConf", ("pam.conf",)),
    ("pam_service", "pam:PamService", ("pam.d/",)),
    ("rsyslog_conf", "rsyslog_conf:RsyslogConf", ("rsyslog.",)),
    ("sudoers", "sudoers:Sudoers", ("sudoers",)),
    ("chrony_conf", "time_conf:ChronyConf", ("chrony",)),
    ("ntp_conf", "time_conf:NtpConf", ("ntp.conf",)),
    ("docker-compose", "yaml:DockerCompose", (*YAML, "kustomization")),
    ("kubernetes", "kubernetes:Kubernetes", (*YAML, ".json")),
    ("json_patch", "json_patch:JsonPatch", (*YAML, ".json")),
    ("ansible_playbook", "ansible_playbook:AnsiblePlaybook", YAML),
    ("yaml", "yaml:Yaml", (*YAML, "kustomization")),
    ("json", "json_comments:Json", (".json", "renovaterc")),
    ("json5", "json5:Json5", (".json5",)),
    ("hcl", "hcl:Hcl", (".tf", ".tofu")),
    ("toml", "toml:Toml", (".toml",)),
    ("xml", "xml:Xml", (".xml", ".xconf", ".config")),
    ("properties", "properties:Properties", (".properties",)),
    ("dotenv", "dotenv:DotEnv", (".env",)),
    ("ini", "ini:Ini", (".ini", ".cnf", ".cfg", ".conf", ".udl")),
)
"""Name, module and class, marks; narrow before wide, since the first that recognises a file reads it."""


def builtin_formats() -> list[FileFormat]:
    """All built-in formats, in the order in which they are asked."""
    return [LateFormat(name, f"formats.{where}", marks) for name, where, marks in FORMATS]
