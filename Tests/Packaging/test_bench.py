"""Whether scripts/bench comes to its end, and measures what the functions do. How long they take is not judged here."""

import json

import pytest
from conftest import FUNCTIONS, REPOSITORY, run


@pytest.mark.timeout(1200)
def test_a_quick_run_measures_everything(packages, tmp_path):
    output = tmp_path / "bench.json"
    bench = run(REPOSITORY / "scripts/bench", "--quick", "--output", output)
    assert bench.returncode == 0, bench.stderr[-4000:]
    figures = json.loads(output.read_text())
    assert figures["zip"].keys() == set(FUNCTIONS)
    assert len(figures["bars"]) == 9 and all(bar["title"] in bench.stdout for bar in figures["bars"])
    for sweep in figures["sweeps"]:
        assert (sweep["count"], sweep["first"]["traffic"]["operations"]["DescribeInstances"]) == (1000, 2)
    (search,) = figures["searches"]
    first, next_ = (search[when]["traffic"]["operations"] for when in ("first", "next"))
    # Of each image whom it is shared with; what records that is done once.
    assert (first["DescribeImageAttribute"], next_["DescribeImageAttribute"]) == (100, 100)
    assert (first["TransactWriteItems"], next_.get("TransactWriteItems")) == (100, None)
