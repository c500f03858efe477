#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Clients of all kinds on one daemon, and files and far ends that are not as they should be."""
import json
import os
import signal
import socket
import subprocess

import tap
from handset import Scene
from rpc import WATCHDOG_SECONDS

ECHO = "echo@sandbox.test"


class RawClient:
    """Bytes out, messages in."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(WATCHDOG_SECONDS)
        self._socket.connect(path)
        self._lines = self._socket.makefile("rb")

    def send(self, data):
        self._socket.sendall(data)

    def ask(self, method, number=1, **params):
        request = {"jsonrpc": "2.0", "id": number, "method": method}
        if params:
            request["params"] = params
        self.send(json.dumps(request).encode() + b"\n")

    def end_input(self):
        self._socket.shutdown(socket.SHUT_WR)

    def read(self):
        """Returns: the next message; None at the end."""
        line = self._lines.readline()
        return json.loads(line) if line else None

    def read_all(self):
        messages = []
        while True:
            message = self.read()
            if message is None:
                return messages
            messages.append(message)

    def check_alive(self):
        self.ask("rpc.ping", "alive")
        tap.equal(self.read(), {"jsonrpc": "2.0", "id": "alive", "result": "pong"})

    def close(self):
        self._lines.close()
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def drain(client):
    """Has everything read that was sent until now."""
    client.call("rpc.ping")
    return client.history


def make_events(client, count):
    """Has the daemon tell of something, that many times."""
    credentials = {"username": "a@sandbox.test", "password": "any"}
    for _ in range(count // 50):
        requests = [client.start("api.setCredentials", credentials=credentials)
                    for _ in range(50)]
        for request in requests:
            client.result(request)


def count_descriptors(daemon):
    return len(os.listdir("/proc/%d/fd" % daemon.pid))


# Several clients


def all_clients_see_everything():
    with Scene() as scene:
        a = scene.daemon("a")
        with a.open_client() as watcher:
            watcher.call("api.subscribe")
            mark = len(drain(a.client))
            call = a.make(ECHO, await_=True)
            tap.equal(watcher.call("call.getById", callId=call)["state"], "Connected")
            # The one ends what the other has made.
            watcher.call("call.end", callId=call, await_=True)
            tap.equal(drain(watcher), drain(a.client)[mark:], "events of the other client")
            tap.true(len(watcher.history) > 8, "hardly an event")


def unsubscribed_clients_see_nothing():
    with Scene() as scene:
        a = scene.daemon("a", sign_in=False)
        with a.open_client() as other:
            other.call("api.subscribe")
            other.call("api.unsubscribe")
            make_events(a.client, 50)
            tap.equal(drain(other), [])


def hundred_clients_at_once():
    with Scene() as scene:
        a = scene.daemon("a", {"rpc": {"maxConnections": 101}}, sign_in=False)
        before = count_descriptors(a)
        clients = [RawClient(a.socket_path) for _ in range(100)]
        for client in clients:
            client.ask("api.subscribe")
        for client in clients:
            tap.equal(client.read()["result"], None)
        with RawClient(a.socket_path) as one_too_many:
            told, = one_too_many.read_all()
            tap.equal((told["id"], told["error"]["data"]["code"]), (None, "handset:11"))
        make_events(a.client, 50)
        for client in clients:
            tap.equal([client.read()["method"] for _ in range(50)], ["auth:change"] * 50)
            client.check_alive()
            client.close()
        a.client.poll(lambda: count_descriptors(a) == before, what="all descriptors closed")
        with RawClient(a.socket_path) as client:
            client.check_alive()


def half_closed_client_gets_its_answers():
    """As with printf … | socat."""
    with Scene() as scene:
        a = scene.daemon("a")
        with RawClient(a.socket_path) as client:
            client.ask("api.subscribe", 1)
            client.ask("call.make", 2, destination=ECHO, media={
                "audio": True, "audioOptions": {"deviceId": "silence"}},
                       options={"speakerId": "null"}, **{"await": True})
            client.ask("nonsense", 3)
            client.send(b'{"jsonrpc":"2.0","id":4,"method":"rpc.ping"}')
            client.end_input()
            answers = {message["id"]: message for message in client.read_all() if "id" in message}
        tap.equal(sorted(answers), [1, 2, 3, 4], "answers")
        tap.equal(answers[3]["error"]["code"], -32601)
        tap.equal(answers[4]["result"], "pong")
        call = answers[2]["result"]
        tap.equal(a.get(call)["state"], "Connected", "whoever made the call is gone")
        a.client.call("call.end", callId=call, await_=True)


def client_that_never_reads():
    """It loses its subscriptions, nobody else loses anything, and it can catch up."""
    limits = {"rpc": {"maxUnreadBytes": 65536, "eventRing": 5000}}
    # Of these the socket takes 200 to 450, the fewer the smaller the pieces; 890 may be unread, and
    # the rest must be fewer than that.
    n_events = 1700
    with Scene() as scene:
        a = scene.daemon("a", limits, sign_in=False)
        with RawClient(a.socket_path) as lazy:
            lazy.ask("api.subscribe", snapshot=True)
            first = lazy.read()["result"]["seq"]
            mark = len(drain(a.client))
            make_events(a.client, n_events)
            tap.equal(len(a.client.history) - mark, n_events, "events of the other client")
            numbers = []
            while True:
                message = lazy.read()
                if message["method"] == "rpc:overflow":
                    break
                numbers.append(message["seq"])
            lost_at = message["params"]["seq"]
            tap.equal(numbers, list(range(first + 1, lost_at + 1)), "numbers before the loss")
            tap.true(len(numbers) < n_events, "nothing was lost")
            lazy.check_alive()
            lazy.ask("api.subscribe", since=lost_at)
            answer = lazy.read()["result"]
            tap.equal(answer["seq"], first + n_events)
            # As many as the daemon holds, which are as many bytes as may be unread.
            tap.true(not answer.get("lost"), "%d events are gone" % (answer["seq"] - lost_at))
            replay = [lazy.read()["seq"] for _ in range(answer["seq"] - lost_at)]
            tap.equal(replay, list(range(lost_at + 1, first + n_events + 1)),
                      "numbers after the loss")


def batch_of_fifty():
    with Scene() as scene:
        a = scene.daemon("a", sign_in=False)
        batch = []
        for number in range(50):
            request = {"jsonrpc": "2.0", "id": number,
                       "method": "nonsense" if number % 7 == 3 else "rpc.ping"}
            if number % 10 == 9:
                del request["id"]
            batch.append(request)
        with RawClient(a.socket_path) as client:
            client.send(json.dumps(batch).encode() + b"\n")
            answers = {answer["id"]: answer for answer in client.read()}
            wanted = {request["id"]: request for request in batch if "id" in request}
            tap.equal(sorted(answers), sorted(wanted), "ids")
            for number, request in wanted.items():
                tap.equal("error" in answers[number], request["method"] == "nonsense",
                          "answer %d" % number)
            client.send(json.dumps(batch * 3).encode() + b"\n")
            tap.true("error" in client.read(), "a batch of 150 was taken")
            client.check_alive()


def snapshot_and_replay():
    """A client that comes back misses nothing."""
    with Scene() as scene:
        a = scene.daemon("a")
        with RawClient(a.socket_path) as client:
            client.ask("api.subscribe", snapshot=True)
            answer = client.read()["result"]
            tap.equal(answer["state"]["connection"]["isConnected"], True)
            tap.equal(answer["state"]["calls"], [])
            mark = len(drain(a.client))
            a.client.call("api.setCredentials", credentials={"username": a.address,
                                                             "password": "any"})
            seen = client.read()
            tap.equal((seen["method"], seen["seq"]), ("auth:change", answer["seq"] + 1))
        call = a.make(ECHO, await_=True)
        a.client.call("call.end", callId=call, await_=True)
        missed = drain(a.client)[mark + 1:]
        with RawClient(a.socket_path) as client:
            client.ask("api.subscribe", since=seen["seq"])
            answer = client.read()["result"]
            tap.true(not answer.get("lost"), "events are lost")
            tap.equal(answer["seq"], seen["seq"] + len(missed))
            replay = [client.read() for _ in missed]
            tap.equal([(event["method"], event["params"]) for event in replay], missed, "replay")
            tap.equal([event["seq"] for event in replay],
                      list(range(seen["seq"] + 1, answer["seq"] + 1)), "numbers")
            client.ask("api.subscribe", since=answer["seq"] - 5000000)
            answer = client.read()["result"]
            tap.equal((answer["lost"], len(answer["state"]["calls"])), (True, 1))


def filter_by_call():
    with Scene() as scene:
        a = scene.daemon("a")
        first = a.make(ECHO, await_=True)
        a.client.wait_for("call:mediaConnectionChange")
        with a.open_client() as watcher, a.open_client() as picky:
            watcher.call("api.subscribe", filter={"callId": first})
            picky.call("api.on", type="call:trackEnded", filter={"callId": first, "local": True})
            mark = len(drain(a.client))
            second = a.make(ECHO, await_=True)
            for call in (first, second):
                a.client.call("call.end", callId=call, await_=True)
            wanted = [(name, params) for name, params in drain(a.client)[mark:]
                      if params.get("callId") == first]
            tap.true(len(wanted) >= 4, "hardly an event: %r" % wanted)
            tap.equal(drain(watcher), wanted)
            tap.equal([params["local"] for _, params in drain(picky)], [True])


# What is no request


def send_nonsense(data, code, number=None, config=None):
    """Sends one line; it is answered with that error, and the connection is as good as before."""
    with Scene() as scene:
        a = scene.daemon("a", config, sign_in=False)
        with RawClient(a.socket_path) as client:
            client.send(data + b"\n")
            answer = client.read()
            error = answer["error"]
            tap.equal((answer["id"], error.get("data", {}).get("code", error["code"])),
                      (number, code))
            client.check_alive()
        tap.equal(a.client.call("rpc.ping"), "pong")


def line_of_ten_megabytes():
    send_nonsense(b'{"jsonrpc":"2.0","id":1,"method":"' + b"x" * 10000000 + b'"}', "handset:2")


def line_that_never_ends():
    with Scene() as scene:
        a = scene.daemon("a", sign_in=False)
        before = read_memory(a)
        with RawClient(a.socket_path) as client:
            for _ in range(100):
                client.send(b"x" * 1000000)
            a.client.call("rpc.ping")
            grown = read_memory(a) - before
            print("# after 100 MB without an end of line: %.1f MB more" % (grown / 1024))
            if "HS_SANITIZED" not in os.environ:
                tap.true(grown < 8 * 1024, "the daemon has grown by %d KB" % grown)
            client.send(b"\n")
            tap.equal(client.read()["error"]["data"]["code"], "handset:2")
            client.check_alive()


def read_memory(daemon):
    """Returns: KB."""
    with open("/proc/%d/status" % daemon.pid, encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


def nesting_of_a_hundred_thousand():
    send_nonsense(b'{"jsonrpc":"2.0","id":1,"method":"rpc.ping","params":' + b"[" * 100000
                  + b"]" * 100000 + b"}", "handset:10")


def brackets_without_end():
    send_nonsense(b"[" * 500000, "handset:10")


def bytes_that_are_no_text():
    send_nonsense(b'{"jsonrpc":"2.0","id":1,"method":"rpc.ping","params":{"\xff\xfe":1}}', -32700)


def characters_of_control():
    send_nonsense(b'{"jsonrpc":"2.0",\0"id":1,"method":"rpc.ping"}', -32700)


def wrong_types():
    send_nonsense(b'{"jsonrpc":"2.0","id":1,"method":["rpc.ping"]}', -32600, number=1)


# handsetctl


def run_ctl(daemon, *words):
    """Returns: (exit status, output, complaints)."""
    ended = subprocess.run([os.environ["HS_CTL"], "--socket", daemon.socket_path, *words],
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, timeout=WATCHDOG_SECONDS, check=False)
    return ended.returncode, ended.stdout.decode().rstrip("\n"), ended.stderr.decode().rstrip("\n")


def ctl_makes_a_call():
    with Scene() as scene:
        a = scene.daemon("a", sign_in=False)
        tap.equal(run_ctl(a, "rpc", "ping"), (0, "pong", ""))
        tap.equal(run_ctl(a, "--json", "rpc.ping"), (0, '"pong"', ""))
        tap.equal(run_ctl(a, "api.connect", "credentials.username=" + a.address,
                          "credentials.password=any", "await=true"), (0, "", ""))
        status, call, _ = run_ctl(a, "call", "make", ECHO, "media.audio=true",
                                  "media.audioOptions.deviceId=silence", "options.speakerId=null",
                                  "await=true")
        tap.equal((status, a.get(call)["state"]), (0, "Connected"))
        status, text, _ = run_ctl(a, "--json", "call.getById", call)
        tap.equal((status, json.loads(text)["id"]), (0, call))
        tap.equal(run_ctl(a, "call", "end", call, "await=true"), (0, "", ""))
        tap.equal(a.get(call)["state"], "Ended")


# Far ends and files


def far_end_stands_still():
    """Nothing arrives for twenty seconds; then it does again."""
    with Scene() as scene:
        a, b = scene.daemon("a"), scene.daemon("b")
        a_call, b_call = a.connect_to(b)
        a.wait_for_packets(a_call, 10)
        tap.equal(a.client.wait_for("call:mediaConnectionChange")["state"], "connected")
        b.send_signal(signal.SIGSTOP)
        try:
            told = a.client.wait_for("call:mediaConnectionChange", timeout=30)
            tap.equal((told["callId"], told["state"]), (a_call, "lost"))
            tap.true("20 s" in told["error"]["message"], told["error"]["message"])
            tap.equal(a.get(a_call)["state"], "Connected", "a call that may come back")
        finally:
            b.send_signal(signal.SIGCONT)
        tap.equal(a.client.wait_for("call:mediaConnectionChange")["state"], "connected")
        a.client.call("call.end", callId=a_call, await_=True)
        b.wait_for_state(b_call, "Ended")


def configuration_with_mistakes():
    config = {
        "call": {"earlyMedia": "yes", "nonsense": 1, "iceServers": [{"urls": 5}]},
        "connectivity": {"pingInterval": "often", "reconnectDelay": 50},
        "colour": "red",
        "rpc": {"maxDepth": 1000000},
    }
    with Scene() as scene:
        a = scene.daemon("a", config)
        log = a.read_log()
        for key in ("call.earlyMedia", "call.nonsense", "call.iceServers[0].urls",
                    "connectivity.pingInterval", "colour", "rpc.maxDepth"):
            tap.true("a.json: %s" % key in log, "%s is not named" % key)
        found = a.client.call("api.getConfig")
        tap.equal(found["connectivity"]["reconnectDelay"], 50, "what was right")
        tap.equal(found["connectivity"]["pingInterval"], 30000, "what was wrong")
        tap.equal((found["call"]["earlyMedia"], found["rpc"]["maxDepth"]), (False, 64))
        a.make(ECHO, await_=True)


def configuration_that_is_none():
    with Scene() as scene:
        for name, text in (("broken.json", '{"call": '), ("list.json", "[]"), ("empty.json", ""),
                           ("text.json", "\xff\xfe\0"), ("missing.json", None)):
            if text is not None:
                with open(scene.path(name), "w", encoding="latin-1") as file:
                    file.write(text)
            ended = subprocess.run([os.environ["HS_DAEMON"], "--socket", scene.path("x.sock"),
                                    "--config", scene.path(name)], stdin=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, timeout=WATCHDOG_SECONDS, check=False)
            told = ended.stderr.decode()
            tap.equal(ended.returncode, 1, name)
            tap.true(told.startswith("handsetd: ") and name in told, "%s: %s" % (name, told))


if __name__ == "__main__":
    tap.run("clients", [
        all_clients_see_everything, unsubscribed_clients_see_nothing, hundred_clients_at_once,
        half_closed_client_gets_its_answers, client_that_never_reads, batch_of_fifty,
        snapshot_and_replay, filter_by_call, line_of_ten_megabytes, line_that_never_ends,
        nesting_of_a_hundred_thousand, brackets_without_end, bytes_that_are_no_text,
        characters_of_control, wrong_types, ctl_makes_a_call, far_end_stands_still,
        configuration_with_mistakes, configuration_that_is_none,
    ])
