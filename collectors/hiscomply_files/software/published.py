"""Passwords that the makers of healthcare software publish, by the image of a container and the variable that sets them.

Sources are named beside each table, with the commit where it was read; a password is never shown, only whether it is one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from hiscomply_files.software.following import FALLBACK, holds_published, is_template
from hiscomply_files.software.image_reference import is_open
from hiscomply_files.software.image_reference import without_registry as path_of
from hiscomply_files.software.interpolation import interpolated

MARK = "!published"
"""Ends the key that stands beside a variable and says whose published password it has: no variable is named so."""
_OPENEMR = {
    # openemr/openemr-devops, docker/openemr/compose.yml; docker/openemr README (admin was the first password)
    "OE_PASS": {"pass", "admin"},
    "MYSQL_PASS": {"openemr", "root"},
    "MYSQL_ROOT_PASS": {"root"},
    "MYSQL_ROOT_PASSWORD": {"root"},
}
_OPENMRS = {
    # openmrs/openmrs-distro-referenceapplication, docker-compose.yml; openmrs-core, startup-init.sh
    "OMRS_CONFIG_CONNECTION_PASSWORD": {"openmrs"},
    "OMRS_DB_PASSWORD": {"openmrs"},
    "OMRS_ADMIN_USER_PASSWORD": {"Admin123"},
    "MYSQL_PASSWORD": {"openmrs", "Admin123"},
    "MYSQL_ROOT_PASSWORD": {"openmrs", "Admin123"},
}
_MIRTH = {
    # nextgenhealthcare/connect-docker, README; 81uWxplDtB: server/conf/mirth.properties, as OpenIntegrationEngine/engine
    # at 2bf665ffaa2e has it still
    "DATABASE_PASSWORD": {"mirthdb"},
    "KEYSTORE_STOREPASS": {"docker_storepass", "81uWxplDtB"},
    "KEYSTORE_KEYPASS": {"docker_keypass", "81uWxplDtB"},
    "POSTGRES_PASSWORD": {"mirthdb"},
}
_OIE = {
    # OpenIntegrationEngine/engine-docker: README at 4c7243a9f1cf; entrypoint.sh at e100278ca80e sets changeme for want of
    # a variable; 81uWxplDtB: OpenIntegrationEngine/engine, server/conf/mirth.properties at 2bf665ffaa2e
    "DATABASE_PASSWORD": {"enginedb", "postgres"},
    "KEYSTORE_STOREPASS": {"docker_storepass", "changeme", "81uWxplDtB"},
    "KEYSTORE_KEYPASS": {"docker_keypass", "changeme", "81uWxplDtB"},
    "POSTGRES_PASSWORD": {"enginedb"},
}
_DCM4CHEE = {
    # LDAP_*: README of dcm4che-dockerfiles/dcm4chee-arc-psql; the others: dcm4che/dcm4chee-arc-light wiki, running on
    # Docker, of which only copies were seen
    "KEYCLOAK_ADMIN_PASSWORD": {"changeit"},
    "KC_DB_PASSWORD": {"keycloak"},
    "LDAP_ROOTPASS": {"secret"},
    "LDAP_CONFIGPASS": {"secret"},
    "POSTGRES_PASSWORD": {"pacs"},
    "MYSQL_ROOT_PASSWORD": {"secret"},
    "MYSQL_PASSWORD": {"keycloak"},
}
_KEYCLOAK = {
    # Keycloak, getting started with Docker, of which only copies were seen
    "KEYCLOAK_ADMIN_PASSWORD": {"admin"},
    "KC_BOOTSTRAP_ADMIN_PASSWORD": {"admin"},
}
_OPENELIS = {
    # I-TECH-UW/OpenELIS-Global-2, docker-compose.yml at ec9b3cb25485; the database's: volume/properties/datasource.password
    # at b4e670277f0c, with which the application logs on; the database.env that sets it was not to be had
    "DEFAULT_PW": {"adminADMIN!"},
    "KEYSTORE_PW": {"kspass"},
    "TRUSTSTORE_PW": {"tspass"},
    "POSTGRES_PASSWORD": {"clinlims"},
}
_SENAITE = {
    # senaite/senaite.docker: 2.2.0/buildout.cfg at 1206eff26ef8 (user=admin:admin); PASSWORD: 2.2.0/docker-entrypoint.sh at
    # 353c42805c68; ADMIN_PASSWORD: mekomsolutions/senaite-docker
    "ADMIN_PASSWORD": {"admin"},
    "PASSWORD": {"admin"},
}
_EHRBASE = {
    # ehrbase/ehrbase, .env.ehrbase and docker-compose.yml
    "SECURITY_AUTHPASSWORD": {"SuperSecretPassword"},
    "SECURITY_AUTHADMINPASSWORD": {"EvenMoreSecretPassword"},
    "DB_PASS": {"ehrbase", "ehrbase_restricted"},
    "DB_PASS_ADMIN": {"ehrbase"},
    "EHRBASE_PASSWORD": {"ehrbase"},  # as POSTGRES_PASSWORD: docker-compose.yml and ehrbase/documentation
    "POSTGRES_PASSWORD": {"postgres"},
}
_HAPI = {
    # hapifhir/hapi-fhir-jpaserver-starter, docker-compose.yml
    "SPRING_DATASOURCE_PASSWORD": {"admin"},
    "spring.datasource.password": {"admin"},
    "POSTGRES_PASSWORD": {"admin"},
}
_PRODUCTS: Mapping[str, tuple[tuple[str, ...], Mapping[str, set[str]]]] = {
    "openemr": (("openemr/",), _OPENEMR),
    "openmrs": (("openmrs/",), _OPENMRS),
    "mirth": (("nextgenhealthcare/connect",), _MIRTH),
    "oie": (("openintegrationengine/engine",), _OIE),
    "dcm4chee": (("dcm4che/",), _DCM4CHEE),
    "keycloak": (("keycloak/keycloak", "jboss/keycloak", "bitnami/keycloak"), _KEYCLOAK),
    "openelis": (("itechuw/", "i-tech-uw/"), _OPENELIS),
    "senaite": (("senaite/senaite", "mekomsolutions/senaite"), _SENAITE),
    "ehrbase": (("ehrbase/",), _EHRBASE),
    "hapi": (("hapiproject/hapi",), _HAPI),
}
"""By name: how the path of its images begins, and its passwords by variable."""
PUBLISHED: Mapping[str, frozenset[str]] = {
    name: frozenset().union(*(table.get(name, set()) for _, table in _PRODUCTS.values()))
    for name in {key for _, table in _PRODUCTS.values() for key in table}
}
_DATABASES = ("POSTGRES_PASSWORD", "MYSQL_PASSWORD", "MYSQL_ROOT_PASSWORD")
_DATABASE_IMAGE = re.compile(r"postg|mysql|mariadb|percona|timescale|pgvector")
_COMMON = frozenset(
    {*_DATABASES, "ADMIN_PASSWORD", "PASSWORD", "DATABASE_PASSWORD", "DB_PASS", "DEFAULT_PW"}
    | {"SPRING_DATASOURCE_PASSWORD", "spring.datasource.password"}
)
"""Names that other software gives its variables too: with an image that is known to be other software they say nothing."""
_PUBLIC = frozenset(
    {"docker.io", "quay.io", "ghcr.io", "gcr.io", "registry.k8s.io", "public.ecr.aws", "mcr.microsoft.com"}
)
ORTHANC = frozenset({"orthanc"})
"""Orthanc Book, "Orthanc for Docker": the user of the image and of the packages."""
_USERS = frozenset({"ORTHANC__REGISTERED_USERS", "ORTHANC_JSON"})


def is_judged(variable: str) -> bool:
    """Whether it sets a password of which one is published."""
    return variable in PUBLISHED or variable in _USERS


def published(
    variable: str, text: str | None, known: Mapping[str, str], image: str | None = None
) -> str | None:
    """``true`` if a variable that is judged has a published password, also for want of another variable.

    Args:
        text: as it is written; None for a variable that is handed on from outside.
        known: the variables of the project, which replace ``${NAME}``.
        image: of the container; None if it is not known, and then the name of the variable decides.

    Returns:
        ``false`` for what is filled in elsewhere; None where it cannot be told.
    """
    return of_image(variable, publishers(variable, text, known), image)


def of_image(variable: str, names: str | None, image: str | None) -> str | None:
    """``true`` if one of the publishers of a password is the one whose image it is."""
    if not names:
        return None if names is None else "false"
    makers = _makers(image)
    if makers is None or variable in _USERS:
        return "true"
    path = path_of(image or "")
    if variable in _DATABASES and _DATABASE_IMAGE.search(path.rpartition("/")[2]):
        return "true"
    return str(bool(makers & set(names.split()))).lower() if makers else str(variable not in _COMMON).lower()


def _makers(image: str | None) -> frozenset[str] | None:
    """Who makes an image, empty for other software; None where that is not known: a variable, or a registry of one's own."""
    if image is None or is_open(image):
        return None
    path = f"/{path_of(image)}"
    found = frozenset(
        name for name, (starts, _) in _PRODUCTS.items() if any(f"/{one}" in path for one in starts)
    )
    return None if not found and _is_own(image) else found


def _is_own(image: str) -> bool:
    host, slash, _ = image.partition("/")
    has_host = bool(slash) and ("." in host or ":" in host or host == "localhost")
    return has_host and host not in _PUBLIC


def publishers(variable: str, text: str | None, known: Mapping[str, str]) -> str | None:
    """The names of all whose published password a variable has, with blanks between; empty if it has none."""
    value = known.get(variable) if text is None else interpolated(text, known)
    if value is None:
        fallback = FALLBACK.fullmatch(text or "")
        if fallback is None and text is not None and variable in _USERS:
            value = text
        elif fallback is None:
            return ""
        else:
            value = fallback[1]
    value = value.strip().strip("\"'") if variable in PUBLISHED else value
    if variable in PUBLISHED:
        return " ".join(name for name, (_, one) in _PRODUCTS.items() if value in one.get(variable, ()))
    return {"true": "orthanc", "false": ""}.get(_users(variable, value) or "")


def _users(variable: str, text: str) -> str | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return "false" if is_template(text) and not any(f'"{one}"' in text for one in ORTHANC) else None
    users = (
        found.get("RegisteredUsers", {}) if variable == "ORTHANC_JSON" and isinstance(found, dict) else found
    )
    return str(any(holds_published(one, ORTHANC) == "true" for one in _passwords(users))).lower()


def _passwords(users: Any) -> Iterator[str]:
    if isinstance(users, dict):
        yield from (one for one in users.values() if isinstance(one, str))
