#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Media through a real TURN server: over UDP, TCP and TLS, and what is told when that cannot be."""
import shutil
import socket
import tempfile

import sound
import tap
import turn
from handset import Scene, in_real_time

ECHO = "echo@sandbox.test"
LEAD_IN = 1.5


def relay_only(*urls, username=turn.USER, password=turn.PASSWORD, **more):
    return {"call": dict({
        "iceTransportPolicy": "relay", "iceServers": [
            {"urls": list(urls), "username": username, "credential": password}]}, **more)}


def check_pair(daemon, call):
    pair, = daemon.get_stats(call, "candidate-pair")
    report = daemon.client.call("call.getStats", callId=call, await_=True)
    tap.equal(report[pair["localCandidateId"]]["candidateType"], "relay", "our end of the path")


def hear_echo(scene, daemon):
    """Sound makes its way to the echo and back, through the relay."""
    sound.write(scene.path("said.wav"), sound.silence(LEAD_IN), sound.tone(700, 0.5),
                sound.silence(0.3))
    call = daemon.make(ECHO, "file:" + scene.path("said.wav"), "file:" + scene.path("heard.wav"),
                       await_=True)
    daemon.wait_for_packets(call, int((LEAD_IN + 0.8) * 50) + 25)
    check_pair(daemon, call)
    daemon.client.call("call.end", callId=call, await_=True)
    burst, = sound.Recording(scene.path("heard.wav")).bursts(gap=0.15)
    tap.close(burst.hz, 700, 2, "frequency of the echo")


def talk_through(url):
    def trial(scene):
        with turn.Turn(scene.folder) as server:
            hear_echo(scene, scene.daemon("a", relay_only(url % server.port)))
    in_real_time(trial)


def sound_over_udp():
    talk_through("turn:127.0.0.1:%d")


def sound_over_tcp():
    talk_through("turn:127.0.0.1:%d?transport=tcp")


def trust(scene, certificate):
    """Returns: a file with the authorities of both the gateway and the TURN server."""
    path = scene.path("authorities.pem")
    with open(path, "wb") as both:
        for source in (scene.sandbox.certificate, certificate):
            with open(source, "rb") as file:
                shutil.copyfileobj(file, both)
    return {"ca": path}


def sound_over_tls():
    def trial(scene):
        certificate, key = turn.make_certificate(scene.folder)
        with turn.Turn(scene.folder, certificate, key) as server, turn.Tap(server.tls_port) as wire:
            config = dict(relay_only("turns:localhost:%d" % wire.port),
                          tls=trust(scene, certificate))
            hear_echo(scene, scene.daemon("a", config))
            tap.true(wire.beginnings, "nothing went through TLS")
            for first in wire.beginnings:
                # a TLS handshake, and neither STUN nor the user's name in the clear
                tap.equal(first[0], 0x16, "first byte on the wire")
                tap.true(turn.USER.encode() not in first, "the user name is to be read")
    in_real_time(trial)


def both_ends_relayed():
    def trial(scene):
        with turn.Turn(scene.folder) as server:
            config = relay_only("turn:127.0.0.1:%d" % server.port)
            a, b = scene.daemon("a", config), scene.daemon("b", config)
            ours, theirs = a.connect_to(b)
            a.wait_for_packets(ours, 20)
            b.wait_for_packets(theirs, 20)
            check_pair(a, ours)
            check_pair(b, theirs)
    in_real_time(trial)


# What does not work


def fail_to_call(config, words):
    """A call that may use relays only ends with an error with these words."""
    with Scene() as scene:
        a = scene.daemon("a", config(scene) if callable(config) else config)
        error = a.client.refused("call.make", destination=ECHO, await_=True,
                                 media={"audio": True, "audioOptions": {"deviceId": "silence"}},
                                 options={"speakerId": "null"})
        tap.true(words in error.message, "%r in %r" % (words, error.message))
        tap.true(turn.PASSWORD not in str(error.data) + a.read_log(), "a secret is told")
        call = a.client.wait_for("call:start")["callId"]
        tap.equal(a.get(call)["state"], "Ended", "state")


def wrong_password_is_named():
    folder = tempfile.mkdtemp()
    try:
        with turn.Turn(folder) as server:
            for url in ("turn:127.0.0.1:%d", "turn:127.0.0.1:%d?transport=tcp"):
                fail_to_call(relay_only(url % server.port, password="other"),
                             "the user name or the password is wrong")
    finally:
        shutil.rmtree(folder)


def dead_server_is_named():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        fail_to_call(relay_only("turn:127.0.0.1:%d" % deaf.getsockname()[1]), "does not answer")
    with socket.create_server(("127.0.0.1", 0)) as refusing:
        port = refusing.getsockname()[1]
    fail_to_call(relay_only("turn:127.0.0.1:%d?transport=tcp" % port), "Connection refused")


def odd_server_is_named():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = "turn:127.0.0.1:%d?transport=tcp" % listener.getsockname()[1]
        # It takes connections and never says a word.
        fail_to_call(relay_only(url), "does not answer")


def wrong_certificate_is_named():
    folder = tempfile.mkdtemp()
    try:
        certificate, key = turn.make_certificate(folder)
        with turn.Turn(folder, certificate, key) as server:
            stranger = relay_only("turns:localhost:%d" % server.tls_port)
            fail_to_call(stranger, "the certificate is refused: its authority is not trusted")
            renamed = relay_only("turns:127.0.0.1:%d" % server.tls_port)
            fail_to_call(lambda scene: dict(renamed, tls=trust(scene, certificate)),
                         "the certificate is refused: it is for another name")
    finally:
        shutil.rmtree(folder)


def no_server_is_named():
    fail_to_call({"call": {"iceTransportPolicy": "relay"}}, "there is no TURN server")


def bad_relay_does_not_cost_the_call():
    with Scene() as scene, turn.Turn(scene.folder) as server:
        config = relay_only("turn:127.0.0.1:%d" % server.port, password="other",
                            iceTransportPolicy="all")
        a = scene.daemon("a", config)
        call = a.make(ECHO, await_=True)
        a.wait_for_packets(call, 10)
        a.client.poll(lambda: "the user name or the password is wrong" in a.read_log(),
                      what="the reason in the log")


# Credentials from the gateway


def give_credentials(scene, daemon, username, password):
    """The gateway sends others with an update of the subscription."""
    scene.sandbox.add_fault("request", type="extend", carryOut=True, body={"subscribeResponse": {
        "statusCode": 0, "subscriptionParams": {
            "service": ["call"], "expires": 3600,
            "turnCredentials": {"username": username, "password": password}}}})
    daemon.client.call("services.subscribe", services=["custom-" + username], await_=True)


def credentials_of_the_gateway():
    def trial(scene):
        with turn.Turn(scene.folder) as server:
            a = scene.daemon("a", relay_only("turn:127.0.0.1:%d" % server.port,
                                             username="nobody", password="wrong"))
            give_credentials(scene, a, "expired", "expired")
            error = a.client.refused("call.make", destination=ECHO, await_=True)
            tap.true("has expired" in error.message, error.message)
            give_credentials(scene, a, turn.USER, turn.PASSWORD)
            hear_echo(scene, a)
            a.client.call("api.updateConfig", newConfigValues={
                "call": {"serverTurnCredentials": False}})
            error = a.client.refused("call.make", destination=ECHO, await_=True)
            tap.true("password is wrong" in error.message, error.message)
    in_real_time(trial)


tap.run("turn", [
    sound_over_udp, sound_over_tcp, sound_over_tls, both_ends_relayed, wrong_password_is_named,
    dead_server_is_named, odd_server_is_named, wrong_certificate_is_named, no_server_is_named,
    bad_relay_does_not_cost_the_call, credentials_of_the_gateway,
])
