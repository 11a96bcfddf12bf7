"""A function's process under a scripted Lambda Runtime API."""

import os
import select
import signal
import socket
import sys
import tempfile
import time

PREFIX = b"/2018-06-01/runtime/"
TIME_LIMIT = 900  # seconds, for every wait: as long as an invocation may take


class FunctionFailed(Exception):
    pass


class Connection:
    """The server's end of one connection of the function's HTTP client."""

    def __init__(self, accepted):
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        accepted.settimeout(TIME_LIMIT)
        self.socket = accepted
        self.buffer = bytearray()

    def request(self):
        """The next request's method, path and body; None when the client has closed the connection."""
        while (end := self.buffer.find(b"\r\n\r\n")) < 0:
            if not self.receive():
                return None
        line, *fields = bytes(self.buffer[:end]).split(b"\r\n")
        method, path, _ = line.split(b" ")
        headers = {name.strip().lower(): value.strip() for name, value in (field.split(b":", 1) for field in fields)}
        if headers.get(b"transfer-encoding"):
            raise FunctionFailed("the scripted Runtime API takes bodies with a Content-Length only")
        if headers.get(b"expect"):
            self.socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        length = end + 4 + int(headers.get(b"content-length", 0))
        while len(self.buffer) < length:
            if not self.receive():
                return None
        body = bytes(self.buffer[end + 4:length])
        del self.buffer[:length]
        return method, path.removeprefix(PREFIX), body

    def receive(self):
        part = self.socket.recv(1 << 18)
        self.buffer += part
        return len(part) > 0


class Function:
    """A process that asks for invocations, one of which is served at a time. Use it as a context manager.

    `start_time` is what passed from just before the process was made until its first request for an invocation had come.
    """

    def __init__(self, command, environment, directory=None):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(TIME_LIMIT)
        self.poll = select.poll()
        self.poll.register(self.listener, select.POLLIN)
        self.connections = {}
        self.number = 0
        environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": ":UTC",
            "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:%d" % self.listener.getsockname()[1],
            "AWS_LAMBDA_FUNCTION_NAME": "function", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128", "AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token",
            "LAMBDA_TASK_ROOT": str(directory or "/"), "_HANDLER": "bootstrap", **environment,
        }
        command = [str(word) for word in command]
        null = os.open(os.devnull, os.O_RDWR)
        self.log = tempfile.TemporaryFile()
        began = time.perf_counter_ns()
        self.pid = os.posix_spawn(
            command[0], command, environment,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, null, 0), (os.POSIX_SPAWN_DUP2, self.log.fileno(), 1),
                (os.POSIX_SPAWN_DUP2, self.log.fileno(), 2)])
        os.close(null)
        self.process = os.pidfd_open(self.pid)  # readable when it has ended
        self.poll.register(self.process, select.POLLIN)
        # All threads of the process, those that have ended too, in nanoseconds (clock_getcpuclockid(3)).
        self.clock = (~self.pid << 3) | 2
        try:
            self.waiting = self.next()
        except BaseException:
            self.end()
            raise
        self.start_time = (time.perf_counter_ns() - began) / 1e9

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if exception[0] is not None:
            self.log.seek(0)
            sys.stderr.write(self.log.read().decode(errors="replace")[-4000:])
        self.end()

    def end(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.process)
        for connection in [self.log, self.listener, *(connection.socket for connection in self.connections.values())]:
            connection.close()

    def received(self):
        """The next request, of whichever connection."""
        while True:
            ready = self.poll.poll(TIME_LIMIT * 1000)
            if not ready:
                raise FunctionFailed("the function asks nothing")
            for descriptor, _ in ready:
                if descriptor == self.process:
                    if len(ready) == 1:  # nothing that it asked before is left
                        raise FunctionFailed("the function has ended")
                    continue
                if descriptor == self.listener.fileno():
                    connection = Connection(self.listener.accept()[0])
                    self.connections[connection.socket.fileno()] = connection
                    self.poll.register(connection.socket, select.POLLIN)
                    continue
                connection = self.connections[descriptor]
                if request := connection.request():
                    return connection, *request
                self.poll.unregister(descriptor)
                del self.connections[descriptor]
                connection.socket.close()

    def next(self):
        connection, method, path, body = self.received()
        if (method, path) != (b"GET", b"invocation/next"):
            raise FunctionFailed(f"{method.decode()} {path.decode()}: {body[:2000].decode()}")
        return connection

    def invoke(self, event, timeout=TIME_LIMIT):
        """Returns the response and the seconds from handing out the event until the response had come."""
        self.number += 1
        request_id = b"8476a536-e9f4-11e8-9739-%012d" % self.number
        head = (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: %s\r\n"
            b"Lambda-Runtime-Deadline-Ms: %d\r\n"
            b"Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-central-1:444455556666:function:function\r\n"
            b"Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1\r\n"
            b"Content-Length: %d\r\n\r\n" % (request_id, (time.time() + timeout) * 1000, len(event)))
        began = time.perf_counter_ns()
        self.waiting.socket.sendall(head + event)
        connection, method, path, body = self.received()
        elapsed = time.perf_counter_ns() - began
        if (method, path) != (b"POST", b"invocation/%s/response" % request_id):
            raise FunctionFailed(f"{method.decode()} {path.decode()}: {body[:2000].decode()}")
        connection.socket.sendall(
            b"HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"status\":\"OK\"}\n")
        self.waiting = self.next()
        return body, elapsed / 1e9

    def cpu_time(self):
        """User and system time so far, in seconds."""
        return time.clock_gettime_ns(self.clock) / 1e9

    def memory(self):
        """What of the process is or was in memory, in bytes, from its /proc/…/status: VmHWM, VmRSS, RssAnon, RssFile."""
        with open(f"/proc/{self.pid}/status") as status:
            fields = dict(line.split(":", 1) for line in status)
        return {name: int(fields[name].split()[0]) * 1024 for name in ("VmHWM", "VmRSS", "RssAnon", "RssFile")}
