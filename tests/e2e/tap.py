# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs functions as test cases and reports them in the Test Anything Protocol."""
import signal
import sys
import traceback

CASE_SECONDS = 300


class CaseTimedOut(BaseException):
    """Not an Exception, so that no test swallows it."""


def _on_alarm(_number, _frame):
    raise CaseTimedOut("the case took longer than %d s" % CASE_SECONDS)


def _run_case(case):
    """Returns: None, or why it failed."""
    signal.alarm(CASE_SECONDS)
    try:
        case()
    except (Exception, CaseTimedOut):  # pylint: disable=broad-except
        return traceback.format_exc()
    finally:
        signal.alarm(0)
    return None


def run(group, cases):
    """Runs each of the functions; arguments of the program select some by a part of their name."""
    chosen = [case for case in cases
              if len(sys.argv) < 2 or any(part in case.__name__ for part in sys.argv[1:])]
    signal.signal(signal.SIGALRM, _on_alarm)
    failed = 0
    print("1..%d" % len(chosen), flush=True)
    for number, case in enumerate(chosen, 1):
        why = _run_case(case)
        failed += why is not None
        name = "/e2e/%s/%s" % (group, case.__name__.replace("_", "-"))
        print("%s %d %s" % ("not ok" if why else "ok", number, name))
        for line in (why or "").splitlines():
            print("# " + line)
        sys.stdout.flush()
    sys.exit(1 if failed else 0)


def equal(found, expected, what="value"):
    """Fails with both sides, one line each when they are lists."""
    if found == expected:
        return
    if isinstance(found, list) and isinstance(expected, list):
        raise AssertionError("%s\nfound:\n  %s\nexpected:\n  %s" % (
            what, "\n  ".join(map(str, found)), "\n  ".join(map(str, expected))))
    raise AssertionError("%s: found %r, expected %r" % (what, found, expected))


def close(found, expected, tolerance, what="value"):
    if found is None or abs(found - expected) > tolerance:
        raise AssertionError("%s: found %r, expected %r within %r"
                             % (what, found, expected, tolerance))


def true(condition, what):
    if not condition:
        raise AssertionError(what)
