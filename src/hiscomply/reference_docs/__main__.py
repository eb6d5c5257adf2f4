"""Writes the reference, or says what of it is out of date."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points
from pathlib import Path

from hiscomply.coverage.matrix import cover
from hiscomply.glossary import load_glossary
from hiscomply.hookspecs import Collector
from hiscomply.kinds import load_kinds
from hiscomply.paths import policies_dir, schemas_dir
from hiscomply.policy.clauses import load_clauses
from hiscomply.policy.pack import load_pack
from hiscomply.reference_docs.clauses import clause_pages
from hiscomply.reference_docs.collectors import collectors_page
from hiscomply.reference_docs.commands import commands_page
from hiscomply.reference_docs.documents import MODELS, document_schema, documents_page
from hiscomply.reference_docs.formats import formats_page
from hiscomply.reference_docs.glossary import glossary_page
from hiscomply.reference_docs.kinds import kinds_page
from hiscomply.reference_docs.policies import policies_page


def shipped_collectors() -> dict[str, Collector]:
    """The collectors of this distribution; those of other plugins document themselves."""
    from hiscomply.plugins import collectors

    points = entry_points(group="hiscomply")
    ours = {point.module for point in points if point.dist is not None and point.dist.name == "hiscomply"}
    return {name: one for name, one in collectors().items() if type(one).__module__.partition(".")[0] in ours}


def reference(folder: Path, schemas: Path) -> dict[Path, str]:
    """The content of every generated file, by path."""
    from hiscomply.plugins import formats, reporters

    kinds = load_kinds([schemas_dir() / "evidence"])
    pack = load_pack([policies_dir()], kinds)
    clauses = load_clauses(policies_dir() / "clauses.yaml")
    coverage = cover(clauses, pack.policies, kinds, shipped_collectors())
    pages = {
        "cli.md": commands_page(),
        "evidence.md": kinds_page(kinds),
        "policies.md": policies_page(pack.policies, policies_dir(), clauses),
        "collectors.md": collectors_page(shipped_collectors()),
        "documents.md": documents_page(),
        "formats.md": formats_page(formats(), reporters()),
        "glossary.md": glossary_page(load_glossary(policies_dir() / "glossary.yaml")),
        **{f"clauses/{name}": text for name, text in clause_pages(coverage).items()},
    }
    documents = {schemas / f"{name}.schema.json": document_schema(name) for name in MODELS}
    return {folder / name: text for name, text in pages.items()} | documents


def out_of_date(files: dict[Path, str]) -> list[Path]:
    """Those whose content on disk is another, or missing."""
    return [path for path, text in files.items() if not path.is_file() or path.read_bytes() != text.encode()]


def run(arguments: Sequence[str]) -> int:
    """Writes what differs, or with ``--check`` names it and gives 1."""
    parser = argparse.ArgumentParser("python -m hiscomply.reference_docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file is out of date")
    parser.add_argument(
        "--schemas",
        type=Path,
        default=Path("schemas"),
        help="folder of the document schemas (default: schemas)",
    )
    parser.add_argument("folder", type=Path, help="docs/reference")
    given = parser.parse_args(arguments)
    differing = out_of_date(files := reference(given.folder, given.schemas))
    for path in differing:
        if given.check:
            print(
                f"{path}: out of date; run `make docs` / 已过时,请运行 make docs", file=sys.stderr
            )  # its own command line
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[path], encoding="utf-8", newline="\n")
            print(f"wrote {path}")  # its own command line
    return 1 if given.check and differing else 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
