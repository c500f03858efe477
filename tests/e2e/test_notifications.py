#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Notifications that come twice, late, in another order, or as garbage."""
import tap
from contact import end, events_since, is_connected
from handset import Scene


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


if __name__ == "__main__":
    tap.run("losses", [
        notifications_come_twice, copies_of_notifications_have_names_of_their_own,
        notifications_come_late, ringing_comes_after_the_answer, frames_are_garbage,
        session_of_nobody_is_told_of,
    ])
