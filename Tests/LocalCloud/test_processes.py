"""Nothing is left running, however the local cloud or its owner ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import bootstraps
import pytest
from localcloud.client import LocalCloud
from localcloud.testing import create_function, create_role, eventually, find_emulator

OWNER = """
import sys, time
from pathlib import Path
from localcloud.client import LocalCloud
cloud = LocalCloud.start(Path(sys.argv[1]), sys.argv[2])
print("ready", flush=True)
time.sleep(60)
"""


def processes_below(marker: str) -> list[int]:
    """The processes whose command line or working directory mentions `marker`."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and int(process.name) != os.getpid():
                seen = (process / "cmdline").read_bytes().decode("utf-8", "replace") + os.readlink(process / "cwd")
                if marker in seen and (process / "stat").read_text().rpartition(")")[2].split()[0] != "Z":
                    found.append(int(process.name))
        except OSError:
            continue
    return found


def warm_function(cloud: LocalCloud) -> None:
    role = create_role(cloud, "creator", "warm", [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}])
    create_function(cloud, "creator", "warm", bootstraps.BOTO3, role)
    cloud.client("lambda", "creator").invoke(FunctionName="warm")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_functions_end_with_the_server(tmp_path: Path, how: signal.Signals) -> None:
    cloud = LocalCloud.start(tmp_path, find_emulator())
    warm_function(cloud)
    assert len(processes_below(str(tmp_path))) >= 3  # the server, an emulator, a bootstrap
    os.kill(cloud.pid, how)
    assert cloud._process is not None
    cloud._process.wait(10)
    eventually(lambda: not processes_below(str(tmp_path)))


def test_the_server_ends_with_its_owner(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", OWNER, str(tmp_path), str(find_emulator())]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as owner:
        try:
            assert owner.stdout is not None
            assert owner.stdout.readline() == b"ready\n"
            warm_function(LocalCloud.attach(tmp_path))
        finally:
            owner.kill()
    eventually(lambda: not processes_below(str(tmp_path)))


def test_stop_leaves_no_state(tmp_path: Path) -> None:
    cloud = LocalCloud.start(tmp_path, find_emulator(), detached=True)
    LocalCloud.attach(tmp_path).stop()
    eventually(lambda: not processes_below(str(tmp_path)))
    assert not (tmp_path / "state.json").exists()
    cloud.stop()  # once more does no harm
