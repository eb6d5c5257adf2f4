"""A real Active Directory domain controller (Samba) in a network namespace of its own, one loopback port led to it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from tests.servers.running import Server, free_port, is_open, program

ADMIN_PASSWORD = "Passw0rd-Lab-9c1e"
READER_PASSWORD = "Reader-AD-5d2b"
BASE = "DC=lab,DC=test"
PATIENT, PATIENT_ID = "欧阳测试", "11010519491231002X"

# Runs with the system's Python, which has Samba's own modules: seeds what no client may write.
_SEED = r"""
import sys, time, ldb
from samba.samdb import SamDB; from samba.param import LoadParm; from samba.auth import system_session
lp = LoadParm(); lp.load(sys.argv[1]); db = SamDB(session_info=system_session(), lp=lp)
base = str(db.domain_dn())
def ticks(days): return str(int((time.time() - days * 86400 + 11644473600) * 10**7))
for name in ('alice', 'bob', 'carol', 'dora', 'reader', 'gone', 'svc-hl7', 'blind', 'apart'):
    db.newuser(name, sys.argv[2] if name in ('reader', 'blind', 'apart') else 'Canary-Pw-' + name + '-1A', description=sys.argv[3])
def dn(name): return db.search(expression='(sAMAccountName=%s)' % name, attrs=[])[0].dn
def put(name, **values):
    m = ldb.Message(dn(name))
    for a, v in values.items(): m[a] = ldb.MessageElement(v, ldb.FLAG_MOD_REPLACE, a)
    db.modify(m, ['local_oid:1.3.6.1.4.1.7165.4.3.12:0', 'relax:0'])
put('bob', pwdLastSet=ticks(400), lastLogonTimestamp=ticks(200), lastLogon=ticks(200), userAccountControl='66048')
put('alice', pwdLastSet=ticks(20), lastLogonTimestamp=ticks(12), lastLogon=ticks(1), employeeID='P001')
put('carol', userAccountControl='514')
put('dora', primaryGroupID='513', lastLogon=ticks(1), pwdLastSet='0', userAccountControl='544')
put('gone', accountExpires=ticks(3), lastLogon=ticks(5))
put('svc-hl7', servicePrincipalName='HL7/his.lab.test', lastLogon=ticks(1))
db.newgroup('IT'); db.newgroup('IT-Core')
db.add_remove_group_members('Domain Admins', ['alice'], add_members_operation=True)
db.add_remove_group_members('Server Operators', ['IT'], add_members_operation=True)
db.add_remove_group_members('IT', ['IT-Core'], add_members_operation=True)
db.add_remove_group_members('IT-Core', ['bob', 'IT'], add_members_operation=True)
db.add_remove_group_members('Backup Operators', ['dora'], add_members_operation=True)
put('dora', primaryGroupID='513')
m = ldb.Message(ldb.Dn(db, base))
for a, v in (('minPwdLength', '12'), ('maxPwdAge', str(-90 * 864000000000)), ('lockoutThreshold', '5'), ('pwdHistoryLength', '24')):
    m[a] = ldb.MessageElement(v, ldb.FLAG_MOD_REPLACE, a)
db.modify(m)
db.add({'dn': 'CN=Admins-PSO,CN=Password Settings Container,CN=System,' + base, 'objectClass': 'msDS-PasswordSettings',
    'msDS-PasswordSettingsPrecedence': '1', 'msDS-PasswordReversibleEncryptionEnabled': 'FALSE', 'msDS-PasswordHistoryLength': '24',
    'msDS-PasswordComplexityEnabled': 'TRUE', 'msDS-MinimumPasswordLength': '16', 'msDS-MinimumPasswordAge': '-864000000000',
    'msDS-MaximumPasswordAge': str(-30 * 864000000000), 'msDS-LockoutThreshold': '3',
    'msDS-LockoutObservationWindow': '-18000000000',
    'msDS-LockoutDuration': '-18000000000', 'msDS-PSOAppliesTo': str(dn('alice'))})
from samba.sd_utils import SDUtils; from samba.ndr import ndr_unpack; from samba.dcerpc import security
def deny(name, where, ace):
    sid = ndr_unpack(security.dom_sid, db.search(dn(name), ldb.SCOPE_BASE, attrs=['objectSid'])[0]['objectSid'][0])
    SDUtils(db).dacl_add_ace(where + base, ace % sid)
deny('blind', '', '(D;CI;RPLCLO;;;%s)')
deny('apart', 'CN=Users,', '(D;CI;GA;;;%s)')
"""


class SambaDc:
    """One domain controller; ``url`` leads to its LDAPS port.

    Attributes:
        plain: its LDAP port, where it takes no password without encryption.
        opened: its LDAPS port without the TLS, so that a test can spoil what it answers: TLS begins behind this port.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.dc = folder, folder / "dc"
        folder.chmod(0o755)
        self._run(
            program("samba-tool"), "domain", "provision", "--realm=LAB.TEST", "--domain=LAB", "--server-role=dc",
            "--dns-backend=NONE", f"--adminpass={ADMIN_PASSWORD}", "--host-name=dc1", "--host-ip=127.0.0.1",
            f"--targetdir={self.dc}",
        )  # fmt: skip
        self.conf = self.dc / "etc" / "smb.conf"
        text = re.split(r"^\[(?!global)", self.conf.read_text(), flags=re.M)[0]
        lines = [one for one in text.splitlines() if "server services" not in one and "log file" not in one]
        more = ["\tserver services = ldap", "\tbind interfaces only = yes", "\tinterfaces = 127.0.0.1/8",
                f"\tlog file = {folder}/samba.log", f"\tpid directory = {folder}"]  # fmt: skip
        self.conf.write_text("\n".join([*lines, *more]) + "\n")
        self._run("/usr/bin/python3", "-c", _SEED, str(self.conf), READER_PASSWORD, f"{PATIENT} {PATIENT_ID}")
        self.server = Server(
            ["unshare", "-n", "sh", "-c", 'ip link set lo up; exec "$@"', "_", program("samba"), "-i", "-M", "single",
             "-s", str(self.conf), "--debug-stdout"],
            folder / "samba.out",
            env={"TDB_NO_FSYNC": "1"},
        )  # fmt: skip
        self.server.wait_for(self._is_up)
        self.forwards: list[Server] = []
        self.port = self._forward("TCP\\:127.0.0.1\\:636")
        self.plain_port = self._forward("TCP\\:127.0.0.1\\:389")
        self.opened_port = self._forward("OPENSSL\\:127.0.0.1\\:636\\,verify=0")
        self.url, self.plain = f"ldaps://127.0.0.1:{self.port}", f"ldap://127.0.0.1:{self.plain_port}"
        self.opened = f"ldap://127.0.0.1:{self.opened_port}"
        self.ca = self.dc / "private" / "tls" / "ca.pem"

    def _is_up(self) -> bool:
        inside = ["nsenter", "-t", str(self.server.process.pid), "-n"]
        words = [*inside, "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/636"]
        return subprocess.run(words, capture_output=True).returncode == 0

    def _forward(self, to: str) -> int:
        """A loopback port that leads to an address of socat inside the namespace."""
        port = free_port()
        nsenter = f"nsenter -t {self.server.process.pid} -n socat - {to}"
        one = Server(
            ["socat", f"TCP-LISTEN:{port},bind=127.0.0.1,fork,reuseaddr", f"EXEC:{nsenter}"],
            self.folder / f"forward-{port}.log",
        )
        self.forwards.append(one)
        one.wait_for(lambda: is_open(port))
        return port

    @staticmethod
    def _run(*words: str) -> str:
        done = subprocess.run(words, capture_output=True, text=True, env={**os.environ, "TDB_NO_FSYNC": "1"})
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def dump(self) -> str:
        """Everything that the domain holds, operational counters of replication left out."""
        ldbsearch = shutil.which("ldbsearch", path="/usr/bin")
        assert ldbsearch, "ldb-tools"
        return self._run(
            ldbsearch, "-H", str(self.dc / "private" / "sam.ldb"), "-s", "sub", "(objectClass=*)", "*"
        )

    def stop(self) -> None:
        """Ends it and its forwards."""
        for one in (*self.forwards, self.server):
            one.stop()
