"""What a host is sent: one POSIX shell script that only reads, and answers in frames. Pure.

The script goes to ``sh -s`` on its standard input, so that nothing of it is in the arguments of a process and no
file is left. Each answer is its bytes, then a line with a word that nobody on the host can foresee; the same line on
standard error ends what was said there. An answer without that line has not arrived.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from glob import has_magic
from pathlib import PurePosixPath

from hiscomply_local import parse_dnf
from hiscomply_local.answers import MAX_FILE_BYTES, Ask, Command
from hiscomply_local.fetch import HEAD_BYTES
from hiscomply_local.parse_listeners import SS
from hiscomply_local.parse_settings import SSHD

SHELL = (
    "exec /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C LANG=C TZ=UTC HOME=/nonexistent sh -s"
)
"""Run by the account's login shell; everything after it happens in a clean environment."""
ELEVATED = frozenset({SSHD, SS, parse_dnf.CHECK, parse_dnf.CHECK_SECURITY, parse_dnf.REPOLIST})
"""The commands that say less, or nothing, to an account without root; with ``sudo`` they are run through it."""
SHADOW = "/etc/shadow"
_SAFE_PATTERN = re.compile(r"[A-Za-z0-9_./*\-]+")

_FUNCTIONS = r"""
e() { printf '\n%s %s\n' "$N" "$*"; printf '\n%s %s\n' "$N" "$1" >&2; }
a() { [ ! -e "$1" ] && [ ! -h "$1" ] && [ -x "${1%/*}/" ]; }
r() {
  if a "$3"; then e "$1" absent "$3"
  elif [ -e "$3" ] && [ ! -f "$3" ]; then e "$1" odd "$3"
  elif [ ! -r "$3" ] && [ -n "$S" ]; then $T $S cat "$3" </dev/null; e "$1" "s$?" "$3"
  else head -c "$2" "$3" </dev/null; e "$1" "$?" "$3"; fi
}
k() { if IFS= read -r v 2>/dev/null <"$3"; then printf '%s\n' "$v"; e "$1" 0 "$3"; else r "$@"; fi; }
h() {
  if a "$3"; then e "$1" absent "$3"; return; fi
  if [ ! -r "$3" ] && [ -n "$S" ]; then v=$($T $S cat "$3" </dev/null); x=$?; p=s
  else v=$(head -c "$2" "$3" </dev/null); x=$?; p=; fi
  if [ "$x" = 0 ]; then
    printf '%s\n' "$v" | sed -e 's/^\([^:]*:!*[$][A-Za-z0-9]*[$]\)[^:]*/\1-/' -e t \
      -e 's/^\([^:]*:!*\)[^:$!*][^:]\{12\}:/\1-------------:/' -e t -e 's/^\([^:]*:!*\)[^:!*][^:]\{1,\}/\1--/'
    x=$?
  fi
  v=; e "$1" "$p$x" "$3"
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
  o=listed
  for f in $4; do
    case $f in *"$L"*) o=odd; continue ;; esac
    if [ -f "$f" ]; then r "$1" "$2" "$f"; fi
  done
  e "$1" $o "$4"
}
w() { x=; for n in "$@"; do if command -v "$n" >/dev/null 2>&1; then x=$n; return 0; fi; done; return 1; }
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
    seconds = max(1, round(step_timeout_s))
    lines = [
        f"N={nonce}",
        "L='\n'",
        "U=$(id -u)",
        f"T=; if timeout -s KILL 9 true </dev/null >/dev/null 2>&1; then T='timeout -s KILL {seconds}'; fi",
        "S=; if [ \"$U\" != 0 ]; then S='sudo -n'; fi" if sudo else "S=",
        'e hello "$U"',
        *(_line(number, step) for number, step in enumerate(steps)),
        "e end",
    ]
    # As one function: a script that arrives in part is no script, and its input is read before it begins.
    return f"{_FUNCTIONS}\nm() {{\n" + "\n".join(lines) + "\n}\nm\n"


def _line(number: int, step: Step) -> str:
    if step.command is not None:
        return _command(number, step.command)
    limit = MAX_FILE_BYTES + 1 if step.limit is None else step.limit
    if has_magic(step.path):
        if not _SAFE_PATTERN.fullmatch(step.path):
            raise ValueError(f"not a pattern for a shell: {step.path!r}")
        folder = str(PurePosixPath(step.path).parent)
        return f"g {number} {limit} '{'' if has_magic(folder) else folder}' '{step.path}'"
    reader = "h" if step.path == SHADOW else "k" if step.path.startswith("/proc/sys/") else "r"
    return f"{reader} {number} {limit} {shlex.quote(step.path)}"


def _command(number: int, command: Command) -> str:
    is_there = f"w {shlex.join(command.programs)}"
    if command.unless_file:
        is_there = f"[ ! -s {shlex.quote(command.unless_file)} ] && {is_there}"
    elevated = command in ELEVATED
    run = f'$T {"$S " if elevated else ""}"$x" {shlex.join(command.args)}'.rstrip()
    mark = '"${S:+s}$?"' if elevated else '"$?"'
    return f"if {is_there}; then {run} </dev/null; e {number} {mark}; else e {number} absent; fi"
