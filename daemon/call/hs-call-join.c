/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "hs-call-pair.h"

/* spec call-signalling 3.7: two calls become one with three parties. The new call is known to
 * nobody before the gateway has given its leg a name. */

static const HsOutcome outcome = {
  .done_code = 9906,
  .done_text = "Join Successful",
  .failed_code = -2,
  .failed_text = "Join Failed",
};

static gboolean
is_announced (HsCall *joined)
{
  return joined->session != NULL;
}

/* The old calls go on as they were; the one that was to take their place goes. */
static void
failed (HsOperation *op, const GError *error)
{
  HsCallPair *pair = op->data;

  hs_call_pair_fail_other (op, error);
  if (hs_call_is_over (pair->joined) || hs_call_is_ending (pair->joined))
    return;
  hs_call_send (pair->joined, HS_REQUEST_END);
  hs_call_drop (pair->joined, error, NULL, NULL);
}

/* Before the gateway took it, a join ends with its first call. Later each of the three calls hears
 * for itself what became of it. */
static void
dropped (HsOperation *op)
{
  HsCallPair *pair = op->data;

  if (op->call != pair->first || is_announced (pair->joined))
    return;
  hs_call_pair_fail_other (op, NULL);
  hs_call_release_media (pair->joined);
}

static char *
dup_joined_id (HsOperation *op)
{
  return g_strdup (((HsCallPair *) op->data)->joined->id);
}

const HsOperationKind hs_operation_join = {
  .name = "JOIN",
  .exclusive = TRUE,
  .outcome = &outcome,
  .check = hs_call_pair_check,
  .failed = failed,
  .dropped = dropped,
  .dup_result = dup_joined_id,
};

/* --- the new call, until it is answered --- */

static void
joined_answered (HsOperation *op)
{
  HsCall *call = op->call;
  HsCallReason reason = { 0 };

  hs_operation_abandon (op, NULL);
  hs_call_fire (call, HS_CALL_EVENT_ANSWERED, &reason);
}

static void
joined_refused (HsOperation *op, const GError *error)
{
  hs_call_fail_answer (op->call, error);
}

/* Nothing comes of the join without the call that it was to make. */
static void
joined_dropped (HsOperation *op)
{
  HsCallPair *pair = op->data;
  HsOperation *join = hs_call_pair_get_operation (pair, pair->first);
  g_autoptr (GError) error =
      g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_GENERIC, "the joined call has ended");

  if (join == NULL)
    join = hs_call_pair_get_operation (pair, pair->second);
  if (join == NULL)
    return;
  hs_operation_ref (join);
  hs_call_pair_fail_other (join, error);
  hs_operation_fail (join, error);
  hs_operation_unref (join);
}

static const HsOperationKind joined_kind = {
  .exclusive = TRUE,
  .answered = joined_answered,
  .refused = joined_refused,
  .dropped = joined_dropped,
};

static void
await_answer (HsCallPair *pair)
{
  g_autoptr (HsOperation) awaited = hs_operation_new (pair->joined, &joined_kind, FALSE);

  awaited->data = hs_call_pair_ref (pair);
  awaited->free_data = (GDestroyNotify) hs_call_pair_unref;
  hs_operation_take_slot (awaited);
}

static char *
dup_both (const char *one, const char *other)
{
  return g_strdup_printf ("%s,%s", one != NULL ? one : "", other != NULL ? other : "");
}

static HsCall *
create_joined (const HsCallSetup *setup, HsCall *first, HsCall *second)
{
  g_autofree char *to =
      dup_both (hs_call_get_far_address (first), hs_call_get_far_address (second));
  HsCall *self = hs_call_new_outgoing (setup, first->user_name, to);
  HsMediaRequest media = {
    .audio = first->media_constraints != NULL &&
             json_object_get_boolean_member_with_default (first->media_constraints, "audio", FALSE),
    .audio_options = first->audio_options,
  };

  self->joined = TRUE;
  self->remote_name = dup_both (first->remote_name, second->remote_name);
  self->speaker_id = g_strdup (first->speaker_id);
  if (first->bandwidth != NULL)
    self->bandwidth = json_object_ref (first->bandwidth);
  hs_call_set_custom_parameters (self, first->custom_parameters);
  hs_call_set_options (self, &media, NULL);
  return self;
}

/* --- the steps --- */

static void
fail (HsOperation *op, const GError *error)
{
  HsCallPair *pair = op->data;

  hs_call_release_media (pair->joined);
  hs_call_pair_fail (op, error);
}

static void
announce (HsCallPair *pair)
{
  HsCallReason reason = { 0 };

  await_answer (pair);
  hs_call_fire (pair->joined, HS_CALL_EVENT_STARTED, &reason);
  hs_call_pair_update (pair);
  g_signal_emit_by_name (pair->first, "joined", pair->joined);
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

/* The join was refused, or it is over, or the media of the new call has failed. */
static void
clean_up (HsOperation *op, const GError *error)
{
  HsCallPair *pair = op->data;
  g_autoptr (GError) lost =
      g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_GENERIC, "the media of the new call has failed");

  if (is_announced (pair->joined))
    hs_call_send (pair->joined, HS_REQUEST_END);
  if (hs_operation_is_over (op))
    hs_call_release_media (pair->joined);
  else
    fail (op, error != NULL ? error : lost);
}

static void
on_joined (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsOperation) op = user_data;
  HsCallPair *pair = op->data;
  g_autoptr (GError) error = NULL;
  g_autoptr (HsSignallingReply) reply =
      hs_signalling_send_finish (HS_SIGNALLING (source), result, &error);
  gboolean named = reply != NULL && check_reply (reply, &error);

  if (named)
    pair->joined->session = g_strdup (reply->session);
  if (named && !hs_operation_is_over (op) && pair->joined->peer != NULL)
    announce (pair);
  else
    clean_up (op, error);
  g_signal_emit_by_name (pair->first, "start-answered");
  hs_call_read_inbox (pair->first);
  hs_call_read_inbox (pair->second);
}

static void
on_offer_created (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsOperation) op = user_data;
  HsCallPair *pair = op->data;
  g_autoptr (GError) error = NULL;
  g_autofree char *sdp = hs_peer_create_offer_finish (HS_PEER (source), result, &error);
  HsSignallingRequest request = {
    .kind = HS_REQUEST_JOIN,
    .session = pair->first->session,
    .other_session = pair->second->session,
    .sdp = sdp,
    .custom_parameters = pair->first->custom_parameters,
  };

  if (hs_operation_is_over (op))
    return;
  if (sdp == NULL)
    fail (op, error);
  else
    hs_signalling_send_async (op->call->signalling, &request, op->call->cancellable, on_joined,
                              hs_operation_ref (op));
}

static void
make_offer (HsOperation *op)
{
  HsCallPair *pair = op->data;

  hs_peer_create_offer_async (pair->joined->peer, NULL, on_offer_created, hs_operation_ref (op));
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
    make_offer (op);
}

gboolean
hs_call_join (HsCall *self, HsCall *other, const HsCallSetup *setup, GTask *waiter, GError **error)
{
  g_autoptr (HsOperation) op = hs_call_pair_begin (self, other, &hs_operation_join, waiter, error);
  HsMediaRequest media = { .audio = TRUE, .audio_options = self->audio_options };
  HsCall *joined;

  if (op == NULL)
    return FALSE;

  joined = create_joined (setup, self, other);
  ((HsCallPair *) op->data)->joined = joined;
  hs_call_open_peer (joined);
  if (json_object_get_boolean_member (joined->media_constraints, "audio"))
    hs_peer_open_media_async (joined->peer, &media, NULL, on_media_opened, hs_operation_ref (op));
  else
    make_offer (op);
  return TRUE;
}
