"""The local cloud as one object: moto, the gateway in front of it, functions and events."""

import os
from pathlib import Path

# Read by moto when it is imported.
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
os.environ.setdefault("MOTO_ENABLE_AMI_VALIDATION", "true")
# moto itself signs nothing it sends, and must never use real credentials.
os.environ.update(AWS_ACCESS_KEY_ID="none", AWS_SECRET_ACCESS_KEY="none", AWS_EC2_METADATA_DISABLED="true")

from . import patches
from .admin import Admin
from .asynchronous import AsynchronousInvocations
from .events import EventBus
from .faults import Faults
from .functions import Functions
from .gateway import Gateway
from .http_server import HTTPServer, Request, Response
from .identities import Identities
from .mail import Mailbox
from .moto_bridge import Moto
from .patches.image_usage_reports import Reports
from .request_log import RequestLog
from .services import Services

ADMIN_PREFIX = "/_localcloud/"


class Cloud:
    """A local cloud on a port of 127.0.0.1 (0: a free one). Its files are kept in `directory`."""

    def __init__(
        self, directory: Path, emulator: str, port: int = 0, retry_seconds: float = 0.2, secret: str | None = None
    ):
        directory.mkdir(parents=True, exist_ok=True)
        moto = Moto()
        self.identities = Identities(secret)
        self.functions = Functions(self.identities, emulator, directory / "functions", lambda: self.endpoint)
        self.invocations = AsynchronousInvocations(self.functions, moto.lock, retry_seconds)
        self.events = EventBus(self.invocations, moto.lock)
        self.faults = Faults()
        self.mailbox = Mailbox()
        self.log = RequestLog(directory / "requests.jsonl")
        self.services = Services(moto.lock)
        self.image_usage_reports: Reports
        self.gateway = Gateway(
            moto, self.identities, self.functions, self.invocations, self.faults, self.mailbox, self.log, self.services
        )
        self.admin = Admin(self)
        self.server = HTTPServer(self._application, port)
        patches.install(self)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def serve(self) -> None:
        """Serves until `close` is called from another thread."""
        self.server.serve_forever(poll_interval=0.1)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.functions.stop()

    def _application(self, request: Request) -> Response:
        if request.path.startswith(ADMIN_PREFIX):
            return self.admin.answer(request)
        return self.gateway.answer(request)
