"""What is measured, each for the packaged functions and for their Python peers, in turns."""

import concurrent.futures
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from function import Function

REPOSITORY = Path(__file__).resolve().parents[2]
PEERS = Path(__file__).resolve().parent / "peers"
FUNCTIONS = ("share-recorder", "usage-tracker", "deregistration-checker", "image-distribution")
SWEEP = json.dumps({"sweep": {"force": True}}).encode()
MEASURE = json.dumps({"measure": {}}).encode()
CHECKER_TIMEOUT = 60  # seconds: the default of the Terraform module
CHECK = json.dumps({"check": "ami-0abcdef1234567890"}).encode()

SETTINGS = {
    "SHARES_TABLE": "shares", "USAGE_TABLE": "usage", "USAGE_IMAGE_INDEX": "image", "MAPPING_TABLE": "mapping",
    "RECORDS_TABLE": "records", "CREATOR_ACCOUNT_ID": "111122223333",
    "CROSS_ACCOUNT_ROLE_ARN": "arn:aws:iam::111122223333:role/cross-account",
    "EMAIL_PARAMETER_PREFIX": "/ami-steward/emails", "ALERT_SENDER": "images@example.com",
    "ADMINISTRATOR_ADDRESS_PARAMETER": "/ami-steward/administrator",
    "ALERT_TOPIC_ARN": "arn:aws:sns:eu-central-1:111122223333:alerts",
}


class AWS:
    """The stand-in's process. Use it as a context manager."""

    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            [sys.executable, Path(__file__).parent / "aws.py", self.directory.name], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        endpoint = f"https://127.0.0.1:{int(self.process.stdout.readline())}"
        self.environment = {"AWS_ENDPOINT_URL": endpoint, "AWS_CA_BUNDLE": f"{self.directory.name}/ca.pem"}
        return self

    def __exit__(self, *exception):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.directory.cleanup()

    def command(self, text):
        print(text, file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def reset(self, rows=0, instances=None, latency=0):
        self.command(f"reset {rows}" + ("" if instances is None else f" {instances} {latency}"))

    def search(self, images, latency):
        self.command(f"search {images} {latency}")

    def report(self):
        return self.command("report")


class Executables:
    """The packaged functions, unpacked. Use it as a context manager."""

    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory()
        return self

    def __exit__(self, *exception):
        self.directory.cleanup()

    def bootstrap(self, name):
        bootstrap = Path(self.directory.name) / name / "bootstrap"
        if not bootstrap.exists():
            bootstrap.parent.mkdir()
            with zipfile.ZipFile(REPOSITORY / "dist" / f"{name}.zip") as package:
                package.extract("bootstrap", bootstrap.parent)
            bootstrap.chmod(0o755)
        return bootstrap

    def swift(self, name, environment={}):
        return Function([self.bootstrap(name)], {**SETTINGS, **environment})

    def python(self, name, environment={}):
        return Function(
            [sys.executable, "-m", "awslambdaric", f"{name}.handler"],
            {**SETTINGS, **environment, "_HANDLER": f"{name}.handler", "PYTHONPATH": str(PEERS)})


@contextlib.contextmanager
def one_core(aws):
    """Within it this process, the stand-in and every function that starts share one core, as a function of less than
    1,769 MB has no more. Then nobody pays for waking another core, which is charged to whoever sends."""
    cores = os.sched_getaffinity(0)

    def pin(to):
        for process in os.getpid(), aws.process.pid:
            for thread in os.listdir(f"/proc/{process}/task"):
                with contextlib.suppress(ProcessLookupError):  # it has ended meanwhile
                    os.sched_setaffinity(int(thread), to)

    pin({max(cores)})
    try:
        yield
    finally:
        pin(cores)


def run_instances(number, count=1):
    """CloudTrail's event of the launch of `count` instances that no other number's event has."""
    event = json.loads((REPOSITORY / "events/run-instances.json").read_text())
    event["detail"]["eventID"] = "b33cdaf9-0c25-4e96-aca9-%012x" % number
    instances = event["detail"]["responseElements"]["instancesSet"]
    [instance] = instances["items"]
    instances["items"] = [{**instance, "instanceId": "i-%012x%05x" % (number, index)} for index in range(count)]
    return json.dumps(event, separators=(",", ":")).encode()


def echo_event(size):
    """An event of about `size` bytes: objects of a few fields, as events are."""
    item = {"instanceId": "i-0a1b2c3d4e5f60001", "state": "running", "launchIndex": 0, "tags": {"team": "platform"}}
    length = len(json.dumps(item)) + 2
    return json.dumps({"items": [{**item, "launchIndex": index % 10} for index in range(max(1, size // length))]}).encode()


def median(values):
    return statistics.median(values)


def start_times(executables, repetitions):
    """Seconds from just before the process is made to its first GET /next: {"swift": {function: s}, "python": {…}}."""
    starters = {("swift", name): executables.swift for name in ("echo", *FUNCTIONS)}
    # The usage tracker's peer is the Python function with boto3, its clients made at init.
    starters |= {("python", name): executables.python for name in ("echo", "tracker")}
    times = {key: [] for key in starters}
    for repetition in range(repetitions + 1):
        for (language, name), start in starters.items():
            if language == "python" and repetition > repetitions // 4 + 1:
                continue
            with start(name) as function:
                if repetition > 0:  # the first run of each fills the page cache
                    times[language, name].append(function.start_time)
    result = {"swift": {}, "python": {}}
    for (language, name), values in times.items():
        result[language][name] = median(values)
    return result


def invocations(function, events):
    """Wall and CPU seconds of each of these invocations, one after another."""
    walls, before = [], function.cpu_time()
    for event in events:
        _, wall = function.invoke(event)
        walls.append(wall)
    return median(walls), (function.cpu_time() - before) / len(walls)


def in_turns(functions, rounds, events):
    """The medians over rounds of wall and CPU time per invocation, the functions taking turns."""
    figures = {name: [] for name in functions}
    for number in range(rounds):
        for name, function in functions.items():
            figures[name].append(invocations(function, events(number)))
    return {
        name: {"wall": median([wall for wall, _ in values]), "cpu": median([cpu for _, cpu in values])}
        for name, values in figures.items()}


def warm_echo(executables, rounds):
    """{"1 KB": {"swift": {"wall": s, "cpu": s}, "python": …}, "100 KB": …}, and memory after the invocations."""
    result = {}
    for label, size, count in ("1 KB", 1 << 10, 200), ("100 KB", 100 << 10, 50):
        event = echo_event(size)
        with executables.swift("echo") as swift, executables.python("echo") as python:
            functions = {"swift": swift, "python": python}
            for function in functions.values():
                for _ in range(count):
                    body, _ = function.invoke(event)
                    if json.loads(body) != json.loads(event):
                        raise SystemExit("bench: an echo differs from its event")
            result[label] = in_turns(functions, rounds, lambda number: [event] * count)
    return result


def memory(executables, aws, count):
    """VmHWM in bytes after so many invocations of 1 KB, or of one instance each; and at the first GET /next."""
    result = {}
    aws.reset()
    cases = {
        "echo": ("echo", "echo", {}, lambda number: echo_event(1 << 10)),
        "usage-tracker": ("usage-tracker", "tracker", aws.environment, run_instances)}
    for label, (swift, python, environment, event) in cases.items():
        result[label] = {}
        for language, start in ("swift", lambda: executables.swift(swift, environment)), \
                ("python", lambda: executables.python(python, environment)):
            with start() as function:
                at_start = function.memory()
                for number in range(count):
                    function.invoke(event(number))
                result[label][language] = {"start": at_start, "end": function.memory()}
    return result


def first_invocation(executables, aws, repetitions):
    """Wall and CPU seconds of a new process's first invocation, one instance; its requests and connections."""
    result = {}
    for language in "swift", "python":
        walls, cpus = [], []
        for number in range(repetitions if language == "swift" else repetitions // 3 + 1):
            start, name = {
                "swift": (executables.swift, "usage-tracker"), "python": (executables.python, "tracker")}[language]
            with start(name, aws.environment) as function:
                aws.reset()
                before = function.cpu_time()
                _, wall = function.invoke(run_instances(number))
                walls.append(wall)
                cpus.append(function.cpu_time() - before)
        result[language] = {"wall": median(walls), "cpu": median(cpus), "traffic": aws.report()}
    return result


def warm_invocations(executables, aws, rounds):
    """One instance, a new one each time, everything else known: {"swift": {"wall": s, "cpu": s, "traffic": …}, …}."""
    aws.reset()
    with executables.swift("usage-tracker", aws.environment) as swift, \
            executables.python("tracker", aws.environment) as python:
        functions = {"swift": swift, "python": python}
        for function in functions.values():
            for number in range(50):
                function.invoke(run_instances(number))
        result = in_turns(
            functions, rounds, lambda number: [run_instances(1000 + number * 50 + index) for index in range(50)])
        for language, function in functions.items():
            aws.reset()
            function.invoke(run_instances(999))
            result[language]["traffic"] = aws.report()
    return result


def warm_invocations_on_one_core(executables, aws, rounds):
    """As `warm_invocations`, all processes on one core."""
    with one_core(aws):
        return warm_invocations(executables, aws, rounds)


def growth_of_events(executables, aws, counts, rounds):
    """For each number of instances in one event: {"count", "event_bytes", "swift": {…}, "python": {…}}.

    A process of its own for each, so that its memory is that of such events alone.
    """
    result = []
    for count in counts:
        entry = {"count": count, "event_bytes": len(run_instances(1, count))}
        with executables.swift("usage-tracker", aws.environment) as swift, \
                executables.python("tracker", aws.environment) as python:
            functions = {"swift": swift, "python": python}
            for function in functions.values():
                function.invoke(run_instances(0))
            entry |= in_turns(
                functions, rounds,
                lambda number: [run_instances(number * 10 + index + 1, count) for index in range(3)])
            for language, function in functions.items():
                aws.reset()
                function.invoke(run_instances(1 << 20, count))
                entry[language] |= {"traffic": aws.report(), "memory": function.memory()}
        result.append(entry)
    return result


def growth_of_checks(executables, aws, counts, repetitions):
    """For each number of usage rows of an image: what a check of it costs, in a new process's second invocation on."""
    result = []
    for count in counts:
        entry = {"count": count}
        for language in "swift", "python":
            start, name = {
                "swift": (executables.swift, "deregistration-checker"),
                "python": (executables.python, "checker")}[language]
            aws.reset(0)
            with start(name, aws.environment) as function:
                function.invoke(CHECK)
                aws.reset(count)
                figures = []
                for _ in range(repetitions):
                    before = function.cpu_time()
                    body, wall = function.invoke(CHECK)
                    figures.append((wall, function.cpu_time() - before))
                if json.loads(body)["resource_count"] != count:
                    raise SystemExit(f"bench: {language} counts {json.loads(body)['resource_count']} of {count} rows")
                traffic = aws.report()
                for key in "requests", "request_bytes", "response_bytes":
                    traffic[key] //= repetitions
                entry[language] = {
                    "wall": median([wall for wall, _ in figures]), "cpu": median([cpu for _, cpu in figures]),
                    "traffic": traffic, "memory": function.memory(), "answer_bytes": len(body)}
        result.append(entry)
    return result


def sweeps(executables, aws, counts, latency=0):
    """For each number of instances: what a first sweep costs, that records everything, and the next one, that finds
    everything as it was; wall time is a sweep's own pace, or what it waits for answers that come after `latency`
    milliseconds, those of DynamoDB after a tenth of them."""
    result = []
    for count in counts:
        entry = {"count": count}
        aws.reset(0, count)
        for name in "first", "next":
            aws.reset(0, -1, latency)
            with executables.swift("usage-tracker", aws.environment) as function:
                before = function.cpu_time()
                body, wall = function.invoke(SWEEP)
                cpu, memory = function.cpu_time() - before, function.memory()
            answer = json.loads(body)
            if answer["sweep"] != "completed" or answer["resources"] != count:
                raise SystemExit(f"bench: a sweep of {count} instances ends with {body[:500]}")
            entry[name] = {"wall": wall, "cpu": cpu, "memory": memory, "traffic": aws.report()}
        result.append(entry)
    return result


def search(executables, count, latency):
    """What the daily search over so many images costs: the first round, which records all shares, and the next one, which finds
    all as it was. A round takes several runs, each of which measures the tables as well."""
    entry = {"count": count, "latency": latency}
    with AWS() as aws:
        for name in "first", "next":
            aws.search(count if name == "first" else -1, latency)
            runs, walls, images, found = 0, 0, 0, 0
            with executables.swift("deregistration-checker", aws.environment) as function:
                before, answer = function.cpu_time(), {"complete": False}
                while not answer["complete"]:
                    body, wall = function.invoke(MEASURE, CHECKER_TIMEOUT)
                    answer = json.loads(body)["share_search"]
                    runs, walls = runs + 1, walls + wall
                    images, found = images + answer["images"], found + answer["found_count"]
                cpu, memory = function.cpu_time() - before, function.memory()
            if (images, found) != (count, 3 * count if name == "first" else 0):
                raise SystemExit(f"bench: a search of {count} images looked at {images} and found {found} shares")
            entry[name] = {"runs": runs, "wall": walls, "cpu": cpu, "memory": memory, "traffic": aws.report()}
    return entry


def searches(executables, counts, latencies):
    """`search` for each number of images and each latency in milliseconds, side by side: they wait nearly all the time."""
    executables.bootstrap("deregistration-checker")
    cases = [(count, latency) for latency in latencies for count in counts]
    with concurrent.futures.ThreadPoolExecutor(max(1, len(cases))) as pool:
        return list(pool.map(lambda case: search(executables, *case), cases))


def zip_sizes():
    return {name: (REPOSITORY / "dist" / f"{name}.zip").stat().st_size for name in FUNCTIONS}
