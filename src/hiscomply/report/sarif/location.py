"""The location of a result: a file where there is one, and always the record's name."""

from __future__ import annotations

from typing import Any, NamedTuple

from sarif_om import ArtifactLocation, Location, LogicalLocation, PhysicalLocation, Region

from hiscomply.report.sarif.form import blank
from hiscomply.report.sarif.place import PROJECT, uri_of


class Shape(NamedTuple):
    """Which parts a location has.

    Attributes:
        uri: of the file, empty when there is none.
        is_relative: the URI counts from the project.
        is_of_source: the file is where the evidence stands, not the anchor.
        has_line, has_column: positions are known, from 1.
    """

    uri: str
    is_relative: bool
    is_of_source: bool
    has_line: bool
    has_column: bool

    @property
    def key(self) -> int:
        """Equal for locations that differ only in what fills their blanks."""
        return sum(bit << i for i, bit in enumerate((self.uri != "", *self[1:])))


def shape_of(source: str | None, line: int | None, column: int | None, anchor: str | None) -> Shape:
    """The shape of a location; a column without a line says nothing."""
    has_line = line is not None and line >= 1
    found = uri_of(source, has_line)
    if found is None:
        return Shape(anchor or "", True, False, False, False)
    has_column = has_line and column is not None and column >= 1
    return Shape(found[0], found[1], True, has_line, has_column)


def build_location(shape: Shape, subject: Any, subject_kind: str) -> Location:
    """A location with blanks for the URI and the position."""
    physical = None
    if shape.uri:
        region = Region(start_line=blank("line"), start_column=blank("column") if shape.has_column else None)
        physical = PhysicalLocation(
            artifact_location=ArtifactLocation(
                uri=blank("uri"), uri_base_id=PROJECT if shape.is_relative else None
            ),
            region=region if shape.has_line else None,
        )
    return Location(
        physical_location=physical,
        logical_locations=[LogicalLocation(fully_qualified_name=subject, kind=subject_kind)],
    )


def locate(
    source: str | None,
    line: int | None,
    column: int | None,
    subject: str,
    subject_kind: str,
    *,
    anchor: str | None = None,
) -> Location:
    """A location without blanks."""
    shape = shape_of(source, line, column, anchor)
    location = build_location(shape, subject, subject_kind)
    if location.physical_location is not None:
        location.physical_location.artifact_location.uri = shape.uri
        if location.physical_location.region is not None:
            location.physical_location.region.start_line = line
            location.physical_location.region.start_column = column if shape.has_column else None
    return location
