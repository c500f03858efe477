/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "hs-call-private.h"

#include "base/hs-json.h"

/* Keeps a call's report: marks what it reaches, and looks at its quality while it is connected. */

/* The first look comes when reports of the far end can be there. */
#define FIRST_LOOK_MS 3000
/* How often to look whether a picture has come, once video's packets do. */
#define FRAME_LOOK_MS   200
#define MAX_FRAME_LOOKS 25

static gint64
get_now_ms (HsCall *self)
{
  return hs_clock_get_monotonic_us (self->clock) / 1000;
}

/* --- looking at statistics --- */

static void
on_stats (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsCall) self = user_data;
  g_autoptr (JsonObject) stats = hs_peer_get_stats_finish (HS_PEER (source), result, NULL);

  if (stats != NULL)
    hs_call_report_add_stats (self->report, stats, get_now_ms (self), self->peer == NULL);
}

static void
look (HsCall *self)
{
  hs_peer_get_stats_async (self->peer, NULL, NULL, on_stats, g_object_ref (self));
}

static void
on_time_to_look (gpointer user_data)
{
  HsCall *self = user_data;

  self->report_timer =
      hs_clock_add_timer (self->clock, HS_CALL_REPORT_SAMPLE_MS, on_time_to_look, self);
  look (self);
}

void
hs_call_watch_quality (HsCall *self)
{
  gboolean wanted = self->state == HS_CALL_CONNECTED && self->peer != NULL &&
                    hs_call_report_has_mark (self->report, HS_CALL_MARK_MEDIA_CONNECTED);

  /* Nobody looks while nothing flows. */
  if (!wanted)
    hs_clock_clear_timer (self->clock, &self->report_timer);
  else if (self->report_timer == 0)
    self->report_timer = hs_clock_add_timer (self->clock, FIRST_LOOK_MS, on_time_to_look, self);
}

void
hs_call_take_last_look (HsCall *self)
{
  /* Nobody will ask for the report of a call that is dropped with all others. */
  if (self->answered_ms != 0 && !g_cancellable_is_cancelled (self->cancellable))
    look (self);
}

/* --- marks --- */

static void
mark (HsCall *self, HsCallMark mark)
{
  hs_call_report_mark (self->report, mark, get_now_ms (self));
}

static void
on_frame_stats (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsCall) self = user_data;
  g_autoptr (JsonObject) stats = hs_peer_get_stats_finish (HS_PEER (source), result, NULL);

  if (stats != NULL && hs_call_report_has_picture (stats)) {
    mark (self, HS_CALL_MARK_FIRST_FRAME);
    hs_clock_clear_timer (self->clock, &self->frame_timer);
  }
}

static void
on_time_for_frame (gpointer user_data)
{
  HsCall *self = user_data;

  self->frame_timer = 0;
  if (self->peer == NULL || self->n_frame_looks == 0)
    return;
  self->n_frame_looks--;
  self->frame_timer = hs_clock_add_timer (self->clock, FRAME_LOOK_MS, on_time_for_frame, self);
  hs_peer_get_stats_async (self->peer, NULL, NULL, on_frame_stats, g_object_ref (self));
}

static gboolean
is_video (HsCall *self, const char *track_id)
{
  const HsTrack *track = hs_call_find_track (self->remote_tracks, track_id);

  return track != NULL && track->kind == HS_MEDIA_VIDEO;
}

static void
on_source_muted (HsPeer *peer, const char *track_id, gboolean muted, HsCall *self)
{
  if (muted)
    return;
  mark (self, HS_CALL_MARK_FIRST_PACKET);
  if (!is_video (self, track_id) || self->frame_timer != 0 ||
      hs_call_report_has_mark (self->report, HS_CALL_MARK_FIRST_FRAME))
    return;
  self->n_frame_looks = MAX_FRAME_LOOKS;
  on_time_for_frame (self);
}

static void
on_path_found (HsPeer *peer, HsCall *self)
{
  mark (self, HS_CALL_MARK_ICE_COMPLETE);
}

static void
on_problem (HsPeer *peer, const GError *problem, HsCall *self)
{
  hs_call_report_add_problem (self->report, problem);
}

static void
on_state_changed (HsPeer *peer, int state, const GError *reason, HsCall *self)
{
  if (state == HS_PEER_CONNECTED)
    mark (self, HS_CALL_MARK_MEDIA_CONNECTED);
  if (reason != NULL)
    hs_call_report_add_problem (self->report, reason);
  hs_call_watch_quality (self);
}

void
hs_call_watch_peer (HsCall *self)
{
  g_signal_connect_object (self->peer, "source-muted", G_CALLBACK (on_source_muted), self, 0);
  g_signal_connect_object (self->peer, "path-found", G_CALLBACK (on_path_found), self, 0);
  g_signal_connect_object (self->peer, "problem", G_CALLBACK (on_problem), self, 0);
  g_signal_connect_object (self->peer, "state-changed", G_CALLBACK (on_state_changed), self, 0);
}

void
hs_call_note_state (HsCall *self)
{
  if (self->state == HS_CALL_RINGING)
    mark (self, HS_CALL_MARK_RINGING);
  if (self->state == HS_CALL_CONNECTED)
    mark (self, HS_CALL_MARK_ANSWERED);
  if (hs_call_is_over (self))
    mark (self, HS_CALL_MARK_ENDED);
  hs_call_watch_quality (self);
}

void
hs_call_stop_watching (HsCall *self)
{
  hs_clock_clear_timer (self->clock, &self->report_timer);
  hs_clock_clear_timer (self->clock, &self->frame_timer);
}

/* --- the report --- */

static JsonObject *
make_report (HsCall *self)
{
  JsonObject *report = hs_call_report_to_json (self->report);

  json_object_set_string_member (report, "callId", self->id);
  json_object_set_string_member (report, "direction", self->caller ? "outgoing" : "incoming");
  json_object_set_string_member (report, "state", hs_call_state_to_text (self->state));
  json_object_set_int_member (report, "begunTime", self->begun_ms);
  if (self->error != NULL)
    json_object_set_object_member (report, "error", json_object_ref (self->error));
  return report;
}

static void
on_report_stats (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) waiter = user_data;
  HsCall *self = g_task_get_source_object (waiter);
  g_autoptr (JsonObject) stats = hs_peer_get_stats_finish (HS_PEER (source), result, NULL);

  /* Without them, what was there before. */
  if (stats != NULL)
    hs_call_report_set_latest (self->report, stats, get_now_ms (self));
  g_task_return_pointer (waiter, make_report (self), (GDestroyNotify) json_object_unref);
}

void
hs_call_get_report_async (HsCall *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, hs_call_get_report_async);
  if (self->peer != NULL) {
    hs_peer_get_stats_async (self->peer, NULL, NULL, on_report_stats, task);
    return;
  }
  g_task_return_pointer (task, make_report (self), (GDestroyNotify) json_object_unref);
  g_object_unref (task);
}

JsonObject *
hs_call_get_report_finish (HsCall *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
