/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "hs-call-private.h"
#include "sdp/hs-sdp-classify.h"
#include "sdp/hs-sdp-edit.h"

/* spec call-signalling 2.7: the far end changes the call. */

/* What the steps of an update carry along. */
typedef struct {
  HsOperation *op;
  HsSdpChange change;
  gboolean flowing;
} Update;

static Update *
update_new (HsOperation *op)
{
  Update *self = g_new0 (Update, 1);

  self->op = hs_operation_ref (op);
  return self;
}

static void
update_free (Update *self)
{
  hs_operation_unref (self->op);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Update, update_free)

const HsOperationKind hs_operation_remote_update = {
  .exclusive = TRUE,
};

/* Closing the peer ends what it was doing, before the operation is over. */
static gboolean
is_gone (HsOperation *op)
{
  return hs_operation_is_over (op) || op->call->peer == NULL;
}

/* Nobody is told anything; the call goes on as it was. */
static void
give_up (HsOperation *op, const GError *error)
{
  HsCall *call = op->call;

  g_warning ("call %s: an update of the far end is not answered: %s", call->id, error->message);
  hs_peer_rollback (call->peer);
  hs_operation_abandon (op, NULL);
  hs_call_handled (call);
}

/* --- how an update ends --- */

static const char *
get_operation_name (HsSdpChange change)
{
  return change == HS_SDP_CHANGE_HOLD || change == HS_SDP_CHANGE_UNHOLD
             ? hs_sdp_change_to_text (change)
             : NULL;
}

/* The far end's side of the table in 2.7.1. */
static void
apply (Update *update, HsCallReason *reason)
{
  HsCall *call = update->op->call;

  switch (update->change) {
  case HS_SDP_CHANGE_HOLD:
    hs_call_fire (call, HS_CALL_EVENT_REMOTE_HELD, reason);
    break;
  case HS_SDP_CHANGE_UNHOLD:
    hs_call_fire (call, HS_CALL_EVENT_REMOTE_RESUMED, reason);
    break;
  case HS_SDP_CHANGE_NONE:
  case HS_SDP_CHANGE_UNKNOWN:
    hs_call_tell_unchanged (call, NULL);
    break;
  case HS_SDP_CHANGE_START_MOH:
  case HS_SDP_CHANGE_STOP_MOH:
  case HS_SDP_CHANGE_ADD_MEDIA:
  case HS_SDP_CHANGE_REMOVE_MEDIA:
    break;
  }
}

static void
finish (Update *update)
{
  HsOperation *op = update->op;
  HsCall *call = op->call;
  const char *name = get_operation_name (update->change);
  HsCallReason reason = { .finishes = name != NULL ? op : NULL, .as = name };

  hs_call_update_remote_party (call, call->handling);
  if (name == NULL)
    hs_operation_abandon (op, NULL);
  apply (update, &reason);
  hs_call_handled (call);
}

/* The gateway did not take our answer: whoever watches hears of it, and nothing changes. */
static void
fail (Update *update, const GError *error)
{
  HsOperation *op = update->op;
  HsCall *call = op->call;
  const char *name = get_operation_name (update->change);
  gboolean silent = name == NULL && update->change != HS_SDP_CHANGE_NONE &&
                    update->change != HS_SDP_CHANGE_UNKNOWN;

  hs_peer_rollback (call->peer);
  if (name != NULL)
    hs_operation_finish (op, name, error);
  else
    hs_operation_abandon (op, NULL);
  if (!silent)
    hs_call_tell_unchanged (call, error);
  hs_call_handled (call);
}

/* --- with an offer (2.7.1) --- */

static void
on_responded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Update) update = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (HsSignallingReply) reply =
      hs_signalling_send_finish (HS_SIGNALLING (source), result, &error);

  if (hs_operation_is_over (update->op))
    return;
  if (reply != NULL)
    finish (update);
  else
    fail (update, error);
}

static void
send_response (HsCall *call, const char *sdp, GAsyncReadyCallback callback, gpointer user_data)
{
  HsSignallingRequest request = {
    .kind = HS_REQUEST_RESPOND_UPDATE,
    .session = call->session,
    .sdp = sdp,
    .custom_parameters = call->custom_parameters,
  };

  hs_signalling_send_async (call->signalling, &request, call->cancellable, callback, user_data);
}

static void
on_answer_created (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Update) update = user_data;
  HsCall *call = update->op->call;
  g_autoptr (GError) error = NULL;
  g_autofree char *sdp = hs_peer_create_answer_finish (HS_PEER (source), result, &error);

  if (is_gone (update->op))
    return;
  if (sdp == NULL)
    give_up (update->op, error);
  else
    send_response (call, sdp, on_responded, g_steal_pointer (&update));
}

static void
on_offer_applied (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Update) update = user_data;
  g_autoptr (GError) error = NULL;
  gboolean applied = hs_peer_set_remote_finish (HS_PEER (source), result, &error);

  if (is_gone (update->op))
    return;
  if (applied)
    hs_peer_create_answer_async (HS_PEER (source), NULL, on_answer_created,
                                 g_steal_pointer (&update));
  else
    give_up (update->op, error);
}

static HsSdpChange
classify (HsCall *call, HsSdp *sdp)
{
  const char *text = hs_peer_get_remote_description (call->peer);
  g_autoptr (HsSdp) before = text != NULL ? hs_sdp_parse (text, NULL) : NULL;

  return hs_sdp_classify (before, sdp);
}

/* What says neither hold nor unhold is still one when the media's flow and the flag disagree: the
 * flags and the state must stay true. */
static HsSdpChange
settle (HsCall *call, HsSdpChange change, gboolean flowing)
{
  if (change != HS_SDP_CHANGE_NONE && change != HS_SDP_CHANGE_UNKNOWN)
    return change;
  if (flowing && call->remote_hold)
    return HS_SDP_CHANGE_UNHOLD;
  if (!flowing && !call->remote_hold && !call->local_hold)
    return HS_SDP_CHANGE_HOLD;
  return change;
}

static void
answer_offer (HsOperation *op, const char *text)
{
  HsCall *call = op->call;
  g_autoptr (GError) error = NULL;
  g_autoptr (HsSdp) sdp = hs_sdp_parse (text, &error);
  g_autofree char *edited = NULL;
  Update *update;

  if (sdp == NULL) {
    give_up (op, error);
    return;
  }
  update = update_new (op);
  update->flowing = hs_sdp_is_flowing (sdp);
  update->change = hs_sdp_change_correct (classify (call, sdp), call->local_hold, call->remote_hold,
                                          update->flowing);
  /* An update that was refused in the end may have left its traces in what this one is compared
   * with. */
  if (update->flowing)
    update->change = settle (call, update->change, TRUE);
  if (update->flowing && call->local_hold)
    hs_sdp_set_all_directions (sdp, HS_SDP_INACTIVE);
  hs_sdp_open_setup (sdp);
  edited = hs_sdp_to_text (sdp);
  hs_peer_set_remote_async (call->peer, HS_DESCRIPTION_OFFER, edited, NULL, on_offer_applied,
                            update);
}

/* --- without an offer (2.7.2, 2.8 c): we make it --- */

static void
on_slow_answer_applied (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Update) update = user_data;
  HsCall *call = update->op->call;
  g_autoptr (GError) error = NULL;
  gboolean applied = hs_peer_set_remote_finish (HS_PEER (source), result, &error);

  if (is_gone (update->op))
    return;
  if (applied)
    finish (update);
  else
    hs_call_fail_answer (call, error);
}

static void
slow_start_take_answer (HsOperation *op, const HsSignallingMessage *message)
{
  HsCall *call = op->call;
  g_autoptr (GError) error = NULL;
  g_autoptr (HsSdp) sdp = hs_sdp_parse (message->sdp, &error);
  g_autofree char *edited = NULL;
  Update *update;

  if (sdp == NULL) {
    hs_call_fail_answer (call, error);
    return;
  }
  update = update_new (op);
  update->flowing = hs_sdp_is_flowing (sdp);
  update->change = hs_sdp_change_correct (classify (call, sdp), call->local_hold, call->remote_hold,
                                          update->flowing);
  update->change = settle (call, update->change, update->flowing);
  if (update->change == HS_SDP_CHANGE_UNHOLD && call->local_hold)
    hs_sdp_set_all_directions (sdp, HS_SDP_INACTIVE);
  edited = hs_sdp_to_text (sdp);
  call->handling = hs_signalling_message_copy (message);
  hs_peer_set_remote_async (call->peer, HS_DESCRIPTION_ANSWER, edited, NULL, on_slow_answer_applied,
                            update);
}

static void
slow_start_refused (HsOperation *op, const GError *error)
{
  HsCall *call = op->call;

  hs_operation_abandon (op, NULL);
  hs_call_read_inbox (call);
}

const HsOperationKind hs_operation_slow_start = {
  .name = "SLOW_START",
  .exclusive = TRUE,
  .take_answer = slow_start_take_answer,
  .refused = slow_start_refused,
};

static void
on_offer_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsOperation) op = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (HsSignallingReply) reply =
      hs_signalling_send_finish (HS_SIGNALLING (source), result, &error);

  if (hs_operation_is_over (op))
    return;
  if (reply == NULL) {
    give_up (op, error);
    return;
  }
  op->kind = &hs_operation_slow_start;
  hs_call_handled (op->call);
}

static void
on_offer_created (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsOperation) op = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *sdp = hs_peer_create_offer_finish (HS_PEER (source), result, &error);

  if (is_gone (op))
    return;
  if (sdp == NULL)
    give_up (op, error);
  else
    send_response (op->call, sdp, on_offer_sent, hs_operation_ref (op));
}

static void
make_offer (HsOperation *op)
{
  HsCall *call = op->call;

  if (!hs_config_get_boolean (call->config, "call.mediaBrokerOnly", FALSE))
    hs_peer_renew_transport (call->peer);
  hs_peer_create_offer_async (call->peer, NULL, on_offer_created, hs_operation_ref (op));
}

/* Our offer was asked for and never answered; whoever proposes now has given it up. */
static void
forget_slow_start (HsCall *self)
{
  if (self->remote == NULL || self->remote->kind != &hs_operation_slow_start)
    return;
  hs_peer_rollback (self->peer);
  hs_operation_abandon (self->remote, NULL);
}

void
hs_call_on_update (HsCall *self, const HsSignallingMessage *message)
{
  g_autoptr (HsOperation) op = NULL;

  forget_slow_start (self);
  if (hs_operation_is_busy (self)) {
    hs_call_send (self, HS_REQUEST_REFUSE_UPDATE);
    return;
  }
  op = hs_operation_new (self, &hs_operation_remote_update, FALSE);
  hs_operation_take_slot (op);
  self->handling = hs_signalling_message_copy (message);
  hs_call_tell_parameters (self, message);
  if (hs_operation_is_over (op))
    return;
  if (message->sdp != NULL)
    answer_offer (op, message->sdp);
  else
    make_offer (op);
}
