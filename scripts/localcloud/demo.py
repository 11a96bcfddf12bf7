"""The demo: the main job of AMI Steward, played in the local cloud and told step by step. `scripts/demo` runs it."""

import argparse
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
from .client import LocalCloud, LocalCloudError
from .cloudtrail import Account
from .deployment import REPOSITORY, Deployment
from .testing import find_emulator

_WIDTH = 110
_IS_TERMINAL = sys.stdout.isatty()


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the local cloud running at the end, and say how to use it")
    options = parser.parse_args()
    directory = Path(tempfile.mkdtemp(prefix="ami-steward-demo."))
    started = time.monotonic()
    try:
        cloud = LocalCloud.start(directory, find_emulator(), regions=["eu-central-1"], detached=options.keep)
    except LocalCloudError as error:
        sys.exit(f"scripts/demo: {error}")
    kept = False
    try:
        _play(cloud, directory)
        kept = options.keep
    except LocalCloudError as error:
        sys.exit(f"scripts/demo: {error}")
    finally:
        if not kept:
            cloud.stop()
            shutil.rmtree(directory, ignore_errors=True)
    _ending(cloud, directory, kept, time.monotonic() - started)


# MARK: The story


def _play(cloud: LocalCloud, directory: Path) -> None:
    _step("Deploy", "The real Terraform into three accounts: images (creator), production and development (consumers).")
    overrides = {"image_distribution": {}}
    deployment = Deployment.apply(cloud, directory / "terraform", overrides=overrides, progress=_progress)
    _clear_progress()
    _say(f"{len(deployment.terraform.resources())} resources; the functions are the zips of dist/, each with its role.")

    story = Story(cloud, deployment)
    story.share()
    story.not_known()
    story.sweep()
    story.use()
    story.ask()
    story.unshare()
    story.repeat()
    story.release()
    story.deregister()
    story.go_on()
    _step("Distribute", "Where Image Builder publishes images: a CloudFormation resource that follows an SSM parameter.")
    distribution_story.tell(cloud, directory / "cloudformation", _say)
    story.counted()


class Story:
    """An image's life, from the first share to its end."""

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
        self._check()

    def sweep(self) -> None:
        _step("Sweep", "Minutes after the installation, and then every day, each account is swept: what is really there.")
        for account in ("creator", "consumer-a", "consumer-b"):
            targets = self.cloud.fire_schedule(account, "ami-steward-usage-tracker-sweep")
            _say(f"schedule of {account}  →  {', '.join(target.split(':')[-1] for target in targets)}")
        self._usage()
        self._coverage()
        self._check()

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
        self._check()
        _say("People ask with amictl:")
        self._amictl("check", self.image)

    def unshare(self) -> None:
        _step("Unshare", "Somebody takes the image from production, which still uses it. Development keeps it.")
        removed = [{"UserId": self.production.number}]
        self.ec2["creator"].modify_image_attribute(ImageId=self.image, LaunchPermission={"Remove": removed})
        self.unshared = self.images.modify_launch_permission(self.image, remove=[{"userId": self.production.number}])
        self._deliver("creator", self.unshared, shows_mail=True)
        self._shares()

    def repeat(self) -> None:
        _step("Again", "EventBridge delivers at least once: the same event comes a second time.")
        self._deliver("creator", self.unshared, shows_mail=True)

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
        self._mail(before)
        self._shares()

    def go_on(self) -> None:
        _step("Go on", "The next image; production runs on it. Sweeps look through both accounts: now it is known who uses nothing.")
        answer = self.ec2["creator"].register_image(Name="golden-web-2026.12", RootDeviceName="/dev/xvda")
        self.image = answer["ImageId"]
        accounts = [self.production.number, self.development.number]
        self.ec2["creator"].modify_image_attribute(
            ImageId=self.image, LaunchPermission={"Add": [{"UserId": account} for account in accounts]}
        )
        self._deliver("creator", self.images.modify_launch_permission(self.image, add=[{"userId": a} for a in accounts]))
        self.ec2["consumer-a"].run_instances(ImageId=self.image, MinCount=2, MaxCount=2, InstanceType="t3.micro")
        _say("RunInstances, of which no event is delivered.")
        time.sleep(2)  # the times of events are whole seconds: the share is to be over when the sweeps begin
        for account in ("creator", "consumer-a", "consumer-b"):
            tracker = self.deployment.function(account, "usage-tracker").split("/")[-1]
            self.cloud.fire_schedule(account, f"{tracker}-sweep")
        self._amictl("accounts")
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

    def _deliver(self, account: str, event: dict[str, Any], shows_mail: bool = False) -> None:
        before = len(self.cloud.mail())
        name = event["detail"].get("eventName") or f"{event['detail-type']}: {event['detail']['State']}"
        rules = self.cloud.put_event(account, event)
        _say(f"{name}  →  {', '.join(sorted(rule.split('/')[-1] for rule in rules)) or 'no rule'}")
        if shows_mail:
            self._mail(before)

    def _mail(self, before: int) -> None:
        mails = self.cloud.mail()[before:]
        if not mails:
            _say("No e-mail was sent.")
        for mail in mails:
            lines = [f"To: {', '.join(mail['to'])}", f"Subject: {mail['subject']}", "", *mail["text"].rstrip().split("\n")]
            _box(lines)

    def _shares(self) -> None:
        items = [item for item in self.deployment.table("creator", "shares") if not item["principal"].startswith("alert#")]
        rows = [[i["image_id"], i["principal"], i["status"], i.get("actor", "")] for i in _sorted(items, "principal")]
        _table(["image", "principal", "status", "actor"], rows, title="shares")

    def _usage(self) -> None:
        items = [item for item in _sorted(self.deployment.table("creator", "usage"), "account_id", "resource") if "kind" in item]
        rows = [[i["account_id"], i["kind"], i["resource_id"], i["first_seen"], i["source"]] for i in items]
        _table(["account", "kind", "resource", "first seen", "by"], rows, title="usage")

    def _coverage(self) -> None:
        items = [item for item in _sorted(self.deployment.table("creator", "usage"), "account_id") if "kind" not in item]
        rows = [
            [i["account_id"], i["region"], i.get("last_sweep_completed", "never"), i.get("resources", ""), i.get("skipped", "nothing")]
            for i in items
        ]
        _table(["account", "region", "swept", "resources", "left out"], rows, title="coverage")

    def _amictl(self, *arguments: str) -> None:
        """Runs amictl as the administrator of the images account."""
        answer = subprocess.run(
            [REPOSITORY / "dist/amictl", *arguments],
            env={"PATH": os.environ["PATH"], **self.cloud.environment()},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        lines = answer.stdout.rstrip().split("\n")
        _box([f"$ amictl {' '.join(arguments)}", *lines, f"(exit status {answer.returncode})"], wraps=False)

    def _check(self) -> None:
        name = self.deployment.function("creator", "deregistration-checker").split("/")[-1]
        payload = json.dumps({"check": self.image}).encode()
        answer = json.loads(self.cloud.client("lambda", "creator").invoke(FunctionName=name, Payload=payload)["Payload"].read())
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


def _ending(cloud: LocalCloud, directory: Path, kept: bool, seconds: float) -> None:
    print(f"\n{_bold('Done')} in {seconds:.0f} s.")
    if kept:
        command = f"scripts/localcloud/localcloud --directory {directory}"
        print(textwrap.dedent(f"""\
               The local cloud is still running. A first session with amictl:
                 eval "$({command} env)"   # region, endpoint, profiles
                 dist/amictl accounts                      who has and uses images, and how well that is known
                 dist/amictl shares --all                  who has what, and had it
                 dist/amictl alerts                        who was told what, and when
                 dist/amictl report --html report.html     everything on one page
                 dist/amictl help                          and what else there is
               The same environment is good for Terraform and the AWS CLI (AWS_PROFILE=consumer-a for production). The cloud itself:
                 {command} status            what is deployed
                 {command} tables creator    its tables; also: mail, logs, invoke, put-event
                 {command} stop              ends it
               """))  # fmt: skip
    print("Where to look next: README.md (deploying it), events/ (samples of every event), Sources/Governance (the decisions),")
    print("terraform/ (the modules), scripts/localcloud/README.md (this cloud).")


if __name__ == "__main__":
    main()
