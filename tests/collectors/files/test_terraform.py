"""Terraform's containers and objects, as Docker and Kubernetes run them."""

from __future__ import annotations

import sys

import pytest

from hiscomply.configurations import Configuration, ReadFile
from hiscomply.hookspecs import FormatError
from hiscomply.model import Text
from hiscomply_files.formats.hcl import Hcl
from hiscomply_files.software.kubernetes import SOFTWARE
from hiscomply_files.software.terraform import Terraform

CONTAINER = """\
resource "docker_container" "his" {
  image     = docker_image.his.image_id
  memory    = 512
  restart   = "unless-stopped"
  read_only = true
  user      = var.user
  log_driver    = "none"
  security_opts = ["no-new-privileges:true"]
  capabilities {
    drop = ["ALL"]
  }
  volumes {
    host_path      = "/etc"
    container_path = "/host"
  }
  ports {
    internal = 80
    external = 8080
  }
}
"""
IMAGE = 'resource "docker_image" "his" {\n  name = "his:1.2"\n}\n'


def read(files: dict[str, str], unread: dict[str, Text] | None = None) -> dict[str, Configuration]:
    parsed = {path: ReadFile(path, "hcl", list(Hcl().parse(text))) for path, text in files.items()}
    return {f"{one.software}:{one.id}": one for one in Terraform().configurations(parsed, unread or {})}


def test_a_container_has_the_keys_of_a_compose_service_with_their_places() -> None:
    found = read({"a/main.tf": CONTAINER, "a/images.tf": IMAGE})
    one = found["compose_service:a/main.tf#docker_container.his"]
    said = {value.key: (value.value, value.file, value.line) for value in one.values}
    assert one.missing == ()
    assert said == {
        "image": ("his:1.2", "a/images.tf", 2),
        "image.version": ("1.2", "a/images.tf", 2),
        "memory_limit": (str(512 << 20), "a/main.tf", 3),
        "restart": ("unless-stopped", "a/main.tf", 4),
        "read_only": ("true", "a/main.tf", 5),
        "user": (None, "a/main.tf", 6),
        "logging.driver": ("none", "a/main.tf", 7),
        "no_new_privileges": ("true", "a/main.tf", 8),
        "cap_drop": ("ALL", "a/main.tf", 10),
        "cap_drop_all": ("true", "a/main.tf", 10),
        "volumes.source": ("/etc", "a/main.tf", 13),
        "ports": ("0.0.0.0:8080:80/tcp", "a/main.tf", 17),
        "privileged": ("false", "a/main.tf", 2),
        "seccomp": ("default", "a/main.tf", 2),
        "apparmor": ("default", "a/main.tf", 2),
    }


def test_an_image_of_another_module_is_not_known() -> None:
    found = read({"a/main.tf": CONTAINER, "b/images.tf": IMAGE})
    one = found["compose_service:a/main.tf#docker_container.his"]
    assert [value.value for value in one.values if value.key == "image.version"] == [None]


def test_an_expression_for_a_list_hides_all_that_the_list_decides() -> None:
    text = 'resource "docker_container" "a" {\n  image = "a:1"\n  security_opts = var.options\n  privileged = null\n}\n'
    one = read({"main.tf": text})["compose_service:main.tf#docker_container.a"]
    said = {value.key: value.value for value in one.values}
    assert (said["no_new_privileges"], said["seccomp"], said["privileged"]) == (None, None, "false")


def test_a_cron_job_and_its_containers() -> None:
    text = """\
resource "kubernetes_cron_job_v1" "nightly" {
  spec {
    job_template {
      spec {
        template {
          spec {
            host_pid = true
            init_container {
              name  = "prepare"
              image = "a:1"
            }
            container {
              image = "b:2"
              env {
                name  = "LANG"
                value = "zh"
              }
            }
            volume {
              host_path {
                path = "/etc"
              }
            }
          }
        }
      }
    }
  }
}
"""
    found = read({"main.tf": text})
    name = "main.tf#CronJob/kubernetes_cron_job_v1.nightly"
    assert list(found) == [
        f"kubernetes_pod:{name}",
        f"kubernetes_container:{name}/0",
        f"kubernetes_container:{name}/init/prepare",
    ]
    pod = {value.key: (value.value, value.line) for value in found[f"kubernetes_pod:{name}"].values}
    assert (pod["hostPID"], pod["hostPath"]) == (("true", 7), ("/etc", 21))
    first = {value.key: value.value for value in found[f"kubernetes_container:{name}/0"].values}
    assert (first["env.LANG"], first["livenessProbe"]) == ("zh", "not needed")


def test_what_may_hold_anything_is_an_incomplete_one_of_each() -> None:
    reason = Text("坏", "bad")
    found = list(Terraform().configurations({}, {"main.tf": reason}))
    assert [(one.software, one.missing) for one in found] == [
        (name, (reason,)) for name in ("compose_service", *SOFTWARE)
    ]


def test_without_its_library_a_file_is_not_read_and_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "tree_sitter", None)
    with pytest.raises(FormatError, match=r"hiscomply\[terraform\]"):
        list(Hcl().parse(CONTAINER))


def user_of(files: dict[str, str]) -> list[tuple[str | None, str, int | None]]:
    found = read({"a/main.tf": 'resource "docker_container" "his" {\n  user = var.user\n}\n', **files})
    one = found["compose_service:a/main.tf#docker_container.his"]
    return [(value.value, value.file, value.line) for value in one.values if value.key == "user"]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, (None, "a/main.tf", 2)),
        ({"a/v.tf": 'variable "user" {\n  default = "app"\n}\n'}, ("app", "a/v.tf", 2)),
        ({"a/v.tf": 'variable "user" {\n  default = "${var.other}"\n}\n'}, (None, "a/main.tf", 2)),
        (
            {"a/v.tf": 'variable "user" {\n  default = local.b\n}\nlocals {\n  b = "app"\n}\n'},
            ("app", "a/v.tf", 5),
        ),
        ({"a/v.tf": 'variable "user" {\n  default = local.b\n}\nlocals {\n  b = var.user\n}\n'}, None),
        (
            {"a/v.tf": 'variable "user" {}\n', "a/terraform.tfvars": '# x\nuser = "app"\n'},
            ("app", "a/terraform.tfvars", 2),
        ),
        (
            {
                "a/v.tf": 'variable "user" {}\n',
                "a/b.auto.tfvars": 'user = "b"\n',
                "a/a.auto.tfvars": 'user = "a"\n',
            },
            ("b", "a/b.auto.tfvars", 1),
        ),
        ({"a/v.tf": 'variable "user" {}\n', "b/terraform.tfvars": 'user = "app"\n'}, None),
    ],
)
def test_a_variable_has_the_value_that_wins_and_its_place(
    files: dict[str, str], expected: tuple[str | None, str, int] | None
) -> None:
    assert user_of(files) == [expected or (None, "a/main.tf", 2)]


def test_a_part_of_a_text_is_filled_in_where_it_is_known() -> None:
    variable = 'variable "user" {\n  default = { name = "app", group = 5 }\n}\n'
    container = 'resource "docker_container" "his" {\n  user = "${var.user.name}:${var.user.group}"\n}\n'
    assert user_of({"a/main.tf": container, "a/v.tf": variable}) == [("app:5", "a/main.tf", 2)]


def test_locals_that_multiply_without_end_are_not_followed() -> None:
    laughs = "\n".join(f'  l{n} = "${{local.l{n + 1}}}${{local.l{n + 1}}}"' for n in range(40))
    text = f'locals {{\n{laughs}\n  l40 = "ha"\n  user = local.l0\n}}\n'
    container = 'resource "docker_container" "his" {\n  user = local.l0\n}\n'
    assert user_of({"a/main.tf": container, "a/l.tf": text}) == [(None, "a/main.tf", 2)]
    many = ", ".join(f'"{n}"' for n in range(4000))
    lists = "\n".join("  volumes {\n    host_path = local.many\n  }" for _ in range(400))
    found = read(
        {
            "a/main.tf": f'resource "docker_container" "his" {{\n{lists}\n}}\nlocals {{\n  many = [{many}]\n}}\n'
        }
    )
    assert len(found) == 1


def test_a_long_chain_of_locals_ends() -> None:
    chain = "\n".join(f"  l{n} = local.l{n + 1}" for n in range(3000))
    container = 'resource "docker_container" "his" {\n  user = local.l0\n}\n'
    assert user_of({"a/main.tf": container, "a/l.tf": f'locals {{\n{chain}\n  l3000 = "app"\n}}\n'})


def test_an_override_file_that_cannot_be_read_may_change_every_resource_beside_it() -> None:
    unread = {"a/his_override.tf": Text("不可读", "unreadable")}
    found = read({"a/main.tf": CONTAINER, "b/main.tf": CONTAINER}, unread)
    beside = found["compose_service:a/main.tf#docker_container.his"]
    assert beside.missing
    assert not any(value.is_certain for value in beside.values)
    elsewhere = found["compose_service:b/main.tf#docker_container.his"]
    assert any(value.is_certain for value in elsewhere.values)
