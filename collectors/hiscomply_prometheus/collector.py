"""The collector ``prometheus``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from hiscomply.hookspecs import CollectContext
from hiscomply.model import Record, Rejected, Target, Text
from hiscomply_kit.login import account, open_api
from hiscomply_kit.steps import Step, run_steps
from hiscomply_prometheus.options import KINDS, OPTIONS

_DEFAULT = ("targets", "alerts")


class PrometheusCollector:
    """Asks Prometheus by GET, and changes nothing."""

    name: ClassVar[str] = "prometheus"
    version: ClassVar[str] = "1.0.0"
    summary: ClassVar[Text] = Text(
        "Prometheus:采集对象、采样中断、告警、可用性与利用率",
        "Prometheus: targets, gaps in sampling, alerts, availability and utilisation",
    )
    options_schema: ClassVar[Mapping[str, Any]] = OPTIONS

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """The kinds of what is included."""
        return tuple(kind for one in options.get("include") or _DEFAULT for kind in KINDS[one])

    def asks(self, target: Target, _project: Path) -> Iterator[Text]:
        """Addresses and account."""
        options, who = target.options, account(target.options)
        paths = "/api/v1/{targets,rules,query,query_range,status/runtimeinfo}"
        yield Text(f"GET {options['url']}{paths},{who.zh}", f"GET {options['url']}{paths} {who.en}")
        if url := options.get("alertmanager_url"):
            yield Text(
                f"GET {url}/api/v2/{{alerts,silences}},{who.zh}",
                f"GET {url}/api/v2/{{alerts,silences}} {who.en}",
            )

    def collect(self, target: Target, context: CollectContext) -> Iterator[Record | Rejected]:
        """The records of every included step.

        Raises:
            CollectFailed: see ``hiscomply_kit.steps.run_steps``.
        """
        from hiscomply_prometheus.asking import Asking
        from hiscomply_prometheus.fetch import Prometheus

        with open_api(target.options, context) as api:
            asking = Asking(Prometheus(api), target.options, context)
            included = target.options.get("include") or _DEFAULT
            yield from run_steps([Step(one, KINDS[one], getattr(asking, one)) for one in included])
