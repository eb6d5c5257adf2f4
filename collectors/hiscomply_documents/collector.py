"""The collector ``documents``: the index says what a file is, the file itself only gives its hash."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from hiscomply.hookspecs import CollectContext, CollectFailed, joined_failures
from hiscomply.model import Record, Rejected, Target, Text
from hiscomply.paths import name_in_project
from hiscomply_kit.options import STEP_TIMEOUT, TEXT, means, options_schema


class DocumentsCollector:
    """Reads an index of documents; of a document's content nothing but the hash is ever kept."""

    name: ClassVar[str] = "documents"
    version: ClassVar[str] = "1.0"
    summary: ClassVar[Text] = Text(
        "制度、预案和签字声明的文件夹,附索引,逐份计算散列",
        "a folder of rules, plans and signed statements with its index, each file hashed",
    )
    options_schema: ClassVar[Mapping[str, Any]] = options_schema(
        {
            "folder": {**TEXT, **means("文件夹，从项目文件夹算起。", "The folder, from the project folder.")},
            "index": {
                **TEXT,
                "default": "index.yaml",
                **means("索引文件，位于该文件夹内。", "The index, inside the folder."),
            },
            "statements": {
                "type": "boolean",
                "default": False,
                **means("索引还列有已签名的范围声明。", "The index also lists signed scope statements."),
            },
            "allowed_signers": {
                **TEXT,
                **means(
                    "谁可以用哪个密钥签名，采用 ssh-keygen -Y 的格式；从项目文件夹算起。",
                    "Who may sign with which key, in the format of ssh-keygen -Y; from the project folder.",
                ),
            },
            "ignore": {
                "type": "array",
                "items": TEXT,
                **means(
                    "无须列入索引的文件的通配符；隐藏文件和临时文件本来就不必列入。",
                    "Patterns of files that need no entry, besides hidden and temporary ones.",
                ),
            },
            "max_size_mb": {
                "type": "integer",
                "minimum": 1,
                "maximum": 10_240,
                "default": 256,
                **means(
                    "一份文件最大多少 MiB；更大的不读，该条目单独列出。",
                    "Largest size of one file in MiB; a larger one is not read, and its entry is set aside.",
                ),
            },
            "step_timeout": {
                **STEP_TIMEOUT,
                **means("核验一个签名最多可用的秒数。", "Seconds that one signature may take."),
            },
        },
        ("folder",),
    )

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """Documents; statements where the target says so."""
        return ("document", "scope_statement") if options.get("statements") else ("document",)

    def collect(self, target: Target, context: CollectContext) -> Iterator[Record | Rejected]:
        """A record per entry with its file; what has no entry, no file or a broken signature is set aside.

        Raises:
            CollectDenied, CollectFailed: the index cannot be read, or files may not; the latter after all others.
        """
        from hiscomply_documents.entries import read_index
        from hiscomply_documents.evidence import Surroundings, read_entry
        from hiscomply_documents.folder import Folder

        options = target.options
        folder = Folder(context.project / options["folder"], options.get("max_size_mb", 256) * 1024 * 1024)
        index = folder.inside(options.get("index", "index.yaml"))
        if not index.is_relative_to(folder.path):
            raise CollectFailed(Text("索引在文件夹之外", "the index lies outside of the folder"))
        source = name_in_project(context.project / options["folder"], context.project)
        source = f"{source}/{options.get('index', 'index.yaml')}"
        entries = read_index(index, source, set(target.kinds))
        signers = options.get("allowed_signers")
        around = Surroundings(
            folder, source, context, signers and context.project / signers, options.get("step_timeout", 30)
        )
        failures: list[tuple[str, CollectFailed]] = []
        for entry in entries.items:
            try:
                yield from read_entry(entry, around)
            except CollectFailed as failure:
                failures.append((entry.file, failure))
        yield from entries.refused
        yield from folder.unlisted({index, *around.used}, options.get("ignore", ()), source)
        if failures:
            raise joined_failures(failures)

    def asks(self, target: Target, project: Path) -> Iterator[Text]:
        """The folder that is read."""
        folder = target.options["folder"]
        yield Text(
            f"读取 {folder} 的索引,并对其中列出的文件计算 SHA-256(不解析内容)",
            f"read the index of {folder} and the SHA-256 of the files that it lists (their content is not looked into)",
        )
        if "allowed_signers" in target.options:
            yield Text("用 ssh-keygen -Y verify 核验签名", "verify signatures with ssh-keygen -Y verify")
