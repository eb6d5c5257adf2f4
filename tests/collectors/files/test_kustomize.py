"""Kustomize: what overlays make of their base, with the file and line that won."""

from __future__ import annotations

from textwrap import dedent

import pytest

from hiscomply.configurations import Configuration, ReadFile
from hiscomply.model import Text
from hiscomply_files.formats.json_patch import JsonPatch
from hiscomply_files.formats.yaml import Yaml
from hiscomply_files.software.json_patch import patched
from hiscomply_files.software.kubernetes import SOFTWARE, Kubernetes
from hiscomply_files.software.kustomize_merge import NotUnderstood, laid_over
from hiscomply_files.software.parts import Part, documents

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: his}
spec:
  template:
    spec:
      containers:
        - name: web
          image: web:1
          securityContext: {privileged: true}
"""
PATCH = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: his}
spec:
  template:
    spec:
      containers:
        - name: web
          securityContext:
            privileged: false
"""


def rendered(files: dict[str, str], unread: dict[str, Text] | None = None) -> dict[str, Configuration]:
    read = {
        path: ReadFile(path, "kubernetes", list(Yaml().parse(dedent(text)))) for path, text in files.items()
    }
    return {f"{one.software}:{one.id}": one for one in Kubernetes().configurations(read, unread or {})}


def part(text: str) -> Part:
    return next(documents(ReadFile("x.yaml", "yaml", list(Yaml().parse(dedent(text))))))


def shown(one: Part | None) -> object:
    """As plain lists, mappings and texts."""
    if one is None or (one.leaf is not None and not one.below):
        return one.leaf.value if one is not None and one.leaf is not None else None
    if any(name.startswith("[") for name in one.below):
        return [shown(below) for below in one.below.values()]
    return {name: shown(below) for name, below in one.below.items()}


def over(base: str, patch: str) -> object:
    return shown(laid_over(part(base), part(patch)))


def test_a_value_of_the_overlay_wins_and_stands_where_the_overlay_has_it() -> None:
    found = rendered({
        "base/his.yaml": DEPLOYMENT,
        "base/kustomization.yaml": "resources: [his.yaml]\n",
        "prod/kustomization.yaml": "resources: [../base]\npatches: [{path: p.yaml}]\n",
        "prod/p.yaml": PATCH,
    })  # fmt: skip
    assert list(found) == [
        "kubernetes_pod:base/his.yaml#Deployment/his (../prod)",
        "kubernetes_container:base/his.yaml#Deployment/his/web (../prod)",
    ]
    web = found["kubernetes_container:base/his.yaml#Deployment/his/web (../prod)"]
    places = {one.key: (one.value, one.file, one.line) for one in web.values}
    assert web.missing == ()
    assert web.line == 8
    assert places["privileged"] == ("false", "prod/p.yaml", 10)
    assert places["image"] == ("web:1", "base/his.yaml", 9)
    assert places["livenessProbe"] == ("none", "base/his.yaml", 8)


def test_a_base_is_judged_as_each_of_its_overlays_renders_it_and_not_on_its_own() -> None:
    found = rendered({
        "base/his.yaml": DEPLOYMENT,
        "base/kustomization.yaml": "resources: [his.yaml]\n",
        "a/kustomization.yaml": "resources: [../base]\n",
        "b/kustomization.yaml": "resources: [../base]\nnamespace: b\n",
        "other/his.yaml": DEPLOYMENT,
    })  # fmt: skip
    assert [name.partition("#")[2] for name in found if name.startswith("kubernetes_pod")] == [
        "Deployment/his",
        "Deployment/his (../a)",
        "Deployment/his (../b)",
    ]


def test_what_is_not_understood_makes_every_value_uncertain_and_is_named_with_its_line() -> None:
    found = rendered({
        "his.yaml": DEPLOYMENT,
        "kustomization.yaml": "resources: [his.yaml]\nreplacements:\n  - path: x.yaml\n",
    })  # fmt: skip
    web = found["kubernetes_container:his.yaml#Deployment/his/web"]
    assert [one.en for one in web.missing] == [
        "replacements at kustomization.yaml:3 is not understood: it may change or add objects"
    ]
    assert not any(one.is_certain for one in web.values)
    assert [one for one in found if "kustomization.yaml" in one] == []


def test_what_may_add_objects_is_an_incomplete_one_of_each() -> None:
    found = rendered({
        "his.yaml": DEPLOYMENT,
        "kustomization.yaml": "resources: [his.yaml, 'https://x/y?ref=1']\nhelmCharts: [{name: a}]\n",
    })  # fmt: skip
    assert [one.software for one in found.values() if one.missing] == [*SOFTWARE, *SOFTWARE]
    web = found["kubernetes_container:his.yaml#Deployment/his/web"]
    assert (web.missing, {one.is_certain for one in web.values}) == ((), {True})


def test_a_patch_finds_its_object_by_either_name_and_no_other_object() -> None:
    twice = f"{DEPLOYMENT}---\n{DEPLOYMENT.replace('his', 'pacs')}"
    for name in ("his", "prod-his"):
        found = rendered({
            "base/his.yaml": twice,
            "base/kustomization.yaml": "resources: [his.yaml]\nnamePrefix: prod-\n",
            "kustomization.yaml": "resources: [base]\npatches: [{path: p.yaml}]\n",
            "p.yaml": PATCH.replace("his", name),
        })  # fmt: skip
        said = {
            one.name: [value.value for value in one.values if value.key == "privileged"]
            for one in found.values()
            if one.software == "kubernetes_container"
        }
        assert said == {"Deployment/his/web (..)": ["false"], "Deployment/pacs/web (..)": ["true"]}


def test_a_patch_for_two_objects_of_one_name_leaves_both_uncertain() -> None:
    found = rendered({
        "his.yaml": f"{DEPLOYMENT}---\n{DEPLOYMENT}",
        "kustomization.yaml": "resources: [his.yaml]\npatches: [{path: p.yaml}]\n",
        "p.yaml": PATCH,
    })  # fmt: skip
    assert all(one.missing for one in found.values())


def test_circles_depth_and_numbers_have_an_end() -> None:
    files = {
        f"{number}/kustomization.yaml": f"resources: [../{number + 1}, ../{number + 1}]\n"
        for number in range(80)
    }
    files["80/kustomization.yaml"] = "resources: [his.yaml]\n"
    files["80/his.yaml"] = DEPLOYMENT
    found = rendered(files)
    assert any("too deep" in one.missing[0].en for one in found.values() if one.missing)
    assert len(found) < 60_000


@pytest.mark.parametrize(
    ("base", "patch", "expected"),
    [
        ("a: {b: 1, c: 2}", "a: {c: 3}", {"a": {"b": "1", "c": "3"}}),
        ("a: {b: 1}", "a: null", {}),
        ("a: {b: 1}", "a: {}", {"a": {"b": "1"}}),
        ("a: {b: 1}", "a: {$patch: replace, c: 2}", {"a": {"c": "2"}}),
        ("a: {b: 1}\nc: 1", "a: {$patch: delete}", {"c": "1"}),
        ("drop: [a, b]", "drop: [c]", {"drop": ["c"]}),
        ("drop: [a, b]", "drop: []", {"drop": "[]"}),
        ("env: [{name: a}]", "env: [{name: b, v: 2}]", {"env": [{"name": "b", "v": "2"}, {"name": "a"}]}),
        ("env: [{name: a, value: 1}]", "env: [{name: a, value: 2}]", {"env": [{"name": "a", "value": "2"}]}),
        ("env: [{name: a}, {name: b}]", "env: [{name: a, $patch: delete}]", {"env": [{"name": "b"}]}),
        ("env: [{name: a}]", "env: [{name: b}, {$patch: replace}]", {"env": [{"name": "b"}]}),
        ("a: 1", "b: {c: null, d: 2}", {"a": "1", "b": {"d": "2"}}),
    ],
)  # fmt: skip
def test_a_strategic_merge(base: str, patch: str, expected: object) -> None:
    assert over(base, patch) == expected


@pytest.mark.parametrize(
    "patch",
    ["env: []", "env: [{value: 1}]", "$retainKeys: [a]", "a: {$patch: other}", "$deleteFromPrimitiveList/a: [b]"],
)  # fmt: skip
def test_what_a_merge_is_not_sure_of_is_refused(patch: str) -> None:
    with pytest.raises(NotUnderstood):
        over("env: [{name: a}]\na: {b: 1}", patch)


def test_lists_of_types_that_are_not_of_kubernetes_are_replaced() -> None:
    base, patch = part("env: [{name: a}]"), part("env: [{name: b}]")
    assert shown(laid_over(base, patch, by_key=False)) == {"env": [{"name": "b"}]}
    assert shown(base) == {"env": [{"name": "a"}]}


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("{op: add, path: /a/-, value: 3}", {"a": ["1", "2", "3"], "b": {"c": {"d": "x"}}}),
        ("{op: add, path: /a/0, value: 3}", {"a": ["3", "1", "2"], "b": {"c": {"d": "x"}}}),
        ("{op: replace, path: /a/1, value: 3}", {"a": ["1", "3"], "b": {"c": {"d": "x"}}}),
        ("{op: remove, path: /a/0}", {"a": ["2"], "b": {"c": {"d": "x"}}}),
        ("{op: remove, path: /b/c.d}", {"a": ["1", "2"], "b": {"c": {}}}),
        ("{op: add, path: /b/e~1f, value: y}", {"a": ["1", "2"], "b": {"c": {"d": "x"}, "e/f": "y"}}),
        ("{op: add, path: /b/e.f, value: y}", {"a": ["1", "2"], "b": {"c": {"d": "x"}, "e": {"f": "y"}}}),
    ],
)  # fmt: skip
def test_a_json_patch(operation: str, expected: object) -> None:
    base = part("a: [1, 2]\nb: {c.d: x}")
    assert shown(patched(base, part(f"[{operation}]").elements())) == expected


@pytest.mark.parametrize(
    "operation",
    [
        "{op: move, from: /a, path: /c}",
        "{op: test, path: /a, value: 1}",
        "{op: replace, path: /c, value: 1}",
        "{op: remove, path: /a/2}",
        "{op: add, path: /a/x, value: 1}",
        "{op: add, path: /c/d, value: 1}",
        "{op: add, path: /a/0}",
        "{op: add, path: '', value: 1}",
    ],
)
def test_what_a_json_patch_is_not_sure_of_is_refused(operation: str) -> None:
    with pytest.raises(NotUnderstood):
        patched(part("a: [1, 2]"), part(f"[{operation}]").elements())


@pytest.mark.parametrize(
    ("path", "head", "is_recognised"),
    [
        ("a.yaml", b"- op: add\n  path: /a\n", True),
        ("a.yaml", b"# why\n---\n- path: /a\n  op: remove\n", True),
        ("a.json", b'[{"op": "replace", "path": "/a", "value": 1}]', True),
        ("a.yaml", b"- name: add\n  path: /a\n", False),
        ("a.yaml", b"- path: /a\n  value: b\n", False),
        ("a.txt", b"- op: add\n", False),
    ],
)
def test_a_json_patch_is_known_by_its_first_operation(path: str, head: bytes, is_recognised: bool) -> None:
    assert JsonPatch().recognises(path, head) is is_recognised
