# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the kernel knows of a process and of this machine."""
import os
import platform
import time

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def _read(*path):
    with open(os.path.join("/proc", *map(str, path)), encoding="utf-8", errors="replace") as file:
        return file.read()


def _status(*path):
    """Returns: the lines "Name: value" of a status file, as a dictionary."""
    return dict(line.split(":", 1) for line in _read(*path).splitlines())


def resident_kb(pid):
    return int(_status(pid, "status")["VmRSS"].split()[0])


def cpu_seconds(pid):
    """Returns: the time for which the process has kept a core busy, in its own code or for it."""
    fields = _read(pid, "stat").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND


def waited_ms(pid):
    """Returns: for how long its first thread was ready to run and had no core."""
    return int(_read(pid, "schedstat").split()[1]) / 1e6


def machine_busy_seconds():
    """Returns: the time for which all cores together have been busy, for whomever."""
    fields = [int(field) for field in _read("stat").split("\n", 1)[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / _TICKS_PER_SECOND


def wake_ups(pid):
    """Returns: {thread: how often it went to sleep by itself}."""
    return {thread: int(_status(pid, "task", thread, "status")["voluntary_ctxt_switches"])
            for thread in os.listdir("/proc/%d/task" % pid)}


def settled_kb(pid, quiet_seconds=3.0, limit_seconds=60.0):
    """Returns: the resident memory, once it has stayed the same for a while."""
    last, since, began = resident_kb(pid), time.monotonic(), time.monotonic()
    while time.monotonic() - since < quiet_seconds and time.monotonic() - began < limit_seconds:
        time.sleep(0.2)
        now = resident_kb(pid)
        if now != last:
            last, since = now, time.monotonic()
    return last


def cpu_percent(pid, seconds):
    """Returns: what share of one core the process uses from now on, and the whole machine."""
    mine, machine, began = cpu_seconds(pid), machine_busy_seconds(), time.monotonic()
    time.sleep(seconds)
    elapsed = (time.monotonic() - began) / 100
    return (cpu_seconds(pid) - mine) / elapsed, (machine_busy_seconds() - machine) / elapsed


def describe_machine():
    models = [line.split(":", 1)[1].strip() for line in _read("cpuinfo").splitlines()
              if line.startswith("model name")]
    return "%s, %d cores, Linux %s, load %s" % (models[0] if models else platform.machine(),
                                                os.cpu_count(), platform.release(),
                                                _read("loadavg").split()[0])
