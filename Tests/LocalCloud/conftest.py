from localcloud.testing import cloud, running_cloud, without_faults
