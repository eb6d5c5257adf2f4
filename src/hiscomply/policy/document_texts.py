"""What the keys of ``policy.yaml``, ``cases.yaml`` and ``mutants.yaml`` mean, by model. Read for documentation; no run needs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hiscomply.model import Text

TEXTS: Final[Mapping[str, Mapping[str, Text]]] = {
    "BilingualText": {
        "zh": Text("中文。", "In Chinese."),
        "en": Text("英文。", "In English."),
    },
    "PolicyDocument": {
        "id": Text(
            "策略的编号，与其文件夹同名：对象加应有的状态，如 dormant_accounts_disabled。",
            "Id of the policy, the name of its folder: subject and required state, as in "
            "dormant_accounts_disabled.",
        ),
        "clauses": Text(
            "所依据的条款的编号，至少一个。", "Numbers of the clauses that it serves, one at least."
        ),
        "checks": Text(
            "所实现的检查项的编号，如 4.3.2-c5。",
            "Numbers of the checks that it carries out, such as 4.3.2-c5.",
        ),
        "title": Text("一句话说明应有的状态。", "The required state in one sentence."),
        "severity": Text("不符合时的严重程度。", "How severe a failure is."),
        "applies_to": Text(
            "没有这些主题（如 PACS）就无可判定；有效的签字声明涵盖全部主题且没有对象时，策略为不适用。"
            "each：列表中的每个值即为主题。",
            "Topics, such as PACS, without which there is nothing to judge: where no subject is found "
            "and signed statements cover them all, the policy is not applicable. each: every value of "
            "the list is such a topic.",
        ),
        "parameters": Text(
            "可由机构调整的数值和文本，按名称列出。",
            "Numbers and texts that an institution may tune, by name.",
        ),
        "parameters.*": Text(
            "此参数的类型、默认值和依据；名称可直接用于条件。",
            "Type, default and source of this parameter; conditions use its name.",
        ),
        "evidence": Text(
            "按证据类型列出比该类型自身更严的时效要求。",
            "By kind of evidence: a freshness stricter than the kind's own.",
        ),
        "evidence.*": Text("此证据类型的时效要求。", "Freshness of this kind of evidence."),
        "check": Text("判定的对象和条件。", "What is judged, and by which condition."),
        "message": Text(
            "不符合时的说明；{名称} 代表对象的字段、参数或 values 中的值。",
            "What a failure says; {name} stands for a field of the subject, a parameter or one of values.",
        ),
        "remediation": Text("怎样整改。", "How to rectify it."),
        "rationale": Text("为什么重要，可不写。", "Why it matters; may be left out."),
    },
    "ParameterDocument": {
        "type": Text(
            "类型：duration 时长、integer 整数、number 数字、percent 百分比、text 文本、list 文本列表、"
            "boolean 是否。",
            "Type: duration, integer, number, percent, text, list (of text) or boolean.",
        ),
        "key": Text(
            "键的类型；写了此项，参数按这些值取不同的值，如同函数：max_age(tier)。",
            "Types of the keys; with it the parameter depends on them and is used like a function: "
            "max_age(tier).",
        ),
        "default": Text(
            "默认值：一个值，或按 baseline、tertiary、strict 各一个；缺少的取 tertiary 的值。",
            "One value, or one each for baseline, tertiary and strict; a missing one takes that of tertiary.",
        ),
        "min": Text("最小值；低于它的覆盖值不予接受。", "Least value; an override below it is refused."),
        "max": Text("最大值；高于它的覆盖值不予接受。", "Greatest value; an override above it is refused."),
        "tighter": Text(
            "哪个方向更严：lower 越小越严，higher 越大越严；数字、百分比和时长必填。",
            "Which direction asks more, lower or higher; required for numbers, percents and durations.",
        ),
        "unit": Text(
            "integer 或 number 以什么计，如 day、working day、person。",
            "What an integer or number counts, such as day, working day or person.",
        ),
        "source": Text("默认值的依据。", "Where the default comes from."),
        "sources": Text(
            "键为这些值时的默认值另有依据，按键列出；其余的用 source。",
            "By key: another source of that default; the others rest on source.",
        ),
        "sources.*": Text("键为此值时默认值的依据。", "Source of the default for this key."),
        "title": Text("参数在报告中的名称。", "What the parameter is called in reports."),
    },
    "SourceDocument": {
        "id": Text(
            "来源的编号，见 sources.yaml；HISCOMPLY 表示数值由本产品给定。",
            "Id of the source, see sources.yaml; HISCOMPLY stands for numbers of our own.",
        ),
        "ref": Text(
            "来源中的位置；只是引用时写一个文本，有文字时中英文各一。",
            "Place in the source: a text where it only cites, one in each language where it has words.",
        ),
        "strength": Text(
            "约束力：law 法律、rule 法规规章、cn-std 国家或行业标准、intl 国际标准、proposed 草案、"
            "default 本产品给定、unverified 未核实。比 law 与 rule 宽松的覆盖值须有例外。",
            "How binding: law, rule, cn-std (Chinese standard), intl (international), proposed, default "
            "(our own) or unverified. An override that asks less than law or rule needs a waiver.",
        ),
    },
    "CheckDocument": {
        "setting": Text(
            "判定某个软件每份配置中实际生效的一个值。",
            "Judges one value in effect of every configuration of a software.",
        ),
        "each": Text(
            "逐条判定的证据类型，或逐值判定的列表参数。",
            "Kind of evidence of which every record is judged, or a list parameter of which every value is.",
        ),
        "where": Text(
            "涉及哪些记录：不成立为不适用，未知则结论未知。",
            "Whom it concerns: FALSE is not applicable, NULL is unknown.",
        ),
        "related": Text(
            "属于该对象的其他记录，按自定的名称列出。",
            "Other records that belong to the subject, by a name of your choice.",
        ),
        "related.*": Text(
            "一组相关记录；条件中写作 名称.字段。", "A set of related records; conditions write name.field."
        ),
        "values": Text(
            "命名的值，用于说明、条件和其他值。",
            "Named values, for the message, for conditions and for each other.",
        ),
        "values.*": Text("此值的表达式。", "Expression of this value."),
        "assert": Text(
            "必须成立的条件：成立为符合，不成立为不符合，未知则为证据不足。",
            "What must hold: TRUE is pass, FALSE is fail, NULL is unknown.",
        ),
        "periodic": Text(
            "须按期重复的工作，代替 assert。", "A duty that is done again and again, in place of assert."
        ),
        "rate": Text(
            "对全体按比例判定，而不是逐条判定。", "Judges a share of a population instead of each record."
        ),
        "subject": Text(
            "对象名称所用的字段；不写则为证据类型的主键。sql 必填。",
            "Fields that name the subject; without it the key of the kind. Required for sql.",
        ),
        "sql": Text(
            "SELECT 语句，用于其他形式表达不了的情形；各列为 subject、verdict（布尔）和说明用的值。",
            "A SELECT, for what the other forms cannot say; its columns are those of subject, verdict "
            "(boolean) and values for the message.",
        ),
        "locate": Text(
            "问题指向哪一组相关记录所在的文件和行，而不是对象自身的。",
            "Name of the related records whose file and line a finding points to, in place of the subject's.",
        ),
        "may_be_empty": Text(
            "true：清单完整而一条记录也没有时为不适用，而不是证据不足。"
            "写证据类型的名称则仅在有该类型的记录时如此。",
            "true: a complete register without a record leaves nothing to judge: not applicable instead "
            "of unknown. The name of a kind: only where there is a record of that kind.",
        ),
    },
    "SettingDocument": {
        "software": Text(
            "软件的名称，一个或列表，如 sshd。", "Name of the software, one or a list, such as sshd."
        ),
        "key": Text(
            "配置项的名称，一个或列表；列表中的每一项都须符合。",
            "Name of the setting, one or a list of which every one must comply.",
        ),
        "optional": Text(
            "true：配置完整而没有此项即为符合；用于存在即有风险的配置项。",
            "true: a complete configuration without the key passes; for keys whose mere presence is the "
            "danger.",
        ),
    },
    "RelatedDocument": {
        "from": Text("相关记录的证据类型。", "Kind of evidence of the related records."),
        "match": Text(
            "怎样属于该对象：相关记录的字段: 对象的字段或表达式；须全部相等。不写则全部属于。",
            "What makes them belong: their field: a field of the subject, or an expression over its "
            "fields; all must be equal. Without it all belong.",
        ),
        "match.*": Text(
            "与该字段相等的对象字段或表达式。",
            "Field of the subject, or an expression, that this field equals.",
        ),
        "where": Text(
            "其中哪些算数；对象的字段写作 类型.字段。",
            "Which of them count; fields of the subject are written kind.field.",
        ),
        "may_be_empty": Text(
            "true：该证据类型一条记录也没有而采集成功时，即确实没有；否则视为可能有未见的记录。",
            "true: where the kind has no record and was collected without failure, there is none; "
            "otherwise some may be hidden.",
        ),
        "total": Text(
            "对象中写明这组记录总数的字段；数目齐全时即没有未见的记录。",
            "Field of the subject that says how many there are; when that many are seen, none is hidden.",
        ),
    },
    "PeriodicDocument": {
        "done": Text("证明做过的记录的证据类型。", "Kind of the record that proves it was done."),
        "match": Text(
            "怎样属于该对象：该记录的字段: 对象的字段或表达式。",
            "What makes a record belong: its field: a field of the subject, or an expression.",
        ),
        "match.*": Text(
            "与该字段相等的对象字段或表达式。",
            "Field of the subject, or an expression, that this field equals.",
        ),
        "where": Text("其中哪些算数。", "Which of them count."),
        "at": Text("写明何时做的字段。", "Field that says when it was done."),
        "every": Text(
            "周期：时长参数，或带键的参数，如 period(tier)。",
            "Period: a duration parameter, or a keyed one such as period(tier).",
        ),
        "grace": Text("周期之外的宽限，时长参数。", "Grace on top of the period, a duration parameter."),
        "may_be_empty": Text(
            "true：该证据类型一条记录也没有而采集成功时，即从未做过；否则视为可能有未见的记录。",
            "true: where the kind has no record and was collected without failure, it was never done; "
            "otherwise some may be hidden.",
        ),
    },
    "RateDocument": {
        "at_least": Text(
            "符合 assert 的比例不低于此参数；与 at_most 二选一。",
            "Parameter that the share that meets assert must reach; this or at_most.",
        ),
        "at_most": Text(
            "符合 assert 的比例不高于此参数；与 at_least 二选一。",
            "Parameter that the share that meets assert must not exceed; this or at_least.",
        ),
        "min_population": Text(
            "记录少于此数时逐条判定：数字或参数。",
            "Below so many records each is judged by itself: a number or a parameter.",
        ),
        "per": Text(
            "按这些字段分组，各算比例；不写则全体算一个。",
            "Fields by which the share is taken group by group; one share of all without it.",
        ),
    },
    "FreshnessDocument": {
        "fresh": Text(
            "记录最多多旧，写数字和单位，如 1 day；更旧的不能用来判定符合。",
            "How old a record may be, a number and a unit such as 1 day; an older one proves nothing.",
        ),
    },
    "CasesDocument": {
        "as_of": Text("判定的时刻，ISO 8601，带时区。", "Moment of judging, ISO 8601 with its zone."),
        "zone": Text("当地时间所用的 IANA 时区。", "IANA time zone of local times."),
        "defaults": Text(
            "按证据类型列出各用例的记录共有的字段。",
            "By kind of evidence: fields that all given records share.",
        ),
        "defaults.*": Text(
            "该类型的记录共有的字段和值。", "Fields that all records of this kind share, with their values."
        ),
        "cases": Text(
            "用例；至少各有一个符合、不符合和证据不足。", "The cases; at least a pass, a fail and an unknown."
        ),
    },
    "CaseDocument": {
        "name": Text("一句话说明情形。", "The situation in one sentence."),
        "given": Text(
            "按证据类型列出存在的记录；没有写的字段为未知，null 为已知没有。",
            "The records that there are, by kind of evidence; a field left out is not known, null is "
            "known to be none.",
        ),
        "given.*": Text("该类型的记录。", "The records of this kind."),
        "expect": Text(
            "每个对象应得的结论，须一个不多、一个不少；* 代表策略整体。",
            "What each subject must get, none more and none less; * is the policy as a whole.",
        ),
        "expect.*": Text("该对象应得的结论。", "What this subject must get."),
        "collections": Text(
            "按证据类型列出采集的结果；不写则为成功。",
            "By kind of evidence: how its collection ended; ok without it.",
        ),
        "collections.*": Text("该类型的采集结果。", "How the collection of this kind ended."),
        "profile": Text("采用哪一套默认值。", "Which defaults the parameters take."),
        "parameters": Text("此用例改用的参数值，按名称列出。", "Parameter values of this case, by name."),
        "scope": Text(
            "此用例中有效的签字声明的主题，如 PACS。",
            "Topics of the signed statements that are in force in this case, such as PACS.",
        ),
    },
    "MutantsDocument": {
        "*": Text(
            "为什么没有任何证据能把此变异体与策略区分开。",
            "Why no evidence can tell this mutant from the policy.",
        ),
    },
}
