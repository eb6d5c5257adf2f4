"""What each tool is asked, as a command. Every one leaves the repository as it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hiscomply_backups.fetch import bare_environment

Options = Mapping[str, Any]
SSH_LOG = "ssh.log"
"""In the scratch folder: what ssh itself says, which Borg passes on or loses as it happens."""


def restic_arguments(options: Options, repository: str, project: Path) -> tuple[str, ...]:
    """The words before any restic command: no lock, no cache."""
    ca_file = options.get("tls", {}).get("ca_file")
    trusted = ("--cacert", str(project / ca_file)) if ca_file else ()
    return ("--repo", repository, "--no-lock", "--no-cache", *trusted)


def restic_check(options: Options) -> tuple[str, ...]:
    """The check of the depth that is asked for."""
    if options["check"] == "structure":
        return ("check",)
    return ("check", f"--read-data-subset={options['sample']}" if "sample" in options else "--read-data")


def borg_list(repository: str) -> tuple[str, ...]:
    """All archives, also those of unfinished runs."""
    wanted = "{name}{start}{end}{hostname}"
    return (
        "--log-json", "--bypass-lock", "list", "--json", "--consider-checkpoints", "--sort-by", "timestamp",
        "--format", wanted, repository,
    )  # fmt: skip


def borg_check(options: Options, repository: str) -> tuple[str, ...]:
    """The check of the depth that is asked for; never with ``--repair``."""
    deep = ("--verify-data",) if options["check"] == "data" else ()
    return ("--log-json", "--bypass-lock", "check", *deep, repository)


def borg_append_only(repository: str) -> tuple[str, ...]:
    """Whether the repository takes additions only."""
    return ("--log-json", "--bypass-lock", "config", repository, "append_only")


def pgbackrest_arguments(options: Options, project: Path) -> tuple[str, ...]:
    """The words before any pgBackRest command: no log file."""
    config = (f"--config={project / options['config']}",) if "config" in options else ()
    repo = (f"--repo={options['repo']}",) if "repo" in options else ()
    return (*config, *repo, f"--stanza={options['stanza']}", "--log-level-file=off")


def environment(
    options: Options, project: Path, folder: Path, password: str | None, logins: Mapping[str, str]
) -> dict[str, str]:
    """The whole environment of a tool; the only place where its passwords are."""
    given = {**bare_environment(folder), **logins}
    if options["tool"] == "restic":
        given |= {"RESTIC_PASSWORD": password or "", "RESTIC_CACHE_DIR": str(folder)}
    elif options["tool"] == "borg":
        given |= _of_borg(options, project, folder, password)
    elif password is not None:
        given[f"PGBACKREST_REPO{options.get('repo', 1)}_CIPHER_PASS"] = password
    return given


def _of_borg(options: Options, project: Path, folder: Path, password: str | None) -> dict[str, str]:
    ssh = "ssh -oBatchMode=yes -oStrictHostKeyChecking=yes -oNumberOfPasswordPrompts=0"
    ssh += f" -E '{folder / SSH_LOG}'"
    if "ssh_key" in options:
        ssh += f" -oIdentitiesOnly=yes -i '{project / options['ssh_key']}'"
    if "known_hosts" in options:
        # Two quotings: Borg splits words, and ssh splits names of files.
        ssh += f""" -o'UserKnownHostsFile="{project / options["known_hosts"]}"' -oGlobalKnownHostsFile=none"""
    given = {
        "BORG_BASE_DIR": str(folder),
        "BORG_PASSPHRASE": password or "",
        "BORG_RSH": ssh,
        "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes",
        "BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes",
    }
    if "key_file" in options:
        given["BORG_KEY_FILE"] = str(project / options["key_file"])
    return given
