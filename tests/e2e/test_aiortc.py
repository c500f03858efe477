#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls between a daemon and aiortc, also over a network that loses, delays and reorders."""
import json
import os
import select
import subprocess
import time

import gateway
import sound
import tap
from handset import in_real_time
from relay import Relay
from rpc import WATCHDOG_SECONDS

DAEMON_HZ, PARTY_HZ = 1000, 700
DAEMON, PARTY = 0, 1
HOLD = 1.0


class Party:
    """aiortc, as a process of its own, behind a relay and with a user of the gateway."""

    def __init__(self, scene):
        program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "aiortc_party.py")
        self.heard = scene.path("party-heard.wav")
        self.user = gateway.User(scene.sandbox, "party@sandbox.test")
        self.relay = Relay(seed=1)
        self._process = subprocess.Popen(  # pylint: disable=consider-using-with
            [program, str(PARTY_HZ), self.heard], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def _ask(self, **order):
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()
        if not select.select([self._process.stdout], [], [], WATCHDOG_SECONDS)[0]:
            raise TimeoutError("aiortc did not answer")
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError("aiortc has ended")
        return json.loads(line)

    def make_offer(self):
        return self.relay.redirect(PARTY, self._ask(make=True)["offer"])

    def take_answer(self, sdp):
        self._ask(answer=self.relay.redirect(DAEMON, sdp))

    def answer(self, offer):
        reply = self._ask(offer=self.relay.redirect(DAEMON, offer))
        return self.relay.redirect(PARTY, reply["answer"])

    def stop(self):
        self._process.stdin.close()
        try:
            self._process.wait(WATCHDOG_SECONDS)
        finally:
            self._process.kill()
            self._process.stdout.close()
            self.relay.close()
            self.user.close()
        tap.equal(self._process.wait(), 0, "status of aiortc")

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.stop()
        else:
            self._process.kill()
            self.relay.close()
            self.user.close()


class Talk:
    def __init__(self, scene, party, daemon_calls):
        self.daemon, self.party = scene.daemon("daemon"), party
        self._heard = scene.path("daemon-heard.wav")
        microphone, speaker = "tone:%d" % DAEMON_HZ, "file:" + self._heard
        if daemon_calls:
            self.call = self.daemon.make(party.user.address, microphone, speaker)
            party.user.put("callAnswer", sdp=party.answer(party.user.wait_for_call()))
        else:
            party.user.make(self.daemon.address, party.make_offer())
            self.call = self.daemon.wait_for_call()
            self.daemon.answer(self.call, microphone, speaker)
            party.take_answer(party.user.wait_for("respondCallUpdate")["sdp"])
        self.daemon.wait_for_state(self.call, "Connected")

    def count(self):
        return sum(entry["packetsReceived"]
                   for entry in self.daemon.get_stats(self.call, "inbound-rtp"))

    def wait(self, packets):
        before = self.count()
        self.daemon.client.poll(lambda: self.count() >= before + packets,
                                what="%d packets" % packets)

    def update(self, method):
        """The daemon offers, aiortc answers."""
        number = self.daemon.client.start("call." + method, callId=self.call, await_=True)
        offer = self.party.user.wait_for("startCallUpdate")["sdp"]
        self.party.user.put("respondCallUpdate", sdp=self.party.answer(offer))
        self.daemon.client.result(number)

    def end(self, seconds):
        """seconds: how much sound both must have heard. Returns: what the daemon heard."""
        self.daemon.client.call("call.end", callId=self.call, await_=True)
        self.party.user.wait_for("callEnd")
        self.party.stop()
        for path, hz, own in ((self._heard, PARTY_HZ, DAEMON_HZ),
                              (self.party.heard, DAEMON_HZ, PARTY_HZ)):
            recording = sound.Recording(path)
            heard = recording.duration_of(hz)
            tap.true(heard >= seconds, "%d Hz for only %s s" % (hz, heard))
            tap.true(recording.level_of(own) < -40, "%d Hz comes back" % own)
        return sound.Recording(self._heard)


def daemon_holds_one_who_goes_on_talking(scene):
    """aiortc obeys a hold only halfway: it sends on, and must not be heard."""
    with Party(scene) as party:
        talk = Talk(scene, party, daemon_calls=True)
        talk.wait(75)
        talk.update("hold")
        end = time.monotonic() + HOLD
        talk.daemon.client.poll(lambda: time.monotonic() >= end, what="time")
        talk.update("unhold")
        talk.wait(75)
        before, after = [burst for burst in talk.end(2).bursts(gap=0.3) if burst.duration > 0.3]
        tap.true(after.start - before.start - before.duration >= HOLD / 2, "it was heard")
        for burst in (before, after):
            tap.close(burst.hz, PARTY_HZ, 2, "frequency")


def daemon_is_called_over_a_bad_network(scene):
    with Party(scene) as party:
        talk = Talk(scene, party, daemon_calls=False)
        talk.wait(10)
        party.relay.worsen(loss=0.05, delay=0.02, jitter=0.04)
        talk.wait(200)
        report, = talk.daemon.get_stats(talk.call, "inbound-rtp")
        tap.true(report["packetsLost"] > 0, "nothing was lost: %r" % report)
        tap.true(report["jitter"] > 0.003, "jitter: %r" % report)
        tap.true(party.relay.lost > 5, "the relay has lost only %d" % party.relay.lost)
        talk.end(2.8)


def as_case(trial):
    def case():
        in_real_time(trial)
    case.__name__ = trial.__name__
    return case


if __name__ == "__main__":
    tap.run("aiortc", [as_case(trial) for trial in (
        daemon_holds_one_who_goes_on_talking, daemon_is_called_over_a_bad_network)])
