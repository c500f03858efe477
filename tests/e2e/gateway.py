# SPDX-License-Identifier: LGPL-2.1-or-later
"""A user of the gateway in plain Python: requests, and a websocket for what the gateway tells.

What the descriptions say is left to somebody else.
"""
import base64
import json
import os
import socket
import ssl
import struct

from rpc import WATCHDOG_SECONDS

_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10


class _Websocket:
    """Just enough of RFC 6455: small frames, no extensions, no fragments."""

    def __init__(self, tls, port, path):
        plain = socket.create_connection(("127.0.0.1", port), WATCHDOG_SECONDS)
        self._socket = tls.wrap_socket(plain, server_hostname="127.0.0.1")
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall(("GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
                              "Connection: Upgrade\r\nSec-WebSocket-Key: %s\r\n"
                              "Sec-WebSocket-Version: 13\r\n\r\n" % (path, port, key)).encode())
        self._input = b""
        head = self._take_until(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise AssertionError("no websocket: %r" % head)

    def _take_until(self, end):
        while end not in self._input:
            self._fill()
        head, self._input = self._input.split(end, 1)
        return head

    def _take(self, size):
        while len(self._input) < size:
            self._fill()
        data, self._input = self._input[:size], self._input[size:]
        return data

    def _fill(self):
        data = self._socket.recv(65536)
        if not data:
            raise ConnectionError("the gateway closed the websocket")
        self._input += data

    def _send(self, kind, data):
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))
        self._socket.sendall(struct.pack("!BB", 0x80 | kind, 0x80 | len(data)) + mask + masked)

    def receive(self):
        """Returns: the next text."""
        while True:
            first, size = self._take(2)
            if size == 126:
                size, = struct.unpack("!H", self._take(2))
            elif size == 127:
                size, = struct.unpack("!Q", self._take(8))
            data = self._take(size)
            if first & 15 == _PING:
                self._send(_PONG, data)
            elif first & 15 == _TEXT:
                return data.decode()
            elif first & 15 == _CLOSE:
                raise ConnectionError("the gateway closed the websocket")

    def close(self):
        self._socket.close()


class User:
    """Signed in, and with one call at a time."""

    def __init__(self, sandbox, address):
        self._sandbox = sandbox
        self.address = address
        self.sid = None
        body = {"subscribeRequest": {"expires": 3600, "service": ["call"],
                                     "notificationType": "WebSocket"}}
        reply = self.request("POST", "subscription", body)
        channel = reply["subscribeResponse"]["subscriptionParams"]["notificationChannel"]
        self._socket = _Websocket(ssl.create_default_context(cafile=sandbox.certificate),
                                  sandbox.port, channel)

    def request(self, method, path, body=None):
        credential = base64.b64encode((self.address + ":any").encode()).decode()
        status, reply = self._sandbox.request(
            method, "/rest/version/1/user/%s/%s" % (self.address, path), body,
            {"Authorization": "Basic " + credential})
        if status >= 300:
            raise AssertionError("%s %s answered %d: %r" % (method, path, status, reply))
        return reply

    def make(self, to, sdp):
        reply = self.request("POST", "callControl", {"callControlRequest": {
            "type": "callStart", "from": "sip:" + self.address, "to": "sip:" + to, "sdp": sdp}})
        self.sid = reply["callControlResponse"]["sessionData"]

    def put(self, kind, **members):
        self.request("PUT", "callControl/callSessions/" + self.sid,
                     {"callControlRequest": dict(members, type=kind)})

    def end(self):
        self.request("DELETE", "callControl/callSessions/" + self.sid)

    def wait_for(self, kind):
        """Lets what comes before it pass. Returns: its session parameters."""
        while True:
            message = json.loads(self._socket.receive()).get("notificationMessage") or {}
            if message.get("eventType") == kind:
                return message["sessionParams"]

    def wait_for_call(self):
        """Returns: the offer of a call that comes in, once the caller hears it ring."""
        parameters = self.wait_for("call")
        self.sid = parameters["sessionData"]
        self.put("ringing")
        return parameters["sdp"]

    def close(self):
        self._socket.close()
