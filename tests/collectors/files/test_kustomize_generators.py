"""Generated ConfigMaps and Secrets hold what kustomize itself puts into them, and containers take their variables from there."""

from __future__ import annotations

import base64
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest
import yaml

from hiscomply.configurations import ReadFile
from hiscomply_files.formats import builtin_formats
from hiscomply_files.late import LateSoftware
from hiscomply_files.software import builtin_software
from hiscomply_files.software.kubernetes import Kubernetes
from hiscomply_files.software.kubernetes_environment import OPEN, held_texts
from hiscomply_files.software.kustomize import Kustomizations

KUBECTL = shutil.which("kubectl")
VALUES = ("pass", "'pass'", '"a b"', "x=y", "1", "")
KEYS = ("OE_PASS", "A", "B")


def read(files: Mapping[str, str]) -> dict[str, ReadFile]:
    found = {}
    for path, text in files.items():
        one = next(each for each in builtin_formats() if each.recognises(path, text.encode()))
        found[path] = ReadFile(path, one.name, list(one.parse(text)))
    return found


def ours(files: Mapping[str, str]) -> list[tuple[str, dict[str, str | None]]] | None:
    """Kind and data of each object; None where something is not known."""
    (built,) = [one for folder, one in Kustomizations(read(files), {}).rendered() if folder == "over"]
    if any(not one.is_certain or one.part.at(OPEN) for one in built.objects):
        return None
    return sorted(((one.kind, held_texts(one)) for one in built.objects), key=repr)


def theirs(folder: Path, files: Mapping[str, str]) -> list[tuple[str, dict[str, str]]] | None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    assert KUBECTL is not None
    ran = subprocess.run([KUBECTL, "kustomize", str(folder / "over")], capture_output=True, check=False)
    if ran.returncode:
        return None
    found = []
    for one in yaml.safe_load_all(ran.stdout):
        data = dict(one.get("data") or {})
        if one["kind"] == "Secret":
            data = {key: base64.b64decode(text).decode() for key, text in data.items()}
        found.append((one["kind"], data))
    return sorted(found, key=repr)


def generator(random: Random, behaviors: tuple[str | None, ...]) -> str:
    kind = random.choice(("configMapGenerator", "secretGenerator"))
    keys = random.sample(KEYS, random.randint(1, 2))
    entry: dict[str, object] = {"name": random.choice(("emr", "his"))}
    if behavior := random.choice(behaviors):
        entry["behavior"] = behavior
    if random.random() < 0.6:
        entry["literals"] = [f"{key}={random.choice(VALUES)}" for key in keys]
    else:
        entry["envs"] = ["some.env"]
    return yaml.safe_dump({kind: [entry]})


@pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed")
def test_what_generators_hold_is_what_kustomize_puts_there(tmp_path: Path) -> None:
    random = Random(5)
    known = 0
    for number in range(40):
        env = "".join(f"{key}={random.choice(('pass', '1', 'x=y'))}\n" for key in random.sample(KEYS, 2))
        options = random.choice(("", "namePrefix: prod-\n", "namespace: his\n", "nameSuffix: -x\n"))
        files = {
            "base/kustomization.yaml": generator(random, (None, "create")) + options,
            "base/some.env": env,
            "over/kustomization.yaml": "resources: [../base]\n"
            + generator(random, (None, "merge", "merge", "replace")),
            "over/some.env": f"# a note\n{env}",
        }
        said = ours(files)
        assert said == theirs(tmp_path / str(number), files), files
        known += said is not None
    assert known > 10


def variables(files: Mapping[str, str]) -> list[tuple[str | None, str, int | None]]:
    return [
        (value.value, value.file, value.line)
        for one in Kubernetes().configurations(read(files), {})
        for value in one.values
        if value.key == "published_password"
    ]


POD = """\
apiVersion: v1
kind: Pod
metadata: {name: emr}
spec:
  containers:
    - name: web
      image: openemr/openemr:7.0.2
      envFrom: [{prefix: OE_, configMapRef: {name: emr}}]
"""
MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: emr}\ndata: {PASS: pass}\n"


def test_a_prefix_is_put_before_the_names_of_a_map() -> None:
    assert variables({"a/pod.yaml": POD, "a/map.yaml": MAP}) == [("true", "a/map.yaml", 4)]


def test_a_map_of_another_namespace_or_folder_is_not_the_one_that_is_meant() -> None:
    elsewhere = MAP.replace("{name: emr}", "{name: emr, namespace: x}")
    assert variables({"a/pod.yaml": POD, "a/map.yaml": elsewhere}) == []
    assert variables({"a/pod.yaml": POD, "b/map.yaml": MAP}) == []


def test_a_secret_that_is_no_base64_is_not_known() -> None:
    secret = MAP.replace("ConfigMap", "Secret").replace("PASS: pass", "PASS: '%%'")
    pod = POD.replace("configMapRef", "secretRef")
    assert variables({"a/pod.yaml": pod, "a/map.yaml": secret}) == [(None, "a/map.yaml", 4)]


def test_a_patch_lies_over_what_a_generator_made() -> None:
    files = {
        "pod.yaml": POD,
        "p.yaml": MAP.replace("PASS: pass", "PASS: Nn8-kfu2"),
        "kustomization.yaml": "resources: [pod.yaml]\npatches: [{path: p.yaml}]\n"
        "configMapGenerator: [{name: emr, literals: [PASS=pass]}]\n",
    }
    assert variables(files) == [("false", "p.yaml", 4)]


def test_files_with_variables_load_nothing_of_kubernetes_by_themselves() -> None:
    (one,) = [
        each for each in builtin_software() if isinstance(each, LateSoftware) and each.name == "kubernetes"
    ]
    files = read({"x/.env": "A=1\n", "x/a.properties": "a=1\n"})
    assert all(one.wants(path, file.format) for path, file in files.items())
    assert list(one.neighbours(files["x/.env"]) or ()) == ["x/"]
    assert list(one.configurations(files, {})) == []
