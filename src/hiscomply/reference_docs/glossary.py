"""``glossary.md``: the product's words in both languages, and what not to write for them."""

from __future__ import annotations

from collections.abc import Sequence

from hiscomply.glossary import Term
from hiscomply.model import Text
from hiscomply.reference_docs.tables import page, table

_TITLE = Text("术语", "Glossary")
_INTRO = """\
Texts of policies, clauses, evidence kinds and reports use these words. A test refuses the variants of the last column.
策略、条款、证据类型与报告中的文字一律使用下列用语;最后一列的说法会被测试拒绝。"""


def glossary_page(terms: Sequence[Term]) -> str:
    """The whole page."""
    rows = [(one.zh, one.en, ", ".join(variant.text for variant in one.variants)) for one in terms]
    return page(_TITLE, _INTRO, table(("中文", "English", "not / 不写"), rows))
