"""Which installed packages the advisories mean: every distinct package once, all at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from tempfile import NamedTemporaryFile
from typing import Any, Final

from hiscomply_advisories.advisory import Advisory
from hiscomply_advisories.installed import Database, insert
from hiscomply_advisories.order import KEYS, rpm_key, rpm_key_without_epoch

_BATCH: Final = 20_000
_COLUMNS: Final = {
    **dict.fromkeys(("release", "name", "cve"), "VARCHAR"),
    "is_source": "BOOLEAN",
    "is_modular": "BOOLEAN",
    **dict.fromkeys(("stream", "introduced", "fixed", "last", "arch"), "VARCHAR"),
    "severity": "INTEGER",
    "cvss": "DOUBLE",
    "published": "TIMESTAMP",
    "place": "VARCHAR",
}
_SHAPE: Final = "{" + ", ".join(f"{name}: '{kind}'" for name, kind in _COLUMNS.items()) + "}"
_AFFECTED: Final = """
    (from_key IS NULL OR from_key <= CASE WHEN from_bare THEN {0}_bare ELSE {0}_key END {1})
    AND (fixed_key IS NULL OR CASE WHEN fixed_bare THEN {0}_bare ELSE {0}_key END < fixed_key {2})
    AND (last_key IS NULL OR CASE WHEN last_bare THEN {0}_bare ELSE {0}_key END <= last_key {3})
    AND {0}_key IS NOT NULL
"""
# A bound that states no epoch may be of any that the package has had.
_PERHAPS: Final = (
    "OR (from_bare AND epoch > least_epoch)",
    "OR (fixed_bare AND epoch < greatest_epoch)",
    "OR (last_bare AND epoch < greatest_epoch)",
)


def _met(pairs: str, *perhaps: str) -> str:
    """Pairs and the advisories that their versions meet."""
    source, own = (_AFFECTED.format(of, *(perhaps or ("", "", ""))) for of in ("source", "own"))
    return f"""
      SELECT id, a.cve, source AS package, source_version AS version, pair.stream AS own_stream,
        a.* EXCLUDE (cve, release, name, arch)
      FROM {pairs} AS pair JOIN keyed a ON a.is_source AND a.release = pair.release AND a.name = pair.source
      WHERE {source}
      UNION ALL
      SELECT id, a.cve, pair.name AS package, version, pair.stream AS own_stream,
        a.* EXCLUDE (cve, release, name, arch)
      FROM {pairs} AS pair JOIN keyed a ON NOT a.is_source AND a.release = pair.release AND a.name = pair.name
      WHERE {own} AND (a.arch IS NULL OR pair.arch IS NULL OR pair.arch IN (a.arch, 'noarch'))
    """


# A build for a module stream is told apart from one that belongs to none, and from one for another stream.
_OF_THIS_BUILD: Final = "(is_modular IS NULL OR is_modular = contains(version, '.module'))"
_STREAM_IS_KNOWN: Final = "(is_modular IS NOT true OR (stream IS NOT NULL AND own_stream IS NOT NULL))"
_OF_THIS_STREAM: Final = "(is_modular IS NOT true OR stream = own_stream)"
_HITS: Final = f"""
    CREATE TABLE hit AS
    WITH affected AS ({_met("pair")})
    SELECT id AS pair, cve, any_value(package || ' ' || version) AS package,
      arg_max(CASE WHEN fixed IS NOT NULL THEN package || ' ' || fixed END, fixed_key) AS fix,
      bool_or(fixed IS NULL AND last IS NOT NULL) AS is_vague, max(severity) AS severity, max(cvss) AS cvss,
      min(published) AS published, max(feed) AS feed, min(feed_at) AS feed_at
    FROM affected WHERE {_OF_THIS_BUILD} AND {_OF_THIS_STREAM} GROUP BY ALL
"""
_DOUBTS: Final = f"""
    CREATE TABLE doubt AS
    WITH doubtful AS (FROM pair WHERE greatest_epoch IS NOT NULL OR contains(version, '.module')),
      perhaps AS ({_met("doubtful", *_PERHAPS)})
    SELECT id AS pair, cve, package || ' ' || version || ' (' || cve || ': ' || coalesce(fixed, last, '?') || ')' AS example,
      NOT {_STREAM_IS_KNOWN} AS is_of_stream
    FROM perhaps ANTI JOIN hit ON hit.pair = perhaps.id AND hit.cve = perhaps.cve
    WHERE {_OF_THIS_BUILD} AND ({_OF_THIS_STREAM} OR NOT {_STREAM_IS_KNOWN})
"""
# Every package of one build of a module carries the same ending, which a feed that names streams tells the stream of.
_BUILD: Final = "regexp_extract({}, '[.](module[+_].*)$', 1)"
_STREAMS: Final = f"""
    CREATE TABLE streams AS SELECT release, {_BUILD.format("fixed")} AS build, any_value(stream) AS stream FROM advisory
    WHERE stream IS NOT NULL AND build <> '' GROUP BY ALL HAVING count(DISTINCT stream) = 1
"""
_EPOCHS: Final = """
    CREATE TABLE epochs AS SELECT release, name, min(epoch) AS least_epoch, max(epoch) AS greatest_epoch FROM (
      SELECT release, name, epoch FROM pair WHERE scheme = 'rpm'
      UNION ALL
      SELECT release, name, try_cast(split_part(version, ':', 1) AS BIGINT) FROM
        (SELECT release, name, unnest([introduced, fixed, last]) AS version FROM advisory WHERE NOT is_source)
      WHERE contains(version, ':')
    ) GROUP BY ALL HAVING least_epoch < greatest_epoch
"""
_FOUND: Final = """
    SELECT asset_id, cve, list_sort(list(DISTINCT package)), list_sort(list(DISTINCT fix) FILTER (fix IS NOT NULL)),
      CASE WHEN bool_and(fix IS NOT NULL) THEN true WHEN bool_or(fix IS NULL AND NOT is_vague) THEN false END,
      max(severity), max(cvss), min(published), max(feed), least(min(feed_at), min(observed_at)), min(observed_at),
      any_value(pending_security_updates)
    FROM pair_of JOIN hit USING (pair) LEFT JOIN pending USING (asset_id)
    GROUP BY asset_id, cve
"""
SEVERITIES: Final = ("low", "medium", "high", "critical")


@dataclass(frozen=True, slots=True)
class Found:
    """One weakness of one host.

    Attributes:
        packages: what has it, ``openssl 3.0.1-1``.
        fixes: what mends it, ``openssl 3.0.2-1``.
        is_fixable: whether everything that has it can be mended; None if that is not known.
        observed_at: the older one of the feed and the list of packages.
        pending: how many security updates the host itself knows of; None if that is not known.
    """

    asset_id: str
    cve: str
    packages: list[str]
    fixes: list[str]
    is_fixable: bool | None
    severity: str | None
    cvss: float | None
    published: datetime | None
    feed: str
    observed_at: datetime | None
    packages_at: datetime | None
    pending: int | None


def add_feed(db: Database, feed: str, at: datetime, advisories: Iterable[Advisory]) -> None:
    """The advisories of one feed, dated ``at``, into the table ``advisory``."""
    db.execute(
        f"CREATE TABLE IF NOT EXISTS advisory ({', '.join(f'{name} {kind}' for name, kind in _COLUMNS.items())}, "
        "feed VARCHAR, feed_at TIMESTAMP)"
    )
    # A file of JSON Lines is taken in several times as fast as values one by one.
    with NamedTemporaryFile("w", encoding="utf-8", suffix=".jsonl") as file:
        for one in advisories:
            file.write(json.dumps(_row(one)) + "\n")
        file.flush()
        db.execute(
            "INSERT INTO advisory SELECT *, $feed, $at FROM read_json($file, format = 'newline_delimited', "
            f"columns = {_SHAPE})",
            {"file": file.name, "feed": feed, "at": _stored(at)},
        )


def _row(one: Advisory) -> dict[str, Any]:
    published = _stored(one.published)
    return {
        "release": one.release,
        "name": one.name,
        "cve": one.cve,
        "is_source": one.is_source,
        "is_modular": ".module" in one.fixed if one.is_modular is None and one.fixed else one.is_modular,
        "stream": one.stream,
        "introduced": one.introduced,
        "fixed": one.fixed,
        "last": one.last,
        "arch": one.arch,
        "severity": SEVERITIES.index(one.severity) if one.severity else None,
        "cvss": one.cvss,
        "published": published and str(published),
        "place": one.place,
    }


def releases(db: Database) -> frozenset[str]:
    """The releases of which packages are installed."""
    return frozenset(name for (name,) in db.execute("SELECT DISTINCT release FROM pair").fetchall())


def wanted_names(db: Database) -> frozenset[str]:
    """The names of installed packages and of their sources."""
    rows = db.execute("SELECT name FROM pair UNION SELECT source FROM pair").fetchall()
    return frozenset(name for (name,) in rows if name is not None)


def match(db: Database) -> list[tuple[str, str, str]]:
    """Makes ``hit``; gives feed, entry and version of the advisories whose versions cannot be ordered."""
    _make_keys(db)
    db.execute(
        "ALTER TABLE pair ADD COLUMN epoch BIGINT; UPDATE pair SET epoch = CASE WHEN contains(version, ':') "
        "THEN try_cast(split_part(version, ':', 1) AS BIGINT) ELSE 0 END WHERE scheme = 'rpm'"
    )
    db.execute(_EPOCHS)
    db.execute(_STREAMS)
    db.execute(
        "CREATE OR REPLACE TABLE pair AS SELECT pair.*, own.key AS own_key, own.bare AS own_bare, "
        "source.key AS source_key, source.bare AS source_bare, least_epoch, greatest_epoch, stream FROM pair "
        "LEFT JOIN epochs USING (release, name) "
        f"LEFT JOIN streams ON streams.release = pair.release AND streams.build = {_BUILD.format('pair.version')} "
        "LEFT JOIN key own ON own.scheme = pair.scheme AND own.version = pair.version "
        "LEFT JOIN key source ON source.scheme = pair.scheme AND source.version = pair.source_version"
    )
    db.execute(
        "CREATE TABLE keyed AS SELECT a.*, f.bound AS from_key, x.bound AS fixed_key, l.last_bound AS last_key, "
        "f.is_bare AS from_bare, x.is_bare AS fixed_bare, l.is_bare AS last_bare, "
        "(introduced IS NULL OR f.key IS NOT NULL) AND (fixed IS NULL OR x.key IS NOT NULL) AND "
        "(last IS NULL OR l.key IS NOT NULL) AS is_ordered FROM advisory a "
        "JOIN (SELECT DISTINCT release, scheme FROM pair) s USING (release) "
        "LEFT JOIN key f ON f.scheme = s.scheme AND f.version = introduced "
        "LEFT JOIN key x ON x.scheme = s.scheme AND x.version = fixed "
        "LEFT JOIN key l ON l.scheme = s.scheme AND l.version = last"
    )
    db.execute("DROP TABLE advisory")
    unordered: list[tuple[str, str, str]] = db.execute(
        "SELECT DISTINCT feed, place, concat_ws(' ', introduced, fixed, last) FROM keyed WHERE NOT is_ordered ORDER BY ALL"
    ).fetchall()
    db.execute("DELETE FROM keyed WHERE NOT is_ordered")
    db.execute(_HITS)
    db.execute(_DOUBTS)
    return unordered


def doubts(db: Database) -> Iterator[tuple[str, bool, int, str]]:
    """Hosts of which packages may have a weakness or not: whether for want of a stream, how many, and one of them."""
    yield from db.execute(
        "SELECT asset_id, is_of_stream, count(DISTINCT cve), min(example) FROM pair_of JOIN doubt USING (pair) "
        "GROUP BY ALL ORDER BY ALL"
    ).fetchall()


def _make_keys(db: Database) -> None:
    """Each version once: its whole key, that without epoch, and what stands for it as the end of a range."""
    db.execute(
        "CREATE TABLE key (scheme VARCHAR, version VARCHAR, key VARCHAR, bare VARCHAR, bound VARCHAR, "
        "last_bound VARCHAR, is_bare BOOLEAN)"
    )
    rows = db.execute(
        "SELECT DISTINCT scheme, version FROM (SELECT scheme, version FROM pair "
        "UNION ALL SELECT scheme, source_version FROM pair "
        "UNION ALL SELECT scheme, unnest([introduced, fixed, last]) FROM advisory "
        "JOIN (SELECT DISTINCT release, scheme FROM pair) USING (release)) WHERE version IS NOT NULL"
    ).fetchall()
    keys: list[tuple[Any, ...]] = []
    for scheme, version in rows:
        try:
            key = KEYS[scheme](version)
        except ValueError:
            continue
        keys.append(
            (scheme, version, key, *(_rpm_bounds(version) if scheme == "rpm" else (None, key, key, False)))
        )
    insert(db, "key", keys)


def _rpm_bounds(version: str) -> tuple[str, str, str, bool]:
    bare = rpm_key_without_epoch(version)
    if ":" in version:
        return bare, rpm_key(version), rpm_key(version, is_open=True), False
    return bare, bare, rpm_key_without_epoch(version, is_open=True), True


def unjudged(db: Database) -> Iterator[tuple[str, int]]:
    """Hosts that have packages of which the version or the source is not known, and how many."""
    yield from db.execute(
        "SELECT asset_id, count(*) FROM pair_of JOIN pair ON pair.id = pair_of.pair WHERE "
        "(name IS NOT NULL AND own_key IS NULL) OR ((source IS NULL OR source_key IS NULL) AND "
        "(scheme <> 'rpm' OR release IN (SELECT release FROM keyed WHERE is_source))) "
        "GROUP BY asset_id ORDER BY asset_id"
    ).fetchall()


def found(db: Database) -> Iterator[Found]:
    """Each weakness of each host once."""
    db.execute(
        "CREATE TABLE pending AS SELECT asset_id, pending_security_updates FROM staged_patch_state "
        "QUALIFY row_number() OVER (PARTITION BY asset_id ORDER BY _observed_at DESC NULLS LAST) = 1"
    )
    rows = db.execute(_FOUND)
    while some := rows.fetchmany(_BATCH):
        for (
            asset,
            cve,
            packages,
            fixes,
            is_fixable,
            severity,
            cvss,
            published,
            feed,
            at,
            seen,
            pending,
        ) in some:
            yield Found(
                asset,
                cve,
                packages,
                fixes or [],
                is_fixable,
                None if severity is None else SEVERITIES[severity],
                cvss,
                _aware(published),
                feed,
                _aware(at) if seen else None,
                _aware(seen),
                pending,
            )


def _stored(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC).replace(tzinfo=None)


def _aware(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)
