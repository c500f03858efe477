/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "base/hs-json.h"
#include "hs-call-private.h"

/* What a step of answering carries along. */
typedef struct {
  HsOperation *op;
  HsMediaRequest media; /* its objects are ours */
  JsonArray *custom_parameters;
} Answer;

static void
copy_options (JsonObject **target)
{
  if (*target != NULL)
    json_object_ref (*target);
}

static Answer *
answer_new (HsOperation *op, const HsMediaRequest *media, JsonObject *options)
{
  Answer *self = g_new0 (Answer, 1);

  self->op = hs_operation_ref (op);
  self->media = *media;
  copy_options (&self->media.audio_options);
  copy_options (&self->media.video_options);
  copy_options (&self->media.screen_options);
  self->custom_parameters =
      hs_call_dup_parameters (hs_json_get_array (options, "customParameters"));
  return self;
}

static void
answer_free (Answer *self)
{
  hs_operation_unref (self->op);
  g_clear_pointer (&self->media.audio_options, json_object_unref);
  g_clear_pointer (&self->media.video_options, json_object_unref);
  g_clear_pointer (&self->media.screen_options, json_object_unref);
  g_clear_pointer (&self->custom_parameters, json_array_unref);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Answer, answer_free)

/* The call rings on and can be answered again. A peer that has begun to answer is of no more use:
 * the next attempt makes another one. */
static void
fail (HsOperation *op, const GError *error, gboolean spoilt)
{
  HsCall *call = op->call;

  hs_call_keep_error (call, error);
  hs_call_stop_audit (call);
  if (spoilt)
    hs_call_release_media (call);
  hs_operation_fail (op, error);
}

static void
keep_parameters (HsCall *call, JsonArray *parameters)
{
  if (parameters == NULL)
    return;
  g_clear_pointer (&call->custom_parameters, json_array_unref);
  call->custom_parameters = json_array_ref (parameters);
}

/* Our offer is out: from now on the far end's answer is waited for. */
static void
finish_slow_answer (HsOperation *op)
{
  HsCall *call = op->call;
  g_autoptr (HsOperation) awaited = hs_operation_new (call, &hs_operation_slow_answer, FALSE);

  hs_operation_take_slot (awaited);
  hs_operation_finish (op, NULL, NULL);
  hs_operation_return (op, NULL);
  hs_call_read_inbox (call);
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Answer) answer = user_data;
  HsOperation *op = answer->op;
  g_autoptr (GError) error = NULL;
  g_autoptr (HsSignallingReply) reply =
      hs_signalling_send_finish (HS_SIGNALLING (source), result, &error);
  HsCallReason reason = { .finishes = op };

  if (hs_operation_is_over (op))
    return;
  if (reply == NULL) {
    fail (op, error, TRUE);
    return;
  }
  keep_parameters (op->call, answer->custom_parameters);
  if (op->call->slow_start)
    finish_slow_answer (op);
  else
    hs_call_fire (op->call, HS_CALL_EVENT_ANSWERED, &reason);
}

static void
send_answer (Answer *answer, const char *sdp)
{
  HsCall *call = answer->op->call;
  HsSignallingRequest request = {
    .kind = HS_REQUEST_ANSWER,
    .session = call->session,
    .sdp = sdp,
    .custom_parameters = answer->custom_parameters,
  };

  hs_signalling_send_async (call->signalling, &request, call->cancellable, on_answered, answer);
}

static void
on_described (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Answer) answer = user_data;
  HsPeer *peer = HS_PEER (source);
  g_autoptr (GError) error = NULL;
  g_autofree char *sdp = answer->op->call->slow_start
                             ? hs_peer_create_offer_finish (peer, result, &error)
                             : hs_peer_create_answer_finish (peer, result, &error);

  if (hs_operation_is_over (answer->op))
    return;
  if (sdp == NULL)
    fail (answer->op, error, TRUE);
  else
    send_answer (g_steal_pointer (&answer), sdp);
}

static void
describe (Answer *answer)
{
  HsCall *call = answer->op->call;

  if (call->slow_start)
    hs_peer_create_offer_async (call->peer, NULL, on_described, answer);
  else
    hs_peer_create_answer_async (call->peer, NULL, on_described, answer);
}

static void
on_media_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Answer) answer = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) tracks = hs_peer_open_media_finish (HS_PEER (source), result, &error);

  if (hs_operation_is_over (answer->op))
    return;
  if (tracks == NULL)
    fail (answer->op, error, FALSE);
  else
    describe (g_steal_pointer (&answer));
}

static void
open_media (Answer *answer)
{
  const HsMediaRequest *media = &answer->media;

  if (media->audio || media->video || media->screen)
    hs_peer_open_media_async (answer->op->call->peer, media, NULL, on_media_opened, answer);
  else
    describe (answer);
}

static void
on_offer_applied (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Answer) answer = user_data;
  g_autoptr (GError) error = NULL;

  if (hs_peer_set_remote_finish (HS_PEER (source), result, &error)) {
    if (!hs_operation_is_over (answer->op))
      open_media (g_steal_pointer (&answer));
  } else if (!hs_operation_is_over (answer->op)) {
    fail (answer->op, error, TRUE);
  }
}

/* The peer is there from the call's arrival, unless the call had no offer or an earlier attempt
 * used it up. */
static void
prepare_peer (Answer *answer)
{
  HsCall *call = answer->op->call;

  if (call->peer != NULL) {
    open_media (answer);
    return;
  }
  hs_call_open_peer (call);
  if (call->slow_start)
    open_media (answer);
  else
    hs_peer_set_remote_async (call->peer, HS_DESCRIPTION_OFFER, call->offer, NULL, on_offer_applied,
                              answer);
}

const HsOperationKind hs_operation_answer = {
  .name = "ANSWER",
  .exclusive = TRUE,
  .check = hs_call_check_ringing_here,
};

gboolean
hs_call_answer (
    HsCall *self, const HsMediaRequest *media, JsonObject *options, GTask *waiter, GError **error)
{
  g_autoptr (HsOperation) op = hs_operation_try (self, &hs_operation_answer, waiter, error);

  if (op == NULL)
    return FALSE;

  hs_call_set_options (self, media, options);
  hs_call_start_audit (self);
  prepare_peer (answer_new (op, media, options));
  return TRUE;
}

/* --- when an answered slow-start call gets its answer --- */

static void
slow_answer_answered (HsOperation *op)
{
  HsCall *call = op->call;
  HsCallReason reason = { 0 };

  hs_operation_abandon (op, NULL);
  hs_call_fire (call, HS_CALL_EVENT_ANSWERED, &reason);
}

static void
slow_answer_refused (HsOperation *op, const GError *error)
{
  hs_call_fail_answer (op->call, error);
}

const HsOperationKind hs_operation_slow_answer = {
  .exclusive = TRUE,
  .answered = slow_answer_answered,
  .refused = slow_answer_refused,
};

/* --- not answering --- */

static void
on_rejected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsOperation) op = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (HsSignallingReply) reply =
      hs_signalling_send_finish (HS_SIGNALLING (source), result, &error);
  HsCallReason reason = { .finishes = op };

  if (hs_operation_is_over (op))
    return;
  if (reply == NULL) {
    hs_operation_fail (op, error);
    return;
  }
  hs_call_release_media (op->call);
  hs_call_fire (op->call, HS_CALL_EVENT_ENDED, &reason);
}

const HsOperationKind hs_operation_reject = {
  .name = "REJECT",
  .exclusive = TRUE,
  .logged = TRUE,
  .check = hs_call_check_ringing_here,
};

gboolean
hs_call_reject (HsCall *self, GTask *waiter, GError **error)
{
  g_autoptr (HsOperation) op = hs_operation_try (self, &hs_operation_reject, waiter, error);
  HsSignallingRequest request = { .kind = HS_REQUEST_REJECT, .session = self->session };

  if (op == NULL)
    return FALSE;

  hs_signalling_send_async (self->signalling, &request, self->cancellable, on_rejected,
                            hs_operation_ref (op));
  return TRUE;
}

const HsOperationKind hs_operation_ignore = {
  .name = "IGNORE",
  .exclusive = TRUE,
  .check = hs_call_check_ringing_here,
};

gboolean
hs_call_ignore (HsCall *self, GTask *waiter, GError **error)
{
  g_autoptr (HsOperation) op = hs_operation_try (self, &hs_operation_ignore, waiter, error);
  HsCallReason reason = { .finishes = op };

  if (op == NULL)
    return FALSE;

  hs_call_fire (self, HS_CALL_EVENT_ENDED, &reason);
  return TRUE;
}
