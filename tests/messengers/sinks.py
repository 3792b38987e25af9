"""A mail server and a web server on this computer that take what they are given, or fail in a way that is asked for."""

from __future__ import annotations

import base64
import http.server
import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Fault(StrEnum):
    """How a server fails."""

    NONE = "none"
    HANGS = "hangs"  # takes the connection, and says nothing
    DRIPS = "drips"  # says a byte now and then, and never ends
    RESETS = "resets"
    SIGN_IN = "sign-in"
    RECIPIENT = "recipient"
    SENDER = "sender"
    LATER = "later"  # 451 after the mail
    NO_STARTTLS = "no-starttls"
    GIBBERISH = "gibberish"


@dataclass
class MailSink:
    """A mail server.

    Attributes:
        mails: whole mails, as they came.
        heard: each line that a client said, but for the mails.
    """

    security: str
    certificate: Path
    fault: Fault = Fault.NONE
    mails: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    port: int = 0
    ending: threading.Event = field(default_factory=threading.Event)


def reset(connection: socket.socket) -> None:
    """End it so that the other side reads an error, and no end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    sink: MailSink

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no error here."""


class _MailHandler(socketserver.BaseRequestHandler):
    server: _Server

    def _context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server.sink.certificate)
        return context

    def handle(self) -> None:
        sink = self.server.sink
        connection: socket.socket = self.request
        if sink.fault is Fault.RESETS:
            reset(connection)
            return
        if sink.fault is Fault.HANGS:
            sink.ending.wait(30)
            return
        self._open = [connection]
        try:
            if sink.security == "tls":
                self._close_to_others()
            if sink.fault is Fault.DRIPS:
                while not sink.ending.wait(0.05):
                    self._open[-1].sendall(b"2")
            elif sink.fault is Fault.GIBBERISH:
                self._open[-1].sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")
            else:
                self._talk()
        finally:
            for one in reversed(self._open):
                one.close()

    def _close_to_others(self) -> None:
        self._open.append(self._context().wrap_socket(self._open[-1], server_side=True))

    def _line(self) -> bytes:
        line = b""
        while not line.endswith(b"\n") and (one := self._open[-1].recv(1)):
            line += one
        return line

    def _talk(self) -> None:
        sink = self.server.sink

        def say(text: str) -> None:
            self._open[-1].sendall(f"{text}\r\n".encode())

        say("220 sink")
        while line := self._line().decode().rstrip("\r\n"):
            sink.heard.append(line)
            word = line.partition(" ")[0].upper()
            if word in {"EHLO", "HELO"}:
                offers = ["sink", "AUTH PLAIN LOGIN"]
                if sink.security == "starttls" and sink.fault is not Fault.NO_STARTTLS:
                    offers.append("STARTTLS")
                for offer in offers[:-1]:
                    say(f"250-{offer}")
                say(f"250 {offers[-1]}")
            elif word == "STARTTLS":
                say("220 go on")
                self._close_to_others()
            elif word == "AUTH":
                refused = sink.fault is Fault.SIGN_IN
                # A server may repeat what it was given.
                say(f"535 5.7.8 refused: {line.rpartition(' ')[2]}" if refused else "235 welcome")
            elif word == "MAIL":
                say("530 5.7.0 sign in first" if sink.fault is Fault.SENDER else "250 ok")
            elif word == "RCPT":
                say("550 5.1.1 nobody of that name" if sink.fault is Fault.RECIPIENT else "250 ok")
            elif word == "DATA":
                say("354 go on")
                mail = b""
                while not mail.endswith(b"\r\n.\r\n"):
                    mail += self._line()
                if sink.fault is not Fault.LATER:
                    sink.mails.append(mail.decode())
                say("451 4.3.0 later" if sink.fault is Fault.LATER else "250 taken")
            elif word == "QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")


@contextmanager
def _serving(server: socketserver.BaseServer, ending: threading.Event) -> Iterator[None]:
    """The server runs meanwhile, in a thread; `ending` lets go of anyone who it keeps waiting."""
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        server.shutdown()
        thread.join()


@contextmanager
def mail_sink(security: str, certificate: Path, fault: Fault = Fault.NONE) -> Iterator[MailSink]:
    """A mail server that runs meanwhile."""
    sink = MailSink(security, certificate, fault)
    with _Server(("127.0.0.1", 0), _MailHandler) as server:
        server.sink = sink
        sink.port = server.server_address[1]
        with _serving(server, sink.ending):
            yield sink


def signed_in_as(sink: MailSink) -> str:
    """The user and the password that a client gave."""
    line = next(line for line in sink.heard if line.startswith("AUTH PLAIN"))
    return base64.b64decode(line.rpartition(" ")[2]).decode()


# ── Hooks ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Posted:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class HookSink:
    """A web server.

    Attributes:
        at_post, after_post: called with the number of each request, before and after it was answered.
    """

    fault: Fault = Fault.NONE
    status: int = 200
    location: str = ""
    posted: list[Posted] = field(default_factory=list)
    base: str = ""
    at_post: Callable[[int], None] | None = None
    after_post: Callable[[int], None] | None = None
    ending: threading.Event = field(default_factory=threading.Event)


class _HookServer(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    sink: HookSink

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no error here."""


class _HookHandler(http.server.BaseHTTPRequestHandler):
    server: _HookServer

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        sink = self.server.sink
        body = self.rfile.read(int(self.headers["Content-Length"]))
        sink.posted.append(Posted("POST", self.path, dict(self.headers.items()), body))
        count = len(sink.posted)
        if sink.at_post is not None:
            sink.at_post(count)
        match sink.fault:
            case Fault.HANGS:
                sink.ending.wait(30)
                return
            case Fault.DRIPS:
                self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                while not sink.ending.wait(0.05):
                    self.wfile.write(b"X")
                return
            case Fault.RESETS:
                reset(self.connection)
                return
            case Fault.GIBBERISH:
                self.wfile.write(b"220 this is a mail server\r\n")
                return
        self.send_response(sink.status)
        if sink.location:
            self.send_header("Location", sink.location)
        self.end_headers()
        self.wfile.write(b"OK")
        self.wfile.flush()
        if sink.after_post is not None:
            sink.after_post(count)

    do_GET = do_POST


@contextmanager
def hook_sink(certificate: Path | None = None, fault: Fault = Fault.NONE) -> Iterator[HookSink]:
    """A web server that runs meanwhile; with TLS where it has a certificate."""
    sink = HookSink(fault)
    with _HookServer(("127.0.0.1", 0), _HookHandler) as server:
        server.sink = sink
        scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            scheme = "https"
        sink.base = f"{scheme}://127.0.0.1:{server.server_address[1]}"
        with _serving(server, sink.ending):
            yield sink


def closed_port() -> int:
    """A port of this computer at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port
