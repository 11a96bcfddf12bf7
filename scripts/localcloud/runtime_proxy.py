"""Stands between a function and the emulator's Runtime API, and tells the function its own ARN: the emulator tells every
function the same one."""

import socket
import threading
import time

_START_SECONDS = 5
_EMULATORS_ARN = b"arn:aws:lambda:us-east-1:012345678912:function:"


class RuntimeProxy:
    """Relays connections from a free port of 127.0.0.1 to port `runtime_api_port` there, which is chosen once the other is
    taken, until it is closed."""

    def __init__(self, account: str, region: str):
        self.runtime_api_port = 0
        self._arn = f"arn:aws:lambda:{region}:{account}:function:".encode()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address: tuple[str, int] = self._listener.getsockname()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        # Without a shutdown the thread would go on waiting for a connection.
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                function, _ = self._listener.accept()
            except OSError:
                return
            emulator = self._connect()
            if emulator is None:
                function.close()
                continue
            for connection in (function, emulator):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=_relay, args=(function, emulator, lambda data: data), daemon=True).start()
            threading.Thread(target=_relay, args=(emulator, function, self._with_arn), daemon=True).start()

    def _connect(self) -> socket.socket | None:
        """A function may be faster than the emulator that started it."""
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self.runtime_api_port))
            except OSError:
                if time.monotonic() > deadline:
                    return None
                time.sleep(0.002)

    def _with_arn(self, data: bytes) -> bytes:
        """The emulator sends a response's header at once, so that the ARN is never in two pieces."""
        return data.replace(_EMULATORS_ARN, self._arn)


def _relay(source: socket.socket, target: socket.socket, changed) -> None:  # type: ignore[no-untyped-def]
    try:
        while data := source.recv(1 << 16):
            target.sendall(changed(data))
    except OSError:
        pass
    for connection in (source, target):
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
    source.close()
