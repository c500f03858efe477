#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What calls leave behind: nothing.

HS_SANITIZED, when it is set, asks for few calls and no judgement of memory, which sanitizers keep.
"""
import os

import tap
from handset import Scene

SANITIZED = "HS_SANITIZED" in os.environ
CALLS = HOLDS = 20 if SANITIZED else 300
# What the first calls load and allocate for good is not counted.
SETTLED_AFTER = 2 if SANITIZED else 20
# For what is known of ended calls, and for the connections to the gateway that wait for the next
# request; each has the state of its TLS.
MAY_GROW_KB = 6 * 1024
# Workers that wait for the next task; fewer than there are calls in any case here.
SPARE = 5


def read_tcp_inodes():
    inodes = set()
    for path in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(path, encoding="ascii") as file:
            inodes.update("socket:[%s]" % line.split()[9] for line in list(file)[1:])
    return inodes


def count_descriptors(daemon):
    """Connections to the gateway are not counted: they wait for the next request for a while."""
    folder = "/proc/%d/fd/" % daemon.pid
    found = []
    for name in os.listdir(folder):
        try:
            found.append(os.readlink(folder + name))
        except FileNotFoundError:
            continue
    inodes = read_tcp_inodes()
    return sum(target not in inodes for target in found)


def count_threads(daemon):
    return len(os.listdir("/proc/%d/task" % daemon.pid))


def read_memory(daemon):
    """Returns: KB that are not shared with anybody."""
    with open("/proc/%d/smaps_rollup" % daemon.pid, encoding="ascii") as file:
        return sum(int(line.split()[1]) for line in file if line.startswith("Private_"))


def measure(daemon):
    return count_descriptors(daemon), count_threads(daemon), read_memory(daemon)


def wait_until_connected(daemon, call_id):
    daemon.client.wait_for("call:mediaConnectionChange", lambda params:
                           (params["callId"], params["state"]) == (call_id, "connected"))


def forget_events(daemon):
    """The client's memory of the past only costs time here."""
    daemon.client.call("rpc.ping")
    daemon.client.forget()


def talk_once(a, b):
    calls = a.connect_to(b)
    for daemon, call in zip((a, b), calls):
        wait_until_connected(daemon, call)
    a.client.call("call.end", callId=calls[0], await_=True)
    b.wait_for_state(calls[1], "Ended")
    forget_events(a)
    forget_events(b)


def wait_until_idle(daemon, descriptors, threads):
    try:
        daemon.client.poll(lambda: count_descriptors(daemon) <= descriptors + SPARE
                           and count_threads(daemon) <= threads + SPARE)
    except TimeoutError:
        raise AssertionError("%s has %d descriptors (first %d) and %d threads (first %d)" % (
            daemon.name, count_descriptors(daemon), descriptors, count_threads(daemon),
            threads)) from None


def tell_numbers(when, daemons):
    for daemon in daemons:
        print("# %s, %s: %d descriptors, %d threads, %d KB" % (
            (when, daemon.name) + measure(daemon)), flush=True)


def calls_one_by_one():
    with Scene() as scene:
        a, b = daemons = scene.daemon("a"), scene.daemon("b")
        tell_numbers("signed in", daemons)
        for _ in range(SETTLED_AFTER):
            talk_once(a, b)
        tell_numbers("after %d calls" % SETTLED_AFTER, daemons)
        before = [measure(daemon) for daemon in daemons]
        for _ in range(CALLS - SETTLED_AFTER):
            talk_once(a, b)
        tell_numbers("after %d calls" % CALLS, daemons)
        for daemon, (descriptors, threads, memory) in zip(daemons, before):
            wait_until_idle(daemon, descriptors, threads)
            grown = read_memory(daemon) - memory
            tap.true(SANITIZED or grown < MAY_GROW_KB,
                     "%s has grown by %d KB" % (daemon.name, grown))
        tap.equal(len(a.client.call("call.getAll")), CALLS)
        tap.equal(scene.sandbox.get_state()["calls"], 0)


def hold_and_resume(a, b, call):
    a.client.call("call.hold", callId=call, await_=True)
    a.client.call("call.unhold", callId=call, await_=True)
    forget_events(a)
    forget_events(b)


def holds_of_one_call():
    with Scene() as scene:
        a, b = daemons = scene.daemon("a"), scene.daemon("b")
        calls = a.connect_to(b)
        for daemon, call in zip(daemons, calls):
            wait_until_connected(daemon, call)
        for _ in range(SETTLED_AFTER):
            hold_and_resume(a, b, calls[0])
        before = [measure(daemon) for daemon in daemons]
        for _ in range(HOLDS - SETTLED_AFTER):
            hold_and_resume(a, b, calls[0])
        tell_numbers("after %d holds" % HOLDS, daemons)
        for daemon, call, (descriptors, threads, memory) in zip(daemons, calls, before):
            wait_until_idle(daemon, descriptors, threads)
            grown = read_memory(daemon) - memory
            tap.true(SANITIZED or grown < MAY_GROW_KB,
                     "%s has grown by %d KB" % (daemon.name, grown))
            heard = sum(entry["packetsReceived"] for entry in daemon.get_stats(call, "inbound-rtp"))
            daemon.wait_for_packets(call, heard + 5)
        a.client.call("call.end", callId=calls[0], await_=True)


def calls_at_once():
    with Scene() as scene:
        a, b = daemons = scene.daemon("a"), scene.daemon("b")
        talk_once(a, b)
        before = [measure(daemon) for daemon in daemons]
        for _ in range(2):
            calls = [a.connect_to(b) for _ in range(5)]
            for call in calls:
                wait_until_connected(a, call[0])
                wait_until_connected(b, call[1])
            tell_numbers("five calls", daemons)
            for call in calls:
                a.wait_for_packets(call[0], 5)
            ends = [a.client.start("call.end", callId=call[0], await_=True) for call in calls]
            for end in ends:
                a.client.result(end)
            for call in calls:
                b.wait_for_state(call[1], "Ended")
        for daemon, (descriptors, threads, _) in zip(daemons, before):
            wait_until_idle(daemon, descriptors, threads)
        tell_numbers("after ten calls", daemons)


def calls_that_come_to_nothing():
    """Refused, cancelled, unanswerable, and ended before anybody could say anything."""
    with Scene() as scene:
        a, b = daemons = scene.daemon("a"), scene.daemon("b")
        talk_once(a, b)
        before = [measure(daemon) for daemon in daemons]
        for _ in range(3 if SANITIZED else 10):
            refused = a.make(b.address)
            b.client.call("call.reject", callId=b.wait_for_call(), await_=True)
            a.wait_for_state(refused, "Ended")
            cancelled = a.make(b.address)
            theirs = b.wait_for_call()
            a.client.call("call.end", callId=cancelled, await_=True)
            b.wait_for_state(theirs, "Cancelled")
            a.wait_for_state(a.make("busy@sandbox.test"), "Ended")
            hasty = a.make("echo@sandbox.test")
            a.client.call("call.end", callId=hasty, await_=True)
            scene.sandbox.add_fault("request", type="callStart", status=500)
            a.wait_for_state(a.make(b.address), "Ended")
        for daemon, (descriptors, threads, _) in zip(daemons, before):
            wait_until_idle(daemon, descriptors, threads)
        tap.equal(scene.sandbox.get_state()["calls"], 0)


def calls_that_end_at_any_moment():
    """While the media engine makes the offer, applies it, gathers candidates, takes the answer."""
    with Scene() as scene:
        a = scene.daemon("a")
        before = measure(a)
        for moment in range(40 if SANITIZED else 300):
            hasty = a.make("echo@sandbox.test")
            for _ in range(moment * 7 % 200):
                a.client.call("rpc.ping")
            a.client.call("call.end", callId=hasty, await_=True)
        a.client.poll(lambda: scene.sandbox.get_state()["calls"] == 0, what="the gateway")
        wait_until_idle(a, *before[:2])
        a.check_complaints()


def sessions_one_after_the_other():
    with Scene() as scene:
        a = scene.daemon("a")
        a.client.call("api.disconnect", await_=True)
        descriptors, threads, _ = measure(a)
        for _ in range(10):
            a.sign_in()
            scene.sandbox.add_fault("websocket", action="drop", user=a.address)
            a.client.call("api.disconnect", await_=True)
            a.client.call("api.destroy")
            a.client.call("api.create")
        tell_numbers("after ten sessions", [a])
        wait_until_idle(a, descriptors, threads)


if __name__ == "__main__":
    tap.run("leaks", [calls_one_by_one, holds_of_one_call, calls_at_once, calls_that_come_to_nothing,
                      calls_that_end_at_any_moment, sessions_one_after_the_other])
