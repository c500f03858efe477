#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holding calls: who hears whom before, while and after one side or both hold.

The orders of events are those of the recorded conversations of the SDK that the daemon follows.
"""
import time

import sound
import tap
from handset import Scene, in_real_time, tell

A_HZ, B_HZ = 500, 1000

# How long media must stay away to count as held, and how long a stretch of sound must be.
STRETCH = 0.6
PACKETS = 30

HOLD = ["HOLD START", "HOLD UPDATE", "HOLD FINISH"]
UNHOLD = ["UNHOLD START", "UNHOLD UPDATE", "UNHOLD FINISH"]
UNHOLD_HEARD = ["UNHOLD START", "UNHOLD UPDATE", "new remote track", "UNHOLD FINISH"]


class Party:
    """One side of the call, with a tone of its own and a recording of what it hears."""

    def __init__(self, scene, name, hz):
        self.daemon = scene.daemon(name)
        self.microphone = "tone:%d" % hz
        self.heard = scene.path(name + "-heard.wav")
        self.call = None

    def speaker(self):
        return "file:" + self.heard

    def run(self, method):
        self.daemon.client.call(method, callId=self.call, await_=True)

    def count(self):
        """Returns: packets (received, sent)."""
        received = self.daemon.get_stats(self.call, "inbound-rtp")
        sent = self.daemon.get_stats(self.call, "outbound-rtp")
        return (sum(entry.get("packetsReceived", 0) for entry in received),
                sum(entry.get("packetsSent", 0) for entry in sent))

    def check_flags(self, state, local, remote):
        call = self.daemon.get(self.call)
        tap.equal((call["state"], call["localHold"], call["remoteHold"]), (state, local, remote),
                  self.daemon.name)
        tap.true("localOp" not in call, "%s still does %r" % (self.daemon.name, call.get("localOp")))
        tap.equal(len(call["localTracks"]), 1, "local tracks of " + self.daemon.name)

    def wait_for(self, state, local, remote):
        """The far side is told a moment after the near one, or before it."""
        def is_so():
            call = self.daemon.get(self.call)
            return (call["state"], call["localHold"], call["remoteHold"]) == (state, local, remote)
        self.daemon.client.poll(is_so, what="%s %s" % (self.daemon.name, (state, local, remote)))


class Conversation:
    """Two parties who talk; held is the time for which nobody is to hear anything."""

    def __init__(self, scene):
        self.a, self.b = Party(scene, "a", A_HZ), Party(scene, "b", B_HZ)
        self.parties = (self.a, self.b)
        self.a.call = self.a.daemon.make(self.b.daemon.address, self.a.microphone,
                                         self.a.speaker())
        self.b.call = self.b.daemon.wait_for_call()
        self.b.daemon.answer(self.b.call, self.b.microphone, self.b.speaker())
        self.a.daemon.wait_for_state(self.a.call, "Connected")
        self._before = {}
        self._silent_since = None
        self.silences = []
        self.check_heard()
        for party in self.parties:
            self._before[party] = len(tell(party.daemon.client, party.call))

    def check_heard(self):
        """Packets come and go at both sides."""
        for party in self.parties:
            received, sent = party.count()

            def has_moved(party=party, received=received, sent=sent):
                now = party.count()
                return now[0] >= received + PACKETS and now[1] >= sent + PACKETS
            party.daemon.client.poll(has_moved, what="%d packets each way" % PACKETS)
        if self._silent_since is not None:
            self.silences.append(time.monotonic() - self._silent_since)
        self._silent_since = None

    def check_silent(self):
        """Nothing comes or goes at either side while the stretch lasts."""
        if self._silent_since is None:
            self._silent_since = time.monotonic()
        before = {}
        for party in self.parties:
            # what was on its way when the hold was agreed on
            party.daemon.client.poll(lambda party=party: party.count() == party.count(),
                                     what="an end of packets")
            before[party] = party.count()
        end = time.monotonic() + STRETCH
        self.a.daemon.client.poll(lambda: time.monotonic() >= end, what="time")
        for party in self.parties:
            tap.equal(party.count(), before[party], "packets of " + party.daemon.name)

    def check_told(self, party, expected):
        told = tell(party.daemon.client, party.call)[self._before[party]:]
        tap.equal(told, expected, "events of " + party.daemon.name)

    def end(self, times):
        """times: how often the talk was interrupted."""
        self.a.run("call.end")
        self.b.daemon.wait_for_state(self.b.call, "Ended")
        tap.equal(len(self.silences), times, "silences")
        for party, hz, own in ((self.a, B_HZ, A_HZ), (self.b, A_HZ, B_HZ)):
            recording = sound.Recording(party.heard)
            bursts = recording.bursts(gap=0.15)
            who = "what %s heard, %r" % (party.daemon.name, bursts)
            tap.equal(len(bursts), times + 1, "number of sounds in " + who)
            for burst in bursts:
                tap.close(burst.hz, hz, 2, "frequency in " + who)
                tap.close(burst.level, -12, 1.5, "level in " + who)
                tap.true(burst.duration >= 0.4, "duration in " + who)
            for one, other in zip(bursts, bursts[1:]):
                tap.true(other.start - one.start - one.duration >= STRETCH, "a pause in " + who)
            tap.true(recording.level_of(own) < -40, "%s hears itself" % party.daemon.name)


def hold_by_one(scene, choose):
    talk = Conversation(scene)
    holder, other = choose(talk)
    holder.run("call.hold")
    holder.check_flags("On Hold", True, False)
    other.wait_for("On Hold", False, True)
    talk.check_silent()
    holder.run("call.unhold")
    holder.check_flags("Connected", False, False)
    other.wait_for("Connected", False, False)
    talk.check_heard()
    talk.check_told(holder, HOLD + ["state from Connected"] + UNHOLD_HEARD + ["state from On Hold"])
    talk.check_told(other, ["HOLD FINISH remote", "state from Connected", "new remote track",
                            "UNHOLD FINISH remote", "state from On Hold"])
    talk.end(1)


def caller_holds():
    in_real_time(lambda scene: hold_by_one(scene, lambda talk: (talk.a, talk.b)))


def callee_holds():
    in_real_time(lambda scene: hold_by_one(scene, lambda talk: (talk.b, talk.a)))


def hold_by_both(scene, first_resumes):
    """The caller holds first; first_resumes says whether it is also the first to resume."""
    talk = Conversation(scene)
    a, b = talk.parties
    a.run("call.hold")
    b.wait_for("On Hold", False, True)
    talk.check_silent()
    b.run("call.hold")
    b.check_flags("On Hold", True, True)
    a.wait_for("On Hold", True, True)
    talk.check_silent()

    one, two = (a, b) if first_resumes else (b, a)
    one.run("call.unhold")
    one.check_flags("On Hold", False, True)
    two.wait_for("On Hold", True, False)
    talk.check_silent()
    two.run("call.unhold")
    two.check_flags("Connected", False, False)
    one.wait_for("Connected", False, False)
    talk.check_heard()

    told = {a: HOLD + ["state from Connected", "HOLD FINISH remote", "state from On Hold"],
            b: ["HOLD FINISH remote", "state from Connected"] + HOLD + ["state from On Hold"]}
    talk.check_told(one, told[one] + UNHOLD + ["state from On Hold", "new remote track",
                                               "UNHOLD FINISH remote", "state from On Hold"])
    talk.check_told(two, told[two] + ["UNHOLD FINISH remote", "state from On Hold"] + UNHOLD_HEARD
                    + ["state from On Hold"])
    talk.end(1)


def both_hold_and_the_first_resumes_first():
    in_real_time(lambda scene: hold_by_both(scene, True))


def both_hold_and_the_last_resumes_first():
    in_real_time(lambda scene: hold_by_both(scene, False))


def hold_again_and_again(scene):
    """By turns, so that each side's descriptions follow both roles."""
    talk = Conversation(scene)
    for holder, other in ((talk.a, talk.b), (talk.b, talk.a), (talk.a, talk.b)):
        holder.run("call.hold")
        other.wait_for("On Hold", False, True)
        talk.check_silent()
        holder.run("call.unhold")
        other.wait_for("Connected", False, False)
        talk.check_heard()
    talk.end(3)


def by_turns():
    in_real_time(hold_again_and_again)


def fail_and_go_on(scene):
    """The gateway refuses: an error, and the talk goes on without a gap."""
    talk = Conversation(scene)
    scene.sandbox.add_fault("request", type="startCallUpdate", status=500, statusCode=26)
    error = talk.a.daemon.client.refused("call.hold", callId=talk.a.call, await_=True)
    tap.equal(error.data["code"], 26)
    scene.sandbox.clear_faults()
    talk.a.check_flags("Connected", False, False)
    talk.check_told(talk.a, ["HOLD START", "HOLD FINISH error 26", "state from Connected error 26"])
    talk.check_told(talk.b, [])
    talk.check_heard()
    talk.end(0)


def refused_hold_changes_nothing():
    in_real_time(fail_and_go_on)


def wrong_states():
    with Scene() as scene:
        talk = Conversation(scene)
        client = talk.a.daemon.client
        tap.equal(client.refused("call.unhold", callId=talk.a.call).data["code"], "call:6")
        talk.a.run("call.hold")
        tap.equal(client.refused("call.hold", callId=talk.a.call).data["code"], "call:6")
        tap.equal(client.refused("call.hold", callId="nonsense").data["code"], "call:7")
        talk.a.check_flags("On Hold", True, False)
        talk.a.run("call.end")
        tap.equal(client.refused("call.unhold", callId=talk.a.call).data["code"], "call:6")


def custom_parameters_go_along():
    with Scene() as scene:
        talk = Conversation(scene)
        client, told = talk.a.daemon.client, talk.b.daemon.client
        given = [{"name": "X-Ticket", "value": "8841"}]

        def check_arrived():
            event = told.wait_for("call:customParameters",
                                  lambda params: params["callId"] == talk.b.call)
            tap.equal(event["customParameters"], given)
        client.call("call.setCustomParameters", callId=talk.a.call, customParameters=given)
        talk.a.run("call.hold")
        check_arrived()
        client.call("call.sendCustomParameters", callId=talk.a.call, await_=True)
        tap.equal(talk.a.daemon.get(talk.a.call)["customParameters"], given)
        client.call("call.setCustomParameters", callId=talk.a.call)
        tap.equal(talk.a.daemon.get(talk.a.call)["customParameters"], [])
        tap.equal(client.refused("call.setCustomParameters", callId="nonsense").data["code"],
                  "call:7")
        talk.a.run("call.end")


if __name__ == "__main__":
    tap.run("holds", [
        caller_holds, callee_holds, both_hold_and_the_first_resumes_first,
        both_hold_and_the_last_resumes_first, by_turns, refused_hold_changes_nothing, wrong_states,
        custom_parameters_go_along,
    ])
