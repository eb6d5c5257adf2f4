"""``.pgpass`` and ``.netrc``: every password stands at its place, and nothing else is taken for one."""

from __future__ import annotations

import pytest

from hiscomply.hookspecs import FormatError
from hiscomply_files.formats.password_files import Netrc, Pgpass


def test_the_fifth_field_of_pgpass_is_the_password() -> None:
    text = "# comment\ndb.his:5432:his:app:hun\\:ter\\\\2\n*:*:*:a\\:b:\n"
    found = [(one.key, one.value, one.line, one.column, one.section) for one in Pgpass().parse(text)]
    assert found == [
        ("password", "hun:ter\\2", 2, 21, "db.his:5432:his:app"),
        ("password", "", 3, 12, "*:*:*:a\\:b"),
    ]


def test_a_line_of_pgpass_that_is_no_login_is_refused_at_its_place() -> None:
    with pytest.raises(FormatError) as refused:
        list(Pgpass().parse("db:5432:his:app:x\nhunter2\n"))
    assert (refused.value.line, refused.value.column) == (2, 1)


def test_netrc_is_read_over_lines_with_quotes_and_without_macros() -> None:
    text = (
        "machine his login app password hunter2\n# password comment\ndefault\n  login ro\n  password\n"
        '    "hun\\"ter 3"\nmacdef init\n password nothing\n\nmachine lis account x password #4\n'
    )
    found = [(one.key, one.value, one.line, one.column, one.section) for one in Netrc().parse(text)]
    assert found == [
        ("login", "app", 1, 19, "his"),
        ("password", "hunter2", 1, 32, "his"),
        ("login", "ro", 4, 9, "default"),
        ("password", 'hun"ter 3', 6, 5, "default"),
        ("account", "x", 10, 21, "lis"),
        ("password", "#4", 10, 32, "lis"),
    ]
