"""What a flow asks for, done with httpx: requests, and how failures of the network read to people."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
import time
from typing import Any
from urllib.parse import urlsplit

import httpx

from . import _flow
from ._config import Settings
from ._dotenv import tilde
from ._flow import Answer, Flow, Send, Sleep, T
from .errors import ConfigError, TimeoutError, UnreachableError

USER_AGENT = "qcos-sdk"
LARGEST_ANSWER = 256 << 20  # bytes; servers keep at most a quarter of it


def check_url(url: str, insecure_http: bool) -> None:
    """Refuses to send a key in the clear: http is for loopback addresses, elsewhere only where the user insists."""
    u = urlsplit(url)
    if u.scheme == "https" or insecure_http or _is_loopback(u.hostname or ""):
        return
    raise ConfigError(f'api_url "{url}" would send the key in the clear to {u.hostname}', next="use https://")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _options(settings: Settings, version: str) -> dict[str, Any]:
    assert settings.api_key is not None
    context = ssl.create_default_context()
    if settings.ca_file:
        try:
            context.load_verify_locations(cafile=settings.ca_file)
        except OSError as e:
            raise ConfigError(f"ca_file {tilde(settings.ca_file)} cannot be used: {e}", next="name a PEM file") from None
    return {
        "base_url": settings.api_url,
        "headers": {
            "X-API-Key": settings.api_key.reveal(),
            "Accept": "application/json",
            "User-Agent": f"{USER_AGENT}/{version}",
        },
        "verify": context,
        "follow_redirects": False,  # a redirect to another host must never carry the key
        "limits": httpx.Limits(max_connections=64, max_keepalive_connections=16),
    }


def _path(send: Send) -> str:
    return send.path.lstrip("/")


def _answer(url: str, response: httpx.Response, body: bytes) -> Answer:
    if response.is_redirect:
        target = urlsplit(response.headers.get("Location", "")).netloc or "another path"
        return Answer(
            error=UnreachableError(
                f"{url} redirects to {target}: the key was not sent there", next="set api_url to where the API is"
            )
        )
    return Answer(
        status=response.status_code,
        content_type=response.headers.get("Content-Type", ""),
        retry_after=response.headers.get("Retry-After", ""),
        body=body,
    )


def _failed(url: str, send: Send, e: BaseException) -> Answer:
    if isinstance(e, (httpx.TimeoutException, asyncio.TimeoutError, TimeoutError)):
        return Answer(error=TimeoutError(f"{url} did not answer within {send.timeout:.3g} s"), temporary=True)
    text, cause = str(e) or type(e).__name__, e
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            detail = f"{url} cannot be trusted: {cause.verify_message}"
            return Answer(error=UnreachableError(detail, next="name its authority with ca_file, or check the URL"))
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError):
            return Answer(error=UnreachableError(f"{url} does not speak TLS: {cause.reason}", next="check the URL"))
        cause = cause.__cause__ or cause.__context__  # type: ignore[assignment]
    return Answer(
        error=UnreachableError(
            f"{url} cannot be reached: {text}",
            next="check the URL and the network, or run here with QCOSClient.local()",
        ),
        temporary=True,
    )


class SyncTransport:
    """Drives flows with a blocking httpx client, which any number of threads may use at once."""

    def __init__(self, settings: Settings, version: str) -> None:
        self._url = settings.api_url
        self._client = httpx.Client(**_options(settings, version))

    def run(self, flow: Flow[T]) -> T:
        answer: Answer | None = None
        while True:
            try:
                step = flow.send(answer)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            if isinstance(step, Sleep):
                time.sleep(step.seconds)
                answer = None
            else:
                answer = self._exchange(step)

    def _exchange(self, send: Send) -> Answer:
        end = time.monotonic() + send.timeout
        try:
            with self._client.stream(send.method, _path(send), json=send.body, timeout=send.timeout) as response:
                body = bytearray()
                for chunk in response.iter_bytes():  # httpx limits each read, not the whole
                    body += chunk
                    _check(body, end, self._url, send)
                return _answer(self._url, response, bytes(body))
        except (httpx.HTTPError, TimeoutError, OSError) as e:
            return _failed(self._url, send, e)

    def close(self) -> None:
        self._client.close()


class AsyncTransport:
    """Drives flows with an asynchronous httpx client."""

    def __init__(self, settings: Settings, version: str) -> None:
        self._url = settings.api_url
        self._client = httpx.AsyncClient(**_options(settings, version))

    async def run(self, flow: Flow[T]) -> T:
        answer: Answer | None = None
        while True:
            try:
                step = flow.send(answer)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            if isinstance(step, Sleep):
                await asyncio.sleep(step.seconds)
                answer = None
            else:
                answer = await self._exchange(step)

    async def _exchange(self, send: Send) -> Answer:
        try:
            return await asyncio.wait_for(self._send(send), send.timeout)
        except (httpx.HTTPError, asyncio.TimeoutError, OSError) as e:
            return _failed(self._url, send, e)

    async def _send(self, send: Send) -> Answer:
        async with self._client.stream(send.method, _path(send), json=send.body, timeout=send.timeout) as response:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                _check(body, None, self._url, send)
            return _answer(self._url, response, bytes(body))

    async def aclose(self) -> None:
        await self._client.aclose()


def _check(body: bytearray, end: float | None, url: str, send: Send) -> None:
    if end is not None and time.monotonic() > end:
        raise TimeoutError(f"{url} did not answer within {send.timeout:.3g} s")
    if len(body) > LARGEST_ANSWER:
        raise UnreachableError(f"{url} answers with more than {LARGEST_ANSWER >> 20} MiB", next="check the URL")


__all__ = ["AsyncTransport", "SyncTransport", "_flow", "check_url"]
