# SPDX-License-Identifier: LGPL-2.1-or-later
"""Drives Chromium through the pipe of its DevTools protocol: messages in JSON, NUL after each."""
import json
import os
import select
import shutil
import signal
import subprocess
import time

from rpc import WATCHDOG_SECONDS

PROGRAM = "chromium"

_OPTIONS = [
    "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu",
    "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-extensions", "--disable-sync", "--disable-dev-shm-usage",
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    # The far ends are on this machine, so addresses need not be hidden behind mDNS names.
    "--allow-loopback-in-peer-connection", "--disable-features=WebRtcHideLocalIpsWithMdns",
    # The sandbox makes its certificate itself.
    "--ignore-certificate-errors",
]


class Browser:
    """One Chromium with one page."""

    def __init__(self, folder):
        self._folder = os.path.join(folder, "chromium")
        self._log_path = os.path.join(folder, "chromium.log")
        self._input = b""
        self._next_id = 1
        self._replies = {}
        self.console = []
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        # The protocol wants them as 3 and 4, which a shell can arrange and Python cannot.
        command = ["sh", "-c", 'exec "$@" 3<&%d 4>&%d' % (theirs_in, theirs_out), "sh", PROGRAM,
                   *_OPTIONS, "--user-data-dir=" + self._folder, "about:blank"]
        with open(self._log_path, "wb") as log:
            self._process = subprocess.Popen(  # pylint: disable=consider-using-with
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                pass_fds=(theirs_in, theirs_out), env=dict(os.environ, HOME=folder))
        os.close(theirs_in)
        os.close(theirs_out)
        try:
            self._session = self._attach()
        except BaseException:
            self.close()
            raise

    def _attach(self):
        def find_page():
            targets = self._send("Target.getTargets")["targetInfos"]
            return next((one["targetId"] for one in targets if one["type"] == "page"), None)

        deadline = time.monotonic() + WATCHDOG_SECONDS
        page = find_page()
        while page is None and time.monotonic() < deadline:
            time.sleep(0.05)
            page = find_page()
        session = self._send("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        self._send("Runtime.enable", session)
        self._send("Page.enable", session)
        return session

    def _send(self, method, session=None, **params):
        number = self._next_id
        self._next_id += 1
        message = {"id": number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + WATCHDOG_SECONDS
        while number not in self._replies:
            self._read(deadline, method)
        reply = self._replies.pop(number)
        if "error" in reply:
            raise AssertionError("Chromium refused %s: %r" % (method, reply["error"]))
        return reply["result"]

    def _read(self, deadline, what):
        readable, _, _ = select.select([self._in], [], [], max(0, deadline - time.monotonic()))
        data = os.read(self._in, 1 << 20) if readable else b""
        if not data:
            raise AssertionError("Chromium gave no answer to %s; from its log:\n%s\n%s"
                                 % (what, self.read_log()[-3000:], "\n".join(self.console[-20:])))
        self._input += data
        *messages, self._input = self._input.split(b"\0")
        for message in map(json.loads, messages):
            if "id" in message:
                self._replies[message["id"]] = message
            else:
                self._note(message["method"], message["params"])

    def _note(self, method, params):
        """Keeps what the page says on its console."""
        if method == "Runtime.consoleAPICalled":
            self.console.append(" ".join(str(one.get("value", one.get("description", "")))
                                         for one in params["args"])[:500])
        elif method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.console.append(details.get("exception", {}).get("description", details["text"])[:500])

    def read_log(self):
        with open(self._log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def open(self, url):
        self.console.clear()
        self._send("Page.navigate", self._session, url=url)
        self.wait_until("document.readyState === 'complete' && location.href === %s"
                        % json.dumps(url))

    def run(self, expression):
        """Evaluates JavaScript, and waits when it gives a promise. Returns: what came of it."""
        reply = self._send("Runtime.evaluate", self._session, expression=expression,
                           awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in reply:
            details = reply["exceptionDetails"]
            raise AssertionError("%s threw: %s\n%s" % (
                expression, details.get("exception", {}).get("description", details["text"]),
                "\n".join(self.console[-10:])))
        return reply["result"].get("value")

    def wait_until(self, expression, timeout=WATCHDOG_SECONDS):
        """Asks again and again until the expression gives something true. Returns: that."""
        deadline = time.monotonic() + timeout
        while True:
            value = self.run(expression)
            if value:
                return value
            if time.monotonic() > deadline:
                raise TimeoutError("%s did not come true; the console said:\n%s"
                                   % (expression, "\n".join(self.console[-10:])))
            time.sleep(0.05)

    def close(self):
        """Ends it with all its processes, which form a group of their own."""
        os.close(self._out)
        os.close(self._in)
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
