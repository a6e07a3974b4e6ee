"""Keys, and how they are kept out of sight."""

from __future__ import annotations

import re

_SHORTEST = 12  # characters of a key of which any may be shown
_KEY = re.compile(r"qcos-[0-9A-Za-z][0-9A-Za-z-]*")


class Secret:
    """A key. Printed, formatted or in a traceback only its beginning shows; ``reveal`` alone gives all of it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __str__(self) -> str:
        return cut(self._value)

    def __repr__(self) -> str:
        return f"Secret({cut(self._value)!r})"

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a key is not pickled: it would be written somewhere in the clear")


def cut(key: str) -> str:
    """The key as it may be shown: qcos-ab…"""
    if not key:
        return ""
    prefix = "qcos-" if key.startswith("qcos-") else ""
    if len(key) < _SHORTEST:
        return prefix + "…"
    return key[: len(prefix) + 2] + "…"


def redact(text: str) -> str:
    """The text with everything in it that looks like a key cut, and what stands between // and @ of a URL."""
    text = _KEY.sub(lambda m: cut(m.group()), text)
    return re.sub(r"//[^/@\s]*@", "//…@", text)


_LONGEST = 4096  # bytes; HTTP servers refuse headers not much longer


def check_key(key: str) -> str:
    """What is wrong with a key, "" for nothing. No part of the key is in it."""
    if not key:
        return "is empty"
    if len(key) > _LONGEST:
        return f"is {len(key)} bytes long, more than any key"
    if key != key.strip():
        return "begins or ends with a space or a line end"
    if " " in key:
        return "has a space within"
    if any(ord(c) < 32 or ord(c) == 127 for c in key):
        return "has a control character within"
    if not key.isascii():
        return "has a character outside of ASCII"
    return ""
