"""A real Prometheus with Alertmanager and node_exporter: history of 70 days, TLS and a password."""

from __future__ import annotations

import json
import math
import ssl
import subprocess
import time
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.servers.beside import write_secret
from tests.servers.running import Server, certificate, free_port, program

PASSWORD = "kanarienvogel-prom"
HASH = "$2b$04$0vIe2587iWWoar/OlPdZyeuFWw4DeSZDB2LemHgSTsKc2vyPsCnS6"
"""bcrypt of PASSWORD."""
PATIENT = ("欧阳测试", "11010519491231002X")
STEP_S = 300


@dataclass
class Running:
    """Where it is, and how it is stopped."""

    folder: Path
    port: int
    alertmanager: str
    server: Server

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def ask(self, path: str) -> dict[str, object]:
        return json.loads(ask(self.url + path, self.folder / "cert.pem"))

    def options(self, **more: object) -> str:
        """A target named ``it`` as YAML."""
        options = {
            "collector": "prometheus",
            "name": "it",
            "url": self.url,
            "username": "auditor",
            "password": {"file": str(self.folder / "password")},
            "tls": {"ca_file": str(self.folder / "cert.pem")},
            **more,
        }
        return f"  - {json.dumps(options, ensure_ascii=False)}\n"


def ask(url: str, ca_file: Path | None = None) -> bytes:
    context = ssl.create_default_context(cafile=str(ca_file)) if ca_file else None
    login = b64encode(f"auditor:{PASSWORD}".encode()).decode()
    request = urllib.request.Request(url, headers={"authorization": f"Basic {login}"})
    with urllib.request.urlopen(request, timeout=60, context=context) as answer:
        return answer.read()


def this_month(now: float) -> datetime:
    """The first moment of this month in Shanghai."""
    here = datetime.fromtimestamp(now, ZoneInfo("Asia/Shanghai"))
    return here.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def last_month(now: float) -> datetime:
    """The first moment of last month in Shanghai."""
    return this_month((this_month(now) - timedelta(days=1)).timestamp())


def history(node: str, now: float) -> Iterator[str]:
    """OpenMetrics text, samples every five minutes.

    HIS was down for three hours of last month, LIS has no samples for six hours of it; and so this month, which may
    have become last month when it is asked about. An alert fired for an hour ten days ago, and one was quiet since
    before the look-back. A target was seen last three days ago.
    """
    months = [month(now).timestamp() for month in (last_month, this_month)]
    begin = math.ceil((months[0] - 86_400) / STEP_S) * STEP_S
    end = int(now) // STEP_S * STEP_S - STEP_S
    faults = [month + 9 * 86_400 for month in months]
    yield "# TYPE probe_success gauge"
    for at in range(begin, end, STEP_S):
        is_down = any(fault <= at < fault + 10_800 for fault in faults)
        yield f'probe_success{{job="probe",instance="his"}} {0 if is_down else 1} {at}'
    for at in range(begin, end, STEP_S):
        if not any(fault <= at < fault + 21_600 for fault in faults):
            yield f'probe_success{{job="probe",instance="lis"}} 1 {at}'
    yield "# TYPE up gauge"
    for at in range(begin, end, STEP_S):
        yield f'up{{job="node",instance="{node}",asset="his-db-01"}} 1 {at}'
    gone = end - 3 * 86_400
    for at in range(gone - 7200, gone + 1, STEP_S):
        yield f'up{{job="gone",instance="127.0.0.1:7",asset="ris-01"}} 1 {at}'
    yield "# TYPE ALERTS gauge"
    fired = end - 10 * 86_400
    for at in range(fired, fired + 3600, 60):
        yield (
            'ALERTS{alertname="InstanceDown",alertstate="firing",asset="lis-01",instance="lis-01:9100",job="node",'
            f'severity="critical"}} 1 {at}'
        )
    yield "# EOF"


def _configure(folder: Path, node: str, alertmanager: int) -> None:
    write_secret(folder / "password", PASSWORD)
    (folder / "web.yml").write_text(
        "tls_server_config: {cert_file: cert.pem, key_file: key.pem}\n"
        f"basic_auth_users: {{auditor: '{HASH}'}}\n"
    )
    (folder / "am.yml").write_text("route: {receiver: none, group_wait: 1s}\nreceivers: [{name: none}]\n")
    (folder / "rules.yml").write_text(
        "groups: [{name: avail, interval: 1s, rules: [\n"
        "{alert: InstanceDown, expr: up == 0, labels: {severity: critical}, annotations: "
        f"{{summary: '{PATIENT[0]} {PATIENT[1]}'}}}},\n"
        "{alert: DiskFull, expr: node_filesystem_avail_bytes / node_filesystem_size_bytes < 0}]}]\n"
    )
    jobs = {
        "node": f'targets: ["{node}"], labels: {{asset: his-db-01}}',
        "dead": 'targets: ["127.0.0.1:9"], labels: {asset: pacs-01, system: PACS}',
        "gone": 'targets: ["127.0.0.1:7"], labels: {asset: ris-01}',
    }
    (folder / "prometheus.yml").write_text(
        "global: {scrape_interval: 1s, evaluation_interval: 1s}\n"
        f'rule_files: ["{folder}/rules.yml"]\n'
        f'alerting: {{alertmanagers: [{{static_configs: [{{targets: ["127.0.0.1:{alertmanager}"]}}]}}]}}\n'
        "scrape_configs:\n"
        # a scrape may take no longer than the time to the next, and the node's must never seem to fail
        + "".join(
            f"- {{job_name: {job}, scrape_interval: {5 if job == 'node' else 1}s, static_configs: [{{{what}}}]}}\n"
            for job, what in jobs.items()
        )
    )


@contextmanager
def prometheus(folder: Path) -> Iterator[Running]:
    """Started, with every target scraped and an alert with Alertmanager."""
    certificate(folder)
    node, alerting, port = free_port(), free_port(), free_port()
    _configure(folder, f"127.0.0.1:{node}", alerting)
    (folder / "history.om").write_text("\n".join(history(f"127.0.0.1:{node}", time.time())) + "\n")
    with ExitStack() as stack:

        def start(name: str, *command: str) -> Server:
            server = Server([program(command[0]), *command[1:]], folder / f"{name}.log")
            stack.callback(server.stop)
            return server

        start("node", "prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{node}")
        start(
            "am", "prometheus-alertmanager", f"--config.file={folder}/am.yml", f"--storage.path={folder}/am",
            f"--web.listen-address=127.0.0.1:{alerting}", "--cluster.listen-address=",
        )  # fmt: skip
        subprocess.run(
            [program("promtool"), "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=1000h",
             str(folder / "history.om"), str(folder / "tsdb")],
            check=True, capture_output=True,
        )  # fmt: skip
        server = start(
            "prometheus", "prometheus", f"--config.file={folder}/prometheus.yml",
            f"--storage.tsdb.path={folder}/tsdb", "--storage.tsdb.retention.time=90d",
            f"--web.config.file={folder}/web.yml", f"--web.listen-address=127.0.0.1:{port}",
        )  # fmt: skip
        running = Running(folder, port, f"http://127.0.0.1:{alerting}", server)
        server.wait_for(lambda: _is_scraped(running))
        yield running


def _is_scraped(running: Running) -> bool:
    data = running.ask("/api/v1/targets")["data"]
    states = sorted(one["health"] for one in data["activeTargets"])
    known = json.loads(ask(running.alertmanager + "/api/v2/alerts"))
    return states == ["down", "down", "up"] and len(known) == 2


def moment(text: object) -> datetime:
    return text.replace(tzinfo=UTC)
