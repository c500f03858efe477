# SPDX-License-Identifier: LGPL-2.1-or-later
"""Recorded conversations of the SDK, and how ours may differ from them.

tests/data/recordings/FLOW.json holds, for each user and each of that user's calls, the events that
the application of the 4.20 client saw, in their order. deviations.json holds the edits that turn them into what a front end of
the daemon sees; each says why. An edit that changes nothing is a mistake, and so is any difference
that no edit explains.
"""
import copy
import json
import os

_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "data", "recordings")

# Which members hold ids, and what the things are called that they name.
_IDS = {"callId": "call", "trackId": "track", "newTrackId": "track", "id": "session",
        "mediaId": "media", "streamId": "stream", "trackIds": "track", "tracks": "track",
        "mediaIds": "media"}
# Which tracks form a media differs between the two.
_UNCOUNTED = ("media",)

# Events of tracks that an application causes; the others follow the packets, at any time.
_OF_TRACKS = ("media:muted", "media:unmuted")

# A table in the SDK, which the recordings do not show.
_HIDDEN = ("result",)


class Names:
    """Gives ids, which differ in every run, the names call1, track1, track2 … in their order."""

    def __init__(self):
        self._names = {}
        self._counts = {}

    def _name(self, kind, value):
        if kind in _UNCOUNTED:
            return kind
        if value not in self._names:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._names[value] = "%s%d" % (kind, self._counts[kind])
        return self._names[value]

    def replace(self, value, kind=None):
        if isinstance(value, dict):
            return {key: {} if key in _HIDDEN else self.replace(member, _IDS.get(key))
                    for key, member in value.items()}
        if isinstance(value, list):
            return [self.replace(member, kind) for member in value]
        return self._name(kind, value) if kind and isinstance(value, str) else value


def by_call(events):
    """events: of one user, pairs of name and params.

    Returns: for call1, call2 … its events, with names for ids. How those of two calls mix is left
    to the gateway.
    """
    calls, homes = {}, {}
    for event, params in events:
        call = params.get("callId")
        if event == "call:newTrack":
            homes[params["trackId"]] = call
        elif event in _OF_TRACKS:
            call = homes[params["trackIds"][0]]
        if event.startswith("call:") or event in _OF_TRACKS:
            calls.setdefault(call, []).append([event, params])
    return {"call%d" % number: [[event, names.replace(params)] for event, params in own]
            for number, own, names in ((number, own, Names()) for number, own
                                       in enumerate(calls.values(), 1))}


def _is_part(part, whole):
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            key in whole and _is_part(value, whole[key]) for key, value in part.items())
    return part == whole


def _matches(rule, event):
    return (event[0] == rule["event"] and _is_part(rule.get("where", {}), event[1])
            and not set(rule.get("without", ())) & set(event[1]))


def _merge(into, more):
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def _edit_members(rule, events):
    changed = False
    for event in filter(lambda one: _matches(rule, one), events):
        before = copy.deepcopy(event[1])
        for name in rule.get("unset", ()):
            event[1].pop(name, None)
        _merge(event[1], copy.deepcopy(rule.get("set", {})))
        changed = changed or event[1] != before
    return changed


def _drop(rule, events):
    kept = [event for event in events if not _matches(rule, event)]
    changed = len(kept) < len(events)
    events[:] = kept
    return changed


def _drop_repeated(rule, events):
    """Of a track that ended several times keeps the first end, until it is there again."""
    kept, ended = [], set()
    for event in events:
        track = event[1].get("trackId")
        if event[0] == "call:newTrack":
            ended.discard(track)
        if _matches(rule, event):
            if track in ended:
                continue
            ended.add(track)
        kept.append(event)
    changed = len(kept) < len(events)
    events[:] = kept
    return changed


def _move(rule, events):
    """Each that matches goes next to the last event that matches the other condition."""
    place = rule["before"] if "before" in rule else rule["after"]
    moved = [event for event in events if _matches(rule, event)]
    rest = [event for event in events if not _matches(rule, event)]
    targets = [index for index, event in enumerate(rest) if _matches(place, event)]
    if not moved or not targets:
        return False
    at = targets[-1] + (0 if "before" in rule else 1)
    changed = rest[:at] + moved + rest[at:] != events
    events[:] = rest[:at] + moved + rest[at:]
    return changed


def _insert(rule, events):
    """Puts an event of ours next to the last one that matches."""
    places = [index for index, event in enumerate(events) if _matches(rule, event)]
    if places:
        after = 0 if rule["at"] == "before" else 1
        events.insert(places[-1] + after, copy.deepcopy(rule["insert"]))
    return bool(places)


def _cut(rule, events):
    """Takes the first that matches away, and all behind it."""
    places = [index for index, event in enumerate(events) if _matches(rule, event)]
    if places:
        del events[places[0]:]
    return bool(places)


def _apply(rule, events):
    """Returns: whether the edit has changed the events of one call."""
    if "insert" in rule:
        return _insert(rule, events)
    if rule.get("cut"):
        return _cut(rule, events)
    if rule.get("drop"):
        return _drop(rule, events)
    if rule.get("dropRepeated"):
        return _drop_repeated(rule, events)
    if "before" in rule or "after" in rule:
        return _move(rule, events)
    return _edit_members(rule, events)


def _read(name):
    with open(os.path.join(_FOLDER, name + ".json"), encoding="utf-8") as file:
        return json.load(file)


def read_flows():
    """Returns: the names of all recordings."""
    return sorted(os.path.splitext(name)[0] for name in os.listdir(_FOLDER)
                  if name.endswith(".json") and name != "deviations.json")


def _concerns(rule, flow):
    return rule["flows"] == "all" or flow in rule["flows"]


def leave_out(flow, calls):
    """Takes the events away that the daemon may tell at any time and the SDK never does."""
    rules = [rule for rule in _read("deviations") if rule.get("ours") and _concerns(rule, flow)]
    return {call: [event for event in events if not any(_matches(rule, event) for rule in rules)]
            for call, events in calls.items()}


def expect(flow):
    """Returns: {user: {call: events}} as the daemon has to tell them."""
    users = _read(flow)
    for rule in _read("deviations"):
        if rule.get("ours") or not _concerns(rule, flow):
            continue
        used = [_apply(rule, events) for user, calls in users.items()
                if user in rule.get("users", users)
                for call, events in calls.items() if call in rule.get("calls", calls)]
        if not any(used):
            raise AssertionError("this deviation changes nothing in %s: %s" % (flow, rule["why"]))
    return users
