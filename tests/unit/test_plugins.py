"""The one door for plugins: what it lets in, and how it says what is wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType

import pytest

from hiscomply import hookspecs, plugins
from hiscomply.errors import ConfigError, EvidenceError
from hiscomply.installed_plugins import Point

ROOT = Path(__file__).parents[2]
HOOKS = sorted(name for name in vars(hookspecs) if name.startswith("hiscomply_"))
HEAD = "from pathlib import Path\nfrom hiscomply.hookspecs import hookimpl\n"
COLLECTOR = HEAD + (
    "class C:\n    name = 'local'\n@hookimpl\ndef hiscomply_collectors():\n    return [C()]\n"
)
Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Adds plugins, given as source text by name, to the installed ones (or stands them alone)."""
    installed = list(plugins.plugin_points())
    modules: list[str] = []

    def add(alone: bool = False, **sources: str | None) -> None:
        points: list[Point] = [] if alone else list(installed)
        for name, source in sources.items():
            if source is not None:
                (tmp_path / f"plugin_{name}.py").write_text(source)
            modules.append(f"plugin_{name}")
            points.append(EntryPoint(name, f"plugin_{name}", "hiscomply"))
        monkeypatch.setattr(plugins, "plugin_points", lambda: sorted(points, key=lambda one: one.name))
        plugins.plugin_manager.cache_clear()

    monkeypatch.syspath_prepend(tmp_path)
    yield add
    plugins.plugin_manager.cache_clear()
    for name in modules:
        sys.modules.pop(name, None)


def said(call: Callable[[], object]) -> str:
    with pytest.raises(ConfigError) as caught:
        call()
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_a_misspelt_hook_is_an_error_that_names_it(install: Install) -> None:
    install(typo=HEAD + "@hookimpl\ndef hiscomply_colectors():\n    return []\n")
    assert "hiscomply_colectors" in said(plugins.collectors)


def test_a_plugin_that_cannot_be_imported_is_named_and_not_passed_over(install: Install) -> None:
    install(broken="raise RuntimeError('no licence')")
    text = said(plugins.collectors)
    assert "'broken'" in text
    assert "no licence" in text


def test_a_plugin_whose_module_does_not_exist_is_named(install: Install) -> None:
    install(ghost=None)
    assert "'ghost'" in said(plugins.collectors)


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_that_raises_is_an_error_that_names_plugin_and_hook(install: Install, hook: str) -> None:
    install(raiser=HEAD + f"@hookimpl\ndef {hook}():\n    raise KeyError('boom')\n")
    text = said(CALLS[hook])
    assert "'raiser'" in text
    assert hook in text
    assert "boom" in text


def test_two_collectors_of_one_name_are_an_error(install: Install) -> None:
    install(rival=COLLECTOR)
    assert "two plugins bring a collector named 'local'" in said(plugins.collectors)


def test_two_reports_of_one_name_are_an_error(install: Install) -> None:
    source = COLLECTOR.replace("hiscomply_collectors", "hiscomply_reporters").replace("local", "html")
    install(rival=source)
    assert "two plugins bring a report format named 'html'" in said(plugins.reporters)


def test_a_kind_that_exists_already_is_an_error(install: Install) -> None:
    folder = ROOT / "schemas" / "evidence"
    install(
        rival=HEAD + f"@hookimpl\ndef hiscomply_evidence_schemas():\n    return [Path({str(folder)!r})]\n"
    )
    with pytest.raises(EvidenceError, match="defined twice"):
        plugins.evidence_kinds()


# ---------------------------------------------------------------- every hook

CALLS: dict[str, Callable[[], object]] = {
    "hiscomply_collectors": plugins.collectors,
    "hiscomply_formats": plugins.formats,
    "hiscomply_software": plugins.software,
    "hiscomply_reporters": plugins.reporters,
    "hiscomply_packs": plugins.pack_folders,
    "hiscomply_evidence_schemas": plugins.evidence_kinds,
}


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_documented(hook: str) -> None:
    assert f"### `{hook}() ->" in (ROOT / "docs" / "plugins.md").read_text()


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_shown_by_the_example_package(hook: str) -> None:
    example = ROOT / "tests" / "third_party" / "hiscomply_example" / "src" / "hiscomply_example"
    assert f"@hookimpl\ndef {hook}(" in (example / "__init__.py").read_text()


def test_every_hook_is_called_by_one_function() -> None:
    assert sorted(CALLS) == HOOKS


def test_our_plugins_that_have_nothing_to_do_with_files_bring_collectors_or_reports_alone() -> None:
    brought = {
        hook.name
        for point in plugins.plugin_points()
        if point.name != "files"
        for hook in plugins.plugin_manager().get_hookcallers(plugins.plugin_manager().get_plugin(point.name))
        or ()
    }
    assert brought == {"hiscomply_collectors", "hiscomply_reporters"}


def test_a_collector_is_found_by_its_name(install: Install) -> None:
    install(alone=True, mine=COLLECTOR)
    assert list(plugins.collectors()) == ["local"]


def test_formats_of_strangers_are_asked_before_ours(install: Install) -> None:
    source = COLLECTOR.replace("hiscomply_collectors", "hiscomply_formats").replace("local", "zz_narrow")
    install(zz=source)
    names = [one.name for one in plugins.formats()]
    assert names[0] == "zz_narrow"
    assert "yaml" in names


def test_a_collector_that_reads_files_is_given_every_format(install: Install) -> None:
    source = COLLECTOR.replace("hiscomply_collectors", "hiscomply_formats").replace("local", "zz_narrow")
    install(zz=source)
    assert "zz_narrow" in [one.name for one in plugins.collectors()["files"].formats]  # type: ignore[attr-defined] # files has them


def test_a_report_format_is_found_by_its_name(install: Install) -> None:
    source = COLLECTOR.replace("hiscomply_collectors", "hiscomply_reporters").replace("local", "mine")
    install(alone=True, mine=source)
    assert list(plugins.reporters()) == ["mine"]


def test_packs_of_plugins_come_after_the_shipped_one(install: Install, tmp_path: Path) -> None:
    install(mine=HEAD + "@hookimpl\ndef hiscomply_packs():\n    return [Path('mine')]\n")
    folders = plugins.pack_folders()
    assert folders[-1] == Path("mine")
    assert (folders[0] / "clauses.yaml").is_file()


def test_a_kind_of_a_plugin_stands_beside_the_shipped_ones(install: Install) -> None:
    folder = ROOT / "tests" / "third_party" / "hiscomply_example" / "src" / "hiscomply_example" / "evidence"
    install(mine=HEAD + f"@hookimpl\ndef hiscomply_evidence_schemas():\n    return [Path({str(folder)!r})]\n")
    assert {"fridge_reading", "account"} <= set(plugins.evidence_kinds())


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    known: dict[str, ModuleType] = {"tables": sys, "files": sys}
    assert "did you mean / 是否想写 'tables'?" in said(lambda: plugins.find("table", known, "collector"))
