"""Our parsed responses say what botocore's say: for moto's answers, and for documents written by hand."""

import pytest

import documents
import recordings
from inputs import INPUTS
from models import parse
from outputs import OUTPUTS


@pytest.fixture(scope="module")
def recorded():
    return recordings.record()


def compare(probe, recording):
    response = {"status": recording.status, "headers": recording.headers, "body": recording.body}
    actual = probe.ask(service=recording.service, operation=recording.operation, response=response)
    parsed = parse(recording.service, recording.operation, recording.status, recording.headers, recording.body)
    # The query protocols' parsers of botocore look for the request id in the body alone.
    in_header = {name.lower(): value for name, value in recording.headers.items()}.get("x-amzn-requestid")
    assert actual["requestID"] == (in_header or parsed["ResponseMetadata"].get("RequestId") or None)
    if recording.status < 300:
        assert actual["output"] == OUTPUTS[recording.name](parsed)
    else:
        error = parsed["Error"]
        assert (actual["code"], actual["message"] or "") == (error["Code"], error.get("Message") or "")


@pytest.mark.parametrize("name", INPUTS)
def test_recorded(probe, recorded, name):
    mine = [recording for recording in recorded if recording.name == name]
    mine += [document for document in documents.DOCUMENTS.values() if document.name == name]
    assert any(recording.status < 300 for recording in mine)
    for recording in mine:
        compare(probe, recording)


@pytest.mark.parametrize("name", documents.DOCUMENTS)
def test_written_by_hand(probe, name):
    compare(probe, documents.DOCUMENTS[name])
