"""The shape of ``hiscomply.yaml`` and ``waivers.yaml`` as pydantic models; the generated schemas come from here."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

# fmt: off
Province = Literal[
    "AH", "BJ", "CQ", "FJ", "GD", "GS", "GX", "GZ", "HA", "HB", "HE", "HI", "HK", "HL", "HN", "JL", "JS",
    "JX", "LN", "MO", "NM", "NX", "QH", "SC", "SD", "SH", "SN", "SX", "TJ", "TW", "XJ", "XZ", "YN", "ZJ",
]
"""The letters of ISO 3166-2:CN."""
# fmt: on
Level = Literal["tertiary_a", "tertiary", "secondary", "primary", "clinic", "public_health"]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Said = Annotated[str, Field(min_length=1, pattern=r"\S")]
Truth = Annotated[bool, Field(strict=True)]


class Model(BaseModel):
    """Frozen, and refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BilingualName(Model):
    """A name in both languages."""

    zh: str
    en: str


class InstitutionDocument(Model):
    """Whom the audit is about. The optional facts become evidence; one that is left out is not known."""

    name: BilingualName | str
    timezone: str = "Asia/Shanghai"
    working_hours: Annotated[str, Field(pattern=r"^\d{2}:\d{2}-\d{2}:\d{2}$")] = "08:00-17:00"
    level: Level | None = None
    is_cii: Truth | None = None
    is_central_organ: Truth | None = None
    province: Province | None = None
    persons_held: Annotated[int, Field(ge=0, strict=True)] | None = None
    us_entity: Truth | None = None


class ScopeDocument(Model):
    """A signed statement that something does not exist here."""

    subject: Said
    reason: Said
    signed_by: Said | None = None
    signed_on: Day | None = None
    until: Day


class TargetDocument(BaseModel):
    """One thing to collect from; the other keys belong to the collector."""

    model_config = ConfigDict(extra="allow", frozen=True)

    collector: str
    name: str | None = None
    timeout: str = "120 seconds"


class ProjectDocument(Model):
    """The project file."""

    institution: InstitutionDocument
    profile: Literal["baseline", "tertiary", "strict"] | None = None
    language: Literal["zh", "en"] | None = None
    packs: list[str] = []
    parameters: dict[str, dict[str, Any]] = {}
    collect: list[TargetDocument] = []
    waivers: str | None = None
    scope: list[ScopeDocument] = []
    reports: dict[str, str] = {}
    include: list[str] = []


class WaiverDocument(Model):
    """One approved exception."""

    id: str
    policy: str
    subject: str = "*"
    file: str = ""
    reason: Said
    compensating_control: str = ""
    requested_by: Said
    approved_by: Said
    ticket: str = ""
    from_: str = Field(alias="from")
    until: str
    renewals: int = 0


class WaiversDocument(Model):
    """All waivers of a project."""

    waivers: list[WaiverDocument] = []
