"""The collector ``dicom``: one C-ECHO, and associations that are given up at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Final

from hiscomply.hookspecs import CollectContext
from hiscomply.model import Record, Rejected, Target, Text
from hiscomply_kit.options import HOST, PORT, STEP_TIMEOUT, TEXT, TLS, means, options_schema

_AE: Final = {"type": "string", "pattern": r"^[!-\[\]-~]([ -\[\]-~]{0,14}[!-\[\]-~])?$"}
_STRANGER: Final = "HISCOMPLY-NOBODY"


class DicomCollector:
    """Asks a node for an echo; proposes no other service, so no study can be seen or changed."""

    name: ClassVar[str] = "dicom"
    version: ClassVar[str] = "1.0.0"
    summary: ClassVar[Text] = Text(
        "DICOM 节点：仅用 C-ECHO 查看 TLS、明文与 AE 校验（不读影像）",
        "DICOM node: TLS, cleartext and AE checks by C-ECHO only (never images)",
    )
    options_schema: ClassVar[Mapping[str, Any]] = options_schema(
        {
            "host": HOST,
            "port": {
                **PORT,
                **means(
                    "节点接受 DICOM 关联的 TCP 端口，通常为 104 或 11112；启用 TLS 时常为 2762。",
                    "TCP port on which the node takes DICOM associations: usually 104 or 11112, with TLS "
                    "often 2762.",
                ),
            },
            "asset_id": {**TEXT, **means("节点在资产清单中的编号。", "The node's id in the asset register.")},
            "called_ae": {**_AE, **means("节点的 AE 标题。", "The node's AE title.")},
            "calling_ae": {
                **_AE,
                "default": "HISCOMPLY",
                **means(
                    "呼叫时使用的 AE 标题；会核对标题的节点须已登记它。",
                    "The title to call with; a node that checks must know it.",
                ),
            },
            "probes": {
                "type": "boolean",
                "default": True,
                **means(
                    "另外试连并立即中止：未登记的呼叫标题、错误的被叫标题、不用 TLS。节点可能会记入日志。",
                    "Also try, and abort at once: an unknown calling title, a wrong called title, and no TLS. The "
                    "node may log them.",
                ),
            },
            "tls": {
                **TLS,
                **means(
                    "使用 TLS；不写此项则以明文查询节点。",
                    "Use TLS; without this option the node is asked in the clear.",
                ),
            },
            "step_timeout": STEP_TIMEOUT,
        },
        required=("host", "port", "asset_id", "called_ae"),
    )
    parallel: int = 4

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """Settings in effect."""
        return ("setting",)

    def asks(self, target: Target, project: Path) -> Iterator[Text]:
        """The echo, and the probes."""
        options = target.options
        where = f"{options['host']}:{options['port']}"
        calling = options.get("calling_ae", "HISCOMPLY")
        how = "TLS" if "tls" in options else "no TLS / 无 TLS"
        yield Text(
            f"C-ECHO：{where}，{calling} → {options['called_ae']}（{how}）",
            f"C-ECHO to {where} ({how}), {calling} to {options['called_ae']}",
        )
        if options.get("probes", True):
            yield Text(
                f"{where}：用未登记的主叫 AE、错误的被叫 AE{'、不加密' if 'tls' in options else ''}请求关联，并立即中止",
                f"{where}: an association as an unknown calling AE, one to a wrong called AE"
                f"{', one without TLS' if 'tls' in options else ''}; each aborted at once",
            )

    def collect(self, target: Target, context: CollectContext) -> Iterator[Record | Rejected]:
        """TLS first, then the echo, then the probes.

        Raises:
            CollectDenied: the node rejects the titles. CollectTimedOut: it does not answer.
            CollectFailed: no connection, TLS, no DICOM.
        """
        from hiscomply_dicom import parse
        from hiscomply_dicom.fetch import Node, associate
        from hiscomply_kit.handshake import shake

        options = target.options
        timeout_s = min(options.get("step_timeout", 30), target.timeout_s)
        node = Node(options["host"], options["port"], options.get("tls"), context.project, timeout_s)
        about = parse.About(options["asset_id"], node.where, context.now)
        calling, called = options.get("calling_ae", "HISCOMPLY"), options["called_ae"]
        is_tls = node.tls is not None
        handshake = shake(node.host, node.port, node.tls, node.project, timeout_s) if is_tls else None
        seen = associate(node, calling, called, echo=True)
        if failure := parse.refusal(node.where, seen, calling, called):
            if seen.rejection and seen.rejection.blames_caller:
                yield parse.calling_check(about, seen)
            raise failure
        yield about.setting("dicom.echo", "success")
        yield from parse.transport(about, handshake)
        if not is_tls:
            yield parse.cleartext(about, seen)
        if not options.get("probes", True):
            return
        yield parse.calling_check(about, associate(node, _STRANGER, called, echo=False))
        yield parse.called_check(about, associate(node, calling, _STRANGER, echo=False))
        if is_tls:
            plain = associate(replace(node, tls=None), calling, called, echo=False)
            yield parse.cleartext(about, plain)
