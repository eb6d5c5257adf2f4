"""The folder of a situation: a whole project of its own, beside the main one."""

from __future__ import annotations

import shutil
from pathlib import Path

from generator.situations import HOSPITAL, Situation

DAMAGED = Path(__file__).parent / "situations" / "damaged"
"""A file that was cut off and one that is no text: they cannot be read, so nothing hidden in them passes."""
MADE_BY = "# 由 generate.py --situation {name} 生成,请勿手改 · made by generate.py --situation {name}\n\n"


def lay_out(example: Path, folder: Path, situation: Situation) -> None:
    """Puts the project file and the clean part of the configuration repository into the folder.

    Raises:
        ValueError: the project file does not name the hospital as expected.
    """
    if situation is HOSPITAL:
        return
    text = (example / "hiscomply.yaml").read_text(encoding="utf-8")
    for own, other in (
        (HOSPITAL.title_zh, situation.title_zh),
        (HOSPITAL.lists_looked_at, situation.lists_looked_at),
        (f"en: {HOSPITAL.title_en}", f'en: "{situation.title_en}"'),
    ):
        if own not in text:
            raise ValueError(f"hiscomply.yaml does not hold {own}")
        text = text.replace(own, other)
    for name, value in situation.facts:
        text = _with_fact(text, name, value)
    made_by = MADE_BY.format(name=situation.name)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "hiscomply.yaml").write_text(made_by + text, encoding="utf-8")
    (folder / "waivers.yaml").write_text(made_by + "waivers: []\n", encoding="utf-8")
    shutil.rmtree(folder / "config", ignore_errors=True)
    for name in situation.config:
        shutil.copytree(example / "config" / name, folder / "config" / name)
    if situation.has_damaged_files:
        shutil.copytree(DAMAGED, folder / "config" / "damaged")


def _with_fact(text: str, name: str, value: str | None) -> str:
    lines = text.splitlines(keepends=True)
    (place,) = (number for number, line in enumerate(lines) if line.startswith(f"  {name}: "))
    lines[place] = f"  {name}: {value}\n" if value else ""
    return "".join(lines)
