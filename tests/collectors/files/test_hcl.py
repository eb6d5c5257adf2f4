"""Terraform's files: blocks and arguments with their positions; what is not literal stays source."""

from __future__ import annotations

import pytest

from hiscomply.hookspecs import FormatError
from hiscomply_files.formats.hcl import Hcl

TEXT = """\
# the image of the HIS
resource "docker_container" "his" {
  name  = "医院-his"
  image = "his:${var.tag}"
  cpu   = -1
  caps  = ["A", var.b, null]
  env   = { LANG = "zh", "b c" : "x\\ty" }
  note  = <<-EOT
    one
    two
  EOT
  ports {
    internal = 80
  }
  ports { internal = 81 }
  made = try(1, 2)
  off  = false
  labels {}
}
locals { tag = "1" }
"""


def read(text: str) -> list[tuple[str, str | None, int, int]]:
    return [(one.key, one.value, one.line, one.column) for one in Hcl().parse(text)]


def test_arguments_of_blocks_with_their_places() -> None:
    at = "resource.docker_container.his"
    assert read(TEXT) == [
        (f"{at}.name", "医院-his", 3, 11),
        (f"{at}.image", "his:${var.tag}", 4, 11),
        (f"{at}.cpu", "-1", 5, 11),
        (f"{at}.caps[0]", "A", 6, 12),
        (f"{at}.caps[1]", "${var.b}", 6, 17),
        (f"{at}.caps[2]", None, 6, 24),
        (f"{at}.env.LANG", "zh", 7, 20),
        (f"{at}.env.b c", "x\ty", 7, 34),
        (f"{at}.note", "one\ntwo", 8, 11),
        (f"{at}.ports[0].internal", "80", 13, 16),
        (f"{at}.ports[1].internal", "81", 15, 22),
        (f"{at}.made", "${try(1, 2)}", 16, 10),
        (f"{at}.off", "false", 17, 10),
        (f"{at}.labels[0]", "{}", 18, 3),
        ("locals[0].tag", "1", 20, 16),
    ]


def test_columns_count_characters() -> None:
    assert read('a = ["医院", "b"]\n')[1] == ("a[1]", "b", 1, 12)


def test_a_directive_is_something_to_fill_in() -> None:
    assert read('a = "%{if true}x%{endif}"\n')[0][1] == "${%{if true}x%{endif}}"


@pytest.mark.parametrize(
    ("text", "line"),
    [("a = \n", 1), ("a = 1\nb {\n", 2), ("a = 1\n}\n", 2), ("b {\n  a = 1\n  a = 2\n}\n", 3)],
)
def test_what_cannot_be_read_has_its_place(text: str, line: int) -> None:
    with pytest.raises(FormatError) as raised:
        read(text)
    assert raised.value.line == line


def test_nothing_is_nested_without_end() -> None:
    with pytest.raises(FormatError, match="nested"):
        read("a = " + "[" * 300 + "]" * 300)
