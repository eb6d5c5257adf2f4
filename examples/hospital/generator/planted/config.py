"""Departures in configuration. The files are checked in: ``config/legacy`` holds bad ones, ``config/handover`` what a
vendor delivered in part; what sshd runs with is what the jump hosts' own script wrote down."""

from __future__ import annotations

from generator.clock import Clock
from generator.plan import Plan

LEGACY = "config/legacy"
SECRET = "Gateway-2019-example"
FILES = {
    "sshd_config": """
sshd_root_login_disabled sshd_password_login_disabled sshd_max_auth_tries_limited sshd_idle_session_ends
sshd_empty_passwords_refused sshd_x11_forwarding_off sshd_logins_logged sshd_login_grace_time_limited
sshd_host_based_login_off sshd_user_environment_off sshd_ciphers_current sshd_macs_current
sshd_key_exchange_current sshd_start_rate_limited sshd_strict_modes_on sshd_tunnels_off
""",
    "postgresql.conf": """
postgresql_tls_enabled postgresql_passwords_hashed_with_scram postgresql_connections_logged
postgresql_file_archives_its_log postgresql_file_idle_transactions_end postgresql_file_listens_on_named_addresses
""",
    "orthanc.json": """
orthanc_authentication_enabled orthanc_tls_enabled orthanc_called_title_checked orthanc_caller_address_checked
orthanc_dicom_tls_enabled orthanc_serves_known_callers_only
""",
    "pwquality.conf": "password_complexity_set password_min_length_set password_repeats_limited password_rules_bind_root",
    "faillock.conf": "account_locked_after_failures lockout_covers_root",
    "login.defs": "password_hash_method_strong password_max_age_limited login_umask_restrictive",
    "sysctl.conf": "kernel_network_hardened",
}
"""Files that fail a policy as a whole."""
SETTINGS = (
    (
        "docker-compose.yml/services.db.environment.MYSQL_ROOT_PASSWORD",
        "cleartext_secrets_absent",
        "明文口令",
    ),
)
CONTAINERS = {
    "compose_capabilities_dropped": ("gateway", "db"),
    "compose_containers_not_root": ("gateway",),
    "compose_containers_unprivileged": ("gateway",),
    "compose_database_ports_not_published_to_all": ("db",),
    "compose_health_checked": ("gateway",),
    "compose_host_paths_limited": ("gateway",),
    "compose_images_pinned": ("db",),
    "compose_logs_kept": ("gateway",),
    "compose_memory_limited": ("gateway", "db"),
    "compose_no_new_privileges": ("gateway", "db"),
    "compose_published_passwords_replaced": (),
    "compose_restart_policy_set": ("gateway", "db"),
    "compose_root_filesystem_read_only": ("gateway", "db"),
}
"""The services of the old gateway that fail each policy on containers."""

HANDOVER = "config/handover"
UNFOLLOWED = {
    "sshd_config": """
sshd_root_login_disabled sshd_password_login_disabled sshd_max_auth_tries_limited sshd_idle_session_ends
sshd_empty_passwords_refused sshd_x11_forwarding_off sshd_logins_logged sshd_login_grace_time_limited
sshd_host_based_login_off sshd_user_environment_off sshd_ciphers_current sshd_macs_current
sshd_key_exchange_current sshd_start_rate_limited sshd_strict_modes_on sshd_tunnels_off
""",
    "postgresql.conf": """
postgresql_tls_enabled postgresql_passwords_hashed_with_scram postgresql_connections_logged
postgresql_file_archives_its_log postgresql_file_idle_transactions_end postgresql_file_listens_on_named_addresses
postgresql_file_writes_survive_power_loss
""",
}
"""Files that include others which were not delivered."""
UNSTATED = (
    ("orthanc.json", "orthanc_authentication_enabled", "文件没有写,由安装脚本决定"),
    ("faillock.conf", "account_locked_after_failures", "值由安装脚本代入"),
    ("pwquality.conf", "password_complexity_set", "值由安装脚本代入"),
    ("login.defs", "password_max_age_limited", "值由安装脚本代入"),
    ("pwquality.conf", "password_min_length_set", "值由安装脚本代入"),
)
LEFT_OUT = {
    "handover/orthanc.json": """
orthanc_called_title_checked orthanc_caller_address_checked orthanc_dicom_tls_enabled orthanc_serves_known_callers_only
""",
    "handover/pwquality.conf": "password_repeats_limited password_rules_bind_root",
    "handover/faillock.conf": "lockout_covers_root",
    "handover/login.defs": "password_hash_method_strong login_umask_restrictive",
    "frontend/login.defs": "password_hash_method_strong password_max_age_limited",
}
"""Files that leave a setting to the program, whose own default is not good enough."""
OF_THE_KERNEL = """
sysctl_kernel_messages_restricted sysctl_kernel_pointers_hidden sysctl_privileged_core_dumps_off
sysctl_reverse_path_filter_on sysctl_links_protected sysctl_tracing_restricted
"""
"""What the legacy machine leaves to its kernel, whose build is not known."""
EFFECTIVE = (
    ("permitrootlogin", "sshd_effective_root_login_disabled", {"value": "yes"}, "value"),
    ("passwordauthentication", "sshd_effective_password_login_disabled", {"value": "yes"}, "value"),
    ("maxauthtries", "sshd_effective_max_auth_tries_limited", {"value": "10", "number": 10}, "number"),
    ("clientaliveinterval", "sshd_effective_idle_session_ends", {"value": "0", "number": 0}, "number"),
)
"""Key, policy, what the bad host says, and the field that the odd host's line lacks."""


def plant(plan: Plan, clock: Clock) -> None:
    """An imaging gateway that nobody put in order, a collector delivered in part, two jump hosts."""
    _legacy(plan)
    for file, policies in UNFOLLOWED.items():
        for policy in policies.split():
            plan.find(policy, f"{HANDOVER}/{file}", "unknown", f"{file} 引入的文件没有一并交付")
    for place, policy, why in UNSTATED:
        plan.find(policy, f"{HANDOVER}/{place}", "unknown", why)
    compose = f"{HANDOVER}/docker-compose.yml#"
    for policy in CONTAINERS:
        plan.find(policy, f"{compose}include[0]", "unknown", "引入的公共部分没有一并交付")
    plan.find(
        "compose_database_ports_not_published_to_all", f"{compose}services.cache", "unknown", "端口由变量给出"
    )
    for file, policies in LEFT_OUT.items():
        for policy in policies.split():
            plan.find(policy, f"config/{file}", "fail", f"{file} 没有写,软件的默认值不合格")
    for policy in OF_THE_KERNEL.split():
        plan.find(policy, f"{LEGACY}/sysctl.conf", "unknown", "没有写,取决于内核的编译选项")
    for key, policy, bad, lacking in EFFECTIVE:
        plan.alter("setting", ["jump-02:sshd -T", key, 1], bad, "堡垒机的生效设置不合格", fail=[policy])
        gap = {"_absent": (lacking,)}
        plan.alter("setting", ["jump-03:sshd -T", key, 1], gap, "导出的这一行没有值", unknown=[policy])


def _legacy(plan: Plan) -> None:
    for file, policies in FILES.items():
        for policy in policies.split():
            plan.find(policy, f"{LEGACY}/{file}", "fail", f"旧影像网关的 {file} 从未整改")
    for place, policy, why in SETTINGS:
        plan.find(policy, f"{LEGACY}/{place}/1", "fail", why)
    compose = f"{LEGACY}/docker-compose.yml#services"
    for policy, services in CONTAINERS.items():
        for service in services:
            plan.find(policy, f"{compose}.{service}", "fail", "旧影像网关的容器从未整改")
    plan.find("compose_images_pinned", f"{compose}.gateway", "unknown", "镜像由变量给出,文件里看不到")
    plan.canaries.append(SECRET)
