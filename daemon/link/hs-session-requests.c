/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-link"

#include "hs-session-private.h"

#include "hs-wire.h"

#include "base/hs-error.h"
#include "base/hs-json.h"

#define ENVELOPE                 "subscribeResponse"
#define STATUS_SUBSCRIPTION_GONE 39
#define DEFAULT_MAX_RETRIES      3
#define MAX_RETRY_AFTER_MS       (10 * 60 * 1000)

static void
send (HsSession *self,
      HsPhase phase,
      const char *method,
      const char *path,
      JsonObject *body,
      GAsyncReadyCallback callback,
      gpointer user_data)
{
  HsRestFlags flags = phase == HS_PHASE_CLEANING || phase == HS_PHASE_DELETING ? HS_REST_IGNORE_BODY
                                                                               : HS_REST_DEFAULT;

  g_clear_object (&self->cancellable);
  self->phase = phase;
  self->cancellable = g_cancellable_new ();
  hs_rest_send_async (self->rest, method, path, body, flags, self->cancellable, callback,
                      user_data);
}

static GError *
create_error (HsAuthenticationError code, const char *what, const GError *reason)
{
  return g_error_new (HS_AUTHENTICATION_ERROR, code, "%s: %s", what, reason->message);
}

/* Whoever cancels a request has already dealt with what it was for. */
static gboolean
is_cancelled (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* POST */

/* Returns: how long to wait before the POST is repeated, -1 when it is not. */
static gint64
get_patience_ms (HsSession *self, const HsRestReply *reply)
{
  gint64 limit = hs_config_get_int (self->config, "subscription.serviceUnavailableMaxRetries",
                                    DEFAULT_MAX_RETRIES);
  JsonObject *envelope = hs_rest_reply_get_envelope (reply, ENVELOPE);
  gint64 wait_ms = hs_json_get_int (envelope, "retryAfter", reply->retry_after_ms);

  if (reply->status != SOUP_STATUS_SERVICE_UNAVAILABLE || self->running->n_retries >= limit)
    return -1;
  return wait_ms <= MAX_RETRY_AFTER_MS ? wait_ms : -1;
}

static void
on_retry_due (gpointer user_data)
{
  HsSession *self = user_data;

  self->retry_timer = 0;
  hs_session_post (self);
}

static gboolean
has_disconnect_queued (HsSession *self)
{
  for (GList *l = self->operations.head; l != NULL; l = l->next) {
    if (((HsSessionOperation *) l->data)->kind == HS_SESSION_OPERATION_DISCONNECT)
      return TRUE;
  }
  return FALSE;
}

static gboolean
wait_and_repeat (HsSession *self, const HsRestReply *reply)
{
  gint64 wait_ms = reply != NULL ? get_patience_ms (self, reply) : -1;

  if (wait_ms < 0 || has_disconnect_queued (self))
    return FALSE;
  g_message ("the gateway is overloaded, subscribing again in %d ms", (int) wait_ms);
  self->running->n_retries++;
  self->phase = HS_PHASE_RETRY_WAIT;
  self->retry_timer = hs_clock_add_timer (self->clock, wait_ms, on_retry_due, self);
  return TRUE;
}

static void
open_websocket (HsSession *self)
{
  self->phase = HS_PHASE_OPENING;
  hs_websocket_open (self->websocket, self->subscription->channel);
  if (has_disconnect_queued (self))
    hs_session_hurry (self);
}

/* What was granted but cannot be used would count against the user's number of sessions. */
static void
on_undone (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HsRestReply) reply = hs_rest_send_finish (HS_REST (source), result, &error);

  if (reply == NULL)
    g_message ("an unusable subscription could not be deleted: %s", error->message);
}

static void
undo_post (HsSession *self, const HsRestReply *reply)
{
  JsonObject *envelope = reply != NULL ? hs_rest_reply_get_envelope (reply, ENVELOPE) : NULL;
  g_autofree char *path =
      hs_wire_dup_path (hs_json_get_string (envelope, "subscription"), "subscription", NULL);

  if (reply != NULL && reply->status < 300 && path != NULL)
    hs_rest_send_async (self->rest, "DELETE", path, NULL, HS_REST_IGNORE_BODY, NULL, on_undone,
                        NULL);
}

static HsSubscription *
parse (const HsRestReply *reply,
       const HsSubscription *previous,
       const char *const *requested,
       GError **error)
{
  if (!hs_rest_reply_check (reply, ENVELOPE, error))
    return NULL;
  return hs_subscription_parse (hs_rest_reply_get_envelope (reply, ENVELOPE), previous, requested,
                                error);
}

static void
on_posted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsSession) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (HsRestReply) reply = hs_rest_send_finish (HS_REST (source), result, &error);
  HsSubscription *subscription = NULL;

  if (is_cancelled (error))
    return;
  if (reply != NULL)
    subscription = parse (reply, NULL, (const char *const *) self->running->services, &error);
  if (subscription != NULL)
    hs_session_adopt (self, subscription);
  else
    undo_post (self, reply);

  if (self->closed) {
    self->phase = HS_PHASE_NONE;
    hs_session_go_on_closing (self);
  } else if (subscription != NULL) {
    open_websocket (self);
  } else if (!wait_and_repeat (self, reply)) {
    hs_session_settle (
        self, create_error (HS_AUTHENTICATION_ERROR_SUBSCRIBE_FAILED, "cannot subscribe", error));
  }
}

void
hs_session_post (HsSession *self)
{
  g_autofree char *path = hs_rest_dup_user_path (self->rest, "subscription");
  g_autoptr (JsonObject) body = hs_subscription_create_request (
      self->config, (const char *const *) self->running->services, self->running->options);

  send (self, HS_PHASE_POSTING, "POST", path, body, on_posted, g_object_ref (self));
}

/* PUT */

typedef struct {
  HsSession *session;
  GStrv services;
} Put;

static void
put_free (Put *put)
{
  g_object_unref (put->session);
  g_strfreev (put->services);
  g_free (put);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Put, put_free)

static void
fail_put (HsSession *self, const HsRestReply *reply, const GError *error)
{
  gboolean extension = self->running->kind == HS_SESSION_OPERATION_EXTEND;

  self->gone_noticed = reply != NULL && reply->status == SOUP_STATUS_NOT_FOUND &&
                       g_error_matches (error, HS_GATEWAY_ERROR, STATUS_SUBSCRIPTION_GONE);
  if (extension && !self->gone_noticed)
    hs_session_schedule_extension (self, self->running->extension_attempt + 1);
  if (extension && self->gone_noticed)
    hs_session_settle (self, g_error_copy (error));
  else
    hs_session_settle (self, create_error (HS_AUTHENTICATION_ERROR_UPDATE_FAILED,
                                           "cannot update the subscription", error));
}

static void
on_put (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Put) put = user_data;
  HsSession *self = put->session;
  g_autoptr (GError) error = NULL;
  g_autoptr (HsRestReply) reply = hs_rest_send_finish (HS_REST (source), result, &error);
  HsSubscription *subscription = NULL;

  if (is_cancelled (error))
    return;
  if (reply != NULL)
    subscription = parse (reply, self->subscription, (const char *const *) put->services, &error);
  if (subscription == NULL) {
    fail_put (self, reply, error);
    return;
  }
  hs_session_adopt (self, subscription);
  hs_session_schedule_extension (self, 1);
  hs_session_settle (self, NULL);
}

static char *
dup_put_path (HsSession *self)
{
  const char *correlator = self->subscription->client_correlator;
  g_autofree char *escaped = NULL;
  g_autofree char *resource = NULL;

  if (correlator == NULL)
    return g_strdup (self->subscription->url);
  escaped = hs_wire_escape_segment (correlator);
  resource = g_strconcat ("subscription/clientCorrelator/", escaped, NULL);
  return hs_rest_dup_user_path (self->rest, resource);
}

void
hs_session_put (HsSession *self, const char *const *services)
{
  g_autofree char *path = dup_put_path (self);
  g_autoptr (JsonObject) body = hs_subscription_create_update (self->subscription, services);
  Put *put = g_new0 (Put, 1);

  put->session = g_object_ref (self);
  put->services = g_strdupv ((GStrv) services);
  send (self, HS_PHASE_PUTTING, "PUT", path, body, on_put, put);
}

/* DELETE: whatever comes of it, the subscription is over for us. */

static void
finish_cleaning (HsSession *self)
{
  hs_session_forget_subscription (self);
  hs_session_settle (self, g_steal_pointer (&self->opening_error));
}

static void
finish_deleting (HsSession *self)
{
  hs_session_forget_subscription (self);
  hs_session_emit_socket (self);
  hs_session_settle (self, NULL);
}

static void
on_deleted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsSession) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (HsRestReply) reply = hs_rest_send_finish (HS_REST (source), result, &error);

  if (is_cancelled (error))
    return;
  if (reply == NULL || !hs_rest_reply_check (reply, ENVELOPE, &error))
    g_warning ("the subscription may still exist at the gateway: %s", error->message);

  if (self->closed) {
    self->phase = HS_PHASE_NONE;
    hs_session_forget_subscription (self);
    hs_session_go_on_closing (self);
  } else if (self->phase == HS_PHASE_CLEANING) {
    finish_cleaning (self);
  } else {
    finish_deleting (self);
  }
}

void
hs_session_delete (HsSession *self, HsPhase phase)
{
  send (self, phase, "DELETE", self->subscription->url, NULL, on_deleted, g_object_ref (self));
}
