"""YAML and Docker Compose, from the event stream of libyaml: no object is ever made from a tag."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.formats.tree import Flattener
from hiscomply_files.names import posix

COMPOSE_NAME = re.compile(r"(docker-)?compose([._-][^/]*)?\.ya?ml|[^/]*[._-]compose\.ya?ml", re.I)

COMPOSE_SERVICE = re.compile(
    rb"""^(?:\xef\xbb\xbf)?(?P<quote>["']?)services(?P=quote):[ \t]*(?:\#[^\n]*)?\r?\n
    (?:[ \t]*(?:\#[^\n]*)?\r?\n)*
    (?P<indent>[ ]+)["']?[\w.-]+["']?:[ \t]*(?:&[\w-]+[ \t]*)?(?:\#[^\n]*)?\r?\n
    (?:[ \t]*(?:\#[^\n]*)?\r?\n)*
    (?P=indent)[ ]+(?:<<|image|build|extends|container_name|env_file|environment|restart|ports|volumes|command
        |cap_add|cap_drop|depends_on|deploy|devices|domainname|entrypoint|expose|extra_hosts|healthcheck|hostname
        |init|labels|links|logging|mem_limit|network_mode|networks|pid|platform|privileged|profiles|read_only
        |secrets|security_opt|stdin_open|sysctls|tmpfs|tty|ulimits|user|working_dir):""",
    re.X | re.M,
)


@contextmanager
def syntax_errors() -> Iterator[None]:
    """What PyYAML says of bad syntax, as a FormatError."""
    import yaml

    try:
        yield
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (None, None)
        problem = error.problem or error.context or "syntax error"
        raise FormatError(Text(zh=f"YAML 语法错误({problem})", en=f"bad YAML: {problem}"), *place) from None
    except (yaml.YAMLError, UnicodeError):
        raise FormatError(
            Text(zh="含有 YAML 不允许的字符", en="a character that YAML does not allow")
        ) from None


class Yaml:
    """Any YAML file; its second and further documents have the section ``document 2`` and so on."""

    name: ClassVar[str] = "yaml"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for ``.yaml`` and ``.yml``, and for kustomize's file without an ending."""
        return path.lower().endswith((".yaml", ".yml")) or posix(path).name == "Kustomization"

    def parse(self, text: str) -> Iterator[Setting]:
        """Every leaf of every document; of duplicate keys the last is effective, merge keys are resolved.

        A value that came through an alias has the position of its anchor, where it can be changed.

        Raises:
            FormatError: for bad syntax, undefined or recursive aliases, and documents that explode.
        """
        from hiscomply_files.formats.yaml_events import read_documents

        flattener = Flattener(len(text))
        with syntax_errors():
            for number, root in enumerate(read_documents(text), start=1):
                flattener.section = None if number == 1 else f"document {number}"
                flattener.walk(root)
        yield from flattener.settings


class DockerCompose(Yaml):
    """A Compose file by its name or its first service; short and long syntax stay as they are written."""

    name: ClassVar[str] = "docker-compose"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for ``compose.yaml``, ``docker-compose.prod.yml``, ``his.compose.yaml`` and the like, and for
        other YAML whose first service begins with a key of Compose's.
        """
        if COMPOSE_NAME.fullmatch(posix(path).name):
            return True
        return super().recognises(path, head) and COMPOSE_SERVICE.search(head) is not None
