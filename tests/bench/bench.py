#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Measures the daemon against its aims and prints a table. usage: bench.py [MEASURE ...]

A ratio always comes from one run against a peer in that run; what depends on the machine's mood
is the median of several runs. HS_SANDBOX, HS_DAEMON and HS_BENCH_PING are paths of programs.
"""
import collections
import contextlib
import json
import os
import select
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))

import meter  # pylint: disable=wrong-import-position
import rpc  # pylint: disable=wrong-import-position
from handset import Scene  # pylint: disable=wrong-import-position

SENTENCE = ("Good morning, this is the number that you have called. I am glad that you could make "
            "it. Shall we go through the list from yesterday, or do you have a question first?")
FURTHER_CALLS = 5
MANY_CALLS = 8
CPU_SECONDS = 20

Row = collections.namedtuple("Row", "name value unit aim more")


def row(name, value, unit, aim, more=""):
    """aim: the largest good value, or None where there is none."""
    return Row(name, value, unit, aim, more)


class TimedClient(rpc.Client):
    """Keeps the time at which each event was read."""

    def __init__(self, connected):
        super().__init__(connected)
        self.times = []

    def _take(self, message):
        if "method" in message:
            self.times.append((time.monotonic(), message["method"], message.get("params") or {}))
        super()._take(message)

    def read_waiting(self):
        while self._read_some(time.monotonic() + 0.0005):
            pass

    @property
    def descriptor(self):
        return self._socket.fileno()

    def find(self, call_id, name, predicate):
        """Returns: when such an event of the call came, or None."""
        return next((at for at, event, params in self.times if event == name
                     and params.get("callId") == call_id and predicate(params)), None)


def speech(scene):
    """Returns: a microphone that says a sentence over and over."""
    path = scene.path("speech.wav")
    if not os.path.exists(path):
        subprocess.run(["espeak-ng", "-w", path, SENTENCE], check=True)
    return "file:%s?loop" % path


def connect(a, b, microphone):
    a_call = a.make(b.address, microphone)
    b_call = b.wait_for_call()
    b.answer(b_call, microphone)
    a.wait_for_state(a_call, "Connected")
    a.wait_for_packets(a_call, 10)
    b.wait_for_packets(b_call, 10)
    return a_call


def hang_up(a, b, call_id):
    a.client.call("call.end", callId=call_id, await_=True)
    a.wait_for_state(call_id, "Ended")
    b.client.poll(lambda: not b.client.call("call.getAll") or all(
        call["state"] == "Ended" for call in b.client.call("call.getAll")), what="the far end")


# The measures. Each yields rows.


def measure_ping():
    with Scene() as scene:
        daemon = scene.daemon("anna", sign_in=False)
        runs = [json.loads(subprocess.run([os.environ["HS_BENCH_PING"], daemon.socket_path],
                                          check=True, capture_output=True).stdout)
                for _ in range(5)]
    run = sorted(runs, key=lambda one: one["ratio"])[len(runs) // 2]
    yield row("rpc.ping against a bare echo", run["ratio"], "x", 1.6,
              "%.1f us against %.1f us" % (run["pingUs"], run["echoUs"]))


def start_once(folder):
    """Returns: milliseconds from exec to the first answer, and how many of them had no core."""
    path = os.path.join(folder, "start.sock")
    began = time.monotonic()
    with subprocess.Popen([os.environ["HS_DAEMON"], "--socket", path], stderr=subprocess.DEVNULL,
                          env=dict(os.environ, HOME=folder, XDG_RUNTIME_DIR=folder)) as process:
        try:
            while True:
                try:
                    client = rpc.Client.open(path)
                    break
                except (FileNotFoundError, ConnectionRefusedError):
                    if time.monotonic() - began > rpc.WATCHDOG_SECONDS:
                        raise
                    time.sleep(0.0005)
            with client:
                client.call("rpc.ping")
            return 1000 * (time.monotonic() - began), meter.waited_ms(process.pid)
        finally:
            process.terminate()


def measure_start():
    with Scene() as scene:
        times = sorted(start_once(scene.folder) for _ in range(11))
    median, waited = times[len(times) // 2]
    yield row("ready, from exec to the first rpc.ping", median, "ms", 100,
              "waiting for a core in %.0f ms of them; fastest %.0f, slowest %.0f ms" % (
                  waited, times[0][0], times[-1][0]))


def measure_memory():
    with Scene() as scene:
        daemon = scene.daemon("anna", sign_in=False)
        before = meter.settled_kb(daemon.pid)
        daemon.sign_in()
        after = meter.settled_kb(daemon.pid)
    yield row("memory before sign-in", before / 1024, "MB", 15)
    yield row("memory signed in and warmed up", after / 1024, "MB", 30)


def measure_idle():
    # Long enough for workers of the sign-in to have gone, and for two keep-alives of each kind.
    with Scene() as scene:
        daemon = scene.daemon("anna")
        time.sleep(25)
        before, busy = meter.wake_ups(daemon.pid), meter.cpu_seconds(daemon.pid)
        time.sleep(60)
        after = meter.wake_ups(daemon.pid)
        busy = meter.cpu_seconds(daemon.pid) - busy
    counts = [count - before.get(thread, 0) for thread, count in after.items()]
    # Two timers send a message each, twice; a timer is one wake-up, an answer up to two.
    yield row("wake-ups in 60 s, signed in and idle", sum(counts), "", 12,
              "4 keep-alives and their answers; %.0f ms of CPU" % (1000 * busy))


def watch_cpu(daemon):
    """Returns: the median share of a core, and a text of what it comes from."""
    time.sleep(3)
    runs = sorted(meter.cpu_percent(daemon.pid, CPU_SECONDS) for _ in range(3))
    return runs[1][0], "runs of %d s: %s; the machine was %.0f %% busy" % (
        CPU_SECONDS, ", ".join("%.2f" % run[0] for run in runs),
        max(run[1] for run in runs) / os.cpu_count())


def measure_cpu():
    with Scene() as scene:
        a, b = scene.daemon("anna"), scene.daemon("berta")
        for kind, microphone, aim in (("silence", "silence", None),
                                      ("speech", speech(scene), 1.8)):
            call_id = connect(a, b, microphone)
            share, more = watch_cpu(a)
            yield row("one Opus call, %s both ways" % kind, share, "% of a core", aim, more)
            if kind == "silence":
                hang_up(a, b, call_id)
        for _ in range(MANY_CALLS - 1):
            connect(a, b, speech(scene))
        share, more = watch_cpu(a)
        yield row("each of %d Opus calls, speech both ways" % MANY_CALLS, share / MANY_CALLS,
                  "% of a core", None, more)


def measure_calls():
    with Scene() as scene:
        a, b = scene.daemon("anna"), scene.daemon("berta")
        idle = meter.settled_kb(a.pid)
        sizes = []
        for _ in range(1 + FURTHER_CALLS):
            connect(a, b, "tone:440")
            time.sleep(5)
            sizes.append(meter.resident_kb(a.pid))
    yield row("memory of the first call", (sizes[0] - idle) / 1024, "MB", None)
    yield row("memory of each further call", (sizes[-1] - sizes[0]) / 1024 / FURTHER_CALLS, "MB",
              1.6, "one by one: " + ", ".join("%.2f" % ((after - before) / 1024) for before, after
                                               in zip(sizes, sizes[1:])))


def is_media_up(params):
    return params["state"] == "connected"


def is_answer(params):
    return params["previous"]["state"] == "Ringing"


def watch_answer(a_client, b_client, a_call, b_call):
    """Returns: when the caller heard of the answer, and when each end had media."""
    give_up = time.monotonic() + rpc.WATCHDOG_SECONDS
    while time.monotonic() < give_up:
        select.select([a_client.descriptor, b_client.descriptor], [], [], 1)
        a_client.read_waiting()
        b_client.read_waiting()
        times = (a_client.find(a_call, "call:stateChange", is_answer),
                 a_client.find(a_call, "call:mediaConnectionChange", is_media_up),
                 b_client.find(b_call, "call:mediaConnectionChange", is_media_up))
        if None not in times:
            return times
    raise TimeoutError("no media within %d s" % rpc.WATCHDOG_SECONDS)


def answer_once(a, b):
    """Returns: milliseconds from the caller's "Connected" until media is up at both ends."""
    clients = [TimedClient.open(daemon.socket_path) for daemon in (a, b)]
    for client in clients:
        client.call("api.subscribe")
    a_call = a.make(b.address, "tone:440")
    b_call = b.wait_for_call()
    number = b.client.start("call.answer", callId=b_call, media={"audio": True}, await_=True)
    answered, *media = watch_answer(*clients, a_call, b_call)
    b.client.result(number)
    a.wait_for_state(a_call, "Connected")
    hang_up(a, b, a_call)
    for client in clients:
        client.close()
    return 1000 * (max(media) - answered)


def measure_connect():
    firsts, others = [], []
    for _ in range(5):
        with Scene() as scene:
            a, b = scene.daemon("anna"), scene.daemon("berta")
            for daemon in (a, b):
                meter.settled_kb(daemon.pid)
            firsts.append(answer_once(a, b))
            others += [answer_once(a, b) for _ in range(3)]
    yield row("media after the answer, first call", statistics.median(firsts), "ms", 200,
              "slowest of %d: %.0f ms" % (len(firsts), max(firsts)))
    yield row("media after the answer, later calls", statistics.median(others), "ms", 200,
              "slowest of %d: %.0f ms" % (len(others), max(others)))


MEASURES = {
    "ping": measure_ping, "start": measure_start, "memory": measure_memory, "idle": measure_idle,
    "cpu": measure_cpu, "calls": measure_calls, "connect": measure_connect,
}


def show(one):
    met = "" if one.aim is None else "met" if one.value <= one.aim else "NOT MET"
    aim = "" if one.aim is None else "<= %g" % one.aim
    print("%-42s %8.2f %-12s %-8s %-8s %s" % (one.name, one.value, one.unit, aim, met, one.more),
          flush=True)
    return met != "NOT MET"


@contextlib.contextmanager
def used_home():
    """What every start but the first finds: GStreamer's list of plugins."""
    with tempfile.TemporaryDirectory(prefix="handset-bench.") as cache:
        os.environ["XDG_CACHE_HOME"] = cache
        with Scene() as scene:
            meter.settled_kb(scene.daemon("first").pid)
        yield


def main():
    wanted = sys.argv[1:] or list(MEASURES)
    unknown = [name for name in wanted if name not in MEASURES]
    if unknown:
        sys.exit("usage: bench.py [%s]" % "|".join(MEASURES))
    print("%s, %s" % (time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()), meter.describe_machine()))
    print("%-42s %8s %-12s %-8s" % ("measure", "value", "", "aim"))
    with used_home():
        good = [show(one) for name in wanted for one in MEASURES[name]()]
    print("load at the end: %.2f" % os.getloadavg()[0])
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
