"""Measures the packaged functions beside Python functions that do the same; see scripts/bench."""

import argparse
import datetime
import importlib.metadata
import json
import os
import platform
import sys
from pathlib import Path

import measures
import report


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few repetitions and no tables of growth")
    parser.add_argument("--check", action="store_true", help="exit with status 1 when a bar is missed")
    parser.add_argument("--markdown", action="store_true", help="print the tables as Markdown")
    parser.add_argument("--output", type=Path, default=measures.REPOSITORY / "bench.json", metavar="FILE",
                        help="where the figures go (bench.json)")
    return parser.parse_args()


def machine():
    models = [line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
              if line.startswith("model name")]
    versions = {name: importlib.metadata.version(name) for name in ("awslambdaric", "boto3")}
    return {
        "time": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"), "processor": models[0] if models else "",
        "cores": len(os.sched_getaffinity(0)), "architecture": platform.machine(), "kernel": platform.release(),
        "load": round(os.getloadavg()[0], 2), "python": platform.python_version(), **versions}


def measure(options):
    quick = options.quick
    figures = {"machine": machine()}

    def step(name, title, function, *parameters):
        print(title, file=sys.stderr)
        figures[name] = function(*parameters)

    with measures.Executables() as executables, measures.AWS() as aws:
        step("start", "exec to first /next", measures.start_times, executables, 10 if quick else 60)
        step("echo", "warm echo", measures.warm_echo, executables, 4 if quick else 15)
        step("memory", "memory", measures.memory, executables, aws, 1000)
        step("first", "first real invocation", measures.first_invocation, executables, aws, 9 if quick else 30)
        step("warm", "warm real invocation", measures.warm_invocations, executables, aws, 5 if quick else 15)
        step("warm_one_core", "warm real invocation on one core", measures.warm_invocations_on_one_core, executables, aws,
             5 if quick else 15)
        step("events", "events of many instances", measures.growth_of_events, executables, aws,
             [] if quick else [1, 50, 1000], 5)
        step("checks", "checks of many rows", measures.growth_of_checks, executables, aws,
             [] if quick else [1, 100, 1000, 10_000, 100_000], 3)
        step("sweeps", "sweeps", measures.sweeps, executables, aws, [1000] if quick else [1000, 10_000, 100_000])
        step("slow_sweeps", "sweeps whose answers take their time", measures.sweeps, executables, aws,
             [] if quick else [0, 1000, 10_000], 300)
        step("searches", "daily searches, which take long on purpose", measures.searches, executables,
             [100] if quick else [0, 1000, 5000], [0] if quick else [0, 300])
    figures["zip"] = measures.zip_sizes()
    return figures


def main():
    options = arguments()
    figures = measure(options)
    bars = report.bars(figures)
    figures["bars"] = [bar.json() for bar in bars]
    options.output.write_text(json.dumps(figures, indent=1) + "\n")
    print(", ".join(f"{name} {value}" for name, value in figures["machine"].items()))
    report.print_all(figures, bars, report.markdown if options.markdown else report.table)
    missed = [bar.title for bar in bars if not bar.is_met]
    return 1 if options.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
