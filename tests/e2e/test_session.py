#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Signing in and out, subscriptions and the websocket, through the real gateway.

The orders of events are those of the SDK that the daemon follows.
"""
import json

import tap
from handset import Scene

NAME = "ann@sandbox.test"
ALL = ["call", "IM", "Presence"]

# Long enough for several pings at the shortest interval that there is.
PING_MS = 100
STRETCH_PINGS = 5

AUTH = "auth:change"
REFUSED = "auth:error"
CHANGE = "subscription:change"
ERROR = "subscription:error"
SOCKET = "ws:change link"

CONNECT = [AUTH, AUTH, CHANGE, SOCKET, SOCKET, CHANGE, AUTH]


def password(secret="any", **more):
    return dict({"username": NAME, "password": secret}, **more)


class Person:
    """A daemon that nobody has signed in yet, and what it has told so far."""

    def __init__(self, scene, config=None):
        self.scene = scene
        self.daemon = scene.daemon("ann", config, sign_in=False)
        self.client = self.daemon.client
        self.call = self.client.call
        self._told = 0

    def take_events(self):
        """Returns: what came since the last time, a short line each."""
        self.call("rpc.ping")
        lines = []
        for name, params in self.client.history[self._told:]:
            rest = [params.get("platform"), params.get("reason"),
                    (params.get("error") or {}).get("code")]
            lines.append(" ".join([name] + [str(part) for part in rest if part is not None]))
        self._told = len(self.client.history)
        return lines

    def check_told(self, *expected):
        tap.equal(self.take_events(), list(expected), "events")

    def check_subscribed(self, names):
        found = self.call("services.getSubscriptions")
        tap.equal((found["subscribed"], found["isPending"]), (names, False), "subscription")
        tap.equal(found["available"], ALL, "services that could be asked for")

    def check_connection(self, connected, code=None):
        """Returns: what the gateway has granted."""
        found = self.call("api.getConnection")
        tap.equal((found["isConnected"], found["isPending"], found.get("error", {}).get("code")),
                  (connected, False, code), "connection")
        return found["subscription"]

    def check_user(self, name):
        tap.equal(self.call("api.getUserInfo"), {"username": name} if name else {}, "user")

    def connect(self, **more):
        self.call("api.connect", credentials=password(**more), await_=True)

    def subscribe(self, *names):
        self.call("services.subscribe", services=list(names), await_=True)

    def unsubscribe(self, *names):
        self.call("services.unsubscribe", services=list(names), await_=True)

    def at_gateway(self):
        """Returns: (kind of the last credential, subscriptions)."""
        for user in self.scene.sandbox.get_state()["users"]:
            if user["user"] == NAME:
                return user["credential"], user["subscriptions"]
        return None, []

    def check_granted(self, *names):
        """What the gateway itself says; without names: that it has nothing of ours."""
        subscriptions = self.at_gateway()[1]
        tap.equal([entry["service"] for entry in subscriptions], [list(names)] if names else [])
        return subscriptions


# Signing in and out


def connect_and_disconnect():
    with Scene() as scene:
        ann = Person(scene)
        ann.check_connection(False)
        ann.check_user(None)
        ann.connect()
        ann.check_told(*CONNECT)
        ann.check_user(NAME)
        ann.check_subscribed(ALL)
        granted = ann.check_connection(True)
        tap.equal((granted["status"], granted["missing"]), ("FULL", []))
        ann.check_granted(*ALL)

        ann.call("api.disconnect", await_=True)
        ann.check_told(AUTH, CHANGE, SOCKET, CHANGE, AUTH)
        ann.check_user(None)
        ann.check_subscribed([])
        tap.equal(ann.check_connection(False)["status"], "NONE")
        ann.check_granted()

        ann.connect()
        ann.check_told(*CONNECT)
        ann.check_granted(*ALL)


def connect_answers_at_once():
    """Without await the events tell how it went."""
    with Scene() as scene:
        ann = Person(scene)
        ann.call("api.connect", credentials=password())
        ann.client.poll(lambda: ann.call("api.getConnection")["isConnected"], what="success")
        ann.check_told(*CONNECT)
        ann.call("api.disconnect")
        ann.client.poll(lambda: not ann.call("api.getConnection")["isPending"], what="an end")
        ann.check_told(AUTH, CHANGE, SOCKET, CHANGE, AUTH)


def connect_without_secret():
    with Scene() as scene:
        ann = Person(scene)
        error = ann.client.refused("api.connect", credentials={"username": NAME}, await_=True)
        tap.equal(error.data["code"], "authentication:1")
        ann.check_told(AUTH, *[REFUSED + " authentication:1"] * 2)
        ann.check_connection(False, "authentication:1")
        ann.connect()
        ann.check_told(*CONNECT)
        ann.check_connection(True)


def connect_is_refused():
    with Scene() as scene:
        ann = Person(scene)
        error = ann.client.refused("api.connect", credentials=password("wrong"), await_=True)
        tap.equal(error.data["code"], "authentication:4")
        tap.true("4" in error.message and "403" in error.message, error.message)
        ann.check_told(AUTH, AUTH, CHANGE, ERROR + " authentication:4",
                       REFUSED + " authentication:4")
        ann.check_connection(False, "authentication:4")
        ann.check_user(NAME)
        for status in (401, 404, 500):
            scene.sandbox.add_fault("request", type="subscribe", status=status)
            error = ann.client.refused("api.connect", credentials=password(), await_=True)
            tap.equal(error.data["code"], "authentication:4", "code after %d" % status)
            ann.check_told(AUTH, AUTH, CHANGE, ERROR + " authentication:4",
                           REFUSED + " authentication:4")
        tap.equal(ann.call("connection.getSocketState"), None)
        ann.check_granted()


# Credentials


def subscribe_with(ann, kind, **credentials):
    """kind: what the gateway says it was shown with the subscription."""
    ann.call("api.setCredentials", credentials=dict(credentials, username=NAME))
    ann.check_told(AUTH)
    ann.check_user(NAME)
    ann.subscribe("call")
    ann.check_told(CHANGE, SOCKET, SOCKET, CHANGE)
    tap.equal(ann.at_gateway()[0], kind, "credential")
    ann.unsubscribe("call")
    ann.check_told(CHANGE, SOCKET, CHANGE)
    ann.check_granted()
    ann.check_user(NAME)


def four_kinds_of_credentials():
    """Each is refused when it is wrong, and then what stands behind it in the order does not
    help."""
    with Scene() as scene:
        ann = Person(scene)
        subscribe_with(ann, "Basic", password="good")
        subscribe_with(ann, "Bearer", bearerAccessToken="good", password="wrong")
        subscribe_with(ann, "Basic", authname="other", password="good", bearerAccessToken="wrong")
        subscribe_with(ann, "x-token", hmacToken="good", authname="other", password="wrong",
                       bearerAccessToken="wrong")
        for wrong in ({"password": "wrong"}, {"bearerAccessToken": "wrong", "password": "good"},
                      {"authname": "other", "password": "wrong", "bearerAccessToken": "good"},
                      {"hmacToken": "wrong", "authname": "other", "password": "good"}):
            ann.call("api.setCredentials", credentials=dict(wrong, username=NAME))
            ann.check_told(AUTH)
            error = ann.client.refused("services.subscribe", services=["call"], await_=True)
            tap.equal(error.data["code"], "authentication:4", str(sorted(wrong)))
            ann.check_told(CHANGE, ERROR + " authentication:4")


def a_session_goes_on_with_what_the_gateway_gave():
    """The token was good for one request."""
    with Scene() as scene:
        ann = Person(scene)
        ann.call("api.setCredentials", credentials={"username": NAME, "hmacToken": "good"})
        ann.subscribe("call")
        ann.subscribe("IM")
        tap.equal(ann.at_gateway()[0], "x-session", "credential")


def unusable_credentials_are_named():
    with Scene() as scene:
        ann = Person(scene)
        ann.call("api.setCredentials", credentials=password())
        ann.check_told(AUTH)
        for wrong, named in (
                ({"username": "bob@sandbox.test"}, "password, bearerAccessToken or hmacToken"),
                ({"username": "bob@sandbox.test", "authname": "bob"}, "password"),
                ({"username": "bob\r\nX-Evil: 1", "password": "any"}, "username"),
                (password("any\n"), "password"), (password(hmacToken="a\nb"), "hmacToken"),
                (password(bearerAccessToken="\t"), "bearerAccessToken")):
            error = ann.client.refused("api.setCredentials", credentials=wrong)
            tap.equal(error.data["code"], "authentication:1", str(wrong))
            tap.true(named in error.message, "%r does not name %s" % (error.message, named))
            ann.check_told(REFUSED + " authentication:1")
        for wrong, named in (({}, "username"), ({"username": ""}, "username"),
                             (password(7), "password"), (password(pin="1"), "pin")):
            error = ann.client.refused("api.setCredentials", credentials=wrong)
            tap.equal((error.code, error.data["param"]), (-32602, "credentials." + named))
        ann.check_told()
        ann.check_user(NAME)


def another_user_has_to_wait():
    """Requests in another's name would miss the subscription."""
    with Scene() as scene:
        ann = Person(scene)
        ann.connect()
        error = ann.client.refused("api.setCredentials", credentials=password(
            username="bob@sandbox.test"))
        tap.equal(error.data["code"], "authentication:1")
        ann.check_user(NAME)
        ann.call("api.setCredentials", credentials=password("new"))
        ann.check_granted(*ALL)


# Subscriptions


def subscribe_is_refused():
    with Scene() as scene:
        ann = Person(scene)
        error = ann.client.refused("services.subscribe", services=["call"], await_=True)
        tap.equal(error.data["code"], "authentication:1")
        ann.check_told(CHANGE, ERROR + " authentication:1")
        ann.call("api.setCredentials", credentials=password("wrong"))
        ann.check_told(AUTH)
        error = ann.client.refused("services.subscribe", services=["call"], await_=True)
        tap.equal(error.data["code"], "authentication:4")
        ann.check_told(CHANGE, ERROR + " authentication:4")
        ann.check_subscribed([])
        ann.check_connection(False)


def add_and_take_away_services():
    with Scene() as scene:
        ann = Person(scene)
        ann.call("api.setCredentials", credentials=password())
        ann.subscribe("call")
        ann.check_told(AUTH, CHANGE, SOCKET, SOCKET, CHANGE)
        ann.call("services.subscribe", services=["IM", {"service": "Presence"}],
                 options="websocket", await_=True)
        ann.check_told(CHANGE, CHANGE)
        ann.check_subscribed(ALL)
        ann.check_granted(*ALL)
        ann.unsubscribe("IM")
        ann.check_told(CHANGE, CHANGE)
        ann.check_subscribed(["call", "Presence"])
        ann.check_granted("call", "Presence")
        ann.check_connection(True)

        scene.sandbox.add_fault("request", method="PUT", statusCode=37, status=403)
        error = ann.client.refused("services.subscribe", services=["IM"], await_=True)
        tap.equal(error.data["code"], "authentication:6")
        ann.check_told(CHANGE, ERROR + " authentication:6")
        ann.check_subscribed(["call", "Presence"])

        ann.unsubscribe("Presence", "call")
        ann.check_told(CHANGE, SOCKET, CHANGE)
        ann.check_subscribed([])
        ann.check_granted()
        ann.check_user(NAME)
        tap.equal(scene.sandbox.get_state()["requests"]["subscribe"], 1, "subscriptions made")


def unsubscribe_what_is_not_there():
    with Scene() as scene:
        ann = Person(scene)

        def refuse(*names):
            error = ann.client.refused("services.unsubscribe", services=list(names), await_=True)
            tap.equal(error.data["code"], "authentication:3")
            ann.check_told(CHANGE, ERROR + " authentication:3")
        refuse("call")
        ann.call("api.setCredentials", credentials=password())
        ann.subscribe("call")
        ann.take_events()
        refuse("IM", "Call")
        refuse()
        ann.check_subscribed(["call"])
        ann.check_granted("call")


def partial_grant():
    with Scene("--services", "call,IM") as scene:
        ann = Person(scene)
        ann.connect()
        ann.check_told(*CONNECT)
        ann.check_subscribed(["call", "IM"])
        granted = ann.check_connection(True)
        tap.equal((granted["status"], granted["received"], granted["missing"]),
                  ("PARTIAL", ["call", "IM"], ["Presence"]))
        tap.equal(granted["services"], {"call": True, "IM": True, "Presence": False})
        ann.call("api.disconnect", await_=True)
        ann.take_events()

        ann.call("api.setCredentials", credentials=password())
        error = ann.client.refused("services.subscribe", services=["Presence"], await_=True)
        tap.equal(error.data["code"], "authentication:4")
        tap.true("37" in error.message, error.message)
        ann.check_told(AUTH, CHANGE, ERROR + " authentication:4")
        ann.check_subscribed([])


# The websocket


def socket_state_holds_no_secret():
    with Scene() as scene:
        ann = Person(scene)
        tap.equal(ann.call("connection.getSocketState"), None)
        ann.call("api.connect", credentials={"username": NAME, "bearerAccessToken": "s3cret"},
                 await_=True)
        state = ann.call("connection.getSocketState", platform="link")
        tap.equal((state["connected"], state["platform"]), (True, "link"))
        tap.equal((state["wsInfo"]["server"], state["wsInfo"]["port"], state["wsInfo"]["protocol"]),
                  ("127.0.0.1", scene.sandbox.port, "wss"))
        tap.equal(state["method"], {"type": "keepAlive", "responsibleParty": "client"})
        for method in ("connection.getSocketState", "api.getConfig", "api.getConnection"):
            tap.true("s3cret" not in json.dumps(ann.call(method)), method + " tells the token")
        told = ann.call("api.subscribe", snapshot=True)
        tap.equal(told["state"]["socket"]["connected"], True)
        tap.true("s3cret" not in json.dumps(told), "the snapshot tells the token")
        ann.call("api.disconnect", await_=True)
        tap.equal(ann.call("connection.getSocketState")["connected"], False)
        tap.true("s3cret" not in ann.daemon.read_log(), "the log tells the token")


def switch_checking_off_and_on():
    with Scene() as scene:
        ann = Person(scene, {"connectivity": {"pingInterval": PING_MS}})
        ann.connect()

        def pings():
            return ann.at_gateway()[1][0]["pings"]

        def wait_for_more():
            before = pings()
            ann.client.poll(lambda: pings() >= before + STRETCH_PINGS, what="pings")
        wait_for_more()
        tap.equal(ann.call("connection.getSocketState")["pinging"], True)
        ann.call("connection.enableConnectivityChecking", enable=False)
        tap.equal(ann.call("connection.getSocketState")["pinging"], False)

        def has_ended():
            """poll() listens for a tenth of a second between two questions."""
            seen.append(pings())
            return len(seen) > STRETCH_PINGS and len(set(seen[-STRETCH_PINGS:])) == 1
        seen = []
        ann.client.poll(has_ended, what="an end of pings")
        tap.equal(ann.call("connection.getSocketState")["connected"], True)
        ann.call("connection.enableConnectivityChecking", enable=True)
        wait_for_more()


if __name__ == "__main__":
    tap.run("session", [
        connect_and_disconnect, connect_answers_at_once, connect_without_secret, connect_is_refused,
        four_kinds_of_credentials, a_session_goes_on_with_what_the_gateway_gave,
        unusable_credentials_are_named, another_user_has_to_wait, subscribe_is_refused,
        add_and_take_away_services, unsubscribe_what_is_not_there, partial_grant,
        socket_state_holds_no_secret, switch_checking_off_and_on,
    ])
