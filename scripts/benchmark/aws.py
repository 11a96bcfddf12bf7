"""A stand-in for AWS over HTTPS on 127.0.0.1, in a process of its own, which counts what it is asked.

It knows what the measured functions ask for and nothing else. It stores nothing, and every table is empty but the usage index,
which has as many rows as the measurement wants; for sweeps and searches it keeps what is written, see account.py and images.py.
"""

import argparse
import json
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.parse
from pathlib import Path

import account
import images

CREATOR = "111122223333"
PAGE_BYTES = 1 << 20  # of a query's answer, as DynamoDB counts them
ROWS_OF_AN_ACCOUNT = 500

ASSUMED_ROLE = b"""<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
<SessionToken>%s</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>
<AssumedRoleUser><Arn>arn:aws:sts::111122223333:assumed-role/cross-account/session</Arn>
<AssumedRoleId>AROAEXAMPLE:session</AssumedRoleId></AssumedRoleUser>
</AssumeRoleResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></AssumeRoleResponse>""" % (b"t" * 900)

IMAGES = b"""<DescribeImagesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>1</requestId>
<imagesSet><item><imageId>ami-0abcdef1234567890</imageId><imageOwnerId>111122223333</imageOwnerId>
<imageState>available</imageState><name>golden-2026-11</name><isPublic>false</isPublic></item></imagesSet>
</DescribeImagesResponse>"""

PERMISSIONS = b"""<DescribeImageAttributeResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>1</requestId>
<imageId>ami-0abcdef1234567890</imageId><launchPermission/></DescribeImageAttributeResponse>"""


def row(number):
    account = "%012d" % (200000000000 + number // ROWS_OF_AN_ACCOUNT)
    instance = "i-%017x" % number
    image = "ami-0abcdef1234567890"
    values = {
        "account_id": account, "resource": f"{image}#instance#{instance}", "image_id": image, "kind": "instance",
        "resource_id": instance, "region": "eu-central-1", "first_seen": "2026-11-20T08:20:00.000Z",
        "last_seen": "2026-11-20T08:20:00.000Z", "event_id": "b33cdaf9-0c25-4e96-aca9-%012x" % number,
        "source": "event"}
    return {name: {"S": value} for name, value in values.items()}


def usage_pages(rows):
    """The answers to a query for so many rows, one after another, and where each begins."""
    pages, items, size, start = [], [], 0, 0
    for number in range(rows):
        item = row(number)
        items.append(item)
        size += sum(len(name) + len(value["S"]) for name, value in item.items())
        if size >= PAGE_BYTES or number == rows - 1:
            page = {"Count": len(items), "Items": items, "ScannedCount": len(items)}
            if number < rows - 1:
                page["LastEvaluatedKey"] = {name: item[name] for name in ("image_id", "account_id", "resource")}
            pages.append((item["resource"]["S"], json.dumps(page, separators=(",", ":")).encode()))
            items, size = [], 0
    return pages


class Stand:
    def __init__(self):
        self.lock = threading.Lock()
        self.reset(0)

    def reset(self, rows, instances=None, latency=0):
        """`instances`: a sweep's account with so many, whose tables are empty; -1: that of before, as it is; None: no sweep.
        `latency`: milliseconds after which an answer is given, a tenth of them for DynamoDB's."""
        with self.lock:
            self.latency = latency / 1000
            if instances is None or instances >= 0:
                self.account = account.Account(instances or 0)
                self.tables = None if instances is None else account.Tables()
            self.images = None
            self.forget()
            pages = usage_pages(rows)
            # By the key a page begins after; None for the first.
            self.pages = dict(zip([None, *(last for last, _ in pages)], (page for _, page in pages)))

    def search(self, count, latency=0):
        """As many images, of which nothing is recorded; -1: those of before, whose next round is due."""
        with self.lock:
            self.latency = latency / 1000
            if count >= 0:
                self.images, self.tables = images.Images(count), images.Shares()
            self.tables.begin_round()
            self.forget()

    def forget(self):
        self.requests = self.sent = self.received = self.connections = 0
        self.operations = {}

    def report(self):
        with self.lock:
            return {
                "requests": self.requests, "connections": self.connections, "operations": self.operations,
                "request_bytes": self.received, "response_bytes": self.sent}

    def count(self, operation, received, sent):
        with self.lock:
            self.requests += 1
            self.operations[operation] = self.operations.get(operation, 0) + 1
            self.received += received
            self.sent += sent

    def answer(self, path, headers, body):
        """The operation, the content type and the body of the answer."""
        target = headers.get(b"x-amz-target")
        if target is None:
            return self.answer_query(path, body)
        operation = target.split(b".")[1].decode()
        if operation in ("DescribeParameters", "GetParameters"):
            return operation, b"application/x-amz-json-1.1", b'{"Parameters":[]}'
        if self.tables is not None:
            with self.lock:
                answer = getattr(self.tables, operation)(json.loads(body))
            return operation, b"application/x-amz-json-1.0", json.dumps(answer, separators=(",", ":")).encode()
        return operation, b"application/x-amz-json-1.0", getattr(self, operation)(body)

    def answer_query(self, path, body):
        if path in account.REST_LISTS:
            operation, member = account.REST_LISTS[path]
            return operation, b"application/json", json.dumps({member: []}).encode()
        form = dict(urllib.parse.parse_qsl(body.decode()))
        operation = form.get("Action", "")
        if operation == "AssumeRole":
            answer = ASSUMED_ROLE
        elif self.images and operation in ("DescribeImages", "DescribeImageAttribute"):
            answer = self.images.ec2(operation, form)
        elif operation == "DescribeImages":
            answer = IMAGES
        elif operation == "DescribeImageAttribute":
            answer = PERMISSIONS
        elif operation in ("DescribeAutoScalingGroups", "DescribeLaunchConfigurations"):
            answer = account.autoscaling(operation)
        else:
            answer = self.account.ec2(operation, form)
        if answer is None:
            raise ValueError(f"unknown request: {path} {body[:200]}")
        return operation, b"text/xml;charset=UTF-8", answer

    def DescribeTable(self, body):
        return b'{"Table":{"CreationDateTime":1577836800}}'

    def BatchGetItem(self, body):
        return b'{"Responses":{"mapping":[]},"UnprocessedKeys":{}}'

    def PutItem(self, body):
        return b"{}"

    TransactWriteItems = GetItem = UpdateItem = PutItem

    def Query(self, body):
        query = json.loads(body)
        start = query.get("ExclusiveStartKey", {}).get("resource", {}).get("S")
        if {"S": "coverage"} in query["ExpressionAttributeValues"].values():
            return b'{"Count":0,"Items":[],"ScannedCount":0}'
        if query.get("IndexName") and (page := self.pages.get(start)):
            return page
        return b'{"Count":0,"Items":[],"ScannedCount":0}'


def serve(stand, accepted, context):
    accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        connection = context.wrap_socket(accepted, server_side=True)
        buffer, isCounted = bytearray(), False
        while True:
            while (end := buffer.find(b"\r\n\r\n")) < 0:
                if not (part := connection.recv(1 << 16)):
                    return
                buffer += part
            line, *fields = bytes(buffer[:end]).split(b"\r\n")
            headers = {name.lower(): value.strip() for name, value in (field.split(b":", 1) for field in fields)}
            length = end + 4 + int(headers.get(b"content-length", 0))
            if headers.get(b"expect", b"").lower() == b"100-continue" and len(buffer) < length:
                connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            while len(buffer) < length:
                if not (part := connection.recv(1 << 16)):
                    return
                buffer += part
            body = bytes(buffer[end + 4:length])
            del buffer[:length]
            path = line.split(b" ")[1].split(b"?")[0].decode()
            operation, kind, answer = stand.answer(path, headers, body)
            head = (
                b"HTTP/1.1 200 OK\r\nServer: Server\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: keep-alive\r\n"
                b"x-amzn-RequestId: 8PO4QK1M8MTR0GHL8VNNBJ6CRJVV4KQNSO5AEMVJF66Q9ASUAAJG\r\n\r\n" % (kind, len(answer)))
            stand.count(operation, length, len(head) + len(answer))
            if not isCounted:
                isCounted = True
                with stand.lock:
                    stand.connections += 1
            if stand.latency:
                time.sleep(stand.latency / (10 if b"x-amz-target" in headers and b"DynamoDB" in headers[b"x-amz-target"] else 1))
            connection.sendall(head + answer)
    except (OSError, ValueError) as error:
        if not isinstance(error, (ConnectionError, ssl.SSLEOFError)):
            print(f"aws.py: {error}", file=sys.stderr)
    finally:
        accepted.close()


def make_certificates(directory):
    """A certificate authority, ca.pem, and a certificate of it for 127.0.0.1: RSA of 2,048 bits, as AWS's endpoints have."""
    def openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, cwd=directory)

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", 2, "-keyout", "ca.key", "-out", "ca.pem",
            "-subj", "/CN=Benchmark CA", "-addext", "basicConstraints=critical,CA:TRUE",
            "-addext", "keyUsage=critical,keyCertSign")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=127.0.0.1")
    (directory / "extensions").write_text(
        "subjectAltName=IP:127.0.0.1\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n")
    openssl("x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", 2,
            "-out", "certificate.pem", "-extfile", "extensions")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory", type=Path, help="where the certificates go")
    directory = parser.parse_args().directory
    make_certificates(directory)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "certificate.pem", directory / "key.pem")
    stand = Stand()
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)

    def accept():
        while True:
            accepted, _ = listener.accept()
            threading.Thread(target=serve, args=(stand, accepted, context), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    print(listener.getsockname()[1], flush=True)
    # Commands on standard input: "reset ROWS [INSTANCES [LATENCY]]", "search IMAGES LATENCY" or "report"; each is answered with
    # one line.
    for line in sys.stdin:
        command, *arguments = line.split()
        if command == "reset":
            stand.reset(*map(int, arguments))
        elif command == "search":
            stand.search(*map(int, arguments))
        print(json.dumps(stand.report()), flush=True)


if __name__ == "__main__":
    main()
