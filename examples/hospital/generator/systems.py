"""The 75 application and infrastructure systems, their vendors, and what is said to be out of use."""

from __future__ import annotations

from datetime import timedelta

from generator.plan import Row
from generator.world import HEADS, OM_STAFF, World

CATALOGUE = """
HIS 医院信息系统 HIS 1 3 6900; EMR 电子病历系统 EMR 1 3 6400; LIS 检验信息系统 LIS 1 3 1900
PACS 影像归档与通信系统 PACS 1 3 2100; RIS 放射信息系统 RIS 1 3 900; PHARM 药品管理系统 PHARM 1 3 1300
ESB 集成平台 INTEGRATION 1 3 80; CDR 临床数据中心 CDR 1 3 420; AD 统一身份目录 IDP 1 3 7900
VIRT 虚拟化平台 INFRA 1 3 60; NET 核心网络 INFRA 1 3 60; DBPLAT 数据库平台 INFRA 1 3 60
ANES 手术麻醉系统 OTHER 1 3 620; ICU 重症监护系统 OTHER 1 3 520; NURSE 护理管理系统 OTHER 2 2 3300
ECG 心电网络系统 OTHER 2 2 820; PATH 病理系统 OTHER 2 2 260; BLOOD 输血管理系统 OTHER 2 2 410
HAI 院感监测系统 OTHER 2 2 520; MRM 病案管理系统 OTHER 2 2 310; PEIS 体检系统 OTHER 2 2 240
IHOSP 互联网医院 OTHER 2 2 700; YIBAO 医保接口平台 OTHER 2 2 210; OA 协同办公系统 OTHER 2 2 5200
HRSS 人力资源系统 OTHER 2 2 2500; SPD 物资管理系统 OTHER 2 2 520; CSSD 消毒供应追溯系统 OTHER 2 2 160
APPT 预约挂号平台 OTHER 2 2 230; SELF 自助服务系统 OTHER 2 2 120; QUEUE 分诊叫号系统 OTHER 2 2 320
PIVAS 静脉配置系统 OTHER 2 2 150; ENDO 内镜系统 OTHER 2 2 210; ULTRA 超声系统 OTHER 2 2 330
DIALYS 血液透析系统 OTHER 2 2 140; ONCO 放疗管理系统 OTHER 2 2 110; RATION 合理用药系统 OTHER 2 2 900
CDSS 临床决策支持系统 OTHER 2 2 800; BI 运营数据中心 OTHER 2 2 260; PORTAL 门户网站 OTHER 2 2 110
BACKUP 备份平台 INFRA 2 2 50; LIBRARY 图书管理系统 OTHER 3 1 620; CANTEEN 膳食管理系统 OTHER 3 1 520
PARKING 停车管理系统 OTHER 3 1 110; SURVEY 满意度调查系统 OTHER 3 1 160; TELEMED 远程会诊系统 OTHER 3 2 310
WIFI 无线认证系统 OTHER 3 2 110; MEDWASTE 医废追溯系统 OTHER 3 1 160; LMS 培训考试系统 OTHER 3 1 3200
RESEARCH 科研管理系统 OTHER 3 1 620; GCP 临床试验系统 OTHER 3 2 160; ETHICS 伦理审查系统 OTHER 3 1 0
ASSETMG 固定资产系统 OTHER 3 1 310; CONTRACT 合同管理系统 OTHER 3 1 160; FIN 财务系统 OTHER 3 2 210
BUDGET 预算系统 OTHER 3 1 260; DRG 病种分析系统 OTHER 3 1 160; QC 医疗质量系统 OTHER 3 1 420
ADVERSE 不良事件系统 OTHER 3 1 1300; FOLLOW 随访系统 OTHER 3 1 420; CALL 呼叫中心 OTHER 3 1 110
VIDEO 视频监控平台 OTHER 3 1 110; DOOR 门禁系统 OTHER 3 1 110; ENERGY 能耗系统 OTHER 3 1 110
LAUNDRY 被服系统 OTHER 3 1 0; MEETING 会议系统 OTHER 3 1 420; MAIL 电子邮件系统 OTHER 3 2 1600
DOCMG 文档管理系统 OTHER 3 1 820; ITSM 运维工单系统 OTHER 3 1 420; MONITOR 监控平台 INFRA 3 1 50
LOGPLAT 日志平台 INFRA 3 1 50; BASTION 堡垒机 INFRA 3 2 110; VPN 远程接入 INFRA 3 2 210
NEWAI 影像辅助诊断系统 OTHER 3 1 0; OLDHIS 旧医院信息系统 OTHER 3 1 0; DONGYUAN 东院区门诊系统 OTHER 3 1 0
"""
EXPOSED = ("IHOSP", "APPT", "PORTAL", "TELEMED", "MAIL", "VPN")
STAGES = {"NEWAI": "build", "OLDHIS": "retire", "ETHICS": "retire", "LAUNDRY": "retire"}
ROOMS = ("本部主机房A区", "本部主机房B区", "东院区机房")


def make(world: World) -> None:
    """Kinds ``system``, ``vendor`` and ``scope_statement``; account numbers stay in ``_accounts``."""
    is_there = world.size.systems.__contains__ if world.size.systems else bool
    numbered = [(number, line) for number, line in enumerate(_lines()) if is_there(line[0])]
    world.put("system", [_system(world, number, *line) for number, line in numbered], {})
    vendors = [
        {
            "id": f"V{number:02d}",
            "contract": f"HT-{world.clock.today.year - 1}-{number:03d}",
            "nda": True,
            "ends_at": world.clock.day(-200 - number),
            "sla_remote_min": 15,
            "sla_onsite_min": 120,
        }
        for number in range(1, 31)
    ]
    world.put("vendor", vendors, {})
    statement = {
        "subject": "cloud",
        "reason": "医院不使用云服务",
        "signed_by": HEADS[0],
        "signed_at": world.clock.ago(90),
        "until": world.clock.day(-200),
    }
    world.put("scope_statement", [statement], {})


def systems_in_use() -> tuple[str, ...]:
    """Ids of the catalogue's systems that are in use and hold accounts."""
    return tuple(line[0] for line in _lines() if line[0] not in STAGES and line[-1] != "0")


def _lines() -> list[list[str]]:
    return [one.split() for part in CATALOGUE.strip().splitlines() for one in part.split(";")]


def running(world: World) -> list[Row]:
    """The systems that are in use and of which more is known than the name."""
    return [row for row in world.tables["system"] if row["stage"] == "run" and row["_accounts"]]


def _system(
    world: World, number: int, id_: str, name: str, category: str, tier_: str, mlps_: str, accounts: str
) -> Row:
    clock, tier, mlps = world.clock, int(tier_), int(mlps_)
    graded = clock.on(world.minutes(500, 1500), 10)
    return {
        "id": id_,
        "name": name,
        "category": category,
        "tier": tier,
        "mlps": mlps,
        "graded_at": graded,
        "filing_no": f"BA-{graded.year}-{number:04d}" if mlps >= 2 else None,
        "filed_at": graded + timedelta(days=3) if mlps >= 2 else None,
        "persons_affected": {1: 3_000_000, 2: 260_000, 3: 8_000}[tier],
        "biz_owner": HEADS[number % len(HEADS)],
        "it_owner": OM_STAFF[number % 50],
        "sec_owner": OM_STAFF[50 + number % 10],
        "vendor": f"V{number % 30 + 1:02d}",
        "stage": STAGES.get(id_, "run"),
        "retired_at": clock.on(200, 18) if STAGES.get(id_) == "retire" else None,
        "important_data": id_ in ("HIS", "EMR", "CDR"),
        "availability_target": {1: 99.9, 2: 99.5, 3: 99.0}[tier],
        "rto_min": {1: 120, 2: 720, 3: 2880}[tier],
        "rpo_min": {1: 10, 2: 720, 3: 2880}[tier],
        "internet_exposed": id_ in EXPOSED,
        "location": ROOMS[number % len(ROOMS)],
        "department": "信息中心" if tier == 1 else "业务科室",
        "inventory_reviewed_at": clock.on(world.minutes(30, 120), 15),
        "_as_known_on": clock.on(1, 18),
        "_accounts": max(50, int(int(accounts) * world.size.accounts)) if int(accounts) else 0,
    }
