#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the network sees of a call: marks on packets, and what configuration keys put on the wire."""
import re
import socket

import tap
from handset import Scene, audio_from

ECHO = "echo@sandbox.test"


def see_mark(options, method="make"):
    """Returns: the traffic class of the packets that a call sends."""
    with Scene() as scene, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
        server.settimeout(20)
        server.bind(("127.0.0.1", 0))
        ice = {"call": {"iceServers": [{"urls": "stun:127.0.0.1:%d" % server.getsockname()[1]}]}}
        if method == "make":
            a = scene.daemon("a", ice)
            a.client.call("call.make", destination=ECHO, media=audio_from("silence"),
                          options=dict(options, speakerId="null"))
        else:
            a, b = scene.daemon("a"), scene.daemon("b", ice)
            a.make(b.address)
            b.client.call("call.answer", callId=b.wait_for_call(), media=audio_from("silence"),
                          options=dict(options, speakerId="null"))
        # What is sent to find out the own address leaves by the sockets that media leaves by.
        _, marks, _, _ = server.recvmsg(2048, 256)
        return [value[0] for level, kind, value in marks
                if (level, kind) == (socket.IPPROTO_IP, socket.IP_TOS)][0]


def packets_are_marked():
    tap.equal(see_mark({"dscpControls": {"audioNetworkPriority": "high"}}), 46 << 2, "mark")


def packets_of_an_answer_are_marked():
    mark = see_mark({"dscpControls": {"audioNetworkPriority": "very-low"}}, "answer")
    tap.equal(mark, 1 << 2, "mark")


def packets_have_no_mark_of_their_own():
    tap.equal(see_mark({}), 0, "mark")


# What the far end gets to see


def watch(daemon):
    """Makes the client of the daemon one that sees every description, and says nothing."""
    daemon.client.call("call.setSdpHandlers", sdpHandlers=[{"type": "client", "timeoutMs": 1}])


def get_seen(daemon, type_):
    """Returns: the last description of that type that came from the far end, as it came."""
    daemon.client.call("rpc.ping")
    return [params["originalSdp"] for name, params in daemon.client.questions
            if name == "call.sdpHandler" and params["info"]["endpoint"] == "remote"
            and params["info"]["type"] == type_][-1]


def get_head(sdp):
    return sdp[:sdp.index("m=")]


def get_limits(part):
    return [line for line in part.split("\r\n") if line.startswith("b=")]


def talk(scene, config_a=None, config_b=None, make=None, answer=None, media=None):
    """Returns: two daemons in a call, each of which watches, and what each calls it."""
    a, b = scene.daemon("a", config_a), scene.daemon("b", config_b)
    watch(a)
    watch(b)
    media = media or audio_from("tone:440")
    ours = a.client.call("call.make", destination=b.address, media=media,
                         options=dict(make or {}, speakerId="null"))
    theirs = b.wait_for_call()
    b.client.call("call.answer", callId=theirs, media=media, await_=True,
                  options=dict(answer or {}, speakerId="null"))
    a.wait_for_state(ours, "Connected")
    return a, b, ours, theirs


def bundling_is_removed():
    for config_a, config_b in (({"call": {"removeBundling": True}}, None),
                               (None, {"call": {"removeBundling": True}})):
        with Scene() as scene:
            a, b, ours, theirs = talk(scene, config_a, config_b)
            offer, answer = get_seen(b, "offer"), get_seen(a, "answer")
            tap.equal("a=group" in offer, config_a is None, "a=group in the offer")
            tap.true("a=group" not in answer, "a=group in the answer")
            tap.true("a=mid:" in offer and "a=mid:" in answer, "the names of sections are gone")
            a.wait_for_packets(ours, 10)
            b.wait_for_packets(theirs, 10)


def video_without_bundling():
    media = dict(audio_from("tone:440"), video=True, videoOptions={"deviceId": "pattern"})
    for config_a, config_b in (({"call": {"removeBundling": True}}, None),
                               (None, {"call": {"removeBundling": True}})):
        with Scene() as scene:
            a, b, ours, theirs = talk(scene, config_a, config_b, media=media)
            for daemon in (a, b):
                tracks = {daemon.client.wait_for("media:sourceUnmuted")["trackId"] for _ in range(2)}
                tap.equal(len(tracks), 2, "tracks that %s gets" % daemon.name)
            ports = re.findall(r"m=\S+ (\d+)", get_seen(b, "offer"))
            # a line of its own has a port of its own; what was offered as one stays one
            tap.equal("9" in ports, config_a is None, "line without a port, of %r" % ports)
            tap.equal("a=group" in get_seen(a, "answer"), config_a is None, "a=group in the answer")


def video_added_without_bundling():
    with Scene() as scene:
        a, b, ours, _ = talk(scene, {"call": {"removeBundling": True}})
        a.client.wait_for("media:sourceUnmuted")
        b.client.wait_for("media:sourceUnmuted")
        a.client.call("call.addMedia", callId=ours, await_=True,
                      media={"video": True, "videoOptions": {"deviceId": "pattern"}})
        b.client.wait_for("media:sourceUnmuted")


def bundling_stays():
    with Scene() as scene:
        a, b, _, _ = talk(scene)
        tap.true("a=group:BUNDLE" in get_seen(b, "offer"), "no a=group in the offer")
        tap.true("a=group:BUNDLE" in get_seen(a, "answer"), "no a=group in the answer")


def limits_are_written():
    with Scene() as scene:
        a, b, ours, theirs = talk(scene, make={"bandwidth": {"call": 600, "audio": 64}},
                                  answer={"bandwidth": {"audio": 24}})
        offer, answer = get_seen(b, "offer"), get_seen(a, "answer")
        tap.equal(get_limits(get_head(offer)), ["b=AS:600", "b=TIAS:600000"], "of the call")
        tap.equal(get_limits(offer[len(get_head(offer)):]), ["b=AS:64", "b=TIAS:64000"], "of audio")
        tap.equal(get_limits(answer), ["b=AS:24", "b=TIAS:24000"], "of the answer")
        # they stay with the call
        a.client.call("call.hold", callId=ours, await_=True)
        again = get_seen(b, "offer")
        tap.equal(get_limits(again), get_limits(offer), "of the next offer")
        b.client.call("call.end", callId=theirs, await_=True)


def get_packet_length(bandwidth):
    """Returns: the mean length of the packets that a far end sends that was given this limit."""
    with Scene() as scene:
        a, _, ours, _ = talk(scene, make={"bandwidth": bandwidth})
        a.wait_for_packets(ours, 100)
        inbound, = a.get_stats(ours, "inbound-rtp")
        return inbound["bytesReceived"] / inbound["packetsReceived"]


def limits_are_obeyed():
    narrow, wide = get_packet_length({"audio": 8}), get_packet_length({})
    # At 50 packets a second 8 kbit/s are 20 bytes in each.
    tap.true(narrow < 40 < wide, "%g bytes with a limit, %g without" % (narrow, wide))


def semantics_are_accepted():
    offers = []
    for semantics in ("plan-b", "unified-plan"):
        with Scene() as scene:
            a, b, _, _ = talk(scene, {"call": {"sdpSemantics": semantics}})
            config = a.client.call("api.getConfig")
            tap.equal(config["call"]["sdpSemantics"], semantics, "the key")
            offers.append([line.split(":")[0] for line in get_seen(b, "offer").split("\r\n")
                           if line.startswith(("m=", "a=mid:", "a=msid:"))])
    # whatever is asked for, one section for each track, with the track's name
    tap.equal(len(offers[0]), 3, "lines of %r" % offers[0])
    tap.equal([line[:6] for line in offers[0]], [line[:6] for line in offers[1]], "lines")


tap.run("network", [
    packets_are_marked, packets_of_an_answer_are_marked, packets_have_no_mark_of_their_own,
    bundling_is_removed, video_without_bundling,
    video_added_without_bundling, bundling_stays, limits_are_written, limits_are_obeyed,
    semantics_are_accepted,
])
