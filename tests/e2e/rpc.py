# SPDX-License-Identifier: LGPL-2.1-or-later
"""A client of the daemon's socket: JSON-RPC 2.0, one message per line."""
import json
import socket
import time

# Nothing takes that long; machines that do a lot at once are slow.
WATCHDOG_SECONDS = 90


class RpcError(Exception):
    """What the daemon answered in place of a result."""

    def __init__(self, error):
        super().__init__("%s: %s" % (error.get("code"), json.dumps(error)))
        self.code = error.get("code")
        self.message = error.get("message")
        self.data = error.get("data") or {}


class Client:
    """One connection.

    Nothing is read in the background: what arrives while something else is waited for is kept in
    the order of its arrival, in `history` for good and in a queue until wait_for() takes it.
    Parameters may end in "_", for the names that are words of Python (await_=True).
    """

    def __init__(self, connected):
        self._socket = connected
        self._input = b""
        self._next_id = 1
        self._replies = {}
        self._queue = []
        self.history = []
        self.questions = []
        self._answerers = {}

    @classmethod
    def open(cls, path):
        connecting = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connecting.connect(path)
        except OSError:
            connecting.close()
            raise
        return cls(connecting)

    def close(self):
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # requests

    def start(self, method, **params):
        """Sends a request. Returns: what result() needs to wait for the answer."""
        number = self._next_id
        self._next_id += 1
        request = {"jsonrpc": "2.0", "id": number, "method": method}
        if params:
            request["params"] = {name.rstrip("_"): value for name, value in params.items()}
        self.send_line(json.dumps(request))
        return number

    def result(self, number, timeout=WATCHDOG_SECONDS):
        self._read_until(lambda: number in self._replies, timeout, "an answer to request %d" % number)
        reply = self._replies.pop(number)
        if "error" in reply:
            raise RpcError(reply["error"])
        return reply["result"]

    def call(self, method, **params):
        return self.result(self.start(method, **params))

    def refused(self, method, **params):
        """Returns: the RpcError that the request must end in."""
        try:
            result = self.call(method, **params)
        except RpcError as error:
            return error
        raise AssertionError("%s was not refused but answered %r" % (method, result))

    def send_line(self, text):
        self._socket.settimeout(WATCHDOG_SECONDS)
        self._socket.sendall(text.encode() + b"\n")

    # questions of the daemon

    def answer_with(self, method, function):
        """From now on the daemon's requests of that name are answered while this client reads.

        function: of the params; its result is the answer, an RpcError that it raises an error, and
        None leaves the request without an answer. All requests are kept in `questions`.
        """
        self._answerers[method] = function

    def _answer(self, message):
        params = message.get("params") or {}
        self.questions.append((message["method"], params))
        function = self._answerers.get(message["method"])
        answer = {"jsonrpc": "2.0", "id": message["id"]}
        try:
            answer["result"] = function(params) if function else None
        except RpcError as error:
            answer["error"] = {"code": error.code, "message": error.message}
        if answer.get("result") is not None or "error" in answer:
            self.send_line(json.dumps(answer))

    # events

    def wait_for(self, name, predicate=None, timeout=WATCHDOG_SECONDS):
        """Takes the first event of that name, of those not yet taken. Returns: its params."""
        found = []

        def look():
            for index, (event, params) in enumerate(self._queue):
                if event == name and (predicate is None or predicate(params)):
                    found.append(params)
                    del self._queue[index]
                    return True
            return False

        self._read_until(look, timeout, "event %s" % name)
        return found[0]

    def forget(self):
        """Lets go of all events that have come."""
        self._queue.clear()
        self.history.clear()

    def poll(self, condition, timeout=WATCHDOG_SECONDS, what="a condition"):
        """Asks again and again until condition() returns something true. Returns: that."""
        deadline = time.monotonic() + timeout
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > deadline:
                raise TimeoutError("%s did not come true within %s s" % (what, timeout))
            self._read_some(time.monotonic() + 0.1)

    def _read_until(self, condition, timeout, what):
        deadline = time.monotonic() + timeout
        while not condition():
            if not self._read_some(deadline) and time.monotonic() >= deadline:
                raise TimeoutError("no %s within %s s; the last events were:\n%s" % (
                    what, timeout, "\n".join(map(str, self.history[-12:]))))

    def _read_some(self, deadline):
        """Returns: whether a message came before the deadline."""
        while b"\n" not in self._input:
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._socket.settimeout(left)
            try:
                data = self._socket.recv(65536)
            except socket.timeout:
                return False
            if not data:
                raise ConnectionError("the daemon closed the connection")
            self._input += data
        line, self._input = self._input.split(b"\n", 1)
        self._take(json.loads(line))
        return True

    def _take(self, message):
        if message.get("jsonrpc") != "2.0":
            raise AssertionError("no JSON-RPC 2.0: %r" % message)
        if "method" not in message:
            self._replies[message["id"]] = message
            return
        if "id" in message:
            self._answer(message)
            return
        event = (message["method"], message.get("params") or {})
        self.history.append(event)
        self._queue.append(event)


def _track(params):
    return "local" if params.get("local") else "remote"


def _operation(params):
    text = "%s %s" % (params["operation"], params["transition"])
    if not params.get("isLocal"):
        text += " remote"
    return text + (" error %s" % params["error"].get("code") if params.get("error") else "")


def _state(params):
    text = "state from " + params["previous"]["state"]
    return text + (" error %s" % params["error"].get("code") if params.get("error") else "")


_LINES = {
    "call:operation": _operation,
    "call:stateChange": _state,
    "call:newTrack": lambda params: "new %s track" % _track(params),
    "call:trackEnded": lambda params: "%s track ended" % _track(params),
    "call:start": lambda params: "start",
    "call:receive": lambda params: "receive",
}


def tell(client, call_id):
    """Returns: the events of one call, a short line each, in their order.

    The end of a remote track may come before or after the end of the call; it is left out, and so
    are the operations that only look.
    """
    lines = [_LINES[name](params) for name, params in client.history
             if name in _LINES and params.get("callId") == call_id]
    return [line for line in lines
            if line != "remote track ended" and not line.startswith("GET_STATS")]
