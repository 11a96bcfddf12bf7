import pytest

from probe import Probe


@pytest.fixture(scope="session")
def probe():
    probe = Probe("ProtocolProbe")
    yield probe
    probe.close()
