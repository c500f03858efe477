/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-phone"

#include "hs-phone.h"

#include "base/hs-error.h"
#include "base/hs-json.h"
#include "hs-client-functions.h"
#include "hs-defaults.h"
#include "link/hs-link-signalling.h"
#include "log/hs-log.h"

struct _HsPhone {
  GObject parent;

  HsClock *clock;
  JsonObject *file_values; /* what every instance starts from */
  HsConfig *config;
  HsClientFunctions *functions;
  HsMedia *media; /* outlives the instances: warming up is done once */
  HsDeviceWatch *device_watch;

  /* the instance; NULL together */
  HsSession *session;
  HsLinkSignalling *signalling;
  HsCalls *calls;
  gboolean destroying; /* the instance is on its way out and takes no more orders */
  GQueue destroyers;   /* GTask: who waits for its end */
};

enum { SIGNAL_EVENT, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HsPhone, hs_phone, G_TYPE_OBJECT)

/* An instance that is destroyed goes without an event, as the contract has it. */
static void
on_event (GObject *source, const char *name, JsonObject *payload, HsPhone *self)
{
  if (!self->destroying)
    g_signal_emit (self, signals[SIGNAL_EVENT], 0, name, payload);
}

static void
on_turn_credentials (HsSession *session, const char *username, const char *password, HsPhone *self)
{
  hs_calls_set_turn_credentials (self->calls, username, password);
}

static void
on_warmed_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!hs_media_warm_up_finish (HS_MEDIA (source), result, &error))
    g_warning ("media cannot be used: %s", error->message);
}

/* Signing in is the first sign that calls will follow. */
static void
on_session_event (HsSession *session, const char *name, JsonObject *payload, HsPhone *self)
{
  if (g_str_equal (name, "auth:change") && hs_session_get_user_name (session) != NULL)
    hs_media_warm_up_async (self->media, NULL, on_warmed_up, NULL);
}

static void
on_config_changed (HsConfig *config, HsPhone *self)
{
  const char *name = hs_config_get_string (config, "logs.logLevel");
  HsLogLevel level;

  if (name != NULL && hs_log_level_from_name (name, &level))
    hs_log_set_level (level);
  if (self->media != NULL)
    hs_client_functions_apply (self->functions, config, self->media);
}

static void
make_instance (HsPhone *self)
{
  self->session = hs_session_new (self->clock, self->config);
  self->signalling = hs_link_signalling_new (self->session);
  self->calls = hs_calls_new (self->clock, self->config, HS_SIGNALLING (self->signalling),
                              HS_PEER_FACTORY (self->media));
  g_signal_connect_object (self->session, "event", G_CALLBACK (on_session_event), self, 0);
  g_signal_connect_object (self->session, "event", G_CALLBACK (on_event), self, 0);
  g_signal_connect_object (self->session, "turn-credentials", G_CALLBACK (on_turn_credentials),
                           self, 0);
  g_signal_connect_object (self->calls, "event", G_CALLBACK (on_event), self, 0);
}

static void
drop_instance (HsPhone *self)
{
  if (self->calls != NULL)
    hs_calls_close (self->calls);
  g_clear_object (&self->calls);
  g_clear_object (&self->signalling);
  g_clear_object (&self->session);
  self->destroying = FALSE;
}

static void
hs_phone_dispose (GObject *object)
{
  HsPhone *self = HS_PHONE (object);

  drop_instance (self);
  g_clear_pointer (&self->device_watch, hs_device_watch_free);
  g_clear_object (&self->media);
  g_clear_object (&self->config);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->functions, hs_client_functions_free);
  g_clear_pointer (&self->file_values, json_object_unref);
  G_OBJECT_CLASS (hs_phone_parent_class)->dispose (object);
}

static void
hs_phone_class_init (HsPhoneClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hs_phone_dispose;
  signals[SIGNAL_EVENT] = g_signal_new ("event", HS_TYPE_PHONE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 2, G_TYPE_STRING, JSON_TYPE_OBJECT);
}

static void
hs_phone_init (HsPhone *self)
{
  g_queue_init (&self->destroyers);
}

/* The configuration object stays the same for the rooms that hold it; its values begin anew. */
static void
reset_config (HsPhone *self, JsonObject *values, HsConnection *connection)
{
  g_autoptr (JsonObject) defaults = hs_defaults_dup ();

  hs_client_functions_note (self->functions, defaults, NULL);
  if (values != NULL)
    hs_client_functions_note (self->functions, values, connection);
  hs_config_reset (self->config, defaults);
  hs_config_merge (self->config, self->file_values);
  if (values != NULL)
    hs_config_merge (self->config, values);
}

/* Devices come and go whether there is an instance or not. */
static void
on_device_event (const char *name, JsonObject *payload, gpointer user_data)
{
  HsPhone *self = user_data;

  if (self->session != NULL)
    on_event (NULL, name, payload, self);
}

HsPhone *
hs_phone_new (HsClock *clock, JsonObject *config_values)
{
  HsPhone *self = g_object_new (HS_TYPE_PHONE, NULL);

  self->clock = g_object_ref (clock);
  self->file_values = config_values != NULL ? json_object_ref (config_values) : json_object_new ();
  self->config = hs_config_new (NULL);
  self->functions = hs_client_functions_new ();
  g_signal_connect_object (self->config, "changed", G_CALLBACK (on_config_changed), self, 0);
  reset_config (self, NULL, NULL);
  self->media = hs_media_new (clock, self->config);
  self->device_watch = hs_device_watch_new (clock, self->media, on_device_event, self);
  on_config_changed (self->config, self);
  make_instance (self);
  return self;
}

gboolean
hs_phone_create (HsPhone *self, JsonObject *config_values, HsConnection *connection, GError **error)
{
  if (self->session != NULL) {
    g_set_error_literal (error, HS_ERROR, HS_ERROR_BUSY,
                         "there is an instance already; api.destroy ends it");
    return FALSE;
  }
  reset_config (self, config_values, connection);
  make_instance (self);
  return TRUE;
}

static void
on_recordings_complete (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  if (!hs_audio_engine_drain_finish (HS_AUDIO_ENGINE (source), result, &error))
    g_warning ("a device or a recording is left as it is: %s", error->message);
  g_task_return_boolean (task, TRUE);
}

static void
on_media_settled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  HsMedia *media = HS_MEDIA (source);
  GError *error = NULL;

  if (hs_media_settle_finish (media, result, &error))
    hs_audio_engine_drain_async (hs_media_get_audio_engine (media), on_recordings_complete,
                                 g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

static void
on_session_closed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  HsPhone *self = HS_PHONE (source);

  drop_instance (self);
  while (!g_queue_is_empty (&self->destroyers))
    hs_media_settle_async (self->media, NULL, on_media_settled,
                           g_queue_pop_head (&self->destroyers));
}

static void
on_calls_ended (GObject *source, GAsyncResult *result, gpointer user_data)
{
  HsPhone *self = HS_PHONE (source);

  hs_session_close (self->session, g_task_new (self, NULL, on_session_closed, NULL));
}

void
hs_phone_destroy_async (HsPhone *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, hs_phone_destroy_async);
  if (self->session == NULL) {
    hs_media_settle_async (self->media, NULL, on_media_settled, task);
    return;
  }
  g_queue_push_tail (&self->destroyers, task);
  if (self->destroying)
    return;
  self->destroying = TRUE;
  hs_calls_end_all (self->calls, g_task_new (self, NULL, on_calls_ended, NULL));
}

gboolean
hs_phone_destroy_finish (HsPhone *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

HsConfig *
hs_phone_get_config (HsPhone *self)
{
  return self->config;
}

void
hs_phone_update_config (HsPhone *self, JsonObject *values, HsConnection *connection)
{
  hs_client_functions_note (self->functions, values, connection);
  hs_config_merge (self->config, values);
}

HsMedia *
hs_phone_get_media (HsPhone *self)
{
  return self->media;
}

HsDeviceWatch *
hs_phone_get_device_watch (HsPhone *self)
{
  return self->device_watch;
}

void
hs_phone_tell (HsPhone *self, const char *name, JsonObject *payload)
{
  on_event (NULL, name, payload, self);
}

static gboolean
check_instance (HsPhone *self, GError **error)
{
  if (self->session != NULL && !self->destroying)
    return TRUE;
  g_set_error_literal (error, HS_ERROR, HS_ERROR_DESTROYED,
                       "the instance was destroyed; api.create makes a new one");
  return FALSE;
}

HsSession *
hs_phone_get_session (HsPhone *self, GError **error)
{
  return check_instance (self, error) ? self->session : NULL;
}

HsCalls *
hs_phone_get_calls (HsPhone *self, GError **error)
{
  return check_instance (self, error) ? self->calls : NULL;
}

static JsonNode *
null_or_object (JsonObject *object)
{
  return object != NULL ? hs_json_node_take_object (object) : json_node_new (JSON_NODE_NULL);
}

JsonObject *
hs_phone_dup_state (HsPhone *self)
{
  JsonObject *state = json_object_new ();

  if (self->session == NULL)
    return state;
  json_object_set_object_member (state, "userInfo", hs_session_dup_user_info (self->session));
  json_object_set_object_member (state, "connection", hs_session_dup_connection (self->session));
  json_object_set_object_member (state, "subscriptions",
                                 hs_session_dup_subscriptions (self->session));
  json_object_set_member (state, "socket",
                          null_or_object (hs_session_dup_socket_state (self->session)));
  json_object_set_array_member (state, "calls", hs_calls_dup_all (self->calls));
  return state;
}
