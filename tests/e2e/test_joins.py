#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Joins: three parties of whom each hears the other two and not himself; and how they end."""
import tap
from handset import in_real_time, tell
from party import Line, check_heard, connect, hold

A_HZ, B_HZ, C_HZ, PERSON_HZ = 500, 800, 1100, 440
KNOWN = (A_HZ, B_HZ, C_HZ, PERSON_HZ)

BEGUN = ["JOIN START", "JOIN UPDATE"]
RESUMED = ["new remote track", "UNHOLD FINISH remote", "state from On Hold"]
RELEASED = ["local track ended", "JOIN FINISH", "state from On Hold", "END FINISH",
            "state from Ended"]


def hold_two(scene):
    """Returns: the four lines of two calls that one of three daemons holds."""
    a, b, c = (scene.daemon(name) for name in "abc")
    ab, ba = connect(scene, a, b, A_HZ, B_HZ)
    hold(ab, ba)
    ac, ca = connect(scene, a, c, A_HZ, C_HZ)
    check_heard({ab: (), ba: (), ac: {C_HZ}, ca: {A_HZ}}, KNOWN)
    hold(ac, ca)
    return ab, ba, ac, ca


def check_released(line, begun):
    line.client.poll(lambda: tell(line.client, line.call)[-len(RELEASED):] == RELEASED,
                     what="an end")
    tap.equal(line.take_told(), begun + RELEASED, "events of " + line.daemon.name)
    event = [params for name, params in line.client.history
             if name == "call:stateChange" and params["callId"] == line.call]
    tap.equal([params["transition"]["statusCode"] for params in event[-2:]], [9906, 9906])


def join(scene, ab, ac):
    """Returns: the line of the joined call."""
    name = ab.run("call.join", otherCallId=ac.call)
    tap.equal(ab.client.wait_for("call:join")["callId"], name, "the name of the joined call")
    joined = Line(scene, ab.daemon, name)
    joined.wait_for("Connected", False, False)
    return joined


def join_and_change(scene, behaviour):
    scene.sandbox.control("POST", "/behaviour", behaviour)
    ab, ba, ac, ca = hold_two(scene)
    joined = join(scene, ab, ac)
    check_released(ab, BEGUN)
    check_released(ac, ["JOIN UPDATE"])
    for line in (ba, ca):
        line.wait_for("Connected", False, False)
        tap.equal(line.take_told(), RESUMED, line.daemon.name)
    tap.equal(joined.take_told(), ["new remote track", "state from Initiated"])
    call = joined.get()
    tap.true(call["isJoinedCall"], "no joined call")
    tap.equal(call["remoteParticipant"]["displayNumber"],
              "%s,%s" % (ba.daemon.address, ca.daemon.address))
    tap.equal(scene.sandbox.get_state()["calls"], 1, "calls of the gateway")

    everybody = {joined: {B_HZ, C_HZ}, ba: {A_HZ, C_HZ}, ca: {A_HZ, B_HZ}}
    check_heard(everybody, KNOWN)
    ba.run("call.hold")
    check_heard({joined: {C_HZ}, ba: (), ca: {A_HZ}}, KNOWN)
    joined.run("call.hold")
    check_heard({joined: (), ba: (), ca: ()}, KNOWN)
    ba.run("call.unhold")
    check_heard({joined: (), ba: {C_HZ}, ca: {B_HZ}}, KNOWN)
    joined.run("call.unhold")
    check_heard(everybody, KNOWN)
    return joined, ba, ca


def leave_one_by_one(scene):
    joined, ba, ca = join_and_change(scene, {"joinedOffer": False})
    ca.run("call.end")
    check_heard({joined: {B_HZ}, ba: {A_HZ}}, KNOWN)
    tap.equal((joined.get()["state"], ba.get()["state"]), ("Connected", "Connected"))
    ba.run("call.end")
    joined.wait_for("Ended")
    tap.equal(scene.sandbox.get_state()["calls"], 0, "calls that the gateway still has")


def leave_all_at_once(scene):
    joined, ba, ca = join_and_change(scene, {"joinedOffer": True})
    joined.run("call.end")
    for line in (ba, ca):
        line.wait_for("Ended")
    tap.equal(scene.sandbox.get_state()["calls"], 0, "calls that the gateway still has")


def join_person(scene):
    a, b = scene.daemon("a"), scene.daemon("b")
    ab, ba = connect(scene, a, b, A_HZ, B_HZ)
    hold(ab, ba)
    person = Line(scene, a, a.make("tone@sandbox.test", "tone:%d" % A_HZ, await_=True))
    person.run("call.hold")
    joined = join(scene, person, ab)
    check_heard({joined: {B_HZ, PERSON_HZ}, ba: {A_HZ, PERSON_HZ}}, KNOWN)
    ba.run("call.end")
    check_heard({joined: {PERSON_HZ}}, KNOWN)
    joined.run("call.end")
    tap.equal(scene.sandbox.get_state()["calls"], 0, "calls that the gateway still has")


def join_in_vain(scene):
    """One of the two refuses: an error, and both calls go on where they were held."""
    ab, ba, ac, ca = hold_two(scene)
    scene.sandbox.add_fault("sdpRewrite", type="respondCallUpdate", user=ca.daemon.address,
                            pattern="^m=audio \\d+", replacement="m=audio 0")
    error = ab.client.refused("call.join", callId=ab.call, otherCallId=ac.call, await_=True)
    tap.equal(error.data["code"], "call:2")
    joined = Line(scene, ab.daemon, ab.client.wait_for("call:join")["callId"])
    joined.wait_for("Ended")
    for line in (ab, ac):
        line.client.poll(lambda line=line: "localOp" not in line.get(), what="an end of the join")
        line.wait_for("On Hold", True, False)
    ba.wait_for("On Hold", False, True)
    for one, other, heard in ((ab, ba, {ab: {B_HZ}, ba: {A_HZ}}), (ac, ca, {ac: {C_HZ}, ca: {A_HZ}})):
        one.run("call.unhold")
        other.wait_for("Connected", False, False)
        check_heard(heard, KNOWN)
        one.run("call.end")
        other.wait_for("Ended")
    tap.equal(scene.sandbox.get_state()["calls"], 0, "calls that the gateway still has")


def three_hear_each_other_and_leave():
    in_real_time(leave_one_by_one)


def joined_by_offers_of_their_own():
    in_real_time(leave_all_at_once)


def join_with_a_person():
    in_real_time(join_person)


def join_fails():
    in_real_time(join_in_vain)


if __name__ == "__main__":
    tap.run("joins", [
        three_hear_each_other_and_leave, joined_by_offers_of_their_own, join_with_a_person,
        join_fails,
    ])
