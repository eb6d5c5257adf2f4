"""Which names of settings say that the value is a secret: in English, Chinese and Pinyin."""

from __future__ import annotations

import re
from functools import lru_cache

WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
SECRET_WORDS = frozenset(
    {"password", "passwords", "passwd", "passphrase", "passcode", "pwd", "pass", "pw", "bindpw", "rootpw"}
    | {"secret", "token", "credential", "credentials", "authorization", "requirepass", "masterauth"}
    | {"psw", "pswd", "passwrd", "pword", "psk", "authtok"}
)
SECRET_PAIRS = frozenset(
    {"private key", "api key", "secret key", "access key", "account key", "encryption key", "signing key"}
    | {"master key", "auth key", "key base", "password hash", "registered users", "pass admin", "clear text"}
    | {"pass word", "pass wd", "shared key", "sign key", "aes key", "des key"}
)
SECRET_ENDINGS = (
    *("password", "passwd", "secret", "storepass", "keypass", "userpass", "dbpass", "rootpass", "configpass"),
    *("apikey", "privatekey", "secretkey", "accesskey", "pwd", "mima", "kouling", "miyao"),
    *("psw", "pswd", "authtok", "sharedkey", "signkey", "aeskey", "passphrase"),
    *(f"{of}pass" for of in ("admin", "auth", "bind", "ftp", "ldap", "mail", "priv", "redis", "smtp", "ssh")),
)
CHINESE = re.compile(r"(?:密码|口令|密钥|私钥|令牌)\s*(?:[(（][^()（）]*[)）])?[0-9０-９:：\s]*(?:\[|$)")
QUALIFIERS = frozenset(
    {"prod", "production", "prd", "test", "dev", "development", "uat", "stage", "staging", "old", "backup"}
    | {"master", "slave", "primary", "replica", "default", "value", "plain", "plaintext", "base64", "b64"}
    | {"his", "lis", "ris", "emr", "pacs"}
)
"""What may follow the name of a secret and only says which one it is."""
HANDED_ON = re.compile(r"(?:proxy|fastcgi|uwsgi|scgi|grpc|memcached)_pass")
NGINX_BLOCKS = frozenset({"location", "if", "limit_except", "server"})
"""In them nginx says to whom it hands a request on."""
POINTER_WORDS = frozenset({"file", "path", "ref"})
SECRET_PARENTS = frozenset({"registeredusers", "passwords", "credentials", "stringdata", "secretdata"})

PEERS = ("OrthancPeers", "DicomWeb.Servers")
"""Where Orthanc has ``[address, user, password]``."""


@lru_cache(maxsize=4096)
def is_secret_name(key: str, parent: str = "") -> bool:
    """True if a key's last name, or the name of the mapping it stands in, says that its value is a secret."""
    words = _words(key)
    is_reference = is_pointer(key)
    while words and words[-1] in POINTER_WORDS:
        words.pop()
    if is_reference and not words:
        return False
    if parent.lower() in SECRET_PARENTS or CHINESE.search(key):
        return True
    if parent in NGINX_BLOCKS and HANDED_ON.fullmatch(key):
        return False
    while words and words[-1] in QUALIFIERS:
        words.pop()
    if not words:
        return bool(parent) and is_secret_name(parent)
    return (
        words[-1] in SECRET_WORDS
        or " ".join(words[-2:]) in SECRET_PAIRS
        or words[-1].endswith(SECRET_ENDINGS)
    )


def is_password_of_peer(key: str, path: str) -> bool:
    """True for the third of what Orthanc has of another server; ``path`` is what the key stands in."""
    return key.endswith("[2]") and path.endswith(PEERS)


def is_pointer(key: str) -> bool:
    """True if the value is where the secret is, by the name of its key."""
    words = _words(key)
    return bool(words) and words[-1] in POINTER_WORDS


def last_name(path: str) -> str:
    """The last name of a key path, without an index."""
    return path.rpartition(".")[2].partition("[")[0]


def _words(key: str) -> list[str]:
    name = key.partition("[")[0]
    words = [word.lower() for word in WORDS.findall(name)]
    while words and words[-1].isdigit():
        words.pop()
    return words
