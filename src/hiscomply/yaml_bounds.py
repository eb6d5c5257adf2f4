"""How large a YAML text becomes once its aliases are expanded, found without building it."""

from __future__ import annotations

from typing import Any

import yaml

MAX_NODES = 500_000
MAX_DEPTH = 64

_OPENING = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_CLOSING = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


def find_excess(text: str, loader: Any) -> Any:
    """The mark where a text grows past MAX_NODES values or MAX_DEPTH levels, None if it does not.

    Reads the parser's events only: composing nodes first would cost the memory that this is to save, and
    libyaml's composer overflows the C stack on deep nesting.

    Raises:
        yaml.YAMLError: the text is malformed.
    """
    total = 0
    sizes: dict[str, int] = {}
    open_: list[tuple[str | None, int]] = []
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.AliasEvent):
            if any(anchor == event.anchor for anchor, _ in open_):
                return event.start_mark
            total += sizes.get(str(event.anchor), 1)
        elif isinstance(event, _OPENING):
            open_.append((event.anchor, total))
            total += 1
        elif isinstance(event, _CLOSING):
            anchor, before = open_.pop()
            if anchor is not None:
                sizes[anchor] = total - before
        elif isinstance(event, yaml.ScalarEvent):
            total += 1
            if event.anchor is not None:
                sizes[event.anchor] = 1
        if total > MAX_NODES or len(open_) > MAX_DEPTH:
            return event.start_mark
    return None
