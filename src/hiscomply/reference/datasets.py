"""Which sets of reference data there are. A set is named after the kind of evidence that it becomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hiscomply.errors import ReferenceDataError, nearest
from hiscomply.model import Text


@dataclass(frozen=True, slots=True)
class Dataset:
    """One set of reference data.

    Attributes:
        formats: what ``hiscomply reference import`` takes for it besides our own YAML and CSV.
        checked_every_days: how often the set is to be checked against its publisher; None where only a
            new edition of the source changes it.
        is_shipped: whether the product brings one.
    """

    name: str
    title: Text
    formats: Text
    checked_every_days: int | None
    is_shipped: bool


_OWN = Text("YAML、CSV", "YAML, CSV")

DATASETS: Mapping[str, Dataset] = {
    one.name: one
    for one in (
        Dataset(
            "support_cycle",
            Text("软件停止支持日期", "Software support ends"),
            Text(
                "endoflife.date 的 JSON(API v0、v1;文件、文件夹、zip)",
                "JSON of endoflife.date (API v0, v1; file, folder, zip)",
            ),
            31,
            True,
        ),
        Dataset(
            "remediation_deadline",
            Text("漏洞修复期限矩阵", "Remediation deadlines"),
            _OWN,
            None,
            True,
        ),
        Dataset(
            "kev_entry",
            Text("在野利用漏洞目录(KEV)", "Known exploited vulnerabilities (KEV)"),
            Text("CISA KEV 的 JSON", "JSON of CISA KEV"),
            14,
            False,
        ),
        Dataset(
            "ssvc_decision",
            Text("漏洞处置决策点(SSVC)", "Vulnerability decision points (SSVC)"),
            Text(
                "CISA Vulnrichment 的 CVE 记录(文件夹、zip、JSON、JSON Lines)",
                "CVE records of CISA Vulnrichment (folder, zip, JSON, JSON Lines)",
            ),
            14,
            False,
        ),
        Dataset("incident_category", Text("网络安全事件类别", "Incident categories"), _OWN, None, True),
        Dataset("incident_level", Text("国家事件级别", "National incident levels"), _OWN, None, True),
        Dataset(
            "calendar_day",
            Text("节假日与调休", "Holidays and shifted working days"),
            Text("年度节假日安排(YAML)", "a year's notice of holidays (YAML)"),
            None,
            False,
        ),
    )
}


def find_dataset(name: str) -> Dataset:
    """The set of that name.

    Raises:
        ReferenceDataError: there is none; names the nearest.
    """
    if name not in DATASETS:
        raise ReferenceDataError(
            f"没有参考数据集 {name!r}",
            f"there is no reference data set {name!r}",
            hint=nearest(name, DATASETS) or "known / 可用: " + ", ".join(DATASETS),
        )
    return DATASETS[name]


def records_of(dataset: str, row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The fields of the evidence records that one row of a file stands for.

    A row says ``null`` for what its author does not know; in evidence that is a field left out, unless the
    field is in ``NONE_IS_KNOWN``. A support cycle has one record for each name of its product.
    """
    fields = {
        name: value for name, value in row.items() if value is not None or (dataset, name) in NONE_IS_KNOWN
    }
    if dataset != "support_cycle":
        yield fields
        return
    names = fields.pop("names", None)
    if not isinstance(names, list) or not names:
        yield fields
        return
    for name in dict.fromkeys(str(name).strip().lower() for name in names):
        yield {"name": name, **fields}


NONE_IS_KNOWN = frozenset({("remediation_deadline", "days"), ("incident_level", "min_persons_leaked")})
"""Fields of rows where ``null`` is an answer and not "not known"."""
