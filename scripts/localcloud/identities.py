"""Access keys and who they belong to.

Administrators' keys belong to the whole local cloud and carry the account in their id, so that any account can be
reached without being created first. Everything else (sessions of roles, keys of IAM users) is looked up in moto.
"""

import datetime
import secrets
import threading
from dataclasses import dataclass, field

from moto.iam.models import IAMBackend, iam_backends
from moto.sts.models import AssumedRole

from .signatures import Secret

ADMINISTRATOR_KEY_PREFIX = "AKIALOCL"


@dataclass(frozen=True)
class Principal:
    """The caller of a request. `arn` is the role or user (as in aws:PrincipalArn), `session_arn` what errors name."""

    account: str
    arn: str
    session_arn: str
    is_administrator: bool = False
    function: str = ""  # the Lambda function that asks, with its own role's credentials or ones it got with them
    session_policy: str | None = None
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.arn.rpartition("/")[2]


@dataclass
class _Session:
    role: AssumedRole
    by_administrator: bool
    function: str
    expiration: datetime.datetime


def partition_of(region: str) -> str:
    for prefix, partition in (
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
    ):
        if region.startswith(prefix):
            return partition
    return "aws"


def iam(account: str) -> IAMBackend:
    return iam_backends[account]["aws"]


class Identities:
    """Every access key of the local cloud. Safe to use from several threads."""

    def __init__(self, administrator_secret: str | None = None):
        self.administrator_secret = administrator_secret or secrets.token_hex(20)
        self._sessions: dict[str, _Session] = {}
        self._lock = threading.Lock()

    def administrator_key(self, account: str) -> str:
        """The access key id of the administrator of an account (12 digits)."""
        return ADMINISTRATOR_KEY_PREFIX + account

    def add_session(
        self, role: AssumedRole, seconds: float, by_administrator: bool = False, function: str = ""
    ) -> None:
        """Remembers a session of a role, which ends in `seconds`."""
        expiration = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
        with self._lock:
            self._sessions[role.access_key_id] = _Session(role, by_administrator, function, expiration)

    def find_secret(self, access_key: str) -> Secret | None:
        if _administrated_account(access_key):
            return Secret(self.administrator_secret)
        session = self._sessions.get(access_key)
        if session:
            return Secret(session.role.secret_access_key, session.role.session_token, session.expiration)
        for account in list(iam_backends.keys()):
            key = iam(account).access_keys.get(access_key)
            if key is not None and key.status == "Active":
                return Secret(key.secret_access_key)
        return None

    def principal(self, access_key: str) -> Principal | None:
        account = _administrated_account(access_key)
        if account:
            arn = f"arn:aws:iam::{account}:root"
            return Principal(account, arn, arn, is_administrator=True)
        session = self._sessions.get(access_key)
        if session:
            return self._of_session(session)
        for account in list(iam_backends.keys()):
            user = iam(account).get_user_from_access_key_id(access_key)
            if user is not None:
                return Principal(account, user.arn, user.arn)
        return None

    def of_role(self, role_arn: str, session_name: str, function: str = "") -> Principal:
        """The principal that a session of a role would be."""
        account = role_arn.split(":")[4]
        name = role_arn.rpartition("/")[2]
        return Principal(
            account, role_arn, f"arn:aws:sts::{account}:assumed-role/{name}/{session_name}", function=function
        )

    def _of_session(self, session: _Session) -> Principal:
        assumed = session.role
        role = find_role(assumed.role_arn)
        # A role that does not exist can only have been assumed by an administrator; it is the way Terraform's providers
        # and profiles reach an account, and administers it.
        return Principal(
            assumed.account_id,
            assumed.role_arn,
            assumed.arn,
            is_administrator=role is None and session.by_administrator,
            function=session.function,
            session_policy=assumed.policy or None,
            tags={tag["Key"]: tag["Value"] for tag in (role.tags if role else []) or []},
        )


def find_role(arn: str):  # type: ignore[no-untyped-def]
    """moto's role of this ARN, or None."""
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[4] not in iam_backends:
        return None
    return next((role for role in list(iam(parts[4]).roles.values()) if role.arn == arn), None)


def _administrated_account(access_key: str) -> str | None:
    account = access_key.removeprefix(ADMINISTRATOR_KEY_PREFIX)
    return account if account != access_key and len(account) == 12 and account.isdigit() else None
