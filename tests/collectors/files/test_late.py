"""What loads late says the same as what it stands for, of every file that might be meant."""

from __future__ import annotations

import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from hiscomply_files.fetch import HEAD_BYTES
from hiscomply_files.formats import builtin_formats
from hiscomply_files.late import LateFormat, LateSoftware
from hiscomply_files.software import builtin_software


def words(text: str) -> list[str]:
    return text.split()


FORMATS = [one for one in builtin_formats() if isinstance(one, LateFormat)]
SOFTWARE = [one for one in builtin_software() if isinstance(one, LateSoftware)]
CORPUS = Path(__file__).parents[2] / "corpus"
FOLDERS = words("""
    etc sshd_config.d sysctl.d pam.d sudoers.d limits.d logrotate.d rsyslog.d cron.d crontabs audit/rules.d chrony.d
    chrony/conf.d chrony/sources.d conf.d sites-enabled sites-available http.d vhosts.d snippets default.d stream.d
    templates modules-enabled stream-enabled streams-enabled nginx apache2 httpd/conf haproxy postgresql/16/conf.d mysql
    mariadb my.cnf.d mysql.conf.d redis redis.conf.d valkey orthanc pwquality.conf.d systemd/journald.conf.d
    group_vars host_vars/db inventories/prod vars roles/his/defaults roles/his/tasks
    journald.conf.d ssh.service.d service.d x.timer.d limits.conf.d
""")
NAMES = words("""
    sshd_config sshd_config.bak sysctl.conf postgresql.conf postgresql.auto.conf postgresql.base.conf pg_hba.conf
    pg_hba.prod.conf nginx.conf nginx-his.conf.template mime.types fastcgi_params httpd.conf apache2.conf apache-x.conf
    .htaccess a.load his.vhost haproxy.cfg haproxy-1.conf his.cfg my.cnf .my.cnf my.ini my-his.ini mysqld.cnf server.cnf
    redis.conf redis-6379.conf valkey.conf sentinel.conf mongod.conf mongos.yaml mongodb.cfg login.defs pwquality.conf
    snmpd.conf snmptrapd.local.conf .pgpass pgpass.conf .netrc _netrc
    nsswitch.conf faillock.conf Dockerfile his.dockerfile Dockerfile.prod Containerfile a.service a.socket a.timer a.mount
    a.automount a.path a.slice a.target a.swap journald.conf logind.conf timesyncd.conf resolved.conf coredump.conf audit.rules
    10-a.rules auditd.conf crontab his.crontab fstab limits.conf 90-his.conf logrotate.conf rsyslog pam.conf sshd sudoers
    chrony.conf ntp.conf his.sources compose.yaml docker-compose.prod.yml his.compose.yaml deployment.yml patch.yaml
    a.yaml Kustomization kustomization.yaml kustomization.yml a.json a.jsonc a.json5 orthanc.json his-realm.json main.tf
    a.tfvars a.tf.json a.tfvars.json a.toml a.xml a.xconf a.properties mirth.properties openmrs-runtime.properties
    ansible.cfg hosts hosts.ini inventory inventory.yml hosts_prod
    inventory.json inventory.py hosts.sh site.yml vault_pass .vault_pass vault-password.txt db.yml
    application.properties application-prod.yaml .env .env.production his.env a.ini plain
""")
HEADS = [
    b"",
    b"[a]\nb = c\n",
    b"server {\n  listen 80;\n}\n",
    b"<VirtualHost *:80>\n",
    b"global\n  daemon\ndefaults\n  mode http\nfrontend x\n  bind *:80\n",
    b"apiVersion: v1\nkind: Service\n",
    b'{"apiVersion": "v1", "kind": "Service"}',
    b"- op: replace\n  path: /a\n",
    b"services:\n  web:\n    image: x\n",
    b"[web]\nweb[01:20] ansible_user=root\n[web:vars]\na=b\n",
    b"all:\n  hosts:\n    a:\n",
    b'{"all": {"hosts": {"a": {}}}}',
    b"#!/usr/bin/env python3\n",
    b"- hosts: all\n  vars:\n    a: b\n",
    b"-w /etc/passwd -p wa -k x\n",
]


def files() -> list[tuple[str, bytes]]:
    """Every file of the corpus, and every name in every folder, and with every beginning."""
    own = [path for path in CORPUS.rglob("*") if path.is_file()]
    read = [(path.relative_to(CORPUS).as_posix(), path.read_bytes()[:HEAD_BYTES]) for path in own]
    in_folders = [(f"{folder}/{name}", b"") for folder, name in product(FOLDERS, NAMES)]
    return [*read, *in_folders, *product(NAMES, HEADS), *((path.upper(), head) for path, head in read)]


@pytest.fixture(scope="module")
def some_files() -> list[tuple[str, bytes]]:
    return files()


@pytest.fixture(scope="module")
def recognised() -> set[tuple[str, str]]:
    """Each path with the formats that recognise it."""
    in_folders = [(f"{folder}/{name}", b"") for folder, name in product(FOLDERS, NAMES)]
    return {
        (path, two.name)
        for path, head in [*in_folders, *product(NAMES, HEADS)]
        for two in FORMATS
        if two.recognises(path, head)
    }


@pytest.mark.parametrize("one", FORMATS, ids=lambda one: one.name)
def test_a_format_is_asked_about_each_file_that_it_recognises(
    one: LateFormat, some_files: list[tuple[str, bytes]]
) -> None:
    real = one.real
    assert real.name == one.name
    meant = [(path, head) for path, head in some_files if real.recognises(path, head)]
    assert meant
    assert [path for path, head in meant if not one.recognises(path, head)] == []


@pytest.mark.parametrize("one", SOFTWARE, ids=lambda one: one.name)
def test_software_is_asked_about_each_file_that_it_wants(
    one: LateSoftware, recognised: set[tuple[str, str]]
) -> None:
    real = one.real
    assert real.name == one.name
    meant = [(path, name) for path, name in sorted(recognised) if real.wants(path, name)]
    assert meant
    assert [pair for pair in meant if not one.wants(*pair)] == []


HEAVY = words("""
    asyncio chinese_calendar difflib http jinja2 jsonschema multiprocessing pydantic rich sarif_om sqlglot ssl subprocess
    unittest xml yaml hiscomply.baseline hiscomply.config.project hiscomply.policy.compile hiscomply.policy.document
    hiscomply.reference hiscomply.report.builtin hiscomply.report.html hiscomply.report.sarif hiscomply.yaml_source
    hiscomply_local hiscomply_tables hiscomply_ssh
""")
"""What one Dockerfile has no use for, and takes long to load."""


def loaded(tmp_path: Path, statements: str) -> set[str]:
    """The modules that a new process has after these statements."""
    program = f"import sys\n{statements}\nprint(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())


CHECK = "from hiscomply.cli.main import run\nassert run(['check', '.']) == 1"


def test_a_dockerfile_loads_no_other_format_and_no_other_software(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM debian:12\n", encoding="utf-8")
    modules = {
        name.split(".", 2)[2]
        for name in loaded(tmp_path, CHECK)
        if name.startswith(("hiscomply_files.formats.", "hiscomply_files.software."))
    }
    assert {"dockerfile"} <= modules
    assert not modules & {"nginx_conf", "yaml", "kubernetes", "sshd", "nginx", "compose", "terraform"}


def test_a_dockerfile_loads_nothing_heavy_once_its_policies_are_compiled(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM debian:12\n", encoding="utf-8")
    loaded(tmp_path, CHECK)
    assert not loaded(tmp_path, CHECK) & set(HEAVY)


def test_finding_our_own_plugins_loads_none_of_the_libraries_for_it(tmp_path: Path) -> None:
    modules = loaded(tmp_path, "from hiscomply.plugins import files_collector\nfiles_collector()")
    assert "hiscomply_files" in modules
    assert not modules & {"importlib.metadata", "email", "hiscomply_local", "hiscomply.report.builtin"}
