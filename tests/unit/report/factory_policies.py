"""The policies of the factory's hospital."""

from __future__ import annotations

from hashlib import sha256

from hiscomply.model import ParameterValue, PolicyInfo, Severity, Source, Text

KINDS_OF_TROUBLE = ("fail", "pass", "mixed", "pass", "unknown", "pass", "na", "pass", "blind", "fail", "pass")
SEVERITIES = tuple(Severity)

_SHAPES = (
    (
        "dormant_accounts_disabled",
        "停用长期未登录的账户",
        "Accounts nobody uses are disabled",
        "account",
        "last_login >= as_of - limit",
    ),
    (
        "backups_recent_enough",
        "备份在规定时间内完成",
        "Backups are recent enough",
        "system",
        "count(good) >= 1 and max(good.ended) >= as_of - limit",
    ),
    (
        "sshd_root_login_disabled",
        "禁止 root 远程登录",
        "Root cannot log in over SSH",
        "setting",
        "value = 'no'",
    ),
    (
        "critical_patches_installed",
        "安全补丁按期安装",
        "Security patches are installed in time",
        "vuln",
        "first_seen >= as_of - limit",
    ),
    (
        "leavers_disabled_in_time",
        "离岗人员账户及时停用",
        "Accounts of leavers are disabled in time",
        "account",
        "not enabled or person.left_at is null",
    ),
    (
        "logs_kept_180_days",
        "日志留存不少于 180 天",
        "Logs are kept for 180 days",
        "log_source",
        "retention >= limit",
    ),
    (
        "tier1_monitored",
        "核心系统全部纳入监控",
        "Every tier 1 system is monitored",
        "system",
        "count(monitor) >= 1",
    ),
    (
        "incidents_answered_in_time",
        "事件按级别及时响应",
        "Incidents are answered in time",
        "ticket",
        "acknowledged_at <= opened_at + limit",
    ),
)


def severity_days(n: int) -> int:
    """Days until the due date of policy ``n``."""
    return (3, 15, 30, 90)[n % 4]


def policy_info(n: int, clause: str, hostile: str) -> PolicyInfo:
    """Policy ``n``, serving ``clause``; ``hostile`` is added to what a stranger's pack could say."""
    name, zh, en, kind, condition = _SHAPES[n % len(_SHAPES)]
    policy_id = f"{name}_{n:02d}" if n >= len(_SHAPES) else name
    return PolicyInfo(
        id=policy_id,
        clauses=(clause,),
        checks=(f"{clause}-c{n % 5 + 1}",),
        title=Text(zh + hostile, en + hostile),
        severity=SEVERITIES[n % 4],
        message=Text(
            "{subject}:最近一次为 {seen},相距 {actual},超过允许的 {limit}",
            "{subject}: last on {seen}, {actual} ago, allowed {limit}",
        ),
        remediation=Text(
            "按院内流程整改并留存记录;确需保留的办理例外。", "Put it right, or file a waiver if it must stay."
        ),
        rationale=Text("久未使用的入口没有人留意。", "Nobody watches a door that nobody uses.")
        if n % 2
        else Text("", ""),
        condition=f"each {kind}\nwhere enabled and tier <= 2\nassert {condition}{hostile}",
        kinds=(kind,) if n % 3 else (kind, "person"),
        parameters=_parameters(n),
        subject_kind=kind,
        file=f"policies/{clause}/{policy_id}/policy.yaml",
        digest=sha256(policy_id.encode()).hexdigest(),
    )


def _parameters(n: int) -> tuple[ParameterValue, ...]:
    source = (
        Source("CIS", Text("5.3", "5.3"), "intl"),
        Source("MLPS", Text("8.1.4.2 c，自三级起", "8.1.4.2 c, from level 3"), "cn-std"),
        Source("HISCOMPLY", Text("", ""), "default"),
    )[n % 3]
    overridden = n % 5 == 2
    keyed = {1: "24 hours", 2: "24 hours", 3: "7 days"}
    return (
        ParameterValue(
            name="limit",
            type="duration",
            value=keyed if n % 8 == 1 else "60 days" if overridden else "45 days",
            default=keyed if n % 8 == 1 else "45 days",
            source=source,
            origin=f"hiscomply.yaml:{n + 12}:7" if overridden else "default (tertiary)",
            is_overridden=overridden,
            is_looser=(True, False, None)[n % 3] if overridden else None,
        ),
    )
