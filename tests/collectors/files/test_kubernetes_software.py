"""Kubernetes: what holds for each pod and container, and for roles, bindings and ingresses."""

from __future__ import annotations

from textwrap import dedent

from hiscomply.configurations import Configuration, ReadFile
from hiscomply.model import Text
from hiscomply_files.formats.kubernetes import Kubernetes as Format
from hiscomply_files.software.kubernetes import SOFTWARE, Kubernetes


def read(*texts: str) -> dict[str, Configuration]:
    files = {}
    for number, text in enumerate(texts):
        path = f"{number}.yaml" if not text.startswith("{") else f"{number}.json"
        files[path] = ReadFile(path, "kubernetes", list(Format().parse(dedent(text))))
    return {f"{one.software}:{one.id}": one for one in Kubernetes().configurations(files, {})}


def values(configuration: Configuration, key: str) -> list[tuple[str | None, int | None, str]]:
    return [(one.value, one.line, one.origin) for one in configuration.values if one.key == key]


DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: his}
spec:
  template:
    spec:
      securityContext:
        runAsNonRoot: true
        seccompProfile: {type: RuntimeDefault}
      containers:
        - name: web
          image: his:1.2
        - name: log
          image: log
          securityContext:
            runAsNonRoot: false
            runAsUser: 0
            capabilities: {add: [NET_ADMIN], drop: [all]}
      initContainers:
        - name: prepare
          image: a:1
"""


def test_a_container_inherits_what_the_pod_says_and_may_say_otherwise() -> None:
    found = read(DEPLOYMENT)
    assert list(found) == [
        "kubernetes_pod:0.yaml#Deployment/his",
        "kubernetes_container:0.yaml#Deployment/his/web",
        "kubernetes_container:0.yaml#Deployment/his/log",
        "kubernetes_container:0.yaml#Deployment/his/init/prepare",
    ]
    web = found["kubernetes_container:0.yaml#Deployment/his/web"]
    log = found["kubernetes_container:0.yaml#Deployment/his/log"]
    assert values(web, "root_allowed") == [("false", 8, "inherited")]
    assert values(log, "root_allowed") == [("true", 17, "written")]
    assert values(log, "seccompProfile.type") == [("RuntimeDefault", 9, "inherited")]
    assert values(log, "capabilities.add") == [("NET_ADMIN", 18, "written")]
    assert values(log, "capabilities.drop_all") == [("true", 18, "written")]
    assert values(log, "image.version") == [("latest", 14, "written")]


def test_kubernetes_defaults_hold_where_nothing_is_written() -> None:
    found = read(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: c, image: 'a:1'}]\n"
    )
    pod, container = found.values()
    shown = {one.key: one.value for one in (*pod.values, *container.values) if one.origin == "default"}
    assert shown == {
        "hostNetwork": "false",
        "hostPID": "false",
        "hostIPC": "false",
        "hostPath": "none",
        "automountServiceAccountToken": "true",
        "privileged": "false",
        "allowPrivilegeEscalation": "true",
        "readOnlyRootFilesystem": "false",
        "root_allowed": "true",
        "capabilities.drop_all": "false",
        "seccompProfile.type": "Unconfined",
        "procMount": "Default",
        "resources.limits.memory": "none",
        "livenessProbe": "none",
        "readinessProbe": "none",
    }


def test_the_token_may_be_switched_off_by_the_account() -> None:
    account = (
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: his}\nautomountServiceAccountToken: false\n"
    )
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  serviceAccountName: %s\n  containers: [{name: c, image: a}]\n"
    switched_off = read(account, pod % "his")["kubernetes_pod:1.yaml#Pod/a"]
    not_there = read(account, pod % "other")["kubernetes_pod:1.yaml#Pod/a"]
    assert values(switched_off, "automountServiceAccountToken") == [("false", 4, "inherited")]
    assert values(not_there, "automountServiceAccountToken") == [(None, 1, "default")]


def test_every_kind_with_a_pod_in_it_is_known_also_in_a_list_and_in_json() -> None:
    cron = """\
    apiVersion: batch/v1
    kind: CronJob
    metadata: {name: nightly}
    spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: c, image: a}]}}}}}
    ---
    apiVersion: v1
    kind: List
    items:
      - {apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: a}]}}
    """
    text = '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "j"}, "spec": {"containers": [{"name": "c", "image": "a"}]}}'
    found = read(cron, text)
    assert [one for one in found if one.startswith("kubernetes_container")] == [
        "kubernetes_container:0.yaml#CronJob/nightly/c",
        "kubernetes_container:0.yaml#Pod/p/c",
        "kubernetes_container:1.json#Pod/j/c",
    ]
    nightly = found["kubernetes_container:0.yaml#CronJob/nightly/c"]
    assert values(nightly, "livenessProbe") == [("not needed", 4, "default")]


def test_two_objects_of_one_name_are_told_apart() -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c, image: a}]}\n"
    assert "kubernetes_pod:0.yaml#Pod/a (2)" in read(f"{pod}---\n{pod}")


def test_what_a_template_fills_in_is_not_known() -> None:
    head = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
    text = f"{head}spec:\n  hostNetwork: ${{HOST}}\n  containers: [{{name: c, image: 'a:${{TAG}}'}}]\n"
    pod, container = read(text).values()
    assert values(pod, "hostNetwork") == [(None, 5, "written")]
    assert values(container, "image.version") == [(None, 6, "written")]


def test_a_patch_is_incomplete_and_shows_only_what_it_says() -> None:
    patch = DEPLOYMENT.replace(
        "          image: his:1.2\n", "          securityContext: {privileged: true}\n"
    )
    web = read(patch)["kubernetes_container:0.yaml#Deployment/his/web"]
    assert web.missing
    assert values(web, "privileged") == [("true", 12, "written")]
    assert values(web, "readOnlyRootFilesystem") == []
    listed = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\npatches: [{path: 0.yaml}]\n"
    assert read(DEPLOYMENT, listed)["kubernetes_pod:0.yaml#Deployment/his"].missing


def test_roles_bindings_and_ingresses() -> None:
    text = """\
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRole
    metadata: {name: all}
    rules:
      - {apiGroups: ["*"], resources: ["*"], verbs: ["*"]}
      - {apiGroups: [""], resources: [pods, pods/log], verbs: [get]}
    ---
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRoleBinding
    metadata: {name: b}
    roleRef: {apiGroup: x, kind: ClusterRole, name: cluster-admin}
    subjects: [{kind: User, name: zhang}]
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: i}
    spec:
      tls: [{hosts: ["*.his.local"], secretName: t}]
      rules:
        - host: a.his.local
        - host: a.b.his.local
        - host: pacs.local
    """
    role, binding, ingress = read(text).values()
    assert [one.value for one in role.values] == ["*/*: *", "/pods,pods/log: get"]
    assert values(binding, "roleRef") == [("ClusterRole/cluster-admin", 11, "written")]
    assert values(ingress, "tls") == [
        ("true", 20, "written"),
        ("false", 21, "written"),
        ("false", 22, "written"),
    ]


def test_a_file_that_cannot_be_read_may_hold_any_object() -> None:
    reason = Text("模板", "a template")
    found = list(Kubernetes().configurations({}, {"templates/his.yaml": reason}))
    assert [one.software for one in found] == list(SOFTWARE)
    assert all(one.missing == (reason,) for one in found)
