"""Loads a pack: every policy below its folders, compiled, and the clause map. Compiled packs are cached by content."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hiscomply import __version__
from hiscomply.compiled import CompiledPolicy, from_plain, to_plain
from hiscomply.errors import HiscomplyError, Place, PolicyError, Problems
from hiscomply.kinds import Kind
from hiscomply.paths import cache_dir

_SHARED = ("compiled.py", "kinds.py", "parameters.py", "yaml_source.py")


@dataclass(frozen=True, slots=True)
class Pack:
    """Compiled policies in order of id.

    Attributes:
        digest: sha256 over every policy file and schema that went in.
    """

    policies: tuple[CompiledPolicy, ...]
    digest: str


def policy_files(folders: Iterable[Path]) -> list[Path]:
    """Every ``policy.yaml`` below the folders, sorted.

    Raises:
        PolicyError: a folder does not exist or holds no policy.
    """
    found: dict[Path, None] = {}
    for folder in folders:
        files = [folder] if folder.name == "policy.yaml" else sorted(folder.rglob("policy.yaml"))
        if not folder.exists() or not files:
            raise PolicyError(
                "there is no policy here / 此处没有策略",
                place=Place(str(folder)),
                hint="a policy is a folder with policy.yaml / 一个策略是一个含 policy.yaml 的文件夹",
            )
        found.update(dict.fromkeys(files))
    return list(found)


def load_pack(folders: Sequence[Path], kinds: Mapping[str, Kind], *, use_cache: bool = True) -> Pack:
    """All policies, compiled.

    Raises:
        Problems, PolicyError: every policy that cannot be used, with file, line and column.
    """
    files = policy_files(folders)
    contents = {file: _bytes(file) for file in files}
    digest = _digest(contents, kinds)
    cached = _read_cache(digest) if use_cache else None
    if cached is not None:
        return Pack(cached, digest)
    policies = _compile_all(contents, kinds)
    if use_cache:
        _write_cache(digest, policies)
    return Pack(policies, digest)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise PolicyError(f"cannot be read: {error.strerror} / 无法读取", place=Place(str(file))) from error


def _digest(contents: Mapping[Path, bytes], kinds: Mapping[str, Kind]) -> str:
    total = hashlib.sha256(__version__.encode() + _compiler_digest())
    for kind in sorted(kinds):
        total.update(repr(kinds[kind]).encode())
    for file, content in contents.items():
        total.update(str(file).encode() + b"\0" + hashlib.sha256(content).digest())
    return total.hexdigest()


def _compiler_digest() -> bytes:
    """Over the compiler itself: a mended compiler must not be served what a broken one made."""
    total = hashlib.sha256()
    package = Path(__file__).parent
    for file in [*sorted(package.glob("*.py")), *(package.parent / name for name in _SHARED)]:
        total.update(file.read_bytes())
    return total.digest()


def _compile_all(contents: Mapping[Path, bytes], kinds: Mapping[str, Kind]) -> tuple[CompiledPolicy, ...]:
    from hiscomply.policy.compile import compile_policy
    from hiscomply.policy.document import PolicyDocument
    from hiscomply.yaml_source import load_yaml, validate

    compiled: dict[str, CompiledPolicy] = {}
    problems: list[HiscomplyError] = []
    for file, content in contents.items():
        try:
            yaml = load_yaml(file, error_type=PolicyError)
            document = validate(PolicyDocument, yaml, PolicyError)
            if document.id != file.parent.name:
                raise PolicyError(
                    f"the id {document.id!r} is not the folder's name / id 与文件夹名称不一致",
                    place=yaml.place(("id",)),
                )
            if document.id in compiled:
                raise PolicyError(
                    f"policy {document.id!r} exists twice, also in {compiled[document.id].file} / 策略重复",
                    place=yaml.place(("id",)),
                    hint="give one of them another id and folder / 请更改其中一个的 id 与文件夹",
                )
            digest = hashlib.sha256(content).hexdigest()
            compiled[document.id] = compile_policy(document, yaml, kinds, digest)
        except Problems as several:
            problems.extend(several.problems)
        except HiscomplyError as error:
            problems.append(error)
    if problems:
        raise Problems(problems) if len(problems) > 1 else problems[0]
    return tuple(compiled[id_] for id_ in sorted(compiled))


def _cache_file(digest: str) -> Path:
    return cache_dir() / f"pack-{digest[:32]}.json"


def _read_cache(digest: str) -> tuple[CompiledPolicy, ...] | None:
    """The cached pack, or None: a cache that is absent or damaged costs time, never a result."""
    try:
        data: Any = json.loads(_cache_file(digest).read_text(encoding="utf-8"))
        if data["digest"] != digest:
            return None
        return tuple(from_plain(item) for item in data["policies"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write_cache(digest: str, policies: tuple[CompiledPolicy, ...]) -> None:
    target = _cache_file(digest)
    data = {"digest": digest, "policies": [to_plain(policy) for policy in policies]}
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=target.parent, suffix=".tmp", delete=False
        ) as file:
            json.dump(data, file, ensure_ascii=False)
        Path(file.name).replace(target)
    except OSError:
        return
