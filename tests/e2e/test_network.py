#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the network sees of a call: marks on packets, and what configuration keys put on the wire."""
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


tap.run("network", [
    packets_are_marked, packets_of_an_answer_are_marked, packets_have_no_mark_of_their_own,
])
