"""The run without its results: tool, rules, taxonomies, artifacts and what run it is."""

from __future__ import annotations

from pathlib import PurePosixPath

from sarif_om import (
    Artifact,
    ArtifactLocation,
    Message,
    MultiformatMessageString,
    Run,
    RunAutomationDetails,
    Tool,
    ToolComponent,
)

from hiscomply.model import AuditResult, PolicyInfo, Text
from hiscomply.report.sarif.identity import guid_of
from hiscomply.report.sarif.notices import build_notices
from hiscomply.report.sarif.place import PACK, PROJECT, uri_of
from hiscomply.report.sarif.rules import build_rules
from hiscomply.report.sarif.taxonomies import build_taxonomies, supported

_ABOUT = Text("医院信息系统运维合规检查。", "Policy-as-code compliance checks for hospital IT operations.")
_PROJECT_FOLDER = Text("含有 hiscomply.yaml 的项目目录。", "The project folder, which holds hiscomply.yaml.")
_PACK_FOLDER = Text("策略包目录。", "The folder of the policy pack.")


def build_run(result: AuditResult, language: str) -> Run:
    """The skeleton; ``results`` and ``invocations`` are not in it."""
    run = result.run
    return Run(
        tool=Tool(driver=_driver(result, language)),
        automation_details=RunAutomationDetails(
            id=f"hiscomply/{run.profile}/{run.id}",
            guid=guid_of(run.id),
            description=Message(
                text=f"{run.institution.to(language)}, {run.profile}, {run.as_of.isoformat()}"
            ),
        ),
        baseline_guid=guid_of(run.previous) if run.previous else None,
        language=_tag(language),
        column_kind="unicodeCodePoints",
        original_uri_base_ids={
            PROJECT: ArtifactLocation(description=Message(text=_PROJECT_FOLDER.to(language))),
            PACK: ArtifactLocation(description=Message(text=_PACK_FOLDER.to(language))),
        },
        artifacts=[_artifact(policy.info) for policy in result.policies],
        taxonomies=build_taxonomies(result, language),
        properties={
            "institution.zh": run.institution.zh,
            "institution.en": run.institution.en,
            "profile": run.profile,
            "zone": run.zone,
            "as_of": run.as_of.isoformat(),
            "pack_digest": run.pack_digest,
            "evidence_digest": run.evidence_digest,
            "allow_unknown": result.allow_unknown,
            "findings": result.findings_count,
            **({"only": list(result.only)} if result.only else {}),
        },
    )


def _driver(result: AuditResult, language: str) -> ToolComponent:
    return ToolComponent(
        name="hiscomply",
        full_name=f"hiscomply {result.run.tool_version}",
        version=result.run.tool_version,
        semantic_version=result.run.tool_version,
        language=_tag(language),
        short_description=MultiformatMessageString(text=_ABOUT.to(language)),
        full_description=MultiformatMessageString(text=_ABOUT.to(language)),
        rules=build_rules(result, language),
        notifications=build_notices(language),
        supported_taxonomies=supported(),
    )


def _artifact(info: PolicyInfo) -> Artifact:
    """The policy as it was used. Only its place in the pack is told, never where the pack is installed."""
    place = "/".join(PurePosixPath(info.file.replace("\\", "/")).parts[-3:]).lstrip("/")
    uri = uri_of(place, False)
    return Artifact(
        location=ArtifactLocation(uri=uri[0] if uri else info.id, uri_base_id=PACK),
        hashes={"sha-256": info.digest},
        roles=["toolSpecifiedConfiguration"],
        mime_type="application/yaml",
        encoding="utf-8",
    )


def _tag(language: str) -> str:
    return "zh-CN" if language == "zh" else "en-US"
