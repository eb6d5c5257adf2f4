"""What the fuzzing starts from: files of the corpus, and texts of the tests of the formats."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from tests.corpus.situation import Situation, read

from hiscomply.hookspecs import FileFormat, FormatError
from hiscomply_files.formats import builtin_formats

TESTS = Path(__file__).parents[1]
ALPHABET = (
    "\n", "\n\n", "\t", " ", "#", ";", "=", ":", "'", '"', "\\", "\\\n", "[", "]", "{", "}", "(", ")", "<", ">", "&", "*", "!", "|",
    "-", "--", "- ", "? ", "%", "@", ",", "$", "${", "${A}", "$(", "*/", "/*", "//", "<!--", "]]>", "&a;", "<<: *a", "&a ", "*a",
    "include ", "Include *", "!include", "!includedir /etc", "Match all", "Match User x", "if ", "else", "endif", "end", "\0",
    "\x1b", "\ufeff", "\u2028", "\x85", "\x0c", "\u0660", "é", "密", "0", "-1", "1e999", "0x", "٣", "99999999999999999999", "1h30m",
    "yes", "no", "true", "off", "null", "~", ".inf", "never", "*.*", "@include common-auth", "EOF", "<<EOF\n", '"""', "'''", "[[",
)  # fmt: skip


FIRST = (
    "a = 1\nb: 2\n",
    "key value\n",
    '{"a": {"b": [1, "x"]}}\n',
    "<a b='1'><c>x</c><!-- d --></a>\n",
    "[Unit]\nDescription=x\n[Service]\nExecStart=/bin/x -y\n",
    "user www;\nhttp {\n  server {\n    listen 443 ssl;\n    location / { return 200 'x'; }\n  }\n}\n",
    "Listen 80\n<VirtualHost *:80>\n  ServerName x\n  <Directory />\n    Require all denied\n  </Directory>\n</VirtualHost>\n",
    "global\n  log /dev/log local0\nfrontend f\n  bind :443 ssl crt /x\nbackend b\n  server s 127.0.0.1:80 check\n",
    "local all all peer\nhost all all 10.0.0.0/8 scram-sha-256\n",
    "auth required pam_faillock.so preauth deny=5\n@include common-auth\n",
    "login auth required pam_unix.so\n",
    "-w /etc/passwd -p wa -k identity\n-a always,exit -F arch=b64 -S execve -k run\n-e 2\n",
    "* hard core 0\n@doctors soft nofile 1024\n",
    "Defaults use_pty\nroot ALL=(ALL:ALL) ALL\n%wheel ALL=(ALL) NOPASSWD: /bin/x\n",
    "*/5 * * * * /bin/x\n",
    "17 * * * * root /bin/x\n",
    "UUID=1 / ext4 defaults,noexec 0 1\n",
    "/var/log/x {\n  weekly\n  rotate 4\n}\n",
    'module(load="imuxsock")\n*.info @@10.0.0.1:514\n',
    "[mysqld]\nskip-networking\nssl_ca=/x\n!includedir /etc/mysql/conf.d\n",
    'resource "x" "y" {\n  a = 1\n}\n',
    "FROM debian:12\nRUN x\nUSER app\n",
)
"""Short texts of many kinds, so that also a format without a situation begins with something that it reads."""


@cache
def situations() -> Sequence[Situation]:
    """All of the corpus."""
    files = sorted((TESTS / "corpus").glob("*/*"))
    return [read(file) for file in files if file.suffix in (".pass", ".fail", ".unknown", ".not_applicable")]


def format_of(path: str, text: str) -> FileFormat | None:
    """The format that reads the file, as the collector chooses it."""
    head = text.encode()[:4096]
    return next((one for one in builtin_formats() if one.recognises(path, head)), None)


@cache
def seeds() -> Mapping[str, Sequence[str]]:
    """Texts by the name of a format: at least one for each."""
    found: dict[str, list[str]] = {one.name: [FIRST[0]] for one in builtin_formats()}
    for situation in situations():
        for path, text in situation.files.items():
            one = format_of(path, text)
            if one is not None:
                found[one.name].append(text)
    for text in (*FIRST, *_literals()):
        for one in builtin_formats():
            if is_read(one, text):
                found[one.name].append(text)
    return {name: sorted(set(texts)) for name, texts in found.items()}


def _literals() -> Iterator[str]:
    """The texts of more than a line in the tests of the formats."""
    for file in sorted((TESTS / "collectors" / "files").glob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
            if is_text and "\n" in node.value and len(node.value) < 8192:  # type: ignore[attr-defined]
                yield node.value  # type: ignore[attr-defined]


def is_read(one: FileFormat, text: str) -> bool:
    """Whether the format takes a setting out of the text."""
    try:
        return any(True for _ in one.parse(text))
    except FormatError:
        return False
