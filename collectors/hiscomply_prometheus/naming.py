"""Labels to ids and severities of this product. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from hiscomply_prometheus.fetch import Labels, label_key

_SEVERITIES: Final = {
    **dict.fromkeys(("critical", "crit", "disaster", "emergency", "page", "fatal"), "critical"),
    **dict.fromkeys(("warning", "warn", "average", "major", "high", "error"), "warning"),
    **dict.fromkeys(("info", "information", "informational", "none", "low", "minor"), "info"),
}


@dataclass(frozen=True, slots=True)
class Naming:
    """How the labels of one Prometheus name assets and systems."""

    asset_label: str = "asset"
    assets: Mapping[str, str] = field(default_factory=dict)
    system_label: str = "system"
    systems: Mapping[str, str] = field(default_factory=dict)
    severities: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Naming:
        """As a target's options say."""
        return cls(
            options.get("asset_label", "asset"),
            options.get("assets", {}),
            options.get("system_label", "system"),
            options.get("systems", {}),
            options.get("severities", {}),
        )

    def asset(self, labels: Labels) -> str | None:
        """The asset id: by the list, by the label, or the host of ``instance``."""
        instance = labels.get("instance", "")
        host = host_of(instance)
        listed = self.assets.get(instance) or self.assets.get(host)
        return listed or labels.get(self.asset_label) or host or None

    def system(self, labels: Labels) -> str | None:
        """The system id: by the label, or by the list of jobs."""
        return labels.get(self.system_label) or self.systems.get(labels.get("job", ""))

    def severity(self, labels: Labels) -> str | None:
        """critical, warning or info; None where the label is absent or its word unknown."""
        word = labels.get("severity", "")
        return self.severities.get(word) or _SEVERITIES.get(word.lower())


def host_of(instance: str) -> str:
    """``db-01`` of ``db-01:9100``, ``https://db-01/login`` or ``db-01``."""
    rest = instance.split("://", 1)[-1].split("/", 1)[0]
    if rest.startswith("["):
        return rest[1:].split("]", 1)[0]
    name, _, port = rest.rpartition(":")
    return name if name and port.isdigit() and ":" not in name else rest


def fingerprint(labels: Labels) -> str:
    """A short name for one set of labels."""
    return hashlib.sha256(label_key(labels).encode("utf-8", "replace")).hexdigest()[:12]
