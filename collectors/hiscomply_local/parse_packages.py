"""Fact ``packages``: what is installed, from dpkg, rpm or apk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from hiscomply.model import Text
from hiscomply.units import Item
from hiscomply_local.about import About, missing, unreadable
from hiscomply_local.answers import Answer, Answers, Ask, Command, Outcome, from_epoch
from hiscomply_local.installed import Installed, Package, installed, known_fields, unique_names
from hiscomply_local.parse_apk import APK_DATABASE, parse_apk

DPKG_STATUS = "/var/lib/dpkg/status"
RPM_PACKAGES = Command(
    ("rpm",),
    (
        "-qa",
        "--queryformat",
        r"%{NAME}\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\t%{ARCH}\t%{INSTALLTIME}\t%{SOURCERPM}\n",
    ),
    # A Debian host may have the rpm tools too; their database is empty there.
    unless_file=DPKG_STATUS,
)
# dpkg's own database, without what nobody asks for: dpkg-query takes eight times as long over it.
DPKG_FIELDS = Command(
    ("grep",),
    ("-E", "^(Package|Status|Version|Architecture|Source):|^$", DPKG_STATUS),
    # Changes of a dpkg that runs, or was cut off, stand here until they are part of the database. Source: dpkg(1), modstatdb.
    if_empty="/var/lib/dpkg/updates",
)
DPKG_PACKAGES = Command(
    ("dpkg-query",),
    (
        "-W",
        "-f",
        r"${db:Status-Status}\t${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\n",
    ),
    unless=DPKG_FIELDS,
)
COMMANDS = (DPKG_FIELDS, DPKG_PACKAGES, RPM_PACKAGES)
ASK = Ask(files=(APK_DATABASE,), heads=(DPKG_STATUS,), commands=COMMANDS)
_WHAT = Text("软件包清单", "installed packages")
_LONGEST_KEPT = 1_000
_CUT_BY_GREP = "binary file matches"
"""Said where the database has a byte 0: what stands after it is not given, and the exit code is 0."""
# With any other state the program's files are not (wholly) there.
_DPKG_INSTALLED = {"installed", "triggers-awaited", "triggers-pending", "half-configured", "unpacked"}
_DPKG_STATES = _DPKG_INSTALLED | {"not-installed", "config-files", "half-installed"}


def package_manager(answers: Answers) -> str | None:
    """``dpkg``, ``apk`` or ``rpm``: whose database holds packages."""
    if answers.file(DPKG_STATUS).data:
        return "dpkg"
    if answers.file(APK_DATABASE).data:
        return "apk"
    rpm = answers.command(RPM_PACKAGES)
    return "rpm" if rpm.ok and rpm.data else None


def parse_dpkg(text: str) -> tuple[list[Package], list[int]]:
    """Packages that dpkg-query printed, and the numbers of the lines that it cannot have."""
    packages: list[Package] = []
    bad: list[int] = []
    for number, line in enumerate(text.split("\n"), 1):
        fields = line.split("\t")
        if not line:
            continue
        if len(fields) not in {5, 6} or fields[0] not in _DPKG_STATES:
            bad.append(number)
        elif fields[0] in _DPKG_INSTALLED:
            _, name, version, arch, source, *rest = fields
            packages.append(Package(name, version, arch, source, number, None, rest[0] if rest else ""))
    return packages, bad


def parse_dpkg_status(text: str) -> tuple[list[Package], list[int]]:
    """Packages of dpkg's database as ``DPKG_FIELDS`` printed it, and the numbers of the lines where bad ones begin."""
    packages: list[Package] = []
    bad: list[int] = []
    number = 1
    for stanza in text.split("\n\n"):
        blank = len(stanza) - len(stanza.lstrip("\n"))
        read = (_kept_package if len(stanza) <= _LONGEST_KEPT else _dpkg_package)(stanza.strip("\n"))
        if read is None:
            bad.append(number + blank)
        elif read:
            name, version, arch, source, own = read
            packages.append(Package(name, version, arch, source, number + blank, None, own))
        number += stanza.count("\n") + 2
    return packages, bad


def _dpkg_package(stanza: str) -> tuple[str, ...] | None:
    """Name, version, architecture, source and its version; nothing of what is not installed; None for a bad stanza."""
    if not stanza:
        return ()
    lines = stanza.split("\n")
    fields = dict(line.split(": ", 1) for line in lines if ": " in line)
    name, state = fields.get("Package", ""), fields.get("Status", "").split(" ")[-1]
    if not name or state not in _DPKG_STATES or len(fields) != len(lines):
        return None
    if state not in _DPKG_INSTALLED:
        return ()
    version = fields.get("Version", "")
    source, _, own = fields.get("Source", name).partition(" (")
    return name, version, fields.get("Architecture", ""), source, own.removesuffix(")") or version


_kept_package = lru_cache(8192)(_dpkg_package)  # where a stretch has changed, most of it is as it was


def dpkg_packages(answers: Answers) -> tuple[Command, Answer, Installed]:
    """What was asked of dpkg, its answer, and the packages in it; none where it is not ok."""
    answer = answers.command(DPKG_FIELDS)
    if answer.detail.endswith(_CUT_BY_GREP):
        answer = replace(answer, outcome=Outcome.BROKEN)
    if answer.outcome is not Outcome.ABSENT:
        return DPKG_FIELDS, answer, installed(answer.text if answer.ok else "", parse_dpkg_status, "\n\n")
    answer = answers.command(DPKG_PACKAGES)
    return DPKG_PACKAGES, answer, installed(answer.text if answer.ok else "", parse_dpkg, "\n")


def parse_rpm(text: str) -> tuple[list[Package], list[int]]:
    """Packages that rpm printed (an epoch of 0 is left out), and the numbers of bad lines."""
    packages: list[Package] = []
    bad: list[int] = []
    for number, line in enumerate(text.split("\n"), 1):
        fields = line.split("\t")
        if not line or fields[0] == "gpg-pubkey":
            continue
        installed = from_epoch(fields[3]) if len(fields) == 5 else None
        if installed is None:
            bad.append(number)
            continue
        version = fields[1].removeprefix("0:")
        source, source_version = _rpm_source(fields[4], version)
        packages.append(Package(fields[0], version, fields[2], source, number, installed, source_version))
    return packages, bad


def _rpm_packages(answers: Answers) -> tuple[Command, Answer, Installed]:
    answer = answers.command(RPM_PACKAGES)
    if answer.ok and answer.detail and not answer.detail.startswith("warning:"):
        # rpm ends with 0 where it leaves out packages whose header it cannot verify, or cannot read.
        answer = replace(answer, outcome=Outcome.BROKEN)
    return RPM_PACKAGES, answer, installed(answer.text if answer.ok else "", parse_rpm, "\n")


def _rpm_source(file: str, version: str) -> tuple[str, str]:
    """Name and version of a source package from its file's name, which lacks the epoch: the binary's is taken."""
    name, *rest = file.removesuffix(".src.rpm").rsplit("-", 2)
    epoch, colon, _ = version.rpartition(":")
    return name, f"{epoch}{colon}{'-'.join(rest)}" if len(rest) == 2 else ""


def parse(answers: Answers, about: About) -> Iterator[Item]:
    """A ``package`` record each; of dpkg and rpm in passages, since hosts have most of them alike."""
    manager = package_manager(answers)
    if manager is None:
        reason = Text(
            "软件包清单未知:没有 dpkg、rpm 或 apk 数据库",
            "installed packages not known: no dpkg, rpm or apk database",
        )
        yield about.unknown("package", DPKG_STATUS, reason)
        return
    if manager == "apk":
        yield from _from_apk(answers, about)
        return
    command, answer, found = (dpkg_packages if manager == "dpkg" else _rpm_packages)(answers)
    if not answer.ok:
        yield about.unknown("package", command, missing(_WHAT, answer))
        return
    for number in found.bad:
        yield about.bad_line("package", command, number, unreadable(_WHAT))
    passage = about.passages("package", command, {"asset_id": about.asset_id})
    for first_line, stretch in found.stretches():
        yield passage(stretch, first_line)


def _from_apk(answers: Answers, about: About) -> Iterator[Item]:
    answer = answers.file(APK_DATABASE)
    packages: list[Package] = []
    for one in parse_apk(answer.text):
        if isinstance(one, int):
            yield about.bad_line("package", APK_DATABASE, one, unreadable(_WHAT))
        else:
            # All packages of one origin are built from it at once, with its version.
            packages.append(
                Package(one.name, one.version, one.arch, one.origin, one.line, source_version=one.version)
            )
    for name, package in unique_names(packages):
        fields = {"asset_id": about.asset_id, **known_fields(name, package)}
        yield about.from_file("package", APK_DATABASE, fields, package.line)
