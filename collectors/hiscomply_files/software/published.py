"""Passwords that the makers of healthcare software publish, by the variable of a container that sets them.

Sources are named beside each table; a password is never shown, only whether it is one of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from hiscomply_files.software.following import FALLBACK, holds_published, is_template
from hiscomply_files.software.interpolation import interpolated

MARK = "!published"
"""Ends the key that stands beside a variable and says whether its value is published: no variable is named so."""
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
    # nextgenhealthcare/connect-docker, README; 81uWxplDtB: mirth.properties of the installer, not looked up again. That
    # the image of the Open Integration Engine keeps them is not verified
    "DATABASE_PASSWORD": {"mirthdb"},
    "KEYSTORE_STOREPASS": {"docker_storepass", "81uWxplDtB"},
    "KEYSTORE_KEYPASS": {"docker_keypass", "81uWxplDtB"},
    "POSTGRES_PASSWORD": {"mirthdb"},
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
    # I-TECH-UW/OpenELIS-Global-2, docker-compose.yml; the database's own, clinlims, is not verified
    "DEFAULT_PW": {"adminADMIN!"},
    "KEYSTORE_PW": {"kspass"},
    "TRUSTSTORE_PW": {"tspass"},
    "POSTGRES_PASSWORD": {"clinlims"},
}
_SENAITE = {
    # README of senaite/senaite.docker for the password; that these variables set it: mekomsolutions/senaite-docker
    # for ADMIN_PASSWORD, and not verified for PASSWORD
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
_ALL = (_OPENEMR, _OPENMRS, _MIRTH, _DCM4CHEE, _KEYCLOAK, _OPENELIS, _SENAITE, _EHRBASE, _HAPI)
PUBLISHED: Mapping[str, frozenset[str]] = {
    name: frozenset().union(*(one.get(name, set()) for one in _ALL))
    for name in {key for one in _ALL for key in one}
}
ORTHANC = frozenset({"orthanc"})
"""Orthanc Book, "Orthanc for Docker": the user of the image and of the packages."""
_USERS = frozenset({"ORTHANC__REGISTERED_USERS", "ORTHANC_JSON"})


def is_judged(variable: str) -> bool:
    """Whether it sets a password of which one is published."""
    return variable in PUBLISHED or variable in _USERS


def published(variable: str, text: str | None, known: Mapping[str, str]) -> str | None:
    """``true`` if a variable that is judged has a published password, also for want of another variable.

    Args:
        text: as it is written; None for a variable that is handed on from outside.
        known: the variables of the project, which replace ``${NAME}``.

    Returns:
        ``false`` for what is filled in elsewhere; None where it cannot be told.
    """
    value = known.get(variable) if text is None else interpolated(text, known)
    if value is None:
        fallback = FALLBACK.fullmatch(text or "")
        if fallback is None and text is not None and variable in _USERS:
            value = text
        elif fallback is None:
            return "false"
        else:
            value = fallback[1]
    value = value.strip().strip("\"'") if variable in PUBLISHED else value
    if variable in PUBLISHED:
        return str(value in PUBLISHED[variable]).lower()
    return _users(variable, value)


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
