"""Measuring: what a process tree used, what became of it, and what it may inherit."""

import sys
import time

import pytest

from benchmarks.running import measure

SPIN = "import time\nwhile time.process_time() < 0.3: pass"


@pytest.fixture
def env(tmp_path):
    return measure.environment(tmp_path)


def test_processor_time_of_children_counts(tmp_path, env):
    parent = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {SPIN!r}])"
    run = measure.run([sys.executable, "-c", parent], tmp_path, env)
    assert run.exit == 0
    assert run.cpu >= 0.3
    assert run.wall >= run.cpu / 2


def test_peak_memory_is_that_of_the_command(tmp_path, env):
    ballast = bytearray(80_000_000)  # the runner's own size must not count
    small = measure.run([sys.executable, "-S", "-c", "pass"], tmp_path, env)
    large = measure.run([sys.executable, "-S", "-c", "x = bytearray(60_000_000)"], tmp_path, env)
    del ballast
    assert small.peak < 30_000_000
    assert large.peak - small.peak > 50_000_000


def test_memory_of_a_tree_is_added_up(tmp_path, env):
    child = "import sys; x = bytearray(40_000_000); print(flush=True); sys.stdin.read()"
    parent = (
        "import subprocess, sys, time\n"
        f"start = lambda: subprocess.Popen([sys.executable, '-S', '-c', {child!r}], stdin=-1, stdout=-1)\n"
        "both = [start(), start()]\n"
        "for one in both: one.stdout.readline()\n"
        "time.sleep(1)  # so that somebody looks\n"
        "for one in both: one.communicate()\n"
    )
    run = measure.run([sys.executable, "-c", parent], tmp_path, env, tree=True)
    assert run.processes == 3
    assert run.tree_peak > 80_000_000 > run.peak


def test_output_and_exit_code_are_kept(tmp_path, env):
    run = measure.run([sys.executable, "-c", "import sys; print('hello'); sys.exit('why')"], tmp_path, env)
    assert (run.exit, run.stdout.read_text(), run.tail()) == (1, "hello\n", "why\n")


def test_a_killed_command_says_so(tmp_path, env):
    running = measure.start([sys.executable, "-c", "import time; time.sleep(60)"], tmp_path, env)
    running.kill()
    assert running.wait(10).exit == -9


def test_a_command_that_does_not_end_is_ended(tmp_path, env):
    started = time.monotonic()
    with pytest.raises(measure.DidNotEnd, match="still running"):
        measure.run([sys.executable, "-c", "import time; time.sleep(60)"], tmp_path, env, timeout=0.5)
    assert time.monotonic() - started < 20


def test_a_program_that_is_not_there_is_named(tmp_path, env):
    with pytest.raises(measure.DidNotEnd, match="no-such-program"):
        measure.run([tmp_path / "no-such-program"], tmp_path, env)


def test_credentials_of_the_caller_stay_out(tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example")
    env = measure.environment(tmp_path, AWS_ACCESS_KEY_ID="invented")
    assert not {"AWS_PROFILE", "PYTHONDONTWRITEBYTECODE", "HTTPS_PROXY"} & env.keys()
    assert (env["AWS_ACCESS_KEY_ID"], env["HOME"]) == ("invented", str(tmp_path))


def test_a_spread_is_median_least_and_most():
    assert measure.spread([3.0, 1.0, 2.0]) == {"median": 2.0, "min": 1.0, "max": 3.0, "runs": 3}
