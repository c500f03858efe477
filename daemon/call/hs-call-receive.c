/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "hs-call-private.h"

/* spec call-signalling 2.4: a call arrives. */

/* Whatever the gateway thinks of our ringing, the user is to hear of the call. */
static void
on_ringing_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsCall) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (HsSignallingReply) reply =
      hs_signalling_send_finish (HS_SIGNALLING (source), result, &error);
  HsCallReason reason = { 0 };

  if (reply == NULL)
    g_debug ("call %s: the gateway was not told of the ringing: %s", self->id, error->message);
  if (g_cancellable_is_cancelled (self->cancellable) || hs_call_is_ending (self))
    return;
  hs_call_fire (self, HS_CALL_EVENT_OFFERED, &reason);
}

static void
send_ringing (HsCall *self)
{
  HsSignallingRequest request = { .kind = HS_REQUEST_RINGING, .session = self->session };

  hs_signalling_send_async (self->signalling, &request, self->cancellable, on_ringing_sent,
                            g_object_ref (self));
}

static void
on_offer_applied (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsCall) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean applied = hs_peer_set_remote_finish (HS_PEER (source), result, &error);

  if (self->peer != HS_PEER (source))
    return;
  if (applied) {
    send_ringing (self);
    return;
  }
  hs_call_send (self, HS_REQUEST_END);
  hs_call_drop (self, error, NULL, NULL);
}

void
hs_call_receive (HsCall *self, const HsSignallingMessage *message)
{
  hs_call_emit (self, "call:receive", json_object_new ());
  hs_call_tell_parameters (self, message);
  if (hs_call_is_over (self) || hs_call_is_ending (self))
    return;
  if (self->slow_start) {
    send_ringing (self);
    return;
  }
  hs_call_open_peer (self);
  hs_peer_set_remote_async (self->peer, HS_DESCRIPTION_OFFER, self->offer, NULL, on_offer_applied,
                            g_object_ref (self));
}
