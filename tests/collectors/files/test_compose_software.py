"""Docker Compose: the values in effect of each service, after everything that changes them."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

from hiscomply.configurations import Configuration, ReadFile, Value
from hiscomply.model import Text
from hiscomply_files.formats.dotenv import DotEnv
from hiscomply_files.formats.yaml import DockerCompose
from hiscomply_files.software.compose import Compose

LOST = Text("读不了", "cannot be read")


def read(files: Mapping[str, str], lost: str = "") -> dict[str, Configuration]:
    held = {}
    for path, text in files.items():
        one = DotEnv() if path.endswith(".env") else DockerCompose()
        held[path] = ReadFile(path, one.name, list(one.parse(dedent(text))))
    found = Compose().configurations(held, {lost: LOST} if lost else {})
    return {one.id: one for one in found}


def values(configuration: Configuration, key: str) -> list[tuple[str | None, str, int | None, str]]:
    return [(one.value, one.file, one.line, one.origin) for one in configuration.values if one.key == key]


def only(files: Mapping[str, str], key: str) -> list[str | None]:
    (one,) = read(files).values()
    return [value.value for value in one.values if value.key == key]


def test_dockers_defaults_hold_where_nothing_is_written() -> None:
    (one,) = read({"compose.yaml": "services:\n  web:\n    image: his\n"}).values()
    assert (one.id, one.software, one.line) == ("compose.yaml#services.web", "compose_service", 3)
    assert values(one, "privileged") == [("false", "compose.yaml", 3, "default")]
    assert values(one, "image.version") == [("latest", "compose.yaml", 3, "written")]
    assert values(one, "user") == []
    assert values(one, "healthcheck") == []
    assert not one.missing


def test_a_merge_key_brings_values_and_the_services_own_go_first() -> None:
    found = read(
        {
            "compose.yaml": """\
            x-base: &base
              privileged: true
              read_only: yes
            services:
              web:
                <<: *base
                read_only: false
            """
        }
    )
    one = found["compose.yaml#services.web"]
    assert values(one, "privileged") == [("true", "compose.yaml", 2, "written")]
    assert values(one, "read_only") == [("false", "compose.yaml", 7, "written")]


def test_extends_takes_from_the_same_file_and_from_another() -> None:
    files = {
        "app/compose.yaml": """\
        services:
          base: {image: "a:1", cap_add: [NET_ADMIN], environment: {A: "1", B: "1"}}
          web:
            extends: base
            cap_add: [SYS_TIME]
            environment: ["B=2"]
          db:
            extends: {file: ../common.yml, service: db}
        """,
        "common.yml": "services:\n  db: {image: 'pg:16', privileged: true}\n",
    }
    found = read(files)
    assert list(found) == [f"app/compose.yaml#services.{name}" for name in ("base", "web", "db")]
    web = found["app/compose.yaml#services.web"]
    assert [one[0] for one in values(web, "cap_add")] == ["NET_ADMIN", "SYS_TIME"]
    assert values(web, "environment.A") == [("1", "app/compose.yaml", 2, "inherited")]
    assert values(web, "environment.B") == [("2", "app/compose.yaml", 6, "written")]
    db = found["app/compose.yaml#services.db"]
    assert values(db, "privileged") == [("true", "common.yml", 2, "inherited")]


def test_what_is_extended_and_not_there_makes_the_service_incomplete() -> None:
    found = read({"compose.yaml": "services:\n  web:\n    extends: {file: gone.yml, service: web}\n"})
    (one,) = found.values()
    assert [text.en for text in one.missing] == ["what it extends, gone.yml#services.web, was not read"]


def test_services_that_extend_each_other_do_not_hang() -> None:
    found = read({"compose.yaml": "services:\n  a: {extends: b}\n  b: {extends: a}\n"})
    assert all(one.missing for one in found.values())


def test_the_override_file_is_read_with_the_main_one() -> None:
    files = {
        "docker-compose.yml": "services:\n  web: {image: 'a:1', cap_add: [SYS_TIME]}\n  db: {image: 'b:1'}\n",
        "docker-compose.override.yml": "services:\n  web:\n    privileged: true\n    cap_add: [NET_ADMIN]\n",
    }
    found = read(files)
    assert list(found) == ["docker-compose.yml#services.web", "docker-compose.yml#services.db"]
    web = found["docker-compose.yml#services.web"]
    assert values(web, "privileged") == [("true", "docker-compose.override.yml", 3, "written")]
    assert [one[0] for one in values(web, "cap_add")] == ["SYS_TIME", "NET_ADMIN"]


def test_an_override_file_that_cannot_be_read_leaves_the_project_incomplete() -> None:
    found = read({"compose.yaml": "services:\n  web: {image: 'a:1'}\n"}, lost="compose.override.yaml")
    assert found["compose.yaml#services.web"].missing == (LOST,)
    assert found["compose.override.yaml"].missing == (LOST,)


def test_another_variant_is_laid_over_the_main_file_and_judged_beside_it() -> None:
    files = {
        "compose.yaml": "services:\n  web: {image: 'a:1', read_only: true}\n",
        "compose.prod.yaml": "services:\n  web: {restart: always}\n  extra: {image: 'c:1'}\n",
    }
    found = read(files)
    prod = found["compose.prod.yaml#services.web"]
    assert values(prod, "read_only") == [("true", "compose.yaml", 2, "inherited")]
    assert [one[0] for one in values(prod, "restart")] == ["always"]
    assert [one[0] for one in values(found["compose.yaml#services.web"], "restart")] == ["no"]
    assert "compose.prod.yaml#services.extra" in found


def test_reset_and_override_take_away_what_was_there() -> None:
    files = {
        "compose.yaml": "services:\n  web: {image: 'a:1', privileged: true, cap_add: [SYS_TIME], ports: ['1:1']}\n",
        "compose.override.yaml": (
            "services:\n  web:\n    privileged: !reset null\n    cap_add: !reset []\n"
            "    ports: !override\n      - '2:2'\n"
        ),
    }
    web = read(files)["compose.yaml#services.web"]
    assert values(web, "privileged") == [("false", "compose.yaml", 2, "default")]
    assert values(web, "cap_add") == []
    assert [one[0] for one in values(web, "ports")] == ["0.0.0.0:2:2/tcp"]


def test_an_include_that_is_not_there_is_a_configuration_of_its_own() -> None:
    text = "include:\n  - ../gone.yml\n  - path: there.yml\nservices:\n  web: {image: 'a:1'}\n"
    found = read({"compose.yaml": text, "there.yml": "services:\n  x: {image: 'x:1'}\n"})
    assert list(found) == ["compose.yaml#services.web", "compose.yaml#include[0]", "there.yml#services.x"]
    assert found["compose.yaml#include[0]"].missing
    assert found["compose.yaml#include[0]"].line == 2


def test_variables_come_from_the_env_file_beside_it_and_a_default_may_be_overridden() -> None:
    files = {
        "compose.yaml": """\
        services:
          a: {image: "his:${TAG}", user: "${UID:-1000}"}
          b: {image: "his:${OTHER:-1.2}", user: "$UNKNOWN"}
          c: {image: "${REGISTRY}/his:1.2", user: "$$x"}
        """,
        ".env": "TAG=1.4\nUID=0\n",
    }
    found = read(files)
    shown = {
        name[-1]: [values(one, key)[0][0] for key in ("image.version", "user")] for name, one in found.items()
    }
    assert shown == {"a": ["1.4", "0"], "b": [None, None], "c": ["1.2", "$x"]}


def test_env_file_gives_variables_and_environment_goes_before_it() -> None:
    files = {
        "deploy/compose.yaml": """\
        services:
          web:
            image: a:1
            env_file: [his.env, ../gone.env]
            environment: {B: own}
        """,
        "deploy/his.env": "A=1\nB=2\n",
    }
    web = read(files)["deploy/compose.yaml#services.web"]
    assert values(web, "environment.A") == [("1", "deploy/his.env", 1, "inherited")]
    assert values(web, "environment.B") == [("own", "deploy/compose.yaml", 5, "written")]
    assert [one[0] for one in values(web, "env_file")] == ["deploy/his.env", None]


def test_ports_in_all_spellings() -> None:
    text = """\
    services:
      db:
        image: a:1
        ports:
          - "5432"
          - "15432:5432"
          - "127.0.0.1:5432:5432/tcp"
          - "[::1]:80:80"
          - "127.0.0.1:${P}:${Q}"
          - "${P}:5432"
          - "5432:${Q}"
          - "${IP}:1:1"
          - {target: 5432, host_ip: 127.0.0.1, published: "1"}
          - {target: 5432}
    """
    assert only({"compose.yaml": text}, "ports") == [
        "0.0.0.0::5432/tcp",
        "0.0.0.0:15432:5432/tcp",
        "127.0.0.1:5432:5432/tcp",
        "::1:80:80/tcp",
        "127.0.0.1:?:?/tcp",
        None,
        None,
        None,
        "127.0.0.1:1:5432/tcp",
        "0.0.0.0::5432/tcp",
    ]


def test_mounts_by_target_and_named_volumes_that_are_folders_of_the_host() -> None:
    text = """\
    services:
      web:
        image: a:1
        volumes:
          - /var/run/docker.sock:/var/run/docker.sock:ro
          - data:/data
          - /anonymous
          - {type: bind, source: /etc, target: /host}
          - {type: tmpfs, target: /tmp}
          - ${HOME}:/home
    volumes:
      data: {driver_opts: {type: none, o: bind, device: /}}
    """
    assert only({"compose.yaml": text}, "volumes.source") == ["/var/run/docker.sock", "/", "/etc", None]


def test_security_options_limits_health_and_restart() -> None:
    text = """\
    services:
      web:
        image: a:1
        cap_drop: [all]
        security_opt: ["no-new-privileges", "seccomp=unconfined", "label:disable"]
        deploy: {resources: {limits: {memory: 512M}}}
        restart: no
        healthcheck: {test: [CMD, curl, localhost], disable: false}
        logging: {driver: none}
    """
    keys = (
        "cap_drop_all",
        "no_new_privileges",
        "seccomp",
        "memory_limit",
        "restart",
        "healthcheck",
        "logging.driver",
    )
    found = {key: only({"compose.yaml": text}, key) for key in keys}
    assert found == {
        "cap_drop_all": ["true"],
        "no_new_privileges": ["true"],
        "seccomp": ["unconfined"],
        "memory_limit": ["536870912"],
        "restart": ["no"],
        "healthcheck": ["CMD curl localhost"],
        "logging.driver": ["none"],
    }


def test_a_health_check_can_be_switched_off_in_two_ways() -> None:
    for way in ("{disable: true}", "{test: [NONE]}"):
        assert only(
            {"compose.yaml": f"services:\n  a:\n    image: a:1\n    healthcheck: {way}\n"}, "healthcheck"
        ) == ["none"]


def test_an_image_that_is_built_here_is_not_pulled() -> None:
    assert only({"compose.yaml": "services:\n  a:\n    build: .\n"}, "image.version") == ["built"]


def test_a_service_name_with_a_dot_is_one_name() -> None:
    text = "services:\n  his.web:\n    image: a:1\n  x:\n    labels: {a.b: c}\n    image: b:1\n"
    assert list(read({"compose.yaml": text})) == [
        "compose.yaml#services.his.web",
        "compose.yaml#services.x",
    ]


def test_a_file_that_cannot_be_read_is_an_incomplete_configuration() -> None:
    (one,) = Compose().configurations({}, {"compose.yaml": LOST})
    assert one == Configuration("compose_service", "compose.yaml", (), missing=(LOST,))
    assert all(isinstance(value, Value) for value in one.values)
