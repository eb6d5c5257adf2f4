"""Which of several occurrences of a key the software uses."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from hiscomply.hookspecs import Setting


def last_wins(settings: list[Setting], cumulative: Collection[str] = ()) -> Iterator[Setting]:
    """The settings in order, all but the last occurrence of each key marked as not effective.

    Args:
        settings: all occurrences, in the order of the file.
        cumulative: keys whose occurrences add up, and so are all effective.
    """
    last = {setting.key: index for index, setting in enumerate(settings)}
    for index, setting in enumerate(settings):
        if last[setting.key] == index or setting.key in cumulative:
            yield setting
        else:
            yield replace(setting, is_effective=False)
