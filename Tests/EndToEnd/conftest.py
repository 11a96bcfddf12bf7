from collections.abc import Iterator

import pytest
from localcloud.client import LocalCloud
from localcloud.deployment import REPOSITORY, Deployment
from localcloud.testing import cloud, without_faults

FUNCTIONS = ("share-recorder", "usage-tracker", "deregistration-checker")


@pytest.fixture(scope="session")
def deployment(cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The packaged functions and the real Terraform, applied once for all tests."""
    missing = [name for name in FUNCTIONS if not (REPOSITORY / "dist" / f"{name}.zip").exists()]
    if missing:
        pytest.fail(f"dist/ lacks {', '.join(missing)}; run scripts/package first")
    yield Deployment.apply(cloud, tmp_path_factory.mktemp("terraform"))
