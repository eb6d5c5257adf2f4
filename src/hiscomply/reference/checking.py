"""Whether a file of reference data is what its header says, and whether its rows can become evidence."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hiscomply.errors import HiscomplyError, Place, ReferenceDataError
from hiscomply.kinds import Kind
from hiscomply.model import Record, Text
from hiscomply.reference.datasets import records_of
from hiscomply.reference.document import ReferenceFile, open_reference
from hiscomply.reference.shelf import Shelved

_TOLD = 20


def open_intact(shelved: Shelved) -> ReferenceFile:
    """The file of a data set, whose rows have the checksum of its header.

    Raises:
        ReferenceDataError: there is none, it cannot be read, it is of another set, or it was altered.
    """
    if shelved.path is None:
        raise ReferenceDataError("尚未导入", "it is not imported", place=Place(shelved.dataset.name))
    file = open_reference(shelved.path)
    if file.header.dataset != shelved.dataset.name:
        raise ReferenceDataError(
            f"文件头称这是 {file.header.dataset}",
            f"the header says that this is {file.header.dataset}",
            place=Place(shelved.name),
        )
    if not file.is_intact:
        raise ReferenceDataError(
            "数据行与文件头中的校验和不符,文件已被改动",
            "the rows do not have the checksum of the header: the file was altered",
            place=Place(shelved.name),
            hint="import it again: hiscomply reference import / 请重新导入:hiscomply reference import",
        )
    return file


def problems_of(
    shelved: Shelved, kind: Kind, check: Callable[[Record], Sequence[Text]]
) -> list[HiscomplyError]:
    """All that is wrong with a file, the first few."""
    try:
        file = open_intact(shelved)
        told: list[HiscomplyError] = []
        for line, row in file.read_rows():
            for fields in records_of(shelved.dataset.name, row):
                place = Place(shelved.name, line)
                unknown = sorted(set(fields) - set(kind.fields))
                reasons = [Text(f"未知的字段 {name}", f"unknown field {name}") for name in unknown]
                record = Record(shelved.dataset.name, fields, shelved.name, None, line)
                told += [
                    ReferenceDataError(one.zh, one.en, place=place) for one in [*reasons, *check(record)]
                ]
            if len(told) >= _TOLD:
                break
    except ReferenceDataError as error:
        return [error]
    return told[:_TOLD]
