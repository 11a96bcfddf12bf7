"""To whom alerts go: several addresses, no address, addresses that cannot be used, and a mail service that refuses."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from localcloud.deployment import ADDRESSES, ADMINISTRATOR, SENDER
from story import CONSUMER_A, CONSUMER_B, CREATOR, Delivery, Stage, Story

REFUSAL = {
    "action": "ses:SendEmail", "body": f"*{ADDRESSES[CONSUMER_A][0]}*", "status": 400, "code": "MessageRejected",
    "message": f"Email address is not verified. The following identities failed the check: {ADDRESSES[CONSUMER_A][0]}",
}  # fmt: skip


@contextmanager
def addresses(stage: Stage, value: str | None, account: str = CONSUMER_A) -> Iterator[None]:
    """Gives an account other addresses, or none."""
    ssm = stage.cloud.client("ssm", CREATOR)
    name = f"/ami-steward/emails/{stage.cloud.account(account)}"
    if value is None:
        ssm.delete_parameter(Name=name)
    else:
        ssm.put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)
    try:
        yield
    finally:
        original = ",".join(ADDRESSES[account])
        ssm.put_parameter(Name=name, Value=original, Type="SecureString", Overwrite=True)


def lose(story: Story) -> Delivery:
    """Both consumers lose the image they run on; returns what became of the checker's invocation."""
    story.tell(story.share(CONSUMER_A, CONSUMER_B), story.run(CONSUMER_A), story.run(CONSUMER_B))
    (delivery,) = story.deliver(story.unshare(CONSUMER_A, CONSUMER_B))
    return delivery


def failed_once_for_all(story: Story, delivery: Delivery, *reasons: str) -> None:
    """The checker gave up after its retries, and the event is in the dead-letter queue; the recorder did not."""
    (failed,) = (invocation for invocation in delivery.invocations if invocation["error"])
    assert failed["function"] == story.stage.function("deregistration-checker")
    assert failed["attempts"] == 3
    (error,) = delivery.errors
    assert error["errorType"] == "UndeliveredAlerts"
    for reason in reasons:
        assert reason in error["errorMessage"]
    assert "@" not in error["errorMessage"]
    (dead,) = story.dead_letters("deregistration-checker")
    assert dead["detail"]["eventName"] == "ModifyImageAttribute"


def told(story: Story) -> dict[str, str]:
    """What the topic says of the e-mail to each account."""
    names = {number: name for name, number in story.cloud.accounts.items()}
    return {names[message["account_id"]]: message["email"] for message in story.messages()}


def test_an_accounts_addresses_get_one_email_together(stage: Stage, story: Story) -> None:
    text = " one@example.com; <two@example.com>\n,not-an-address,ONE@example.com"
    with addresses(stage, text):
        delivery = lose(story)
    assert delivery.errors == []
    assert story.mailed() == sorted([["one@example.com", "two@example.com"], ADDRESSES[CONSUMER_B]])


@pytest.mark.parametrize("value", [None, "nobody", " , "])
def test_no_address(stage: Stage, story: Story, value: str | None) -> None:
    """The administrator is told, once; the topic, once; the other account all the same; and the function fails."""
    with addresses(stage, value):
        delivery = lose(story)
    assert story.mailed() == sorted([[ADMINISTRATOR], ADDRESSES[CONSUMER_B]])
    (mail,) = (mail for mail in story.mail() if mail["to"] == [ADMINISTRATOR])
    note = "No address is configured for this account; its owner was not told."
    assert note in mail["text"]
    assert note in mail["html"]
    assert story.cloud.account(CONSUMER_A) in mail["subject"]
    assert told(story) == {CONSUMER_A: "no_address", CONSUMER_B: "sent"}
    failed_once_for_all(story, delivery, f"{story.cloud.account(CONSUMER_A)}: no valid address is configured")


def test_an_address_that_is_refused(stage: Stage, story: Story) -> None:
    story.cloud.fault("error", **REFUSAL, times=None)
    delivery = lose(story)
    assert story.mailed() == sorted([[ADMINISTRATOR], ADDRESSES[CONSUMER_B]])
    (mail,) = (mail for mail in story.mail() if mail["to"] == [ADMINISTRATOR])
    assert "The mail service refused to send this" in mail["text"]
    assert told(story) == {CONSUMER_A: "refused", CONSUMER_B: "sent"}
    failed_once_for_all(story, delivery, f"{story.cloud.account(CONSUMER_A)}: SES: MessageRejected")


def test_a_refusal_that_does_not_last(stage: Stage, story: Story) -> None:
    """The retry reaches the owner; the administrator and the topic have been told in the meantime."""
    story.cloud.fault("error", **REFUSAL)
    delivery = lose(story)
    assert delivery.errors == []
    assert story.mailed() == sorted([[ADMINISTRATOR], *ADDRESSES.values()])
    assert len(story.messages()) == 2
    assert story.dead_letters("deregistration-checker") == []


def test_a_mail_service_that_refuses_everything(stage: Stage, story: Story) -> None:
    """As for a sender that was never verified. The topic is what is left."""
    ses = story.cloud.client("sesv2", CREATOR)
    tags = ses.get_email_identity(EmailIdentity=SENDER).get("Tags", [])
    ses.delete_email_identity(EmailIdentity=SENDER)
    try:
        delivery = lose(story)
    finally:
        ses.create_email_identity(EmailIdentity=SENDER, Tags=tags)
    assert story.mail() == []
    assert told(story) == {CONSUMER_A: "refused", CONSUMER_B: "refused"}
    failed_once_for_all(story, delivery, "SES: MessageRejected", "nor could the administrator be told")


def test_dead_letters_can_be_sent_again(stage: Stage, story: Story) -> None:
    with addresses(stage, None):
        lose(story)
    (dead,) = story.dead_letters("deregistration-checker")
    assert story.mailed() == sorted([[ADMINISTRATOR], ADDRESSES[CONSUMER_B]])
    assert stage.invoke("deregistration-checker", dead) == (None, False)
    assert story.mailed() == sorted([[ADMINISTRATOR], *ADDRESSES.values()])
    assert len(story.messages()) == 2


def test_an_account_whose_address_cannot_be_read(stage: Stage, story: Story) -> None:
    """One account's parameter that cannot be decrypted keeps no other from being told."""
    name = f"*/emails/{story.cloud.account(CONSUMER_A)}*"
    story.cloud.fault("error", action="ssm:GetParameters", body=name, status=400, code="InvalidKeyId", times=None)
    delivery = lose(story)
    assert story.mailed() == sorted([[ADMINISTRATOR], ADDRESSES[CONSUMER_B]])
    failed_once_for_all(story, delivery, "its address cannot be read (SSM: InvalidKeyId)")


def test_a_topic_that_refuses(stage: Stage, story: Story) -> None:
    """E-mails are sent all the same, and once; the event is kept."""
    story.cloud.fault("error", action="sns:Publish", status=403, code="KMSAccessDenied", times=None)
    delivery = lose(story)
    assert story.mailed() == sorted(ADDRESSES.values())
    assert story.messages() == []
    failed_once_for_all(story, delivery, "KMSAccessDenied")
