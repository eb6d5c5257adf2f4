"""What a host is sent: one POSIX shell script that only reads, and answers in frames. Pure.

The script goes to ``sh -s`` on its standard input, so that nothing of it is in the arguments of a process and no
file is left. Each answer is its bytes, then a line with a word that nobody on the host can foresee; the same line on
standard error ends what was said there. An answer without that line has not arrived.

Starting a program costs a host more than reading a file. So the files that are there and may be read wait in a
queue, and one ``head`` reads them all. What parts them is the environment of that very ``head``, read as a file
between each two: the word stands in it, in nobody's sight but the account's own and root's. If it fails at any of
them, or the host cannot do that, each file is read by itself.

A shell needs time for every test, and to lengthen a text as much as to copy it. So what is there and may be read, as
most is, is found out by two tests, and joins the queue together with its neighbours: the files of one line of the script,
or of one pattern.

So it is with ``timeout``: the quick commands run in one shell below one ``timeout``, which gets them by its
environment. Where that takes too long, each is run again by itself and within its own time, and its last answer counts.
That needs a ``timeout`` which ends all that it began, as GNU's does. One that is a link, or the shell itself, is busybox's,
which ends its own child only: there each command has its own from the start. Whether there is one that works is seen
from that first use of it, and tried beforehand only where sudo is used or the first use failed.

What the shell can find out by itself costs nothing: it reads its own ``/proc/self`` to learn whose it is, and whether
an environment can be read there.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from glob import has_magic
from itertools import groupby
from pathlib import PurePosixPath

from hiscomply_local import parse_dnf
from hiscomply_local.answers import MAX_FILE_BYTES, Ask, Command
from hiscomply_local.fetch import HEAD_BYTES
from hiscomply_local.parse_listeners import SS, TABLES
from hiscomply_local.parse_settings import SSHD

SHELL = (
    "exec /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C LANG=C TZ=UTC HOME=/nonexistent sh -s"
)
"""Run by the account's login shell; everything after it happens in a clean environment."""
ELEVATED = frozenset({SSHD, SS, parse_dnf.CHECK, parse_dnf.CHECK_SECURITY, parse_dnf.REPOLIST})
"""The commands that say less, or nothing, to an account without root; with ``sudo`` they are run through it."""
SLOW = frozenset({"apt", "apt-get", "dnf", "yum", "rpm", "needs-restarting"})
"""Programs that may well take seconds; the others run together, for a ``timeout`` before each costs as much as they do."""
_TOGETHER_S = 10
SHADOW = "/etc/shadow"
OWN_ENVIRONMENT, OWN_STATUS = "/proc/self/environ", "/proc/self/status"
_SAFE_PATTERN = re.compile(r"[A-Za-z0-9_./*\-]+")

_SHARED = r"""
e() { printf '\n%s %s\n' "$N" "$*"; printf '\n%s %s\n' "$N" "$1" >&2; }
b() {
  [ -d "$1" ] && [ -r "$1" ] && [ -x "$1" ] || return 1
  for x in "$1"/* "$1"/.[!.]*; do if [ -e "$x" ] || [ -h "$x" ]; then return 1; fi; done
}
w() { x=; for n in "$@"; do if command -v "$n" >/dev/null 2>&1; then x=$n; return 0; fi; done; return 1; }
i() { head -c "$2" "$3" </dev/null; e "$1" "$?" "$3"; }
"""
_FUNCTIONS = r"""
j() {
  for t in /usr/sbin/timeout /usr/bin/timeout /sbin/timeout /bin/timeout; do
    if [ -e "$t" ]; then [ ! -h "$t" ] && [ "$t" -ef "$t" ] && ! [ "$t" -ef /bin/sh ]; return; fi
  done 2>/dev/null
  return 1
}
p() { if [ -z "$T" ] && $D true </dev/null >/dev/null 2>&1; then T=$D; fi; }
y() {
  if j; then
    C=$C G=$G N=$N S=$S timeout -s KILL "$1" sh -c \
      'c=$C; g=$G; n=$N; s=$S; unset C G N S; N=$n; S=$s; T=; eval "$c"; eval "$g"; exit 0' </dev/null
    x=$?; e together "$x"
    if [ "$x" = 0 ]; then T=$D; return; fi
  fi
  p; eval "$G"
}
q() { if [ -n "$V" ]; then P="$P$*$L"; else e "$@"; fi; }
a() {
  if [ -e "$1" ] || [ -h "$1" ]; then return 1; fi
  d=${1%/*}
  while [ -n "$d" ] && [ ! -x "$d/" ]; do
    if [ -e "$d" ] || [ -h "$d" ]; then return 1; fi
    d=${d%/*}
  done
}
c() {
  if a "$3"; then q "$1" absent "$3"
  elif [ -e "$3" ] && [ ! -f "$3" ]; then q "$1" odd "$3"
  elif [ -z "$V" ] && [ "${3#/proc/sys/}" != "$3" ] && IFS= read -r v 2>/dev/null <"$3"; then
    printf '%s\n' "$v"; e "$1" 0 "$3"
  elif [ ! -r "$3" ] && [ -n "$S" ]; then $T $S cat "$3" </dev/null; e "$1" "s$?" "$3"
  else i "$@"; fi
}
r() {
  n=$1; l=$2; p=; s=; shift 2
  for f; do
    if [ -n "$V" ] && [ -f "$f" ] && [ -r "$f" ]; then p="$p$n 0 $f$L"; s="$s$f$L$V$L"
    else c "$n" "$l" "$f"; fi
    n=$((n + 1))
  done
  P="$P$p"; Q="$Q$s"
}
f() {
  [ -n "$P" ] || return 0
  printf '%s' "$P"; e names
  set -f; IFS=$L
  M=$N head -q -c "$1" $V $Q </dev/null; x=$?
  if [ "$x" = 0 ]; then P=; fi
  for v in many $P; do
    IFS=" $L"
    if [ "$v" = many ]; then e many "$x"; continue; fi
    n=${v%% *}; v=${v#* }; x=${v%% *}; v=${v#* }
    if [ "$x" = 0 ]; then i "$n" "$1" "$v"; else e "$n" "$x" "$v"; fi
  done
  set +f; P=; Q=
}
z() {
  sed -e 's/^\([^:]*:!*[*]\)[^:]\{1,\}/\1-/' -e t -e 's/^\([^:]*:!*[$][A-Za-z0-9]*[$]\)[^:]*/\1-/' -e t \
    -e 's/^\([^:]*:!*\)[^:$!*][^:]\{12\}:/\1-------------:/' -e t -e 's/^\([^:]*:!*\)[^:!*][^:]\{1,\}/\1--/' "$@"
}
h() {
  if a "$3"; then e "$1" absent "$3"; return; fi
  if [ -r "$3" ] || [ -z "$S" ]; then z "$3" </dev/null; e "$1" "$?" "$3"; return; fi
  v=$($T $S cat "$3" </dev/null); x=$?
  if [ "$x" = 0 ]; then printf '%s\n' "$v" | z; x=$?; fi
  v=; e "$1" "s$x" "$3"
}
g() {
  if [ -d "$3" ] && { [ ! -r "$3" ] || [ ! -x "$3" ]; }; then
    if [ -n "$S" ]; then $T $S tar -cf - "$3" </dev/null; e "$1" "t$?" "$4"; else e "$1" denied "$4"; fi
    return
  fi
  if [ -n "$S" ] && [ -d "$3" ]; then
    for f in $4; do
      if [ -f "$f" ] && [ ! -r "$f" ]; then $T $S tar -cf - "$3" </dev/null; e "$1" "t$?" "$4"; return; fi
    done
  fi
  o=listed; p=; s=
  for f in $4; do
    case $f in *"$L"*) o=odd; continue ;; esac
    if [ ! -f "$f" ]; then continue; fi
    if [ -n "$V" ] && [ -r "$f" ]; then p="$p$1 0 $f$L"; s="$s$f$L$V$L"
    else c "$1" "$2" "$f"; fi
  done
  P="$P$p"; Q="$Q$s"; q "$1" $o "$4"
}
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One input: a file (or the files of a pattern), whole or its head, or a command."""

    path: str = ""
    limit: int | None = None
    command: Command | None = None


def steps_of(asks: Iterable[Ask]) -> tuple[Step, ...]:
    """Every input of the facts once: files before their heads, what is quick before the commands."""
    asks = tuple(asks)
    files = [Step(path) for ask in asks for path in ask.files]
    whole = {step.path for step in files}
    heads = [Step(path, HEAD_BYTES) for ask in asks for path in ask.heads if path not in whole]
    commands = [Step(command=command) for ask in asks for command in ask.commands]
    return tuple(dict.fromkeys((*files, *heads, *commands)))


def script(steps: Sequence[Step], nonce: str, step_timeout_s: float, *, sudo: bool) -> str:
    """The script for these steps.

    Args:
        nonce: ends every answer; must be new for each connection.
        step_timeout_s: for each command, kept by ``timeout`` where the host has it.
    """
    return with_nonce(nonce, body(steps, step_timeout_s, sudo=sudo))


def with_nonce(nonce: str, asked: str) -> str:
    """The script for one connection."""
    return f"N={nonce}\n{asked}"


def body(steps: Sequence[Step], step_timeout_s: float, *, sudo: bool) -> str:
    """The script but for the nonce: the same for all hosts that are asked the same."""
    seconds = max(1, round(step_timeout_s))
    lines = [
        "L='\n'",
        f"D='timeout -s KILL {seconds}'",
        f"T=; P=; Q=; V={OWN_ENVIRONMENT}",
        'v=; IFS= read -r v 2>/dev/null <"$V"; if [ -z "$v" ]; then V=; fi',
        "U=; while read -r v x y n; do case $v in Uid:) U=$y; break ;; esac; done 2>/dev/null <" + OWN_STATUS,
        'if [ -z "$U" ]; then U=$(id -u); fi',
        "S=; if [ \"$U\" != 0 ]; then S='sudo -n'; p; fi" if sudo else "S=",
        'e hello "$U"',
    ]
    numbered = list(enumerate(steps))
    commands = [(number, step.command) for number, step in numbered if step.command is not None]
    has_ss = any(one == SS for _, one in commands)
    tables = [(number, step) for number, step in numbered if has_ss and step.path in TABLES]
    files = [one for one in numbered if one[1].command is None and one not in tables]
    for limit, group in groupby(files, lambda one: _limit(one[1])):
        lines += _lines(list(group))
        lines.append(f"f {limit}")
    quick = [_command(number, one) for number, one in commands if SLOW.isdisjoint(one.programs)]
    quick += _unless_ss(tables)
    if quick:
        lines += [f"G={shlex.quote(chr(10).join(quick))}", f"y {max(1, min(_TOGETHER_S, seconds // 3))}"]
    slow = [_command(number, one) for number, one in commands if not SLOW.isdisjoint(one.programs)]
    lines += ["p", *slow] if slow else []
    lines.append("e end")
    # As one function: a script that arrives in part is no script, and its input is read before it begins.
    shared = f'C={shlex.quote(_SHARED)}\neval "$C"'
    return f"{shared}\n{_FUNCTIONS}\nm() {{\n" + "\n".join(lines) + "\n}\nm\n"


def _limit(step: Step) -> int:
    return MAX_FILE_BYTES + 1 if step.limit is None else step.limit


def _lines(files: Sequence[tuple[int, Step]]) -> Iterator[str]:
    """One line for plain files whose numbers count up; one for each pattern, and one for shadow."""

    def row(one: tuple[int, tuple[int, Step]]) -> int:
        place, (number, step) = one
        return -1 - place if has_magic(step.path) or step.path == SHADOW else number - place

    for _, numbered in groupby(enumerate(files), row):
        steps = [one for _, one in numbered]
        number, step = steps[0]
        if has_magic(step.path):
            yield _pattern(number, step)
        else:
            reader = "h" if step.path == SHADOW else "r"
            yield f"{reader} {number} {_limit(step)} {shlex.join(one.path for _, one in steps)}"


def _pattern(number: int, step: Step) -> str:
    if not _SAFE_PATTERN.fullmatch(step.path):
        raise ValueError(f"not a pattern for a shell: {step.path!r}")
    folder = str(PurePosixPath(step.path).parent)
    return f"g {number} {_limit(step)} '{'' if has_magic(folder) else folder}' '{step.path}'"


def _command(number: int, command: Command) -> str:
    elevated = command in ELEVATED
    run = f'$T {"$S " if elevated else ""}"$x" {shlex.join(command.args)}'.rstrip()
    mark = '"${S:+s}$?"' if elevated else '"$?"'
    if command == SS:
        return f'O=; if {_is_there(command)}; then {run} </dev/null; O=$?; e {number} "${{S:+s}}$O"; else e {number} absent; fi'
    return f"if {_is_there(command)}; then {run} </dev/null; e {number} {mark}; else e {number} absent; fi"


def _unless_ss(tables: Sequence[tuple[int, Step]]) -> list[str]:
    """The kernel's own tables of sockets: not small on a large host, and asked only where ``ss`` said nothing."""
    if not tables:
        return []
    read = [f"i {number} {_limit(step)} {step.path}" for number, step in tables]
    left = [f"e {number} unasked {step.path}" for number, step in tables]
    return ['if [ "$O" = 0 ]; then', *left, "else", *read, "fi"]


def _is_there(command: Command) -> str:
    """The shell's words that are true on a host that has the command, and leave its program in ``x``."""
    tests = [f"w {shlex.join(command.programs)}"]
    if command.unless is not None:
        tests.insert(0, f"! {{ {_is_there(command.unless)}; }}")
    if command.unless_file:
        tests.insert(0, f"[ ! -s {shlex.quote(command.unless_file)} ]")
    if command.if_folder:
        tests.insert(0, f"[ -d {shlex.quote(command.if_folder)} ]")
    if command.if_empty:
        tests.insert(0, f"b {shlex.quote(command.if_empty)}")
    return " && ".join(tests)
