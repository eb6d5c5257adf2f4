"""What an option means is said in both languages, and each reader is shown their own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import pytest

from hiscomply.cli.main import run
from hiscomply.config import document_texts as project_texts
from hiscomply.config.project import make_target
from hiscomply.errors import ConfigError
from hiscomply.hookspecs import SECRET_SCHEMA
from hiscomply.model import Text
from hiscomply.option_texts import in_language, meaning
from hiscomply.plugins import collectors
from hiscomply.policy import document_texts as policy_texts
from hiscomply.reference_docs.collectors import collectors_page
from hiscomply.reference_docs.documents import MODELS, document_options, document_schema
from hiscomply.reference_docs.options import option_rows
from hiscomply.yaml_source import parse_yaml

CHINESE = re.compile("[\u4e00-\u9fff]")
SHIPPED = sorted(collectors())


def schemas_in(part: Any, path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """All mappings of a schema; those that mean something say it by a text in one of two keywords."""
    if isinstance(part, Mapping):
        yield path, part
        for key, one in part.items():
            yield from schemas_in(one, f"{path}.{key}")
    elif isinstance(part, list | tuple):
        for at, one in enumerate(part):
            yield from schemas_in(one, f"{path}[{at}]")


@pytest.mark.parametrize("name", SHIPPED)
def test_what_an_option_means_is_said_in_both_languages(name: str) -> None:
    for path, schema in schemas_in(collectors()[name].options_schema, name):
        assert not isinstance(schema.get("description"), str), f"{path}: English only"
        if isinstance(both := schema.get("x-description"), Mapping):
            assert set(both) == {"zh", "en"}, path
            assert CHINESE.search(both["zh"]), path
            assert re.search("[a-z]", both["en"]), path


@pytest.mark.parametrize("name", SHIPPED)
def test_every_option_says_what_it_means(name: str) -> None:
    rows = option_rows(collectors()[name].options_schema)
    assert [option for option, (_, schema) in rows.items() if "x-description" not in schema] == []


@pytest.mark.parametrize("name", MODELS)
def test_every_key_of_a_document_says_what_it_means(name: str) -> None:
    rows = option_rows(document_options(name))
    assert [option for option, (_, schema) in rows.items() if "x-description" not in schema] == []
    for option, (_, schema) in rows.items():
        both = schema["x-description"]
        assert CHINESE.search(both["zh"]), option
        assert re.search("[a-z]", both["en"]), option
        assert schema["description"] == f"{both['en']} / {both['zh']}"


def test_every_text_of_a_document_is_that_of_a_key() -> None:
    schemas = "".join(document_schema(name) for name in MODELS)
    for texts in (project_texts.TEXTS, policy_texts.TEXTS):
        for model, keys in texts.items():
            for key, text in keys.items():
                assert text.zh in schemas, f"{model}.{key}"


@pytest.mark.parametrize("name", SHIPPED)
def test_show_says_it_in_the_language_of_the_reader(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown = {}
    for language in ("zh", "en"):
        assert run(["--lang", language, "collector", "show", name]) == 0
        said = capsys.readouterr().out
        shown[language] = json.loads(said.partition("\n\n")[2])
        assert "x-description" not in said
    for path, schema in schemas_in(collectors()[name].options_schema, ""):
        if "x-description" in schema:
            for language, whole in shown.items():
                assert at(whole, path)["description"] == schema["x-description"][language]


def at(whole: Any, path: str) -> Any:
    for part in re.findall(r"\.([^.\[\]]+)|\[(\d+)\]", path):
        whole = whole[part[0]] if part[0] else whole[int(part[1])]
    return whole


class Stranger:
    """A collector of somebody else, who wrote one language only."""

    name: ClassVar[str] = "stranger"
    version: ClassVar[str] = "1"
    summary: ClassVar[Text] = Text("外来", "foreign")
    options_schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {
            "plain": {"type": "integer", "description": "How many."},
            "both": {"type": "integer", "x-description": {"zh": "几个。", "en": "How many."}},
            "silent": {"type": "integer"},
            "description": {"type": "string"},
        },
    }

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        return ()

    def collect(self, target: Any, context: Any) -> Iterator[Any]:
        yield from ()


OPTIONS = Stranger.options_schema["properties"]


def test_one_language_is_enough_for_a_plugin() -> None:
    assert meaning(OPTIONS["plain"]) == Text("How many.", "How many.")
    assert meaning(OPTIONS["both"]) == Text("几个。", "How many.")
    assert meaning(OPTIONS["silent"]) == Text("", "")
    assert in_language(OPTIONS, "zh") == {**OPTIONS, "both": {"type": "integer", "description": "几个。"}}


@pytest.mark.parametrize(
    ("option", "hint"),
    [
        ("plain", "How many."),
        ("both", "How many. / 几个。"),
        ("silent", "`hiscomply collector show stranger` lists the options / 可列出全部选项"),
    ],
)
def test_the_hint_of_a_wrong_option_says_it_in_both(option: str, hint: str) -> None:
    yaml = parse_yaml(f"{option}: many", "hiscomply.yaml")
    with pytest.raises(ConfigError) as caught:
        make_target(Stranger(), "it", {option: "many"}, yaml, ())
    assert caught.value.hint == hint


def test_the_reference_page_has_a_column_for_each_language() -> None:
    page = collectors_page({"stranger": Stranger()})
    assert "| `both` | `integer` |  |  | 几个。 | How many. |" in page
    assert "| `plain` | `integer` |  |  |  | How many. |" in page


def test_where_a_secret_is_written_is_said_in_both() -> None:
    assert "不得写密钥本身" in meaning(SECRET_SCHEMA).zh
