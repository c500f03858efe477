#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Answers every call with a greeting: what a program of your own needs to talk to handsetd.

usage: watch.py GREETING.wav [SOCKET]
"""
import json
import os
import socket
import sys


class Handset:
    """One connection to the daemon: a JSON text per line, both ways."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.lines = self.socket.makefile("r", encoding="utf-8")
        self.last_id = 0
        self.events = []

    def read(self):
        line = self.lines.readline()
        if not line:
            raise SystemExit("handsetd has gone away")
        return json.loads(line)

    def call(self, method, **params):
        self.last_id += 1
        request = {"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params}
        self.socket.sendall(json.dumps(request).encode() + b"\n")
        while True:
            message = self.read()
            if message.get("id") == self.last_id and "method" not in message:
                break
            self.events.append(message)
        if "error" in message:
            raise RuntimeError(message["error"]["message"])
        return message["result"]

    def next_event(self):
        message = self.events.pop(0) if self.events else self.read()
        return message["method"], message["params"]


def main():
    greeting = os.path.abspath(sys.argv[1])
    default = os.path.join(os.environ.get("XDG_RUNTIME_DIR", ""), "handset", "control.sock")
    handset = Handset(sys.argv[2] if len(sys.argv) > 2 else default)
    handset.call("api.subscribe")
    while True:
        name, params = handset.next_event()
        if name != "call:stateChange":
            continue
        call = handset.call("call.getById", callId=params["callId"])
        print("%s: %s" % (call["from"], call["state"]), flush=True)
        if call["direction"] == "incoming" and call["state"] == "Ringing":
            media = {"audio": True, "audioOptions": {"deviceId": "file:" + greeting}}
            handset.call("call.answer", callId=call["id"], media=media)


if __name__ == "__main__":
    main()
