# SPDX-License-Identifier: LGPL-2.1-or-later
"""A real TURN server (coturn) on loopback, and a wire-tap in front of one."""
import contextlib
import os
import socket
import subprocess
import threading
import time

WATCHDOG_SECONDS = 30

USER = "ida"
PASSWORD = "long-secret-of-ida"


def _free_port():
    """A port that neither UDP nor TCP uses."""
    while True:
        with socket.socket() as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            tcp.bind(("127.0.0.1", 0))
            with contextlib.suppress(OSError):
                udp.bind(tcp.getsockname())
                return tcp.getsockname()[1]


def make_certificate(folder, name="localhost"):
    """Returns: the paths of a certificate that signs itself, and of its key."""
    certificate, key = (os.path.join(folder, "turn.%s" % end) for end in ("pem", "key"))
    subprocess.run([
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
        "-nodes", "-days", "2", "-subj", "/CN=" + name, "-addext", "subjectAltName=DNS:" + name,
        "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return certificate, key


class Turn:
    """The server; gives addresses to one user only."""

    def __init__(self, folder, certificate=None, key=None):
        self.port, self.tls_port = _free_port(), _free_port()
        tls = (["--cert", certificate, "--pkey", key, "--tls-listening-port", str(self.tls_port)]
               if certificate else ["--no-tls"])
        self._log_path = os.path.join(folder, "turn.log")
        self._process = subprocess.Popen([  # pylint: disable=consider-using-with
            "turnserver", "-n", "--no-cli", "-L", "127.0.0.1", "-E", "127.0.0.1",
            "--allow-loopback-peers", "-a", "-u", "%s:%s" % (USER, PASSWORD), "-r", "lab",
            "--no-dtls", "-p", str(self.port), "--log-file", self._log_path, "--simple-log",
            "--pidfile", os.path.join(folder, "turn.pid"), "-b", os.path.join(folder, "turn.db"),
            *tls], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def _wait_until_ready(self):
        deadline = time.monotonic() + WATCHDOG_SECONDS
        while True:
            with contextlib.suppress(OSError), \
                    socket.create_connection(("127.0.0.1", self.port), 1):
                return
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise AssertionError("coturn does not run: " + self.read_log()[-2000:])
            time.sleep(0.02)

    def read_log(self):
        try:
            with open(self._log_path, encoding="utf-8", errors="replace") as log:
                return log.read()
        except FileNotFoundError:
            return ""

    def stop(self):
        self._process.kill()
        self._process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Tap:
    """A port in front of another one; keeps the bytes that each connection began with."""

    def __init__(self, port):
        self._target = port
        self.beginnings = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                inner, _ = self._listener.accept()
            except OSError:
                return
            outer = socket.create_connection(("127.0.0.1", self._target))
            for ends in ((inner, outer, self.beginnings), (outer, inner, None)):
                threading.Thread(target=self._copy, args=ends, daemon=True).start()

    @staticmethod
    def _copy(source, target, beginnings):
        with contextlib.suppress(OSError):
            first = True
            while True:
                data = source.recv(65536)
                if not data:
                    break
                if first and beginnings is not None:
                    beginnings.append(data)
                first = False
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.close()
