#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Salvor authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real mail server (aiosmtpd) on a port of its own, for one test.

  smtpserver.py FOLDER CERTIFICATE KEY [--tls] [--refuse STAGE] [--user NAME --password-file FILE]

Writes "PORT\\n" to standard output once it listens; each mail it took becomes FOLDER/<n>.eml, with its envelope in
X-Mail-From and X-Rcpt-To, and the name of who sent it in X-Helo. STAGE: connect, mail, rcpt, rcpt:ADDRESS (that one only), data, body; spam (the messages that say so); shortname
(at the recipient, who greeted with no full name); latehelo (there too, whoever greeted); hang (from the
beginning); flood (a greeting without an end); helo; quiet (keeps the message, and says
nothing from then on); login (repeats what it was sent). Ends with its standard input.
"""
import argparse
import asyncio
import base64
import logging
import ssl
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult

logging.disable(logging.CRITICAL)


class Handler:
    def __init__(self, folder, refuse):
        self.folder, self.refuse, self.count = folder, refuse, 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        if self.refuse == "hang":
            await asyncio.sleep(3600)
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.refuse == "mail":
            return "550 5.7.1 sender not wanted here"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        # As Postfix does by reject_non_fqdn_helo_hostname, or by an access table.
        if self.refuse == "shortname" and "." not in session.host_name:
            return f"504 5.5.2 <{session.host_name}>: Helo command rejected: need fully-qualified hostname"
        if self.refuse == "latehelo":
            return f"550 5.7.1 <{session.host_name}>: Helo command rejected: Access denied"
        if self.refuse in ("rcpt", f"rcpt:{address}"):
            return "550 5.1.1 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.refuse == "body" or (self.refuse == "spam" and b"spam" in envelope.content):
            return "554 5.6.0 looks like spam"
        self.count += 1
        head = f"X-Mail-From: {envelope.mail_from}\r\nX-Rcpt-To: {' '.join(envelope.rcpt_tos)}\r\n"
        head = (head + f"X-Helo: {session.host_name}\r\n").encode()
        (self.folder / f"{self.count}.tmp").write_bytes(head + envelope.content)
        (self.folder / f"{self.count}.tmp").rename(self.folder / f"{self.count}.eml")
        if self.refuse == "quiet":
            await asyncio.sleep(3600)
        return f"250 2.0.0 kept as number {self.count}"


class Server(SMTP):
    refuse = ""

    async def smtp_EHLO(self, hostname):
        if self.refuse == "helo":
            await self.push("550 5.7.1 not from there")
            return
        await super().smtp_EHLO(hostname)

    async def smtp_HELO(self, hostname):
        if self.refuse == "helo":
            await self.push("550 5.7.1 not from there")
            return
        await super().smtp_HELO(hostname)

    async def smtp_DATA(self, arg):
        if self.refuse == "data":
            await self.push("451 4.3.0 come back later")
            return
        await super().smtp_DATA(arg)

    async def _handle_client(self):
        if self.refuse == "flood":
            while not self.transport.is_closing():
                await self.push("220-" + "welcome " * 60)
            return
        if self.refuse == "connect":
            await self.push("554 5.3.2 no mail today")
            self.transport.close()
            return
        await super()._handle_client()


async def main(args):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(args.certificate, args.key)
    password = args.password_file.read_bytes() if args.password_file else b""

    def authenticate(server, session, envelope, mechanism, data):
        if args.refuse == "login":
            sent = b"\0" + data.login + b"\0" + data.password
            words = f"535 5.7.8 AUTH PLAIN {base64.b64encode(sent).decode()} not here"
            return AuthResult(success=False, handled=False, message=words)
        good = data.login == args.user.encode() and data.password == password
        return AuthResult(success=good, handled=good)

    handler = Handler(args.folder, args.refuse)  # of all connections: it counts

    def make():
        options = {"tls_context": None if args.tls else context, "require_starttls": not args.tls,
                   "authenticator": authenticate, "auth_required": bool(args.user), "auth_require_tls": not args.tls}
        server = Server(handler, enable_SMTPUTF8=True, hostname="test.salvor", **options)
        server.refuse = args.refuse
        return server

    loop = asyncio.get_running_loop()
    server = await loop.create_server(make, "127.0.0.1", 0, ssl=context if args.tls else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    import os
    os._exit(0)  # connections that hang shall not keep it


parser = argparse.ArgumentParser()
parser.add_argument("folder", type=Path)
parser.add_argument("certificate")
parser.add_argument("key")
parser.add_argument("--tls", action="store_true")
parser.add_argument("--refuse", default="")
parser.add_argument("--user", default="")
parser.add_argument("--password-file", type=Path)
asyncio.run(main(parser.parse_args()))
