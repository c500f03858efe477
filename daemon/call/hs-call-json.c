/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "base/hs-json.h"
#include "hs-call-tracks.h"

/* An incoming call has no hold flags before it is answered (3.2). */
static gboolean
has_hold_flags (HsCall *self)
{
  return self->caller || self->answered_ms != 0;
}

static void
set_hold_flags (HsCall *self, JsonObject *object)
{
  if (!has_hold_flags (self))
    return;
  json_object_set_boolean_member (object, "localHold", self->local_hold);
  json_object_set_boolean_member (object, "remoteHold", self->remote_hold);
}

JsonObject *
hs_call_dup_snapshot (HsCall *self)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "state", hs_call_state_to_text (self->state));
  set_hold_flags (self, object);
  return object;
}

JsonArray *
hs_call_dup_track_ids (GPtrArray *tracks)
{
  JsonArray *ids = json_array_new ();

  for (guint i = 0; i < tracks->len; i++)
    json_array_add_string_element (ids, ((HsTrack *) tracks->pdata[i])->id);
  return ids;
}

static void
copy_limit (JsonObject *target, const char *name, JsonObject *source, gboolean always)
{
  JsonNode *node = source != NULL ? json_object_get_member (source, name) : NULL;

  if (node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
      (json_node_get_value_type (node) == G_TYPE_INT64 ||
       json_node_get_value_type (node) == G_TYPE_DOUBLE))
    json_object_set_member (target, name, json_node_copy (node));
  else if (always)
    json_object_set_null_member (target, name);
}

JsonObject *
hs_call_dup_bandwidth (JsonObject *limits)
{
  JsonObject *object = json_object_new ();

  copy_limit (object, "audio", limits, TRUE);
  copy_limit (object, "video", limits, TRUE);
  copy_limit (object, "call", limits, FALSE);
  return object;
}

static JsonObject *
dup_remote_participant (HsCall *self)
{
  JsonObject *object = json_object_new ();

  hs_json_set_string (object, "displayName", self->remote_name);
  hs_json_set_string (object, "displayNumber", self->remote_number);
  return object;
}

static void
set_identity (HsCall *self, JsonObject *object)
{
  json_object_set_string_member (object, "id", self->id);
  json_object_set_string_member (object, "direction", self->caller ? "outgoing" : "incoming");
  json_object_set_boolean_member (object, "isCaller", self->caller);
  json_object_set_string_member (object, "state", hs_call_state_to_text (self->state));
  set_hold_flags (self, object);
  hs_json_set_string (object, "from", self->from);
  hs_json_set_string (object, "to", self->to);
  json_object_set_object_member (object, "remoteParticipant", dup_remote_participant (self));
  hs_json_set_string (object, "displayName", self->display_name);
  json_object_set_boolean_member (object, "isSlowStart", self->slow_start);
  json_object_set_boolean_member (object, "isJoinedCall", self->joined);
}

static void
set_media (HsCall *self, JsonObject *object)
{
  json_object_set_array_member (object, "localTracks", hs_call_dup_track_ids (self->local_tracks));
  json_object_set_array_member (object, "remoteTracks",
                                hs_call_dup_track_ids (self->remote_tracks));
  json_object_set_object_member (object, "bandwidth", hs_call_dup_bandwidth (self->bandwidth));
  if (self->media_constraints != NULL)
    json_object_set_object_member (object, "mediaConstraints",
                                   json_object_ref (self->media_constraints));
  if (self->dscp_controls != NULL)
    json_object_set_object_member (object, "dscpControls", json_object_ref (self->dscp_controls));
}

JsonObject *
hs_call_to_json (HsCall *self)
{
  JsonObject *object = json_object_new ();

  set_identity (self, object);
  set_media (self, object);
  json_object_set_array_member (object, "customParameters",
                                self->custom_parameters != NULL
                                    ? json_array_ref (self->custom_parameters)
                                    : json_array_new ());
  if (self->answered_ms != 0 || self->ended_ms != 0)
    json_object_set_int_member (object, "startTime",
                                self->answered_ms != 0 ? self->answered_ms : self->ended_ms);
  if (self->ended_ms != 0)
    json_object_set_int_member (object, "endTime", self->ended_ms);
  hs_json_take_object (object, "localOp", hs_operation_dup_slot (self->local));
  hs_json_take_object (object, "remoteOp", hs_operation_dup_slot (self->remote));
  hs_json_set_string (object, "wrtcsSessionId", self->session);
  json_object_set_string_member (object, "webrtcSessionId", self->peer_id);
  if (self->error != NULL)
    json_object_set_object_member (object, "error", json_object_ref (self->error));
  return object;
}

static JsonArray *
dup_containers (const HsKnownTrack *known)
{
  JsonArray *containers = json_array_new ();

  for (guint i = 0; known != NULL && i < known->containers->len; i++)
    json_array_add_string_element (containers, known->containers->pdata[i]);
  return containers;
}

JsonObject *
hs_call_dup_track (HsCall *self, const HsTrack *track)
{
  const HsKnownTrack *known = hs_call_get_known_track (self, track->id);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "id", track->id);
  json_object_set_string_member (object, "trackId", track->id);
  hs_json_set_string (object, "streamId", track->media_id);
  json_object_set_string_member (object, "kind", track->kind == HS_MEDIA_AUDIO ? "audio" : "video");
  hs_json_set_string (object, "label", track->label);
  json_object_set_string_member (object, "state", "live");
  json_object_set_boolean_member (object, "disabled", FALSE);
  json_object_set_boolean_member (object, "muted", known != NULL && known->muted);
  json_object_set_boolean_member (object, "sourceMuted", known != NULL && known->source_muted);
  json_object_set_array_member (object, "containers", dup_containers (known));
  return object;
}

static void
set_party (JsonObject *record, const char *role, const char *name, const char *number)
{
  g_autofree char *name_key = g_strdup_printf ("%sName", role);
  g_autofree char *number_key = g_strdup_printf ("%sDisplayNumber", role);

  hs_json_set_string (record, name_key, name != NULL ? name : number);
  hs_json_set_string (record, number_key, number);
}

JsonObject *
hs_call_dup_log_record (HsCall *self, gboolean missed)
{
  gint64 start = self->answered_ms != 0 ? self->answered_ms : self->ended_ms;
  g_autofree char *start_text = g_strdup_printf ("%" G_GINT64_FORMAT, start);
  g_autofree char *duration = g_strdup_printf ("%" G_GINT64_FORMAT, self->ended_ms - start);
  JsonObject *record = json_object_new ();

  json_object_set_string_member (record, "recordId", self->id);
  json_object_set_string_member (record, "direction",
                                 missed         ? "missed"
                                 : self->caller ? "outgoing"
                                                : "incoming");
  json_object_set_string_member (record, "startTime", start_text);
  json_object_set_string_member (record, "duration", duration);
  set_party (record, self->caller ? "caller" : "callee", self->display_name, self->user_name);
  set_party (record, self->caller ? "callee" : "caller", self->remote_name, self->remote_number);
  json_object_set_object_member (record, "remoteParticipant", dup_remote_participant (self));
  json_object_set_null_member (record, "originalRemoteParticipant");
  json_object_set_string_member (record, "resourceLocation", "");
  return record;
}
