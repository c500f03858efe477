/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * HsCallReport: what is remembered of how a call went
 *
 * When it came how far, what did not work, and samples of its quality. However long the call is,
 * there are at most HS_CALL_REPORT_MAX_SAMPLES: when they are full every second one goes, and new
 * ones are kept half as often.
 */
typedef struct _HsCallReport HsCallReport;

#define HS_CALL_REPORT_MAX_SAMPLES 120
#define HS_CALL_REPORT_SAMPLE_MS   10000

typedef enum {
  HS_CALL_MARK_RINGING,
  HS_CALL_MARK_ANSWERED,
  HS_CALL_MARK_ICE_COMPLETE,    /* a way to the far end is found */
  HS_CALL_MARK_MEDIA_CONNECTED, /* and the far end is verified */
  HS_CALL_MARK_FIRST_PACKET,
  HS_CALL_MARK_FIRST_FRAME, /* of video */
  HS_CALL_MARK_ENDED,
} HsCallMark;
#define HS_CALL_N_MARKS (HS_CALL_MARK_ENDED + 1)

HsCallReport *hs_call_report_new (gint64 now_ms);
void hs_call_report_free (HsCallReport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsCallReport, hs_call_report_free)

/* Times are milliseconds of the monotonic clock. The first time of a mark counts. */
void hs_call_report_mark (HsCallReport *self, HsCallMark mark, gint64 now_ms);
gboolean hs_call_report_has_mark (HsCallReport *self, HsCallMark mark);

/* The first few problems are kept. */
void hs_call_report_add_problem (HsCallReport *self, const GError *problem);

/* Takes what is of use from statistics as hs_peer_get_stats_async() gives them.
 * @last: the call's last ones, kept in any case */
void hs_call_report_add_stats (HsCallReport *self, JsonObject *stats, gint64 now_ms, gboolean last);

/* The same for statistics that somebody asked for: they are the last sample until the next one. */
void hs_call_report_set_latest (HsCallReport *self, JsonObject *stats, gint64 now_ms);

/* Whether a picture of the far end's video has come, as these statistics say. */
gboolean hs_call_report_has_picture (JsonObject *stats);

/* Returns: (transfer full): {"timeline", "problems", "path", "codec", "quality"} */
JsonObject *hs_call_report_to_json (HsCallReport *self);

G_END_DECLS
