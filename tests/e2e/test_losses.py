#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is lost on the way: websockets, answers of the gateway, notifications, whole processes."""
import contextlib
import os
import subprocess
import time

import sound
import tap
from handset import Scene, audio_from, in_real_time

# The daemon's own waits are short here, and it does not give up by itself.
PATIENT = {"connectivity": {"reconnectDelay": 100, "reconnectLimit": 0}}

UNREACHABLE = "handset:12"


def is_connected(daemon):
    return daemon.client.call("connection.getSocketState")["connected"]


def get_last_contact(daemon):
    return daemon.client.call("connection.getSocketState")["lastContact"]


def is_signed_in(daemon):
    return daemon.client.call("api.getConnection")["isConnected"]


def events_since(daemon, mark):
    """Returns: the names of the events that are not about calls."""
    return [name for name, _ in daemon.client.history[mark:]
            if not name.startswith(("call:", "media:"))]


def wait_until_lost(daemon):
    daemon.client.poll(lambda: not is_connected(daemon), what="loss of the websocket")


def wait_until_back(daemon):
    daemon.client.poll(lambda: is_connected(daemon), what="return of the websocket")


def drop_websocket(scene, daemon, code=1006):
    scene.sandbox.add_fault("websocket", action="drop", user=daemon.address, code=code)


def keep_out(scene, daemon):
    """Drops the websocket, and refuses new ones until clear_faults()."""
    scene.sandbox.add_fault("websocket", action="refuse", user=daemon.address, times="always")
    drop_websocket(scene, daemon)
    wait_until_lost(daemon)


def count_received(daemon, call_id):
    return sum(entry["packetsReceived"] for entry in daemon.get_stats(call_id, "inbound-rtp"))


def end(daemon, call_id):
    daemon.client.call("call.end", callId=call_id, await_=True)
    tap.equal(daemon.get(call_id)["state"], "Ended")


# The websocket


def lose_the_websocket(scene):
    a, b = scene.daemon("a", PATIENT), scene.daemon("b")
    heard = scene.path("heard.wav")
    a_call, b_call = a.connect_to(b, "tone:700", "file:" + heard)
    b.wait_for_packets(b_call, 25)
    mark = len(a.client.history)
    keep_out(scene, a)
    # two seconds of sound during which nobody is told anything
    b.wait_for_packets(b_call, count_received(b, b_call) + 100)
    tap.true(not is_connected(a), "the websocket came back though it was refused")
    scene.sandbox.clear_faults()
    wait_until_back(a)
    tap.equal(events_since(a, mark), ["ws:change"] * 3, "lost, connecting, open again")
    tap.equal((a.get(a_call)["state"], b.get(b_call)["state"]), ("Connected", "Connected"))
    lost = sum(entry["packetsLost"] for entry in b.get_stats(b_call, "inbound-rtp"))
    tap.equal(lost, 0, "packets lost")
    end(a, a_call)
    b.wait_for_state(b_call, "Ended")
    bursts = sound.Recording(heard).bursts(gap=0.15)
    tap.equal(len(bursts), 1, "pieces that the tone was heard in, %r" % bursts)
    tap.true(bursts[0].duration > 2, "only %s s of the tone were heard" % bursts[0].duration)
    tap.close(bursts[0].hz, 700, 2, "frequency")


def call_survives_the_websocket():
    in_real_time(lose_the_websocket)


def what_happens_meanwhile_is_learned():
    with Scene() as scene:
        a, b = scene.daemon("a", PATIENT), scene.daemon("b")
        a_call, b_call = a.connect_to(b)
        keep_out(scene, a)
        end(b, b_call)
        tap.equal(a.get(a_call)["state"], "Connected")
        scene.sandbox.clear_faults()
        a.wait_for_state(a_call, "Ended")


def websocket_is_tried_ever_less_often():
    config = {"connectivity": dict(PATIENT["connectivity"], reconnectTimeMultiplier=2)}
    with Scene() as scene:
        a = scene.daemon("a", config)
        mark = len(a.client.history)
        scene.sandbox.add_fault("websocket", action="refuse", user=a.address, times=3)
        before = time.monotonic()
        drop_websocket(scene, a)
        wait_until_lost(a)
        wait_until_back(a)
        elapsed = time.monotonic() - before
        tap.true(elapsed > 0.69, "refused three times in %.3f s, not 0.1 + 0.2 + 0.4" % elapsed)
        tap.equal(scene.sandbox.get_state()["faults"], [], "refusals that were not used")
        tap.equal(events_since(a, mark), ["ws:change"] * 3)
        tap.true("503" in a.read_log(), "the log does not say why the websocket was refused")


def gateway_falls_silent():
    """The line is there, but nobody at its end answers any more."""
    config = {"connectivity": dict(PATIENT["connectivity"], pingInterval=1000, maxMissedPings=2)}
    with Scene() as scene:
        a = scene.daemon("a", config)
        # Only of a gateway that has answered once an answer is expected.
        opened = get_last_contact(a)
        a.client.poll(lambda: get_last_contact(a) > opened, what="an answer to a ping")
        scene.sandbox.add_fault("websocket", action="refuse", user=a.address)
        scene.sandbox.add_fault("websocket", action="stall", user=a.address)
        wait_until_lost(a)
        tap.true("silent for too long" in a.read_log(), "the log does not say why it is lost")
        wait_until_back(a)
        tap.equal(scene.sandbox.get_state()["faults"], [], "refusals that were not used")
        a.make("echo@sandbox.test", await_=True)


def websocket_is_given_up():
    config = {"connectivity": {"reconnectDelay": 50, "reconnectLimit": 2}}
    with Scene() as scene:
        a = scene.daemon("a", config)
        mark = len(a.client.history)
        keep_out(scene, a)
        reason = {"reason": "LOST_CONNECTION"}
        a.client.wait_for("auth:change", lambda params: params == reason)
        a.client.wait_for("subscription:change", lambda params: params == reason)
        tap.equal(events_since(a, mark), ["ws:change", "ws:change", "auth:change",
                                          "subscription:change"])
        tap.true(not is_signed_in(a), "still signed in")
        scene.sandbox.clear_faults()
        a.sign_in()
        a.connect_to(scene.daemon("b"))


def no_websocket_no_session():
    config = {"connectivity": {"reconnectDelay": 50, "reconnectLimit": 2}}
    with Scene() as scene:
        a = scene.daemon("a", config, sign_in=False)
        scene.sandbox.add_fault("websocket", action="refuse", times="always")
        error = a.refuse_to_sign_in()
        tap.equal(error.data["code"], "subscription:1")
        tap.true("503" in error.message, "the message does not say why: " + error.message)
        user, = scene.sandbox.get_state()["users"]
        tap.equal(user["subscriptions"], [], "subscriptions that nobody uses")
        tap.true(not is_signed_in(a), "signed in without a websocket")


def gateway_ends_the_session():
    with Scene() as scene:
        a, b = scene.daemon("a", PATIENT), scene.daemon("b")
        a_call, b_call = a.connect_to(b)
        mark = len(a.client.history)
        drop_websocket(scene, a, 1000)
        a.client.wait_for("subscription:change",
                          lambda params: params.get("reason") == "LOST_CONNECTION")
        tap.equal(events_since(a, mark), ["ws:change", "auth:change", "subscription:change"])
        tap.true(not is_signed_in(a) and not is_connected(a), "still signed in")
        tap.equal(a.get(a_call)["state"], "Connected")
        end(a, a_call)
        b.wait_for_state(b_call, "Ended")
        a.sign_in()
        a_call, b_call = a.connect_to(b)
        end(b, b_call)
        a.wait_for_state(a_call, "Ended")


def subscription_is_gone():
    with Scene() as scene:
        a, b = scene.daemon("a"), scene.daemon("b")
        a_call, b_call = a.connect_to(b)
        mark = len(a.client.history)
        scene.sandbox.add_fault("gone", user=a.address, retryAfter=7)
        told = a.client.wait_for("subscription:change", lambda params: params.get("reason"))
        tap.equal(told, {"reason": "GONE", "retryAfter": 7})
        tap.equal(events_since(a, mark), ["auth:change", "ws:change", "subscription:change"])
        changes = [params for name, params in a.client.history[mark:] if name == "auth:change"]
        tap.equal(changes, [{"forced": True, "reason": "GONE"}])
        tap.true(not is_signed_in(a), "still signed in")
        end(a, a_call)
        b.wait_for_state(b_call, "Ended")
        a.sign_in().connect_to(b)


def subscription_runs_out():
    """The gateway's clock, not ours: a second is less than the daemon renews in."""
    with Scene() as scene:
        a = scene.daemon("a", {"subscription": {"expires": 1}})
        told = a.client.wait_for("subscription:change", lambda params: params.get("reason"))
        tap.equal(told, {"reason": "GONE"})
        tap.true(not is_signed_in(a), "still signed in")
        a.client.call("api.updateConfig", newConfigValues={"subscription": {"expires": 600}})
        a.sign_in().connect_to(scene.daemon("b"))


def subscription_is_forgotten():
    """The gateway closes the websocket, and knows nothing of us when we come back."""
    with Scene() as scene:
        a = scene.daemon("a", {"connectivity": {"reconnectDelay": 50, "reconnectLimit": 3}})
        scene.sandbox.add_fault("expire", user=a.address, silent=True)
        told = a.client.wait_for("subscription:change", lambda params: params.get("reason"))
        tap.equal(told, {"reason": "LOST_CONNECTION"})
        a.sign_in().connect_to(scene.daemon("b"))


# Answers of the gateway. Of each kind: what it answers, and the code of what the request ends in
# when it is part of a call.

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


# Notifications


def notifications_come_twice():
    with Scene() as scene:
        a, b = scene.daemon("a"), scene.daemon("b")
        scene.sandbox.add_fault("notification", action="duplicate", times="always")
        a_call, b_call = a.connect_to(b)
        end(a, a_call)
        b.wait_for_state(b_call, "Ended")
        check_once(a, a_call, "call:stateChange", 4)
        check_once(b, b_call, "call:stateChange", 3)


def check_once(daemon, call_id, name, times):
    found = [params for event, params in daemon.client.history
             if event == name and params["callId"] == call_id]
    tap.equal(len(found), times, "%s at %s: %r" % (name, daemon.name, found))
    tap.equal(len(daemon.client.call("call.getAll")), 1, "calls of " + daemon.name)


def copies_of_notifications_have_names_of_their_own():
    """So they pass for new ones, and must do no harm."""
    with Scene() as scene:
        a, b = scene.daemon("a"), scene.daemon("b")
        scene.sandbox.add_fault("notification", action="duplicate", newEventId=True,
                                times="always")
        a_call, b_call = a.connect_to(b)
        b.wait_for_packets(b_call, 25)
        tap.equal((a.get(a_call)["state"], b.get(b_call)["state"]), ("Connected", "Connected"))
        end(b, b_call)
        a.wait_for_state(a_call, "Ended")
        check_once(a, a_call, "call:stateChange", 4)
        check_once(b, b_call, "call:stateChange", 3)


def notifications_come_late():
    with Scene() as scene:
        a, b = scene.daemon("a"), scene.daemon("b")
        scene.sandbox.add_fault("notification", action="delay", delayMs=400, times="always")
        a_call, b_call = a.connect_to(b)
        end(a, a_call)
        b.wait_for_state(b_call, "Ended")


def ringing_comes_after_the_answer():
    with Scene() as scene:
        a, b = scene.daemon("a"), scene.daemon("b")
        scene.sandbox.add_fault("notification", action="reorder", type="ringing", user=a.address,
                                delayMs=20000)
        a_call = a.make(b.address)
        b.answer(b.wait_for_call())
        a.wait_for_state(a_call, "Connected")
        a.wait_for_packets(a_call, 10)
        tap.equal(a.get(a_call)["state"], "Connected")
        end(a, a_call)


def frames_are_garbage():
    frames = ["this is no notification {", "[]", "null", "{}", '{"notificationMessage":7}',
              '{"notificationMessage":{"eventType":[]}}', "\x00", '{"notificationMessage":{}}',
              '{"notificationMessage":{"eventType":"call"}}',
              '{"notificationMessage":{"eventType":"callEnd","sessionParams":"?"}}',
              "[" * 5000, '{"a":' * 5000, '"' + "x" * 500000 + '"']
    with Scene() as scene:
        a, b = scene.daemon("a"), scene.daemon("b")
        a_call, b_call = a.connect_to(b)
        mark = len(a.client.history)
        for frame in frames:
            scene.sandbox.control("POST", "/notify", {"user": a.address, "frame": frame})
        end(b, b_call)
        a.wait_for_state(a_call, "Ended")
        tap.true("ws:change" not in events_since(a, mark), "the websocket was lost")
        tap.true(is_connected(a), "the websocket is lost")


def session_of_nobody_is_told_of():
    """Notifications about legs that there are not."""
    with Scene() as scene:
        a, b = scene.daemon("a"), scene.daemon("b")
        for kind in ("callEnd", "sessionProgress", "respondCallUpdate", "startCallUpdate",
                     "ringing", "sessionComplete", "sessionFail", "callCancel", "nonsense"):
            scene.sandbox.control("POST", "/notify", {"user": a.address, "message": {
                "eventType": kind, "sessionParams": {"sessionData": "nobody", "sdp": "v=0"}}})
        a_call, _ = a.connect_to(b)
        tap.equal(len(a.client.call("call.getAll")), 1, "calls")
        end(a, a_call)


# Processes


def gateway_dies_and_comes_back():
    config = {"connectivity": {"reconnectDelay": 50, "reconnectLimit": 3}}
    with Scene() as scene:
        a, b = scene.daemon("a", config), scene.daemon("b", config)
        a_call, b_call = a.connect_to(b)
        scene.restart_sandbox()
        for daemon in (a, b):
            daemon.client.wait_for("auth:change",
                                   lambda params: params.get("reason") == "LOST_CONNECTION")
            tap.true(not is_signed_in(daemon), "still signed in")
        # The media needs no gateway.
        b.wait_for_packets(b_call, count_received(b, b_call) + 25)
        for daemon, call in ((a, a_call), (b, b_call)):
            tap.equal(daemon.get(call)["state"], "Connected")
            error = daemon.client.refused("call.end", callId=call, await_=True)
            tap.equal(error.data["kind"], "gateway")
            tap.equal(daemon.get(call)["state"], "Ended")
            daemon.sign_in()
        a_call, b_call = a.connect_to(b)
        end(a, a_call)
        b.wait_for_state(b_call, "Ended")


def there_is_no_gateway():
    with Scene() as scene:
        a = scene.daemon("a", {"connectivity": {"reconnectDelay": 50, "reconnectLimit": 2}})
        scene.kill(scene.sandbox)
        a.client.wait_for("auth:change", lambda params: params.get("reason") == "LOST_CONNECTION")
        error = a.refuse_to_sign_in()
        tap.equal(error.data["code"], "authentication:4")
        tap.true("refused" in error.message, error.message)
        error = a.client.refused("call.make", destination="echo@sandbox.test",
                                 media=audio_from("silence"), await_=True)
        tap.equal(error.data["code"], UNREACHABLE)


def daemon_dies_and_comes_back():
    with Scene() as scene:
        a, b = scene.daemon("a"), scene.daemon("b")
        a_call, b_call = a.connect_to(b)
        scene.kill(a)
        tap.true(os.path.exists(a.socket_path), "the dead daemon's socket is gone")
        # The far end is not told: only media and audits show that somebody is there.
        tap.equal(b.get(b_call)["state"], "Connected")
        end(b, b_call)
        a = scene.daemon("a")
        tap.equal(a.client.call("call.getAll"), [])
        a_call, b_call = a.connect_to(b)
        b.wait_for_packets(b_call, 10)
        end(a, a_call)


def second_daemon_is_refused():
    with Scene() as scene:
        a = scene.daemon("a")
        second = subprocess.run([os.environ["HS_DAEMON"], "--socket", a.socket_path,
                                 "--config", scene.path("a.json")], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, timeout=30, check=False)
        told = second.stderr.decode()
        tap.equal(second.returncode, 1)
        tap.true("process %d " % a.pid in told and a.socket_path in told, told)
        tap.equal(a.client.call("rpc.ping"), "pong")
        with a.open_client() as client:
            tap.equal(client.call("rpc.ping"), "pong")


if __name__ == "__main__":
    tap.run("losses", [
        call_survives_the_websocket, what_happens_meanwhile_is_learned,
        websocket_is_tried_ever_less_often, gateway_falls_silent, websocket_is_given_up,
        no_websocket_no_session, gateway_ends_the_session, subscription_is_gone,
        subscription_runs_out, subscription_is_forgotten, signing_in_meets_bad_answers,
        busy_gateway_is_asked_again, making_a_call_meets_bad_answers,
        answering_meets_bad_answers, ending_meets_bad_answers, signing_out_meets_bad_answers,
        old_connections_close_under_requests, notifications_come_twice,
        copies_of_notifications_have_names_of_their_own, notifications_come_late,
        ringing_comes_after_the_answer, frames_are_garbage, session_of_nobody_is_told_of,
        gateway_dies_and_comes_back, there_is_no_gateway, daemon_dies_and_comes_back,
        second_daemon_is_refused,
    ])
