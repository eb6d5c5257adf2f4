"""A run: a folder that is written aside, sealed with a manifest, renamed, and never changed after that."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hiscomply.errors import Place, RunError
from hiscomply.model import Collection, CollectionStatus, Rejected, Text

MANIFEST = "manifest.json"
COLLECTIONS = "collections.json"
PACKS = "packs"
EARLIER = "earlier.parquet"
"""What the previous run had found, as it was when this run was compared with it."""
_PARTIAL = ".partial-"
_LONGEST_RUN_S = 2 * 86_400
"""No run takes so long from its stored evidence to its seal."""


def new_folder(runs: Path) -> Path:
    """A fresh folder beside the runs; a killed run leaves only this, never half a run.

    Raises:
        RunError: the runs folder cannot be written.
    """
    try:
        runs.mkdir(parents=True, exist_ok=True)
        _forget_killed(runs)
        folder = Path(tempfile.mkdtemp(prefix=_PARTIAL, dir=runs))
        (folder / "evidence").mkdir()
        return folder
    except OSError as error:
        raise RunError(
            f"the run cannot be written: {error.strerror} / 无法写入运行文件夹",
            place=Place(str(runs)),
            hint="check free space and permissions / 请检查磁盘空间与权限",
        ) from error


def _forget_killed(runs: Path) -> None:
    """Removes what killed runs left behind, once nobody can be at work in it any more."""
    for folder in runs.glob(f"{_PARTIAL}*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > _LONGEST_RUN_S:
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def unsealed(runs: Path) -> Iterator[Path]:
    """A fresh folder that is gone again if what is done in it fails."""
    folder = new_folder(runs)
    with gone_if_it_fails(folder):
        yield folder


@contextmanager
def gone_if_it_fails(folder: Path) -> Iterator[None]:
    """Removes the folder if what is done in it fails, or is interrupted."""
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def sha256_of(file: Path) -> str:
    """The digest of a file, read in pieces."""
    total = hashlib.sha256()
    with file.open("rb") as source:
        while piece := source.read(1 << 20):
            total.update(piece)
    return total.hexdigest()


def keep_packs(packs: Sequence[Path], folder: Path) -> None:
    """Copies the policies of a project's own packs into its run, so that it can be judged again elsewhere."""
    for number, pack in enumerate(packs):
        for file in sorted(pack.rglob("policy.yaml")):
            copy = folder / PACKS / str(number) / file.relative_to(pack)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)


def kept_packs(run: Path) -> tuple[Path, ...]:
    """The packs that ``keep_packs`` put there, in the project's order."""
    return tuple(sorted((run / PACKS).glob("*"), key=lambda pack: int(pack.name)))


def run_name(moment: datetime) -> str:
    """The name of a new run: the second that it judges, UTC, and eight digits that no other run of that second has."""
    return f"{moment:%Y-%m-%dT%H%M%SZ}-{os.urandom(4).hex()}"


def seal(folder: Path, runs: Path, run_id: str, facts: Mapping[str, Any]) -> Path:
    """Writes the manifest with the digest of every file, and gives the folder its name.

    Raises:
        RunError: a run of that name exists already: it stays as it is.
    """
    shutil.rmtree(folder / "staging", ignore_errors=True)
    files = {
        str(file.relative_to(folder)): {"sha256": sha256_of(file), "bytes": file.stat().st_size}
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
    manifest = {"format": 1, "run": run_id, **facts, "files": files}
    manifest["digest"] = _digest_of(json.loads(json.dumps(manifest, default=str)))
    text = json.dumps(manifest, ensure_ascii=False, indent=1, default=str)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    target = runs / run_id
    folder.chmod(0o755)
    try:
        # Never onto a folder that holds anything, whoever put it there a moment ago: the system sees to that.
        folder.replace(target)
    except OSError as error:
        said = "a run of this name exists already / 同名运行已存在"
        if not target.exists():
            said = f"the run cannot be written: {error.strerror} / 无法写入运行文件夹"
        raise RunError(said, place=Place(str(target))) from error
    return target


def read_manifest(run: Path) -> dict[str, Any]:
    """The manifest of a sealed run.

    Raises:
        RunError: it is missing or damaged.
    """
    try:
        manifest: dict[str, Any] = json.loads((run / MANIFEST).read_text(encoding="utf-8"))
        if manifest["format"] != 1 or not all(one["sha256"] for one in manifest["files"].values()):
            raise ValueError(f"format {manifest['format']!r}")
        return manifest
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RunError(
            "this is no sealed run: its manifest is missing or damaged / 不是完整的运行",
            place=Place(str(run)),
            hint="runs stand in .hiscomply/runs / 运行位于 .hiscomply/runs",
        ) from error


def _digest_of(manifest: Mapping[str, Any]) -> str:
    """The digest of all that a manifest says but its own digest."""
    said = {name: value for name, value in manifest.items() if name != "digest"}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def verify(run: Path) -> list[str]:
    """What is not as it was sealed, one line each; empty when all is well.

    Told are: an altered, missing or added file, a link in place of a file, an altered manifest, a renamed
    folder, and a previous run (where it still stands beside) that is not the one this run was compared with.
    Whoever rewrites the manifest with its digest is found only by the seal (``seal_of``) kept elsewhere.

    Raises:
        RunError: as ``read_manifest``.
    """
    manifest = read_manifest(run)
    listed = manifest["files"]
    entries = sorted(run.rglob("*"))
    links = {str(entry.relative_to(run)) for entry in entries if entry.is_symlink()}
    found = {str(entry.relative_to(run)) for entry in entries if entry.is_file()} - {MANIFEST} - links
    lines = [f"link instead of a file / 被换成链接: {name}" for name in sorted(links)]
    lines += [f"missing / 缺失: {name}" for name in sorted(set(listed) - found - links)]
    lines += [f"added / 多出: {name}" for name in sorted(found - set(listed))]
    for name in sorted(set(listed) & found):
        if sha256_of(run / name) != listed[name]["sha256"]:
            lines.append(f"altered / 被改动: {name}")
    if manifest.get("digest") != _digest_of(manifest):
        lines.append(f"altered / 被改动: {MANIFEST}")
    if run.resolve().name != manifest["run"]:
        lines.append(f"renamed / 被改名: {manifest['run']} -> {run.resolve().name}")
    return lines + _previous_differs(run, manifest.get("previous"))


def _previous_differs(run: Path, previous: Mapping[str, str] | None) -> list[str]:
    if not previous:
        return []
    file = run.resolve().parent / previous["run"] / MANIFEST
    if not file.is_file() or sha256_of(file) == previous["manifest_sha256"]:
        return []
    return [f"previous run altered / 上一次运行被改动: {previous['run']}"]


def seal_of(run: Path) -> str:
    """The digest that stands for the whole run: sha256 of its manifest."""
    return sha256_of(run / MANIFEST)


def sealed_runs(runs: Path) -> list[Path]:
    """All sealed runs of a folder, oldest first: by the moment they judge, then by when they were sealed."""
    if not runs.is_dir():
        return []
    sealed = [one for one in runs.iterdir() if (one / MANIFEST).is_file() and one.name[0] != "."]
    return sorted(sealed, key=lambda run: (run.name.rpartition("-")[0], (run / MANIFEST).stat().st_mtime_ns))


def write_collections(folder: Path, collections: Sequence[Collection]) -> None:
    """All collections with what they set aside."""
    text = json.dumps(list(collections), ensure_ascii=False, indent=1, default=_plain)
    (folder / COLLECTIONS).write_text(text + "\n", encoding="utf-8")


def read_collections(run: Path) -> tuple[Collection, ...]:
    """The collections of a run.

    Raises:
        RunError: the file is missing or damaged.
    """
    try:
        data = json.loads((run / COLLECTIONS).read_text(encoding="utf-8"))
        return tuple(_collection(one) for one in data)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(
            "the run's collections cannot be read / 采集记录无法读取", place=Place(str(run / COLLECTIONS))
        ) from error


def _collection(data: Mapping[str, Any]) -> Collection:
    plain = dict(data)
    plain["status"] = CollectionStatus(data["status"])
    plain["reason"] = Text(**data["reason"]) if data["reason"] else None
    plain["kinds"], plain["affected"] = tuple(data["kinds"]), tuple(data["affected"])
    for name in ("started", "ended"):
        plain[name] = datetime.fromisoformat(data[name]).astimezone(UTC)
    plain["rejected"] = tuple(
        Rejected(**{**one, "reason": Text(**one["reason"])}) for one in data["rejected"]
    )
    return Collection(**plain)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        # Not asdict, which copies all that is in it: a fleet has thousands of these.
        return {one.name: getattr(value, one.name) for one in fields(value)}
    return value.isoformat() if isinstance(value, datetime) else str(value)
