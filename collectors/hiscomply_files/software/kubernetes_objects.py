"""Objects that give rights (roles and their bindings), let traffic in (ingresses) or reach a node (volumes)."""

from __future__ import annotations

from collections.abc import Iterator

from hiscomply.configurations import Configuration, Value
from hiscomply_files.software.effective import plain_path
from hiscomply_files.software.image_reference import is_open
from hiscomply_files.software.parts import Part, Placed


def object_configurations(
    kind: str, name: str, file: str, line: int | None, part: Part
) -> Iterator[Configuration]:
    """The one configuration of a role, a binding, an ingress or a volume of a node; none for other kinds."""
    if kind in {"Role", "ClusterRole"}:
        software, values = "kubernetes_role", [*_rules(part, file)]
    elif kind in {"RoleBinding", "ClusterRoleBinding"}:
        software, values = "kubernetes_role_binding", [*_binding(part)]
    elif kind == "Ingress":
        software, values = "kubernetes_ingress", [*_hosts(part, file, line)]
    elif kind == "PersistentVolume" and (values := [*_node_paths(part)]):
        software = "kubernetes_volume"
    else:
        return
    yield Configuration(software, file, values, f"{kind}/{name}", line)


def _value(key: str, setting: Placed, text: str | None) -> Value:
    shown = None if text is None or is_open(text) else text
    return Value(key, shown, setting.file, setting.line, setting.column)


def _rules(part: Part, file: str) -> Iterator[Value]:
    """Each rule as ``groups/resources: verbs``; of a rule for URLs, the URLs stand for the resources.

    The names that a rule is limited to stand in brackets after the resources.
    """
    for rule in part.elements("rules"):
        first = rule.first()
        if first is None:
            continue
        groups, resources, urls, verbs = (
            ",".join(one.text() or "" for one in rule.elements(key))
            for key in ("apiGroups", "resources", "nonResourceURLs", "verbs")
        )
        names = ",".join(one.text() or "" for one in rule.elements("resourceNames"))
        # "token: create" by itself would be withheld as a secret
        limit = f"[{names}]" if names else "[*]" if resources.endswith("/token") else ""
        text = f"{groups}/{resources or urls}{limit}: {verbs}"
        yield _value("rules", first, text)
    if part.at("aggregationRule") is not None:
        first = part.at("aggregationRule").first()  # type: ignore[union-attr]
        if first is not None:
            yield Value("rules", None, first.file, first.line, first.column)
    elif not part.elements("rules"):
        yield Value("rules", "none", file, origin="default")


def _binding(part: Part) -> Iterator[Value]:
    role = part.scalar("roleRef", "name")
    if role is not None:
        yield _value("roleRef", role, f"{part.text('roleRef', 'kind') or ''}/{role.value}")
    for subject in part.elements("subjects"):
        name = subject.scalar("name")
        if name is not None:
            yield _value("subjects", name, f"{subject.text('kind') or ''}/{name.value}")


def _node_paths(part: Part) -> Iterator[Value]:
    """The folder of a node that a volume is."""
    for source in ("hostPath", "local"):
        path = part.scalar("spec", source, "path")
        if path is not None:
            yield _value("hostPath", path, plain_path(path.value or ""))


def _hosts(part: Part, file: str, line: int | None) -> Iterator[Value]:
    """``tls`` of each host: true if one of the certificates is for it."""
    entries = part.elements("spec", "tls")
    covered = [one.text() or "" for entry in entries for one in entry.elements("hosts")]
    is_for_all = any(not entry.elements("hosts") for entry in entries)
    rules = part.elements("spec", "rules")
    for rule in rules:
        host, first = rule.scalar("host"), rule.first()
        place = host or first
        if place is None:
            continue
        name = host.value or "" if host is not None else ""
        is_covered = is_for_all or any(_is_same(name, one) for one in covered)
        is_known = is_covered or not any(map(is_open, (name, *covered)))
        yield Value(
            "tls",
            ("true" if is_covered else "false") if is_known else None,
            place.file,
            place.line,
            place.column,
        )
    if not rules:
        yield Value("tls", "true" if entries else "false", file, line)


def _is_same(host: str, pattern: str) -> bool:
    """A wildcard stands for one label."""
    if pattern.startswith("*."):
        return host == pattern or host.partition(".")[2] == pattern[2:]
    return host == pattern
