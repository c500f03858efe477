#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""handsetctl as a program: what it prints, and how it ends. HS_CTL is its path."""
import contextlib
import json
import os
import select
import socket
import subprocess
import tempfile
import threading

import tap
from handset import Scene
from rpc import WATCHDOG_SECONDS


def run(path, *words):
    """Returns: (exit status, standard output, standard error)."""
    done = subprocess.run([os.environ["HS_CTL"], "--socket", path, *words],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=WATCHDOG_SECONDS, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def check_failure(found, status, *named):
    """One line says why, and nothing that could be taken for an answer."""
    tap.equal((found[0], found[1]), (status, ""), "how it ended, having said %r" % found[2])
    lines = found[2].splitlines()
    tap.true(len(lines) == 1 and lines[0].startswith("handsetctl: "), "it said %r" % found[2])
    for part in named:
        tap.true(part in lines[0], "%r does not name %s" % (lines[0], part))


def answers():
    with Scene() as scene:
        path = scene.daemon("ann", sign_in=False).socket_path
        tap.equal(run(path, "rpc", "ping"), (0, "pong\n", ""))
        tap.equal(run(path, "--json", "rpc.ping"), (0, '"pong"\n', ""))
        tap.equal(run(path, "api", "connect", "credentials.username=ann@sandbox.test",
                      "credentials.password=any", "await=true"), (0, "", ""))
        tap.equal(run(path, "--json", "api", "getUserInfo"),
                  (0, '{"username":"ann@sandbox.test"}\n', ""))
        tap.equal(run(path, "--json", "api.disconnect", "await=true"), (0, "null\n", ""))
        status, text, complaint = run(path, "api", "getConnection")
        tap.equal((status, json.loads(text)["isConnected"], complaint), (0, False, ""))


def refusals():
    with Scene() as scene:
        path = scene.daemon("ann").socket_path
        check_failure(run(path, "call", "end", "nonsense"), 1, "nonsense", "(call:7)")
        check_failure(run(path, "services", "unsubscribe", "Nothing", "await=true"), 1,
                      "(authentication:3)")
        check_failure(run(path, "api", "updateConfig",
                          "newConfigValues.connectivity.pingInterval=5"), 1, "pingInterval")
        check_failure(run(path, "events", "call:nonsense"), 1, "type")
        scene.sandbox.add_fault("request", type="callStart", status=500, statusCode=26)
        check_failure(run(path, "call", "make", "tone@sandbox.test",
                          "media.audioOptions.deviceId=silence", "options.speakerId=null",
                          "await=true"), 1, "(26)")


def wrong_use():
    """None of it needs a daemon to be found out."""
    nowhere = "/nowhere/control.sock"
    check_failure(run(nowhere, "call", "mak"), 2, "call.mak")
    check_failure(run(nowhere, "nonsense"), 2, "nonsense")
    check_failure(run(nowhere, "call", "end"), 2, "callId")
    check_failure(run(nowhere, "call", "end", "callId=x", "colour=red"), 2, "colour")
    check_failure(run(nowhere, "call", "end", "callId=x", "await=perhaps"), 2, "await")
    check_failure(run(nowhere, "api", "updateConfig", "newConfigValues:={"), 2, "newConfigValues")
    check_failure(run(nowhere, "--colour", "rpc", "ping"), 2, "--colour")
    tap.equal(run(nowhere)[:2], (2, ""), "without words")


def no_daemon():
    nowhere = "/nowhere/control.sock"
    check_failure(run(nowhere, "rpc", "ping"), 3, nowhere)
    check_failure(run(nowhere, "events"), 3, nowhere)
    check_failure(run("/dev/null", "rpc", "ping"), 3, "/dev/null")


@contextlib.contextmanager
def listening(path, *words):
    with subprocess.Popen([os.environ["HS_CTL"], "--socket", path, *words],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def read_line(process, client):
    """Causes events until one arrives, since nothing tells when the program listens."""
    def has_line():
        client.call("api.setCredentials",
                    credentials={"username": "ann@sandbox.test", "password": "any"})
        return select.select([process.stdout], [], [], 0)[0]
    client.poll(has_line, what="a line of %r" % process.args)
    return process.stdout.readline().decode()


def events_in_json():
    with Scene() as scene:
        ann = scene.daemon("ann", sign_in=False)
        with listening(ann.socket_path, "events", "--json") as process:
            tap.equal(json.loads(read_line(process, ann.client)),
                      {"jsonrpc": "2.0", "method": "auth:change", "params": {}})
            ann.sign_in()
            told = set()
            while not {"subscription:change", "ws:change"} <= told:
                told.add(json.loads(process.stdout.readline())["method"])
        with listening(ann.socket_path, "--json", "events", "ws:change") as process:
            tap.equal(ann.client.poll(lambda: toggle(ann, process), what="a line"),
                      {"jsonrpc": "2.0", "method": "ws:change", "params": {"platform": "link"}})


def toggle(daemon, process):
    """Returns: an event that came when the user signed out and in, or None."""
    daemon.client.call("api.disconnect", await_=True)
    daemon.sign_in()
    if not select.select([process.stdout], [], [], 0)[0]:
        return None
    return json.loads(process.stdout.readline())


def events_for_people():
    with Scene() as scene:
        ann = scene.daemon("ann", sign_in=False)
        with listening(ann.socket_path, "events", "auth:error") as process:
            def has_line():
                ann.client.refused("api.setCredentials", credentials={"username": "ann"})
                return select.select([process.stdout], [], [], 0)[0]
            ann.client.poll(has_line, what="a line")
            line = process.stdout.readline().decode()
            tap.true("auth:error" in line and "authentication:1" in line, line)


def answer_between_events(server):
    """A daemon that has something to tell before it has answered everything."""
    connection, _ = server.accept()
    with connection, connection.makefile("rw") as lines:
        for kind in ("first", "second"):
            request = json.loads(lines.readline())
            lines.write(json.dumps({"jsonrpc": "2.0", "method": "told:" + kind}) + "\n")
            lines.write(json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": None}) + "\n")
            lines.flush()


def events_before_the_answer():
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as server:
        path = os.path.join(folder, "control.sock")
        server.bind(path)
        server.listen()
        thread = threading.Thread(target=answer_between_events, args=(server,))
        thread.start()
        status, output, _ = run(path, "events", "--json", "told:first", "told:second")
        thread.join()
    tap.equal([json.loads(line)["method"] for line in output.splitlines()],
              ["told:first", "told:second"])
    tap.equal(status, 3, "the daemon went away")


def events_end_with_the_daemon():
    with Scene() as scene:
        ann = scene.daemon("ann", sign_in=False)
        with listening(ann.socket_path, "events", "--json") as process:
            read_line(process, ann.client)
            ann.stop()
            scene.processes.remove(ann)
            _, complaint = process.communicate(timeout=WATCHDOG_SECONDS)
            check_failure((process.returncode, "", complaint.decode()), 3, "closed")


if __name__ == "__main__":
    tap.run("handsetctl", [
        answers, refusals, wrong_use, no_daemon, events_in_json, events_for_people,
        events_before_the_answer, events_end_with_the_daemon,
    ])
