"""What kustomizations render: the objects of their resources with all that is laid over them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from hiscomply.configurations import ReadFile
from hiscomply.model import Text
from hiscomply_files.software.json_patch import patched
from hiscomply_files.software.kustomization import (
    ONLY_ADD,
    ONLY_ALTER,
    Kustomization,
    Patch,
    is_json_patch,
    is_kustomization,
    patch_documents,
)
from hiscomply_files.software.kustomize_generators import ENV_FORMATS, generated, taken_up
from hiscomply_files.software.kustomize_images import NewImages
from hiscomply_files.software.kustomize_merge import NotUnderstood, is_native, laid_over
from hiscomply_files.software.manifests import Object, objects, objects_of
from hiscomply_files.software.parts import Part, Placed

T = TypeVar("T")
MAX_OBJECTS = 5_000
MAX_DEPTH = 50
PATCH = Text(
    "这是 kustomize 补丁,它所修改的清单没有合并进来",
    "a kustomize patch: what it is laid over is not put together with it",
)
_PATTERN = re.compile(r"[\w.|-]*(?:\.\*[\w.|-]*){0,3}", re.ASCII)
"""What of a target is compared: names with a few ``.*``, which cost no more than reading them."""


@dataclass(slots=True)
class Built:
    """What one kustomization gives.

    Attributes:
        fragments: patches without their object.
        lost: places of what it takes and that is not known, with the reason.
    """

    objects: list[Object] = field(default_factory=list)
    fragments: list[Object] = field(default_factory=list)
    lost: list[tuple[Placed, Text]] = field(default_factory=list)


class Kustomizations:
    """All kustomizations of a tree.

    Attributes:
        used: the files that some kustomization takes or lays over others: they do not stand for themselves.
    """

    def __init__(self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]) -> None:
        self._files, self._unread = files, unread
        self._all = {path: Kustomization(file) for path, file in files.items() if is_kustomization(path)}
        self._folders: dict[str, list[str]] = {}
        for path, one in self._all.items():
            self._folders.setdefault(one.folder, []).append(path)
        self._built: dict[str, Built] = {}
        self._open: list[str] = []
        self.used = {path for one in self._all.values() for path in _files_of(one)}

    def rendered(self) -> Iterator[tuple[str, Built]]:
        """Of each that no other takes: its folder, and what it gives.

        Those that only take each other in a circle come last.
        """
        taken = dict.fromkeys(
            path
            for one in self._all.values()
            for folder in one.folders()
            for path in self._folders.get(_folder(folder), ())
        )
        for path in [*(one for one in self._all if one not in taken), *taken]:
            if path not in self._built:
                yield self._all[path].folder, self._build(path)

    def _build(self, path: str) -> Built:
        if path in self._built:
            return self._built[path]
        self._open.append(path)
        one, built = self._all[path], Built()
        for place, target in one.resources():
            self._take(one, place, target, built)
        for made in generated(one, self._files):
            built.objects = taken_up(built.objects, made)
        for patch in (*one.merge_patches(), *one.patches()):
            self._lay(one, patch, built)
        built.objects = [_renamed(found, one.part) for found in built.objects]
        for patch in one.patches("patchesJson6902"):
            self._lay(one, patch, built)
        images = NewImages(one.part.elements("images"))
        built.objects = [images.applied(found) for found in built.objects]
        if images.not_understood is not None:
            _alter(built, one.reason(images.not_understood))
        self._leave(one, built)
        self._open.pop()
        self._built[path] = built
        return built

    def _take(self, one: Kustomization, place: Placed, target: str | None, built: Built) -> None:
        if target is not None and self._is_manifest(target):
            built.objects.extend(objects(self._files[target]))
        elif target is not None and _folder(target) in self._folders:
            for path in self._folders[_folder(target)]:
                if path in self._open or len(self._open) > MAX_DEPTH:
                    reason = Text(
                        f"{one.path} 引用 {path},成环或过深",
                        f"{one.path} takes {path} in a circle, or too deep",
                    )
                    built.lost.append((place, reason))
                    continue
                below = self._build(path)
                built.objects.extend(below.objects)
                built.fragments = _once(built.fragments, below.fragments)
                built.lost = _once(built.lost, below.lost)
        else:
            built.lost.append((place, _not_read(one, place, target, self._unread)))
        if len(built.objects) > MAX_OBJECTS:
            del built.objects[MAX_OBJECTS:]
            reason = Text(
                f"{one.path} 的对象超过 {MAX_OBJECTS} 个", f"{one.path} gives more than {MAX_OBJECTS} objects"
            )
            built.lost.append((place, reason))

    def _is_manifest(self, path: str) -> bool:
        return path in self._files and path not in self._all and self._files[path].format not in ENV_FORMATS

    def _leave(self, one: Kustomization, built: Built) -> None:
        """What is not understood makes all objects uncertain, and may be an object more."""
        for place in one.not_understood():
            if place.key not in ONLY_ADD:
                _alter(built, one.reason(place))
            if place.key not in ONLY_ALTER:
                built.lost.append((place, one.reason(place)))
        if len(self._folders[one.folder]) > 1:
            reason = Text(
                f"{one.folder or '.'} 中有不止一个 kustomization 文件",
                f"{one.folder or '.'} has more than one kustomization",
            )
            _alter(built, reason)
        if one.part.text("kind") == "Component":
            reason = Text(
                f"{one.path} 是组件,使用它的清单没有合并进来",
                f"{one.path} is a component: what uses it is not put together with it",
            )
            _alter(built, reason)

    def _lay(self, one: Kustomization, patch: Patch, built: Built) -> None:
        read = patch_documents(patch, self._files)
        if not read or patch.has_options:
            reason = (
                one.reason(patch.place)
                if patch.path is None
                else _not_read(one, patch.place, patch.path, self._unread)
            )
            _alter(
                built,
                reason,
                lambda found: patch.target is None or _selects(patch.target, found) is not False,
            )
            return
        for document in [None] if is_json_patch(read) else read:
            if patch.target is None and (document is None or document.text("kind") is None):
                _alter(built, one.reason(patch.place))
            elif document is None or patch.target is not None:
                self._lay_selected(one, patch, document, read, built)
            else:
                _lay_named(one, patch, document, built)

    def _lay_selected(
        self, one: Kustomization, patch: Patch, document: Part | None, read: list[Part], built: Built
    ) -> None:
        assert patch.target is not None
        operations = read[0].elements() if document is None else []
        result: list[Object] = []
        for found in built.objects:
            is_meant = _selects(patch.target, found)
            if is_meant is None:
                result.append(_altered(found, one.reason(patch.place)))
            elif not is_meant:
                result.append(found)
            elif document is None:
                result += _changed(found, lambda part: patched(part, operations), one.reason(patch.place))
            else:
                result += _merged(found, document, one.reason(patch.place))
        built.objects = result


def _once(known: list[T], more: list[T]) -> list[T]:
    """Those of both lists: what is taken twice is told once."""
    return list(dict.fromkeys((*known, *more)))


def _files_of(one: Kustomization) -> Iterator[str]:
    yield from (path for _, path in one.resources() if path is not None)
    yield from (patch.path for patch in one.all_patches() if patch.path is not None)


def _folder(path: str) -> str:
    return "" if path == "." else path


def _lay_named(one: Kustomization, patch: Patch, document: Part, built: Built) -> None:
    """A patch for the one object that it names; where there is not one, it stays a fragment."""
    for over in objects_of(document, _file_of(document, one.path)):
        meant = [found for found in built.objects if _is_same(over, found)]
        if len(meant) == 1:
            at = built.objects.index(meant[0])
            built.objects[at : at + 1] = _merged(meant[0], over.part, one.reason(patch.place))
        else:
            built.fragments.append(replace(over, missing=(PATCH,)))
            _alter(built, one.reason(patch.place), meant.__contains__)


def _file_of(document: Part, otherwise: str) -> str:
    first = document.first()
    return first.file if first is not None else otherwise


def _is_same(over: Object, found: Object) -> bool:
    space = over.namespace
    return (
        over.kind == found.kind
        and over.name in found.names
        and (space is None or space in found.namespaces)
        and (over.part.at("apiVersion") is None or over.group == found.group)
    )


def _merged(found: Object, over: Part, reason: Text) -> list[Object]:
    by_key = is_native(found.group)
    return _changed(found, lambda part: laid_over(part, over, by_key=by_key), reason)


def _changed(found: Object, change: Callable[[Part], Part | None], reason: Text) -> list[Object]:
    """The object after a change; none if it is deleted, and an uncertain one if the change is not understood."""
    try:
        part = change(found.part)
    except NotUnderstood:
        return [_altered(found, reason)]
    return [] if part is None else [replace(found, part=part)]


def _altered(found: Object, reason: Text) -> Object:
    return replace(found, missing=(*found.missing, reason), is_certain=False)


def _alter(built: Built, reason: Text, is_meant: Callable[[Object], bool] = lambda _: True) -> None:
    built.objects = [_altered(found, reason) if is_meant(found) else found for found in built.objects]


def _selects(target: Part, found: Object) -> bool | None:
    """Whether a target means the object; None if that is not known."""
    group = found.part.text("apiVersion") or ""
    answers = [
        _matches(target.text("group"), [found.group]),
        _matches(target.text("version"), [group.rpartition("/")[2]]),
        _matches(target.text("kind"), [found.kind]),
        _matches(target.text("name"), found.names),
        _matches(target.text("namespace"), found.namespaces),
        None
        if target.at("labelSelector") is not None or target.at("annotationSelector") is not None
        else True,
    ]
    return False if False in answers else None if None in answers else True


def _matches(pattern: str | None, texts: Iterable[str]) -> bool | None:
    if pattern is None or pattern == "":
        return True
    if not _PATTERN.fullmatch(pattern):
        return None
    return any(re.fullmatch(pattern, one) for one in texts)


def _renamed(found: Object, kustomization: Part) -> Object:
    """With the namespace that is set for all, and the name that patches above may call it by."""
    before, after = (kustomization.text(one) or "" for one in ("namePrefix", "nameSuffix"))
    space = kustomization.text("namespace")
    if not before and not after and space is None:
        return found
    names = found.names | {f"{before}{one}{after}" for one in found.names} if before or after else found.names
    if space is None:
        return replace(found, names=names)
    return replace(found, names=names, namespace=space, namespaces=found.namespaces | {space})


def _not_read(one: Kustomization, place: Placed, path: str | None, unread: Mapping[str, Text]) -> Text:
    if path is not None and path in unread:
        return Text(f"{path}:{unread[path].zh}", f"{path}: {unread[path].en}")
    where = f"{one.path}:{place.line}"
    shown = place.value if path is None else path
    return Text(f"{where} 引用的 {shown} 不在检查范围内", f"what {where} names, {shown}, was not read")
