"""People, training, accounts: the files, and how their columns are called."""

from __future__ import annotations

from generator.columns import IN_USE, Y_N, as_is, columns, iso, slash, words
from generator.exports.export import Export

KIND_OF_PERSON = words({"staff": "职工", "vendor": "驻场", "trainee": "进修实习"})
KIND_OF_ACCOUNT = words(
    {
        "human": "个人",
        "service": "服务",
        "shared": "共享",
        "default": "默认",
        "vendor": "厂商",
        "trainee": "实习",
    }
)
ADMIN = words({"none": "非管理员", "system": "系统管理员", "audit": "审计管理员", "security": "安全管理员"})
ACCOUNT = {"kind": KIND_OF_ACCOUNT, "admin_role": ADMIN}
_ACCOUNT_FIELDS = """
登录名=login 工号=person_id 账户类型=kind 特权=privileged 管理员角色=admin_role 状态=enabled
创建时间=created_at 最近登录=last_login
双因素=mfa 密码技术=mfa_cryptographic 到期日=expires_at 责任人=owner 应急登记=break_glass 保密协议=nda 合同截止=contract_end
"""
_DIRECTORY_FIELDS = """
sAMAccountName=login employeeID=person_id 账户类型=kind adminCount=privileged 管理员角色=admin_role Enabled=enabled
whenCreated=created_at lastLogonTimestamp=last_login 双因素=mfa 密码技术=mfa_cryptographic accountExpires=expires_at managedBy=owner
应急登记=break_glass 保密协议=nda 合同截止=contract_end
"""

EXPORTS = (
    Export(
        "person",
        "人事/在职离职人员_{stamp}.xlsx",
        columns(
            as_is,
            """
工号=id 科室=dept 岗位=post 人员类别=kind 在岗状态=status 入职日期=hired_at 离职日期=left_at
调岗时间=post_changed_at 权限调整时间=rights_adjusted_at 运维人员=is_om_staff
制度签阅时间=rules_acknowledged_at 首次签阅时间=rules_first_acknowledged_at
""",
            kind=KIND_OF_PERSON,
            status=words({"active": "在岗", "left": "离职"}),
        ),
        "某某医院人员花名册",
    ),
    Export(
        "training",
        "培训/培训记录_{stamp}.csv",
        columns(
            slash,
            """
工号=person_id 课程名称=course 完成时间=done_at 培训类型=type 学时=hours 成绩=score 必修=mandatory 标签=tags 系统=system_id
""",
            type=words({"awareness": "意识", "role": "岗位", "om": "运维", "operating": "操作"}),
        ),
    ),
    Export(
        "account",
        "账户/AD导出_{stamp}.csv",
        columns(iso, _DIRECTORY_FIELDS, **ACCOUNT),
        encoding="gb18030",
        systems=("AD",),
    ),
    Export(
        "account",
        "账户/HIS账户_{stamp}.csv",
        columns(slash, _ACCOUNT_FIELDS, **ACCOUNT, enabled=IN_USE, privileged=Y_N, mfa=Y_N),
        systems=("HIS",),
    ),
    Export(
        "account",
        "账户/应用系统账户汇总_{stamp}.csv",
        columns(iso, "系统编号=system_id " + _ACCOUNT_FIELDS, **ACCOUNT, enabled=IN_USE),
        but_systems=("AD", "HIS"),
    ),
    Export(
        "entitlement",
        "账户/角色授权_{stamp}.csv",
        columns(
            slash,
            """
系统=system_id 登录名=login 角色=role 授权时间=granted_at 批准人=approved_by 岗位权限表内=in_role_matrix
""",
        ),
    ),
    Export(
        "password_state",
        "账户/口令状态核查_{stamp}.csv",
        columns(
            iso,
            """
系统编号=system_id 登录名=login 设有口令=has_password 已锁定=is_locked 允许空口令=may_be_empty 散列算法=hash_scheme
""",
        ),
    ),
    Export(
        "access_review",
        "账户/权限复核_{stamp}.csv",
        columns(
            slash,
            """
系统=system_id 复核周期=period 登录名=login 结论=decision 复核人=reviewer 特权账户=privileged 决定时间=decided_at
执行时间=executed_at
""",
            decision=words({"keep": "保留", "change": "调整", "remove": "收回"}),
        ),
    ),
)
