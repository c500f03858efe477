/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "base/hs-json.h"
#include "hs-address.h"
#include "hs-call-private.h"

static void
fail (HsOperation *op, const GError *error)
{
  HsCall *call = op->call;
  HsCallReason reason = { .finishes = op, .error = error };

  hs_call_keep_error (call, error);
  hs_call_release_media (call);
  if (call->state == HS_CALL_INITIATING)
    hs_call_fire (call, HS_CALL_EVENT_FAILED, &reason);
  else
    hs_call_fire (call, HS_CALL_EVENT_ENDED, &reason);
}

static void
return_release_waiters (HsCall *call)
{
  g_autoptr (GPtrArray) waiters = g_steal_pointer (&call->release_waiters);

  call->starting = NULL;
  call->release_waiters = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < waiters->len; i++)
    g_task_return_boolean (waiters->pdata[i], TRUE);
}

static void
on_released (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsOperation) op = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (HsSignallingReply) reply =
      hs_signalling_send_finish (HS_SIGNALLING (source), result, &error);

  if (reply == NULL)
    g_debug ("call %s: %s", op->call->id, error->message);
  return_release_waiters (op->call);
}

/* The call was ended while the gateway was still being asked for it: now that the leg has a name,
 * it must go (3.4). */
static void
release_leg (HsOperation *op, const char *session)
{
  HsCall *call = op->call;
  HsSignallingRequest request = { .kind = HS_REQUEST_END, .session = session };

  g_free (call->session);
  call->session = g_strdup (session);
  hs_signalling_send_async (call->signalling, &request, call->cancellable, on_released,
                            hs_operation_ref (op));
}

static gboolean
check_reply (HsSignallingReply *reply, GError **error)
{
  if (reply->session != NULL && *reply->session != '\0')
    return TRUE;
  g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC,
               "the gateway's answer names no session");
  return FALSE;
}

/* The call is over, the gateway's answer comes late. */
static void
clean_up (HsOperation *op, const char *session)
{
  if (session != NULL && !g_cancellable_is_cancelled (op->call->cancellable))
    release_leg (op, session);
  else
    return_release_waiters (op->call);
}

static void
go_on (HsOperation *op, const char *session)
{
  HsCall *call = op->call;
  HsCallReason reason = { 0 };

  call->starting = NULL;
  call->session = g_strdup (session);
  hs_operation_update (op);
  if (!hs_operation_is_over (op))
    hs_call_fire (call, HS_CALL_EVENT_STARTED, &reason);
}

static void
on_started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsOperation) op = user_data;
  g_autoptr (HsCall) call = g_object_ref (op->call);
  g_autoptr (GError) error = NULL;
  g_autoptr (HsSignallingReply) reply =
      hs_signalling_send_finish (HS_SIGNALLING (source), result, &error);
  const char *session = reply != NULL && check_reply (reply, &error) ? reply->session : NULL;

  if (hs_operation_is_over (op)) {
    clean_up (op, session);
  } else if (session != NULL) {
    go_on (op, session);
  } else {
    call->starting = NULL;
    fail (op, error);
  }
  g_signal_emit_by_name (call, "start-answered");
}

static void
start (HsOperation *op, const char *sdp)
{
  HsCall *call = op->call;
  g_autofree char *from = hs_address_dup_from (call->user_name, call->display_name);
  HsSignallingRequest request = {
    .kind = HS_REQUEST_START,
    .address = call->to,
    .from = from,
    .sdp = sdp,
    .early_media = hs_config_get_boolean (call->config, "call.earlyMedia", FALSE),
    .custom_parameters = call->custom_parameters,
  };

  call->starting = op;
  hs_signalling_send_async (call->signalling, &request, call->cancellable, on_started,
                            hs_operation_ref (op));
}

static void
on_offer_created (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsOperation) op = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *sdp = hs_peer_create_offer_finish (HS_PEER (source), result, &error);

  if (hs_operation_is_over (op))
    return;
  if (sdp == NULL)
    fail (op, error);
  else
    start (op, sdp);
}

static void
on_media_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsOperation) op = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) tracks = hs_peer_open_media_finish (HS_PEER (source), result, &error);

  if (hs_operation_is_over (op))
    return;
  if (tracks == NULL)
    fail (op, error);
  else
    hs_peer_create_offer_async (op->call->peer, NULL, on_offer_created, hs_operation_ref (op));
}

static void
make_answered (HsOperation *op)
{
  HsCallReason reason = { .finishes = op };

  hs_call_fire (op->call, HS_CALL_EVENT_ANSWERED, &reason);
}

/* There is no call without an answer: the leg goes too. */
static void
make_refused (HsOperation *op, const GError *error)
{
  hs_call_send (op->call, HS_REQUEST_END);
  fail (op, error);
}

const HsOperationKind hs_operation_make = {
  .name = "MAKE",
  .exclusive = TRUE,
  .answered = make_answered,
  .refused = make_refused,
};

void
hs_call_make (HsCall *self, const HsMediaRequest *media, JsonObject *options, GTask *waiter)
{
  g_autoptr (HsOperation) op = NULL;

  self->display_name = g_strdup (hs_json_get_string (options, "displayName"));
  self->custom_parameters =
      hs_call_dup_parameters (hs_json_get_array (options, "customParameters"));
  hs_call_set_options (self, media, options);

  op = hs_operation_start (self, &hs_operation_make, waiter);
  hs_call_emit (self, "call:start", json_object_new ());
  if (hs_operation_is_over (op))
    return;
  if (!media->audio && !media->video && !media->screen) {
    g_autoptr (GError) error = g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA,
                                            "neither audio nor video nor a screen was asked for");
    fail (op, error);
    return;
  }
  hs_call_open_peer (self);
  hs_peer_open_media_async (self->peer, media, NULL, on_media_opened, hs_operation_ref (op));
}
