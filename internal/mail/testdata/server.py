"""A mail server that takes messages by STARTTLS or TLS from users it knows, and prints each as a line of JSON.

server.py CERTIFICATE KEY starttls|tls WAYS      WAYS are those of AUTH that it does not offer, with commas between them
"""

import asyncio
import email
import json
import ssl
import sys
from email import policy

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Printer:
    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        message = email.message_from_bytes(envelope.content, policy=policy.default)
        print(json.dumps({
            "hello": session.host_name, "tls": server.transport.get_extra_info("sslcontext") is not None, "from": envelope.mail_from, "to": envelope.rcpt_tos,
            "subject": message["Subject"], "text": message.get_content(),
        }), flush=True)
        return "250 taken"


def known(server, session, envelope, mechanism, data):
    ok = isinstance(data, LoginPassword) and (data.login, data.password) == (b"user", "päss".encode())
    return AuthResult(success=ok, handled=False)


async def serve(certificate, key, how, without):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    first, later = ({}, {"tls_context": context, "require_starttls": True}) if how == "starttls" else ({"ssl": context}, {"auth_require_tls": False})

    def connection():
        return SMTP(
            Printer(), hostname="localhost", authenticator=known, auth_required=True, auth_exclude_mechanism=without.split(","),
            enable_SMTPUTF8=False, **later,
        )

    server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", 0, **first)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(serve(*sys.argv[1:]))
