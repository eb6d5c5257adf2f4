"""Whatever the environment looks like, the plugins found are those that ``importlib.metadata`` finds."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Callable
from importlib.machinery import PathFinder
from importlib.metadata import Distribution, DistributionFinder, MetadataPathFinder, entry_points
from pathlib import Path

import pytest

from hiscomply.installed_plugins import GROUP, OwnPoint, plugin_points

OURS = "[console_scripts]\nhiscomply = hiscomply.cli.main:main\n\n[hiscomply]\nfiles = hiscomply_files\nlocal = hiscomply_local\n"
THEIRS = "[hiscomply]\nfridge = fridge_plugin\n"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place of ``sys.path`` that is there, with the product installed."""
    site = tmp_path / "site"
    declare(site / "hiscomply-0.1.0.dist-info", OURS)
    (site / "plain-1.0.dist-info").mkdir()
    declare(site / "black-1.0.dist-info", "[console_scripts]\nblack = black:main\n")
    (site / "old-1.0.egg-info").write_text("Name: old\n")
    monkeypatch.setattr(sys, "path", [str(site), str(tmp_path / "python311.zip")])
    monkeypatch.setattr(sys, "meta_path", [PathFinder])
    return site


def declare(folder: Path, text: str) -> None:
    folder.mkdir(parents=True)
    (folder / "entry_points.txt").write_text(text)
    name, version = folder.stem.split("-")[:2]
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


def named() -> list[tuple[str, str]]:
    return [(one.name, one.value) for one in plugin_points()]


def by_the_library() -> list[tuple[str, str]]:
    return sorted((one.name, one.value) for one in entry_points(group=GROUP))


def test_ours_alone_are_found_without_the_library(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = by_the_library()
    monkeypatch.setitem(sys.modules, "importlib.metadata", None)
    assert named() == expected == [("files", "hiscomply_files"), ("local", "hiscomply_local")]
    assert all(isinstance(one, OwnPoint) for one in plugin_points())


def stranger(site: Path) -> None:
    declare(site / "fridge-1.0.dist-info", THEIRS)


def stranger_as_egg_info(site: Path) -> None:
    declare(site / "fridge-1.0.EGG-INFO", THEIRS)


def stranger_with_spaces(site: Path) -> None:
    declare(site / "fridge-1.0.dist-info", " [hiscomply] \n# cold\n fridge=fridge_plugin:Plugin [extra]\n")


def stranger_elsewhere(site: Path) -> None:
    declare(site.parent / "other" / "fridge-1.0.dist-info", THEIRS)
    sys.path.append(str(site.parent / "other"))


def stranger_twice(site: Path) -> None:
    stranger(site)
    declare(site.parent / "other" / "fridge-2.0.dist-info", THEIRS.replace("fridge_plugin", "newer_plugin"))
    sys.path.append(str(site.parent / "other"))


def ours_twice(site: Path) -> None:
    declare(site.parent / "other" / "hiscomply-0.2.0.dist-info", THEIRS)
    sys.path.insert(0, str(site.parent / "other"))


def ours_shadowed_by_one_that_declares_nothing(site: Path) -> None:
    (site.parent / "other" / "hiscomply-0.2.0.dist-info").mkdir(parents=True)
    sys.path.insert(0, str(site.parent / "other"))


def in_an_archive(site: Path) -> None:
    with zipfile.ZipFile(site.parent / "app.pyz", "w") as archive:
        archive.writestr("fridge-1.0.dist-info/entry_points.txt", THEIRS)
        archive.writestr(
            "fridge-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: fridge\nVersion: 1.0\n"
        )
    sys.path.append(str(site.parent / "app.pyz"))


def in_an_egg(site: Path) -> None:
    egg = site.parent / "fridge-1.0.egg" / "EGG-INFO"
    egg.mkdir(parents=True)
    (egg / "entry_points.txt").write_text(THEIRS)
    (egg / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: fridge\nVersion: 1.0\n")
    sys.path.append(str(egg.parent))


def by_a_finder(site: Path) -> None:
    declare(site.parent / "other" / "fridge-1.0.dist-info", THEIRS)
    found = list(
        MetadataPathFinder.find_distributions(DistributionFinder.Context(path=[str(site.parent / "other")]))
    )

    class Finder(DistributionFinder):
        def find_distributions(self, context: object = None) -> list[Distribution]:
            return found

    sys.meta_path.append(Finder())


@pytest.mark.parametrize(
    "add",
    [
        stranger,
        stranger_as_egg_info,
        stranger_with_spaces,
        stranger_elsewhere,
        stranger_twice,
        ours_twice,
        ours_shadowed_by_one_that_declares_nothing,
        in_an_archive,
        in_an_egg,
        by_a_finder,
    ],
)
def test_with_anything_else_the_library_is_asked(site: Path, add: Callable[[Path], None]) -> None:
    before = named()
    add(site)
    assert named() == by_the_library() != before
    assert not any(isinstance(one, OwnPoint) for one in plugin_points())


@pytest.mark.parametrize(
    "text", ["", "[hiscomply]\n", "[hiscomply]\nfiles = hiscomply_files:plugin\n", "[other]\na = b\n"]
)
def test_what_we_declare_in_another_form_is_left_to_the_library(site: Path, text: str) -> None:
    (site / "hiscomply-0.1.0.dist-info" / "entry_points.txt").write_text(text)
    assert named() == by_the_library()


def test_this_environment_has_what_the_library_finds() -> None:
    assert named() == by_the_library()
