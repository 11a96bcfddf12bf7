"""Applies a Terraform configuration to the local cloud, from a copy, so that nothing is left beside the original."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .client import LocalCloud, LocalCloudError

_HELPER = Path(__file__).resolve().parents[1] / "lib" / "terraform.sh"
_LEFT_BEHIND = shutil.ignore_patterns(
    ".terraform", ".terraform.lock.hcl", "*.tfstate*", "terraform.tfvars", "*.auto.tfvars*"
)

Progress = Callable[[int, int], None]


class TerraformError(LocalCloudError):
    """A Terraform command failed; the message holds its diagnostics."""


class Terraform:
    """A copy of the configuration in `source`, in `directory`, with its own state and variables."""

    def __init__(self, cloud: LocalCloud, source: Path, directory: Path, variables: dict[str, Any] | None = None):
        self._cloud = cloud
        self.directory = directory
        self._outputs: dict[str, Any] | None = None
        shutil.copytree(source, directory, ignore=_LEFT_BEHIND, dirs_exist_ok=True)
        self.set_variables(variables or {})

    def set_variables(self, variables: dict[str, Any]) -> None:
        path = self.directory / "localcloud.auto.tfvars.json"
        path.write_text(json.dumps(variables, indent=2))
        path.chmod(0o600)

    def init(self) -> None:
        # The helper knows how to get the provider without the registry.
        script = f'set -u; . "{_HELPER}"; terraform_init "$1"; find_terraform && echo "$terraform"'
        result = subprocess.run(
            ["bash", "-c", f"set -o pipefail; {script}", "terraform_init", str(self.directory)],
            env=self._environment(), capture_output=True, text=True,
        )  # fmt: skip
        if not (self.directory / ".terraform").is_dir() or result.returncode:
            raise TerraformError(f"terraform init failed:\n{result.stderr or result.stdout}")

    def apply(self, progress: Progress | None = None) -> None:
        """Applies; calls `progress` with the number of changes made and of all changes."""
        self._run("apply", ["-auto-approve"], progress)

    def destroy(self, progress: Progress | None = None) -> None:
        self._run("destroy", ["-auto-approve"], progress)

    def changes(self) -> list[str]:
        """What a plan would change: addresses with their actions; empty after a complete apply."""
        found = []
        for message in self._run("plan", [], None):
            if message.get("type") == "planned_change" and message["change"]["action"] != "noop":
                change = message["change"]
                found.append(f"{change['action']} {change['resource']['addr']}")
            elif message.get("type") == "outputs":
                outputs = message["outputs"]
                found += [
                    f"{o['action']} output.{name}"
                    for name, o in outputs.items()
                    if o.get("action") not in (None, "noop")
                ]
        return found

    def outputs(self) -> dict[str, Any]:
        if self._outputs is None:
            result = self._terraform("output", "-json", "-no-color")
            self._outputs = {name: output["value"] for name, output in json.loads(result).items()}
        return self._outputs

    def resources(self) -> list[str]:
        """The addresses of everything in the state."""
        return self._terraform("state", "list").split()

    def _run(self, command: str, options: list[str], progress: Progress | None) -> list[dict[str, Any]]:
        """Runs a command and returns its messages
        (https://developer.hashicorp.com/terraform/internals/machine-readable-ui)."""
        arguments = [
            "terraform",
            f"-chdir={self.directory}",
            command,
            "-json",
            "-input=false",
            "-parallelism=40",
            *options,
        ]
        self._outputs = None
        process = subprocess.Popen(
            arguments,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        messages, done, total, problems = [], 0, 0, []
        assert process.stdout is not None
        try:
            for line in process.stdout:
                try:
                    message = json.loads(line)
                except ValueError:
                    problems.append(line)
                    continue
                messages.append(message)
                if message.get("type") == "planned_change":
                    total += 1
                elif message.get("type") == "apply_complete":
                    done += 1
                    if progress:
                        progress(done, max(done, total))
                elif message.get("@level") == "error":
                    problems.append(_diagnostic(message))
        except BaseException:
            process.terminate()
            raise
        finally:
            status = process.wait()
        if status:
            raise TerraformError(f"terraform {command} failed:\n" + "\n".join(problems))
        return messages

    def _terraform(self, *arguments: str) -> str:
        result = subprocess.run(
            ["terraform", f"-chdir={self.directory}", *arguments],
            env=self._environment(),
            capture_output=True,
            text=True,
        )
        if result.returncode:
            raise TerraformError(result.stderr)
        return result.stdout

    def _environment(self) -> dict[str, str]:
        # Nothing of the user's own AWS configuration gets in.
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_VAR_"))}
        configuration = environment.get("TF_CLI_CONFIG_FILE")
        if configuration and not Path(configuration).exists():
            del environment["TF_CLI_CONFIG_FILE"]
        return {**environment, **self._cloud.environment(), "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}


def _diagnostic(message: dict[str, Any]) -> str:
    diagnostic = message.get("diagnostic", {})
    place = diagnostic.get("address", "")
    return f"{place}: {diagnostic.get('summary', message.get('@message'))}\n  {diagnostic.get('detail', '')}"
