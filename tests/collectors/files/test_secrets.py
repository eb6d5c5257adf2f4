"""A secret's value never leaves the collector; a reference to one may."""

from __future__ import annotations

from typing import Any

import pytest

from hiscomply_files.secrets import guard


def digest(text: str) -> str:
    return f"<digest {len(text)}>"


SECRET: list[Any] = [
    ("POSTGRES_PASSWORD", "", "hunter2", "<digest 7>"),
    ("databasePassword", "", "hunter2", "<digest 7>"),
    ("dbpassword", "", "hunter2", "<digest 7>"),
    ("keystore.storepass".rpartition(".")[2], "keystore", "81uWxplDtB", "<digest 10>"),
    ("SECRET_KEY", "", "abc", "<digest 3>"),
    ("api-key", "", "abc", "<digest 3>"),
    ("token", "", "123456", "<digest 6>"),
    ("PASSWORD_2", "", "abc", "<digest 3>"),
    ("alice", "RegisteredUsers", "alicePassword", "<digest 13>"),
    ("environment[0]", "services.db", "MYSQL_ROOT_PASSWORD=root", "MYSQL_ROOT_PASSWORD=<digest 4>"),
    ("url", "", "postgres://his:hunter2@db:5432/his", "postgres://his:<digest 7>@db:5432/his"),
    ("url", "", "amqp://his:p@ss@mq/", "amqp://his:<digest 4>@mq/"),
    (
        "url",
        "",
        "jdbc:mysql://db/his?user=a&password=hunter2&x=1",
        "jdbc:mysql://db/his?user=a&password=<digest 7>&x=1",
    ),
    ("dsn", "", "host=db password='a b' user=x", "host=db password=<digest 3> user=x"),
    ("conn", "", "Server=db;User Id=sa;Password=abc;", "Server=db;User Id=sa;Password=<digest 3>;"),
    ("command", "", "redis-server --requirepass foobared", "redis-server --requirepass <digest 8>"),
    ("header", "", "Bearer abcdefghijk", "Bearer <digest 11>"),
    ("cert", "", "-----BEGIN RSA PRIVATE KEY-----\nabc", "<digest 35>"),
    ("password", "", "hmac-sha256:typed by a person", "<digest 29>"),
    ("url", "", "x?password=hmac-sha256:forged", "x?password=<digest 18>"),
    ("password", "", "${DB_PASSWORD:-postgres}", "<digest 24>"),
    ("PASSWORD_FILE", "", "hunter2", "<digest 7>"),
    ("password", "", "${DB_PASSWORD-hunter2}", "<digest 22>"),
    ("password", "", "{{ vault_pw | default('hunter2') }}", "<digest 35>"),
    ("conn", "", "Data Source=a;User ID=b;口令=hunter2", "Data Source=a;User ID=b;口令=<digest 7>"),
    (
        "hook",
        "",
        "https://qyapi/cgi-bin/webhook/send?key=ab-cd",
        "https://qyapi/cgi-bin/webhook/send?key=<digest 5>",
    ),
    ("json", "", '{"user": "a", "dbPassword": "hunter2"}', '{"user": "a", "dbPassword": "<digest 7>"}'),
    ("options", "", "username=a,pass=hunter2", "username=a,pass=<digest 7>"),
    *(
        ("command", "", text.replace("<>", "hunter2"), text.replace("<>", "<digest 7>"))
        for text in (
            "0 2 * * * mysqldump -uroot -p<> his",
            "mysql -h db -u root -p'<>' his".replace("'<>'", "<>"),
            "sshpass -p <> scp a b",
            "redis-cli -h db -a <> ping",
            "mongodump -u root -p <>",
            "docker login -u his -p <> registry",
            "ldapsearch -D cn=admin -w <> -b dc=his",
            "sqlcmd -S db -U sa -P <> -Q x",
            "curl -s -u admin:<> http://his",
            "lftp -u admin,<> ftp://his",
            "smbclient //his/x -U admin%<>",
            "jdbc:oracle:thin:his/<>@//10.0.0.1:1521/orcl",
            "sqlplus -S his/<>@orcl @report.sql",
            "expdp userid=his/<>@orcl directory=x",
            "echo 'root:<>' | chpasswd",
            "DB_MIMA=<> X=1",
            "docker run -e SECRET_KEY='<>' his".replace("'<>'", "<>"),
            "AccountName=a;AccountKey=<>;Endpoint=b",
            "his --api-key=<>",
            "echo <> | passwd --stdin root",
            "curl -k -H 'X-Token: <>' https://his",
            "curl -sLH X-Auth-Token:<> https://his",
            'wget --header="X-Api-Key: <>" https://his',
            '["curl", "-H", "PRIVATE-TOKEN: <>", "https://his"]',
            "curl -H 'Authorization: token <>' https://his",
            "curl --oauth2-bearer <> https://his",
        )
    ),
    ("data", "", "a:\n  password: hunter2 # of HIS\n", "a:\n  password: <digest 7> # of HIS\n"),
    ("redis.conf", "", "port 6379\nrequirepass hunter2\n", "port 6379\nrequirepass <digest 7>\n"),
    ("密码", "", "hunter2", "<digest 7>"),
    ("数据库密码2", "", "hunter2", "<digest 7>"),
    ("口令[0]", "", "hunter2", "<digest 7>"),
    ("db_mima", "", "hunter2", "<digest 7>"),
    ("kouling", "", "hunter2", "<digest 7>"),
    ("userpwd", "", "hunter2", "<digest 7>"),
    ("bindpw", "", "hunter2", "<digest 7>"),
    ("PASSWORD_HIS", "", "hunter2", "<digest 7>"),
    ("password_prod", "", "hunter2", "<digest 7>"),
    ("prod", "db.password", "hunter2", "<digest 7>"),
    ("default", "variable.db_password", "hunter2", "<digest 7>"),
    ("@clear-text", "credential-reference", "hunter2", "<digest 7>"),
    ("a[2]", "OrthancPeers", "hunter2", "<digest 7>"),
    ("a[2]", "DicomWeb.Servers", "hunter2", "<digest 7>"),
    *(
        (key, "", "hunter2", "<digest 7>")
        for key in (
            "passWord",
            "pass_word",
            "dbpsw",
            "psk",
            "ldap_default_authtok",
            "presharedkey",
            "smtppass",
        )
    ),
    *(
        (key, "", "hunter2", "<digest 7>")
        for key in ("encodingAESKey", "sign_key", "密码(加密)", "用户密码：")
    ),
    ("1001", "RegisteredUsers", "hunter2", "<digest 7>"),
    ("张三", "RegisteredUsers", "hunter2", "<digest 7>"),
]


@pytest.mark.parametrize(("key", "parent", "value", "expected"), SECRET)
def test_a_secret_leaves_as_its_digest(key: str, parent: str, value: str, expected: str) -> None:
    guarded = guard(key, parent, value, digest)
    assert (guarded.value, guarded.is_secret, guarded.is_placeholder) == (expected, True, False)


REFERENCES: list[Any] = [
    ("password", "${DB_PASSWORD}"),
    ("password", "${DB_PASSWORD:?must be set}"),
    ("password", "$DB_PASSWORD"),
    ("password", "{{ vault_db_password }}"),
    ("password", "vault:secret/data/his#password"),
    ("password", "ENC(abc==)"),
    ("password", "$ANSIBLE_VAULT;1.1;AES256\n6162"),
    ("POSTGRES_PASSWORD_FILE", "/run/secrets/db"),
    ("environment[3]", "DB_PASSWORD=${DB_PASSWORD}"),
    ("password", "${db-password}"),
    ("password", "{{ vault_pw | default('') }}"),
    ("command", "mysqldump -uroot -p$MYSQL_PW his"),
    ("url", "postgres://his:${PW}@db/his"),
    ("command", "curl -H 'X-Token: $(cat /run/secrets/token)' https://his"),
    ("command", "curl -H 'X-Token: {{ token }}' https://his"),
    ("command", 'curl -H "X-Token: ${TOKEN}" https://his'),
]


@pytest.mark.parametrize(("key", "value"), REFERENCES)
def test_a_reference_to_a_secret_stays_readable(key: str, value: str) -> None:
    guarded = guard(key, "", value, digest)
    assert (guarded.value, guarded.is_secret, guarded.is_placeholder) == (value, True, True)


PLAIN: list[Any] = [
    ("PasswordAuthentication", "no"),
    ("password_encryption", "scram-sha-256"),
    ("PASS_MAX_DAYS", "90"),
    ("passwordMinimumLength", "12"),
    ("permitemptypasswords", "no"),
    ("automountServiceAccountToken", "false"),
    ("secrets[0]", "db_password"),
    ("secretName", "his-tls"),
    ("ssl_key_file", "/etc/ssl/server.key"),
    ("monkey", "banana"),
    ("default", "banana"),
    ("密码长度", "8"),
    ("a[2]", "north"),
    ("compass", "north"),
    ("url", "https://example.org:8443/a@b"),
    ("image", "postgres:16@sha256:abc"),
    ("command", "docker run --name mysql -p3306:3306 -d mysql"),
    ("command", "mysqldump -u root -p his"),
    ("command", "mysqldump his | mkdir -p /backup"),
    ("command", "sqlplus / as sysdba @x/y"),
    ("command", "cd exp/imp && tar x@y"),
    ("bypass", "bypass=true"),
    ("description", "Password: as the policy says\ntoken:\n"),
    ("command", "his --show-password=true"),
    ("command", "PASSWORD_FILE=/run/x his"),
    ("command", "curl -H 'Accept: application/json' -H 'X-Token-Type: his' https://his"),
    ("command", "ldapsearch -H ldap://his -x"),
]


@pytest.mark.parametrize(("key", "value"), PLAIN)
def test_what_only_sounds_like_a_secret_is_left_alone(key: str, value: str) -> None:
    guarded = guard(key, "", value, digest)
    assert (guarded.value, guarded.is_secret) == (value, False)


def test_an_empty_secret_is_empty_and_not_a_digest() -> None:
    guarded = guard("password", "", "", digest)
    assert (guarded.value, guarded.is_secret, guarded.is_placeholder) == ("", True, False)


def test_a_value_named_by_its_sibling_is_a_secret() -> None:
    assert guard("value", "env[0]", "hunter2", digest, hint="DB_PASSWORD").value == "<digest 7>"
