#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls between two daemons, and from one to the sandbox's people, through the sandbox gateway.

The orders of events are those of the recorded conversations of the SDK that the daemon follows.
"""
import sound
import tap
from handset import Scene, audio_from, in_real_time, tell

# Each side's first words are lost while the far side is not connected yet.
LEAD_IN = 1.5
PACKET = 0.02

MAKE = ["MAKE START", "start", "new local track", "MAKE UPDATE", "state from Initiating"]
RING = MAKE + ["state from Initiated"]
RECEIVE = ["receive", "new remote track", "state from Initiating"]
CONNECT = RING + ["new remote track", "MAKE FINISH", "state from Ringing"]
ANSWER = RECEIVE + ["ANSWER START", "new local track", "ANSWER FINISH", "state from Ringing"]
END = ["END START", "local track ended", "END FINISH", "state from Connected"]
ENDED_REMOTELY = ["local track ended", "END FINISH remote", "state from Connected"]


def ring(scene):
    """Returns: two daemons, and what each calls the call that rings between them."""
    a, b = scene.daemon("a"), scene.daemon("b")
    a_call = a.make(b.address)
    b_call = b.wait_for_call()
    a.wait_for_state(a_call, "Ringing")
    return a, b, a_call, b_call


def connect(scene):
    a, b, a_call, b_call = ring(scene)
    b.answer(b_call)
    a.wait_for_state(a_call, "Connected")
    return a, b, a_call, b_call


def check_gateway_is_free(scene):
    tap.equal(scene.sandbox.get_state()["calls"], 0, "calls that the gateway still has")


def check_told(daemon, call_id, expected):
    tap.equal(tell(daemon.client, call_id), expected, "events of " + daemon.name)


# Sound


def write_words(path, notes):
    """Returns: the number of packets that it takes to say them all."""
    parts = [sound.silence(LEAD_IN)]
    for hz, seconds in notes:
        parts += [sound.tone(hz, seconds), sound.silence(0.3)]
    sound.write(path, *parts)
    return int(sum(map(len, parts)) / sound.RATE / PACKET)


def check_heard(path, notes, who):
    bursts = sound.Recording(path).bursts(gap=0.15)
    tap.equal(len(bursts), len(notes), "number of sounds that %s heard, %r" % (who, bursts))
    for burst, (hz, seconds) in zip(bursts, notes):
        tap.close(burst.hz, hz, 2, "frequency that %s heard" % who)
        tap.close(burst.duration, seconds, 0.06, "duration of what %s heard" % who)
        tap.close(burst.level, -12, 1.5, "level of what %s heard" % who)


def talk(scene, codec, lost=None, config=None):
    """Both sides speak at once, each in notes of its own, and record what they hear.

    lost: the payload numbers at the head of the offer that a gateway in between takes away.
    config: of the caller.
    """
    a_notes = [(500, 0.5), (800, 0.3), (1300, 0.4)]
    b_notes = [(1000, 1.2)]
    a, b = scene.daemon("a", config), scene.daemon("b")
    if lost:
        scene.sandbox.add_fault("sdpRewrite", type="callStart", pattern="SAVPF " + lost,
                                replacement="SAVPF")
    count = max(write_words(scene.path("a.wav"), a_notes),
                write_words(scene.path("b.wav"), b_notes))
    a_call = a.make(b.address, "file:" + scene.path("a.wav"), "file:" + scene.path("a-heard.wav"))
    b_call = b.wait_for_call()
    b.answer(b_call, "file:" + scene.path("b.wav"), "file:" + scene.path("b-heard.wav"))
    a.wait_for_state(a_call, "Connected")
    # the words' packets and as many as the two jitter buffers may hold
    a.wait_for_packets(a_call, count + 25)
    b.wait_for_packets(b_call, count + 25)
    tap.equal(a.get_codecs(a_call), {codec}, "codecs of a")
    tap.equal(b.get_codecs(b_call), {codec}, "codecs of b")
    a.client.call("call.end", callId=a_call, await_=True)
    b.wait_for_state(b_call, "Ended")
    check_told(a, a_call, CONNECT + END)
    check_told(b, b_call, ANSWER + ENDED_REMOTELY)
    check_heard(scene.path("b-heard.wav"), a_notes, "b")
    check_heard(scene.path("a-heard.wav"), b_notes, "a")


def talk_in_opus():
    in_real_time(lambda scene: talk(scene, "audio/opus"))


def talk_in_pcmu():
    in_real_time(lambda scene: talk(scene, "audio/pcmu", "111(?= 0 )"))


def talk_in_pcma():
    in_real_time(lambda scene: talk(scene, "audio/pcma", "111 0(?= 8 )"))


def talk_without_opus():
    config = {"call": {"sdpHandlers": [{"type": "codecRemover", "codecs": ["opus"]}]}}
    in_real_time(lambda scene: talk(scene, "audio/pcmu", config=config))


def hear_echo(scene):
    notes = [(600, 0.5), (1100, 0.4)]
    a = scene.daemon("a")
    count = write_words(scene.path("a.wav"), notes)
    call = a.make("echo@sandbox.test", "file:" + scene.path("a.wav"),
                  "file:" + scene.path("heard.wav"), await_=True)
    tap.equal(a.get(call)["state"], "Connected")
    a.wait_for_packets(call, count + 25)
    a.client.call("call.end", callId=call, await_=True)
    check_gateway_is_free(scene)
    check_heard(scene.path("heard.wav"), notes, "a")


def echo_comes_back():
    in_real_time(hear_echo)


def hear_tone(scene):
    a = scene.daemon("a")
    call = a.make("tone@sandbox.test", "silence", "file:" + scene.path("heard.wav"), await_=True)
    a.wait_for_packets(call, 75)
    a.client.call("call.end", callId=call, await_=True)
    burst, = sound.Recording(scene.path("heard.wav")).bursts()
    tap.close(burst.hz, 440, 2, "frequency")
    tap.close(burst.level, -12, 1, "level")
    tap.true(burst.duration > 1.2, "only %s s of tone" % burst.duration)


def tone_is_heard():
    in_real_time(hear_tone)


def hear_two_calls(scene):
    a = scene.daemon("a")
    tone = a.make("tone@sandbox.test", "silence", "file:" + scene.path("tone.wav"), await_=True)
    echo = a.make("echo@sandbox.test", "tone:900", "file:" + scene.path("echo.wav"), await_=True)
    for call in (tone, echo):
        a.wait_for_packets(call, 75)
    for call in (tone, echo):
        a.client.call("call.end", callId=call, await_=True)
    tap.equal({call["state"] for call in a.client.call("call.getAll")}, {"Ended"})
    for name, hz, other in (("tone", 440, 900), ("echo", 900, 440)):
        recording = sound.Recording(scene.path(name + ".wav"))
        tap.close(recording.bursts()[0].hz, hz, 2, "frequency in " + name)
        tap.true(recording.duration_of(hz) > 1.0, "%d Hz is missing in %s" % (hz, name))
        tap.true(recording.level_of(other) < -40, "%d Hz in %s" % (other, name))


def two_calls_do_not_mix():
    in_real_time(hear_two_calls)


# Ends


def caller_ends():
    with Scene() as scene:
        a, b, a_call, b_call = connect(scene)
        a.client.call("call.end", callId=a_call, await_=True)
        tap.equal(a.get(a_call)["state"], "Ended")
        event = b.wait_for_state(b_call, "Ended")
        tap.equal(event["transition"]["prevState"], "Connected")
        check_told(a, a_call, CONNECT + END)
        check_told(b, b_call, ANSWER + ENDED_REMOTELY)
        check_gateway_is_free(scene)


def callee_ends():
    with Scene() as scene:
        a, b, a_call, b_call = connect(scene)
        b.client.call("call.end", callId=b_call, await_=True)
        event = a.wait_for_state(a_call, "Ended")
        tap.equal(event["transition"]["prevState"], "Connected")
        check_told(a, a_call, CONNECT + ENDED_REMOTELY)
        check_told(b, b_call, ANSWER + END)
        check_gateway_is_free(scene)


def callee_rejects():
    with Scene() as scene:
        a, b, a_call, b_call = ring(scene)
        b.client.call("call.reject", callId=b_call, await_=True)
        tap.equal(b.get(b_call)["state"], "Ended")
        event = a.wait_for_state(a_call, "Ended")
        tap.equal(event["transition"]["statusCode"], 603)
        check_told(b, b_call,
                   RECEIVE + ["REJECT START", "REJECT FINISH", "state from Ringing"])
        check_told(a, a_call,
                   RING + ["local track ended", "END FINISH remote", "state from Ringing"])
        check_gateway_is_free(scene)


def callee_forwards():
    with Scene() as scene:
        a, b, a_call, b_call = ring(scene)
        c = scene.daemon("c")
        b.client.call("call.forward", callId=b_call, destination=c.address, await_=True)
        tap.equal(b.get(b_call)["state"], "Ended")
        check_told(b, b_call,
                   RECEIVE + ["FORWARD_CALL START", "FORWARD_CALL FINISH", "state from Ringing"])
        c_call = c.wait_for_call()
        tap.equal(c.get(c_call)["remoteParticipant"]["displayNumber"], a.address)
        c.answer(c_call)
        a.wait_for_state(a_call, "Connected")
        a.wait_for_packets(a_call, 25)
        c.wait_for_packets(c_call, 25)
        a.client.call("call.end", callId=a_call, await_=True)
        c.wait_for_state(c_call, "Ended")
        check_told(a, a_call, CONNECT + END)
        check_told(c, c_call, ANSWER + ENDED_REMOTELY)
        check_gateway_is_free(scene)


def callee_ignores():
    with Scene() as scene:
        a, b, a_call, b_call = ring(scene)
        b.client.call("call.ignore", callId=b_call, await_=True)
        tap.equal(b.get(b_call)["state"], "Ended")
        check_told(b, b_call,
                   RECEIVE + ["IGNORE START", "IGNORE FINISH", "state from Ringing"])
        tap.equal(a.get(a_call)["state"], "Ringing")
        a.client.call("call.end", callId=a_call, await_=True)
        check_told(a, a_call,
                   RING + ["END START", "local track ended", "END FINISH", "state from Ringing"])
        check_gateway_is_free(scene)


def caller_cancels():
    with Scene() as scene:
        a, b, a_call, b_call = ring(scene)
        a.client.call("call.end", callId=a_call, await_=True)
        b.wait_for_state(b_call, "Cancelled")
        check_told(a, a_call,
                   RING + ["END START", "local track ended", "END FINISH", "state from Ringing"])
        check_told(b, b_call, RECEIVE + ["state from Ringing"])
        tap.equal(b.client.refused("call.answer", callId=b_call, media=audio_from("silence"),
                                   await_=True).data["code"], "call:6")
        check_gateway_is_free(scene)


def fail_from(destination, state, status, *options):
    """Nobody takes the call: it ends with the gateway's code, coming from that state."""
    with Scene(*options) as scene:
        a = scene.daemon("a")
        call = a.make(destination)
        event = a.wait_for_state(call, "Ended")
        tap.equal(event["transition"]["statusCode"], status)
        tap.equal(event["transition"]["prevState"], state)
        begin = RING if state == "Ringing" else MAKE
        check_told(a, call, begin + ["local track ended", "END FINISH remote",
                                     "state from " + state])
        tap.true("endTime" in a.get(call), "no endTime")
        check_gateway_is_free(scene)


def busy():
    fail_from("busy@sandbox.test", "Initiated", 486)


def nobody_answers():
    fail_from("noanswer@sandbox.test", "Ringing", 480, "--ring-timeout", "1")


def nobody_has_that_name():
    fail_from("no.such.user@elsewhere.test", "Initiated", 404)


def known_but_away():
    with Scene() as scene:
        a, b = scene.daemon("a"), scene.daemon("b")
        b.client.call("api.disconnect", await_=True)
        call = a.make(b.address)
        event = a.wait_for_state(call, "Ended")
        tap.equal(event["transition"]["statusCode"], 480)


# Refusals


def refused_by_the_gateway():
    with Scene() as scene:
        a = scene.daemon("a")
        scene.sandbox.add_fault("request", type="callStart", status=500, statusCode=1004)
        error = a.client.refused("call.make", destination="echo@sandbox.test",
                                 media=audio_from("silence"), options={"speakerId": "null"},
                                 await_=True)
        tap.equal(error.data["code"], 1004)
        call, = a.client.call("call.getAll")
        tap.equal(call["state"], "Ended")
        check_told(a, call["id"], ["MAKE START", "start", "new local track", "local track ended",
                                   "MAKE FINISH error 1004", "state from Initiating error 1004"])


def no_such_microphone():
    with Scene() as scene:
        a = scene.daemon("a")
        error = a.client.refused("call.make", destination="echo@sandbox.test",
                                 media=audio_from("file:/does/not/exist.wav"), await_=True)
        tap.equal(error.data["code"], "call:4")
        check_gateway_is_free(scene)


def wrong_states_and_ids():
    with Scene() as scene:
        a, b, a_call, b_call = connect(scene)
        for daemon, call in ((a, a_call), (b, b_call)):
            for method in ("call.answer", "call.reject", "call.ignore"):
                more = {"media": audio_from("silence")} if method == "call.answer" else {}
                error = daemon.client.refused(method, callId=call, await_=True, **more)
                tap.equal(error.data["code"], "call:6", method)
        for method in ("call.end", "call.reject", "call.getStats"):
            error = a.client.refused(method, callId="nonsense", await_=True)
            tap.equal(error.data["code"], "call:7", method)
        tap.equal(a.get(a_call)["state"], "Connected")
        tap.equal(b.get(b_call)["state"], "Connected")
        a.client.call("call.end", callId=a_call, await_=True)


def calls_are_described():
    with Scene() as scene:
        a, b, a_call, b_call = connect(scene)
        ours, theirs = a.get(a_call), b.get(b_call)
        tap.equal((ours["direction"], theirs["direction"]), ("outgoing", "incoming"))
        tap.equal(theirs["from"], a.address)
        tap.equal(theirs["remoteParticipant"]["displayNumber"], a.address)
        for call in (ours, theirs):
            tap.equal((len(call["localTracks"]), len(call["remoteTracks"])), (1, 1), "tracks")
            tap.equal((call["localHold"], call["remoteHold"]), (False, False), "hold flags")
            tap.true(call["startTime"] > 1.6e12, "startTime %r" % call["startTime"])
        a.client.call("call.end", callId=a_call, await_=True)
        tap.true(a.get(a_call)["endTime"] >= ours["startTime"], "endTime")


if __name__ == "__main__":
    tap.run("calls", [
        talk_in_opus, talk_in_pcmu, talk_in_pcma, talk_without_opus, echo_comes_back, tone_is_heard,
        two_calls_do_not_mix, caller_ends, callee_ends, callee_rejects, callee_ignores,
        callee_forwards, caller_cancels, busy, nobody_answers, nobody_has_that_name, known_but_away,
        refused_by_the_gateway, no_such_microphone, wrong_states_and_ids, calls_are_described,
    ])
