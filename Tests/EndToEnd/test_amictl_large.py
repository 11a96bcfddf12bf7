"""amictl and an account with 3,000 images: every page is read, and the report holds all of it."""

import html.parser
import json
import re
import time
from pathlib import Path

import pytest
from amictl import FAILED, OK, PROGRAM, World
from amictl import time as clock
from localcloud.client import LocalCloud

IMAGES, ACCOUNTS = 3000, 120
SWEPT = 100
"""So many of the accounts have a usage tracker that has swept."""


def account(number: int) -> str:
    return f"7{number:011}"


def days_ago(days: int) -> str:
    return clock(24 * days)


@pytest.fixture(scope="module")
def world(cloud: LocalCloud) -> World:
    if not PROGRAM.exists():
        pytest.fail("dist/ lacks amictl; run scripts/package amictl first")
    world = World(cloud)
    wanted = [
        {"name": f"golden-{number:04}", "created": days_ago(number // 5), "last_launched": days_ago(number // 9)}
        for number in range(IMAGES)
    ]
    world.images = [made["image_id"] for made in cloud.seed_images(world.account, wanted)]
    for number, image in enumerate(world.images):
        # With three accounts each fifth image, with one every other.
        for offset in range(1 if number % 5 else 3):
            world.share(image, account((number + 40 * offset) % ACCOUNTS))
        if number % 10 == 0:
            for instance in range(8):
                world.use(image, account(number % ACCOUNTS), f"i-0{number:08x}{instance}")
    for number in range(SWEPT):
        world.sweep(account(number))
    world.sweep(world.account)
    return world.write()


def test_every_page_is_read(world: World) -> None:
    accounts = world.run("accounts", "--output", "json").expect(OK).json["accounts"]
    assert len(accounts) == ACCOUNTS + 1  # and the images account itself
    assert sum(each["images_shared"] for each in accounts) == IMAGES + 2 * IMAGES // 5
    assert sum(each["resource_count"] for each in accounts) == 8 * IMAGES // 10
    assert sum(each["coverage"]["status"] == "no-tracker" for each in accounts) == ACCOUNTS - SWEPT


class Page(html.parser.HTMLParser):
    """What a page says, and whether its elements are closed as they were opened."""

    VOID = {"meta", "input", "link", "br", "img"}

    def __init__(self, text: str):
        super().__init__()
        self.open: list[str] = []
        self.rows: dict[str, int] = {}
        self.table = ""
        self.text: list[str] = []
        self.attributes: set[str] = set()
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes |= {name for name, _ in attrs}
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "table":
            self.table = dict(attrs)["id"] or ""
        if tag == "tr" and "tbody" in self.open:
            self.rows[self.table] = self.rows.get(self.table, 0) + 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_the_report_holds_all_of_it(world: World, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    started = time.monotonic()
    summary = world.run("report", "--html", str(file), "--output", "json", seconds=120).expect(OK).json
    seconds = time.monotonic() - started
    assert {name: summary[name] for name in ("file", "images", "in_use", "accounts", "unknown_accounts")} == {
        "file": str(file),
        "images": IMAGES,
        "in_use": IMAGES // 10,
        "accounts": ACCOUNTS + 1,
        "unknown_accounts": ACCOUNTS - SWEPT,
    }
    # The images of this test are older than its tables.
    (omission,) = summary["omissions"]
    assert "older than the records of shares" in omission
    assert summary["in_use"] + summary["unknown"] + summary["clear"] == IMAGES
    assert summary["unknown"] > 0 and summary["clear"] > 0
    text = file.read_text()
    page = Page(text)
    assert page.rows == {"breaking": 25, "stale": 25, "all-images": IMAGES, "all-accounts": ACCOUNTS + 1}
    # Those that nobody uses, of more than 90 days, that were last launched more than 90 days ago.
    assert summary["stale"] == sum(number // 9 >= 90 and number % 10 != 0 for number in range(IMAGES))
    assert not {"src", "onclick", "onload", "style"} & page.attributes
    assert not re.search(r"url\(|@import|<link|<iframe|<img", text)
    for image in world.images:
        assert image in text
    assert file.stat().st_mode & 0o777 == 0o644
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    print(f"{len(text)} bytes in {seconds:.1f} s")


def test_a_report_that_ec2_refuses_to_help_with_says_so(world: World, tmp_path: Path) -> None:
    world.cloud.fault("error", action="ec2:DescribeImages", status=403, code="UnauthorizedOperation", times=None)
    answer = world.run("report", "--html", str(tmp_path / "report.html"), "--output", "json", seconds=120).expect(OK)
    assert answer.json["images"] == IMAGES
    assert "EC2 refused DescribeImages (UnauthorizedOperation)" in answer.err
    assert "EC2 refused DescribeImages" in (tmp_path / "report.html").read_text()


def test_a_report_survives_throttling(world: World, tmp_path: Path) -> None:
    for action, code, status in (
        ("dynamodb:Scan", "ThrottlingException", 400),
        ("ec2:DescribeImages", "RequestLimitExceeded", 503),
    ):
        world.cloud.fault("error", action=action, status=status, code=code, skip=1, times=2)
    summary = world.run("report", "--html", "-", seconds=120).expect(OK)
    assert summary.out.startswith("<!DOCTYPE html>")
    assert all(fault["struck"] == 2 for fault in world.cloud.faults())


def test_a_report_that_fails_leaves_the_old_one(world: World, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text("old")
    world.cloud.fault("error", action="dynamodb:Scan", status=400, code="AccessDeniedException", times=None)
    world.run("report", "--html", str(file)).expect(FAILED)
    assert file.read_text() == "old"
    before = world.cloud.count("requests")
    answer = world.run("report", "--html", str(tmp_path / "no" / "report.html")).expect(FAILED)
    assert "cannot be written: No such file or directory" in answer.err
    assert world.cloud.count("requests") == before, "the file is tried before all is read"
    assert json.dumps([path.name for path in tmp_path.iterdir()]) == '["report.html"]'
