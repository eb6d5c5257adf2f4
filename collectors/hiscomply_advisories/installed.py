"""The installed packages that other targets staged, as tables of a database in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from hiscomply.hookspecs import CollectFailed, Staged
from hiscomply.model import Text
from hiscomply_advisories.releases import release_of_host, scheme_of

Database = Any
"""A DuckDB connection; typed loosely so that nothing is imported before it is needed."""

_MEMORY: Final = "512MB"
_COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    "package": dict.fromkeys(
        ("asset_id", "name", "version", "arch", "source_name", "source_version", "_collection"), "VARCHAR"
    )
    | {"_observed_at": "TIMESTAMP"},
    "host": dict.fromkeys(("id", "os_id", "os_version", "os_name", "_collection"), "VARCHAR")
    | {"_observed_at": "TIMESTAMP"},
    "patch_state": {
        "asset_id": "VARCHAR",
        "pending_security_updates": "BIGINT",
        "_observed_at": "TIMESTAMP",
    },
}
# A package that is installed several times carries its architecture, version or line in its name.
_BARE_NAME: Final = """
    regexp_replace(name, '#[0-9]+$', '') AS numbered,
    CASE WHEN ends_with(numbered, ':' || arch) THEN numbered[:-len(arch) - 2] ELSE numbered END AS no_arch,
    CASE WHEN ends_with(no_arch, '-' || version) THEN no_arch[:-len(version) - 2] ELSE no_arch END AS bare
"""
_NEWEST: Final = """
    CREATE TABLE package AS
    WITH twice AS (SELECT asset_id FROM staged_package GROUP BY asset_id HAVING count(DISTINCT _collection) > 1)
    FROM staged_package WHERE asset_id NOT IN (FROM twice)
    UNION ALL
    FROM staged_package WHERE asset_id IN (FROM twice)
    QUALIFY row_number() OVER (PARTITION BY asset_id, name ORDER BY _observed_at DESC NULLS LAST) = 1
"""
_PAIRS: Final = f"""
    CREATE TABLE detail AS
    SELECT asset_id, _observed_at AS observed_at, release, scheme, source_name,
      CASE WHEN scheme = 'rpm' THEN bare END AS name,
      CASE WHEN scheme = 'rpm' THEN version END AS version,
      CASE WHEN scheme = 'rpm' THEN arch END AS arch,
      -- The signed kernel is built from a source of its own, with a version that sorts after all real ones.
      CASE WHEN is_kernel THEN 'linux' ELSE source_name END AS source,
      CASE WHEN is_kernel THEN version ELSE coalesce(source_version,
        CASE WHEN source_name = bare THEN regexp_replace(version, '\\+b[0-9]+$', '') END) END AS source_version
    FROM (SELECT * EXCLUDE (name), {_BARE_NAME},
            scheme = 'dpkg' AND regexp_matches(coalesce(source_name, ''), '^linux-signed(-[a-z0-9]+)?$') AS is_kernel
          FROM package JOIN release_of USING (asset_id))
"""
_SAME: Final = " AND ".join(
    f"detail.{name} IS NOT DISTINCT FROM pair.{name}"
    for name in ("name", "version", "arch", "source", "source_version")
)


def load(db: Database, staged: Mapping[str, Staged], patterns: Sequence[str]) -> None:
    """Makes ``package`` (newest row of each), ``release_of`` (scheme and release of each host), ``host_seen``.

    Args:
        patterns: names of the targets whose packages count; empty for all.

    Raises:
        CollectFailed: no target gave a package.
    """
    db.execute("SET memory_limit = $1", [_MEMORY])
    db.execute("SET preserve_insertion_order = false")
    for kind in _COLUMNS:
        _read(db, kind, staged.get(kind, Staged()))
    if patterns:
        unasked = " AND ".join(f"NOT _collection GLOB ${number}" for number in range(1, len(patterns) + 1))
        db.execute(f"DELETE FROM staged_package WHERE {unasked}", list(patterns))
        db.execute(
            f"CREATE TABLE host_seen AS SELECT DISTINCT id AS asset_id FROM staged_host WHERE NOT ({unasked})",
            list(patterns),
        )
    else:
        db.execute("CREATE TABLE host_seen AS SELECT DISTINCT id AS asset_id FROM staged_host")
    db.execute(_NEWEST)
    db.execute("DROP TABLE staged_package")
    (count,) = db.execute("SELECT count(*) FROM package").fetchone()
    if not count:
        raise CollectFailed(
            Text(
                "没有采集到任何软件包,漏洞情况未知",
                "no packages were collected, so that vulnerabilities are not known",
            )
        )
    _releases(db)


def _read(db: Database, kind: str, staged: Staged) -> None:
    columns = ", ".join(f"{name} {type_}" for name, type_ in _COLUMNS[kind].items())
    db.execute(f"CREATE TABLE staged_{kind} ({columns})")
    if staged.files:
        shape = ", ".join(f"{name}: '{type_}'" for name, type_ in _COLUMNS[kind].items())
        db.execute(
            f"INSERT INTO staged_{kind} BY NAME FROM read_json($files, format = 'newline_delimited', "
            f"columns = {{{shape}}}, maximum_object_size = 33554432)",
            {"files": [str(file) for file in staged.files]},
        )


def _releases(db: Database) -> None:
    hosts = db.execute(
        "SELECT id, os_id, os_version, os_name FROM staged_host "
        "QUALIFY row_number() OVER (PARTITION BY id ORDER BY _observed_at DESC NULLS LAST) = 1"
    ).fetchall()
    known = {asset: release_of_host(*said) for asset, *said in hosts}
    named = [(asset, release, scheme_of(release)) for asset, release in known.items() if release]
    db.execute("CREATE TABLE release_of (asset_id VARCHAR, release VARCHAR, scheme VARCHAR)")
    insert(db, "release_of", named)


def pair_up(db: Database) -> None:
    """Makes ``pair`` (each distinct package of a release once) and ``pair_of`` (which hosts have it)."""
    db.execute(_PAIRS)
    db.execute("DROP TABLE package")
    db.execute(
        "CREATE TABLE pair AS SELECT row_number() OVER () AS id, * FROM "
        "(SELECT DISTINCT release, scheme, name, version, arch, source, source_version FROM detail)"
    )
    db.execute(
        "CREATE TABLE pair_of AS SELECT asset_id, pair.id AS pair, min(observed_at) AS observed_at "
        f"FROM detail JOIN pair ON detail.release = pair.release AND {_SAME} GROUP BY ALL"
    )
    db.execute("DROP TABLE detail")


def insert(db: Database, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows of Python values into a table, column by column."""
    if rows:
        columns = ", ".join(f"unnest(${number + 1})" for number in range(len(rows[0])))
        db.execute(
            f"INSERT INTO {table} SELECT {columns}", [list(column) for column in zip(*rows, strict=True)]
        )
