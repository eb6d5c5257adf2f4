"""JSON Patch: ``add``, ``replace`` and ``remove`` at a path of an object; other operations are refused.

Source: RFC 6902, and RFC 6901 for paths.
"""

from __future__ import annotations

from collections.abc import Sequence

from hiscomply_files.software.kustomize_merge import MAX_DEPTH, NotUnderstood, as_list, is_list
from hiscomply_files.software.parts import EMPTY, Part, steps


def patched(base: Part, operations: Sequence[Part]) -> Part:
    """The object after all operations in their order; it is not changed itself.

    Raises:
        NotUnderstood: another operation, a path that is not there, or no path at all.
    """
    for one in operations:
        operation, path, value = one.text("op"), one.text("path"), one.at("value")
        is_whole = operation == "remove" or value is not None
        if operation not in {"add", "replace", "remove"} or not path or path[0] != "/" or not is_whole:
            raise NotUnderstood
        tokens = [token.replace("~1", "/").replace("~0", "~") for token in path[1:].split("/")]
        if len(tokens) > MAX_DEPTH:
            raise NotUnderstood
        base = _changed(base, tokens, operation, value)
    return base


def _changed(part: Part, tokens: list[str], operation: str, value: Part | None) -> Part:
    is_empty_list = part.leaf is not None and part.leaf.value == "[]" and not part.below
    if is_list(part) or is_empty_list:
        return _in_list(list(part.below.values()), tokens, operation, value)
    is_scalar = part.leaf is not None and (part.below or part.leaf.value not in EMPTY)
    if is_scalar or (part.leaf is None and not part.below):
        raise NotUnderstood
    # a name with dots was taken apart when the file was read
    names = steps(tokens[0]) or [""]
    return _in_mapping(part, [*names[:-1]], names[-1], tokens[1:], operation, value)


def _in_mapping(
    part: Part, through: list[str], name: str, rest: list[str], operation: str, value: Part | None
) -> Part:
    result = Part(below=dict(part.below))
    if through:
        child = part.below.get(through[0])
        if child is None:
            if operation != "add" or rest:
                raise NotUnderstood
            child = Part()
        result.below[through[0]] = _in_mapping(child, through[1:], name, rest, operation, value)
        return result
    known = part.below.get(name)
    if known is None and (rest or operation != "add"):
        raise NotUnderstood
    if rest and known is not None:
        result.below[name] = _changed(known, rest, operation, value)
    elif operation == "remove":
        del result.below[name]
    else:
        assert value is not None
        result.below[name] = value
    return result


def _in_list(elements: list[Part], tokens: list[str], operation: str, value: Part | None) -> Part:
    step, rest = tokens[0], tokens[1:]
    if step == "-" and not rest and operation == "add":
        step = str(len(elements))
    limit = len(elements) + (operation == "add" and not rest)
    if not (step.isascii() and step.isdigit() and len(step) < 7 and int(step) < limit):
        raise NotUnderstood
    at = int(step)
    if rest:
        elements[at] = _changed(elements[at], rest, operation, value)
    elif operation == "remove":
        del elements[at]
    else:
        assert value is not None
        elements[at : at + (operation == "replace")] = [value]
    return as_list(elements)
