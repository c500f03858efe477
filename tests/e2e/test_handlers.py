#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who has a say in session descriptions: editors, also in clients, and the check of candidates."""
import re
import socket

import tap
from handset import RpcError, Scene

ECHO = "echo@sandbox.test"


def set_handlers(daemon, *handlers):
    daemon.client.call("call.setSdpHandlers", sdpHandlers=list(handlers))


def client_handler(name, timeout_ms=20000):
    return {"type": "client", "id": name, "timeoutMs": timeout_ms}


def call_echo(daemon):
    call = daemon.make(ECHO, await_=True)
    tap.equal(daemon.get(call)["state"], "Connected", "state of the call")
    return call


def info_of(question):
    info = question[1]["info"]
    return "%s %s %s" % (info["endpoint"], info["type"], info["step"])


def order_of_a_clients_handlers():
    with Scene() as scene:
        a = scene.daemon("a")

        def mark(params):
            return params["newSdp"] + "a=x-%s:%s\r\n" % (params["id"], params["info"]["step"])

        a.client.answer_with("call.sdpHandler", mark)
        set_handlers(a, client_handler("first"), client_handler("second"))
        call = call_echo(a)
        questions = [q for q in a.client.questions if q[0] == "call.sdpHandler"]
        tap.equal([info_of(q) for q in questions], [
            step for step in ["local offer set", "local offer send", "remote answer set"]
            for _ in range(2)], "what handlers were asked")
        tap.equal([q[1]["id"] for q in questions], ["first", "second"] * 3, "whom they are")
        tap.true(all(q[1]["info"]["callId"] == call for q in questions), "the call is named")
        first, second = questions[0][1], questions[1][1]
        tap.equal(first["newSdp"], first["originalSdp"], "what the first one gets")
        tap.equal(second["newSdp"], first["newSdp"] + "a=x-first:set\r\n", "what the second gets")
        tap.equal(second["originalSdp"], first["originalSdp"], "the original")
        tap.true("a=candidate" not in first["newSdp"], "no candidates before they are collected")
        tap.true("a=candidate" in questions[2][1]["newSdp"], "candidates before sending")
        a.client.call("call.end", callId=call, await_=True)


def client_takes_codecs_away():
    with Scene() as scene:
        a = scene.daemon("a")

        def only_pcma(params):
            sdp = re.sub(r"(m=audio \d+ \S+) .*", r"\1 8", params["newSdp"])
            return re.sub(r"a=(rtpmap|fmtp|rtcp-fb):(?!8 ).*\r\n", "", sdp)

        a.client.answer_with("call.sdpHandler", only_pcma)
        set_handlers(a, client_handler("pcma"))
        call = call_echo(a)
        a.wait_for_packets(call, 10)
        tap.equal(a.get_codecs(call), {"audio/pcma"}, "codecs")


def useless_answers_change_nothing():
    answers = [
        lambda params: 5, lambda params: {"sdp": params["newSdp"]}, lambda params: "",
        lambda params: "no SDP at all", lambda params: params["newSdp"] + "x" * 70000,
        lambda params: params["newSdp"] + params["newSdp"][params["newSdp"].index("m="):],
        lambda params: params["newSdp"].replace("m=audio", "m=video"),
        lambda params: (_ for _ in ()).throw(RpcError({"code": 1, "message": "I will not"})),
    ]
    with Scene() as scene:
        a = scene.daemon("a")
        pending = []
        a.client.answer_with("call.sdpHandler", lambda params: pending.pop()(params)
                             if pending else params["newSdp"])
        set_handlers(a, client_handler("odd"))
        for answer in answers:
            pending[:] = [answer] * 3
            call = call_echo(a)
            tap.equal(len(pending), 0, "answers that were not asked for")
            a.client.call("call.end", callId=call, await_=True)


def silent_client_costs_its_time_limit_only():
    with Scene() as scene:
        a = scene.daemon("a")
        a.client.answer_with("call.sdpHandler", lambda params: None)
        set_handlers(a, client_handler("mute", timeout_ms=50))
        call_echo(a)
        tap.equal(len(a.client.questions), 3, "questions")


def closed_client_is_not_waited_for():
    with Scene() as scene:
        a = scene.daemon("a")
        with a.open_client() as other:
            other.call("call.setSdpHandlers", sdpHandlers=[client_handler("gone", 30000)])
        call_echo(a)
        # one that goes while it is asked
        with a.open_client() as other:
            other.call("call.setSdpHandlers", sdpHandlers=[client_handler("going", 30000)])
            call = a.make(ECHO)
            other.poll(lambda: other.questions, what="the question")
        a.wait_for_state(call, "Connected")


def last_client_wins():
    with Scene() as scene:
        a = scene.daemon("a")
        with a.open_client() as other:
            set_handlers(a, client_handler("mine"))
            a.client.answer_with("call.sdpHandler", lambda params: params["newSdp"])
            call_echo(a)
            asked = len(a.client.questions)
            other.call("call.setSdpHandlers", sdpHandlers=[])
            call_echo(a)
            tap.equal(len(a.client.questions), asked, "questions once there is no handler")
            config = a.client.call("api.getConfig")
            tap.equal(config["call"]["sdpHandlers"], [], "handlers in the configuration")


def handlers_of_the_configuration():
    with Scene() as scene:
        a = scene.daemon("a", {"call": {"sdpHandlers": [client_handler("nobody")]}})
        call_echo(a)
        tap.equal(a.client.questions, [], "questions of a handler that only the file names")
        a.client.answer_with("call.sdpHandler", lambda params: params["newSdp"])
        a.client.call("api.updateConfig", newConfigValues={
            "call": {"sdpHandlers": [client_handler("mine")]}})
        call_echo(a)
        tap.equal(len(a.client.questions), 3, "questions of a handler that a client has set")


def codec_remover_is_made():
    with Scene() as scene:
        a = scene.daemon("a")
        codecs = ["opus", {"name": "PCMU", "fmtpParams": ["never=1"]}, {"name": "G722"}]
        remover = a.client.call("sdpHandlers.createCodecRemover", codecs=codecs)
        tap.equal(remover, {"type": "codecRemover", "codecs": codecs}, "the descriptor")
        set_handlers(a, remover)
        call = call_echo(a)
        a.wait_for_packets(call, 10)
        tap.equal(a.get_codecs(call), {"audio/pcmu"}, "codecs")


def wrong_handlers_are_refused():
    wrong = [
        5, {"type": "other"}, {"type": "client", "id": 5}, {"type": "client", "timeoutMs": 0},
        {"type": "client", "codecs": []}, {"type": "codecRemover"},
        {"type": "codecRemover", "codecs": [{"fmtpParams": []}]},
    ]
    with Scene() as scene:
        a = scene.daemon("a", sign_in=False)
        for handler in wrong:
            error = a.client.refused("call.setSdpHandlers", sdpHandlers=[handler])
            tap.equal(error.code, -32602, "code for %r" % handler)
        tap.equal(a.client.refused("sdpHandlers.createCodecRemover", codecs=[5]).code, -32602)
        tap.equal(a.client.refused("sdpHandlers.createCodecRemover").code, -32602)


def available_codecs():
    with Scene() as scene:
        a = scene.daemon("a", sign_in=False)
        codecs = a.client.call("call.getAvailableCodecs", kind="audio")
        tap.equal([codec["mimeType"] for codec in codecs], [
            "audio/opus", "audio/PCMU", "audio/PCMA", "audio/telephone-event",
            "audio/telephone-event"], "audio codecs")
        tap.equal(codecs[0], {"mimeType": "audio/opus", "clockRate": 48000, "channels": 2,
                              "sdpFmtpLine": "minptime=10;useinbandfec=1"}, "opus")
        tap.equal(a.client.wait_for("call:availableCodecs"), {"kind": "audio", "codecs": codecs},
                  "event")
        a.client.call("call.getAvailableCodecs", kind="video")
        tap.equal(a.client.wait_for("call:availableCodecs")["kind"], "video", "kind of the event")
        tap.equal(a.client.refused("call.getAvailableCodecs", kind="smell").code, -32602, "code")


def check_candidates(answers, limit_ms=60000):
    """Returns: the questions of a call for which a client's check gives these answers."""
    with Scene() as scene, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        # Without an answer of the server collecting takes a while.
        deaf.bind(("127.0.0.1", 0))
        a = scene.daemon("a", {"call": {
            "iceServers": [{"urls": "stun:127.0.0.1:%d" % deaf.getsockname()[1]}],
            "iceCollectionDelay": 50, "maxIceTimeout": limit_ms}})
        a.client.answer_with("call.iceCollectionCheck",
                             lambda params: answers.pop(0) if answers else None)
        a.client.call("api.updateConfig", newConfigValues={
            "call": {"iceCollectionCheck": {"type": "client", "timeoutMs": 20000}}})
        call = call_echo(a)
        questions = [q[1] for q in a.client.questions if q[0] == "call.iceCollectionCheck"]
        tap.true(all(q["callId"] == call for q in questions), "the call is named")
        return questions


def client_checks_candidates():
    questions = check_candidates([False, "yes", True])
    tap.true(len(questions) <= 3, "asked again after yes: %r" % questions)
    for candidate in questions[0]["iceCandidates"]:
        tap.equal(candidate["type"], "host", "type")
        tap.equal(candidate["address"], "127.0.0.1", "address")
        tap.true(candidate["candidate"].startswith("candidate:"), candidate["candidate"])


def silent_check_is_not_waited_for():
    tap.true(len(check_candidates([], 300)) <= 1, "asked again without an answer")


tap.run("handlers", [
    order_of_a_clients_handlers, client_takes_codecs_away, useless_answers_change_nothing,
    silent_client_costs_its_time_limit_only, closed_client_is_not_waited_for, last_client_wins,
    handlers_of_the_configuration, codec_remover_is_made, wrong_handlers_are_refused,
    available_codecs, client_checks_candidates, silent_check_is_not_waited_for,
])
