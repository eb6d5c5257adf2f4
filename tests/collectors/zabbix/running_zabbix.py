"""A real Zabbix: PostgreSQL, server and frontend, with a read-only account, a problem that ended and one that is open."""

from __future__ import annotations

import gzip
import json
import shutil
import signal
import socket
import struct
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.servers.beside import write_secret
from tests.servers.running import Server, as_user, free_port, is_open, program

PASSWORD = "Kanarienvogel-zbx-1"
PATIENT = ("欧阳测试", "11010519491231002X")
METHODS = ["host.get", "item.get", "history.get", "trigger.get", "event.get", "problem.get", "user.logout"]
DAY = 86_400


@dataclass
class Zabbix:
    """The frontend and what was made in it."""

    folder: Path
    port: int
    web: Server
    session: str = ""
    raised: dict[str, int] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def call(self, method: str, params: Any) -> Any:
        body = {"jsonrpc": "2.0", "method": method, "params": params, "id": 1}
        if self.session:
            body["auth"] = self.session
        request = urllib.request.Request(
            f"{self.url}/api_jsonrpc.php", json.dumps(body).encode(), {"content-type": "application/json-rpc"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            told = json.load(answer)
        assert "result" in told, (method, told)
        return told["result"]

    def options(self, **more: object) -> str:
        options = {
            "collector": "zabbix", "name": "it", "url": self.url, "username": "hiscomply",
            "password": {"file": str(self.folder / "password")}, **more,
        }  # fmt: skip
        return f"  - {json.dumps(options)}\n"


def _database(folder: Path, stack: ExitStack) -> tuple[int, list[str]]:
    port, data = free_port(), folder / "pg"
    as_nobody = as_user("nobody")
    subprocess.run(
        [*as_nobody, program("initdb"), "-D", str(data), "-A", "trust", "--no-sync", "--no-locale", "-E", "UTF8",
         "-U", "zabbix"],
        check=True, capture_output=True, cwd="/",
    )  # fmt: skip
    with (data / "postgresql.conf").open("a") as file:
        file.write(
            f"listen_addresses='127.0.0.1'\nport={port}\nunix_socket_directories='{folder}'\nfsync=off\n"
            "synchronous_commit=off\nfull_page_writes=off\n"
        )
    server = Server([*as_nobody, program("postgres"), "-D", str(data)], folder / "pg.log", cwd=Path("/"))
    stack.callback(server.stop, signal.SIGINT)
    reach = ["-h", "127.0.0.1", "-p", str(port), "-U", "zabbix"]
    server.wait_for(
        lambda: subprocess.run([program("createdb"), *reach, "zabbix"], check=True, capture_output=True)
    )
    parts = ("schema", "images", "data")
    text = b"".join(
        gzip.decompress(Path(f"/usr/share/zabbix-server-pgsql/{part}.sql.gz").read_bytes()) for part in parts
    )
    subprocess.run(
        [program("psql"), "-qX1", "-v", "ON_ERROR_STOP=1", *reach, "zabbix"],
        input=text, check=True, capture_output=True,
    )  # fmt: skip
    return port, as_nobody


def _frontend(folder: Path, database: int, trapper: int, as_nobody: list[str]) -> tuple[int, Server]:
    web = folder / "web"
    shutil.copytree("/usr/share/zabbix", web)
    config = web / "include/classes/core/CConfigFile.php"
    text = config.read_text().replace("/etc/zabbix/zabbix.conf.php", f"{web}/conf/zabbix.conf.php")
    config.write_text(text)
    settings = {
        "TYPE": "POSTGRESQL", "SERVER": "127.0.0.1", "PORT": str(database), "DATABASE": "zabbix", "USER": "zabbix",
        **dict.fromkeys(("PASSWORD", "SCHEMA", "KEY_FILE", "CERT_FILE", "CA_FILE", "CIPHER_LIST", "VAULT_URL"), ""),
        "VAULT_DB_PATH": "", "VAULT_TOKEN": "", "ENCRYPTION": False, "VERIFY_HOST": False, "DOUBLE_IEEE754": True,
    }  # fmt: skip
    pairs = ",".join(f"'{key}'=>{json.dumps(value)}" for key, value in settings.items())
    (web / "conf/zabbix.conf.php").write_text(
        f"<?php $DB=[{pairs}]; $ZBX_SERVER='127.0.0.1'; $ZBX_SERVER_PORT='{trapper}'; $ZBX_SERVER_NAME='lab';\n"
    )
    port = free_port()
    limits = ("post_max_size=16M", "max_execution_time=300", "max_input_time=300", "date.timezone=UTC")
    words = [word for limit in limits for word in ("-d", limit)]
    server = Server(
        [*as_nobody, program("php"), *words, "-S", f"127.0.0.1:{port}", "-t", str(web)], folder / "web.log"
    )
    return port, server


def _seed(zabbix: Zabbix) -> None:
    call = zabbix.call
    zabbix.session = call("user.login", {"username": "Admin", "password": "zabbix"})
    group = call("hostgroup.create", {"name": "HIS"})["groupids"][0]
    rules = {"api.access": 1, "api.mode": 1, "api": METHODS}
    role = call("role.create", {"name": "reader", "type": 1, "rules": rules})["roleids"][0]
    rights = [{"id": group, "permission": 2}]
    users = call("usergroup.create", {"name": "readers", "rights": rights})["usrgrpids"][0]
    nobody = call("usergroup.create", {"name": "nobodies"})["usrgrpids"][0]
    for name, members in (("hiscomply", users), ("blind", nobody)):
        user = {"username": name, "passwd": PASSWORD, "roleid": role, "usrgrps": [{"usrgrpid": members}]}
        call("user.create", user)
    for name, status in (("his-db-01", 0), ("old-01", 1)):
        host = {
            "host": name, "status": status, "groups": [{"groupid": group}], "tags": [{"tag": "system", "value": "HIS"}],
            "description": "".join(PATIENT),
        }  # fmt: skip
        hostid = call("host.create", host)["hostids"][0]
        item = {
            "hostid": hostid,
            "name": "svc",
            "key_": "svc.his",
            "type": 2,
            "value_type": 3,
            "history": "365d",
        }
        call("item.create", item)
        if name == "his-db-01":
            call("item.create", {**item, "key_": "system.cpu.util", "name": "cpu", "delay": "0"})
    expression = "last(/his-db-01/svc.his)=0"
    name = f"HIS down {''.join(PATIENT)}"
    trigger = {"description": "HIS down", "event_name": name, "expression": expression, "priority": 5}
    call("trigger.create", trigger)


def _send(port: int, host: str, key: str, value: int, clock: int) -> None:
    data = {
        "request": "sender data",
        "data": [{"host": host, "key": key, "value": str(value), "clock": clock}],
    }
    body = json.dumps({**data, "clock": int(time.time())}).encode()
    with socket.create_connection(("127.0.0.1", port), 60) as one:
        one.sendall(b"ZBXD\x01" + struct.pack("<Q", len(body)) + body)
        told = b""
        while piece := one.recv(4096):
            told += piece
    assert b"processed: 1" in told, told


def _samples(zabbix: Zabbix) -> int:
    wanted = {"output": ["itemid"], "host": "his-db-01", "filter": {"key_": "system.cpu.util"}}
    (item,) = zabbix.call("item.get", wanted)
    return int(zabbix.call("history.get", {"itemids": item["itemid"], "history": 3, "countOutput": True}))


def _problems(zabbix: Zabbix) -> list[int]:
    return [int(one["clock"]) for one in zabbix.call("problem.get", {"output": ["clock"]})]


@contextmanager
def zabbix(folder: Path) -> Iterator[Zabbix]:
    """Started and seeded. The database is stopped last, else the server hangs while it tries to reach it."""
    shutil.chown(folder, "nobody")
    folder.chmod(0o755)
    write_secret(folder / "password", PASSWORD)
    with ExitStack() as stack:
        database, as_nobody = _database(folder, stack)
        trapper = free_port()
        port, web = _frontend(folder, database, trapper, as_nobody)
        stack.callback(web.stop)
        one = Zabbix(folder, port, web)
        web.wait_for(lambda: one.call("apiinfo.version", []).startswith("6.0"))
        _seed(one)
        (folder / "server.conf").write_text(
            f"ListenIP=127.0.0.1\nListenPort={trapper}\nLogType=console\nSocketDir={folder}\nPidFile={folder}/zs.pid\n"
            f"DBHost=127.0.0.1\nDBPort={database}\nDBName=zabbix\nDBUser=zabbix\nStartPollers=1\n"
            "CacheUpdateFrequency=1\n"
        )
        server = Server(
            [*as_nobody, program("zabbix_server"), "-f", "-c", str(folder / "server.conf")], folder / "zs.log"
        )
        stack.callback(server.stop)
        server.wait_for(lambda: is_open(trapper))
        now = int(time.time())
        one.raised = {"ended": now - 10 * DAY, "open": now - 3 * DAY}
        for clock, value in (
            (now - 20 * DAY, 1),
            (one.raised["ended"], 0),
            (now - 9 * DAY, 1),
            (one.raised["open"], 0),
        ):
            server.wait_for(
                lambda clock=clock, value=value: _send(trapper, "his-db-01", "svc.his", value, clock)
            )
        sampled = range(DAY - 60, 3600, -600)
        for ago in sampled:
            _send(trapper, "his-db-01", "system.cpu.util", 5, now - ago)
        # it takes values at once, and writes them and makes problems of them afterwards
        server.wait_for(lambda: _samples(one) == len(sampled))
        server.wait_for(lambda: _problems(one) == [one.raised["open"]])
        ended = one.call("event.get", {"output": ["eventid"], "value": 1, "sortfield": "clock"})[0]["eventid"]
        message = "".join(PATIENT)
        one.call("event.acknowledge", {"eventids": ended, "action": 6, "message": message})
        yield one
