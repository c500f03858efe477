/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "base/hs-json.h"
#include "hs-address.h"
#include "hs-call-tracks.h"

G_DEFINE_FINAL_TYPE (HsCall, hs_call, G_TYPE_OBJECT)

static void
hs_call_dispose (GObject *object)
{
  HsCall *self = HS_CALL (object);

  g_cancellable_cancel (self->cancellable);
  hs_call_stop_audit (self);
  hs_call_stop_watching (self);
  hs_call_clear_inbox (self);
  if (self->peer != NULL) {
    g_signal_handlers_disconnect_by_data (self->peer, self);
    hs_peer_close (self->peer);
    g_clear_object (&self->peer);
  }

  G_OBJECT_CLASS (hs_call_parent_class)->dispose (object);
}

static void
hs_call_finalize (GObject *object)
{
  HsCall *self = HS_CALL (object);

  g_object_unref (self->clock);
  g_object_unref (self->config);
  g_object_unref (self->signalling);
  g_object_unref (self->peers);
  g_object_unref (self->cancellable);
  g_free (self->id);
  g_free (self->user_name);
  g_free (self->to);
  g_free (self->from);
  g_free (self->remote_name);
  g_free (self->remote_number);
  g_free (self->display_name);
  g_clear_pointer (&self->media_constraints, json_object_unref);
  g_clear_pointer (&self->audio_options, json_object_unref);
  g_clear_pointer (&self->bandwidth, json_object_unref);
  g_clear_pointer (&self->custom_parameters, json_array_unref);
  g_clear_pointer (&self->dscp_controls, json_object_unref);
  g_clear_pointer (&self->error, json_object_unref);
  g_free (self->session);
  g_free (self->offer);
  g_ptr_array_unref (self->release_waiters);
  g_free (self->peer_id);
  g_free (self->speaker_id);
  g_clear_pointer (&self->ice_servers, json_array_unref);
  g_clear_pointer (&self->report, hs_call_report_free);
  g_ptr_array_unref (self->local_tracks);
  g_ptr_array_unref (self->remote_tracks);
  g_hash_table_unref (self->known_tracks);

  G_OBJECT_CLASS (hs_call_parent_class)->finalize (object);
}

static void
hs_call_class_init (HsCallClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hs_call_dispose;
  object_class->finalize = hs_call_finalize;

  g_signal_new ("event", HS_TYPE_CALL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE,
                JSON_TYPE_OBJECT | G_SIGNAL_TYPE_STATIC_SCOPE);
  g_signal_new ("ended", HS_TYPE_CALL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                JSON_TYPE_OBJECT | G_SIGNAL_TYPE_STATIC_SCOPE);
  g_signal_new ("joined", HS_TYPE_CALL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                HS_TYPE_CALL);
  g_signal_new ("start-answered", HS_TYPE_CALL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                0);
}

static void
hs_call_init (HsCall *self)
{
  self->state = HS_CALL_INITIATING;
  self->id = g_uuid_string_random ();
  self->peer_id = g_uuid_string_random ();
  self->cancellable = g_cancellable_new ();
  self->release_waiters = g_ptr_array_new_with_free_func (g_object_unref);
  self->local_tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_track_free);
  self->known_tracks = hs_known_tracks_new ();
  self->remote_tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_track_free);
  g_queue_init (&self->inbox);
}

/* A copy of its own: the configured one must not change. */
static JsonObject *
dup_members (JsonObject *object)
{
  JsonObject *copy = json_object_new ();
  g_autoptr (GList) members = json_object_get_members (object);

  for (GList *l = members; l != NULL; l = l->next)
    json_object_set_member (copy, l->data, json_object_dup_member (object, l->data));
  return copy;
}

/* Credentials from the server go on every server (4.2); without them each keeps its own. */
JsonArray *
hs_call_dup_ice_servers (const HsCallSetup *setup)
{
  JsonNode *node = hs_config_get (setup->config, "call.iceServers");
  JsonArray *configured =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  gboolean ours = setup->turn_username != NULL &&
                  hs_config_get_boolean (setup->config, "call.serverTurnCredentials", TRUE);
  JsonArray *servers = json_array_new ();

  for (guint i = 0; configured != NULL && i < json_array_get_length (configured); i++) {
    JsonObject *given = hs_json_node_get_object (json_array_get_element (configured, i));
    JsonObject *server;

    if (given == NULL)
      continue;
    server = dup_members (given);
    if (ours) {
      hs_json_set_string (server, "username", setup->turn_username);
      hs_json_set_string (server, "credential", setup->turn_password);
    }
    json_array_add_object_element (servers, server);
  }
  return servers;
}

char *
hs_call_dup_address (HsConfig *config, const char *user_name, const char *destination)
{
  if (!hs_config_get_boolean (config, "call.normalizeDestination", TRUE))
    return g_strdup (destination);
  return hs_address_normalise (destination, user_name);
}

static HsCall *
create (const HsCallSetup *setup, const char *user_name, gboolean caller)
{
  HsCall *self = g_object_new (HS_TYPE_CALL, NULL);

  self->clock = g_object_ref (setup->clock);
  self->config = g_object_ref (setup->config);
  self->signalling = g_object_ref (setup->signalling);
  self->peers = g_object_ref (setup->peers);
  self->report = hs_call_report_new (hs_clock_get_monotonic_us (setup->clock) / 1000);
  self->begun_ms = hs_clock_get_wall_ms (setup->clock);
  self->user_name = g_strdup (user_name);
  self->caller = caller;
  self->ice_servers = hs_call_dup_ice_servers (setup);
  return self;
}

HsCall *
hs_call_new_outgoing (const HsCallSetup *setup, const char *user_name, const char *to)
{
  HsCall *self = create (setup, user_name, TRUE);

  self->from = g_strdup (user_name);
  self->to = g_strdup (to);
  self->remote_number = g_strdup (to);
  return self;
}

HsCall *
hs_call_new_incoming (const HsCallSetup *setup,
                      const char *user_name,
                      const HsSignallingMessage *message)
{
  HsCall *self = create (setup, user_name, FALSE);

  self->session = g_strdup (message->session);
  self->from = g_strdup (message->caller_number);
  self->to = g_strdup (message->callee_number);
  self->remote_name = g_strdup (message->caller_name);
  self->remote_number = g_strdup (message->caller_number);
  self->offer = g_strdup (message->sdp);
  self->slow_start = message->sdp == NULL;
  return self;
}

static void
return_release_waiters (HsCall *self, const GError *error)
{
  g_autoptr (GPtrArray) waiters = g_steal_pointer (&self->release_waiters);

  self->release_waiters = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < waiters->len; i++)
    g_task_return_error (waiters->pdata[i], g_error_copy (error));
}

const char *
hs_call_get_far_address (HsCall *self)
{
  return self->caller ? self->to : self->from;
}

void
hs_call_close (HsCall *self, const GError *error)
{
  g_autoptr (HsCall) keep G_GNUC_UNUSED = g_object_ref (self);

  g_cancellable_cancel (self->cancellable);
  hs_call_stop_audit (self);
  hs_call_stop_watching (self);
  hs_call_clear_inbox (self);
  if (self->local != NULL)
    hs_operation_drop (self->local, error);
  if (self->remote != NULL)
    hs_operation_drop (self->remote, error);
  return_release_waiters (self, error);
  hs_call_release_media (self);
}

void
hs_call_emit (HsCall *self, const char *name, JsonObject *payload)
{
  json_object_set_string_member (payload, "callId", self->id);
  g_signal_emit_by_name (self, "event", name, payload);
  json_object_unref (payload);
}

void
hs_call_keep_error (HsCall *self, const GError *error)
{
  if (error == NULL)
    return;
  g_clear_pointer (&self->error, json_object_unref);
  self->error = hs_error_to_json (error);
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsCall) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (HsSignallingReply) reply =
      hs_signalling_send_finish (HS_SIGNALLING (source), result, &error);

  if (reply == NULL)
    g_debug ("call %s: %s", self->id, error->message);
}

void
hs_call_send (HsCall *self, HsRequestKind kind)
{
  HsSignallingRequest request = { .kind = kind, .session = self->session };

  hs_signalling_send_async (self->signalling, &request, self->cancellable, on_sent,
                            g_object_ref (self));
}

static void
copy_object (JsonObject **target, JsonObject *source)
{
  if (source == NULL)
    return;
  g_clear_pointer (target, json_object_unref);
  *target = json_object_ref (source);
}

/* A speaker that does not exist is told when the media is opened, as every device is. */
static void
set_speaker_option (HsCall *self, const char *speaker_id)
{
  g_autoptr (GError) error = NULL;

  if (speaker_id == NULL)
    return;
  g_free (self->speaker_id);
  self->speaker_id = g_strdup (speaker_id);
  if (self->peer != NULL && !hs_peer_set_speaker (self->peer, speaker_id, NULL, &error))
    g_info ("%s: %s", self->id, error->message);
}

void
hs_call_set_options (HsCall *self, const HsMediaRequest *media, JsonObject *options)
{
  g_clear_pointer (&self->media_constraints, json_object_unref);
  self->media_constraints = json_object_new ();
  json_object_set_boolean_member (self->media_constraints, "audio", media->audio);
  json_object_set_boolean_member (self->media_constraints, "video", media->video);
  json_object_set_boolean_member (self->media_constraints, "screenShare", media->screen);

  copy_object (&self->audio_options, media->audio_options);
  copy_object (&self->bandwidth, hs_json_get_object (options, "bandwidth"));
  copy_object (&self->dscp_controls, hs_json_get_object (options, "dscpControls"));
  if (self->peer != NULL && self->bandwidth != NULL)
    hs_peer_set_bandwidth (self->peer, self->bandwidth);
  if (self->peer != NULL && self->dscp_controls != NULL)
    hs_peer_set_dscp (self->peer, self->dscp_controls);
  set_speaker_option (self, hs_json_get_string (options, "speakerId"));
}

JsonArray *
hs_call_dup_parameters (JsonArray *parameters)
{
  g_autoptr (JsonArray) clean = json_array_new ();

  for (guint i = 0; parameters != NULL && i < json_array_get_length (parameters); i++) {
    JsonObject *given = hs_json_node_get_object (json_array_get_element (parameters, i));
    const char *name = given != NULL ? hs_json_get_string (given, "name") : NULL;
    const char *value = given != NULL ? hs_json_get_string (given, "value") : NULL;

    if (name != NULL && value != NULL) {
      JsonObject *parameter = json_object_new ();

      json_object_set_string_member (parameter, "name", name);
      json_object_set_string_member (parameter, "value", value);
      json_array_add_object_element (clean, parameter);
    }
  }
  return json_array_get_length (clean) > 0 ? g_steal_pointer (&clean) : NULL;
}
