#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""call.getReport: how a call went, while it is up and when it is over."""
import tap
import turn
from handset import Scene

ECHO = "echo@sandbox.test"
ORDER = ["answeredMs", "iceCompleteMs", "mediaConnectedMs", "firstPacketMs"]


def get_report(daemon, call):
    return daemon.client.call("call.getReport", callId=call)


def call_that_works():
    with Scene() as scene:
        a, b = scene.daemon("a"), scene.daemon("b")
        ours, theirs = a.connect_to(b)
        a.wait_for_packets(ours, 20)
        during = get_report(a, ours)
        tap.equal(during["state"], "Connected", "state")
        tap.true(during["timeline"]["ringingMs"] <= during["timeline"]["answeredMs"], "order")
        tap.equal(set(ORDER) - set(during["timeline"]), set(), "what was not reached")
        tap.true("endedMs" not in during["timeline"], "a call that is up has not ended")
        tap.true(during["timeline"]["iceCompleteMs"] <= during["timeline"]["mediaConnectedMs"]
                 <= during["timeline"]["firstPacketMs"], "order of %r" % during["timeline"])
        tap.equal(during["path"], {"local": "host", "remote": "host"}, "path")
        tap.equal(during["codecs"], {"audio": "audio/opus"}, "codecs")
        audio = during["quality"][-1]["audio"]
        tap.true(audio["packetsReceived"] >= 20, "packets of %r" % audio)
        tap.true(1 <= audio["mos"] <= 4.5, "estimate of %r" % audio)
        a.client.call("call.end", callId=ours, await_=True)
        b.wait_for_state(theirs, "Ended")
        for daemon, call in ((a, ours), (b, theirs)):
            after = get_report(daemon, call)
            tap.equal(after["state"], "Ended", "state")
            tap.true(after["timeline"]["endedMs"] >= after["timeline"]["answeredMs"], "the end")
            tap.true(after["quality"][-1]["audio"]["packetsReceived"] > 0, "the last look")
            tap.equal(after["problems"], [], "problems")
        tap.equal(get_report(b, theirs)["direction"], "incoming", "direction")


def call_with_video():
    with Scene() as scene:
        a, b = scene.daemon("a"), scene.daemon("b")
        media = {"audio": True, "audioOptions": {"deviceId": "silence"}, "video": True,
                 "videoOptions": {"deviceId": "pattern"}}
        ours = a.client.call("call.make", destination=b.address, media=media,
                             options={"speakerId": "null"})
        b.client.call("call.answer", callId=b.wait_for_call(), media=media, await_=True,
                      options={"speakerId": "null"})
        timeline = a.client.poll(
            lambda: "firstFrameMs" in get_report(a, ours)["timeline"]
            and get_report(a, ours)["timeline"], what="a picture")
        tap.true(timeline["firstPacketMs"] <= timeline["firstFrameMs"], "order of %r" % timeline)
        tap.true(get_report(a, ours)["quality"][-1]["video"]["packetsReceived"] > 0, "video")


def call_with_a_bad_relay():
    with Scene() as scene, turn.Turn(scene.folder) as server:
        a = scene.daemon("a", {"call": {"iceServers": [{
            "urls": "turn:127.0.0.1:%d" % server.port, "username": "ida", "credential": "no"}]}})
        call = a.make(ECHO, await_=True)
        problem, = a.client.poll(lambda: get_report(a, call)["problems"], what="a problem")
        tap.equal(problem["code"], "authentication:1", "code")
        tap.true("password is wrong" in problem["message"], problem["message"])
        a.client.call("call.end", callId=call, await_=True)
        tap.equal(get_report(a, call)["problems"], [problem], "problems of the ended call")


def call_that_fails():
    with Scene() as scene:
        a = scene.daemon("a", {"call": {"iceTransportPolicy": "relay"}})
        a.client.refused("call.make", destination=ECHO, await_=True)
        call = a.client.wait_for("call:start")["callId"]
        report = get_report(a, call)
        tap.true("no TURN server" in report["error"]["message"], "%r" % report)
        tap.true("endedMs" in report["timeline"] and "answeredMs" not in report["timeline"],
                 "timeline %r" % report["timeline"])
        tap.equal(report["quality"], [], "quality")
        tap.equal(a.client.refused("call.getReport", callId="nobody").data["code"], "call:7")


tap.run("report", [call_that_works, call_with_video, call_with_a_bad_relay, call_that_fails])
