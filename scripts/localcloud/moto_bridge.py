"""Hands requests to moto, one at a time: moto is not made for threads, and a conditional write must be atomic."""

import io
import sys
import threading
from typing import Any
from urllib.parse import unquote_to_bytes

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from .http_server import Request, Response
from .signatures import ALGORITHM, Scope


class Moto:
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._application = DomainDispatcherApplication(create_backend_app)

    def call(self, request: Request, account: str, scope: Scope | None) -> Response:
        """moto's answer to a request of a principal of `account`."""
        environ = self._environ(request)
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = account
        if scope is not None and "HTTP_AUTHORIZATION" not in environ and scope.service != "s3":
            # moto finds the service in the Authorization header; a request signed in its query has none.
            credential = f"{scope.access_key}/{scope.date}/{scope.region}/{scope.service}/aws4_request"
            environ["HTTP_AUTHORIZATION"] = f"{ALGORITHM} Credential={credential}, SignedHeaders=host, Signature=0"
        captured: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            captured["status"], captured["headers"] = int(status.split()[0]), headers
            return lambda data: None

        with self.lock:
            chunks = self._application(environ, start_response)
            try:
                body = b"".join(chunks)
            finally:
                if hasattr(chunks, "close"):
                    chunks.close()
        return Response(captured["status"], body, list(captured["headers"]))

    @staticmethod
    def _environ(request: Request) -> dict[str, Any]:
        host = request.header("Host") or "127.0.0.1"
        environ: dict[str, Any] = {
            "REQUEST_METHOD": request.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(request.path).decode("latin-1"),
            "QUERY_STRING": request.query,
            "REQUEST_URI": request.target,
            "RAW_URI": request.target,
            "SERVER_NAME": host.partition(":")[0],
            "SERVER_PORT": host.partition(":")[2] or "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_LENGTH": str(len(request.body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(request.body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in request.headers:
            key = name.upper().replace("-", "_")
            if key == "CONTENT_TYPE":
                environ["CONTENT_TYPE"] = value
            elif key not in ("CONTENT_LENGTH", "TRANSFER_ENCODING", "EXPECT"):
                variable = f"HTTP_{key}"
                environ[variable] = f"{environ[variable]},{value}" if variable in environ else value
        return environ
