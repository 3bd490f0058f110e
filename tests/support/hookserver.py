#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Salvor authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An https server on a port of its own, for one test: takes webhooks whose signature is good, and heartbeats.

  hookserver.py FOLDER CERTIFICATE KEY --key-file FILE

Writes "PORT\\n" to standard output once it listens. Each request it took becomes a line of FOLDER/requests: method, path,
and what it made of it. Ends with its standard input.

  POST /hook        401 unless timestamp and signature are there and good; 413 when the body says spam; else it goes to
                    FOLDER/<n>.json
  GET  /beat…       200
  ANY  /status/N    answers with the status N
  ANY  /away        redirects to /hook or /beat;  /away-plain redirects to plain http
  POST /held        makes FOLDER/held, waits for FOLDER/go (20 s at most, the first time only), and goes on as /hook
  ANY  /flood/N     answers with the status N, and with a body that does not end; 307 redirects to /beat
  ANY  /hang        never answers
  ANY  /echo/…      404, with the path as it came and as a page would show it
"""
import argparse
import hashlib
import hmac
import html
import json
import ssl
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("folder", type=Path)
parser.add_argument("certificate")
parser.add_argument("key")
parser.add_argument("--key-file", type=Path, required=True)
args = parser.parse_args()
secret = args.key_file.read_bytes()
lock = threading.Lock()
taken = 0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, text, location=None):
        with lock, open(args.folder / "requests", "a", encoding="utf-8") as file:
            file.write(f"{self.command} {self.path} {status} {text}\n")
        body = text.encode()
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def flood(self, status):
        with lock, open(args.folder / "requests", "a", encoding="utf-8") as file:
            file.write(f"{self.command} {self.path} {status} flood\n")
        self.send_response(status)
        if status == 307:
            self.send_header("Location", "/beat")
        self.send_header("Content-Length", "1000000000000")
        self.end_headers()
        while True:
            self.wfile.write(b"more and more of it " * 500)

    def handle_any(self):
        global taken
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.path == "/hang":
            time.sleep(3600)
        if self.path.startswith("/flood/"):
            return self.flood(int(self.path.split("/")[2]))
        if self.path == "/held":
            (args.folder / "held").touch()
            until = time.monotonic() + 20
            while not (args.folder / "go").exists() and time.monotonic() < until:
                time.sleep(0.02)
        if self.path.startswith("/status/"):
            return self.answer(int(self.path.split("/")[2]), "as you wish")
        if self.path.startswith("/echo/"):
            plain = urllib.parse.unquote(self.path)
            return self.answer(404, f"Cannot {self.command} {self.path} {html.escape(plain)} {json.dumps(plain)}")
        if self.path == "/away":
            return self.answer(307, "elsewhere", "/hook" if self.command == "POST" else "/beat")
        if self.path == "/away-plain":
            return self.answer(307, "elsewhere", f"http://127.0.0.1:{server.server_port}/hook")
        if self.command == "GET":
            return self.answer(200, "alive")
        stamp = self.headers.get("Salvor-Timestamp", "")
        want = "v1=" + hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(want, self.headers.get("Salvor-Signature", "")):
            return self.answer(401, "the signature is not good")
        if b"spam" in body:
            return self.answer(413, "too much of it")
        with lock:
            taken += 1
            (args.folder / f"{taken}.tmp").write_bytes(body)
            (args.folder / f"{taken}.tmp").rename(args.folder / f"{taken}.json")
        return self.answer(202, f"kept as number {taken}")

    do_GET = do_POST = handle_any


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # clients that do not trust us hang up


server = Server(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(args.certificate, args.key)
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.read()
