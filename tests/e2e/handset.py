# SPDX-License-Identifier: LGPL-2.1-or-later
"""The partners of an end-to-end test: a sandbox gateway and daemons, each a process of its own.

HS_SANDBOX and HS_DAEMON are the paths of the two programs.
"""
import contextlib
import glob
import http.client
import json
import os
import re
import select
import shutil
import signal
import ssl
import subprocess
import tempfile
import time

from rpc import Client, RpcError, WATCHDOG_SECONDS, tell  # pylint: disable=unused-import

DOMAIN = "sandbox.test"

# The part of its time for which a program may wait for a processor and still play in time.
MAX_DELAY = 0.05

# Harms nothing; tests/fake/hs-library-faults.c tells what it comes of.
_LIBRARY_FAULT = "g_hash_table_foreach: assertion 'version == hash_table->version' failed"

# What no log of a healthy program holds: reports of sanitizers, and our own mistakes, which the
# daemon logs as errors.
_COMPLAINT = re.compile(r"^(?!.*%s).*(ERROR: \w+Sanitizer|runtime error:|CRITICAL"
                        r"|Assertion .* failed|:\d\d\.\d{3} error )" % _LIBRARY_FAULT,
                        re.MULTILINE)


def find_complaint(log):
    """Returns: the match of the first line that a healthy program would not have written, or None."""
    return _COMPLAINT.search(log)


class Process:
    """A program that runs until it is told to stop, and must then end without a complaint."""

    def __init__(self, name, command, folder):
        self.name = name
        self._log_path = os.path.join(folder, name + ".log")
        environment = dict(os.environ, XDG_STATE_HOME=os.path.join(folder, name + ".state"),
                           XDG_RUNTIME_DIR=folder, HOME=folder, G_DEBUG="")
        with open(self._log_path, "wb") as log:
            self._process = subprocess.Popen(  # pylint: disable=consider-using-with
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                env=environment)

    def read_log(self):
        with open(self._log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def fail(self, why):
        """Shows the log from the first complaint on, or its end."""
        log = self.read_log()
        complaint = find_complaint(log)
        part = log[complaint.start():][:6000] if complaint else log[-4000:]
        raise AssertionError("%s %s; from its log:\n%s" % (self.name, why, part))

    @property
    def pid(self):
        return self._process.pid

    @property
    def running(self):
        return self._process.poll() is None

    def describe(self):
        status = self._process.poll()
        return "still running" if status is None else "ended with %d" % status

    def get_delay(self):
        """Returns: for how many seconds its threads were ready to run and had no processor."""
        total = 0
        for path in glob.glob("/proc/%d/task/*/schedstat" % self._process.pid):
            try:
                with open(path, encoding="ascii") as file:
                    total += int(file.read().split()[1])
            except (OSError, IndexError):
                continue
        return total / 1e9

    def check_running(self):
        if not self.running:
            self.fail("has ended with %s" % self._process.returncode)

    def read_line(self):
        """Returns: the line that it prints when it is ready."""
        readable, _, _ = select.select([self._process.stdout], [], [], WATCHDOG_SECONDS)
        line = self._process.stdout.readline() if readable else b""
        if not line.endswith(b"\n"):
            self.fail("did not say that it is ready")
        return line

    @contextlib.contextmanager
    def killed_on_failure(self):
        """For the time in which nobody else knows of the process yet."""
        try:
            yield
        except BaseException:
            self.kill()
            raise

    def send_signal(self, number):
        self._process.send_signal(number)

    def check_complaints(self):
        if find_complaint(self.read_log()):
            self.fail("has complained")

    def kill(self):
        """Ends it without warning, as a power cut would."""
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    def stop(self, check=True):
        """check: whether a bad end is to be reported, which has no use when a test failed."""
        self._process.send_signal(signal.SIGTERM)
        try:
            status = self._process.wait(WATCHDOG_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            if check:
                self.fail("did not stop")
            return
        self._process.stdout.close()
        complaint = find_complaint(self.read_log())
        if check and (status != 0 or complaint):
            self.fail("ended with %s%s" % (status, " after complaining" if complaint else ""))


class Sandbox(Process):
    """The gateway. Users need no registration: any name signs in with any password."""

    def __init__(self, folder, *options):
        super().__init__("sandbox", [os.environ["HS_SANDBOX"], "--state-dir",
                                     os.path.join(folder, "gateway"), "--exit-with-parent",
                                     *options], folder)
        with self.killed_on_failure():
            ready = json.loads(self.read_line())
        self.port = ready["port"]
        self.certificate = ready["certificate"]
        self._tls = ssl.create_default_context(cafile=self.certificate)

    def request(self, method, path, body=None, headers=None):
        """Returns: (status, decoded body or None)."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=self._tls,
                                                 timeout=WATCHDOG_SECONDS)
        try:
            connection.request(method, path, None if body is None else json.dumps(body),
                               dict(headers or {}, **{"Content-Type": "application/json"}))
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        return response.status, json.loads(text) if text.strip() else None

    def control(self, method, path, body=None):
        status, reply = self.request(method, "/sandbox" + path, body)
        if status >= 300:
            raise AssertionError("%s /sandbox%s answered %d: %r" % (method, path, status, reply))
        return reply

    def add_fault(self, kind, **rule):
        """kind: "request", "notification", "websocket" …, see sandbox/README.md."""
        return self.control("POST", "/faults", {kind: rule})

    def clear_faults(self):
        self.control("DELETE", "/faults")

    def get_state(self):
        return self.control("GET", "/state")


def _merge(into, more):
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value
    return into


class Daemon(Process):
    """handsetd, with one client that is subscribed to everything."""

    def __init__(self, folder, name, sandbox, config=None, options=()):
        self.socket_path = os.path.join(folder, name + ".sock")
        config_path = os.path.join(folder, name + ".json")
        with open(config_path, "w", encoding="utf-8") as file:
            json.dump(_merge({
                "authentication": {"server": {"base": "127.0.0.1", "port": sandbox.port,
                                              "protocol": "https"}},
                "subscription": {"websocket": {"server": "127.0.0.1", "port": sandbox.port}},
                "tls": {"ca": sandbox.certificate},
                "media": {"address": "127.0.0.1"},
            }, config or {}), file)
        self.client = None
        super().__init__(name, [os.environ["HS_DAEMON"], "--socket", self.socket_path,
                                "--config", config_path, *options], folder)
        self.address = "%s@%s" % (name, DOMAIN)
        with self.killed_on_failure():
            self.client = self.open_client()
            self.client.call("api.subscribe")

    def open_client(self):
        """Waits until the socket is there."""
        deadline = time.monotonic() + WATCHDOG_SECONDS
        while True:
            self.check_running()
            try:
                return Client.open(self.socket_path)
            except (FileNotFoundError, ConnectionRefusedError):
                if time.monotonic() > deadline:
                    self.fail("opened no socket")
            time.sleep(0.01)

    def sign_in(self):
        self.client.call("api.connect", credentials={"username": self.address, "password": "any"},
                         await_=True)
        return self

    def refuse_to_sign_in(self):
        """Returns: the RpcError that signing in must end in."""
        return self.client.refused("api.connect", await_=True, credentials={
            "username": self.address, "password": "any"})

    def stop(self, check=True):
        self.client.close()
        super().stop(check)

    def kill(self):
        if self.client:
            self.client.close()
        super().kill()

    # calls

    def make(self, destination, microphone="silence", speaker="null", **more):
        return self.client.call("call.make", destination=destination, media=audio_from(microphone),
                                options={"speakerId": speaker}, **more)

    def answer(self, call_id, microphone="silence", speaker="null"):
        return self.client.call("call.answer", callId=call_id, media=audio_from(microphone),
                                options={"speakerId": speaker}, await_=True)

    def connect_to(self, other, microphone="silence", speaker="null"):
        """Calls another daemon, which answers.

        microphone: of this side; speaker: of the other. Returns: what each calls the call.
        """
        ours = self.make(other.address, microphone)
        theirs = other.wait_for_call()
        other.answer(theirs, speaker=speaker)
        self.wait_for_state(ours, "Connected")
        return ours, theirs

    def get(self, call_id):
        return self.client.call("call.getById", callId=call_id)

    def wait_for_state(self, call_id, state):
        """Returns: the params of the event that told of it."""
        def is_ours(params):
            return params["callId"] == call_id

        while self.get(call_id)["state"] != state:
            self.client.wait_for("call:stateChange", is_ours)
        return [params for name, params in self.client.history
                if name == "call:stateChange" and is_ours(params)][-1]

    def wait_for_call(self):
        """Returns: the id of a call that comes in, when it rings."""
        call_id = self.client.wait_for("call:receive")["callId"]
        self.wait_for_state(call_id, "Ringing")
        return call_id

    def get_stats(self, call_id, kind):
        """Returns: the audio reports of that type."""
        report = self.client.call("call.getStats", callId=call_id, await_=True)
        return [entry for entry in report.values() if entry.get("type") == kind
                and entry.get("kind", "audio") == "audio"]

    def wait_for_packets(self, call_id, count):
        """Waits until so many packets of audio have come in."""
        def has_received():
            return sum(entry.get("packetsReceived", 0)
                       for entry in self.get_stats(call_id, "inbound-rtp")) >= count
        self.client.poll(has_received, what="%d packets" % count)

    def get_codecs(self, call_id):
        return {entry["mimeType"].lower() for entry in self.get_stats(call_id, "codec")
                if "mimeType" in entry}


def audio_from(microphone):
    return {"audio": True, "audioOptions": {"deviceId": microphone}}


def in_real_time(trial, attempts=5, options=()):
    """Runs trial(scene), once more when it fails on a machine that is too busy for sound.

    Without the excuse of a busy machine the first failure counts. options: of the sandbox.
    """
    for left in reversed(range(attempts)):
        failure = None
        with Scene(*options) as scene:
            try:
                trial(scene)
            except AssertionError as error:
                if left == 0 or not scene.is_starved():
                    raise
                failure = error
        if failure is None:
            return
        print("# once more, the machine was busy: %s" % str(failure).splitlines()[0], flush=True)


class Scene:
    """A folder, a sandbox and some daemons. All must end well, unless the test has failed."""

    def __init__(self, *sandbox_options):
        self.folder = tempfile.mkdtemp(prefix="handset-e2e.")
        self.processes = []
        self._began = time.monotonic()
        try:
            self.sandbox = self._add(Sandbox(self.folder, *sandbox_options))
        except BaseException:
            shutil.rmtree(self.folder)
            raise

    def _add(self, process):
        self.processes.append(process)
        return process

    def daemon(self, name, config=None, sign_in=True, options=()):
        """Returns: a daemon, whose user is signed in."""
        daemon = self._add(Daemon(self.folder, name, self.sandbox, config, options))
        return daemon.sign_in() if sign_in else daemon

    def stop(self, process):
        self.processes.remove(process)
        process.stop()

    def kill(self, process):
        """Ends it without warning, but what it has said until then must be fine."""
        self.processes.remove(process)
        process.kill()
        process.check_complaints()

    def restart_sandbox(self):
        """A gateway that has forgotten everything but its certificate comes back where it was."""
        port = self.sandbox.port
        self.kill(self.sandbox)
        self.sandbox = Sandbox(self.folder, "--port", str(port))
        self.processes.insert(0, self.sandbox)

    def path(self, name):
        return os.path.join(self.folder, name)

    def is_starved(self):
        """Returns: whether the machine was too busy to do anything in real time."""
        elapsed = time.monotonic() - self._began
        return any(process.get_delay() > MAX_DELAY * elapsed for process in self.processes)

    def __enter__(self):
        return self

    def __exit__(self, kind, _error, _trace):
        if kind is not None:
            for process in self.processes:
                print("# %s, %s; the end of its log:" % (process.name, process.describe()))
                for line in process.read_log()[-3000:].splitlines():
                    print("#   " + line)
        try:
            for process in reversed(self.processes):
                process.stop(check=kind is None)
        finally:
            for process in self.processes:
                if process.running:
                    process.kill()
            shutil.rmtree(self.folder)
