"""The page of collectors, formats and reports, from what is registered."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from hiscomply.hookspecs import Collector, FileFormat, Reporter
from hiscomply.reference_docs.text import page, table


def collectors_page(
    collectors: Mapping[str, Collector], formats: Sequence[FileFormat], reporters: Mapping[str, Reporter]
) -> str:
    """What can be collected, read and written."""
    parts = []
    for name, one in sorted(collectors.items()):
        required = set(one.options_schema.get("required", ()))
        options = one.options_schema.get("properties", {})
        rows = [
            (
                f"`{option}`",
                "yes" if option in required else "",
                json.dumps(schema, ensure_ascii=False, sort_keys=True),
            )
            for option, schema in options.items()
        ]
        parts.append(
            f"## {name}\n\n{one.summary.zh} · {one.summary.en}\n\n"
            + table(("option", "required", "schema"), rows)
        )
    parts.append(
        "## File formats of `files` / 配置文件格式\n\n" + ", ".join(f"`{one.name}`" for one in formats) + "\n"
    )
    rows_ = [
        (f"`{name}`", one.filename, one.summary.zh, one.summary.en) for name, one in sorted(reporters.items())
    ]
    parts.append("## Report formats / 报告格式\n\n" + table(("format", "file", "中文", "English"), rows_))
    return page("Collectors, formats, reports / 采集器、格式、报告", *parts)
