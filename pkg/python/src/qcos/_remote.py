"""What both clients of the API are made of: settings, and a transport that opens with them."""

from __future__ import annotations

import logging
import os
from typing import Any, ClassVar, Generic, TypeVar

from . import _config, _flow, _transport
from ._version import __version__
from .errors import AuthenticationError

_log = logging.getLogger("qcos")

Circuit = Any  # OpenQASM text, or a circuit object of Qiskit, Cirq or PennyLane


# Defaults that can be told from the same value given by the caller: what is given beats the environment, a default does not.
class _DefaultText(str):
    __slots__ = ()


class _DefaultNumber(int):
    __slots__ = ()


DEFAULT_API_URL: str = _DefaultText(_config.DEFAULT_API_URL)
_TIMEOUT: int = _DefaultNumber(_config.DEFAULT_TIMEOUT)
_MAX_RETRIES: int = _DefaultNumber(_config.DEFAULT_MAX_RETRIES)


T = TypeVar("T")
Self = TypeVar("Self", bound="Remote[Any]")


class Remote(Generic[T]):
    """A client of the API, whose transport is a T."""

    _open: ClassVar[type[Any]]  # the transport

    def __init__(
        self,
        api_key: str | None = None,
        api_url: str = DEFAULT_API_URL,
        timeout: float = _TIMEOUT,
        max_retries: int = _MAX_RETRIES,
        retry_delay: float = 1.0,
        log_level: str = "INFO",
        *,
        profile: str | None = None,
        ca_file: str | None = None,
        insecure_http: bool = False,
        _config_path: str | os.PathLike[str] | None = None,
    ) -> None:
        _log.setLevel(log_level)
        given = {
            "api_key": api_key,
            "api_url": _given(api_url),
            "timeout": _whole(_given(timeout)),
            "max_retries": _given(max_retries),
            "profile": profile,
            "ca_file": ca_file,
        }
        settings = _checked(_config.resolve(given, config_path=_config_path), insecure_http)
        self.api_url = settings.api_url
        self._policy = _flow.Policy(float(settings.timeout), settings.max_retries, retry_delay)
        self._transport: T = self._open(settings, __version__)

    @classmethod
    def from_config(cls: type[Self], path: str | os.PathLike[str] = "~/.qcos/config.json", **arguments: Any) -> Self:
        """A client with the settings of a file, which beat the environment. The arguments are those of the constructor."""
        return cls(_config_path=path, **arguments)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(api_url={self.api_url!r})"


def _checked(settings: _config.Settings, insecure_http: bool) -> _config.Settings:
    """Settings with which requests can be sent. Errors are ConfigErrors, and an AuthenticationError without a key."""
    for warning in settings.warnings:
        _log.warning(warning)
    if settings.api_key is None:
        raise AuthenticationError(
            "no API key was found: not as an argument, not in QCOS_API_KEY, not in a .env file, not in ~/.qcos/config.json",
            next="make one with `qcos auth create-key` and store it with `qcos configure`, or run here with QCOSClient.local()",
            code="no_api_key",
        )
    _transport.check_url(settings.api_url, insecure_http)
    _log.debug("API %s, key %s of %s", settings.api_url, settings.api_key, settings.origins["api_key"])
    return settings


def _given(value: object) -> object:
    return None if isinstance(value, (_DefaultText, _DefaultNumber)) else value


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value
