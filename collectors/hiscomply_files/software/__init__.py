"""One module per software: which files it reads together, the values in effect, and its defaults."""

from __future__ import annotations

from hiscomply.configurations import Software
from hiscomply_files.late import LateIncluding, LateSoftware

PAM = ("pam_service", "pam_conf")
LINUX = (
    ("sshd", "sshd:Sshd", ("sshd_config",)),
    ("sysctl", "sysctl:Sysctl", ("sysctl_conf",)),
    ("login_defs", "accounts:LoginDefs", ("login_defs",)),
    ("pwquality", "accounts:Pwquality", ("pwquality", *PAM)),
    ("faillock", "accounts:Faillock", ("faillock", *PAM)),
    ("limits", "accounts:Limits", ("limits_conf",)),
    ("pam", "pam:Pam", PAM),
    ("sudo", "sudo:Sudo", ("sudoers", "nsswitch_conf")),
    ("auditd", "audit:Auditd", ("auditd_conf",)),
    ("audit_rules", "audit:AuditRules", ("audit_rules",)),
    ("rsyslog", "logs:Rsyslog", ("rsyslog_conf",)),
    ("journald", "logs:Journald", ("systemd",)),
    ("logrotate", "logs:Logrotate", ("logrotate_conf",)),
    ("time_servers", "system:TimeServers", ("chrony_conf", "ntp_conf")),
    ("timesyncd", "system:Timesyncd", ("systemd",)),
    ("cron", "system:Cron", ("system_crontab", "user_crontab")),
    ("fstab", "system:Fstab", ("fstab",)),
    ("systemd_service", "units:SystemdService", ("systemd",)),
)
DATABASES = (
    ("postgresql", "postgresql:Postgresql", ("postgresql_conf",)),
    ("pg_hba", "pg_hba:PgHba", ("pg_hba_conf",)),
    ("mysql", "mysql:Mysql", ("my_cnf",)),
    ("redis", "redis:Redis", ("redis_conf",)),
    ("mongod", "mongod:Mongod", ("mongod_conf",)),
)
WEB = (
    ("nginx", "nginx:Nginx", ("nginx_conf",)),
    ("apache", "apache:Apache", ("apache_conf",)),
    ("haproxy", "haproxy:Haproxy", ("haproxy_cfg",)),
)
CONTAINERS = (
    ("dockerfile", "dockerfile:Dockerfile", ("dockerfile",)),
    ("compose_service", "compose:Compose", ("docker-compose", "dotenv")),
    ("kubernetes", "kubernetes:Kubernetes", ("kubernetes", "json_patch")),
    ("terraform", "terraform:Terraform", ("hcl",)),
)
APPLICATIONS = (
    ("orthanc", "orthanc:Orthanc", ("json",)),
    ("mirth", "mirth:Mirth", ("properties",)),
    ("openmrs", "openmrs:Openmrs", ("properties",)),
    ("keycloak_realm", "keycloak_realm:KeycloakRealm", ("json",)),
    ("spring", "spring:Spring", ("yaml", "properties")),
)
AUTOMATION = (
    ("ansible_inventory", "ansible:AnsibleInventory", ("ansible_inventory", "ansible_vars", "ansible_cfg")),
    ("ansible_plays", "ansible_plays:AnsiblePlays", ("ansible_playbook", "ansible_role_vars")),
    ("ansible_cfg", "ansible_cfg:AnsibleCfg", ("ansible_cfg", "ansible_vault_password")),
)
MARKS = {"kubernetes": ("kustomization",), "terraform": (".tf.json", ".tofu.json", ".tfvars.json")}
"""Files that are wanted for their name, whatever their format; see ``LateSoftware``."""
BESIDE = {"kubernetes": frozenset({"dotenv", "properties"})}
"""Formats that are read with others only."""
INCLUDING = frozenset({"sshd", "rsyslog", "postgresql", "mysql", "redis", "nginx", "apache"})
"""These take in files by their names alone; see ``LateIncluding``."""


def builtin_software() -> list[Software]:
    """All software whose configuration is understood."""
    return [
        (LateIncluding if name in INCLUDING else LateSoftware)(
            name, f"software.{where}", frozenset(formats), MARKS.get(name, ()), BESIDE.get(name, frozenset())
        )
        for name, where, formats in (*LINUX, *DATABASES, *WEB, *CONTAINERS, *APPLICATIONS, *AUTOMATION)
    ]
