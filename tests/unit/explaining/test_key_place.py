"""The key of a value is found in the lines around it."""

from __future__ import annotations

import pytest

from hiscomply.explaining.key_place import key_place
from hiscomply.explaining.model import Line


def place(text: str, key: str, line: int, column: int | None) -> tuple[int, int] | None:
    lines = [Line(number, one) for number, one in enumerate(text.split("\n"), start=1)]
    found = key_place(lines, key, line, column)
    return None if found is None else (found.line, found.column)


@pytest.mark.parametrize(
    ("text", "key", "line", "column", "expected"),
    [
        ("PermitRootLogin yes", "permitrootlogin", 1, 17, (1, 1)),
        ("    ssl_protocols SSLv3;", "http[0].server[1].ssl_protocols", 1, 19, (1, 5)),
        ("log-bin = on", "mysqld.log_bin", 1, 11, (1, 1)),
        ("skip-networking", "mysqld.skip_networking", 1, 1, (1, 1)),
        ('  "privileged": true', "services.db.privileged", 1, 17, (1, 4)),
        ("cap_drop:\n  - ALL", "services.db.cap_drop[0]", 2, 5, (1, 1)),
        ("a: 1\ncommand: >\n  sleep 1", "services.db.command", 3, 3, (2, 1)),
        ("{image: x, user: user}", "user", 1, 18, (1, 12)),
        ("hostnossl all all 0.0.0.0/0 reject", "rules[0].type", 1, 1, None),
        ("xport: 1\nsupport: 2", "port", 2, 10, None),
        ("a: 1", "[0]", 1, 4, None),
    ],
)
def test_the_key_is_where_it_is_written_or_nowhere(
    text: str, key: str, line: int, column: int | None, expected: tuple[int, int] | None
) -> None:
    assert place(text, key, line, column) == expected
