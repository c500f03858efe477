/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "base/hs-json.h"
#include "hs-call-private.h"

#include <string.h>

/* Keys of a telephone, both ways (4.9). */

/* What a browser makes of a length that is too short or too long. */
#define DEFAULT_DURATION_MS 100
#define MIN_DURATION_MS     40
#define MAX_DURATION_MS     6000
#define DEFAULT_GAP_MS      70
#define MIN_GAP_MS          30
#define MAX_GAP_MS          6000

#define TONES     "0123456789*#ABCD,"
#define MAX_TONES 256

static void
tell_nothing (HsOperation *op, const GError *error)
{
}

static gboolean
check_state (HsCall *call, GError **error)
{
  if (call->state == HS_CALL_CONNECTED || call->state == HS_CALL_RINGING ||
      call->state == HS_CALL_EARLY_MEDIA)
    return TRUE;
  g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_STATE,
               "the call is %s, it must be Connected, Ringing or Early Media",
               hs_call_state_to_text (call->state));
  return FALSE;
}

static gboolean
check_tones (const char *tones, GError **error)
{
  const char *bad = tones + strspn (tones, TONES);

  if (*tones == '\0')
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM, "tone is empty");
  else if (*bad != '\0')
    g_set_error (
        error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM,
        "tone: there is none at place %u, they are 0 to 9, *, #, A to D, and a comma for a "
        "pause",
        (guint) (bad - tones) + 1);
  else if (bad - tones > MAX_TONES)
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM, "tone: there are more than %u",
                 MAX_TONES);
  else
    return TRUE;
  return FALSE;
}

static gboolean
check_sendable (HsOperation *op, GError **error)
{
  if (!check_state (op->call, error) || !check_tones (op->data, error))
    return FALSE;
  if (op->call->peer != NULL)
    return TRUE;
  g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC, "the call has no media");
  return FALSE;
}

const HsOperationKind hs_operation_send_tones = {
  .name = "SEND_DTMF",
  .check = check_sendable,
  .tell = tell_nothing,
};

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsOperation) op = user_data;
  g_autoptr (GError) error = NULL;
  gboolean sent = hs_peer_send_tones_finish (HS_PEER (source), result, &error);

  if (hs_operation_is_over (op))
    return;
  if (!sent) {
    hs_operation_fail_step (op, error);
    return;
  }
  hs_operation_finish (op, NULL, NULL);
  hs_operation_return (op, NULL);
}

static guint
limit (double ms, guint fallback, guint least, guint most)
{
  if (!(ms > 0))
    return fallback;
  return ms < least ? least : ms > most ? most : (guint) ms;
}

gboolean
hs_call_send_tones (HsCall *self,
                    const char *tones,
                    double duration_ms,
                    double gap_ms,
                    GTask *waiter,
                    GError **error)
{
  g_autoptr (HsOperation) op = hs_operation_start (self, &hs_operation_send_tones, waiter);

  op->data = g_ascii_strup (tones, -1);
  op->free_data = g_free;
  if (!hs_operation_admit (op, error))
    return FALSE;
  hs_peer_send_tones_async (
      self->peer, op->data,
      limit (duration_ms, DEFAULT_DURATION_MS, MIN_DURATION_MS, MAX_DURATION_MS),
      limit (gap_ms, DEFAULT_GAP_MS, MIN_GAP_MS, MAX_GAP_MS), NULL, on_sent, hs_operation_ref (op));
  return TRUE;
}

void
hs_call_on_tone (HsCall *self, const char *tone, guint duration_ms)
{
  JsonObject *payload = json_object_new ();

  hs_json_set_string (payload, "tone", tone);
  json_object_set_int_member (payload, "duration", duration_ms);
  hs_call_emit (self, "call:dtmfReceived", payload);
}
