#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks the harness itself: what measures and waits must be right before it judges others."""
import json
import os
import random
import socket
import tempfile
import threading

import handset
import rpc
import sound
import tap


def record(*parts):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "x.wav")
        sound.write(path, *parts)
        return sound.Recording(path)


def frequency_is_measured_to_one_hertz():
    for hz in (200, 440, 997, 1000, 2603.5):
        burst, = record(sound.silence(0.2), sound.tone(hz, 0.7), sound.silence(0.2)).bursts()
        tap.close(burst.hz, hz, 1, "frequency")


def duration_and_start_are_measured():
    recording = record(sound.silence(0.35), sound.tone(600, 0.8), sound.silence(0.5))
    burst, = recording.bursts()
    tap.close(burst.start, 0.35, 0.011, "start")
    tap.close(burst.duration, 0.8, 0.021, "duration")
    tap.close(recording.duration, 1.65, 0.001, "length")
    tap.close(recording.duration_of(600), 0.8, 0.021, "duration of the sine")


def level_is_measured():
    for level in (-6, -12, -30):
        burst, = record(sound.tone(1000, 0.5, level)).bursts()
        tap.close(burst.level, level, 0.5, "level")


def sounds_are_told_apart():
    bursts = record(sound.tone(500, 0.3), sound.silence(0.2), sound.tone(800, 0.3),
                    sound.silence(0.02), sound.tone(800, 0.3)).bursts()
    tap.equal(len(bursts), 2, "number of sounds")
    tap.close(bursts[0].hz, 500, 1)
    tap.close(bursts[1].duration, 0.62, 0.021)


def another_sine_has_no_duration_here():
    recording = record(sound.tone(500, 1.0))
    tap.close(recording.duration_of(1000), 0, 0.03, "duration of 1000 Hz in 500 Hz")
    tap.close(recording.level_of(500), -12, 0.5, "level of 500 Hz")
    tap.true(recording.level_of(1000) < -50, "1000 Hz was found in 500 Hz")


def silence_has_no_sounds():
    recording = record(sound.silence(1))
    tap.equal(recording.bursts(), [])
    tap.equal(recording.duration_of(440), 0.0)


def noise_is_no_tone():
    chance = random.Random(7)
    noise = sound.silence(1)
    for i in range(len(noise)):
        noise[i] = chance.randint(-8000, 8000)
    burst, = record(noise).bursts()
    tap.true(burst.level < -25, "noise was measured as a sine of %.1f dBFS" % burst.level)


class Peer:
    """Plays the daemon: answers each request with what reply() makes of it."""

    def __init__(self, reply):
        self._reply = reply
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self.client = rpc.Client(theirs)
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        with self._socket, self._socket.makefile() as lines:
            for line in lines:
                for message in self._reply(json.loads(line)):
                    self._socket.sendall(json.dumps(dict(message, jsonrpc="2.0")).encode() + b"\n")


def replies_find_their_requests():
    waiting = []

    def reply(request):
        waiting.append({"id": request["id"], "result": request["method"]})
        return reversed(waiting) if len(waiting) == 3 else []

    client = Peer(reply).client
    numbers = [client.start(name) for name in ("a", "b", "c")]
    tap.equal([client.result(number) for number in numbers], ["a", "b", "c"])


def errors_are_raised():
    error = {"code": -32602, "message": "no", "data": {"kind": "param"}}
    client = Peer(lambda request: [{"id": request["id"], "error": error}]).client
    refusal = client.refused("x", await_=True)
    tap.equal((refusal.code, refusal.data["kind"]), (-32602, "param"))


def a_trailing_underscore_is_dropped():
    client = Peer(lambda request: [{"id": request["id"], "result": request["params"]}]).client
    tap.equal(client.call("x", await_=True, callId="1"), {"await": True, "callId": "1"})


def events_wait_in_order():
    def reply(request):
        return [{"method": "n", "params": {"i": i}} for i in range(3)] + [
            {"id": request["id"], "result": None}]

    client = Peer(reply).client
    client.call("x")
    tap.equal(client.wait_for("n", lambda params: params["i"] > 0)["i"], 1)
    tap.equal(client.wait_for("n")["i"], 0)
    tap.equal(client.wait_for("n")["i"], 2)
    tap.equal([params["i"] for _, params in client.history], [0, 1, 2])


def what_does_not_come_times_out():
    client = Peer(lambda request: []).client
    for attempt in (lambda: client.wait_for("n", timeout=0.05),
                    lambda: client.result(client.start("x"), timeout=0.05),
                    lambda: client.poll(lambda: False, timeout=0.05)):
        try:
            attempt()
        except TimeoutError:
            continue
        raise AssertionError("no time-out")


def complaints_are_found():
    tolerated = ("21:24:32.466 error GLib: g_hash_table_foreach: assertion "
                 "'version == hash_table->version' failed\n")
    other = tolerated.replace("g_hash_table_foreach", "g_hash_table_insert")
    tap.equal(handset.find_complaint("21:24:32.466 warning hs-media: no\n" + tolerated), None)
    for line in (other, "(sandbox:1): GLib-CRITICAL **: 21:24:32.466: no\n",
                 "==1==ERROR: AddressSanitizer: TRAP\n", "a.c:1:2: runtime error: shift\n"):
        found = handset.find_complaint("begun\n" + tolerated + line + tolerated)
        tap.equal(found and found.string[found.start():], line + tolerated, "complaint")


def calls_are_told_in_lines():
    client = Peer(lambda request: []).client
    client.history = [
        ("call:operation", {"callId": "1", "operation": "MAKE", "transition": "START",
                            "isLocal": True}),
        ("call:start", {"callId": "1"}),
        ("call:start", {"callId": "2"}),
        ("call:newTrack", {"callId": "1", "local": True}),
        ("call:trackEnded", {"callId": "1", "local": False}),
        ("call:stateChange", {"callId": "1", "previous": {"state": "Ringing"},
                              "error": {"code": "call:6"}}),
        ("call:operation", {"callId": "1", "operation": "END", "transition": "FINISH",
                            "isLocal": False}),
    ]
    tap.equal(rpc.tell(client, "1"), ["MAKE START", "start", "new local track",
                                      "state from Ringing error call:6", "END FINISH remote"])


if __name__ == "__main__":
    tap.run("harness", [
        frequency_is_measured_to_one_hertz, duration_and_start_are_measured, level_is_measured,
        sounds_are_told_apart, another_sine_has_no_duration_here, silence_has_no_sounds,
        noise_is_no_tone, replies_find_their_requests, errors_are_raised,
        a_trailing_underscore_is_dropped, events_wait_in_order, what_does_not_come_times_out,
        complaints_are_found, calls_are_told_in_lines,
    ])
