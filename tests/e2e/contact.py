# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whether a daemon and its gateway reach each other, as the daemon tells it."""
import tap

UNREACHABLE = "handset:12"


def is_connected(daemon):
    return daemon.client.call("connection.getSocketState")["connected"]


def is_signed_in(daemon):
    return daemon.client.call("api.getConnection")["isConnected"]


def events_since(daemon, mark):
    """Returns: the names of the events that are not about calls."""
    return [name for name, _ in daemon.client.history[mark:]
            if not name.startswith(("call:", "media:"))]


def end(daemon, call_id):
    """Ends a call, which takes an answer of the gateway."""
    daemon.client.call("call.end", callId=call_id, await_=True)
    tap.equal(daemon.get(call_id)["state"], "Ended")
