#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is lost on the way: websockets, subscriptions, whole processes."""
import os
import subprocess
import time

import sound
import tap
from contact import UNREACHABLE, end, events_since, is_connected, is_signed_in
from handset import Scene, audio_from, in_real_time

# The daemon's own waits are short here, and it does not give up by itself.
PATIENT = {"connectivity": {"reconnectDelay": 100, "reconnectLimit": 0}}


def get_last_contact(daemon):
    return daemon.client.call("connection.getSocketState")["lastContact"]


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
        subscription_runs_out, subscription_is_forgotten, gateway_dies_and_comes_back,
        there_is_no_gateway, daemon_dies_and_comes_back, second_daemon_is_refused,
    ])
