"""Loads a pack: every policy below its folders, compiled, and the clause map. Compiled packs are cached by content."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from hiscomply import __version__
from hiscomply.compiled import CompiledPolicy, from_plain, to_plain
from hiscomply.errors import HiscomplyError, Place, PolicyError, Problems
from hiscomply.frozen import dataclass
from hiscomply.kinds import Kind
from hiscomply.own_files import code_digest
from hiscomply.policy.cache import keep_newest, read_cached, write_cached

_POLICY = "policy.yaml"
MOST_BYTES = 64 << 20
"""Of compiled packs that are kept; one has a tenth of that, and each change of a policy makes another."""
_SHARED = ("compiled.py", "kinds.py", "parameters.py", "yaml_source.py")


@dataclass(frozen=True, slots=True)
class Pack:
    """Compiled policies in order of id.

    Attributes:
        digest: sha256 over every policy file and schema that went in, the compiler and the version; wherever they stand.
    """

    policies: tuple[CompiledPolicy, ...]
    digest: str


def policy_files(folders: Iterable[Path]) -> list[Path]:
    """Every ``policy.yaml`` below the folders, sorted.

    Raises:
        PolicyError: a folder does not exist or holds no policy.
    """
    return [Path(one) for one in _paths(folders)]


def _paths(folders: Iterable[Path]) -> list[str]:
    """As ``policy_files``; five hundred objects less, which counts for the check of one file."""
    found: dict[str, None] = {}
    for folder in folders:
        files = [str(folder)] if folder.name == _POLICY else _below(folder) if folder.is_dir() else []
        if not folder.exists() or not files:
            raise PolicyError(
                "there is no policy here / 此处没有策略",
                place=Place(str(folder)),
                hint="a policy is a folder with policy.yaml / 一个策略是一个含 policy.yaml 的文件夹",
            )
        found.update(dict.fromkeys(files))
    return list(found)


def _below(folder: Path) -> list[str]:
    """Every policy in a folder, sorted; as ``rglob``, in a third of its time."""
    found: list[str] = []
    folders = [str(folder)]
    while folders:
        place = folders.pop()
        try:
            with os.scandir(place) as entries:
                for entry in entries:
                    if entry.name == _POLICY:
                        found.append(entry.path)
                    elif entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
        except OSError as error:
            raise _unreadable(place, error) from error
    return sorted(found)


def load_pack(
    folders: Sequence[Path],
    kinds: Mapping[str, Kind],
    *,
    use_cache: bool = True,
    only_kinds: frozenset[str] | None = None,
) -> Pack:
    """All policies, compiled.

    Args:
        only_kinds: leave out policies that read other kinds of evidence.

    Raises:
        Problems, PolicyError: every policy that cannot be used, with file, line and column.
    """
    contents = {path: _bytes(path) for path in _paths(folders)}
    # A mended compiler must not be served what a broken one made, nor one that is not known anything.
    compiler = code_digest([Path(__file__).parent], _SHARED)
    use_cache = use_cache and compiler is not None
    digest = _digest(contents, kinds, compiler)
    placed = _placed(digest, contents, kinds)
    part = _part_digest(placed, only_kinds)
    content = read_cached("pack", part) if use_cache else None
    if content is not None:
        return Pack(tuple(map(from_plain, content)), digest)
    whole = read_cached("pack", placed) if use_cache and part != placed else None
    policies = _compile_all(contents, kinds) if whole is None else tuple(map(from_plain, whole))
    wanted = tuple(one for one in policies if only_kinds is None or only_kinds.issuperset(one.kinds))
    if use_cache:
        if whole is None:
            write_cached("pack", placed, [to_plain(policy) for policy in policies])
        if part != placed:
            write_cached("pack", part, [to_plain(policy) for policy in wanted])
        keep_newest("pack", part, MOST_BYTES)
    return Pack(wanted, digest)


def _part_digest(digest: str, only_kinds: frozenset[str] | None) -> str:
    """Of the policies on these kinds alone, kept by themselves: a check of files needs less than half of a pack."""
    if only_kinds is None:
        return digest
    return hashlib.sha256("\0".join([digest, *sorted(only_kinds)]).encode()).hexdigest()


def _bytes(path: str) -> bytes:
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - five hundred of them at each start
            return file.readall()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: str, error: OSError) -> PolicyError:
    return PolicyError(f"cannot be read: {error.strerror} / 无法读取", place=Place(path))


def _digest(contents: Mapping[str, bytes], kinds: Mapping[str, Kind], compiler: str | None) -> str:
    """Of all that verdicts follow from. A policy is told by its folder's name, which is its id: two are refused."""
    total = hashlib.sha256(f"{__version__} {compiler}".encode())
    for kind in sorted(kinds):
        total.update(f"{kind} {kinds[kind].digest}\0".encode())
    named = ((path.split(os.sep)[-2:][0], content) for path, content in contents.items())  # noqa: PTH206 - five hundred
    for name, content in sorted(named):
        total.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogatepass"))
        total.update(content)
    return total.hexdigest()


def _placed(digest: str, contents: Mapping[str, bytes], kinds: Mapping[str, Kind]) -> str:
    """Of the same where it stands: a compiled policy names its files."""
    places = [*contents, *(str(kinds[kind].file) for kind in sorted(kinds))]
    return hashlib.sha256("\0".join([digest, *places]).encode("utf-8", "surrogatepass")).hexdigest()


def _compile_all(contents: Mapping[str, bytes], kinds: Mapping[str, Kind]) -> tuple[CompiledPolicy, ...]:
    from hiscomply.policy.compile import compile_policy
    from hiscomply.policy.document import PolicyDocument
    from hiscomply.yaml_source import load_yaml, validate

    compiled: dict[str, CompiledPolicy] = {}
    problems: list[HiscomplyError] = []
    for path, content in contents.items():
        file = Path(path)
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
