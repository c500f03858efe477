#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Transfers: who hears whom before, while and after, and what all three are told.

And transfers and joins that the gateway refuses: the calls go on as they were.
"""
import tap
from handset import RpcError, Scene, in_real_time, tell
from party import Line, check_heard, connect, hold

A_HZ, B_HZ, C_HZ, PERSON_HZ = 500, 800, 1100, 440
KNOWN = (A_HZ, B_HZ, C_HZ, PERSON_HZ)

RESUMED = ["new remote track", "UNHOLD FINISH remote", "state from On Hold"]
RELEASED = ["state from On Hold", "END FINISH", "state from Ended"]


def begin(name):
    return [name + " START", name + " UPDATE"]


def check_released(line, expected):
    """A call that is transferred ends with the operation, and again when its leg is released."""
    line.client.poll(lambda: tell(line.client, line.call)[-len(RELEASED):] == RELEASED,
                     what="an end")
    tap.equal(line.take_told(), expected + RELEASED, "events of " + line.daemon.name)
    event = [params for name, params in line.client.history
             if name == "call:stateChange" and params["callId"] == line.call]
    tap.equal([params["transition"]["statusCode"] for params in event[-2:]], [9905, 9905])


def check_party(line, address):
    tap.equal(line.get()["remoteParticipant"]["displayNumber"].replace("sip:", ""), address,
              "whom %s talks to" % line.daemon.name)


def end_all(scene, line, other):
    line.run("call.end")
    other.wait_for("Ended")
    tap.equal(scene.sandbox.get_state()["calls"], 0, "calls that the gateway still has")


def hold_and_resume(one, two, heard):
    """The two that are left can do with each other what any two can."""
    one.run("call.hold")
    two.wait_for("On Hold", False, True)
    check_heard({one: (), two: ()}, KNOWN)
    one.run("call.unhold")
    two.wait_for("Connected", False, False)
    check_heard(heard, KNOWN)


def transfer_to_user(scene, behaviour):
    a, b, c = (scene.daemon(name) for name in "abc")
    scene.sandbox.control("POST", "/behaviour", behaviour)
    ab, ba = connect(scene, a, b, A_HZ, B_HZ)
    check_heard({ab: {B_HZ}, ba: {A_HZ}}, KNOWN)
    hold(ab, ba)
    check_heard({ab: (), ba: ()}, KNOWN)
    done = a.client.start("call.directTransfer", callId=ab.call, destination=c.address, await_=True)
    cb = Line(scene, c, c.wait_for_call())
    check_party(cb, b.address)
    check_heard({ab: (), ba: ()}, KNOWN)
    tap.equal(ab.take_told(), begin("DIRECT_TRANSFER"))
    c.answer(cb.call, "tone:%d" % C_HZ)
    a.client.result(done)
    check_released(ab, ["local track ended", "DIRECT_TRANSFER FINISH"])
    for line in (ba, cb):
        line.wait_for("Connected", False, False)
    check_heard({ba: {C_HZ}, cb: {B_HZ}}, KNOWN)
    check_party(ba, c.address)
    check_party(cb, b.address)
    return ba, cb


def direct_transfer_with_an_offer_of_the_target(scene):
    ba, cb = transfer_to_user(scene, {"transfereeOffers": False})
    tap.equal(ba.take_told(), RESUMED)
    tap.equal(cb.take_told(), ["receive", "state from Initiating", "ANSWER START",
                               "new local track", "ANSWER FINISH", "new remote track",
                               "state from Ringing"])
    hold_and_resume(ba, cb, {ba: {C_HZ}, cb: {B_HZ}})
    hold_and_resume(cb, ba, {ba: {C_HZ}, cb: {B_HZ}})
    end_all(scene, cb, ba)


def direct_transfer_with_an_offer_of_the_transferee(scene):
    ba, cb = transfer_to_user(scene, {"transfereeOffers": True})
    tap.equal(ba.take_told(), RESUMED)
    tap.equal(cb.take_told(), ["receive", "new remote track", "state from Initiating",
                               "ANSWER START", "new local track", "ANSWER FINISH",
                               "state from Ringing"])
    hold_and_resume(ba, cb, {ba: {C_HZ}, cb: {B_HZ}})
    end_all(scene, ba, cb)


def transfer_to_person(scene):
    """The person makes the offer; and one that was called is transferred itself."""
    a, b = scene.daemon("a"), scene.daemon("b")
    ab, ba = connect(scene, a, b, A_HZ, B_HZ)
    hold(ab, ba)
    ab.run("call.directTransfer", destination="tone@sandbox.test")
    ba.wait_for("Connected", False, False)
    check_heard({ba: {PERSON_HZ}}, KNOWN)
    check_party(ba, "tone@sandbox.test")
    ba.run("call.hold")
    check_heard({ba: ()}, KNOWN)
    done = b.client.start("call.directTransfer", callId=ba.call, destination=a.address, await_=True)
    back = Line(scene, a, a.wait_for_call())
    check_party(back, "tone@sandbox.test")
    a.answer(back.call, "tone:%d" % A_HZ)
    b.client.result(done)
    back.wait_for("Connected", False, False)
    check_heard({back: {PERSON_HZ}}, KNOWN)
    back.run("call.end")
    tap.equal(scene.sandbox.get_state()["calls"], 0, "calls that the gateway still has")


def consult(scene):
    a, b, c = (scene.daemon(name) for name in "abc")
    ab, ba = connect(scene, a, b, A_HZ, B_HZ)
    hold(ab, ba)
    ac, ca = connect(scene, a, c, A_HZ, C_HZ)
    check_heard({ab: (), ba: (), ac: {C_HZ}, ca: {A_HZ}}, KNOWN)
    hold(ac, ca)
    check_heard({ab: (), ba: (), ac: (), ca: ()}, KNOWN)
    ab.run("call.consultativeTransfer", otherCallId=ac.call)
    check_released(ab, begin("CONSULTATIVE_TRANSFER") + ["local track ended",
                                                         "CONSULTATIVE_TRANSFER FINISH"])
    ac.wait_for("Ended")
    tap.equal(ac.take_told(), ["CONSULTATIVE_TRANSFER UPDATE", "local track ended",
                               "END FINISH remote", "state from On Hold"])
    for line in (ba, ca):
        line.wait_for("Connected", False, False)
    check_heard({ba: {C_HZ}, ca: {B_HZ}}, KNOWN)
    for line in (ba, ca):
        tap.equal(line.take_told(), RESUMED, line.daemon.name)
    check_party(ba, c.address)
    check_party(ca, b.address)
    hold_and_resume(ba, ca, {ba: {C_HZ}, ca: {B_HZ}})
    end_all(scene, ba, ca)


def consult_persons(scene):
    """Nobody but the one who transfers is a user: the persons are left with each other."""
    a = scene.daemon("a")
    calls = [Line(scene, a, a.make(name + "@sandbox.test", await_=True))
             for name in ("tone", "echo")]
    for line in calls:
        line.run("call.hold")
    calls[0].run("call.consultativeTransfer", otherCallId=calls[1].call)
    for line in calls:
        line.wait_for("Ended")
    tap.equal(scene.sandbox.get_state()["calls"], 1, "calls between persons")


def fail_to_transfer(scene):
    """The target does not take the call: an error, and the call goes on where it was held."""
    a, b, c = (scene.daemon(name) for name in "abc")
    ab, ba = connect(scene, a, b, A_HZ, B_HZ)
    hold(ab, ba)
    for name, code in (("busy", 486), ("nobody", 404), ("c", 603), ("noanswer", 480)):
        failing = a.client.start("call.directTransfer", callId=ab.call, await_=True,
                                 destination=name + "@sandbox.test")
        if name == "c":
            c.client.call("call.reject", callId=c.wait_for_call(), await_=True)
        tap.equal(fail(a.client, failing).data["code"], "call:2", name)
        tap.equal(ab.take_told(), begin("DIRECT_TRANSFER") + [
            "DIRECT_TRANSFER FINISH error call:2", "state from On Hold error call:2"])
        event = [params for name, params in a.client.history if name == "call:stateChange"][-1]
        tap.equal(event["transition"]["statusCode"], code)
    tap.equal(ba.take_told(), [])
    check_party(ba, a.address)
    ab.run("call.unhold")
    ba.wait_for("Connected", False, False)
    check_heard({ab: {B_HZ}, ba: {A_HZ}}, KNOWN)
    end_all(scene, ab, ba)


def fail(client, number):
    """Returns: the RpcError that the request must end in."""
    try:
        result = client.result(number)
    except RpcError as error:
        return error
    raise AssertionError("it did not fail but ended in %r" % result)


def direct_transfer():
    in_real_time(direct_transfer_with_an_offer_of_the_target)


def direct_transfer_offered_by_the_transferee():
    in_real_time(direct_transfer_with_an_offer_of_the_transferee)


def direct_transfer_to_and_from_a_person():
    in_real_time(transfer_to_person)


def consultative_transfer():
    in_real_time(consult)


def consultative_transfer_of_persons():
    in_real_time(consult_persons)


def target_does_not_take_the_call():
    in_real_time(fail_to_transfer, options=("--ring-timeout", "3"))


def end_while_the_target_rings(scene, choose):
    a, b, c = (scene.daemon(name) for name in "abc")
    ab, ba = connect(scene, a, b, A_HZ, B_HZ)
    hold(ab, ba)
    waiting = a.client.start("call.directTransfer", callId=ab.call, destination=c.address,
                             await_=True)
    cb = Line(scene, c, c.wait_for_call())
    one, other = choose(ab, ba)
    one.run("call.end")
    other.wait_for("Ended")
    cb.wait_for("Cancelled")
    fail(a.client, waiting)
    tap.equal(scene.sandbox.get_state()["calls"], 0, "calls that the gateway still has")


def transferor_ends_while_the_target_rings():
    with Scene() as scene:
        end_while_the_target_rings(scene, lambda ab, ba: (ab, ba))


def transferee_ends_while_the_target_rings():
    with Scene() as scene:
        end_while_the_target_rings(scene, lambda ab, ba: (ba, ab))


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
        direct_transfer, direct_transfer_offered_by_the_transferee,
        direct_transfer_to_and_from_a_person, consultative_transfer,
        consultative_transfer_of_persons, target_does_not_take_the_call,
        transferor_ends_while_the_target_rings, transferee_ends_while_the_target_rings,
        direct_transfer_is_refused, consultative_transfer_is_refused, join_is_refused,
        wrong_states_and_ids,
    ])
