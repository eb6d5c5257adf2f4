"""What Checkov says of the container files of the corpus, and what of it hiscomply finds.

``python -m benchmarks.checkov_table [docs/checkov.md]`` writes the page from ``checkov.yaml`` and, where Checkov is installed
(``python benchmarks/peers.py install --with-checkov``), names every check that fires and stands nowhere in it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from tests.corpus.situation import read

from benchmarks import peers
from benchmarks.measure import ROOT

DATA = Path(__file__).with_name("checkov.yaml")
PAGE = ROOT / "docs/checkov.md"
CORPUS = ROOT / "tests/corpus"
PREFIXES = ("compose_", "dockerfile_", "kubernetes_")
TIMEOUT_S = 300
HEAD = """\
# Checkov beside hiscomply / 与 Checkov 对照

Every check of Checkov {version} that fires on the container files of `tests/corpus`, and more of its frameworks
`dockerfile` and `kubernetes`. It has none for Compose files: what hiscomply judges there (`compose_*`) has no counterpart.
Made from `benchmarks/checkov.yaml` by `python -m benchmarks.checkov_table`; a test fails when a check fires that is not
in the table, and when a file that Checkov finds fault with passes the policy that stands for the check.
Files of a kustomization are left out of that test: Checkov's `kubernetes` framework looks at each by itself, hiscomply
at what is rendered.

下表列出 Checkov {version} 在 `tests/corpus` 的容器文件上报出的每一项检查，
以及 `dockerfile` 和 `kubernetes` 框架中的其他检查。它没有 Compose 框架，因此 `compose_*` 各策略没有对应项。
由 `benchmarks/checkov.yaml` 生成；有检查报出而表中没有，或它报出的文件在对应策略下通过时，测试不通过。
kustomization 的文件不参与此项测试：Checkov 的 `kubernetes` 框架逐个文件检查，hiscomply 判断的是渲染结果。

| Checkov | 内容 | subject | hiscomply | 没有策略或范围较窄的原因 | why none, or narrower |
| --- | --- | --- | --- | --- | --- |
"""


def data() -> Mapping[str, Any]:
    """The recorded list."""
    loaded: Mapping[str, Any] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return loaded


def page(recorded: Mapping[str, Any]) -> str:
    """The page in both languages."""
    rows = []
    for one in recorded["checks"]:
        policies = ", ".join(f"`{name}`" for name in one.get("policies", ()))
        why = one.get("absent") or one.get("passes") or {"zh": "", "en": ""}
        cells = (f"`{one['id']}`", one["subject"]["zh"], one["subject"]["en"], policies, why["zh"], why["en"])
        rows.append(f"| {' | '.join(cells)} |")
    return HEAD.format(version=recorded["version"]) + "\n".join(rows) + "\n"


def lay_out(folder: Path) -> int:
    """The container files of the corpus, each situation in a folder of its own; gives how many situations."""
    files = [one for prefix in PREFIXES for one in sorted(CORPUS.glob(f"{prefix}*/*"))]
    for file in files:
        read(file).write(folder / file.parent.name / file.name)
    return len(files)


def fired(program: Path, folder: Path) -> dict[str, set[str]]:
    """The files below a folder that each check fails on, as Checkov says; it looks nothing up in the network."""
    command = [str(program), "-d", str(folder), "--framework", "dockerfile", "kubernetes"]
    command += ["-o", "json", "--quiet", "--compact", "--skip-download"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    reports = json.loads(done.stdout)
    found: dict[str, set[str]] = {}
    for report in reports if isinstance(reports, list) else [reports]:
        for one in report["results"]["failed_checks"]:
            found.setdefault(one["check_id"], set()).add(one["file_path"].lstrip("/"))
    return found


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.checkov_table", description=__doc__)
    parser.add_argument("page", type=Path, nargs="?", default=PAGE)
    parser.add_argument("--peers", type=Path, default=peers.DEFAULT, metavar="DIR")
    asked = parser.parse_args()
    recorded = data()
    asked.page.write_text(page(recorded), encoding="utf-8")
    program = peers.checkov(asked.peers)
    if not program.exists():
        print("Checkov is not installed: python benchmarks/peers.py install --with-checkov")
        return
    with tempfile.TemporaryDirectory() as scratch:
        situations = lay_out(Path(scratch))
        found = fired(program, Path(scratch))
    missing = sorted(found.keys() - {one["id"] for one in recorded["checks"]})
    print(f"{situations} situations, {len(found)} checks fire; in no column: {', '.join(missing) or 'none'}")


if __name__ == "__main__":
    main()
