/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "hs-call-private.h"

/* Keeping in step with the gateway (spec call-signalling 1.5). */

#define AUDIT_PERIOD_MS 25000
#define AUDIT_RETRY_MS  5000

#define LEG_UNKNOWN_TO_AUDIT 42
#define LEG_UNKNOWN_TO_QUERY 47
#define AUDIT_FAILED         9909

static void on_audit_due (gpointer user_data);

static void
arm_audit (HsCall *self, guint delay_ms)
{
  self->audit_timer = hs_clock_add_timer (self->clock, delay_ms, on_audit_due, self);
}

static void
lose_leg (HsCall *self, const GError *error)
{
  g_autoptr (JsonObject) transition = json_object_new ();

  json_object_set_int_member (transition, "statusCode", AUDIT_FAILED);
  json_object_set_string_member (transition, "reasonText",
                                 "Audit failed: the gateway no longer knows the call");
  hs_call_drop (self, NULL, error, transition);
}

static void
on_audited (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsCall) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (HsSignallingReply) reply G_GNUC_UNUSED =
      hs_signalling_send_finish (HS_SIGNALLING (source), result, &error);

  if (self->audit == NULL || self->audit_timer != 0 ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (g_error_matches (error, HS_GATEWAY_ERROR, LEG_UNKNOWN_TO_AUDIT))
    lose_leg (self, error);
  else
    arm_audit (self, error == NULL ? AUDIT_PERIOD_MS : AUDIT_RETRY_MS);
}

static void
on_audit_due (gpointer user_data)
{
  HsCall *self = user_data;
  HsSignallingRequest request = { .kind = HS_REQUEST_AUDIT, .session = self->session };

  self->audit_timer = 0;
  hs_signalling_send_async (self->signalling, &request, self->audit, on_audited,
                            g_object_ref (self));
}

void
hs_call_start_audit (HsCall *self)
{
  if (self->audit != NULL)
    return;
  self->audit = g_cancellable_new ();
  arm_audit (self, AUDIT_PERIOD_MS);
}

void
hs_call_stop_audit (HsCall *self)
{
  hs_clock_clear_timer (self->clock, &self->audit_timer);
  if (self->audit != NULL)
    g_cancellable_cancel (self->audit);
  g_clear_object (&self->audit);
}

/* --- resync --- */

typedef struct {
  HsCall *call;
  HsCallState state; /* when it was asked */
} Query;

static void
query_free (Query *self)
{
  g_object_unref (self->call);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Query, query_free)

static gboolean
is_operating (HsCall *self)
{
  return self->local != NULL || self->remote != NULL;
}

static void
take_elsewhere (HsCall *self)
{
  HsCallReason reason = { 0 };

  hs_call_fire (self, HS_CALL_EVENT_WITHDRAWN, &reason);
}

static void
on_queried (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Query) query = user_data;
  HsCall *self = query->call;
  g_autoptr (GError) error = NULL;
  g_autoptr (HsSignallingReply) reply =
      hs_signalling_send_finish (HS_SIGNALLING (source), result, &error);

  if (hs_call_is_over (self) || is_operating (self))
    return;
  if (query->state == HS_CALL_RINGING && self->state != HS_CALL_RINGING)
    return;
  if (g_error_matches (error, HS_GATEWAY_ERROR, LEG_UNKNOWN_TO_QUERY))
    hs_call_drop (self, error, NULL, NULL);
  else if (reply != NULL && reply->remote_state == HS_REMOTE_STATE_ANSWERED &&
           self->state != HS_CALL_CONNECTED && self->state != HS_CALL_ON_HOLD)
    take_elsewhere (self);
}

void
hs_call_resync (HsCall *self)
{
  HsSignallingRequest request = { .kind = HS_REQUEST_QUERY, .session = self->session };
  Query *query;

  if (hs_call_is_over (self) || is_operating (self) || self->session == NULL)
    return;

  query = g_new0 (Query, 1);
  query->call = g_object_ref (self);
  query->state = self->state;
  hs_signalling_send_async (self->signalling, &request, self->cancellable, on_queried, query);
}
