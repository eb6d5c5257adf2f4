"""Counts what was read, and tells a whole stream from one that was cut off. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Record, Rejected, Text
from hiscomply_records.lines import End


@dataclass(slots=True)
class StreamTally:
    """Lines of one file or program.

    Attributes:
        lines: record lines, refused ones included, since their writer counted them too.
        end_after: how many record lines stood before the end line.
    """

    lines: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    end: End | None = None
    end_after: int = 0

    def take(self, item: Record | Rejected | End) -> None:
        """Counts one line.

        Raises:
            CollectFailed: a second end line.
        """
        if isinstance(item, End):
            if self.end is not None:
                raise CollectFailed(Text("有两个结束行", "there are two end lines"))
            self.end, self.end_after = item, self.lines
            return
        self.lines += 1
        if item.kind is not None:
            self.kinds[item.kind] += 1

    def close(self, is_end_required: bool) -> None:
        """Holds what was read against the end line.

        Raises:
            CollectFailed: it is missing, out of place, or names another count.
        """
        if self.end is None:
            if is_end_required:
                raise CollectFailed(
                    Text(
                        f"读到 {self.lines} 条后没有结束行,内容可能被截断",
                        f"no end line after {self.lines} records: the stream may have been cut off",
                    )
                )
            return
        if self.end_after not in (0, self.lines):
            raise CollectFailed(
                Text("结束行之后还有记录", "records follow the end line, which must be first or last")
            )
        promised = self.end.records
        total = promised if isinstance(promised, int) else sum(promised.values())
        if total != self.lines:
            raise CollectFailed(
                Text(
                    f"结束行称有 {total} 条,实际读到 {self.lines} 条,内容被截断或计数有误",
                    f"the end line says {total} records and {self.lines} were read: cut off, or miscounted",
                )
            )
        for kind, count in promised.items() if not isinstance(promised, int) else ():
            # Lines that could not be read may have been of any kind; then only the total can be compared.
            if count != self.kinds[kind] and self.kinds.total() == self.lines:
                raise CollectFailed(
                    Text(
                        f"结束行称有 {count} 条 {kind},实际读到 {self.kinds[kind]} 条",
                        f"the end line says {count} of {kind} and {self.kinds[kind]} were read",
                    )
                )


def missing_kinds(kinds: tuple[str, ...], tallies: list[StreamTally], source: str) -> Iterator[Rejected]:
    """One rejected item per kind that was promised, never came, and was not said to be empty.

    Raises:
        CollectFailed: nothing came at all, and no end line says that there is nothing.
    """
    seen = {kind for tally in tallies for kind in tally.kinds}
    ends = [tally.end for tally in tallies]
    declared = {kind for end in ends if end and not isinstance(end.records, int) for kind in end.records}
    if not any(tally.lines for tally in tallies):
        if not tallies or None in ends:
            raise CollectFailed(Text("没有任何记录", "it gave no record at all"))
        if all(end is not None and isinstance(end.records, int) for end in ends):
            return
    for kind in kinds:
        if kind not in seen | declared:
            yield Rejected(
                kind=kind,
                source=source,
                reason=Text(
                    f'没有任何 {kind} 记录;若确实没有,请在结束行写 "records": {{"{kind}": 0, …}}',
                    f'no record of {kind}; if there is none, let the end line say "records": {{"{kind}": 0, …}}',
                ),
                subject=kind,
            )
