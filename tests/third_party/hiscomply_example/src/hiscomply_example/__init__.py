"""Vaccine fridges: what a package of a stranger looks like."""

from __future__ import annotations

from pathlib import Path

from hiscomply.configurations import Software
from hiscomply.hookspecs import Collector, FileFormat, Reporter, hookimpl
from hiscomply_example.collector import FridgesCollector
from hiscomply_example.file_format import FridgeConf
from hiscomply_example.reporter import OneLineReporter
from hiscomply_example.software import FridgeController

_HERE = Path(__file__).resolve().parent


@hookimpl
def hiscomply_collectors() -> list[Collector]:
    """The logger export."""
    return [FridgesCollector()]


@hookimpl
def hiscomply_formats() -> list[FileFormat]:
    """The controller's settings."""
    return [FridgeConf()]


@hookimpl
def hiscomply_software() -> list[Software]:
    """What the controller makes of its settings."""
    return [FridgeController()]


@hookimpl
def hiscomply_reporters() -> list[Reporter]:
    """One line for a wallboard."""
    return [OneLineReporter()]


@hookimpl
def hiscomply_evidence_schemas() -> list[Path]:
    """The folder of ``fridge_reading.schema.json``."""
    return [_HERE / "evidence"]


@hookimpl
def hiscomply_packs() -> list[Path]:
    """The folder of our policies."""
    return [_HERE / "policies"]
