"""What is offered to a host: all that asyncssh offers by itself, in another order only."""

from __future__ import annotations

from pathlib import Path

import asyncssh

from hiscomply_ssh.connect import Client, _arguments
from hiscomply_ssh.login import Login, Place


def test_the_offer_is_asyncsshs_own_in_another_order(tmp_path: Path):
    known = tmp_path / "known_hosts"
    known.touch()
    login = Login(Place("127.0.0.1"), known)
    arguments = _arguments(login, None, Client(login))
    ours = asyncssh.SSHClientConnectionOptions(
        **{name: arguments[name] for name in ("kex_algs", "encryption_algs", "gss_kex")}
    )
    own = asyncssh.SSHClientConnectionOptions(gss_kex=False)

    for offered, default in ((ours.kex_algs, own.kex_algs), (ours.encryption_algs, own.encryption_algs)):
        assert sorted(offered) == sorted(default)
    kex = [name.decode() for name in ours.kex_algs]
    hybrids = [name for name in kex if "mlkem" in name or "sntrup" in name]
    assert kex.index("ecdh-sha2-nistp256") == kex.index("curve25519-sha256") - 1
    assert all(kex.index(name) < kex.index("ecdh-sha2-nistp256") for name in hybrids)
    assert ours.encryption_algs[0] == b"aes256-gcm@openssh.com"


def test_the_configuration_of_the_client_decides_where_one_is_used(tmp_path: Path):
    known, config = tmp_path / "known_hosts", tmp_path / "config"
    known.touch()
    login = Login(Place("127.0.0.1"), known, config=config)

    assert {"kex_algs", "encryption_algs"}.isdisjoint(_arguments(login, None, Client(login)))
