"""Departures in the configuration repository. Its files are checked in: ``config/legacy`` holds the bad ones."""

from __future__ import annotations

from generator.clock import Clock
from generator.plan import Plan

LEGACY = "config/legacy"
SECRET = "Gateway-2019-example"
FILES = {
    "sshd_config": """
sshd_root_login_disabled sshd_password_login_disabled sshd_max_auth_tries_limited sshd_idle_session_ends
""",
    "postgresql.conf": """
postgresql_tls_enabled postgresql_passwords_hashed_with_scram postgresql_connections_logged
""",
    "orthanc.json": "orthanc_authentication_enabled orthanc_tls_enabled",
    "docker-compose.yml": "compose_containers_unprivileged",
}
"""Files that fail a policy as a whole."""
SETTINGS = (
    ("faillock.conf/deny", "account_locked_after_failures", "30 次失败才锁定"),
    ("login.defs/PASS_MAX_DAYS", "password_max_age_limited", "口令近乎永不过期"),
    ("pwquality.conf/minlen", "password_min_length_set", "口令最短 6 位"),
    ("sysctl.conf/net.ipv4.conf.all.accept_redirects", "kernel_network_hardened", "接受 ICMP 重定向"),
    ("sysctl.conf/net.ipv4.tcp_syncookies", "kernel_network_hardened", "未启用 SYN cookies"),
    ("docker-compose.yml/services.db.image", "compose_images_pinned", "镜像标签是 latest"),
    (
        "docker-compose.yml/services.db.ports[0]",
        "compose_database_ports_not_published_to_all",
        "数据库端口对外",
    ),
    (
        "docker-compose.yml/services.db.environment.MYSQL_ROOT_PASSWORD",
        "cleartext_secrets_absent",
        "明文口令",
    ),
)


def plant(plan: Plan, clock: Clock) -> None:
    """An imaging gateway that nobody put in order."""
    for file, policies in FILES.items():
        for policy in policies.split():
            plan.find(policy, f"{LEGACY}/{file}", "fail", f"旧影像网关的 {file} 从未整改")
    for place, policy, why in SETTINGS:
        plan.find(policy, f"{LEGACY}/{place}/1", "fail", why)
    subject = f"{LEGACY}/docker-compose.yml/services.gateway.image/1"
    plan.find("compose_images_pinned", subject, "unknown", "镜像由变量给出,文件里看不到")
    plan.canaries.append(SECRET)
