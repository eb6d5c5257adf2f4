"""Pods and containers: what the pod says for all, what the container says for itself, what Kubernetes assumes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from hiscomply.configurations import Configuration, Origin, Value
from hiscomply.frozen import dataclass
from hiscomply.model import Text
from hiscomply_files.software.effective import Default, boolean, plain_path, with_defaults
from hiscomply_files.software.image_reference import is_open, version
from hiscomply_files.software.orthanc_image import FOLDER, orthanc_configurations
from hiscomply_files.software.parts import Part, Placed, standing_at
from hiscomply_files.software.published import is_judged, published

_API = "Kubernetes 1.31 API reference, core/v1"
POD_DEFAULTS: Mapping[str, Default] = {
    "hostNetwork": Default("false", f"{_API} PodSpec"),
    "hostPID": Default("false", f"{_API} PodSpec"),
    "hostIPC": Default("false", f"{_API} PodSpec"),
    "hostPath": Default("none", f"{_API} Volume: there is none unless it is named"),
}
CONTAINER_DEFAULTS: Mapping[str, Default] = {
    "privileged": Default("false", f"{_API} SecurityContext"),
    "allowPrivilegeEscalation": Default("true", f"{_API} SecurityContext; the design of no_new_privs"),
    "readOnlyRootFilesystem": Default("false", f"{_API} SecurityContext"),
    "root_allowed": Default("true", f"{_API} SecurityContext: runAsNonRoot is not checked, the image decides"),
    "capabilities.drop_all": Default("false", f"{_API} Capabilities: the runtime's default set"),
    "seccompProfile.type": Default("Unconfined", "Restrict a Container's Syscalls with seccomp: without SeccompDefault"),
    "procMount": Default("Default", f"{_API} SecurityContext"),
    "resources.limits.memory": Default("none", "Resource Management for Pods and Containers"),
    "livenessProbe": Default("none", f"{_API} Container"),
    "readinessProbe": Default("none", f"{_API} Container"),
}  # fmt: skip
AUTOMOUNT = Default("true", f"{_API} ServiceAccount: the token is mounted unless it is switched off")
CONTAINER_LISTS = ("containers", "initContainers", "ephemeralContainers")
ENDING_KINDS = frozenset({"Job", "CronJob"})
_CHECKS = ("exec", "httpGet", "tcpSocket", "grpc")


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod, or the template of one.

    Attributes:
        name: of the object that makes it: ``Deployment/his``.
        account: the service account that it names.
        account_object: that account (``default`` if it names none), if it is in the tree.
        passwords: what is known of those that a container takes from ConfigMaps and Secrets.
    """

    file: str
    name: str
    spec: Part
    kind: str
    account: str | None
    account_object: Part | None
    missing: Sequence[Text] = ()
    passwords: Callable[[Part], Iterable[Value]] = lambda _: ()

    def value(self, key: str, setting: Placed, text: str | None, origin: Origin = "written") -> Value:
        """A setting as a value of this pod; one that a template fills in is not known."""
        shown = None if text is None or is_open(text) else text
        return Value(key, shown, setting.file, setting.line, setting.column, origin)

    def configuration(
        self,
        software: str,
        name: str,
        place: Placed | None,
        values: Sequence[Value],
        defaults: Mapping[str, Default],
    ) -> Configuration:
        """What is written, and what Kubernetes assumes where nothing is laid under it."""
        every = list(values)
        file, line = (place.file, place.line) if place else (self.file, None)
        if not self.missing:
            every = [*standing_at(line, with_defaults(values, defaults, file))]
        return Configuration(software, file, every, name, line, missing=self.missing)


def pod_configuration(pod: Pod, place: Placed | None) -> Configuration:
    """What holds for all containers of a pod together."""
    values = []
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        found = pod.spec.scalar(key)
        if found is not None:
            values.append(pod.value(key, found, boolean(found.value)))
    for volume in pod.spec.elements("volumes"):
        path = volume.scalar("hostPath", "path")
        if path is not None:
            values.append(pod.value("hostPath", path, plain_path(path.value or "")))
    return pod.configuration("kubernetes_pod", pod.name, place, [*values, *_token(pod)], POD_DEFAULTS)


def _token(pod: Pod) -> Iterator[Value]:
    key = "automountServiceAccountToken"
    own = pod.spec.scalar(key)
    if own is not None:
        yield pod.value(key, own, boolean(own.value))
        return
    inherited = pod.account_object.scalar(key) if pod.account_object else None
    if inherited is not None:
        yield pod.value(key, inherited, boolean(inherited.value), "inherited")
    elif not pod.missing:
        # an account that is not in the tree may have it switched off
        is_known = pod.account_object is not None or pod.account in {None, "default"}
        yield Value(key, AUTOMOUNT.value if is_known else None, pod.file, origin="default")


def container_configurations(pod: Pod) -> Iterator[Configuration]:
    """One for each container, named after its pod; ``init/`` and ``ephemeral/`` before those that are."""
    for key in CONTAINER_LISTS:
        group = key.removesuffix("Containers").removesuffix("containers")
        for number, container in enumerate(pod.spec.elements(key)):
            own = container.text("name") or str(number)
            name = f"{pod.name}/{group}/{own}" if group else f"{pod.name}/{own}"
            place = container.first_in(pod.file)
            values = [*_container_values(pod, container, is_checked=not group)]
            whole = pod.configuration("kubernetes_container", name, place, values, CONTAINER_DEFAULTS)
            yield whole
            mounts = (one.text("mountPath") or "" for one in container.elements("volumeMounts"))
            yield from orthanc_configurations(
                whole.file,
                name,
                whole.line,
                [*values, *_taken(pod, container)],
                pod.missing,
                prefix="env.",
                has_files=any(one.startswith(FOLDER) for one in mounts),
            )


def _container_values(pod: Pod, container: Part, *, is_checked: bool) -> Iterator[Value]:
    image = container.scalar("image")
    if image is not None:
        yield pod.value("image", image, image.value)
        yield pod.value("image.version", image, version(image.value or ""))
    for key in ("privileged", "allowPrivilegeEscalation", "readOnlyRootFilesystem"):
        found = container.scalar("securityContext", key)
        if found is not None:
            yield pod.value(key, found, boolean(found.value))
    yield from _identity(pod, container)
    yield from _confinement(pod, container)
    yield from _capabilities(pod, container)
    limit = container.scalar("resources", "limits", "memory")
    if limit is not None:
        yield pod.value("resources.limits.memory", limit, limit.value)
    for key in ("livenessProbe", "readinessProbe"):
        yield from _probe(pod, container, key, is_checked)
    yield from _environment(pod, container)


def _identity(pod: Pod, container: Part) -> Iterator[Value]:
    """``root_allowed``: false once it must not be root, or has another number."""
    non_root, non_root_origin = _of_either(pod, container, "runAsNonRoot")
    user, user_origin = _of_either(pod, container, "runAsUser")
    if user is not None:
        yield pod.value("runAsUser", user, user.value, user_origin)
    if non_root is not None and boolean(non_root.value) != "false":
        text = "false" if boolean(non_root.value) == "true" else None
        yield pod.value("root_allowed", non_root, text, non_root_origin)
    elif user is not None:
        number = (user.value or "").strip()
        yield pod.value(
            "root_allowed",
            user,
            None if not number.isdigit() else "true" if int(number) == 0 else "false",
            user_origin,
        )
    elif non_root is not None:
        yield pod.value("root_allowed", non_root, "true", non_root_origin)


def _confinement(pod: Pod, container: Part) -> Iterator[Value]:
    for profile in ("seccompProfile", "appArmorProfile"):
        found, origin = _of_either(pod, container, profile, "type")
        if found is not None:
            yield pod.value(f"{profile}.type", found, found.value, origin)
    found = container.scalar("securityContext", "procMount")
    if found is not None:
        yield pod.value("procMount", found, found.value)


def _of_either(pod: Pod, container: Part, *path: str) -> tuple[Placed | None, Origin]:
    own = container.scalar("securityContext", *path)
    return (own, "written") if own is not None else (pod.spec.scalar("securityContext", *path), "inherited")


def _capabilities(pod: Pod, container: Part) -> Iterator[Value]:
    for key in ("add", "drop"):
        for element in container.elements("securityContext", "capabilities", key):
            if element.leaf is None or element.leaf.value is None:
                continue
            text = element.leaf.value
            yield pod.value(f"capabilities.{key}", element.leaf, text)
            if key == "drop" and (text.upper() in {"ALL", "CAP_ALL"} or is_open(text)):
                yield pod.value("capabilities.drop_all", element.leaf, None if is_open(text) else "true")


def _probe(pod: Pod, container: Part, key: str, is_checked: bool) -> Iterator[Value]:
    """How a long-running container is asked; none is needed where it is to end by itself."""
    part = container.at(key)
    first = part.first() if part is not None else None
    if first is not None and part is not None and not part.is_empty():
        yield pod.value(key, first, next((one for one in _CHECKS if part.at(one) is not None), None))
    elif not is_checked or pod.kind in ENDING_KINDS:
        yield Value(key, "not needed", pod.file, origin="default")


def _taken(pod: Pod, container: Part) -> Iterator[Value]:
    """Variables that come from elsewhere, without their values."""
    for element in container.elements("env"):
        name, first = element.scalar("name"), element.first()
        if name is not None and first is not None and element.at("valueFrom") is not None:
            yield pod.value(f"env.{name.value}", name, None)


def _environment(pod: Pod, container: Part) -> Iterator[Value]:
    for element in container.elements("env"):
        name, value = element.text("name"), element.scalar("value")
        if name and value is not None:
            yield pod.value(f"env.{name}", value, value.value)
            if is_judged(name):
                found = published(name, value.value, {}, container.text("image"))
                yield replace(pod.value("published_password", value, ""), value=found)
    yield from pod.passwords(container)
