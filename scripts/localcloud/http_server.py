"""A small threaded HTTP/1.1 server that keeps connections alive and hands over requests as they were sent.

werkzeug's own server closes every connection and hides the raw request target; a signature check needs the raw bytes,
and a client that keeps connections alive has to be tested with a server that does.
"""

import itertools
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MAXIMUM_BODY_BYTES = 64 * 1024 * 1024


@dataclass
class Request:
    """A request. `target` is the request target exactly as sent; `connection` numbers the TCP connection it came on."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes
    connection: int = 0

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    def header(self, name: str) -> str | None:
        """The values of a header, joined by commas; None when it was not sent."""
        values = [value.strip() for key, value in self.headers if key.lower() == name.lower()]
        return ",".join(values) if values else None


@dataclass
class Response:
    status: int
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class ConnectionReset(Exception):
    """Raised by an application to drop the connection with a TCP reset instead of answering."""


Application = Callable[[Request], Response]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024
    timeout = 120
    server: "HTTPServer"

    def setup(self) -> None:
        super().setup()
        self.connection_number = next(self.server.connection_numbers)

    def answer(self) -> None:
        body = self._read_body()
        if body is None:
            return
        request = Request(self.command, self.path, list(self.headers.items()), body, self.connection_number)
        try:
            response = self.server.application(request)
        except ConnectionReset:
            self._reset()
            return
        self.send_response_only(response.status)
        for name, value in response.headers:
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        if response.header("Date") is None:
            self.send_header("Date", self.date_time_string())
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)
        self.wfile.flush()

    do_GET = do_PUT = do_POST = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = answer

    def _read_body(self) -> bytes | None:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._read_chunks()
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            length = -1
        if not 0 <= length <= MAXIMUM_BODY_BYTES:
            self.send_error(413 if length > 0 else 400)
            self.close_connection = True
            return None
        body = self.rfile.read(length)
        if len(body) < length:  # the client went away in the middle
            self.close_connection = True
            return None
        return body

    def _read_chunks(self) -> bytes | None:
        body = b""
        while True:
            try:
                size = int(self.rfile.readline(1024).split(b";")[0], 16)
            except ValueError:
                self.close_connection = True
                return None
            if size == 0:
                while self.rfile.readline(65536) not in (b"\r\n", b"\n", b""):
                    pass
                return body
            body += self.rfile.read(size)
            self.rfile.readline(8)

    def _reset(self) -> None:
        # With a linger time of zero, closing sends RST. Detached, so that the buffered files can write nothing more.
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        socket.socket(fileno=self.connection.detach()).close()

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:  # the client went away, or the connection was reset on purpose
            self.close_connection = True

    def finish(self) -> None:
        try:
            super().finish()
        except (OSError, ValueError):
            pass

    def log_message(self, format: str, *args: object) -> None:
        pass


class HTTPServer(ThreadingHTTPServer):
    """Serves `application` on 127.0.0.1, one thread a connection."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, application: Application, port: int = 0):
        self.application = application
        self.connection_numbers = itertools.count(1)
        super().__init__(("127.0.0.1", port), _Handler)

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        if request.fileno() >= 0:
            super().shutdown_request(request)
