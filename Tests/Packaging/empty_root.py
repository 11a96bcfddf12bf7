"""Runs a bootstrap once in a root directory that holds nothing but itself, /proc, /etc/resolv.conf and /tmp.

    unshare --net --mount --pid --fork python3 empty_root.py BOOTSTRAP EVENT [--trust-nothing] [--old-tls]

The network namespace is this program's own: a name server that knows every name, an HTTPS server that plays all of AWS
behind one certificate, and a Lambda Runtime API that hands out one event. The function reaches AWS as it does in Lambda: by
the public name of the endpoint, resolved through /etc/resolv.conf, over TLS on port 443. A report of what happened goes
to standard output as JSON.
"""

import ctypes
import ctypes.util
import fcntl
import http.server
import json
import os
import pathlib
import shutil
import socket
import socketserver
import ssl
import struct
import subprocess
import sys
import tempfile
import threading

RUNTIME_API = ("127.0.0.1", 9001)
REQUEST_ID = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"
TIME_LIMIT = 30

ENVIRONMENT = {
    "AWS_LAMBDA_RUNTIME_API": "%s:%d" % RUNTIME_API,
    "AWS_LAMBDA_FUNCTION_NAME": "function",
    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
    "AWS_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    "AWS_SESSION_TOKEN": "token",
    "LAMBDA_TASK_ROOT": "/",
    "_HANDLER": "bootstrap",
    # The settings of all functions; each reads its own.
    "SHARES_TABLE": "shares",
    "USAGE_TABLE": "usage",
    "USAGE_IMAGE_INDEX": "image",
    "MAPPING_TABLE": "mapping",
    "CREATOR_ACCOUNT_ID": "111122223333",
    "CROSS_ACCOUNT_ROLE_ARN": "arn:aws:iam::111122223333:role/cross-account",
    "EMAIL_PARAMETER_PREFIX": "/ami-steward/emails",
    "MEMBERSHIP_PARAMETER_PREFIX": "/ami-steward/membership",
    "ALERT_SENDER": "images@example.com",
    "ADMINISTRATOR_ADDRESS_PARAMETER": "/ami-steward/administrator",
    "ALERT_TOPIC_ARN": "arn:aws:sns:eu-central-1:111122223333:alerts",
    "RECORDS_TABLE": "records",
}

ASSUMED_ROLE = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
<SessionToken>token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>
<AssumedRoleUser><Arn>arn:aws:sts::111122223333:assumed-role/cross-account/session</Arn>
<AssumedRoleId>AROAEXAMPLE:session</AssumedRoleId></AssumedRoleUser>
</AssumeRoleResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></AssumeRoleResponse>"""

NO_IMAGES = """<DescribeImagesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>1</requestId>
<imagesSet/></DescribeImagesResponse>"""

# What each service answers, whatever it is asked: nothing is stored, everything may be written.
ANSWERS = {
    "sts": ("text/xml", ASSUMED_ROLE),
    "ec2": ("text/xml", NO_IMAGES),
    "dynamodb": ("application/x-amz-json-1.0", "{}"),
    "ssm": ("application/x-amz-json-1.1", '{"Parameters": [], "InvalidParameters": []}'),
}

report = {"requests": [], "answers": []}
answered = threading.Event()


class NameServer(socketserver.BaseRequestHandler):
    """Every name is 127.0.0.1, and has no IPv6 address (RFC 1035, section 4)."""

    def handle(self):
        query, server = self.request
        question = query[12:query.index(0, 12) + 5]
        is_a = question[-4:] == struct.pack(">HH", 1, 1)
        header = query[:2] + struct.pack(">HHHHH", 0x8180, 1, 1 if is_a else 0, 0, 0)
        answer = struct.pack(">HHHIH", 0xC00C, 1, 1, 60, 4) + socket.inet_aton("127.0.0.1") if is_a else b""
        server.sendto(header + question + answer, self.client_address)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()

    def answer(self, status, content_type, body, headers=()):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())


class AWS(Handler):
    def do_POST(self):
        self.body()
        host = self.headers["Host"]
        report["requests"].append({
            "host": host, "isSigned": "Signature=" in self.headers.get("Authorization", ""),
            "tls": self.connection.version()})
        self.answer(200, *ANSWERS[host.split(".")[0]])


class RuntimeAPI(Handler):
    event = ""

    def do_GET(self):
        if report["answers"]:
            threading.Event().wait()  # no second event: the function waits until it is ended
        deadline = 4102444800000  # in the year 2100
        self.answer(200, "application/json", RuntimeAPI.event, [
            ("Lambda-Runtime-Aws-Request-Id", REQUEST_ID),
            ("Lambda-Runtime-Deadline-Ms", str(deadline)),
            ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-central-1:111122223333:function:function"),
        ])

    def do_POST(self):
        report["answers"].append({"path": self.path, "body": self.body()})
        self.answer(202, "application/json", "{}")
        answered.set()


def bring_loopback_up():
    SIOCSIFFLAGS, IFF_UP = 0x8914, 0x1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


def mount(source, target, kind, flags=0):
    libc = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)
    if libc.mount(source.encode(), str(target).encode(), kind.encode(), flags, None) != 0:
        raise OSError(ctypes.get_errno(), f"cannot mount {kind} at {target}")


def make_certificate(directory, old_tls):
    """A self-signed certificate for the endpoints of AWS; returns the server's context.

    TLS 1.3 and an elliptic curve, or the oldest that AWS speaks: TLS 1.2 and RSA.
    """
    key = ["rsa:2048"] if old_tls else ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    names = ",".join(f"DNS:{service}.eu-central-1.amazonaws.com" for service in ANSWERS)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", *key, "-nodes", "-days", "2",
         "-keyout", directory / "key.pem", "-out", directory / "certificate.pem", "-subj", "/CN=stand-in",
         "-addext", f"subjectAltName={names}"],
        check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2 if old_tls else ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(directory / "certificate.pem", directory / "key.pem")
    return context


def serve(server):
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def main(bootstrap, event, trusts, old_tls):
    RuntimeAPI.event = pathlib.Path(event).read_text()
    bring_loopback_up()
    with tempfile.TemporaryDirectory() as temporary:
        secrets = pathlib.Path(temporary, "certificates")
        root = pathlib.Path(temporary, "root")
        for directory in (secrets, root / "proc", root / "etc", root / "tmp"):
            directory.mkdir(parents=True)
        shutil.copy(bootstrap, root / "bootstrap")
        (root / "etc/resolv.conf").write_text("nameserver 127.0.0.1\n")
        context = make_certificate(secrets, old_tls)
        environment = dict(ENVIRONMENT)
        if trusts:
            shutil.copy(secrets / "certificate.pem", root / "tmp/authority.pem")
            environment["AWS_CA_BUNDLE"] = "/tmp/authority.pem"

        serve(socketserver.ThreadingUDPServer(("127.0.0.1", 53), NameServer))
        serve(http.server.ThreadingHTTPServer(RUNTIME_API, RuntimeAPI))
        https = http.server.ThreadingHTTPServer(("127.0.0.1", 443), AWS)
        https.handle_error = lambda *arguments: None  # a client that does not trust us hangs up
        https.socket = context.wrap_socket(https.socket, server_side=True, do_handshake_on_connect=False)
        serve(https)

        MS_REC, MS_PRIVATE = 0x4000, 0x40000
        mount("none", "/", "none", MS_REC | MS_PRIVATE)
        mount("proc", root / "proc", "proc")
        report["files"] = sorted(str(path.relative_to(root)) for top in ("", "etc", "tmp")
                                 for path in (root / top).iterdir())
        process = subprocess.Popen(
            ["/bootstrap"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            preexec_fn=lambda: (os.chroot(root), os.chdir("/")))
        watch = threading.Thread(target=lambda: (process.wait(), answered.set()), daemon=True)
        watch.start()
        answered.wait(TIME_LIMIT)
        report["exitStatus"] = process.poll()
        process.kill()
        report["log"] = process.stdout.read()
        process.wait()
        watch.join()
        subprocess.run(["umount", root / "proc"], check=True)
    json.dump(report, sys.stdout)


main(sys.argv[1], sys.argv[2], trusts="--trust-nothing" not in sys.argv, old_tls="--old-tls" in sys.argv)
