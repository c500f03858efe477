#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Transfers and joins that the gateway refuses: the calls go on as they were."""
import tap
from handset import Scene, tell


def hold_two(scene):
    """Returns: a daemon with two calls that it holds."""
    a = scene.daemon("a")
    calls = []
    for name in ("b", "c"):
        other = scene.daemon(name)
        calls.append(a.make(other.address))
        other.answer(other.wait_for_call())
        a.wait_for_state(calls[-1], "Connected")
        a.client.call("call.hold", callId=calls[-1], await_=True)
    return a, calls


def refuse(fault, method, operation, **more):
    with Scene() as scene:
        a, (first, second) = hold_two(scene)
        before = len(tell(a.client, first)), len(tell(a.client, second))
        scene.sandbox.add_fault("request", type=fault, status=500, statusCode=37)
        params = {name: second if value is None else value for name, value in more.items()}
        error = a.client.refused(method, callId=first, await_=True, **params)
        tap.equal(error.data["code"], 37)
        tap.equal(tell(a.client, first)[before[0]:],
                  [operation + " START", operation + " FINISH error 37",
                   "state from On Hold error 37"])
        tap.equal(tell(a.client, second)[before[1]:], [])
        tap.equal(len(a.client.call("call.getAll")), 2, "calls")

        scene.sandbox.clear_faults()
        for call in (first, second):
            tap.true("localOp" not in a.get(call), "something still runs")
            a.client.call("call.unhold", callId=call, await_=True)
            tap.equal(a.get(call)["state"], "Connected")
            a.wait_for_packets(call, sum(
                entry["packetsReceived"] for entry in a.get_stats(call, "inbound-rtp")) + 25)
            a.client.call("call.end", callId=call, await_=True)
        tap.equal(scene.sandbox.get_state()["calls"], 0, "calls that the gateway still has")


def direct_transfer_is_refused():
    refuse("transfer", "call.directTransfer", "DIRECT_TRANSFER", destination="d@sandbox.test")


def consultative_transfer_is_refused():
    refuse("transfer", "call.consultativeTransfer", "CONSULTATIVE_TRANSFER", otherCallId=None)


def join_is_refused():
    refuse("join", "call.join", "JOIN", otherCallId=None)


def wrong_states_and_ids():
    with Scene() as scene:
        a, (first, second) = hold_two(scene)
        a.client.call("call.unhold", callId=second, await_=True)
        for method in ("call.consultativeTransfer", "call.join"):
            for one, other, code in ((first, second, "call:6"), (second, first, "call:6"),
                                     (first, first, "call:7"), (first, "nonsense", "call:7"),
                                     ("nonsense", first, "call:7")):
                error = a.client.refused(method, callId=one, otherCallId=other)
                tap.equal(error.data["code"], code, method)
        error = a.client.refused("call.directTransfer", callId=second, destination="d@sandbox.test")
        tap.equal(error.data["code"], "call:6")
        for call, state in ((first, "On Hold"), (second, "Connected")):
            tap.equal(a.get(call)["state"], state)
            a.client.call("call.end", callId=call, await_=True)


if __name__ == "__main__":
    tap.run("transfers", [
        direct_transfer_is_refused, consultative_transfer_is_refused, join_is_refused,
        wrong_states_and_ids,
    ])
