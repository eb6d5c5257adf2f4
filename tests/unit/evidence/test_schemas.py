"""Every evidence schema keeps the rules of docs/evidence-schemas.md."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

FOLDER = Path(__file__).parents[3] / "schemas" / "evidence"
SCHEMAS = {
    path.name.removesuffix(".schema.json"): json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(FOLDER.glob("*.schema.json"))
}

PLAIN = {"$schema", "$id", "title", "type", "additionalProperties", "required", "properties"}
KIND_EXTENSIONS = {"x-title", "x-description", "x-key", "x-fresh"}
FIELD_EXTENSIONS = {"x-title", "x-description", "x-past", "x-none", "x-unit", "x-personal", "x-free-text"}
FIELD_WORDS = {"type", "format", "enum", "items", "minimum", "maximum"} | FIELD_EXTENSIONS
TYPES = {"string", "integer", "number", "boolean", "array"}
MAY_LIE_AHEAD = re.compile(
    r"due|until|expires|window|effective|support_end|eol|contract_end|starts_at|ends_at|planned_for|not_after"
)
FRESH = re.compile(r"1 (day|hour|minute)|([2-9]|[1-9]\d+) (days|hours|minutes)")
CATALOGUE = [
    "access_review",
    "account",
    "alert",
    "assessment",
    "asset",
    "audit",
    "audit_finding",
    "backup_job",
    "backup_plan",
    "change",
    "collection",
    "config_result",
    "contact",
    "document",
    "drill",
    "entitlement",
    "eval",
    "improvement",
    "inspection",
    "kpi",
    "log_source",
    "maintenance",
    "meeting",
    "monitor_target",
    "org_role",
    "package",
    "patch",
    "patch_state",
    "perf_score",
    "person",
    "project",
    "restore_test",
    "risk",
    "scan",
    "scope_statement",
    "system",
    "test_run",
    "ticket",
    "training",
    "vendor",
    "vuln",
]

Field = dict[str, Any]
every_kind = pytest.mark.parametrize(("kind", "schema"), SCHEMAS.items(), ids=list(SCHEMAS))


def is_bilingual(text: object) -> bool:
    """Whether text has a Chinese wording with Chinese in it and an English one without."""
    if not isinstance(text, dict) or set(text) != {"zh", "en"}:
        return False
    chinese = re.compile("[\u4e00-\u9fff]")
    return bool(chinese.search(text["zh"])) and text["en"] != "" and not chinese.search(text["en"])


def main_type(field: Field) -> str:
    """The type that is not null."""
    declared = field["type"]
    return str(declared if isinstance(declared, str) else declared[0])


def has_a_known_type(name: str, field: Field) -> bool:
    items = {"type": "string"} if main_type(field) == "array" else None
    return (
        main_type(field) in TYPES
        and field.get("format", "date") in {"date", "date-time"}
        and field.get("items") == items
    )


def allows_null_exactly_where_it_means_something(name: str, field: Field) -> bool:
    if "x-none" in field:
        return field["type"] == [main_type(field), "null"] and is_bilingual(field["x-none"])
    return isinstance(field["type"], str)


def lists_english_identifiers_and_null_where_allowed(name: str, field: Field) -> bool:
    if "enum" not in field:
        return True
    words = [value for value in field["enum"] if value is not None]
    are_identifiers = all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", word) for word in words)
    return bool(words) and are_identifiers and (None in field["enum"]) == ("x-none" in field)


def is_past_exactly_when_it_cannot_be_planned(name: str, field: Field) -> bool:
    may_lie_ahead = MAY_LIE_AHEAD.search(name) is not None
    if field.get("format") == "date-time":
        return field.get("x-past", False) is not may_lie_ahead
    return "x-past" not in field or (field.get("format") == "date" and not may_lie_ahead)


def puts_units_on_numbers_and_free_text_on_texts(name: str, field: Field) -> bool:
    has_good_unit = "x-unit" not in field or main_type(field) in {"integer", "number"}
    has_good_text = "x-free-text" not in field or (main_type(field) == "string" and "format" not in field)
    return has_good_unit and has_good_text


def is_named_in_snake_case_and_both_languages(name: str, field: Field) -> bool:
    return bool(re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name)) and is_bilingual(field.get("x-title"))


def uses_only_known_keywords(name: str, field: Field) -> bool:
    return set(field) <= FIELD_WORDS


RULES: list[Callable[[str, Field], bool]] = [
    has_a_known_type,
    allows_null_exactly_where_it_means_something,
    lists_english_identifiers_and_null_where_allowed,
    is_past_exactly_when_it_cannot_be_planned,
    puts_units_on_numbers_and_free_text_on_texts,
    is_named_in_snake_case_and_both_languages,
    uses_only_known_keywords,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@every_kind
def test_every_field_of_a_kind_keeps_the_rule(
    kind: str, schema: Field, rule: Callable[[str, Field], bool]
) -> None:
    offenders = [name for name, field in schema["properties"].items() if not rule(name, field)]
    assert offenders == []


@pytest.mark.parametrize(
    ("rule", "name", "field"),
    [
        (has_a_known_type, "size", {"type": "object"}),
        (has_a_known_type, "covers", {"type": "array"}),
        (has_a_known_type, "seen", {"type": "string", "format": "time"}),
        (allows_null_exactly_where_it_means_something, "owner", {"type": ["string", "null"]}),
        (
            allows_null_exactly_where_it_means_something,
            "owner",
            {"type": "string", "x-none": {"zh": "无", "en": "none"}},
        ),
        (lists_english_identifiers_and_null_where_allowed, "level", {"type": "string", "enum": ["紧急"]}),
        (
            lists_english_identifiers_and_null_where_allowed,
            "level",
            {"type": "string", "enum": ["high", None]},
        ),
        (is_past_exactly_when_it_cannot_be_planned, "closed_at", {"type": "string", "format": "date-time"}),
        (
            is_past_exactly_when_it_cannot_be_planned,
            "due",
            {"type": "string", "format": "date", "x-past": True},
        ),
        (puts_units_on_numbers_and_free_text_on_texts, "name", {"type": "string", "x-unit": "minute"}),
        (puts_units_on_numbers_and_free_text_on_texts, "count", {"type": "integer", "x-free-text": True}),
        (is_named_in_snake_case_and_both_languages, "lastLogin", {"x-title": {"zh": "登录", "en": "Login"}}),
        (is_named_in_snake_case_and_both_languages, "login", {"x-title": {"zh": "Login", "en": "Login"}}),
        (uses_only_known_keywords, "login", {"type": "string", "x-secret": True}),
    ],
)
def test_a_field_that_breaks_a_rule_is_noticed(
    rule: Callable[[str, Field], bool], name: str, field: Field
) -> None:
    assert rule(name, field) is False


@pytest.mark.parametrize("kind", CATALOGUE)
def test_every_kind_of_the_catalogue_has_a_schema(kind: str) -> None:
    assert kind in SCHEMAS


@every_kind
def test_a_schema_is_valid_draft_2020_12(kind: str, schema: Field) -> None:
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)


@every_kind
def test_a_schema_is_named_after_its_file(kind: str, schema: Field) -> None:
    address = f"https://hiscomply.example/schemas/evidence/{kind}.schema.json"
    assert (schema["title"], schema["$id"]) == (kind, address)


@every_kind
def test_a_kind_is_a_closed_object_with_only_known_keywords(kind: str, schema: Field) -> None:
    assert set(schema) - {"x-whole-list", "x-apart"} == PLAIN | KIND_EXTENSIONS
    assert (schema["type"], schema["additionalProperties"]) == ("object", False)


@every_kind
def test_a_kind_is_named_and_described_in_both_languages(kind: str, schema: Field) -> None:
    assert [word for word in ("x-title", "x-description") if not is_bilingual(schema[word])] == []


@every_kind
def test_the_key_fields_are_exactly_the_required_ones(kind: str, schema: Field) -> None:
    assert schema["x-key"]
    assert schema["required"] == schema["x-key"]
    assert set(schema["x-key"]) <= set(schema["properties"])


@every_kind
def test_a_key_field_can_be_neither_null_nor_a_list(kind: str, schema: Field) -> None:
    declared = [schema["properties"][name]["type"] for name in schema["x-key"]]
    assert [item for item in declared if item not in ("string", "integer")] == []


@every_kind
def test_freshness_is_a_count_and_a_unit(kind: str, schema: Field) -> None:
    assert FRESH.fullmatch(schema["x-fresh"])
