"""Where reference data stand: those of the project before those that ship with the product."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hiscomply.paths import reference_dir
from hiscomply.reference.datasets import DATASETS, Dataset
from hiscomply.reference.document import SUFFIX

FOLDER = "reference"
"""The project's folder of imported reference data."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """A data set and the file that holds it.

    Attributes:
        origin: ``project`` or ``shipped``; None when nobody imported it.
    """

    dataset: Dataset
    path: Path | None
    origin: str | None

    @property
    def name(self) -> str:
        """The file as evidence names it: the same on every machine."""
        if self.path is None:
            return ""
        return (
            f"{FOLDER}/{self.path.name}"
            if self.origin == "project"
            else f"hiscomply:{FOLDER}/{self.path.name}"
        )


def project_file(project: Path, dataset: str) -> Path:
    """Where a project's own data set stands."""
    return project / FOLDER / f"{dataset}{SUFFIX}"


def look_up(dataset: Dataset, project: Path | None) -> Shelved:
    """The file that counts: the project's, else the shipped one, else none."""
    if project is not None and project_file(project, dataset.name).is_file():
        return Shelved(dataset, project_file(project, dataset.name), "project")
    shipped = reference_dir() / f"{dataset.name}{SUFFIX}"
    return Shelved(dataset, shipped, "shipped") if shipped.is_file() else Shelved(dataset, None, None)


def shelf(project: Path | None) -> Iterator[Shelved]:
    """Every data set, in the order of ``DATASETS``."""
    for dataset in DATASETS.values():
        yield look_up(dataset, project)


def age_days(as_of: date, today: date) -> int:
    """How old data are; negative for those from the future."""
    return (today - as_of).days
