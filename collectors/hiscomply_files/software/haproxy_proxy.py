"""One proxy of HAProxy with the defaults that it has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hiscomply.configurations import Value
from hiscomply_files.software.directives import Directive

SECTION_ONLY = frozenset({"bind", "server", "server-template", "acl", "use_backend"})


@dataclass(frozen=True, slots=True)
class Proxy:
    """A ``frontend``, ``listen`` or ``backend``.

    Attributes:
        program: the statements of ``global``.
        is_certain: False if something of the file is missing.
    """

    section: Directive
    defaults: Directive | None
    program: list[Directive]
    is_certain: bool

    def last(self, name: str) -> tuple[Directive, bool] | None:
        """The last statement of a name, and whether it is the proxy's own; one switched off by ``no`` is none."""
        for block in (self.section, self.defaults):
            for one in reversed(block.inner or [] if block is not None else []):
                if one.name == f"no.{name}":
                    return None
                if one.name == name:
                    return one, block is self.section
        return None

    def stated(self) -> Iterator[Value]:
        """All that the proxy states, then what it has from its defaults."""
        own = {one.name.removeprefix("no.") for one in self.section.inner or ()}
        for one in self.section.inner or ():
            yield one.stating(one.name, one.value)
        for one in (self.defaults.inner or ()) if self.defaults is not None else ():
            if one.name.removeprefix("no.") not in own:
                yield one.stating(one.name, one.value, origin="inherited")

    def value(self, name: str, key: str, default: str | None) -> Value:
        """The value of a statement as another key, or the default, which stands at the section."""
        found = self.last(name)
        if found is None:
            return self.absent(key, default)
        one, is_own = found
        return one.stating(
            key, one.value, origin="written" if is_own else "inherited", is_certain=not one.section
        )

    def absent(self, key: str, value: str | None) -> Value:
        """What holds since nothing is stated."""
        return self.section.stating(key, value, origin="default", is_certain=self.is_certain)

    @property
    def is_http(self) -> bool:
        """True in mode http; the default is tcp."""
        found = self.last("mode")
        return found is not None and found[0].value == "http"

    def in_program(self, name: str) -> Directive | None:
        """The last statement of ``global`` of a name."""
        return next((one for one in reversed(self.program) if one.name == name), None)
