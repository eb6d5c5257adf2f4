"""``python -m hiscomply.reference_docs [--check] FOLDER``: writes the pages, or says which are out of date."""

from __future__ import annotations

from pathlib import Path

import click

from hiscomply.paths import policies_dir
from hiscomply.plugins import collectors, evidence_kinds, formats, pack_folders, reporters
from hiscomply.policy.clauses import load_clauses
from hiscomply.policy.pack import load_pack
from hiscomply.reference_docs.collectors import collectors_page
from hiscomply.reference_docs.commands import commands_page
from hiscomply.reference_docs.evidence import evidence_page
from hiscomply.reference_docs.policies import policies_page
from hiscomply.reference_docs.schemas import document_schemas


def make_all(folder: Path, schemas: Path) -> dict[Path, str]:
    """Every generated file with its text."""
    kinds = evidence_kinds()
    policies = load_pack(pack_folders(), kinds).policies
    pages = {
        "cli.md": commands_page(),
        "evidence.md": evidence_page(kinds),
        "policies.md": policies_page(policies, load_clauses(policies_dir() / "clauses.yaml")),
        "collectors.md": collectors_page(collectors(), formats(), reporters()),
    }
    made = {folder / name: text for name, text in pages.items()}
    return made | {schemas / name: text for name, text in document_schemas().items()}


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--schemas", type=click.Path(path_type=Path), default=Path("schemas"), show_default=True)
@click.option("--check", is_flag=True, help="write nothing; exit 1 if something is out of date")
def main(folder: Path, schemas: Path, check: bool) -> None:
    """Writes the reference pages and document schemas."""
    stale = []
    for file, text in make_all(folder, schemas).items():
        if file.is_file() and file.read_text(encoding="utf-8") == text:
            continue
        stale.append(file)
        if not check:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    for file in stale:
        click.echo(f"{'out of date / 已过期' if check else 'wrote / 已写入'}  {file}")
    if check and stale:
        click.echo("run `make docs` / 请运行 make docs", err=True)
        raise SystemExit(1)


if __name__ == "__main__":
    main()
