"""``hiscomply check`` and Checkov on the same container files: one, three hundred, ten thousand; cold and warm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.measure import Cost, measure_command
from benchmarks.peers import checkov
from benchmarks.setting import Setting, hiscomply
from benchmarks.table import Row, aim, times

NAME = "check_repository"
FEW, MANY = 300, 10_000
MANY_LIMIT_S = 20.0
PEER_SHARE = 10.0
MEMORY_SHARE = 2.0
WARM_SHARE = 3.0
JUDGED = frozenset({0, 1, 3})
DOCKERFILE = """\
FROM debian:12 AS build
RUN apt-get update && apt-get install -y --no-install-recommends build-essential
COPY . /src
RUN make -C /src install
FROM debian:12
COPY --from=build /opt/his{number} /opt/his
EXPOSE 8080
CMD ["/opt/his/bin/serve"]
"""
COMPOSE = """\
x-service: &service
  restart: unless-stopped
  cap_drop: [ALL]
services:
  web:
    <<: *service
    image: registry.local/his/web:{number}.1
    ports: ["127.0.0.1:8080:8080"]
  db:
    <<: *service
    image: postgres:16.4
    environment: {{POSTGRES_PASSWORD: "${{DB_PASSWORD}}"}}
    volumes: [data:/var/lib/postgresql/data]
volumes: {{data: {{}}}}
"""
MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: his-{number}, namespace: his}}
spec:
  replicas: 2
  selector: {{matchLabels: {{app: his-{number}}}}}
  template:
    metadata: {{labels: {{app: his-{number}}}}}
    spec:
      securityContext: {{runAsNonRoot: true}}
      containers:
        - name: web
          image: registry.local/his/web:{number}.1
          resources: {{limits: {{memory: 512Mi}}}}
          livenessProbe: {{httpGet: {{path: /, port: 8080}}}}
---
apiVersion: v1
kind: Service
metadata: {{name: his-{number}, namespace: his}}
spec: {{selector: {{app: his-{number}}}, ports: [{{port: 80, targetPort: 8080}}]}}
"""
COMPARED = ("dockerfile", "kubernetes")
"""Checkov's frameworks for these trees; it has none for Compose."""
KINDS = (("Dockerfile", DOCKERFILE), ("docker-compose.yml", COMPOSE), ("deployment.yaml", MANIFEST))


def rows(setting: Setting) -> list[Row]:
    """One Dockerfile, a repository, a large one; each with what Checkov needs for it where it is installed."""
    folder = setting.folder(NAME)
    one = _tree(folder / "one", 1)
    few = _tree(folder / "few", FEW)
    many_files = MANY // 10 if setting.is_quick else MANY
    many = _tree(folder / "many", many_files)
    single = _ours(setting, one, setting.runs)
    small, again = _ours(setting, few, 3, "--no-cache"), _ours(setting, few, 4)
    found = [Row(NAME, "hiscomply check, one Dockerfile, a new process", single)]
    found.append(_theirs(setting, one, "one Dockerfile", single, COMPARED))
    found.append(_theirs(setting, one, "one Dockerfile, as it comes", single))
    theirs = _theirs(setting, few, f"{FEW} files", small, COMPARED)
    beside = "" if theirs.cost is None else f"; Checkov: {times(theirs.cost, again)}"
    found.append(Row(NAME, f"hiscomply check, {FEW} files, no cache", small))
    found.append(
        Row(
            NAME,
            f"hiscomply check, {FEW} files, unchanged since the last run",
            again,
            f"median of a first and three later runs{beside}",
        )
    )
    found.append(theirs)
    found.append(_theirs(setting, few, f"{FEW} files, as it comes", small))
    return [*found, *_large(setting, many, many_files)]


def _large(setting: Setting, folder: Path, files: int) -> list[Row]:
    """The first run on a tree, and the second with all that the first left in its cache."""
    cache = setting.environment("large-cache")
    _warm_pack(setting, cache)
    first = measure_command(_command(), 1, expected=JUDGED, environment=cache, folder=folder)
    second = measure_command(_command(), 3, expected=JUDGED, environment=cache, folder=folder)
    limit = MANY_LIMIT_S * files / MANY
    share = first.seconds / second.seconds
    return [
        Row(
            NAME,
            f"hiscomply check, {files:,} files, first run",
            first,
            aim(f"≤ {limit:g} s", first.seconds <= limit),
        ),
        Row(
            NAME,
            f"hiscomply check, {files:,} files, second run",
            second,
            f"{share:.1f} × faster; {aim('≤ 1/3 of the first', share >= WARM_SHARE)}",
        ),
    ]


def _ours(setting: Setting, folder: Path, runs: int, *options: str) -> Cost:
    cache = setting.environment("repository-cache")
    _warm_pack(setting, cache)
    command = [*_command(), *options]
    return measure_command(command, runs, expected=JUDGED, environment=cache, folder=folder)


def _warm_pack(setting: Setting, cache: Mapping[str, str]) -> None:
    """The policies are compiled once for each version, not for each repository."""
    folder = setting.scratch / "warm"
    folder.mkdir(exist_ok=True)
    (folder / "Dockerfile").write_text(DOCKERFILE.format(number=0))
    measure_command(_command(), 1, expected=JUDGED, environment=cache, folder=folder)


def _command() -> Sequence[str]:
    return [hiscomply(), "check", "."]


def _theirs(setting: Setting, folder: Path, what: str, ours: Cost, frameworks: Sequence[str] = ()) -> Row:
    """Checkov on a folder: with these frameworks, or with all that it looks for when nobody chooses, secrets among them."""
    what, program = f"Checkov, {what}", checkov(setting.peers)
    if not program.exists():
        return Row(NAME, what, None, "not installed (peers.py install --with-checkov)")
    # nothing is looked up in the network: it would be a hospital's CI
    command = [str(program), "-d", ".", "--compact", "--quiet", "--skip-download"]
    command += ["--framework", *frameworks] if frameworks else []
    cost = measure_command(command, 3, expected=frozenset({0, 1}), folder=folder)
    memory = cost.peak_mib / ours.peak_mib
    return Row(
        NAME,
        what,
        cost,
        f"{times(cost, ours, PEER_SHARE)}; {memory:.1f} × its memory, "
        f"{aim(f'≥ {MEMORY_SHARE:g} ×', memory >= MEMORY_SHARE)}; {' and '.join(frameworks) or 'all frameworks'}",
    )


def _tree(folder: Path, files: int) -> Path:
    """Services with a Dockerfile, a Compose file and a manifest each, all different."""
    for number in range(files):
        name, text = KINDS[number % len(KINDS)]
        home = folder / f"service-{number // len(KINDS):04d}"
        home.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text.format(number=number // len(KINDS)))
    return folder
