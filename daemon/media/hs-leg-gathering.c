/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-leg-private.h"

#include "hs-nice.h"

#include <string.h>

/* --- one candidate after the other --- */

void
hs_leg_on_candidate (gpointer owner, gpointer data)
{
  HsLeg *self = owner;

  g_ptr_array_add (self->candidates, g_strdup (data));
}

void
hs_leg_on_gathered (gpointer owner, gpointer data)
{
  HsLeg *self = owner;

  self->gathered = TRUE;
  if (self->wait != NULL)
    hs_ice_wait_end_of_candidates (self->wait);
}

/* --- how its packets are marked --- */

void
hs_leg_mark_packets (HsLeg *self)
{
  g_autoptr (GObject) ice = NULL;
  g_autoptr (GObject) agent = NULL;
  g_autoptr (GError) error = NULL;

  if (self->webrtc == NULL)
    return;
  g_object_get (self->webrtc, "ice-agent", &ice, NULL);
  g_object_get (ice, "agent", &agent, NULL);
  if (!hs_nice_set_dscp (agent, self->dscp, &error))
    g_warning ("packets are not marked: %s", error->message);
}

void
hs_leg_set_dscp (HsLeg *self, guint point)
{
  if (self->dscp == point)
    return;
  self->dscp = point;
  hs_leg_mark_packets (self);
}

/* --- are they enough? --- */

static gboolean
has_relay (HsLeg *self)
{
  for (guint i = 0; i < self->candidates->len; i++) {
    if (strstr (self->candidates->pdata[i], " typ relay") != NULL)
      return TRUE;
  }
  return FALSE;
}

static JsonArray *
dup_candidates (HsLeg *self)
{
  JsonArray *array = json_array_new ();

  /* All lines share one transport, that of the first. */
  for (guint i = 0; i < self->candidates->len; i++)
    json_array_add_object_element (array, hs_ice_candidate_to_json (self->candidates->pdata[i], 0));
  return array;
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  HsLeg *self = g_task_get_source_object (task);
  gboolean enough = hs_ice_check_ask_finish (HS_ICE_CHECK (source), result);

  /* The wait that asked belongs to that operation. */
  if (self->task == task && self->wait != NULL)
    hs_ice_wait_answer (self->wait, enough);
}

static void
ask (gpointer user_data)
{
  HsLeg *self = user_data;
  g_autoptr (JsonArray) candidates = NULL;

  if (self->ice_check == NULL) {
    hs_ice_wait_answer (self->wait, has_relay (self));
    return;
  }
  candidates = dup_candidates (self);
  hs_ice_check_ask_async (self->ice_check, self->call_id, candidates,
                          g_task_get_cancellable (self->task), on_answered,
                          g_object_ref (self->task));
}

static void
finish (gpointer user_data)
{
  HsLeg *self = user_data;
  GstWebRTCSessionDescription *description = NULL;
  g_autoptr (GError) error = NULL;
  HsSdp *sdp;

  g_clear_pointer (&self->wait, hs_ice_wait_free);
  g_object_get (self->webrtc, "local-description", &description, NULL);
  sdp = hs_leg_read_description (description, &error);
  g_clear_pointer (&description, gst_webrtc_session_description_free);
  hs_leg_start_waiting_for_checks (self);
  if (sdp != NULL)
    hs_leg_succeed (self, sdp);
  else
    hs_leg_fail (self, "the media engine lost its description", error);
}

void
hs_leg_gather (HsLeg *self, GTask *task, const GstStructure *reply)
{
  self->wait = hs_ice_wait_new (self->clock, self->ice_delay_ms, self->ice_limit_ms, self->gathered,
                                ask, finish, self);
}
