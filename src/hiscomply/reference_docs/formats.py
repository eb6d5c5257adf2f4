"""The page of formats: configuration files that can be read, reports that can be written."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence

from hiscomply.hookspecs import FileFormat, Reporter
from hiscomply.model import Text
from hiscomply.reference_docs.tables import page, table
from hiscomply.reference_docs.text import Markup, code, docstring, escape

EXAMPLES = (
    "etc/ssh/sshd_config", "etc/ssh/sshd_config.d/50-local.conf", "etc/sysctl.conf", "etc/sysctl.d/99-local.conf",
    "postgresql.conf", "postgresql.auto.conf", "etc/login.defs", "etc/security/pwquality.conf",
    "etc/security/faillock.conf", "compose.yaml", "docker-compose.prod.yml", "deploy/his.yaml", "deploy/his.yml",
    "settings.json", "settings.jsonc", "renovate.json5", ".renovaterc",
    "pyproject.toml", "application.properties", ".env", ".env.production",
    "his.env", "my.cnf", "php.ini", "app.conf", "app.cfg", "www/.htaccess",
    "Dockerfile", "Dockerfile.prod", "Containerfile", "notes.txt",
)  # fmt: skip
_HEADS = (
    (b"", ""),
    (b"[section]\nkey = value\n", "begins with `[section]` / 以 `[section]` 开头"),
    (b"apiVersion: v1\nkind: Pod\n", "begins with `apiVersion` and `kind` / 以 `apiVersion` 和 `kind` 开头"),
)


def formats_page(formats: Sequence[FileFormat], reporters: Mapping[str, Reporter]) -> str:
    """Every configuration format with what it takes, then every report format."""
    known = table(
        ("order / 次序", "format / 格式", "what / 内容", "recognised / 识别", "settings / 配置项"),
        [(at, code(one.name), *_about(one)) for at, one in enumerate(formats, start=1)],
    )
    written = table(
        ("format / 格式", "file / 文件", "中文", "English"),
        [
            (code(name), code(one.filename), one.summary.zh, one.summary.en)
            for name, one in sorted(reporters.items())
        ],
    )
    return page(
        Text("格式", "Formats"),
        "## Configuration formats / 配置格式",
        "The first format that recognises a file reads it. / 由第一个识别该文件的格式读取。",
        known,
        "## Who reads which file / 文件由哪个格式读取\n",
        _examples(formats),
        "## Report formats / 报告格式",
        written,
    )


def _about(one: FileFormat) -> tuple[Markup, Markup, Markup]:
    kind = type(one)
    return (
        docstring(inspect.getdoc(kind)),
        docstring(inspect.getdoc(kind.recognises)),
        docstring(inspect.getdoc(kind.parse)),
    )


def _examples(formats: Sequence[FileFormat]) -> Markup:
    """The formats' own answers, so that the table cannot say anything else."""
    rows = []
    for path in EXAMPLES:
        before: str | None = None
        for head, note in _HEADS:
            reader = next((one.name for one in formats if one.recognises(path, head)), "")
            if reader != before:
                answer = code(reader) if reader else escape("not recognised / 未识别")
                rows.append((code(path), Markup(note), answer))
            before = reader
    return table(("file / 文件", "content / 内容", "format / 格式"), rows)
