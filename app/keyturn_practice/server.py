"""The HTTP server of the practice account: on this computer only, one thread per connection, connections kept open.

Python's own server, and neither Flask nor werkzeug's: faults need the bare connection, and signatures the bare path.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import sys
import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from keyturn_practice.messages import Delivery, Request, Response

Answering = Callable[[Request], Response]
_HOST = "127.0.0.1"
_WITHOUT_BODY = {204, 304}


class PracticeServer:
    """Serves one `answer` function until `stop`.

    Args:
        tls: how to speak TLS; None means plain HTTP.
    """

    def __init__(self, answering: Answering, *, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self._server = _Server((_HOST, port), answering, tls)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://{_HOST}:{self._server.server_address[1]}"

    def stop(self) -> None:
        """End it, open connections included."""
        self._server.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server.end_connections()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], answering: Answering, tls: ssl.SSLContext | None) -> None:
        super().__init__(address, _Handler)
        self.answering = answering
        self.tls = tls
        self.stopping = threading.Event()
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()

    def finish_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  (typed so in the library)
        """Serve one connection, in its own thread."""
        if self.tls is not None:
            try:
                request = self.tls.wrap_socket(request, server_side=True)
            except OSError:
                return
        with self._lock:
            self._connections.add(request)
        try:
            super().finish_request(request, client_address)
        finally:
            with self._lock:
                self._connections.discard(request)
            if self.tls is not None:
                request.close()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  (typed so in the library)
        """A program that hung up is no news; anything else is a mistake of ours and must show."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def end_connections(self) -> None:
        """Close what programs still hold open."""
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        # Each connection's thread closes its own socket; wait for them, so that none is left behind.
        for _ in range(200):
            with self._lock:
                if not self._connections:
                    return
            time.sleep(0.005)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 120
    server: _Server
    known_methods: ClassVar = ("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS")

    def handle_one_request(self) -> None:
        """Read one request, answer it; the connection stays open unless a fault or the program ends it."""
        try:
            super().handle_one_request()
        except TimeoutError:
            self.close_connection = True

    def _serve(self) -> None:
        body = self._body()
        if body is None:
            self.close_connection = True
            return
        raw_path, _, query = self.path.partition("?")
        request = Request(
            method=self.command,
            raw_path=raw_path,
            raw_query=query,
            headers=tuple(self.headers.items()),
            body=body,
            source_ip=str(self.client_address[0]),
            secure=self.server.tls is not None,
        )
        self._send(self.server.answering(request))

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_OPTIONS = _serve

    def _body(self) -> bytes | None:
        if "chunked" in (self.headers.get("Transfer-Encoding") or "").lower():
            return self._chunked_body()
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            return None
        body = self.rfile.read(length)
        return body if len(body) == length else None

    def _chunked_body(self) -> bytes | None:
        parts = []
        while True:
            try:
                size = int(self.rfile.readline().split(b";")[0], 16)
            except ValueError:
                return None
            if size:
                parts.append(self.rfile.read(size))
            self.rfile.readline()
            if not size:
                return b"".join(parts)

    def _send(self, answer: Response) -> None:
        if answer.wait:
            self.server.stopping.wait(answer.wait)
        if answer.delivery in {Delivery.DROPPED, Delivery.RESET}:
            self.close_connection = True
            if answer.delivery is Delivery.RESET:
                # Closing with this option set sends a reset instead of an orderly end.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
            return
        lines = [f"HTTP/1.1 {answer.status} {_phrase(answer.status)}", "Server: AmazonS3 (PRACTICE)"]
        at = time.time() if answer.at is None else answer.at
        lines.append(f"Date: {formatdate(at + answer.clock_offset, usegmt=True)}")
        lines += [f"{name}: {value}" for name, value in answer.headers]
        body = answer.body
        if answer.status not in _WITHOUT_BODY and answer.header("content-length") is None:
            lines.append(f"Content-Length: {len(body)}")
        if self.command == "HEAD" or answer.status in _WITHOUT_BODY:
            body = b""
        if answer.delivery is Delivery.TORN:
            self.close_connection = True
            body = body[: len(body) // 2]
        if self.close_connection:
            lines.append("Connection: close")
        head = "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"
        # One write: two would wait for each other's acknowledgement for 40 ms.
        self.wfile.write(head + body)

    def log_message(self, format: str, *args: object) -> None:
        """The account keeps its own log."""


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
