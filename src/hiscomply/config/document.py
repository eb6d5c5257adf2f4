"""The shape of ``hiscomply.yaml`` and ``waivers.yaml`` as pydantic models; the generated schemas come from here."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Model(BaseModel):
    """Frozen, and refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BilingualName(Model):
    """A name in both languages."""

    zh: str
    en: str


class InstitutionDocument(Model):
    """Whom the audit is about."""

    name: BilingualName | str
    timezone: str = "Asia/Shanghai"
    working_hours: Annotated[str, Field(pattern=r"^\d{2}:\d{2}-\d{2}:\d{2}$")] = "08:00-17:00"


class TargetDocument(BaseModel):
    """One thing to collect from; the other keys belong to the collector."""

    model_config = ConfigDict(extra="allow", frozen=True)

    collector: str
    name: str | None = None
    timeout: str = "120 seconds"


class ProjectDocument(Model):
    """The project file."""

    institution: InstitutionDocument
    profile: Literal["baseline", "tertiary", "strict"] = "tertiary"
    language: Literal["zh", "en"] | None = None
    packs: list[str] = []
    parameters: dict[str, dict[str, Any]] = {}
    collect: list[TargetDocument] = []
    waivers: str | None = None
    reports: dict[str, str] = {}
    include: list[str] = []


class WaiverDocument(Model):
    """One approved exception."""

    id: str
    policy: str
    subject: str = "*"
    reason: Annotated[str, Field(min_length=1)]
    compensating_control: str = ""
    requested_by: Annotated[str, Field(min_length=1)]
    approved_by: Annotated[str, Field(min_length=1)]
    ticket: str = ""
    from_: str = Field(alias="from")
    until: str
    renewals: int = 0


class WaiversDocument(Model):
    """All waivers of a project."""

    waivers: list[WaiverDocument] = []
