/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-link"

#include "hs-notifications.h"

#include "hs-sdp-format.h"
#include "hs-wire.h"

#include "base/hs-error.h"
#include "base/hs-json.h"

#define DEFAULT_CACHE_LENGTH 100
#define MAX_CACHE_LENGTH     100000
#define MAX_WAITING          256

typedef struct {
  JsonObject *message;
  HsChannel channel;
} Waiting;

struct _HsNotifications {
  GObject parent;

  HsConfig *config;
  HsRest *rest;
  gboolean websocket_enabled;

  GQueue waiting;            /* of Waiting */
  GCancellable *cancellable; /* of the download that holds up the queue; NULL: nothing does */
  gboolean delivering;
  GQueue ids; /* of char *, oldest first */
};

enum { SIGNAL_RECEIVED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HsNotifications, hs_notifications, G_TYPE_OBJECT)

static void
waiting_free (Waiting *waiting)
{
  json_object_unref (waiting->message);
  g_free (waiting);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Waiting, waiting_free)

/* Returns: (transfer full) (nullable): NULL for a notification without an id, which is never a
 * repetition. */
static char *
dup_id (JsonObject *message)
{
  JsonNode *node = json_object_get_member (message, "eventId");

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return NULL;
  return hs_json_to_text (node);
}

static guint
get_cache_length (HsNotifications *self)
{
  gint64 length =
      hs_config_get_int (self->config, "notifications.idCacheLength", DEFAULT_CACHE_LENGTH);

  return CLAMP (length, 0, MAX_CACHE_LENGTH);
}

static void
trim_ids (HsNotifications *self, guint length)
{
  while (g_queue_get_length (&self->ids) > length)
    g_free (g_queue_pop_head (&self->ids));
}

static gboolean
is_repetition (HsNotifications *self, JsonObject *message)
{
  g_autofree char *id = dup_id (message);

  trim_ids (self, get_cache_length (self));
  return id != NULL && g_queue_find_custom (&self->ids, id, (GCompareFunc) g_strcmp0) != NULL;
}

static void
remember_id (HsNotifications *self, JsonObject *message)
{
  char *id = dup_id (message);

  if (id != NULL)
    g_queue_push_tail (&self->ids, id);
  trim_ids (self, get_cache_length (self));
}

static gboolean
is_dropped (HsNotifications *self, Waiting *waiting)
{
  const char *type = hs_json_get_string (waiting->message, "eventType");
  const char *mode =
      hs_config_get_string (self->config, "notifications.incomingCallNotificationMode");

  if (waiting->channel == HS_CHANNEL_WEBSOCKET && !self->websocket_enabled)
    return TRUE;
  /* Not remembered, so that the copy that comes as a push gets through. */
  if (waiting->channel != HS_CHANNEL_PUSH && g_str_equal (type, "call") &&
      g_strcmp0 (mode, "push-channel-only") == 0) {
    g_warning ("a call announced by websocket is dropped: only pushes count");
    return TRUE;
  }
  return is_repetition (self, waiting->message);
}

static void
deliver (HsNotifications *self, JsonObject *message)
{
  remember_id (self, message);
  g_debug ("received %s", hs_json_get_string (message, "eventType"));
  g_signal_emit (self, signals[SIGNAL_RECEIVED], 0, message);
}

static void
set_plain_sdp (JsonObject *message, const char *sdp)
{
  JsonObject *params = hs_json_get_object (message, "sessionParams");

  json_object_set_string_member (params, "sdp", sdp);
  json_object_remove_member (params, "sdpFormat");
}

static void work_off (HsNotifications *self);

static void
on_downloaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsNotifications) self = user_data;
  g_autoptr (Waiting) waiting = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (HsRestReply) reply = hs_rest_send_finish (HS_REST (source), result, &error);
  const char *sdp = NULL;

  /* hs_notifications_clear() has emptied the queue, and perhaps new ones wait in it. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->cancellable);
  waiting = g_queue_pop_head (&self->waiting);
  if (reply != NULL && hs_rest_reply_check (reply, "eventDataResponse", &error))
    sdp = hs_json_get_string (hs_rest_reply_get_envelope (reply, "eventDataResponse"), "sdp");
  if (sdp != NULL && strlen (sdp) <= HS_SDP_MAX_SIZE) {
    set_plain_sdp (waiting->message, sdp);
    self->delivering = TRUE;
    deliver (self, waiting->message);
    self->delivering = FALSE;
  } else {
    g_warning ("a notification is dropped, its SDP cannot be fetched: %s",
               error != NULL ? error->message : "eventDataResponse.sdp is missing or too large");
  }
  work_off (self);
}

static gboolean
begin_download (HsNotifications *self, const char *where, GError **error)
{
  g_autofree char *path = hs_wire_dup_path (where, "sessionParams.sdp", error);

  if (path == NULL)
    return FALSE;
  self->cancellable = g_cancellable_new ();
  hs_rest_send_async (self->rest, "GET", path, NULL, HS_REST_PUSH_SERVER, self->cancellable,
                      on_downloaded, g_object_ref (self));
  return TRUE;
}

/* Makes the SDP plain, or begins to (self->cancellable is set then). */
static gboolean
normalise (HsNotifications *self, JsonObject *message, GError **error)
{
  JsonObject *params = hs_json_get_object (message, "sessionParams");
  const char *format = hs_json_get_string (params, "sdpFormat");
  const char *sdp = hs_json_get_string (params, "sdp");
  g_autofree char *plain = NULL;

  if (format == NULL || sdp == NULL)
    return TRUE;
  if (g_str_equal (format, "url"))
    return begin_download (self, sdp, error);
  if (!g_str_equal (format, "compressed"))
    return TRUE;
  plain = hs_sdp_unpack (sdp, error);
  if (plain != NULL)
    set_plain_sdp (message, plain);
  return plain != NULL;
}

static void
work_off (HsNotifications *self)
{
  g_autoptr (HsNotifications) alive G_GNUC_UNUSED = g_object_ref (self);

  /* A handler may bring the next one in; the loop below finds it. */
  if (self->delivering)
    return;
  self->delivering = TRUE;
  while (self->cancellable == NULL && !g_queue_is_empty (&self->waiting)) {
    Waiting *head = g_queue_peek_head (&self->waiting);
    g_autoptr (Waiting) waiting = NULL;
    g_autoptr (GError) error = NULL;
    gboolean wanted = !is_dropped (self, head);

    if (wanted && !normalise (self, head->message, &error)) {
      g_warning ("a notification is dropped: %s", error->message);
      wanted = FALSE;
    }
    if (self->cancellable != NULL)
      break;
    waiting = g_queue_pop_head (&self->waiting);
    if (wanted)
      deliver (self, waiting->message);
  }
  self->delivering = FALSE;
}

static void
hs_notifications_dispose (GObject *object)
{
  HsNotifications *self = HS_NOTIFICATIONS (object);

  hs_notifications_clear (self);
  g_queue_clear_full (&self->ids, g_free);
  g_clear_object (&self->config);
  g_clear_object (&self->rest);
  G_OBJECT_CLASS (hs_notifications_parent_class)->dispose (object);
}

static void
hs_notifications_class_init (HsNotificationsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hs_notifications_dispose;
  signals[SIGNAL_RECEIVED] = g_signal_new ("received", HS_TYPE_NOTIFICATIONS, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 1, JSON_TYPE_OBJECT);
}

static void
hs_notifications_init (HsNotifications *self)
{
  g_queue_init (&self->waiting);
  g_queue_init (&self->ids);
}

HsNotifications *
hs_notifications_new (HsConfig *config, HsRest *rest)
{
  HsNotifications *self = g_object_new (HS_TYPE_NOTIFICATIONS, NULL);

  self->config = g_object_ref (config);
  self->rest = g_object_ref (rest);
  return self;
}

void
hs_notifications_enable_websocket (HsNotifications *self, gboolean enable)
{
  self->websocket_enabled = enable;
}

gboolean
hs_notifications_process (HsNotifications *self,
                          JsonObject *envelope,
                          HsChannel channel,
                          GError **error)
{
  JsonObject *message = hs_json_get_object (envelope, "notificationMessage");
  const char *missing = NULL;
  Waiting *waiting;

  if (message == NULL)
    missing = "notificationMessage";
  else if (hs_json_get_string (message, "eventType") == NULL)
    missing = "notificationMessage.eventType";
  if (missing != NULL) {
    g_set_error (error, HS_ERROR, HS_ERROR_INVALID_DATA, "%s is missing", missing);
    return FALSE;
  }
  if (g_queue_get_length (&self->waiting) >= MAX_WAITING) {
    g_set_error_literal (error, HS_ERROR, HS_ERROR_BUSY, "too many notifications wait already");
    return FALSE;
  }
  waiting = g_new0 (Waiting, 1);
  waiting->message = json_object_ref (message);
  waiting->channel = channel;
  g_queue_push_tail (&self->waiting, waiting);
  work_off (self);
  return TRUE;
}

void
hs_notifications_clear (HsNotifications *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_queue_clear_full (&self->waiting, (GDestroyNotify) waiting_free);
}
