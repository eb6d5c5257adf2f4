"""Archiving and replication to ``backup_job`` and ``redundancy``. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from hiscomply.model import Record, Rejected, Text
from hiscomply_kit.databases import Instance, Row

JOB = "wal-archive"


def parse_archiving(answers: Mapping[str, Sequence[Row]], instance: Instance) -> Iterator[Record | Rejected]:
    """The last segment that was archived and the last that was not, as log backups of the job ``wal-archive``.

    The server keeps the moment of the end only; it stands for the beginning too.
    """
    for row in answers["archiver"]:
        if row["mode"] == "off" or (row["is_standby"] and row["mode"] != "always"):
            continue
        for status, seconds in (("success", row.get("archived_s")), ("failed", row.get("failed_s"))):
            if seconds is None or (status == "failed" and seconds == row.get("archived_s")):
                continue
            moment = datetime.fromtimestamp(seconds, UTC)
            fields = {
                "system_id": instance.system_id,
                "job": JOB,
                "type": "log",
                "started": moment,
                "ended": moment,
                "status": status,
            }
            yield instance.record("backup_job", "pg_stat_archiver", fields)


def parse_replication(
    answers: Mapping[str, Sequence[Row]], instance: Instance
) -> Iterator[Record | Rejected]:
    """Hot standby where one replays now. None in sight is not known to be none: storage or a cluster may do it."""
    standbys = [row for row in answers["standbys"] if not row.get("is_logical")]
    is_fed = any(row["state"] == "streaming" and row["is_replaying"] for row in standbys)
    is_fed = is_fed or any(row["status"] == "streaming" for row in answers["receiver"])
    if is_fed:
        fields = {"system_id": instance.system_id, "part": "database", "mode": "hot_standby"}
        yield instance.record("redundancy", "pg_stat_replication", fields)
        return
    reason = Text(
        "看不到正在回放的备库;存储复制或集群层的冗余此处不可见",
        "no standby is seen to replay; redundancy by storage or a cluster manager is not visible here",
    )
    yield instance.rejected("redundancy", "pg_stat_replication", reason)
