#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Conversations that were recorded with the SDK's 4.20 client, held again by daemons.

What their front ends see is what the recorded applications saw: events, order and payload. Where
we decided otherwise, tests/data/recordings/deviations.json says so.
"""
import difflib
import json

import recording
import tap
from handset import Scene, audio_from


class Cast:
    """The users of a recording, each with a daemon of its own."""

    def __init__(self, scene, names=("alice", "bob")):
        self._scene = scene
        self.people = {name: scene.daemon(name) for name in names}
        for name, daemon in self.people.items():
            setattr(self, name, daemon)
        self.sandbox = scene.sandbox

    def ring(self, caller, callee, media=None, **options):
        """Returns: what each of them calls the call that rings between them."""
        ours = caller.client.call("call.make", destination=callee.address,
                                  media=media or audio_from("silence"),
                                  options=dict(options, speakerId="null"))
        theirs = callee.wait_for_call()
        caller.wait_for_state(ours, "Ringing")
        return ours, theirs

    def connect(self, caller, callee, media=None, **options):
        ours, theirs = self.ring(caller, callee, media, **options)
        run(callee, "answer", theirs, media=media or audio_from("silence"),
            options={"speakerId": "null"})
        caller.wait_for_state(ours, "Connected")
        return ours, theirs

    @staticmethod
    def get_kind(daemon, track_id):
        return daemon.client.call("media.getTrackById", trackId=track_id)["kind"]

    def wait_for_flags(self, daemon, call_id, local, remote):
        """Waits until the call is in that state of hold, and nothing is under way on it."""
        def is_so():
            call = daemon.get(call_id)
            return ((call["localHold"], call["remoteHold"]) == (local, remote)
                    and "localOp" not in call and "remoteOp" not in call)
        daemon.client.poll(is_so, what="%s %s" % (daemon.name, (local, remote)))

    def end(self, ender, call_id, other, other_id):
        run(ender, "end", call_id)
        other.wait_for_state(other_id, "Ended")


def run(daemon, method, call_id, **params):
    return daemon.client.call("call." + method, callId=call_id, await_=True, **params)


def audio(cast):
    ours, theirs = cast.connect(cast.alice, cast.bob)
    cast.end(cast.alice, ours, cast.bob, theirs)


def busy(cast):
    cast.alice.wait_for_state(cast.alice.make("busy@sandbox.test"), "Ended")


def cancel(cast):
    ours, theirs = cast.ring(cast.alice, cast.bob)
    run(cast.alice, "end", ours)
    cast.bob.wait_for_state(theirs, "Cancelled")


def reject(cast):
    ours, theirs = cast.ring(cast.alice, cast.bob)
    run(cast.bob, "reject", theirs)
    cast.alice.wait_for_state(ours, "Ended")


def ignore(cast):
    ours, theirs = cast.ring(cast.alice, cast.bob)
    run(cast.bob, "ignore", theirs)
    run(cast.alice, "end", ours)


def hold_by_caller(cast):
    ours, theirs = cast.connect(cast.alice, cast.bob)
    run(cast.alice, "hold", ours)
    cast.wait_for_flags(cast.bob, theirs, False, True)
    run(cast.alice, "unhold", ours)
    cast.wait_for_flags(cast.bob, theirs, False, False)
    cast.end(cast.alice, ours, cast.bob, theirs)


def hold_by_both(cast):
    ours, theirs = cast.connect(cast.alice, cast.bob)
    run(cast.alice, "hold", ours)
    cast.wait_for_flags(cast.bob, theirs, False, True)
    run(cast.bob, "hold", theirs)
    cast.wait_for_flags(cast.alice, ours, True, True)
    run(cast.alice, "unhold", ours)
    cast.wait_for_flags(cast.bob, theirs, True, False)
    run(cast.bob, "unhold", theirs)
    cast.wait_for_flags(cast.alice, ours, False, False)
    cast.end(cast.alice, ours, cast.bob, theirs)


def custom_parameters(cast):
    ours, theirs = cast.connect(cast.alice, cast.bob, customParameters=[
        {"name": "X-GPS", "value": "42.6,23.3"}])
    cast.alice.client.call("call.setCustomParameters", callId=ours, customParameters=[
        {"name": "X-Room", "value": "7"}])
    run(cast.alice, "sendCustomParameters", ours)
    cast.end(cast.alice, ours, cast.bob, theirs)


def dtmf(cast):
    ours, theirs = cast.connect(cast.alice, cast.bob)
    run(cast.alice, "sendDTMF", ours, tone="5")
    cast.end(cast.alice, ours, cast.bob, theirs)


def hold_two(cast):
    """Alice talks to Bob and then to Carol, and holds both. Returns: what each calls its calls."""
    ids = {}
    for other in (cast.bob, cast.carol):
        ids[other] = cast.connect(cast.alice, other)
        run(cast.alice, "hold", ids[other][0])
        cast.wait_for_flags(other, ids[other][1], False, True)
    return ids[cast.bob], ids[cast.carol]


def wait_for_end(daemon, call_id):
    """A transferred or joined call is Ended already when its leg is released."""
    daemon.client.wait_for("call:operation", lambda params: params["callId"] == call_id and
                           (params["operation"], params["transition"]) == ("END", "FINISH"))
    daemon.client.poll(lambda: "localOp" not in daemon.get(call_id), what="an end of operations")


def direct_transfer(cast):
    cast.sandbox.control("POST", "/behaviour", {"transfereeOffers": True})
    ours, theirs = cast.connect(cast.alice, cast.bob)
    run(cast.alice, "hold", ours)
    cast.wait_for_flags(cast.bob, theirs, False, True)
    transfer = cast.alice.client.start("call.directTransfer", callId=ours,
                                       destination=cast.carol.address, await_=True)
    third = cast.carol.wait_for_call()
    cast.carol.answer(third)
    cast.alice.client.result(transfer)
    wait_for_end(cast.alice, ours)
    cast.wait_for_flags(cast.bob, theirs, False, False)
    cast.end(cast.bob, theirs, cast.carol, third)


def consultative_transfer(cast):
    (first, theirs), (second, third) = hold_two(cast)
    run(cast.alice, "consultativeTransfer", first, otherCallId=second)
    for other, call in ((cast.bob, theirs), (cast.carol, third)):
        cast.wait_for_flags(other, call, False, False)
    for call in (first, second):
        wait_for_end(cast.alice, call)
    cast.end(cast.bob, theirs, cast.carol, third)


def join(cast):
    (first, theirs), (second, third) = hold_two(cast)
    cast.sandbox.control("POST", "/behaviour", {"joinedOffer": False})
    joined = cast.alice.client.call("call.join", callId=first, otherCallId=second, await_=True)
    for call in (first, second):
        wait_for_end(cast.alice, call)
    cast.alice.wait_for_state(joined, "Connected")
    for other, call in ((cast.bob, theirs), (cast.carol, third)):
        cast.wait_for_flags(other, call, False, False)


VIDEO = dict(audio_from("silence"), video=True, videoOptions={"deviceId": "pattern"})


def video(cast):
    ours, theirs = cast.connect(cast.alice, cast.bob, VIDEO)
    cast.end(cast.bob, theirs, cast.alice, ours)


def stats(cast):
    ours, theirs = cast.connect(cast.alice, cast.bob, VIDEO)
    run(cast.alice, "getStats", ours)
    cast.end(cast.alice, ours, cast.bob, theirs)


def replace_track(cast):
    ours, theirs = cast.connect(cast.alice, cast.bob, VIDEO)
    event = cast.alice.client.wait_for("call:newTrack", lambda params: params["local"] and "video"
                                       in cast.get_kind(cast.alice, params["trackId"]))
    run(cast.alice, "replaceTrack", ours, trackId=event["trackId"],
        media={"video": True, "videoOptions": {"deviceId": "pattern"}})
    cast.end(cast.alice, ours, cast.bob, theirs)


def mute(cast):
    ours, theirs = cast.connect(cast.alice, cast.bob)
    tracks = cast.alice.get(ours)["localTracks"]
    for method, event in (("media.muteTracks", "media:muted"),
                          ("media.unmuteTracks", "media:unmuted")):
        cast.alice.client.call(method, trackIds=tracks)
        cast.alice.client.wait_for(event)
    cast.end(cast.alice, ours, cast.bob, theirs)


def add_remove_video(cast):
    ours, theirs = cast.connect(cast.alice, cast.bob)
    run(cast.bob, "startVideo", theirs, videoOptions={"deviceId": "pattern"})
    run(cast.bob, "stopVideo", theirs)
    cast.alice.client.poll(lambda: len(cast.alice.get(ours)["remoteTracks"]) == 1,
                           what="an end of the remote track")
    cast.end(cast.alice, ours, cast.bob, theirs)


def forward(cast):
    ours, theirs = cast.ring(cast.alice, cast.bob)
    run(cast.bob, "forward", theirs, destination=cast.carol.address)
    third = cast.carol.wait_for_call()
    cast.carol.answer(third)
    cast.alice.wait_for_state(ours, "Connected")
    cast.end(cast.alice, ours, cast.carol, third)


FLOWS = {
    "add-remove-video": add_remove_video, "mute": mute, "replace-track": replace_track,
    "stats": stats, "video": video,
    "audio": audio, "busy": busy, "cancel": cancel, "custom-parameters": custom_parameters,
    "consultative-transfer": consultative_transfer, "direct-transfer": direct_transfer,
    "dtmf": dtmf,
    "forward": forward, "hold-by-both": hold_by_both, "hold-by-caller": hold_by_caller,
    "ignore": ignore, "join": join, "reject": reject,
}


def compare(found, expected):
    """Returns: the lines that differ, - for what is missing and + for what is too much."""
    lines = [["%s %s" % (event, json.dumps(params, sort_keys=True)) for event, params in events]
             for events in (expected, found)]
    return [line for line in difflib.ndiff(*lines) if line[0] in "+-"]


def check(name):
    expected = recording.expect(name)
    with Scene() as scene:
        cast = Cast(scene, sorted(expected))
        FLOWS[name](cast)
        differences = []
        for user, calls in expected.items():
            told = recording.leave_out(name, recording.by_call(cast.people[user].client.history))
            tap.equal(sorted(told), sorted(calls), "calls of " + user)
            for call, events in calls.items():
                differences += ["%s %s: %s" % (user, call, line)
                                for line in compare(told[call], events)]
        tap.true(not differences, "not as recorded:\n" + "\n".join(differences))


def as_case(name):
    def case():
        check(name)
    case.__name__ = name
    return case


def every_recording_is_held_again():
    tap.equal(sorted(FLOWS), recording.read_flows())


if __name__ == "__main__":
    tap.run("recordings", [as_case(name) for name in FLOWS] + [every_recording_is_held_again])
