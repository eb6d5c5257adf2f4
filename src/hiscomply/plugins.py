"""Finds plugins, built-in and a stranger's by the same door: the entry-point group ``hiscomply``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pluggy

from hiscomply import hookspecs
from hiscomply.configurations import Software
from hiscomply.errors import ConfigError, nearest
from hiscomply.installed_plugins import OwnPoint, plugin_points
from hiscomply.kinds import Kind, load_kinds
from hiscomply.paths import policies_dir, schemas_dir

_BUILT_IN = "files"
_NOT_OF_FILES = frozenset({"hiscomply_collectors", "hiscomply_reporters"})
"""All that the product's other plugins bring, so that they are loaded for nothing else."""


@cache
def plugin_manager(of_files: bool = False) -> pluggy.PluginManager:
    """All plugins of this environment, registered.

    Args:
        of_files: without those of the product that bring nothing but collectors of other things, and reports.

    Raises:
        ConfigError: a plugin cannot be imported, or implements a hook that does not exist.
    """
    manager = pluggy.PluginManager("hiscomply")
    manager.add_hookspecs(hookspecs)
    for point in plugin_points():
        if of_files and isinstance(point, OwnPoint) and point.name != _BUILT_IN:
            continue
        try:
            manager.register(point.load(), name=point.name)
        except Exception as error:
            raise ConfigError(
                f"plugin {point.name!r} ({point.value}) cannot be loaded: {error!r} / 插件无法加载",
                hint="mend or uninstall it / 请修复或卸载该插件",
            ) from error
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise ConfigError(f"{error} / 插件实现了不存在的钩子") from error
    return manager


def _registered(hook: str, last: str = "", only: str | None = None) -> list[Any]:
    """What all plugins registered for a hook, or only one of them, in order of plugin name, one of them last."""
    manager = plugin_manager(of_files=hook not in _NOT_OF_FILES or only == _BUILT_IN)
    caller = getattr(manager.hook, hook)
    implementations = sorted(
        caller.get_hookimpls(), key=lambda one: (one.plugin_name == last, one.plugin_name)
    )
    found: list[Any] = []
    for implementation in implementations:
        if only is not None and implementation.plugin_name != only:
            continue
        try:
            found.extend(implementation.function())
        except Exception as error:
            raise ConfigError(
                f"plugin {implementation.plugin_name!r} failed in {hook}: {error!r} / 插件出错",
                hint="mend or uninstall it / 请修复或卸载该插件",
            ) from error
    return found


def collectors() -> dict[str, hookspecs.Collector]:
    """All collectors by name; those that read files are given the formats of every plugin."""
    return _collectors(None)


def files_collector() -> dict[str, hookspecs.Collector]:
    """The built-in collector of files alone, so that a check of files loads no other."""
    return _collectors(_BUILT_IN)


def _collectors(only: str | None) -> dict[str, hookspecs.Collector]:
    found = _by_name(_registered("hiscomply_collectors", only=only), "collector")
    return {
        name: one.with_formats(formats(), software()) if isinstance(one, hookspecs.FormatUser) else one
        for name, one in found.items()
    }


def formats() -> list[hookspecs.FileFormat]:
    """All configuration formats, strangers' first, since they are more specific."""
    return list(_registered("hiscomply_formats", last=_BUILT_IN))


def software() -> list[Software]:
    """All software whose configuration is understood; two may look at the same file."""
    return list(_registered("hiscomply_software", last=_BUILT_IN))


def reporters() -> dict[str, hookspecs.Reporter]:
    """All report formats by name."""
    return _by_name(_registered("hiscomply_reporters"), "report format")


def pack_folders() -> list[Path]:
    """The Spec's own pack, and those that plugins bring."""
    return [policies_dir(), *_registered("hiscomply_packs")]


def evidence_kinds() -> dict[str, Kind]:
    """All evidence kinds, the plugins' included."""
    return load_kinds([schemas_dir() / "evidence", *_registered("hiscomply_evidence_schemas")])


def _by_name(found: list[Any], what: str) -> dict[str, Any]:
    by_name: dict[str, Any] = {}
    for one in found:
        if one.name in by_name:
            raise ConfigError(f"two plugins bring a {what} named {one.name!r} / 插件名称冲突")
        by_name[one.name] = one
    return by_name


def find(name: str, known: dict[str, Any], what: str) -> Any:
    """The entry of that name.

    Raises:
        ConfigError: there is none; names the nearest.
    """
    if name not in known:
        raise ConfigError(
            f"there is no {what} {name!r} / 没有该项",
            hint=nearest(name, known) or "known / 可用: " + ", ".join(sorted(known)),
        )
    return known[name]
