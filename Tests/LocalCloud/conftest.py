from localcloud.testing import cloud, without_faults
