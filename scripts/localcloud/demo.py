"""The demo: the main job of AMI Steward, played in the local cloud and told step by step. `scripts/demo` runs it."""

import argparse
import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path
from typing import Any

from . import distribution_story
from .client import TEMPORARY_FILE, LocalCloud, LocalCloudError
from .cloudtrail import Account
from .deployment import REPOSITORY, Deployment
from .testing import find_emulator

_WIDTH = 110
_IS_TERMINAL = sys.stdout.isatty()

ACCOUNTS = ("creator", "consumer-a", "consumer-b")
"""The accounts of the story; each has a usage tracker."""

_SWEEP_INVOCATIONS = 20
"""A sweep that is not complete after so many invocations never will be: here each takes the whole account at once."""


class DemoError(Exception):
    """The story did not go as it is told."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the local cloud running at the end, and say how to use it")
    options = parser.parse_args()
    directory = Path(tempfile.mkdtemp(prefix="ami-steward-demo."))
    (directory / TEMPORARY_FILE).touch()
    started = time.monotonic()
    try:
        cloud = LocalCloud.start(directory, find_emulator(), regions=["eu-central-1"], detached=options.keep)
    except LocalCloudError as error:
        shutil.rmtree(directory, ignore_errors=True)
        sys.exit(f"scripts/demo: {error}")
    kept = False
    try:
        story = _play(cloud, directory)
        kept = options.keep
    except (DemoError, LocalCloudError) as error:
        sys.exit(f"scripts/demo: {error}")
    finally:
        if not kept:
            cloud.stop()
            shutil.rmtree(directory, ignore_errors=True)
    _ending(directory, story.image, kept, time.monotonic() - started)


# MARK: The story


def _play(cloud: LocalCloud, directory: Path) -> "Story":
    _step("Deploy", "The real Terraform into three accounts: images (creator), production and development (consumers).")
    overrides = {"image_distribution": {}}
    deployment = Deployment.apply(cloud, directory / "terraform", overrides=overrides, progress=_progress)
    _clear_progress()
    _say(f"{len(deployment.terraform.resources())} resources; the functions are the zips of dist/, each with its role.")

    story = Story(cloud, deployment)
    story.tell()
    _step("Distribute", "Where Image Builder publishes images: a CloudFormation resource that follows an SSM parameter.")
    distribution_story.tell(cloud, directory / "cloudformation", _say)
    story.counted()
    return story


class Story:
    """An image's life, from the first share to its end. What does not come out as it is told raises a `DemoError`."""

    def __init__(self, cloud: LocalCloud, deployment: Deployment):
        self.cloud = cloud
        self.deployment = deployment
        self.images = Account(cloud.account("creator"), cloud.region, "image-pipeline/build-42")
        self.production = Account(cloud.account("consumer-a"), cloud.region, "deploy/release")
        self.development = Account(cloud.account("consumer-b"), cloud.region, "developer/bob")
        self.ec2 = {name: cloud.client("ec2", name) for name in cloud.accounts}
        self.image = ""
        self.production_instances: list[str] = []
        self.production_template: dict[str, Any] = {}
        self.unshared: dict[str, Any] = {}

    def tell(self) -> None:
        """The main story, from the deployment on."""
        self.share()
        self.not_known()
        self.sweep()
        self.use()
        self.ask()
        self.unshare()
        self.repeat()
        self.release()
        self.deregister()
        self.go_on()

    def share(self) -> None:
        _step("Share", "The images account makes an AMI and shares it with production and development.")
        answer = self.ec2["creator"].register_image(Name="golden-web-2026.11", RootDeviceName="/dev/xvda")
        self.image = answer["ImageId"]
        accounts = [self.production.number, self.development.number]
        self.ec2["creator"].modify_image_attribute(
            ImageId=self.image, LaunchPermission={"Add": [{"UserId": account} for account in accounts]}
        )
        event = self.images.modify_launch_permission(self.image, add=[{"userId": account} for account in accounts])
        self._deliver("creator", event)
        self._shares()

    def not_known(self) -> None:
        _step("Ask", "Development has used the image for long, from before anybody watched. Who asks now is not told \"nobody\".")
        self.ec2["consumer-b"].run_instances(ImageId=self.image, MinCount=1, MaxCount=1, InstanceType="t3.micro")
        self.cloud.client("ssm", "consumer-b").put_parameter(
            Name="/images/web", Value=self.image, Type="String", DataType="aws:ec2:image"
        )
        self._check("unknown")

    def sweep(self) -> None:
        _step("Sweep", "Minutes after the installation, and then every day, each account is swept: what is really there.")
        self._wait_until_shared()
        for account in ACCOUNTS:
            self._sweep_as_scheduled(account)
        self._usage()
        self._coverage()
        self._check("in-use")

    def use(self) -> None:
        _step("Use", "Production runs three instances and a launch template on it, development one instance.")
        ec2 = self.ec2["consumer-a"]
        reservation = ec2.run_instances(ImageId=self.image, MinCount=3, MaxCount=3, InstanceType="t3.micro")
        self.production_instances = [instance["InstanceId"] for instance in reservation["Instances"]]
        self._deliver("consumer-a", self.production.run_instances(reservation))
        template = ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData={"ImageId": self.image})
        self.production_template = template["LaunchTemplate"]
        self._deliver("consumer-a", self.production.create_launch_template(template, self.image))
        reservation = self.ec2["consumer-b"].run_instances(ImageId=self.image, MinCount=1, MaxCount=1, InstanceType="t3.micro")
        self._deliver("consumer-b", self.development.run_instances(reservation))
        self._usage()

    def ask(self) -> None:
        _step("Ask", 'A pipeline asks before it retires the image: {"check": "' + self.image + '"}')
        self._check("in-use")
        _say("People ask with amictl:")
        self._amictl("check", self.image, status=3)

    def unshare(self) -> None:
        _step("Unshare", "Somebody takes the image from production, which still uses it. Development keeps it.")
        removed = [{"UserId": self.production.number}]
        self.ec2["creator"].modify_image_attribute(ImageId=self.image, LaunchPermission={"Remove": removed})
        self.unshared = self.images.modify_launch_permission(self.image, remove=[{"userId": self.production.number}])
        self._deliver("creator", self.unshared, mails=1)
        self._shares()

    def repeat(self) -> None:
        _step("Again", "EventBridge delivers at least once: the same event comes a second time.")
        self._deliver("creator", self.unshared, mails=0)

    def release(self) -> None:
        _step("Release", "Production replaces its instances and deletes its launch template.")
        ec2 = self.ec2["consumer-a"]
        ec2.terminate_instances(InstanceIds=self.production_instances)
        self._deliver("consumer-a", self.production.terminate_instances(self.production_instances))
        ec2.delete_launch_template(LaunchTemplateId=self.production_template["LaunchTemplateId"])
        self._deliver("consumer-a", self.production.delete_launch_template(self.production_template))
        self._usage()

    def deregister(self) -> None:
        _step("Deregister", "The image goes. EC2 tells it twice, as a call and as a state change; development hears it once.")
        self.ec2["creator"].deregister_image(ImageId=self.image)
        before = len(self.cloud.mail())
        self._deliver("creator", self.images.deregister_image(self.image))
        self._deliver("creator", self.images.image_state(self.image, "deregistered"))
        self._mail(before, 1)
        self._shares()

    def go_on(self) -> None:
        _step("Go on", "The next image; production runs on it. All accounts are swept now: then it is known who uses nothing.")
        answer = self.ec2["creator"].register_image(Name="golden-web-2026.12", RootDeviceName="/dev/xvda")
        self.image = answer["ImageId"]
        accounts = [self.production.number, self.development.number]
        self.ec2["creator"].modify_image_attribute(
            ImageId=self.image, LaunchPermission={"Add": [{"UserId": account} for account in accounts]}
        )
        self._deliver("creator", self.images.modify_launch_permission(self.image, add=[{"userId": a} for a in accounts]))
        self.ec2["consumer-a"].run_instances(ImageId=self.image, MinCount=2, MaxCount=2, InstanceType="t3.micro")
        _say("RunInstances, of which no event is delivered.")
        self._wait_until_shared()
        for account in ACCOUNTS:
            self._sweep_now(account)
        self._amictl("accounts")
        self._amictl("check", self.image, status=3)
        _say("Development does not use it: from there it may be taken away.")
        self._amictl("check", self.image, "--account", self.development.number)

    def counted(self) -> None:
        _step("Looking back", "What it took.")
        functions = {request["function"] for request in self.cloud.requests() if request.get("function")}
        rows = []
        for function in sorted(functions):
            requests = self.cloud.requests(function=function)
            account, _, name = function.split("/")
            denied = sum(request.get("verdict") == "denied" for request in requests)
            rows.append([account, name, len(requests), denied])
        _table(["account", "function", "AWS calls", "denied"], rows)

    # MARK: What happened

    def _deliver(self, account: str, event: dict[str, Any], mails: int | None = None) -> None:
        """Delivers an event and waits for what follows; shows the e-mails, where it is told how many there are to be."""
        before = len(self.cloud.mail())
        name = event["detail"].get("eventName") or f"{event['detail-type']}: {event['detail']['State']}"
        rules = self.cloud.put_event(account, event)
        _say(f"{name}  →  {', '.join(sorted(rule.split('/')[-1] for rule in rules)) or 'no rule'}")
        if mails is not None:
            self._mail(before, mails)

    def _wait_until_shared(self) -> None:
        """Waits until the clock is past the second of the images account's latest event: a sweep counts from after the share."""
        shared = self.images.latest + datetime.timedelta(seconds=1)
        time.sleep(max(0.0, (shared - datetime.datetime.now(datetime.UTC)).total_seconds()) + 0.1)

    def _sweep_as_scheduled(self, account: str) -> None:
        """Has the rule of every five minutes ask the account's usage tracker, until the sweep that it begins is complete."""
        rule = "ami-steward-usage-tracker-sweep"
        began = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        for _ in range(_SWEEP_INVOCATIONS):
            targets = self.cloud.fire_schedule(account, rule)
            _say(f"schedule of {account}  →  {', '.join(target.split(':')[-1] for target in targets)}")
            coverage = self.coverage().get(self.cloud.account(account), {})
            if coverage.get("last_sweep_started", "") >= began:
                if "skipped" in coverage:
                    raise DemoError(f"the sweep of {account} left something out: {coverage['skipped']}")
                return
        raise DemoError(f"the schedule of {account} does not complete a sweep: {coverage}")

    def _sweep_now(self, account: str) -> None:
        """Has the account's usage tracker sweep at once, due or not, until the sweep is complete."""
        request: dict[str, Any] = {"sweep": {"force": True}}
        for _ in range(_SWEEP_INVOCATIONS):
            answer = self._invoke(account, "usage-tracker", request)
            _say(f"{json.dumps(request)} to the usage tracker of {account}  →  {answer['sweep']}")
            if answer["sweep"] != "suspended":
                break
            request = {"sweep": {}}
        if answer["sweep"] != "completed" or answer["skipped"]:
            raise DemoError(f"the sweep of {account} is not complete: {json.dumps(answer)}")

    def _invoke(self, account: str, function: str, request: dict[str, Any]) -> Any:
        name = self.deployment.function(account, function).split("/")[-1]
        answer = self.cloud.client("lambda", account).invoke(FunctionName=name, Payload=json.dumps(request).encode())
        payload = answer["Payload"].read().decode()
        if "FunctionError" in answer:
            raise DemoError(f"{name} of {account} failed: {payload}")
        return json.loads(payload)

    def _mail(self, before: int, count: int) -> None:
        mails = self.cloud.mail()[before:]
        if not mails:
            _say("No e-mail was sent.")
        for mail in mails:
            lines = [f"To: {', '.join(mail['to'])}", f"Subject: {mail['subject']}", "", *mail["text"].rstrip().split("\n")]
            _box(lines)
        if len(mails) != count:
            raise DemoError(f"{len(mails)} e-mails were sent, not {count}")

    def _shares(self) -> None:
        items = [i for i in self.deployment.table("creator", "shares") if "status" in i and not i["principal"].startswith("alert#")]
        rows = [[i["image_id"], i["principal"], i["status"], i.get("actor", "")] for i in _sorted(items, "principal")]
        _table(["image", "principal", "status", "actor"], rows, title="shares")

    def _usage(self) -> None:
        items = [item for item in _sorted(self.deployment.table("creator", "usage"), "account_id", "resource") if "kind" in item]
        rows = [[i["account_id"], i["kind"], i["resource_id"], i["first_seen"], i["source"]] for i in items]
        _table(["account", "kind", "resource", "first seen", "by"], rows, title="usage")

    def coverage(self) -> dict[str, dict[str, Any]]:
        """What is known of each account's sweeps, by its number."""
        return {item["account_id"]: item for item in self.deployment.table("creator", "usage") if "kind" not in item}

    def _coverage(self) -> None:
        items = _sorted(list(self.coverage().values()), "account_id")
        rows = [
            [i["account_id"], i["region"], i.get("last_sweep_completed", "never"), i.get("resources", ""), i.get("skipped", "nothing")]
            for i in items
        ]
        _table(["account", "region", "swept", "resources", "left out"], rows, title="coverage")

    def _amictl(self, *arguments: str, status: int = 0) -> None:
        """Runs amictl as the administrator of the images account; its exit status has to be `status`."""
        answer = subprocess.run(
            [REPOSITORY / "dist/amictl", *arguments],
            env={"PATH": os.environ["PATH"], **self.cloud.environment()},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        lines = answer.stdout.rstrip().split("\n")
        _box([f"$ amictl {' '.join(arguments)}", *lines, f"(exit status {answer.returncode})"], wraps=False)
        if answer.returncode != status:
            raise DemoError(f"amictl {' '.join(arguments)} ended with status {answer.returncode}, not {status}")

    def _check(self, verdict: str) -> None:
        """Asks the checker about the image, as a pipeline does; its answer has to be `verdict`."""
        answer = self._invoke("creator", "deregistration-checker", {"check": self.image})
        accounts, coverage = answer["accounts"], answer["coverage"]
        told = ("image_id", "image_name", "verdict", "reasons", "resource_count", "shared_with")
        lines = [f"{json.dumps(name)}: {json.dumps(answer[name])}," for name in told if name in answer]
        lines += ['"accounts": [']
        for account in accounts:
            resources = {kind["kind"]: [resource["id"] for resource in kind["first"]] for kind in account["resources"]}
            lines.append(f"  {account['account_id']} uses it with {account['resource_count']}: {json.dumps(resources)}")
        lines += ["]", '"coverage": [']
        for account in coverage:
            swept = account.get("last_sweep_completed", "no complete sweep yet")
            lines.append(f"  {account['account_id']} is known as {json.dumps(account['status'])}: {swept}")
        _box([*lines, "]"])
        if answer["verdict"] != verdict:
            raise DemoError(f"the check of {self.image} says {answer['verdict']}, not {verdict}")


def _sorted(items: list[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
    return sorted(items, key=lambda item: [item[name] for name in names])


# MARK: Telling

_steps = 0


def _step(title: str, text: str) -> None:
    global _steps
    _steps += 1
    print(f"\n{_bold(f'{_steps}. {title}')}  {text}", flush=True)


def _say(text: str) -> None:
    indent = text[: len(text) - len(text.lstrip())]
    for line in textwrap.wrap(text.lstrip(), _WIDTH - 3 - len(indent), break_on_hyphens=False):
        print(f"   {indent}{line}", flush=True)


def _table(names: list[str], rows: list[list[Any]], title: str = "") -> None:
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(names, *texts, strict=True)]
    if title:
        print(f"   {_dim(title)}{'' if rows else _dim(': no rows')}")
    if rows:
        print("     " + _dim("  ".join(name.ljust(width) for name, width in zip(names, widths, strict=True)).rstrip()))
    for row in texts:
        print("     " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _box(lines: list[str], wraps: bool = True) -> None:
    for line in lines:
        if not wraps:
            print(f"   {_dim('│')} {line}".rstrip())
            continue
        # A link stays in one piece, to be clicked.
        for part in textwrap.wrap(line, _WIDTH - 5, break_long_words=False, break_on_hyphens=False) or [""]:
            print(f"   {_dim('│')} {part}".rstrip())


def _progress(done: int, total: int) -> None:
    if _IS_TERMINAL:
        filled = 40 * done // max(total, 1)
        print(f"\r   {'█' * filled}{'░' * (40 - filled)} {done} of {total} resources", end="", flush=True)


def _clear_progress() -> None:
    if _IS_TERMINAL:
        print("\r" + " " * 80 + "\r", end="")


def _bold(text: str) -> str:
    return f"\033[1m{text}\033[0m" if _IS_TERMINAL else text


def _dim(text: str) -> str:
    return f"\033[2m{text}\033[0m" if _IS_TERMINAL else text


def _ending(directory: Path, image: str, kept: bool, seconds: float) -> None:
    print(f"\n{_bold('Done')} in {seconds:.0f} s.")
    if kept:
        command = f"scripts/localcloud/localcloud --directory {directory}"
        print(textwrap.dedent(f"""\
               The local cloud is still running. A first session with amictl:
                 eval "$({command} env)"   # region, endpoint, profiles
                 dist/amictl accounts                           who has and uses images, and how well that is known
                 dist/amictl shares --all                       who has what, and had it
                 dist/amictl check {image}        may it go?
                 dist/amictl alerts                             who was told what, and when
                 dist/amictl report --html dist/report.html     everything on one page
                 dist/amictl help                               and what else there is
               The same environment is good for Terraform and the AWS CLI (AWS_PROFILE=consumer-a for production). The cloud itself:
                 {command} status            what is deployed
                 {command} tables creator    its tables; also: mail, logs, invoke, put-event
                 {command} stop              ends it, and removes its files
               """))  # fmt: skip
    print("Where to look next: README.md (deploying it), events/ (samples of every event), Sources/Governance (the decisions),")
    print("terraform/ (the modules), scripts/localcloud/README.md (this cloud).")


if __name__ == "__main__":
    main()
