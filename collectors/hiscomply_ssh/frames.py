"""What a host sent back, as ``Answers``: every step answered, or named as one that did not arrive. Pure."""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from hiscomply_local.answers import ABSENT, MAX_FILE_BYTES, Answer, Answers, Command, Outcome
from hiscomply_ssh.script import Step

_KILLED = {124, 137}
_REFUSED_BY_SUDO = re.compile(r"^sudo:|not allowed to |not found$|password is required", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Frame:
    """One answer as it came: the number of its step, how it ended, of which path, its bytes, what was complained."""

    step: str
    status: str
    path: str
    data: bytes
    said: str


@dataclass(frozen=True, slots=True)
class Read:
    """What arrived.

    Attributes:
        uid: of the account on the host; None if the script never began.
        missing: the steps without answer; each of them is BROKEN in ``answers``, never absent.
    """

    uid: int | None
    answers: Answers
    missing: tuple[Step, ...]


def end_mark(nonce: str) -> bytes:
    """The last bytes of a whole answer."""
    return f"\n{nonce} end\n".encode()


def frames(out: bytes, err: bytes, nonce: str) -> Iterator[Frame]:
    """The whole frames; bytes after the last one are the beginning of an answer that was cut off."""
    begin = b"\n" + nonce.encode() + b" "
    mark = re.compile(begin + rb"([a-z0-9]+)(?: ([a-z0-9]+))?(?: ([^\n]*))?\n")
    # Texts and steps in turns. A shell that was ended between its two marks leaves one here out.
    complaints = re.split(rb"\n" + nonce.encode() + rb" ([a-z0-9]+)\n", err)
    start = number = 0
    for match in _found(mark, begin, out):
        said = b""
        if complaints[number + 1 : number + 2] == [match[1]]:
            said, number = complaints[number], number + 2
        elif number == len(complaints) - 1:
            said, number = complaints[number], number + 1
        step, status, path = ((group or b"").decode("utf-8", "surrogateescape") for group in match.groups())
        yield Frame(step, status, path, out[start : match.start()], said.decode("utf-8", "replace").strip())
        start = match.end()


def _found(mark: re.Pattern[bytes], begin: bytes, data: bytes) -> Iterator[re.Match[bytes]]:
    """What ``finditer`` gives; only looked for where the mark begins, which takes a tenth of the time."""
    at = data.find(begin)
    while at >= 0:
        match = mark.match(data, at)
        if match is not None:
            yield match
        at = data.find(begin, match.end() if match else at + 1)


def read_answers(out: bytes, err: bytes, nonce: str, steps: Sequence[Step], *, cut: Answer) -> Read:
    """The answers of all steps.

    Args:
        cut: the answer of each step that did not arrive.
    """
    uid: int | None = None
    files: dict[str, Answer] = {}
    commands: dict[Command, Answer] = {}
    ended: set[int] = set()
    for frame in _one_by_one(frames(out, err, nonce), nonce):
        if frame.step == "hello":
            uid = int(frame.status) if frame.status.isdecimal() else -1
        elif frame.step.isdecimal() and int(frame.step) < len(steps):
            step = steps[int(frame.step)]
            if step.command is not None:
                commands[step.command] = _of_command(frame)
                ended.add(int(frame.step))
            elif frame.path == step.path:
                files |= _of_step(frame, step)
                ended.add(int(frame.step))
            else:
                files[frame.path] = _of_file(frame, step.limit)
    missing = tuple(step for number, step in enumerate(steps) if number not in ended)
    for step in missing:
        if step.command is not None:
            commands[step.command] = cut
        else:
            files[step.path] = cut
    return Read(uid, Answers(files, commands), missing)


def _one_by_one(whole: Iterator[Frame], nonce: str) -> Iterator[Frame]:
    """The frames, with those of the files that one process read in the place of the two that hold them all."""
    names = b""
    for frame in whole:
        if frame.step == "names":
            names = frame.data
        elif frame.step != "many":
            yield frame
        elif frame.status == "0":
            yield from _apart(names, frame.data, nonce.encode())


def _apart(names: bytes, data: bytes, nonce: bytes) -> Iterator[Frame]:
    """One frame for each line of ``names`` (step, status, path); the contents follow in their order."""
    lines = [line.split(" ", 2) for line in names.decode("utf-8", "surrogateescape").split("\n")[:-1]]
    contents = _parted(data, nonce, sum(status == "0" for _, status, _ in lines))
    for step, status, path in lines:
        if status != "0":
            yield Frame(step, status, path, b"", "")
        elif contents is None:
            yield Frame(step, "1", path, b"", "files read together cannot be told apart")
        else:
            yield Frame(step, status, path, next(contents), "")


def _parted(data: bytes, nonce: bytes, count: int) -> Iterator[bytes] | None:
    """So many contents, each between two copies of one environment, in which the nonce stands once; None if not."""
    first, last = data.find(nonce), data.rfind(nonce)
    between = data[: first + len(data) - last] if first >= 0 else b""
    pieces = data.split(between) if between else []
    is_whole = len(pieces) == count + 2 and not pieces[0] and not pieces[-1]
    return iter(pieces[1:-1]) if is_whole else None


def _of_step(frame: Frame, step: Step) -> dict[str, Answer]:
    match frame.status[:1]:
        case "l":
            return {}
        case "d":
            return {step.path: Answer(Outcome.DENIED, detail="Permission denied")}
        case "t":
            return _of_tar(frame, step)
        case _:
            return {step.path: _of_file(frame, step.limit)}


def _of_tar(frame: Frame, step: Step) -> dict[str, Answer]:
    """The files of a folder that sudo packed; sudo that refuses is the folder's refusal."""
    if frame.status != "t0":
        return {step.path: _refusal(frame)}
    found: dict[str, Answer] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(frame.data), mode="r:") as archive:
            for member in archive:
                path = f"/{member.name.lstrip('/')}"
                if path.count("/") != step.path.count("/") or not fnmatchcase(path, step.path):
                    continue
                # A second name of a file in the archive is that file; what a symbolic link leads to is not in it.
                if member.isfile() or member.islnk():
                    found[path] = _packed(archive, member, step.limit)
                elif member.issym():
                    found[path] = Answer(Outcome.BROKEN, detail="a link, which is not followed")
    except (tarfile.TarError, EOFError, ValueError) as error:
        return {step.path: Answer(Outcome.BROKEN, detail=f"tar: {error}"[:200])}
    return found


def _packed(archive: tarfile.TarFile, member: tarfile.TarInfo, limit: int | None) -> Answer:
    try:
        stream = archive.extractfile(member)
    except KeyError:
        stream = None
    if stream is None:
        return Answer(Outcome.BROKEN, detail="a second name of a file elsewhere")
    return _bounded(stream.read(MAX_FILE_BYTES + 1), limit)


def _of_file(frame: Frame, limit: int | None) -> Answer:
    match frame.status:
        case "0" | "s0":
            return _bounded(frame.data, limit)
        case "absent":
            return ABSENT
        case "unasked":
            return Answer(Outcome.ABSENT, detail="not asked, for a command said it already")
        case "odd":
            return Answer(Outcome.BROKEN, detail="not a regular file, or a name with a line feed")
        case _:
            return _refusal(frame)


def _bounded(data: bytes, limit: int | None) -> Answer:
    if limit is not None:
        return Answer(Outcome.OK, data[:limit])
    if len(data) > MAX_FILE_BYTES:
        return Answer(Outcome.BROKEN, detail=f"larger than {MAX_FILE_BYTES} bytes")
    return Answer(Outcome.OK, data)


def _refusal(frame: Frame) -> Answer:
    """Why a file was not read, from what the tool said in the C locale."""
    last = _last(frame.said)
    code = int(frame.status.lstrip("st") or 1)
    if code in _KILLED:
        return Answer(Outcome.TIMED_OUT)
    if frame.status.startswith(("s", "t")) and _REFUSED_BY_SUDO.search(frame.said):
        return Answer(Outcome.DENIED, detail=last)
    if last.endswith(("No such file or directory", "Not a directory")):
        return ABSENT
    if last.endswith(("Permission denied", "Operation not permitted")):
        return Answer(Outcome.DENIED, detail="Permission denied")
    return Answer(Outcome.BROKEN, detail=last or f"exit code {code}")


def _of_command(frame: Frame) -> Answer:
    if frame.status == "absent":
        return ABSENT
    code = int(frame.status.lstrip("s") or 1)
    if code in _KILLED:
        return Answer(Outcome.TIMED_OUT)
    if code and frame.status.startswith("s") and _REFUSED_BY_SUDO.search(frame.said):
        return Answer(Outcome.DENIED, detail=_last(frame.said))
    if code == 126:
        return Answer(Outcome.DENIED, detail=_last(frame.said))
    # chronyc and some others complain on standard output.
    complaint = frame.said or (frame.data.decode("utf-8", "replace") if code else "")
    return Answer(Outcome.OK, frame.data, code, _last(complaint))


def _last(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1][:200] if lines else ""
