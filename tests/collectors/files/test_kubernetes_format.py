"""Which YAML and JSON is a Kubernetes manifest or a Compose file, and what a template is."""

from __future__ import annotations

import pytest

from hiscomply.hookspecs import FormatError
from hiscomply_files import hiscomply_formats
from hiscomply_files.formats.kubernetes import Kubernetes
from hiscomply_files.secrets import guard

MANIFEST = "# HIS\napiVersion: v1\nkind: Pod\nmetadata:\n  name: his\n"


@pytest.mark.parametrize(
    ("path", "head", "expected"),
    [
        ("deploy/his.yaml", MANIFEST, "kubernetes"),
        ("deploy/his.yaml", "---\nkind: Pod\napiVersion: v1\n", "kubernetes"),
        ("deploy/his.json", '{"apiVersion": "v1", "kind": "List", "items": []}', "kubernetes"),
        ("deploy/his.yaml", "apVersion: v1\nkind: Pod\nmetadata: {name: his}\n", "kubernetes"),
        ("deploy/his.yaml", "apVersion: v1\nkind: Pod\n", "yaml"),
        ("chart/Chart.yaml", "apiVersion: v2\nname: his\n", "yaml"),
        (
            "play.yaml",
            "- hosts: all\n  tasks:\n    - k8s:\n        apiVersion: v1\n        kind: Pod\n",
            "ansible_playbook",
        ),
        ("package.json", '{"name": "his"}', "json"),
        ("common.yml", "services:\n  web:\n    image: his:1\n", "docker-compose"),
        (
            "common.yml",
            "x: 1\nservices: # all\n\n  web: &w\n    # c\n    restart: always\n",
            "docker-compose",
        ),
        ("services.yaml", "services:\n  App\\:\n    resource: ../src\n", "yaml"),
        (".gitlab-ci.yml", "services:\n  - postgres:16\n", "yaml"),
    ],
)
def test_manifests_and_compose_files_are_told_from_other_yaml(path: str, head: str, expected: str) -> None:
    names = [one.name for one in hiscomply_formats() if one.recognises(path, head.encode())]
    assert names[0] == expected


def test_documents_are_told_apart_and_json_is_read_with_positions() -> None:
    text = f"{MANIFEST}---\napiVersion: v1\nkind: Service\n"
    found = [(s.key, s.value, s.line, s.section) for s in Kubernetes().parse(text)]
    assert found[-1] == ("kind", "Service", 8, "document 2")
    one = list(Kubernetes().parse('{"apiVersion": "v1",\n "kind": "Pod"}'))
    assert [(s.key, s.line, s.column) for s in one] == [("apiVersion", 1, 16), ("kind", 2, 10)]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        (f'{MANIFEST}  labels: {{{{- include "his.labels" . | nindent 4 }}}}\n', 6, 11),
        (f'{MANIFEST}  image: "{{{{ .Values.image }}}}"\n', 6, 11),
        (f"{MANIFEST}{{{{ if true }}}}\n", 6, 1),
        ("apiVersion: v1\nkind: {{ kind }}\n", 2, 7),
    ],
    ids=["include", "quoted", "block", "jinja"],
)
def test_a_template_is_refused_and_says_what_to_do(text: str, line: int, column: int) -> None:
    with pytest.raises(FormatError, match="render it") as caught:
        list(Kubernetes().parse(text))
    assert (caught.value.line, caught.value.column) == (line, column)


def test_text_with_braces_inside_a_value_is_no_template() -> None:
    text = (
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  rule: |\n    summary: '{{ $labels.instance }} is down'\n"
    )
    assert [s.key for s in Kubernetes().parse(text)][-1] == "data.rule"


def test_what_a_secret_holds_is_named_so_that_it_is_guarded_and_its_certificate_is_not() -> None:
    text = "apiVersion: v1\nkind: Secret\ndata:\n  user: YQ==\n  tls.crt: YQ==\n---\nkind: ConfigMap\ndata: {a: b}\n"
    keys = [s.key for s in Kubernetes().parse(text)]
    assert keys == ["apiVersion", "kind", "secretData.user", "data.tls.crt", "kind", "data.a"]
    listed = "apiVersion: v1\nkind: List\nitems:\n  - {kind: Secret, data: {a: YQ==}}\n  - {kind: ConfigMap, data: {a: b}}\n"
    keys = [s.key for s in Kubernetes().parse(listed)]
    assert keys[2:] == ["items[0].kind", "items[0].secretData.a", "items[1].kind", "items[1].data.a"]


def test_a_secret_in_base64_leaves_as_a_digest_and_an_encrypted_one_is_a_reference() -> None:
    kept = guard("user", "secretData", "YQ==", lambda text: f"digest {text}")
    assert (kept.value, kept.is_secret, kept.is_placeholder) == ("digest YQ==", True, False)
    sealed = guard("user", "secretData", "ENC[AES256_GCM,data:x,type:str]", lambda _: "digest")
    assert (sealed.is_secret, sealed.is_placeholder) == (True, True)
