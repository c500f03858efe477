#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whom the daemon trusts, and what it never tells."""
import json
import os
import re
import wave

import tap
from handset import DOMAIN, Scene, audio_from, tell

FALSE_FINGERPRINT = ":".join(["AB"] * 32)


# Media


def is_silent(path):
    """Whether not one sample differs from zero; nothing recorded is silent, too."""
    if not os.path.exists(path) or os.path.getsize(path) <= 44:
        return True
    with wave.open(path, "rb") as file:
        return not any(file.readframes(file.getnframes()))


def falsify(scene, kind, user, lines=r"^(a=fingerprint:\S+) .*$", by=r"\1 " + FALSE_FINGERPRINT):
    scene.sandbox.add_fault("sdpRewrite", type=kind, user=user.address, pattern=lines,
                            replacement=by)


def check_refused_media(daemon, call_id, message):
    """The call has ended at this side, which says why, and says it to the gateway."""
    changed = daemon.wait_for_state(call_id, "Ended")
    tap.true(message in changed["error"]["message"], "error of the event: %r" % changed)
    finish = [params for name, params in daemon.client.history
              if name == "call:operation" and params["callId"] == call_id
              and (params["operation"], params["transition"]) == ("END", "FINISH")]
    tap.equal([params["error"]["code"] for params in finish], ["call:2"], "END FINISH")
    states = [params["state"] for name, params in daemon.client.history
              if name == "call:mediaConnectionChange" and params["callId"] == call_id]
    tap.equal(states, ["failed"], "states of the media")


def talk_with_false_certificate(kind, lines=r"^(a=fingerprint:\S+) .*$",
                                by=r"\1 " + FALSE_FINGERPRINT,
                                message="certificate is not the one"):
    """Both speak at once. kind: whose description is falsified; the other has to notice."""
    with Scene() as scene:
        a, b = scene.daemon("a"), scene.daemon("b")
        falsify(scene, kind, a if kind == "callStart" else b, lines, by)
        a_call = a.make(b.address, "tone:500", "file:" + scene.path("a.wav"))
        b_call = b.wait_for_call()
        b.client.call("call.answer", callId=b_call, media=audio_from("tone:900"),
                      options={"speakerId": "file:" + scene.path("b.wav")})
        (verifier, its_call), (other, other_call) = (
            ((b, b_call), (a, a_call)) if kind == "callStart" else ((a, a_call), (b, b_call)))
        check_refused_media(verifier, its_call, message)
        other.wait_for_state(other_call, "Ended")
        for daemon in (a, b):
            # What was rendered is in the files only when the workers are done with them.
            scene.stop(daemon)
            tap.true(is_silent(scene.path(daemon.name + ".wav")), daemon.name + " heard something")
        tap.equal(scene.sandbox.get_state()["calls"], 0, "calls that the gateway still has")


def answer_names_another_certificate():
    talk_with_false_certificate("callAnswer")


def offer_names_another_certificate():
    talk_with_false_certificate("callStart")


def answer_names_an_unknown_hash():
    talk_with_false_certificate("callAnswer", r"^a=fingerprint:\S+ ", "a=fingerprint:md5 ",
                                "not supported")


def offer_names_no_certificate():
    """Nobody can tell whose it is, so it does not even ring."""
    with Scene() as scene:
        a, b = scene.daemon("a"), scene.daemon("b")
        falsify(scene, "callStart", a, r"^a=fingerprint:.*$", "a=x-nothing:here")
        call = a.make(b.address, "tone:500")
        a.wait_for_state(call, "Ended")
        theirs, = b.client.call("call.getAll")
        tap.equal(theirs["state"], "Ended")
        changed = b.wait_for_state(theirs["id"], "Ended")
        tap.true("a=fingerprint is missing" in changed["error"]["message"], str(changed))
        tap.true("state from Ringing" not in tell(b.client, theirs["id"]), "it rang")


def answer_names_no_certificate():
    with Scene() as scene:
        a, b = scene.daemon("a"), scene.daemon("b")
        falsify(scene, "callAnswer", b, r"^a=fingerprint:.*$", "a=x-nothing:here")
        a_call = a.make(b.address, "tone:500", "file:" + scene.path("a.wav"))
        b_call = b.wait_for_call()
        b.answer(b_call, "tone:900")
        changed = a.wait_for_state(a_call, "Ended")
        tap.equal(changed["error"]["code"], "call:2")
        tap.true("a=fingerprint is missing" in changed["error"]["message"], str(changed))
        b.wait_for_state(b_call, "Ended")
        scene.stop(a)
        tap.true(is_silent(scene.path("a.wav")), "something was heard")


# The gateway's certificate


def tls_to(base=None, websocket=None, **tls):
    config = {"tls": tls, "connectivity": {"reconnectDelay": 50, "reconnectLimit": 1}}
    if base:
        config["authentication"] = {"server": {"base": base}}
    if websocket:
        config["subscription"] = {"websocket": {"server": websocket}}
    return config


def unknown_authority_is_refused():
    with Scene() as other, Scene() as scene:
        a = scene.daemon("a", tls_to(ca=other.sandbox.certificate), sign_in=False)
        error = a.refuse_to_sign_in()
        tap.equal(error.data["code"], "authentication:4")
        tap.true("the certificate of 127.0.0.1 is refused" in error.message
                 and "an authority that is not trusted here (tls.ca)" in error.message,
                 error.message)
        tap.equal(scene.sandbox.get_state()["users"], [], "who has spoken with the gateway")
        # The same daemon, told of the right one.
        a.client.call("api.updateConfig",
                      newConfigValues={"tls": {"ca": scene.sandbox.certificate}})
        a.sign_in()


def missing_authority_is_refused():
    with Scene() as scene:
        a = scene.daemon("a", tls_to(ca=scene.path("nothing.pem")), sign_in=False)
        error = a.refuse_to_sign_in()
        tap.true("tls.ca" in error.message and "nothing.pem" in error.message, error.message)


def verification_can_be_switched_off():
    with Scene() as other, Scene() as scene:
        a = scene.daemon("a", tls_to(ca=other.sandbox.certificate, verify=False))
        tap.true("warn  hs-link: tls.verify is false" in a.read_log(), "no warning")
        a.make("echo@sandbox.test", await_=True)


def another_host_name_is_refused():
    # Names below localhost are this machine, whatever a name server says.
    with Scene() as scene:
        a = scene.daemon("a", tls_to(base="gateway.localhost"), sign_in=False)
        error = a.refuse_to_sign_in()
        tap.equal(error.data["code"], "authentication:4")
        tap.true("certificate of gateway.localhost is refused: it is for another host name"
                 in error.message, error.message)
        b = scene.daemon("b", tls_to(websocket="gateway.localhost"), sign_in=False)
        error = b.refuse_to_sign_in()
        tap.equal(error.data["code"], "subscription:1")
        tap.true("another host name" in error.message, error.message)


# Secrets

OFFER = {"password": "SECRET-password", "hmac": "SECRET-hmac", "bearer": "SECRET-bearer",
         "turn": "SECRET-turn", "gateway turn": "SECRET-gateway-turn",
         "their ice": "SECRETicePassword0123456", "wrong": "SECRET-wrong"}

KINDS = [
    {"username": "a@" + DOMAIN, "password": OFFER["password"]},
    {"username": "a@" + DOMAIN, "authname": "someone", "password": OFFER["password"]},
    {"username": "a@" + DOMAIN, "hmacToken": OFFER["hmac"]},
    {"username": "a@" + DOMAIN, "bearerAccessToken": OFFER["bearer"]},
]

ICE_SERVERS = [{"urls": "turn:127.0.0.1:9", "username": "u", "credential": OFFER["turn"]}]


def add_turn_credentials(scene, daemon):
    """Has the gateway give some with an update of the subscription."""
    scene.sandbox.add_fault("request", type="extend", carryOut=True, body={"subscribeResponse": {
        "statusCode": 0, "subscriptionParams": {
            "service": ["call", "custom"], "expires": 3600,
            "turnCredentials": {"username": "u", "password": OFFER["gateway turn"]}}}})
    daemon.client.call("services.subscribe", services=["custom"], await_=True)
    tap.true("custom" in daemon.client.call("services.getSubscriptions")["subscribed"],
             "the update was not understood")


def use_every_secret(scene, a, b):
    for credentials in KINDS:
        a.client.call("api.connect", credentials=credentials, await_=True)
        # Our password goes to b, whose own one goes with the answer.
        a_call, b_call = a.connect_to(b)
        a.get_stats(a_call, "transport")
        b.client.call("call.end", callId=b_call, await_=True)
        a.wait_for_state(a_call, "Ended")
        a.client.call("api.disconnect", await_=True)
    a.client.call("api.connect", credentials=KINDS[0], await_=True)
    add_turn_credentials(scene, a)
    falsify(scene, "callStart", b, r"^a=ice-pwd:.*$", "a=ice-pwd:" + OFFER["their ice"])
    b.make(a.address)
    a_call = a.wait_for_call()
    a.answer(a_call)
    a.client.call("call.end", callId=a_call, await_=True)
    a.client.call("api.disconnect", await_=True)
    for answer in ({"status": 401}, {"answer": "close"}):
        scene.sandbox.add_fault("request", type="subscribe", **answer)
        a.client.refused("api.connect", await_=True, credentials={
            "username": "a@" + DOMAIN, "password": OFFER["wrong"]})


def check_tells_nothing(text, who):
    for name, secret in OFFER.items():
        tap.true(secret not in text, "%s tells the %s" % (who, name))
    found = re.search(r"ice-pwd[:=]\s*[A-Za-z0-9+/]{4,}|x-session[:=]\s*\w+|Basic [\w+/]{8,}", text)
    tap.true(not found, "%s tells %r" % (who, found and found.group()))


def secrets_stay_secret(level):
    config = {"logs": {"logLevel": level}, "call": {"iceServers": ICE_SERVERS}}
    with Scene() as scene:
        a = scene.daemon("a", config, False, ["--log-level", level])
        b = scene.daemon("b", {"logs": {"logLevel": level}})
        a.client.call("api.updateConfig", newConfigValues={"call": {"iceServers": ICE_SERVERS}})
        use_every_secret(scene, a, b)
        told = [a.client.history, a.client.call("api.getConfig"), a.client.call("call.getAll"),
                a.client.call("api.getConnection"), a.client.call("api.getUserInfo"),
                a.client.call("api.subscribe", snapshot=True)]
        check_tells_nothing(json.dumps(told), "the socket")
        for daemon in (a, b):
            log = daemon.read_log()
            tap.true(log.count("call") > 20, "hardly a log of %s" % daemon.name)
            check_tells_nothing(log, "the log of " + daemon.name)


def secrets_are_not_traced():
    secrets_stay_secret("trace")


def secrets_are_not_logged():
    secrets_stay_secret("debug")


def control_socket_is_for_its_owner():
    with Scene() as scene:
        a = scene.daemon("a", sign_in=False)
        tap.equal(os.stat(a.socket_path).st_mode & 0o777, 0o600, "mode of the socket")


if __name__ == "__main__":
    tap.run("security", [
        answer_names_another_certificate, offer_names_another_certificate,
        answer_names_an_unknown_hash, offer_names_no_certificate,
        answer_names_no_certificate, unknown_authority_is_refused,
        missing_authority_is_refused, verification_can_be_switched_off,
        another_host_name_is_refused, secrets_are_not_traced, secrets_are_not_logged,
        control_socket_is_for_its_owner,
    ])
