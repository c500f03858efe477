#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the gateway answers to a request: refusals, garbage, half of it, nothing."""
import contextlib
import time

import tap
from contact import UNREACHABLE, events_since, is_connected, is_signed_in
from handset import Scene, audio_from

# Of each kind: what the gateway answers, and the code of what the request ends in when it is part
# of a call.

ANSWERS = [
    ("401", {"status": 401}, 401),
    ("403 with a code", {"status": 403, "statusCode": 4}, 4),
    ("403 as HTML", {"answer": "html"}, 403),
    ("404", {"status": 404}, 404),
    ("500", {"status": 500}, 500),
    ("503", {"status": 503}, 503),
    ("garbage", {"answer": "garbage"}, "handset:5"),
    ("nothing", {"answer": "empty"}, "handset:5"),
    ("half an answer", {"answer": "half"}, UNREACHABLE),
    ("a closed connection", {"answer": "close"}, UNREACHABLE),
    ("silence", {"answer": "never"}, "handset:1"),
]


@contextlib.contextmanager
def spoilt(scene, daemon, kind, answer):
    """Requests of that kind are answered so; more than one, for a closed connection is tried again
    when it was an old one."""
    # A short wait is for the answer that does not come; the others may take their time.
    limit = 300 if answer.get("answer") == "never" else None
    daemon.client.call("api.updateConfig", newConfigValues={"request": {"timeout": limit}})
    scene.sandbox.add_fault("request", type=kind, times="always", **answer)
    yield
    scene.sandbox.clear_faults()
    daemon.client.call("api.updateConfig", newConfigValues={"request": {"timeout": None}})


def signing_in_meets_bad_answers():
    with Scene() as scene:
        a = scene.daemon("a", sign_in=False)
        for name, answer, _ in ANSWERS:
            mark = len(a.client.history)
            with spoilt(scene, a, "subscribe", answer):
                error = a.refuse_to_sign_in()
            tap.equal(error.data["code"], "authentication:4", name)
            tap.true(error.message.startswith("cannot subscribe: "), error.message)
            tap.equal(events_since(a, mark), ["auth:change", "auth:change", "subscription:change",
                                              "subscription:error", "auth:error"], name)
            connection = a.client.call("api.getConnection")
            tap.equal((connection["isConnected"], connection["isPending"]), (False, False), name)
            tap.equal(connection["error"]["code"], "authentication:4", name)
        a.sign_in()
        tap.true("error" not in a.client.call("api.getConnection"), "an old error stays")


def busy_gateway_is_asked_again():
    with Scene() as scene:
        a = scene.daemon("a", sign_in=False)
        scene.sandbox.add_fault("request", type="subscribe", status=503,
                                headers={"Retry-After": "1"})
        before = time.monotonic()
        a.sign_in()
        tap.true(time.monotonic() - before >= 1, "it was asked again too early")
        a.client.call("api.disconnect", await_=True)
        asked = scene.sandbox.get_state()["requests"]["subscribe"]
        tap.equal(asked, 2)
        scene.sandbox.add_fault("request", type="subscribe", status=503, times="always",
                                headers={"Retry-After": "0"})
        tap.equal(a.refuse_to_sign_in().data["code"], "authentication:4")
        tap.equal(scene.sandbox.get_state()["requests"]["subscribe"] - asked, 4, "requests")


def making_a_call_meets_bad_answers():
    with Scene() as scene:
        a = scene.daemon("a")
        for name, answer, code in ANSWERS:
            with spoilt(scene, a, "callStart", answer):
                error = a.client.refused("call.make", destination="echo@sandbox.test",
                                         media=audio_from("silence"), await_=True,
                                         options={"speakerId": "null"})
            tap.equal(error.data["code"], code, name)
            call = a.client.call("call.getAll")[-1]
            tap.equal((call["state"], call["error"]["code"]), ("Ended", code), name)
            changed = a.client.wait_for("call:stateChange", lambda params, call=call:
                                        params["callId"] == call["id"])
            tap.equal(changed["error"]["code"], code, name)
        a.make("echo@sandbox.test", await_=True)


def answering_meets_bad_answers():
    with Scene() as scene:
        a, b = scene.daemon("a"), scene.daemon("b")
        a_call = a.make(b.address)
        b_call = b.wait_for_call()
        for name, answer, code in ANSWERS:
            with spoilt(scene, b, "callAnswer", answer):
                error = b.client.refused("call.answer", callId=b_call, media=audio_from("silence"),
                                         options={"speakerId": "null"}, await_=True)
            tap.equal(error.data["code"], code, name)
            call = b.get(b_call)
            tap.equal((call["state"], call["localTracks"]), ("Ringing", []), name)
            tap.equal(call["error"]["code"], code, name)
        b.answer(b_call)
        a.wait_for_state(a_call, "Connected")
        a.wait_for_packets(a_call, 10)


def ending_meets_bad_answers():
    """The call is over here whatever the gateway says; who waited hears what it said."""
    # When a deletion has succeeded, nobody reads what else there is to it.
    unread = ("garbage", "nothing", "half an answer")
    with Scene() as scene:
        a = scene.daemon("a")
        for name, answer, code in ANSWERS:
            call = a.make("echo@sandbox.test", await_=True)
            with spoilt(scene, a, "end", answer):
                if name in unread:
                    a.client.call("call.end", callId=call, await_=True)
                else:
                    error = a.client.refused("call.end", callId=call, await_=True)
                    tap.equal(error.data["code"], code, name)
            tap.equal(a.get(call)["state"], "Ended", name)
            tap.equal(a.get(call)["localTracks"], [], name)


def signing_out_meets_bad_answers():
    with Scene("--max-sessions", "100") as scene:
        a = scene.daemon("a", sign_in=False)
        for name, answer, _ in ANSWERS:
            a.sign_in()
            with spoilt(scene, a, "unsubscribe", answer):
                a.client.call("api.disconnect", await_=True)
            tap.true(not is_signed_in(a) and not is_connected(a), name)
        a.sign_in().connect_to(scene.daemon("b"))


def old_connections_close_under_requests():
    """Such a request is sent once more on another connection; often, for it is a matter of time."""
    with Scene() as scene:
        a = scene.daemon("a", sign_in=False)
        for _ in range(50):
            a.sign_in()
            for kind, method, params in (
                    ("extend", "services.subscribe", {"services": ["custom"]}),
                    ("unsubscribe", "api.disconnect", {})):
                scene.sandbox.add_fault("request", type=kind, answer="close")
                a.client.call(method, await_=True, **params)
        state = scene.sandbox.get_state()
        tap.equal(state["faults"], [], "connections that were not closed")
        tap.equal(state["users"][0]["subscriptions"], [], "subscriptions that were not ended")


if __name__ == "__main__":
    tap.run("losses", [
        signing_in_meets_bad_answers, busy_gateway_is_asked_again, making_a_call_meets_bad_answers,
        answering_meets_bad_answers, ending_meets_bad_answers, signing_out_meets_bad_answers,
        old_connections_close_under_requests,
    ])
