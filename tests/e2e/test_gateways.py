#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Gateways with ways of their own: early media, music on hold, slow starts, and updates that meet."""
import tap
from handset import RpcError, Scene, in_real_time
from party import HELD, Line, check_heard, connect, hold

A_HZ, B_HZ, C_HZ, PERSON_HZ = 500, 800, 1100, 440
EARLY_HZ, RINGING_HZ = 620, 425
MUSIC = (660, 880)
KNOWN = (A_HZ, B_HZ, C_HZ) + MUSIC

EARLY = {"call": {"earlyMedia": True}}


def behave(scene, **behaviour):
    scene.sandbox.control("POST", "/behaviour", behaviour)


def fail(client, number):
    """Returns: the RpcError that the request must end in."""
    try:
        result = client.result(number)
    except RpcError as error:
        return error
    raise AssertionError("it did not fail but ended in %r" % result)


# Early media


def hear_person_early(scene):
    a = scene.daemon("a", EARLY)
    behave(scene, earlyWaits=True)
    line = Line(scene, a, a.make("early@sandbox.test", "tone:%d" % A_HZ))
    line.wait_for("Early Media")
    check_heard({line: {EARLY_HZ}}, (EARLY_HZ, PERSON_HZ))
    behave(scene, earlyWaits=False)
    line.wait_for("Connected")
    tap.equal(line.take_told(), [
        "MAKE START", "start", "new local track", "MAKE UPDATE", "state from Initiating",
        "state from Initiated", "new remote track", "state from Ringing", "MAKE FINISH",
        "state from Early Media"])
    check_heard({line: {PERSON_HZ}}, (EARLY_HZ, PERSON_HZ))
    line.run("call.end")


def early_media_of_a_person():
    in_real_time(hear_person_early)


def hear_gateway_ring(scene):
    """What is heard early comes from the gateway, and the answer from somebody else."""
    a, b = scene.daemon("a", EARLY), scene.daemon("b")
    behave(scene, earlyMedia=True)
    ab = Line(scene, a, a.make(b.address, "tone:%d" % A_HZ))
    ba = Line(scene, b, b.wait_for_call())
    ab.wait_for("Early Media")
    check_heard({ab: {RINGING_HZ}}, (RINGING_HZ, B_HZ))
    b.answer(ba.call, "tone:%d" % B_HZ)
    ab.wait_for("Connected", False, False)
    check_heard({ab: {B_HZ}, ba: {A_HZ}}, KNOWN + (RINGING_HZ,))
    hold(ab, ba, skip=True)
    check_heard({ab: (), ba: ()}, KNOWN)
    ab.run("call.unhold")
    check_heard({ab: {B_HZ}, ba: {A_HZ}}, KNOWN)
    ab.run("call.end")
    ba.wait_for("Ended")


def early_media_of_the_gateway():
    in_real_time(hear_gateway_ring)


def ignore_early_media(scene):
    """A caller who did not say that he takes it gets none."""
    a = scene.daemon("a")
    line = Line(scene, a, a.make("early@sandbox.test"))
    line.wait_for("Connected")
    tap.true("state from Early Media" not in line.take_told(), "early media")
    check_heard({line: {PERSON_HZ}}, (EARLY_HZ, PERSON_HZ))


def early_media_is_not_wanted():
    in_real_time(ignore_early_media)


# Music on hold


def hear_music(scene, stops):
    a, b = scene.daemon("a"), scene.daemon("b")
    behave(scene, musicOnHold=True, musicStops=stops)
    ab, ba = connect(scene, a, b, A_HZ, B_HZ)
    both = {ab: {B_HZ}, ba: {A_HZ}}
    check_heard(both, KNOWN)
    hold(ab, ba)
    check_heard({ab: (), ba: MUSIC}, KNOWN)
    ba.wait_for("On Hold", False, True)
    tap.true(not any("HOLD" in line or "state" in line for line in ba.take_told()),
             "music is no operation")
    ab.run("call.unhold")
    for line in both:
        line.wait_for("Connected", False, False)
    check_heard(both, KNOWN)

    # Whoever holds as well hears nothing; whoever resumes first hears the other's music.
    ab.run("call.hold")
    check_heard({ab: (), ba: MUSIC}, KNOWN)
    ba.run("call.hold")
    ab.wait_for("On Hold", True, True)
    check_heard({ab: (), ba: ()}, KNOWN)
    ab.run("call.unhold")
    ab.wait_for("On Hold", False, True)
    check_heard({ab: MUSIC, ba: ()}, KNOWN)
    ba.run("call.unhold")
    for line in both:
        line.wait_for("Connected", False, False)
    check_heard(both, KNOWN)
    ab.run("call.end")
    ba.wait_for("Ended")
    tap.equal(scene.sandbox.get_state()["calls"], 0, "calls that the gateway still has")


def music_until_the_call_goes_on():
    in_real_time(lambda scene: hear_music(scene, False))


def music_that_is_taken_back():
    in_real_time(lambda scene: hear_music(scene, True))


def transfer_with_music(scene):
    """And the offer of the target comes with a fixed role, as some gateways send it."""
    a, b, c = (scene.daemon(name) for name in "abc")
    behave(scene, musicOnHold=True)
    ab, ba = connect(scene, a, b, A_HZ, B_HZ)
    hold(ab, ba)
    check_heard({ab: (), ba: MUSIC}, KNOWN)
    scene.sandbox.add_fault("sdpRewrite", type="callAnswer", user=c.address,
                            pattern="^a=setup:actpass", replacement="a=setup:active")
    done = a.client.start("call.directTransfer", callId=ab.call, destination=c.address, await_=True)
    cb = Line(scene, c, c.wait_for_call())
    check_heard({ba: MUSIC}, KNOWN)
    c.answer(cb.call, "tone:%d" % C_HZ)
    a.client.result(done)
    for line in (ba, cb):
        line.wait_for("Connected", False, False)
    check_heard({ba: {C_HZ}, cb: {B_HZ}}, KNOWN)
    cb.run("call.hold")
    check_heard({ba: MUSIC, cb: ()}, KNOWN)
    cb.run("call.unhold")
    check_heard({ba: {C_HZ}, cb: {B_HZ}}, KNOWN)
    ba.run("call.end")
    cb.wait_for("Ended")


def transfer_while_music_plays():
    in_real_time(transfer_with_music)


# Slow starts


def call_slowly(scene):
    a, b = scene.daemon("a"), scene.daemon("b")
    behave(scene, slowStart=True)
    ab = Line(scene, a, a.make(b.address, "tone:%d" % A_HZ))
    ba = Line(scene, b, b.wait_for_call())
    tap.true(ba.get()["isSlowStart"], "no slow start")
    b.answer(ba.call, "tone:%d" % B_HZ)
    for line in (ab, ba):
        line.wait_for("Connected", False, False)
    tap.equal(ba.take_told(), ["receive", "state from Initiating", "ANSWER START",
                               "new local track", "ANSWER FINISH", "new remote track",
                               "state from Ringing"])
    check_heard({ab: {B_HZ}, ba: {A_HZ}}, KNOWN)
    ba.run("call.hold")
    check_heard({ab: (), ba: ()}, KNOWN)
    ba.run("call.unhold")
    check_heard({ab: {B_HZ}, ba: {A_HZ}}, KNOWN)
    ba.run("call.end")
    ab.wait_for("Ended")
    tap.equal(scene.sandbox.get_state()["calls"], 0, "calls that the gateway still has")


def call_without_an_offer():
    in_real_time(call_slowly)


def ask_for_offer(scene, asked, other, sids):
    """Returns when both lines have agreed on what the asked one offers."""
    scene.sandbox.control("POST", "/update", {"sessionData": sids[asked.daemon.address]})
    asked.client.poll(lambda: not any(leg["negotiating"] for leg
                                      in scene.sandbox.get_state()["legs"]), what="an answer")
    for line in (asked, other):
        line.client.poll(lambda line=line: "remoteOp" not in line.get(), what="the end of it")


def update_slowly(scene):
    """Both sides are asked for offers by turns, while they talk and while one holds."""
    a, b = scene.daemon("a"), scene.daemon("b")
    ab, ba = connect(scene, a, b, A_HZ, B_HZ)
    sids = {leg["user"]: leg["sessionData"] for leg in scene.sandbox.get_state()["legs"]}
    for asked, other in ((ba, ab), (ab, ba), (ba, ab)):
        ask_for_offer(scene, asked, other, sids)
        check_heard({ab: {B_HZ}, ba: {A_HZ}}, KNOWN)
    for line in (ab, ba):
        tap.equal((line.get()["state"], line.get()["remoteHold"]), ("Connected", False))
    hold(ab, ba, skip=True)
    ask_for_offer(scene, ab, ba, sids)
    ask_for_offer(scene, ba, ab, sids)
    check_heard({ab: (), ba: ()}, KNOWN)
    ab.run("call.unhold")
    for line in (ab, ba):
        line.wait_for("Connected", False, False)
    check_heard({ab: {B_HZ}, ba: {A_HZ}}, KNOWN)
    ab.run("call.end")
    ba.wait_for("Ended")


def update_without_an_offer():
    in_real_time(update_slowly)


# Updates that meet


def meet(scene, crossing):
    """The caller's hold is on its way to the callee, when that holds, too."""
    a, b = scene.daemon("a"), scene.daemon("b")
    behave(scene, crossing=crossing)
    ab, ba = connect(scene, a, b, A_HZ, B_HZ)
    scene.sandbox.add_fault("notification", user=b.address, type="startCallUpdate",
                            action="reorder", delayMs=20000)
    first = a.client.start("call.hold", callId=ab.call, await_=True)
    ab.client.wait_for("call:operation", lambda params: params["operation"] == "HOLD"
                       and params["transition"] == "UPDATE")
    second = b.client.start("call.hold", callId=ba.call, await_=True)
    tap.equal(fail(b.client, second).data["code"], "call:2")
    a.client.result(first)
    ba.wait_for("On Hold", False, True)
    ab.wait_for("On Hold", True, False)
    told = ba.take_told()
    tap.equal(told[-2:], HELD)
    tap.true("HOLD FINISH error call:2" in told, "no failure in %r" % told)
    check_heard({ab: (), ba: ()}, KNOWN)
    ab.run("call.unhold")
    check_heard({ab: {B_HZ}, ba: {A_HZ}}, KNOWN)
    ba.run("call.hold")
    ab.wait_for("On Hold", False, True)
    ab.run("call.end")
    ba.wait_for("Ended")


def meet_in_vain(scene):
    """Each gets the other's hold while its own has no answer."""
    a, b = scene.daemon("a"), scene.daemon("b")
    behave(scene, crossing=True)
    ab, ba = connect(scene, a, b, A_HZ, B_HZ)
    scene.sandbox.add_fault("notification", user=b.address, type="startCallUpdate", action="delay",
                            delayMs=5000)
    first = a.client.start("call.hold", callId=ab.call, await_=True)
    ab.client.wait_for("call:operation", lambda params: params["operation"] == "HOLD"
                       and params["transition"] == "UPDATE")
    second = b.client.start("call.hold", callId=ba.call, await_=True)
    for line, waiting in ((ab, first), (ba, second)):
        tap.equal(fail(line.client, waiting).data["code"], "call:2")
        tap.equal(line.take_told(), ["HOLD START", "HOLD UPDATE", "HOLD FINISH error call:2",
                                     "state from Connected error call:2"])
    check_heard({ab: {B_HZ}, ba: {A_HZ}}, KNOWN)
    hold(ba, ab)
    ab.run("call.end")
    ba.wait_for("Ended")


def both_refuse_the_others_update():
    in_real_time(meet_in_vain)


def gateway_refuses_the_second_update():
    in_real_time(lambda scene: meet(scene, False))


def client_refuses_the_second_update():
    in_real_time(lambda scene: meet(scene, True))


def pack_descriptions(scene):
    a, b = scene.daemon("a"), scene.daemon("b")
    scene.sandbox.add_fault("notification", action="compress", times="always")
    ab, ba = connect(scene, a, b, A_HZ, B_HZ)
    hold(ab, ba)
    ab.run("call.unhold")
    check_heard({ab: {B_HZ}, ba: {A_HZ}}, KNOWN)
    ab.run("call.end")
    ba.wait_for("Ended")


def descriptions_are_compressed():
    in_real_time(pack_descriptions)


# Several devices, and a gateway that forgets


def second_device(scene, first, config=None):
    """Returns: another daemon of the same user."""
    other = scene.daemon(first.name + "2", config, sign_in=False)
    other.address = first.address
    return other.sign_in()


def answer_elsewhere(scene):
    a, b = scene.daemon("a"), scene.daemon("b")
    b2 = second_device(scene, b)
    ab = Line(scene, a, a.make(b.address, "tone:%d" % A_HZ))
    first = Line(scene, b, b.wait_for_call())
    other = Line(scene, b2, b2.wait_for_call())
    b2.answer(other.call, "tone:%d" % B_HZ)
    first.wait_for("Cancelled")
    tap.equal(first.take_told(), ["receive", "new remote track", "state from Initiating",
                                  "state from Ringing"])
    ab.wait_for("Connected")
    check_heard({ab: {B_HZ}, other: {A_HZ}}, KNOWN)
    ab.run("call.end")
    other.wait_for("Ended")
    tap.equal(first.get()["state"], "Cancelled")


def answered_elsewhere():
    in_real_time(answer_elsewhere)


def answered_elsewhere_meanwhile():
    """What a device has missed it asks for when its websocket is back."""
    with Scene() as scene:
        config = {"call": {"resyncOnConnect": True}}
        a, b = scene.daemon("a"), scene.daemon("b", config)
        b2 = second_device(scene, b, config)
        ab = Line(scene, a, a.make(b.address))
        first = Line(scene, b, b.wait_for_call())
        other = Line(scene, b2, b2.wait_for_call())
        scene.sandbox.add_fault("notification", type="callCancel", user=b.address, action="drop",
                                times="always")
        b2.answer(other.call)
        ab.wait_for("Connected")
        tap.equal(first.get()["state"], "Ringing")
        scene.sandbox.add_fault("websocket", user=b.address, action="drop")
        first.wait_for("Cancelled")
        tap.equal(other.get()["state"], "Connected")
        ab.run("call.end")


def gateway_forgets_a_call():
    with Scene() as scene:
        a, b = scene.daemon("a"), scene.daemon("b", {"call": {"resyncOnConnect": True}})
        ab, ba = connect(scene, a, b, A_HZ, B_HZ)
        sid, = [leg["sessionData"] for leg in scene.sandbox.get_state()["legs"]
                if leg["user"] == b.address]
        scene.sandbox.add_fault("forget", sessionData=sid)
        scene.sandbox.add_fault("websocket", user=b.address, action="drop")
        ba.wait_for("Ended")
        tap.equal(ba.take_told(), ["local track ended", "END FINISH error 47",
                                   "state from Connected error 47"])
        ab.run("call.end")
        tap.equal(scene.sandbox.get_state()["calls"], 0, "calls that the gateway still has")


if __name__ == "__main__":
    tap.run("gateways", [
        early_media_of_a_person, early_media_of_the_gateway, early_media_is_not_wanted,
        music_until_the_call_goes_on, music_that_is_taken_back, transfer_while_music_plays,
        call_without_an_offer, update_without_an_offer, gateway_refuses_the_second_update,
        client_refuses_the_second_update, both_refuse_the_others_update,
        descriptions_are_compressed, answered_elsewhere, answered_elsewhere_meanwhile, gateway_forgets_a_call,
    ])
