"""The `.env` file of a project: where it is looked for, and how it is read. Nothing of it reaches the process's environment."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

from .errors import ConfigError

MAX_FILE = 1 << 20  # bytes; what is larger is some other file


@dataclass
class DotEnv:
    """A `.env`, read."""

    path: Path
    variables: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)


def find(directory: Path, home: Path | None) -> tuple[DotEnv | None, list[str]]:
    """The nearest `.env` from the folder up to the root of the git work tree, or of the folder alone outside of one; never
    above the home, never a file that somebody else owns. With warnings of those passed over."""
    warnings: list[str] = []
    for folder in _folders(directory, home):
        path = folder / ".env"
        try:
            info = path.lstat()
        except OSError:
            continue
        if stat.S_ISDIR(info.st_mode):
            continue
        if _foreign(info):
            warnings.append(f"{tilde(path)} is not read: it is owned by somebody else")
            continue
        return parse(path, read_small(path)), warnings
    return None, warnings


def _foreign(info: os.stat_result) -> bool:
    getuid = getattr(os, "getuid", None)
    return getuid is not None and info.st_uid != getuid()


def _folders(directory: Path, home: Path | None) -> list[Path]:
    directory = Path(os.path.realpath(directory))
    home = Path(os.path.realpath(home)) if home else None
    folders: list[Path] = []
    for folder in (directory, *directory.parents):
        if home is not None and folder != home and folder in home.parents:
            break
        folders.append(folder)
        if os.path.lexists(folder / ".git"):
            return folders
    return folders[:1]


def read_small(path: Path) -> str:
    """The text of a regular file of at most a mebibyte, without a byte order mark. A pipe is never waited for."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        raise
    except OSError as e:
        raise ConfigError(f"{tilde(path)} cannot be read: {e.strerror}") from None
    with os.fdopen(descriptor, "rb") as f:
        if not stat.S_ISREG(os.fstat(f.fileno()).st_mode):
            raise ConfigError(f"{tilde(path)} is not a regular file")
        data = f.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise ConfigError(f"{tilde(path)} is longer than {MAX_FILE >> 10} KiB")
    return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="replace")


_ASSIGNMENT = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.]*)\s*[=:]\s*")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def parse(path: Path, text: str) -> DotEnv:
    """Reads `NAME=value` lines, with or without `export`, quotes and comments."""
    result = DotEnv(path)
    text = text.replace("\r\n", "\n")
    at, line = 0, 1
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        row = text[at:end].strip()
        if not row or row.startswith("#"):
            at, line = end + 1, line + 1
            continue
        m = _ASSIGNMENT.match(text, at)
        if m is None or m.start(1) > end or m.end(1) > end:
            raise _broken(path, line)
        start = min(m.end(), end) if "\n" in text[m.end(1) : m.end()] else m.end()
        value, after = _value(path, text, start, end, line, result.variables)
        result.variables[m.group(1)] = value
        result.lines[m.group(1)] = line
        line += text.count("\n", at, after) + 1
        at = after + 1
    return result


def _value(path: Path, text: str, start: int, end: int, line: int, known: dict[str, str]) -> tuple[str, int]:
    """A value from start, and the offset of the line end behind it."""
    quote = text[start : start + 1]
    if quote not in ("'", '"') or start >= end:
        raw = text[start:end]
        comment = re.search(r"(^|\s)#", raw)
        if comment:
            raw = raw[: comment.start()]
        return _expand(raw.strip(), known), end
    close = start + 1
    while close < len(text) and (text[close] != quote or text[close - 1] == "\\"):
        close += 1
    if close >= len(text):
        raise _broken(path, line)
    raw = text[start + 1 : close]
    after = text.find("\n", close)
    after = len(text) if after < 0 else after
    if quote == "'":
        return raw, after
    raw = re.sub(r"\\(.)", lambda m: _ESCAPES.get(m.group(1), m.group(1) if m.group(1) != "$" else "\\$"), raw, flags=re.S)
    return _expand(raw, known), after


def _expand(value: str, known: dict[str, str]) -> str:
    return re.sub(
        r"(\\)?\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))",
        lambda m: m.group()[1:] if m.group(1) else known.get(m.group(2) or m.group(3), ""),
        value,
    )


def _broken(path: Path, line: int) -> ConfigError:
    # The text itself is not quoted: it may be a key.
    return ConfigError(f"{tilde(path)} line {line}: is no assignment of a variable", next="write NAME=value, one a line")


def tilde(path: Path | str) -> str:
    """The path, shortened by the home, for the eye."""
    home = os.path.expanduser("~")
    text = str(path)
    return "~" + text[len(home) :] if home not in ("", "/", "~") and text.startswith(home + os.sep) else text
