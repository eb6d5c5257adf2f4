"""The hosts that one target stands for: from its list, an Ansible inventory, or an OpenSSH configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from hiscomply.hookspecs import CollectDenied, CollectFailed
from hiscomply.model import Text

MAX_LIST_BYTES = 16_000_000


@dataclass(frozen=True, slots=True)
class Host:
    """One host to connect to.

    Attributes:
        name: how the list calls it; the end of its target's name.
        address: what is connected to; an alias where ``ssh_config`` leads to it.
        aliased: ``address`` is a name of the file in ``ssh_config``, which says how to connect.
        asset_id: its id in the asset register; None to take the host name that it gives itself.
    """

    name: str
    address: str
    port: int | None = None
    user: str | None = None
    asset_id: str | None = None
    aliased: bool = False

    def as_option(self) -> dict[str, Any]:
        """As an option of the target that stands for this host alone."""
        return asdict(self)


def listed_hosts(options: Mapping[str, Any], project: Path) -> list[Host]:
    """All hosts that the options name, in their order, each once.

    Raises:
        CollectFailed: a list cannot be read or names nothing, or one ``asset_id`` stands for several hosts.
    """
    hosts = [*_from_options(options), *_from_inventory(options, project), *_from_ssh_config(options, project)]
    hosts = list(dict.fromkeys(hosts))
    if not hosts:
        raise CollectFailed(
            Text(
                "没有任何主机;请填写 hosts、inventory 或 ssh_config",
                "no host is named; give hosts, inventory or ssh_config",
            )
        )
    asset_id = options.get("asset_id")
    if asset_id and len(hosts) > 1:
        raise CollectFailed(
            Text(
                f"asset_id 只能用于一台主机,而此目标有 {len(hosts)} 台;请在 hosts 中逐台填写",
                f"asset_id is for one host, and this target has {len(hosts)}; give each its own under hosts",
            )
        )
    return [replace(host, asset_id=host.asset_id or asset_id) for host in hosts]


def _from_options(options: Mapping[str, Any]) -> Iterator[Host]:
    for entry in options.get("hosts", ()):
        if isinstance(entry, str):
            yield Host(entry, entry)
        else:
            address, port = entry["host"], entry.get("port")
            yield Host(entry.get("name", address), address, port, entry.get("user"), entry.get("asset_id"))


def _from_inventory(options: Mapping[str, Any], project: Path) -> Iterator[Host]:
    from hiscomply_ssh.inventory import InventoryError, read_inventory

    file = options.get("inventory")
    if file is None:
        if options.get("groups"):
            raise CollectFailed(Text("groups 需要 inventory", "groups asks for an inventory"))
        return
    text = read_list(file, project)
    try:
        inventory = read_inventory(text, file)
    except InventoryError as error:
        where = f"{file}:{error.line}" if error.line else file
        raise CollectFailed(Text(f"{where}:{error.reason.zh}", f"{where}: {error.reason.en}")) from None
    groups = options.get("groups", ("all",))
    for group in groups:
        if group not in inventory.groups:
            near = "".join(get_close_matches(group, inventory.groups, 1)) or ", ".join(
                sorted(inventory.groups)[:10]
            )
            raise CollectFailed(
                Text(
                    f"{file}:没有组 {group!r};是否想写 {near}",
                    f"{file}: no group {group!r}; did you mean {near}",
                )
            )
    for machine in inventory.hosts_of(groups):
        yield Host(machine.name, machine.address, machine.port, machine.user, machine.asset_id)


def _from_ssh_config(options: Mapping[str, Any], project: Path) -> Iterator[Host]:
    config = options.get("ssh_config")
    if config is None:
        return
    names = list(_aliases(read_list(config["file"], project)))
    for pattern in config["hosts"]:
        found = [name for name in names if fnmatchcase(name, pattern)]
        if not found:
            raise CollectFailed(
                Text(
                    f"{config['file']}:没有名称符合 {pattern!r} 的主机",
                    f"{config['file']}: no host with a name like {pattern!r}",
                )
            )
        for name in found:
            yield Host(name, name, aliased=True)


def _aliases(text: str) -> Iterator[str]:
    """The names in ``Host`` lines that are names and not patterns; what ``Include`` leads to is not looked at."""
    for line in text.splitlines():
        words = line.replace("=", " ", 1).split()
        if words and words[0].lower() == "host":
            yield from (word.strip('"') for word in words[1:] if not set(word) & set("*?!"))


def read_list(file: str, project: Path) -> str:
    """The text of a file of the project.

    Raises:
        CollectFailed: it cannot be read, is too large, or is no text.
    """
    path = project / Path(file).expanduser()
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_LIST_BYTES + 1)
        if len(data) > MAX_LIST_BYTES:
            raise CollectFailed(
                Text(f"{file}:超过 {MAX_LIST_BYTES} 字节", f"{file}: larger than {MAX_LIST_BYTES} bytes")
            )
        return data.decode("utf-8-sig")
    except PermissionError:
        raise CollectDenied(Text(f"{file}:没有读取权限", f"{file}: no permission to read it")) from None
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise CollectFailed(Text(f"{file}:无法读取({said})", f"{file}: cannot be read ({said})")) from None
