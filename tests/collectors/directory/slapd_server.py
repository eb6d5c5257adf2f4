"""A real slapd with a small hospital in it, on loopback, under an account of its own."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.servers.running import Server, as_user, certificate, free_port, is_open, program

BASE = "dc=hospital,dc=lab"
READER, READER_PASSWORD = f"cn=reader,{BASE}", "Reader-7f3a-secret"
BLIND, LIMITED = f"cn=blind,{BASE}", f"cn=limited,{BASE}"
PATIENT, PATIENT_ID = "欧阳测试", "11010519491231002X"

_CONF = """\
{includes}
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
moduleload memberof
pidfile {folder}/slapd.pid
TLSCertificateFile {folder}/cert.pem
TLSCertificateKeyFile {folder}/key.pem
disallow bind_anon
password-hash {{SSHA}}
database mdb
suffix {base}
rootdn cn=admin,{base}
rootpw admin-secret
directory {folder}/db
maxsize 268435456
lastbind on
overlay ppolicy
ppolicy_default cn=default,{base}
overlay memberof
limits dn.exact="{reader}" size.prtotal=unlimited size.pr=1000 time=unlimited
limits dn.exact="{limited}" size=3
access to attrs=userPassword by anonymous auth by * none
access to attrs=pwdChangedTime,pwdAccountLockedTime,pwdLastSuccess,pwdReset,pwdEndTime dn.exact="uid=hidden,{base}"
  by * none
access to * by dn.exact="{reader}" read by dn.exact="{limited}" read by * none
"""

_SEED = """\
dn: {base}
objectClass: dcObject
objectClass: organization
o: hospital
dc: hospital

dn: cn=default,{base}
objectClass: device
objectClass: pwdPolicy
cn: default
pwdAttribute: userPassword
pwdMaxAge: 7776000
pwdMinLength: 8
pwdCheckQuality: 1
pwdInHistory: 5
pwdMaxFailure: 5
pwdLockout: TRUE

dn: cn=lax,{base}
objectClass: device
objectClass: pwdPolicy
cn: lax
pwdAttribute: userPassword
pwdMinLength: 8
pwdMaxFailure: 5

"""


def stamp(days: float) -> str:
    """Generalized time so many days ago."""
    return (datetime.now(UTC) - timedelta(days=days)).strftime("%Y%m%d%H%M%SZ")


def person(uid: str, *more: str, changed: float | None = 5) -> str:
    """An account as LDIF."""
    lines = [
        f"dn: uid={uid},{BASE}", "objectClass: inetOrgPerson", f"uid: {uid}", f"cn: {uid}", "sn: x",
        f"userPassword: {{SSHA}}Canary{uid}Hash0123456789", f"description: {PATIENT} {PATIENT_ID}",
        *([f"pwdChangedTime: {stamp(changed)}"] if changed is not None else []), *more,
    ]  # fmt: skip
    return "\n".join(lines) + "\n\n"


def _reader(dn: str) -> str:
    name = dn.split(",", maxsplit=1)[0].split("=")[1]
    return (
        f"dn: {dn}\nobjectClass: organizationalRole\nobjectClass: uidObject\nobjectClass: simpleSecurityObject\n"
        f"cn: {name}\nuid: {name}\nuserPassword: {READER_PASSWORD}\npwdLastSuccess: {stamp(1)}\n\n"
    )


def _other(uid: str, kind: str, *more: str) -> str:
    """An account of another class than most, with a name in another order than its group has it."""
    lines = [
        f"dn: cn={uid}+uid={uid},{BASE}", f"objectClass: {kind}", "objectClass: extensibleObject", f"uid: {uid}", f"cn: {uid}",
        *more,
    ]  # fmt: skip
    return "\n".join(lines) + "\n\n"


def _group(name: str, *members: str) -> str:
    return f"dn: cn={name},{BASE}\nobjectClass: groupOfNames\ncn: {name}\n" + "".join(
        f"member: {one}\n" for one in members
    ) + "\n"  # fmt: skip


def seed() -> str:
    """The directory as LDIF, operational attributes included."""
    return (
        _SEED.format(base=BASE)
        + "".join(map(_reader, (READER, BLIND, LIMITED)))
        + person("alice", "employeeNumber: P001", f"pwdLastSuccess: {stamp(2)}")
        + person("bob", f"pwdLastSuccess: {stamp(200)}", changed=400)
        + person("carol", "pwdAccountLockedTime: 000001010000Z", f"pwdPolicySubentry: cn=lax,{BASE}")
        + person("dave", "pwdReset: TRUE", f"pwdAccountLockedTime: {stamp(0.01)}")
        + person("hidden", f"pwdAccountLockedTime: {stamp(1)}", f"pwdLastSuccess: {stamp(3)}")
        + person("fresh", changed=None)
        + person("ward1", f"pwdLastSuccess: {stamp(1)}")
        + _other("op", "person", "sn: x")
        + _other("hl7", "account")
        # a ring: nested holds admins, admins holds nested
        + _group("admins", f"cn=nested,{BASE}", f"uid=alice,{BASE}", f"userid=op+commonName=Op,{BASE}")
        + _group("nested", f"uid=Bob, {BASE}", f"cn=admins,{BASE}")
        + _group("nurses", f"uid=ward1,{BASE}")
    )


class Slapd:
    """One slapd; ``url`` is with TLS, ``plain`` without."""

    def __init__(self, folder: Path, ldif: str | None = None) -> None:
        self.folder = folder
        folder.chmod(0o755)
        (folder / "db").mkdir()
        self.cert, _ = certificate(folder)
        self.port, self.tls_port = free_port(), free_port()
        self.url, self.plain = f"ldaps://127.0.0.1:{self.tls_port}", f"ldap://127.0.0.1:{self.port}"
        includes = "\n".join(
            f"include /etc/ldap/schema/{x}.schema" for x in ("core", "cosine", "nis", "inetorgperson")
        )
        (folder / "slapd.conf").write_text(
            _CONF.format(includes=includes, folder=folder, base=BASE, reader=READER, limited=LIMITED)
        )
        (folder / "seed.ldif").write_text(ldif or seed(), encoding="utf-8")
        subprocess.run(["chown", "-R", "nobody", str(folder)], check=True)
        self._tool("slapadd", "-q", "-l", str(folder / "seed.ldif"))
        self.server = Server(
            [*as_user("nobody"), program("slapd"), "-d", "0", "-f", str(folder / "slapd.conf"), "-h", f"{self.plain} {self.url}"],
            folder.parent / f"{folder.name}.log",
        )  # fmt: skip
        self.server.wait_for(lambda: is_open(self.tls_port) and is_open(self.port))

    def _tool(self, name: str, *words: str) -> str:
        done = subprocess.run(
            [*as_user("nobody"), program(name), "-f", str(self.folder / "slapd.conf"), *words],
            capture_output=True, text=True, env={**os.environ, "HOME": str(self.folder)},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def dump(self) -> str:
        """Everything that it holds."""
        return self._tool("slapcat")
