"""Departures in accounts, roles, access reviews and passwords. OA holds most of them: it has enough accounts to hide them."""

from __future__ import annotations

from datetime import timedelta

from generator.accounts import TWO_FACTORS
from generator.clock import Clock
from generator.plan import Plan, Row, listed

ASKED_OF_ENABLED = listed("accounts_have_current_owner accounts_reviewed_quarterly dormant_accounts_disabled")
"""Policies that ask whether an account without privileges is enabled."""


def plant(plan: Plan, clock: Clock) -> None:
    """Owners, kinds, privileges, external people, roles, reviews."""
    _owners(plan, clock)
    _kinds(plan, clock)
    _privileges(plan)
    _factors(plan)
    _external(plan, clock)
    _entitlements(plan, clock)
    _reviews(plan, clock)
    _passwords(plan)


def _human(number: int, **changes: object) -> Row:
    """An account of a present member of staff, in OA unless said otherwise."""
    return {
        "system_id": "OA",
        "login": f"planted{number:02d}",
        "person_id": f"P{4000 + number:05d}",
        **changes,
    }


def _owners(plan: Plan, clock: Clock) -> None:
    owner, leaver = "accounts_have_current_owner", "leavers_disabled"
    plan.add("account", _human(1, person_id=None), "启用账户没有使用人", fail=[owner])
    plan.add("account", _human(2, person_id="P90001"), "使用人的离职日期不可信", unknown=[owner, leaver])
    plan.add("account", _human(3, person_id="P90011"), "使用人已离职 25 天", fail=[owner, leaver])
    plan.add(
        "account", _human(4, person_id="X00077"), "人事名册中没有该使用人", fail=[owner], unknown=[leaver]
    )
    late = "最近登录在 120 天前"
    plan.add("account", _human(5, last_login=clock.ago(120)), late, fail=["dormant_accounts_disabled"])
    never = "最近登录时间为空"
    plan.add("account", _human(6, last_login=None), never, unknown=["dormant_accounts_disabled"])
    lagging = {"system_id": "AD", "login": "lagging01", "person_id": "P04090", "last_login": clock.ago(52)}
    plan.add("account", lagging)
    plan.add(
        "account",
        _human(7, system_id="HRSS", enabled=None),
        "是否启用为空",
        unknown=[*ASKED_OF_ENABLED, "leavers_disabled"],
    )
    plan.add("account", _human(30, system_id="OLDHIS"))
    plan.add(
        "account",
        _human(31, system_id="LAUNDRY", enabled=None),
        "是否启用为空",
        unknown=[*ASKED_OF_ENABLED, "leavers_disabled"],
    )
    plan.find("privileged_share_limited", "HRSS", "unknown", "有账户是否启用不明,特权占比无法确定")


def _kinds(plan: Plan, clock: Clock) -> None:
    owned = {"person_id": None, "owner": "P00011"}
    plan.add(
        "account",
        {"system_id": "SPD", "login": "administrator", "kind": "default", **owned},
        "默认账户未停用",
        fail=["default_accounts_disabled"],
    )
    plan.add(
        "account",
        {"system_id": "HRSS", "login": "guest", "kind": "default", "enabled": None, **owned},
        "默认账户是否启用为空",
        unknown=[*ASKED_OF_ENABLED, "default_accounts_disabled"],
    )
    plan.add(
        "account",
        _human(8, kind=None),
        "账户类型为空",
        unknown=[
            "default_accounts_disabled",
            "dormant_accounts_disabled",
            "external_accounts_expire",
            "external_accounts_under_nda",
            "shared_accounts_registered",
        ],
    )
    shared = {"system_id": "ECG", "kind": "shared", **owned}
    registered = ["shared_accounts_registered"]
    plan.add("account", {**shared, "login": "heart_room"}, "共享账户未登记为应急账户", fail=registered)
    plan.add(
        "account", {**shared, "login": "heart_duty", "break_glass": None}, "应急登记为空", unknown=registered
    )


def _privileges(plan: Plan) -> None:
    owner, named, mfa = (
        "accounts_have_current_owner",
        "privileged_accounts_named",
        "privileged_accounts_use_mfa",
    )
    power = {"privileged": True, **TWO_FACTORS}
    plan.add("account", _human(10, person_id=None, **power), "特权账户没有使用人", fail=[owner, named])
    plan.add("account", _human(11, **power | {"mfa": False, "person_id": "P00021"}), "未用双因素", fail=[mfa])
    plan.add(
        "account", _human(12, **power | {"mfa": None, "person_id": "P00022"}), "双因素为空", unknown=[mfa]
    )
    plan.add(
        "account",
        {"system_id": "BI", "login": "report_power", "person_id": "P00023", "privileged": None},
        "是否特权为空",
        unknown=[named, mfa],
    )
    for number in range(4):
        login = {"system_id": "BI", "login": f"power{number}", "person_id": f"P{25 + number:05d}"}
        plan.add("account", {**login, **power})
    plan.find("privileged_share_limited", "BI", "unknown", "有账户是否特权不明,占比在 3 % 上下")
    for number in range(12):
        login = {"system_id": "CALL", "login": f"seat{number:02d}", "person_id": f"P{30 + number:05d}"}
        plan.add("account", {**login, **power})
    plan.find("privileged_share_limited", "CALL", "fail", "一成账户有特权")
    roles = ["admin_roles_separated"]
    both = {"system_id": "MAIL", "person_id": "P90009", **power}
    for role in ("system", "security"):
        row = {**both, "login": f"{role}_adm", "admin_role": role}
        plan.add("account", row, "一人兼任系统与安全管理员", fail=roles)
    plan.add("account", _human(13, admin_role=None), "管理员角色为空", unknown=roles)


def _factors(plan: Plan) -> None:
    """Two factors of which none is known to be cryptographic."""
    cryptographic = ["level_3_administrators_use_two_factors"]
    row = {"system_id": "CDR", "privileged": True, **TWO_FACTORS}
    texted = {**row, "login": "cdr_sms", "person_id": "P00026", "mfa_cryptographic": False}
    plan.add("account", texted, "第二个因素只是短信验证码", fail=cryptographic)
    unsure = {**row, "login": "cdr_token", "person_id": "P00027", "mfa_cryptographic": None}
    plan.add("account", unsure, "是否含密码技术为空", unknown=cryptographic)


def _external(plan: Plan, clock: Clock) -> None:
    soon = {"expires_at": clock.day(-60), "contract_end": clock.day(-90), "nda": True}
    vendor = {"kind": "vendor", "system_id": "LIS", **soon}
    expire, nda = ["external_accounts_expire"], ["external_accounts_under_nda"]
    for login, person, changes, why in (
        ("vend01", "P07401", {"expires_at": clock.day(-500)}, "到期日在 500 天后"),
        ("vend02", "P07402", {"expires_at": None}, "永不过期"),
        ("vend03", "P07403", {"contract_end": clock.day(-30)}, "到期日晚于合同截止日"),
    ):
        plan.add("account", {**vendor, "login": login, "person_id": person, **changes}, why, fail=expire)
    unsigned = {**vendor, "login": "vend04", "person_id": "P07404", "nda": False}
    plan.add("account", unsigned, "没有保密协议", fail=nda)
    unsure = {**vendor, "login": "vend05", "person_id": "P07405", "nda": None}
    plan.add("account", unsure, "保密协议为空", unknown=nda)


def _entitlements(plan: Plan, clock: Clock) -> None:
    policy = "entitlements_within_role_matrix"
    row = {"granted_at": clock.ago(200), "approved_by": None, "in_role_matrix": False}
    for number in (1, 2):
        plan.add("entitlement", {"system_id": "CDR", "login": f"research{number}", "role": "全库导出", **row})
    plan.find(policy, "CDR", "fail", "两项授权超出岗位权限表且无人批准")
    plan.add(
        "entitlement",
        {"system_id": "ICU", "login": "research3", "role": "全库导出", **row, "in_role_matrix": None},
    )
    plan.find(policy, "ICU", "unknown", "一项授权是否在岗位权限表内为空")


def _reviews(plan: Plan, clock: Clock) -> None:
    reviewed, other, removed = (
        ["accounts_reviewed_quarterly"],
        ["review_decided_by_another_person"],
        ["review_removals_executed"],
    )
    period = f"{clock.today.year}Q2"
    plan.add("account", _human(20), "没有复核记录", fail=reviewed)
    plan.drop("access_review", system_id="OA", login="planted20")
    plan.add("account", _human(21), "复核时间在将来", unknown=reviewed)
    plan.alter(
        "access_review",
        ["OA", period, "planted21"],
        {"decided_at": clock.ago(-5)},
        "复核时间在将来",
        unknown=other,
    )
    plan.add("account", _human(22))
    own = {"reviewer": "P04022"}
    plan.alter("access_review", ["OA", period, "planted22"], own, "本人复核本人", fail=other)
    decided = clock.on(40, 10)
    removal: Row = {"system_id": "OA", "period": period, "decision": "remove", "reviewer": "P00065"}
    removal |= {"decided_at": decided, "privileged": False, "executed_at": decided + timedelta(hours=2)}
    gone = {"enabled": False, "last_login": clock.ago(90)}
    for number, changes, why, verdict in (
        (23, {"executed_at": None}, "40 天前决定收回,至今未执行", "fail"),
        (24, {"privileged": True, "executed_at": decided + timedelta(days=3)}, "特权三天后才收回", "fail"),
        (25, {"privileged": None}, "是否特权为空", "unknown"),
    ):
        plan.add("account", _human(number, **gone))
        row = {**removal, "period": f"{period}-补", "login": f"planted{number}", **changes}
        expected = {"fail": removed} if verdict == "fail" else {"unknown": removed}
        plan.add("access_review", row, why, **expected)


def _passwords(plan: Plan) -> None:
    policy = ["passwords_not_empty"]
    empty = {"has_password": False, "hash_scheme": None}
    plan.alter("password_state", ["SPD", "spd_report@%"], empty, "数据库账户口令为空", fail=policy)
    plan.alter(
        "password_state", ["BI", "bi_report@%"], {"has_password": None}, "是否设有口令为空", unknown=policy
    )
    row = {"system_id": "AD", "login": "lagging01", "has_password": None, "hash_scheme": None}
    plan.add("password_state", {**row, "may_be_empty": True}, "域账户允许空口令", fail=policy)
