"""Every setting and which place gives its value: argument, environment, `.env`, profile of config.json, default.

The rules are those of the command line (docs/configuration.md), and testdata/config/resolution.json holds all of them.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from . import _dotenv
from ._dotenv import DotEnv, tilde
from ._secret import Secret, check_key, redact
from .errors import ConfigError

DEFAULT_API_URL = "https://api.softquantus.com"
DEFAULT_TIMEOUT = 60
DEFAULT_MAX_RETRIES = 3


@dataclass(frozen=True)
class Origin:
    """Where a value came from. kind is flag, environment, .env, profile, config file or default."""

    kind: str
    name: str = ""
    path: str = ""
    line: int = 0

    def __str__(self) -> str:
        at = f" line {self.line}" if self.line else ""
        if self.kind in ("flag", "environment"):
            return f"{self.kind} {self.name}"
        if self.kind == ".env":
            return f".env {tilde(self.path)}{at}"
        if self.kind == "profile":
            return f"profile {self.name} in {tilde(self.path)}{at}"
        if self.kind == "config file":
            return f"{tilde(self.path)}{at}"
        return self.kind


@dataclass(frozen=True)
class _Candidate:
    text: str
    origin: Origin

    @property
    def none(self) -> bool:
        return self.origin.kind == "default" and not self.text


@dataclass(frozen=True)
class _Row:
    name: str
    flag: str
    env: str
    key: str
    parse: Callable[[str], Any]
    default: str = ""
    secret: bool = False
    numeric: bool = False
    top_level: bool = False
    of_server: bool = False
    with_key: bool = False


@dataclass
class Settings:
    """All settings, resolved."""

    profile: str | None
    api_key: Secret | None
    api_url: str
    ca_file: str | None
    backend: str
    timeout: int
    max_retries: int
    origins: dict[str, Origin] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


# Values. Each parser raises ValueError with what follows "NAME VALUE: ".


def _profile(text: str) -> str:
    if not text:
        raise ValueError("is empty")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", text):
        raise ValueError("a profile's name has up to 64 letters, digits, - and _, and begins with a letter or digit")
    return text


def _key(text: str) -> Secret:
    wrong = check_key(text)
    if wrong:
        raise ValueError(wrong)
    return Secret(text)


def _url(text: str) -> str:
    if not text:
        raise ValueError("is empty")
    try:
        u = urlsplit(text)
        host = u.hostname
    except ValueError:
        raise ValueError(f"is no URL; one looks like {DEFAULT_API_URL}") from None
    if u.scheme not in ("http", "https"):
        raise ValueError("must begin with https:// (or http://)")
    if not host:
        raise ValueError(f"names no host; a URL looks like {DEFAULT_API_URL}")
    if "@" in u.netloc:
        raise ValueError("must not hold a user or password")
    if "?" in text or "#" in text:
        raise ValueError("must end with the path, without ? and #")
    port = u.netloc.rpartition("]")[2].rpartition(":")[2] if ":" in u.netloc.rpartition("]")[2] else ""
    if port and not (port.isdigit() and 1 <= int(port) <= 65535):
        raise ValueError(f"has port {port}, and ports go from 1 to 65535")
    return urlunsplit((u.scheme, u.netloc.lower(), u.path, "", "")).rstrip("/")


def _file(text: str) -> str:
    if not text:
        raise ValueError("is empty")
    if "\0" in text:
        raise ValueError("has a NUL within")
    return text


def _backend(text: str) -> str:
    if text not in ("auto", "local", "remote"):
        raise ValueError("must be auto, local or remote")
    return text


_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}


def _timeout(text: str) -> int:
    m = re.fullmatch(r"([0-9]+)([smh]?)", text, re.ASCII)
    seconds = int(m.group(1)[:12]) * _UNITS[m.group(2)] if m else 0
    if not 1 <= seconds <= 24 * 3600:
        raise ValueError("must be a whole number of seconds, or one with a unit as in 30s, 2m or 1h, from 1s to 24h")
    return seconds


def _retries(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) or int(text) > 100:
        raise ValueError("must be a whole number from 0 to 100")
    return int(text)


_TABLE = (
    _Row("profile", "profile", "QCOS_PROFILE", "default_profile", _profile, top_level=True),
    _Row("api_key", "api-key", "QCOS_API_KEY", "api_key", _key, secret=True, of_server=True),
    _Row("api_url", "api-url", "QCOS_API_URL", "api_url", _url, DEFAULT_API_URL, of_server=True, with_key=True),
    _Row("ca_file", "ca-file", "QCOS_CA_FILE", "ca_file", _file, of_server=True, with_key=True),
    _Row("backend", "backend", "QCOS_BACKEND", "backend", _backend, "auto", with_key=True),
    _Row("timeout", "timeout", "QCOS_TIMEOUT", "timeout", _timeout, str(DEFAULT_TIMEOUT), numeric=True),
    _Row(
        "max_retries",
        "max-retries",
        "QCOS_MAX_RETRIES",
        "max_retries",
        _retries,
        str(DEFAULT_MAX_RETRIES),
        numeric=True,
    ),
)
_ROWS = {row.name: row for row in _TABLE}


class ConfigFile:
    """config.json, read; one that is absent has no settings."""

    def __init__(self, path: Path, *, required: bool = False) -> None:
        self.path = path
        self.warnings: list[str] = []
        self._text = ""
        self._root: dict[str, Any] = {}
        try:
            self._text = _dotenv.read_small(path)
        except FileNotFoundError:
            if required:
                raise ConfigError(f"there is no file {tilde(path)}", next="qcos configure makes one") from None
            return
        self.warnings = _exposed(path)
        if not self._text.strip():
            return
        try:
            root = json.loads(self._text)
        except json.JSONDecodeError as e:
            raise self._broken(e.lineno, e.colno, e.msg[:1].lower() + e.msg[1:]) from None
        if not isinstance(root, dict):
            raise self._broken(1, 1, "the file must be an object in braces")
        self._root = root
        self._check(root, lambda row: True, 0)
        profiles = root.get("profiles")
        if profiles is None:
            return
        if not isinstance(profiles, dict):
            raise self._wrong("profiles", 0, "an object in braces")
        at = self._find("profiles", 0)
        for name, profile in profiles.items():
            if not isinstance(profile, dict):
                raise self._wrong(name, at, "an object in braces")
            self._check(profile, lambda row: not row.top_level, self._find(name, at))

    def _check(self, members: dict[str, Any], ours: Callable[[_Row], bool], after: int) -> None:
        for row in _TABLE:
            value = members.get(row.key)
            if value is None or not ours(row) or isinstance(value, str):
                continue
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if row.numeric and number:
                continue
            raise self._wrong(row.key, after, "a number, or a string in quotes" if row.numeric else "a string in quotes")

    def _find(self, name: str, after: int) -> int:
        m = re.compile(re.escape(json.dumps(name, ensure_ascii=False)) + r"\s*:\s*").search(self._text, after)
        return m.end() if m else after

    def _wrong(self, name: str, after: int, want: str) -> ConfigError:
        at = self._find(name, after)
        before = self._text[:at]
        return self._broken(before.count("\n") + 1, at - before.rfind("\n"), f"{redact(name)} must be {want}")

    def _broken(self, line: int, column: int, what: str) -> ConfigError:
        return ConfigError(
            f"{tilde(self.path)} line {line}, column {column}: {what}",
            next="repair it, or move it away and run qcos configure",
        )

    def profiles(self) -> list[str]:
        return list(self._root.get("profiles") or {})

    def has_profile(self, name: str) -> bool:
        return name in (self._root.get("profiles") or {})

    def get(self, profile: str, row: _Row) -> tuple[str, int] | None:
        """The text of a setting in a profile, or with "" outside of profiles, and its line."""
        members = self._root if not profile else (self._root.get("profiles") or {}).get(profile)
        value = members.get(row.key) if members else None
        if value is None:
            return None
        after = self._find(profile, self._find("profiles", 0)) if profile else 0
        line = self._text.count("\n", 0, self._find(row.key, after)) + 1
        return (value if isinstance(value, str) else json.dumps(value)), line


def _exposed(path: Path) -> list[str]:
    if os.name != "posix":
        return []
    warnings = []
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        folder = stat.S_IMODE(path.parent.stat().st_mode)
    except OSError:
        return []
    if mode & 0o077:
        warnings.append(f"{tilde(path)} may be read by others (mode {mode:04o}); repair it with chmod 600")
    if folder & 0o022:
        warnings.append(f"{tilde(path.parent)} may be changed by others (mode {folder:04o}); repair it with chmod 700")
    return warnings


class _Resolver:
    def __init__(
        self,
        arguments: Mapping[str, str],
        environment: Mapping[str, str],
        dotenv: DotEnv | None,
        file: ConfigFile | None,
        home: Path | None,
        file_first: bool,
    ) -> None:
        self.arguments, self.environment, self.dotenv = arguments, environment, dotenv
        self.file, self.home, self.file_first = file, home, file_first
        self.profile, self.chosen = self._choose_profile()
        self.key = self._first(_ROWS["api_key"], self._key_order())

    def _choose_profile(self) -> tuple[_Candidate, bool]:
        row = _ROWS["profile"]
        typed = [self._flag] if self.file_first else [self._flag, self._env, self._dotenv]
        chosen = self._first(row, typed)
        is_chosen = chosen.origin.kind != "default"
        if not is_chosen:
            chosen = self._first(row, [self._top_level])
        if chosen.none:
            return chosen, False
        try:
            row.parse(chosen.text)
        except ValueError as e:
            raise _value_error(row, chosen, e) from None
        known = self.file is not None and self.file.has_profile(chosen.text)
        if not known and self._own_key(chosen.text) is None:
            raise self._unknown_profile(chosen)
        return chosen, is_chosen

    def _unknown_profile(self, c: _Candidate) -> ConfigError:
        variable = key_variable(c.text)
        if redact(c.text) != c.text:  # a key, pasted in the wrong place
            return ConfigError(f'profile "{redact(c.text)}" of {c.origin} does not exist')
        where, next_step = "there is no config.json", f"qcos configure --profile {c.text} makes it"
        if self.file is not None:
            names = self.file.profiles()
            near = difflib.get_close_matches(c.text, names, 1)
            where = f"{tilde(self.file.path)} has no such profile" + (f", did you mean {near[0]}?" if near else "")
            if names:
                next_step = f"profiles: {', '.join(names)}; {next_step}"
        return ConfigError(f'profile "{c.text}" of {c.origin}: {where}, and {variable} is not set', next=next_step)

    def pick(self, row: _Row) -> _Candidate:
        if row.name == "profile":
            return self.profile
        if row.name == "api_key":
            return self.key
        c = self._first(row, self._order(row))
        return _Candidate(self._locate(c), c.origin) if row.name == "ca_file" else c

    def _first(self, row: _Row, order: Sequence[Callable[[_Row], _Candidate | None]]) -> _Candidate:
        for look in order:
            c = look(row)
            if c is not None:
                return c
        return _Candidate(row.default, Origin("default"))

    def _key_order(self) -> list[Callable[[_Row], _Candidate | None]]:
        if self.file_first:
            return [self._flag, self._from_profile]
        if self.chosen:
            return [self._flag, self._key_variable, self._from_profile, self._env, self._dotenv]
        return [self._flag, self._env, self._dotenv, self._key_variable, self._from_profile]

    def _order(self, row: _Row) -> list[Callable[[_Row], _Candidate | None]]:
        if self.file_first:
            if row.of_server:
                return [self._flag, self._from_profile]
            return [self._flag, self._from_profile, self._top_level, self._env, self._dotenv]
        if row.of_server and self.chosen and not self._plain_key():
            return [self._flag, self._from_profile, self._env, self._dotenv]
        if row.of_server:
            return [self._flag, self._env, self._dotenv, self._from_profile]
        return [self._flag, self._env, self._dotenv, self._from_profile, self._top_level]

    def _plain_key(self) -> bool:
        o = self.key.origin
        return o.kind in ("environment", ".env") and o.name == "QCOS_API_KEY"

    def _flag(self, row: _Row) -> _Candidate | None:
        text = self.arguments.get(row.name)
        return None if text is None else _Candidate(text, Origin("flag", "--" + row.flag))

    def _env(self, row: _Row) -> _Candidate | None:
        text = self.environment.get(row.env)
        return _Candidate(text, Origin("environment", row.env)) if text else None

    def _dotenv(self, row: _Row) -> _Candidate | None:
        if row.with_key and self.key.origin.kind != ".env":
            return None
        return self._variable(row.env)

    def _variable(self, name: str) -> _Candidate | None:
        if self.dotenv is None or not self.dotenv.variables.get(name):
            return None
        d = self.dotenv
        return _Candidate(d.variables[name], Origin(".env", name, str(d.path), d.lines.get(name, 0)))

    def _key_variable(self, row: _Row) -> _Candidate | None:
        return self._own_key(self.profile.text)

    def _own_key(self, profile: str) -> _Candidate | None:
        if not profile:
            return None
        name = key_variable(profile)
        text = self.environment.get(name)
        return _Candidate(text, Origin("environment", name)) if text else self._variable(name)

    def _from_profile(self, row: _Row) -> _Candidate | None:
        return self._from_file(self.profile.text, row)

    def _top_level(self, row: _Row) -> _Candidate | None:
        return self._from_file("", row)

    def _from_file(self, profile: str, row: _Row) -> _Candidate | None:
        if self.file is None or (profile and row.top_level):
            return None
        found = self.file.get(profile, row)
        if found is None:
            return None
        text, line = found
        kind = "profile" if profile else "config file"
        return _Candidate(text, Origin(kind, profile, str(self.file.path), line))

    def _locate(self, c: _Candidate) -> str:
        """A path named in a file is relative to that file, and ~/ is the home."""
        if c.text.startswith("~/") and self.home is not None:
            return str(self.home / c.text[2:])
        if not c.text or not c.origin.path or os.path.isabs(c.text):
            return c.text
        return str(Path(c.origin.path).parent / c.text)

    def ignored(self) -> list[str]:
        """Warnings of values in the `.env` that do not count because the key in use is not of the same file."""
        if self.key.origin.kind == ".env":
            return []
        warnings = []
        for row in _TABLE:
            c = self._variable(row.env) if row.with_key else None
            if c is None:
                continue
            winner = self.pick(row)
            if winner.origin.kind in ("flag", "environment") or winner.text == c.text:
                continue
            warnings.append(
                f"{row.env} of {c.origin} does not count: it belongs to a key in the same file, and none from there is in use"
            )
        return warnings


def key_variable(profile: str) -> str:
    """The variable of a profile's own key: QCOS_DEV_API_KEY for dev."""
    return f"QCOS_{profile.replace('-', '_').upper()}_API_KEY"


def _value_error(row: _Row, c: _Candidate, why: ValueError) -> ConfigError:
    if row.secret:
        return ConfigError(f"the key of {c.origin} {why}")
    shown = redact(c.text)
    shown = shown[:200] + "…" if len(shown) > 200 else shown
    return ConfigError(f'{row.name} "{shown}" of {c.origin}: {why}')


def resolve(
    arguments: Mapping[str, object] | None = None,
    *,
    config_path: str | os.PathLike[str] | None = None,
    directory: Path | None = None,
    home: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Gives every setting its value. With config_path that file beats the environment, and key, URL and authorities come from
    it and from the arguments alone."""
    given = {name: str(value) for name, value in (arguments or {}).items() if value is not None}
    environment = os.environ if environment is None else environment
    home = home if home is not None else _home()
    dotenv, warnings = _dotenv.find(directory or Path.cwd(), home)
    file = None
    if config_path is not None:
        file = ConfigFile(Path(os.path.expanduser(config_path)), required=True)
    elif home is not None:
        file = ConfigFile(home / ".qcos" / "config.json")
    if file is not None:
        warnings += file.warnings
    r = _Resolver(given, environment, dotenv, file, home, config_path is not None)
    values: dict[str, Any] = {}
    origins: dict[str, Origin] = {}
    for row in _TABLE:
        c = r.pick(row)
        values[row.name], origins[row.name] = None, c.origin
        if c.none:
            continue
        try:
            values[row.name] = row.parse(c.text)
        except ValueError as e:
            raise _value_error(row, c, e) from None
    return Settings(**values, origins=origins, warnings=warnings + ([] if config_path is not None else r.ignored()))


def _home() -> Path | None:
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return home if home.is_absolute() else None
