"""The shape of ``policy.yaml`` as pydantic models; the generated schema comes from here."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

ParameterType = Literal["duration", "integer", "number", "percent", "text", "list", "boolean"]
KeyType = Literal["integer", "text", "boolean"]
Strength = Literal["law", "rule", "cn-std", "intl", "proposed", "default", "unverified"]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Condition = bool | str
ParameterDefault = Any


class Model(BaseModel):
    """Frozen, and refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=False)


class BilingualText(Model):
    """One sentence in both languages."""

    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]


def _in_both(written: Any) -> Any:
    """What is the same in both languages is written once."""
    if isinstance(written, str):
        return {"zh": written, "en": written} if written else None
    return written


Reference = Annotated[
    BilingualText | None, BeforeValidator(_in_both, json_schema_input_type=BilingualText | str)
]


class SourceDocument(Model):
    """Where a number comes from."""

    id: str
    ref: Reference = None
    strength: Strength


class ParameterDocument(Model):
    """A number or text that an institution may tune."""

    type: ParameterType
    key: list[KeyType] = []
    default: ParameterDefault
    min: Any = None
    max: Any = None
    tighter: Literal["lower", "higher"] | None = None
    unit: str | None = None
    source: SourceDocument
    sources: dict[str | int | bool, SourceDocument] = {}
    title: BilingualText | None = None


class RelatedDocument(Model):
    """Records of another kind that belong to the subject."""

    from_: str = Field(alias="from")
    match: dict[str, str] = {}
    where: Condition | None = None
    may_be_empty: bool = False
    total: str | None = None


class PeriodicDocument(Model):
    """A duty that is to be done again and again."""

    done: str
    match: dict[str, str] = {}
    where: Condition | None = None
    at: str
    every: str
    grace: str | None = None
    may_be_empty: bool = False


class RateDocument(Model):
    """A share of a population."""

    at_least: str | None = None
    at_most: str | None = None
    min_population: int | str = 20
    per: list[str] = []


class SettingDocument(Model):
    """A value in effect of every configuration of a software."""

    software: str | Annotated[list[str], Field(min_length=1)]
    key: str | Annotated[list[str], Field(min_length=1)]
    optional: bool = False


class CheckDocument(Model):
    """What is judged."""

    setting: SettingDocument | None = None
    each: str | None = None
    where: Condition | None = None
    related: dict[Identifier, RelatedDocument] = {}
    values: dict[Identifier, str] = {}
    assert_: Condition | None = Field(default=None, alias="assert")
    periodic: PeriodicDocument | None = None
    rate: RateDocument | None = None
    subject: list[str] = []
    sql: str | None = None
    locate: str | None = None
    may_be_empty: bool | str = False


class FreshnessDocument(Model):
    """A freshness stricter than the kind's own."""

    fresh: str


class PolicyDocument(Model):
    """One policy."""

    id: Identifier
    clauses: Annotated[list[str], Field(min_length=1)]
    checks: list[str] = []
    title: BilingualText
    severity: Literal["critical", "high", "medium", "low"]
    applies_to: list[str] | Literal["each"] = []
    parameters: dict[Identifier, ParameterDocument] = {}
    evidence: dict[str, FreshnessDocument] = {}
    check: CheckDocument
    message: BilingualText
    remediation: BilingualText
    rationale: BilingualText | None = None


class CaseDocument(Model):
    """One situation and what the policy must say of it."""

    name: str
    given: dict[str, list[dict[str, Any]]]
    expect: dict[str, Literal["pass", "fail", "unknown", "not_applicable"]]
    collections: dict[str, Literal["ok", "partial", "failed", "denied", "timed_out", "skipped"]] = {}
    profile: Literal["baseline", "tertiary", "strict"] = "tertiary"
    parameters: dict[str, Any] = {}
    scope: list[str] = []


class CasesDocument(Model):
    """All situations of one policy."""

    as_of: str
    zone: str = "Asia/Shanghai"
    defaults: dict[str, dict[str, Any]] = {}
    cases: Annotated[list[CaseDocument], Field(min_length=1)]
