from localcloud.testing import cloud, without_faults  # noqa: F401
