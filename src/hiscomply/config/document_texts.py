"""What the keys of ``hiscomply.yaml`` and ``waivers.yaml`` mean, by model. Read for documentation; no run needs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hiscomply.model import Text

TEXTS: Final[Mapping[str, Mapping[str, Text]]] = {
    "ProjectDocument": {
        "institution": Text("被审计的机构。", "The institution that is audited."),
        "profile": Text(
            "阈值采用哪一套默认值：baseline 二级及以下、tertiary 三级、strict 从严；不写则由 "
            "institution.level 决定，仍没有则为 tertiary。",
            "Which defaults the thresholds take: baseline (secondary and below), tertiary or strict; "
            "without it as institution.level says, else tertiary.",
        ),
        "language": Text(
            "报告和消息的语言；命令之后的 --lang 优先，都不写则按 HISCOMPLY_LANG 和系统的区域设置。",
            "Language of reports and messages; --lang behind the command goes before it, and without "
            "both HISCOMPLY_LANG and the locale decide.",
        ),
        "packs": Text(
            "本单位自己的策略所在的文件夹，从本文件所在的文件夹算起；与随产品提供的策略一起判定。",
            "Folders of your own policies, from the folder of this file; they are judged beside those "
            "that ship.",
        ),
        "parameters": Text(
            "按策略编号列出要改动的参数：{dormant_accounts_disabled: {max_idle: 30 days}}；其余采用默认值。",
            "Parameters to change, by policy id: {dormant_accounts_disabled: {max_idle: 30 days}}; all "
            "others keep their defaults.",
        ),
        "parameters.*": Text(
            "该策略的参数名和覆盖值；须在 min 与 max 之间，比法规要求宽松的须有例外。",
            "Override by name of parameter of this policy; within min and max, and with a waiver where "
            "it asks less than a law or rule does.",
        ),
        "collect": Text("要采集的目标。", "The targets to collect from."),
        "waivers": Text(
            "例外的文件，从本文件所在的文件夹算起；不写则没有例外。",
            "The file of waivers, from the folder of this file; no waivers without it.",
        ),
        "scope": Text(
            "对确实没有的系统或事项的签字声明；声明有效期间，与之有关的检查为不适用，与记录矛盾的不作数。",
            "Signed statements of what does not exist here; while one is in force its checks are not "
            "applicable, and one that a record contradicts does not count.",
        ),
        "reports": Text(
            "每次审计另外写出的报告：格式名称: 文件，从本文件所在的文件夹算起。html、sarif、json "
            "总是写入运行文件夹。",
            "Reports that each audit writes besides: name of format: file, from the folder of this file. "
            "html, sarif and json always go into the folder of the run.",
        ),
        "reports.*": Text("此格式的报告写入的文件。", "File that the report of this format is written to."),
        "include": Text(
            "并入此文件的其他文件，从本文件所在的文件夹算起：列表相接，映射相并，同一项不得写两次。",
            "Other files to take into this one, from its folder: lists are joined, mappings merged, and "
            "nothing may be said twice.",
        ),
    },
    "InstitutionDocument": {
        "name": Text(
            "写在每份报告上的名称：一个名称，或中文和英文各一个。",
            "The name on every report: one for both languages, or one in each.",
        ),
        "timezone": Text(
            "IANA 时区；没有写明时区的时间按此解释，日期和工作日按此计算。",
            "IANA time zone; times that carry none are read in it, and days and working days are counted "
            "in it.",
        ),
        "working_hours": Text(
            "工作时间的起止，写作 HH:MM-HH:MM，当地时间；用于按工作时间计算的期限。",
            "Begin and end of working hours, HH:MM-HH:MM in local time; for deadlines that are counted "
            "in working time.",
        ),
        "level": Text(
            "机构级别：三级甲等、三级、二级、一级、诊所或公共卫生机构；没有 profile "
            "时决定采用哪一套默认值。不写则为未知。",
            "Level: tertiary grade-A, tertiary, secondary, primary, clinic or public health; decides the "
            "defaults where profile is left out. Not known without it.",
        ),
        "is_cii": Text(
            "是否关键信息基础设施运营者，决定网络安全事件的上报时限。不写则为未知。",
            "Whether it operates critical information infrastructure (CII), which decides how soon a "
            "cybersecurity incident is reported. Not known without it.",
        ),
        "is_central_organ": Text(
            "是否中央和国家机关，决定网络安全事件的上报时限。不写则为未知。",
            "Whether it is an organ of the central government, which decides how soon a cybersecurity "
            "incident is reported. Not known without it.",
        ),
        "province": Text(
            "省级行政区，写 ISO 3166-2:CN 的两个字母，如 SC；决定二级系统等级测评的周期。不写则为未知。",
            "Province by the two letters of ISO 3166-2:CN, such as SC; decides how often systems of "
            "level 2 have their graded test. Not known without it.",
        ),
        "persons_held": Text(
            "所持个人信息涉及的人数；超过一千万的须按期做个人信息保护合规审计。不写则为未知。",
            "Persons whose personal information it holds; above ten million its protection is audited in "
            "time. Not known without it.",
        ),
        "us_entity": Text(
            "是否受美国 HIPAA 管辖，决定个人信息泄露的告知是否按其时限。不写则为未知。",
            "Whether it is subject to HIPAA in the United States, which decides if breach notices are "
            "held to its time limits. Not known without it.",
        ),
    },
    "BilingualName": {
        "zh": Text("中文名称。", "The name in Chinese."),
        "en": Text("英文名称。", "The name in English."),
    },
    "TargetDocument": {
        "collector": Text(
            "采集器的名称，`hiscomply collector list` 列出全部；同一映射中的其他键是它的选项。",
            "Name of the collector, of which `hiscomply collector list` names all; other keys of the "
            "mapping are its options.",
        ),
        "name": Text(
            "目标在报告和 --only 中的名称，不得重复；不写则为采集器的名称加序号，如 ssh-2。",
            "What the target is called in reports and for --only, each name once; without it the "
            "collector's with a number, such as ssh-2.",
        ),
        "timeout": Text(
            "此目标的采集最多可用的时间，写数字和单位，如 120 seconds、15 minutes；最长 24 小时。",
            "Time that collecting from this target may take, a number and a unit such as 120 seconds or "
            "15 minutes; 24 hours at most.",
        ),
    },
    "ScopeDocument": {
        "subject": Text(
            "确实没有的系统类别或事项，如 PACS；可用的由策略 scope_statements_in_force 的参数 topics 列出。",
            "Category of system or topic that does not exist here, such as PACS; the parameter topics of "
            "the policy scope_statements_in_force lists them.",
        ),
        "reason": Text("为什么没有。", "Why it does not exist."),
        "signed_by": Text(
            "签字人；没有签字的声明不作数。", "Who signed it; an unsigned statement does not count."
        ),
        "signed_on": Text(
            "签字日期，YYYY-MM-DD；没有日期的声明不作数。",
            "Day on which it was signed, YYYY-MM-DD; a statement without it does not count.",
        ),
        "until": Text(
            "声明有效期的最后一天，YYYY-MM-DD。", "Last day on which the statement holds, YYYY-MM-DD."
        ),
    },
    "WaiversDocument": {
        "waivers": Text("全部例外。", "All waivers."),
    },
    "WaiverDocument": {
        "id": Text("例外的编号，不得重复。", "Id of the waiver, each once."),
        "policy": Text(
            "所涉策略的编号或通配符；期限按其中最严重的策略计。",
            "Id of the policy, or a pattern of ids; the most severe of them decides how long the waiver "
            "may last.",
        ),
        "subject": Text(
            "所涉对象或其通配符，* 和 ? 代表任意文字和任意一个字符；parameter:NAME 表示允许放宽该参数。",
            "The subject or a pattern of subjects, * and ? stand for any text and any character; "
            "parameter:NAME lets that parameter be loosened.",
        ),
        "file": Text(
            "只涉及这些文件中的问题，写通配符；不写则不限文件。",
            "Only findings in these files, as a pattern; any file without it.",
        ),
        "reason": Text("为什么不能整改。", "Why it cannot be rectified."),
        "compensating_control": Text(
            "例外期间降低风险的补偿措施。", "Compensating control that lowers the risk in the meantime."
        ),
        "requested_by": Text(
            "申请人，不得与批准人为同一人。", "Who asked for it; not the person who approved it."
        ),
        "approved_by": Text("批准人。", "Who approved it."),
        "ticket": Text("审批所在的工单编号。", "Id of the ticket in which it was approved."),
        "from": Text("第一天，YYYY-MM-DD。", "First day, YYYY-MM-DD."),
        "until": Text(
            "最后一天，YYYY-MM-DD；自第一天起最长：严重 30 天、高 90 天、中 180 天、低 365 天。",
            "Last day, YYYY-MM-DD; from the first day at most 30 days for critical, 90 for high, 180 for "
            "medium, 365 for low.",
        ),
        "renewals": Text("此前续期的次数，写入报告。", "How often it was renewed before; reports show it."),
    },
}
