#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The instance as a whole: its life, its configuration, its devices and who is told of events."""
import json
import os
import subprocess

import sound
import tap
from handset import Scene, audio_from, in_real_time, tell
from rpc import Client

NAME = "ann@sandbox.test"
SIGN_IN = {"username": NAME, "password": "any"}

# What answers whether there is an instance or not.
ALWAYS = {"api.create", "api.destroy", "api.getVersion", "api.getConfig", "api.updateConfig",
          "api.getBrowserDetails", "api.on", "api.off", "api.subscribe", "api.unsubscribe",
          "sdpHandlers.createCodecRemover"}


class Contract:
    """What rpc.discover answers."""

    def __init__(self, client):
        document = client.call("rpc.discover")
        self._schemas = document["components"]["schemas"]
        self.methods = document["methods"]

    def resolve(self, schema):
        while "$ref" in schema:
            schema = self._schemas[schema["$ref"].rsplit("/", 1)[1]]
        return schema

    def make_value(self, schema):
        """Returns: the least that the schema allows."""
        schema = self.resolve(schema)
        if "anyOf" in schema:
            return self.make_value(schema["anyOf"][0])
        if "enum" in schema:
            return schema["enum"][0]
        if schema["type"] == "object":
            return {name: self.make_value(schema["properties"][name])
                    for name in schema.get("required", [])}
        return {"string": "x", "boolean": True, "integer": schema.get("minimum", 1),
                "number": schema.get("minimum", 1), "array": []}[schema["type"]]

    def make_params(self, method):
        return {param["name"]: self.make_value(param["schema"])
                for param in method["params"] if param.get("required")}

    def dup_defaults(self, schema=None):
        """Returns: the configuration of somebody who has set nothing."""
        schema = schema or {"$ref": "#/Config"}
        for known in (schema, self.resolve(schema)):
            if "default" in known:
                return known["default"]
        schema = self.resolve(schema)
        members = {name: self.dup_defaults(member)
                   for name, member in schema.get("properties", {}).items()}
        return {name: value for name, value in members.items() if value is not None} or None


def lay_over(values, more):
    """Returns: a copy of values with more over them."""
    result = dict(values)
    for name, value in more.items():
        both = isinstance(value, dict) and isinstance(result.get(name), dict)
        result[name] = lay_over(result[name], value) if both else value
    return result


def make_ring(daemon):
    """Returns: a call that rings until somebody ends it."""
    call = daemon.make("noanswer@sandbox.test")
    daemon.wait_for_state(call, "Ringing")
    return call


# Life


def check_destroyed(client):
    contract = Contract(client)
    tried = 0
    for method in contract.methods:
        name = method["name"]
        if name in ALWAYS or name.startswith("rpc."):
            continue
        error = client.refused(name, **contract.make_params(method))
        tap.equal(error.data.get("code"), "handset:3", name)
        tried += 1
    tap.true(tried > 20, "only %d methods were tried" % tried)


def destroy_and_create():
    with Scene() as scene:
        ann = scene.daemon("ann")
        client = ann.client
        old = ann.make("tone@sandbox.test", await_=True)
        make_ring(ann)
        tap.equal(scene.sandbox.get_state()["calls"], 2, "calls before")
        client.call("rpc.ping")
        before = len(client.history)

        client.call("api.destroy")
        state = scene.sandbox.get_state()
        tap.equal(state["calls"], 0, "calls that the gateway still has")
        tap.equal([user["subscriptions"] for user in state["users"]], [[]], "subscriptions")
        check_destroyed(client)
        client.call("api.destroy")
        tap.equal(client.call("api.subscribe", snapshot=True)["state"], {})
        tap.equal(client.history[before:], [], "events")

        client.call("api.create", config={
            "authentication": {"subscription": {"service": ["call"]}},
            "media": {"speaker": "null"}})
        tap.equal(client.call("api.getUserInfo"), {})
        tap.equal(client.call("call.getAll"), [])
        tap.equal(client.call("connection.getSocketState"), None)
        client.call("api.connect", credentials=SIGN_IN, await_=True)
        tap.equal(client.call("services.getSubscriptions")["subscribed"], ["call"])
        tap.equal(ann.get(old), None)
        call = client.call("call.make", destination="tone@sandbox.test",
                           media=audio_from("silence"), await_=True)
        ann.wait_for_packets(call, 10)


def create_replaces_what_runs():
    """The values of the create before are forgotten, those of the file are not."""
    with Scene() as scene:
        ann = scene.daemon("ann", {"subscription": {"expires": 1200}})
        client = ann.client
        from_file = client.call("api.getConfig")
        make_ring(ann)
        client.call("api.create", config={"subscription": {"expires": 900},
                                          "connectivity": {"pingInterval": 1000}})
        tap.equal(scene.sandbox.get_state()["calls"], 0, "calls that the gateway still has")
        tap.equal(client.call("call.getAll"), [])
        tap.equal(client.call("api.getConfig"), lay_over(from_file, {
            "subscription": {"expires": 900}, "connectivity": {"pingInterval": 1000}}))
        error = client.refused("api.create", config={"subscription": {"expires": "long"}})
        tap.equal((error.code, error.data["param"]), (-32602, "config.subscription.expires"))
        tap.equal(client.call("api.getConfig")["subscription"]["expires"], 900)
        client.call("api.create")
        tap.equal(client.call("api.getConfig"), from_file)
        ann.sign_in()
        tap.equal(scene.sandbox.get_state()["users"][0]["subscriptions"][0]["expires"], 1200)


def destroy_by_two_at_once():
    """Both are answered when it is done, and not before."""
    with Scene() as scene:
        ann = scene.daemon("ann")
        make_ring(ann)
        with ann.open_client() as other:
            scene.sandbox.add_fault("request", type="unsubscribe", delayMs=300, carryOut=True)
            numbers = ann.client.start("api.destroy"), other.start("api.destroy")
            for client, number in zip((other, ann.client), reversed(numbers)):
                client.result(number)
                state = scene.sandbox.get_state()
                tap.equal((state["calls"], state["users"][0]["subscriptions"]), (0, []))
            other.call("api.create")
        ann.sign_in()


# Configuration


def config_has_defaults_and_no_secrets():
    given = {"call": {"iceServers": [
        {"urls": "turn:127.0.0.1:3478", "username": "u", "credential": "s3cret"},
        {"urls": ["stun:127.0.0.1:3478"]}]}, "logs": {"logLevel": "debug"}}
    with Scene() as scene:
        ann = scene.daemon("ann", given, sign_in=False)
        with open(scene.path("ann.json"), encoding="utf-8") as file:
            expected = lay_over(Contract(ann.client).dup_defaults(), json.load(file))
        del expected["call"]["iceServers"][0]["credential"]
        tap.equal(ann.client.call("api.getConfig"), expected)
        ann.client.call("api.updateConfig", newConfigValues=given)
        tap.equal(ann.client.call("api.getConfig"), expected)
        tap.true("s3cret" not in ann.read_log(), "the log tells a secret")


def changes_take_effect():
    with Scene() as scene:
        ann = scene.daemon("ann", {"subscription": {"expires": 2400}}, sign_in=False)
        client = ann.client

        def update(**values):
            client.call("api.updateConfig", newConfigValues=values)

        def check(services, expires):
            ann.sign_in()
            subscription, = scene.sandbox.get_state()["users"][0]["subscriptions"]
            tap.equal((subscription["service"], subscription["expires"]), (services, expires))
            client.call("api.disconnect", await_=True)
        update(authentication={"subscription": {"service": ["IM"]}},
               subscription={"expires": 1800})
        check(["IM"], 1800)
        update(authentication={"subscription": {"service": None}}, subscription={"expires": None})
        check(["call", "IM", "Presence"], 3600)

        update(logs={"logLevel": "silent"}, connectivity={"pingInterval": 250})
        before = len(ann.read_log())
        ann.sign_in()
        state = client.call("connection.getSocketState")
        tap.equal((state["pingInterval"], state["reconnectLimit"]), (250, 5))
        tap.equal(len(ann.read_log()), before, "length of a log that is switched off")
        update(logs={"logLevel": "debug"})
        client.call("api.disconnect", await_=True)
        client.poll(lambda: len(ann.read_log()) > before, what="a log")


def wrong_values_are_named():
    with Scene() as scene:
        ann = scene.daemon("ann", sign_in=False)
        before = ann.client.call("api.getConfig")
        for wrong, named in (
                ({"connectivity": {"pingInterval": 5}}, "connectivity.pingInterval"),
                ({"connectivity": {"pongInterval": 500}}, "connectivity.pongInterval"),
                ({"nonsense": {}}, "nonsense"),
                ({"subscription": {"expires": 60}, "logs": {"logLevel": "loud"}}, "logs.logLevel"),
                ({"subscription": {"expires": 60}, "call": 1}, "call"),
                ({"call": {"iceServers": [{"urls": []}, {"credential": "s3cret"}]}},
                 "call.iceServers[1].urls"),
                ({"tls": {"ca": ""}}, "tls.ca")):
            error = ann.client.refused("api.updateConfig", newConfigValues=wrong)
            tap.equal((error.code, error.data["kind"], error.data["param"]),
                      (-32602, "param", "newConfigValues." + named), str(wrong))
            tap.true(named in error.message, error.message)
            tap.true("s3cret" not in str(error), "the error tells a secret")
        tap.equal(ann.client.call("api.getConfig"), before, "a configuration that stays")


def version_and_engine():
    with Scene() as scene:
        client = scene.daemon("ann", sign_in=False).client
        shown = subprocess.run([os.environ["HS_DAEMON"], "--version"], stdout=subprocess.PIPE,
                               check=True, timeout=30).stdout.decode()
        tap.equal(shown, "handsetd %s\n" % client.call("api.getVersion"))
        details = client.call("api.getBrowserDetails")
        tap.equal(details["browser"], "gstreamer")
        tap.true(1.22 <= details["version"] < 2, "version of the engine: %r" % details)


# Events


def events_of_one_call():
    with Scene() as scene:
        ann = scene.daemon("ann")
        first, second = make_ring(ann), make_ring(ann)
        with ann.open_client() as other:
            def run(method, call):
                ann.client.call(method, callId=call, await_=True)
                other.call("rpc.ping")

            def take():
                told = [(name, params["callId"]) for name, params in other.history]
                other.history.clear()
                return told
            other.call("api.on", type="call:stateChange", filter={"callId": second})
            other.call("api.on", type="call:stateChange", filter={"callId": second})
            run("call.end", first)
            tap.equal(take(), [])
            run("call.end", second)
            tap.equal(take(), [("call:stateChange", second)])

            other.call("api.on", type="call:stateChange")
            other.call("api.off", type="call:stateChange", filter={"callId": second})
            third = make_ring(ann)
            other.call("rpc.ping")
            tap.equal(take(), [("call:stateChange", third)] * 2)
            other.call("api.off", type="call:stateChange")
            run("call.end", third)
            tap.equal(take(), [])

            error = other.refused("api.on", type="call:nonsense")
            tap.equal((error.code, error.data["param"]), (-32602, "type"))


# Devices


def check_recording(path, hz, least):
    """One sound without a gap."""
    burst, = sound.Recording(path).bursts()
    tap.close(burst.hz, hz, 2, "frequency in " + path)
    tap.close(burst.level, -12, 1.5, "level in " + path)
    tap.true(burst.duration >= least, "%.2f s in %s" % (burst.duration, path))
    return burst.duration


def change_recording(scene):
    """What goes into the one file does not go into the other; what cannot be opened leaves the old
    speaker in use."""
    ann = scene.daemon("ann")
    first, second = scene.path("first.wav"), scene.path("second.wav")
    call = ann.make("tone@sandbox.test", "silence", "file:" + first, await_=True)
    ann.wait_for_packets(call, 75)
    before = len(tell(ann.client, call))
    ann.client.call("call.changeSpeaker", callId=call, speakerId="file:" + second)
    ann.wait_for_packets(call, 150)
    for wrong in ("banana", "file:", "silence", "file:/nowhere/a.wav"):
        error = ann.client.refused("call.changeSpeaker", callId=call, speakerId=wrong)
        tap.true(error.data["code"] in ("call:4", "call:7"), str(error))
    ann.wait_for_packets(call, 200)
    received = sum(entry["packetsReceived"] for entry in ann.get_stats(call, "inbound-rtp"))
    tap.equal(tell(ann.client, call)[before:], [], "events")
    ann.client.call("call.end", callId=call, await_=True)
    error = ann.client.refused("call.changeSpeaker", callId=call, speakerId="null")
    tap.equal(error.data["code"], "call:6")
    heard = check_recording(first, 440, 1.0) + check_recording(second, 440, 1.5)
    tap.close(heard, received * 0.02, 0.6, "seconds in both")


def speaker_changes_in_mid_call():
    in_real_time(change_recording)


def call_by_default(scene):
    ann = scene.daemon("ann")

    def record(path):
        call = ann.client.call("call.make", destination="echo@sandbox.test", await_=True)
        ann.wait_for_packets(call, 75)
        ann.client.call("call.end", callId=call, await_=True)
        check_recording(path, 700, 0.8)
    first, second = scene.path("first.wav"), scene.path("second.wav")
    ann.client.call("call.setDefaultDevices", devices={"microphone": "tone:700",
                                                       "speaker": "file:" + first})
    record(first)
    ann.client.call("call.setDefaultDevices", devices={"speaker": "file:" + second})
    record(second)
    media = ann.client.call("api.getConfig")["media"]
    tap.equal((media["microphone"], media["speaker"]), ("tone:700", "file:" + second))


def next_call_uses_default_devices():
    in_real_time(call_by_default)


def panel_may_only_look():
    """A further socket for programs that show something and must not place calls."""
    with Scene() as scene:
        panel = os.path.join(scene.folder, "panel.sock")
        ann = scene.daemon("ann", {"rpc": {"sockets": [{"path": panel, "readOnly": True}]}})
        client = Client.open(panel)
        client.call("api.subscribe")
        tap.equal(client.call("api.getUserInfo")["username"], NAME)
        error = client.refused("call.make", destination="tone@sandbox.test")
        tap.equal(error.data["code"], "handset:7")
        ann.client.call("api.disconnect", await_=True)
        client.wait_for("auth:change")


if __name__ == "__main__":
    tap.run("instance", [
        destroy_and_create, create_replaces_what_runs, destroy_by_two_at_once,
        config_has_defaults_and_no_secrets, changes_take_effect, wrong_values_are_named,
        version_and_engine, panel_may_only_look, events_of_one_call, speaker_changes_in_mid_call,
        next_call_uses_default_devices,
    ])
