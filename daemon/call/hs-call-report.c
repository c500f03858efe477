/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "hs-call-report.h"

#include "base/hs-error.h"
#include "base/hs-json.h"
#include "hs-quality.h"

#include <math.h>

#define MAX_PROBLEMS 8

enum { AUDIO, VIDEO, N_KINDS };
static const char *const kinds[N_KINDS] = { "audio", "video" };

/* Counters count from the beginning of a transport; what is not known is NAN. */
typedef struct {
  gboolean there;
  gint64 received;
  gint64 lost;
  double jitter_ms;
  double round_trip_ms;
  double remote_loss; /* fraction */
} Reading;

typedef struct {
  gint64 at_ms;
  Reading readings[N_KINDS];
} Sample;

struct _HsCallReport {
  gint64 begun_ms;
  gint64 marks[HS_CALL_N_MARKS]; /* -1: not reached */
  GPtrArray *problems;           /* of JsonObject */
  GArray *samples;               /* of Sample */
  Sample latest;                 /* newer than all of these, unless its time is 0 */
  guint stride;                  /* every so many samples one is kept */
  guint n_offered;
  JsonObject *path;            /* nullable */
  const char *codecs[N_KINDS]; /* interned; NULL: not known */
};

static void
clear_path (HsCallReport *self)
{
  g_clear_pointer (&self->path, json_object_unref);
}

HsCallReport *
hs_call_report_new (gint64 now_ms)
{
  HsCallReport *self = g_new0 (HsCallReport, 1);

  self->begun_ms = now_ms;
  self->stride = 1;
  for (guint i = 0; i < HS_CALL_N_MARKS; i++)
    self->marks[i] = -1;
  self->problems = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  self->samples = g_array_new (FALSE, FALSE, sizeof (Sample));
  return self;
}

void
hs_call_report_free (HsCallReport *self)
{
  clear_path (self);
  g_ptr_array_unref (self->problems);
  g_array_unref (self->samples);
  g_free (self);
}

void
hs_call_report_mark (HsCallReport *self, HsCallMark mark, gint64 now_ms)
{
  if (self->marks[mark] < 0)
    self->marks[mark] = now_ms - self->begun_ms;
}

gboolean
hs_call_report_has_mark (HsCallReport *self, HsCallMark mark)
{
  return self->marks[mark] >= 0;
}

void
hs_call_report_add_problem (HsCallReport *self, const GError *problem)
{
  if (self->problems->len < MAX_PROBLEMS)
    g_ptr_array_add (self->problems, hs_error_to_json (problem));
}

/* --- reading statistics --- */

static JsonObject *
find_stat (JsonObject *stats, const char *type, const char *kind)
{
  g_autoptr (GList) members = json_object_get_members (stats);

  for (GList *l = members; l != NULL; l = l->next) {
    JsonObject *stat = hs_json_get_object (stats, l->data);

    if (g_strcmp0 (hs_json_get_string (stat, "type"), type) == 0 &&
        (kind == NULL || g_strcmp0 (hs_json_get_string (stat, "kind"), kind) == 0))
      return stat;
  }
  return NULL;
}

/* Returns: NAN when it is not there */
static double
get_number (JsonObject *stat, const char *name)
{
  JsonNode *node = stat != NULL ? json_object_get_member (stat, name) : NULL;
  GType type = node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : 0;

  return type == G_TYPE_INT64 || type == G_TYPE_DOUBLE ? json_node_get_double (node) : NAN;
}

static Reading
read_kind (JsonObject *stats, const char *kind)
{
  JsonObject *inbound = find_stat (stats, "inbound-rtp", kind);
  JsonObject *remote = find_stat (stats, "remote-inbound-rtp", kind);

  return (Reading){ .there = inbound != NULL || remote != NULL,
                    .received = hs_json_get_int (inbound, "packetsReceived", 0),
                    .lost = hs_json_get_int (inbound, "packetsLost", 0),
                    .jitter_ms = 1000 * get_number (inbound, "jitter"),
                    .round_trip_ms = 1000 * get_number (remote, "roundTripTime"),
                    .remote_loss = get_number (remote, "fractionLost") };
}

static void
read_codec (HsCallReport *self, JsonObject *stats, guint kind)
{
  JsonObject *inbound = find_stat (stats, "inbound-rtp", kinds[kind]);
  const char *id = hs_json_get_string (inbound, "codecId");
  JsonObject *codec = id != NULL ? hs_json_get_object (stats, id) : NULL;
  const char *name = hs_json_get_string (codec, "mimeType");

  if (name != NULL)
    self->codecs[kind] = g_intern_string (name);
}

static void
read_end (JsonObject *path, const char *member, JsonObject *stats, const char *id)
{
  JsonObject *candidate = id != NULL ? hs_json_get_object (stats, id) : NULL;

  hs_json_set_string (path, member, hs_json_get_string (candidate, "candidateType"));
}

static void
read_path (HsCallReport *self, JsonObject *stats)
{
  JsonObject *pair = find_stat (stats, "candidate-pair", NULL);
  const char *local = hs_json_get_string (pair, "localCandidateId");

  if (pair == NULL)
    return;
  clear_path (self);
  self->path = json_object_new ();
  read_end (self->path, "local", stats, local);
  read_end (self->path, "remote", stats, hs_json_get_string (pair, "remoteCandidateId"));
}

/* --- samples --- */

static void
thin_out (HsCallReport *self)
{
  guint kept = 0;

  for (guint i = 1; i < self->samples->len; i += 2)
    g_array_index (self->samples, Sample, kept++) = g_array_index (self->samples, Sample, i);
  g_array_set_size (self->samples, kept);
  self->stride *= 2;
}

gboolean
hs_call_report_has_picture (JsonObject *stats)
{
  JsonObject *video = find_stat (stats, "inbound-rtp", "video");

  return hs_json_get_int (video, "framesDecoded", 0) > 0 ||
         hs_json_get_int (video, "framesReceived", 0) > 0;
}

static Sample
read_stats (HsCallReport *self, JsonObject *stats, gint64 now_ms)
{
  Sample sample = { .at_ms = now_ms - self->begun_ms };

  for (guint i = 0; i < N_KINDS; i++) {
    sample.readings[i] = read_kind (stats, kinds[i]);
    read_codec (self, stats, i);
  }
  read_path (self, stats);
  if (hs_call_report_has_picture (stats))
    hs_call_report_mark (self, HS_CALL_MARK_FIRST_FRAME, now_ms);
  return sample;
}

void
hs_call_report_set_latest (HsCallReport *self, JsonObject *stats, gint64 now_ms)
{
  self->latest = read_stats (self, stats, now_ms);
}

void
hs_call_report_add_stats (HsCallReport *self, JsonObject *stats, gint64 now_ms, gboolean last)
{
  Sample sample = read_stats (self, stats, now_ms);

  if (self->n_offered++ % self->stride != 0 && !last)
    return;
  if (self->samples->len == HS_CALL_REPORT_MAX_SAMPLES)
    thin_out (self);
  g_array_append_val (self->samples, sample);
  self->latest = (Sample){ 0 };
}

/* --- as JSON --- */

static JsonObject *
dup_timeline (HsCallReport *self)
{
  static const char *const names[HS_CALL_N_MARKS] = {
    [HS_CALL_MARK_RINGING] = "ringingMs",
    [HS_CALL_MARK_ANSWERED] = "answeredMs",
    [HS_CALL_MARK_ICE_COMPLETE] = "iceCompleteMs",
    [HS_CALL_MARK_MEDIA_CONNECTED] = "mediaConnectedMs",
    [HS_CALL_MARK_FIRST_PACKET] = "firstPacketMs",
    [HS_CALL_MARK_FIRST_FRAME] = "firstFrameMs",
    [HS_CALL_MARK_ENDED] = "endedMs",
  };
  JsonObject *timeline = json_object_new ();

  for (guint i = 0; i < HS_CALL_N_MARKS; i++) {
    if (self->marks[i] >= 0)
      json_object_set_int_member (timeline, names[i], self->marks[i]);
  }
  return timeline;
}

static void
set_number (JsonObject *object, const char *name, double value)
{
  if (!isnan (value))
    json_object_set_double_member (object, name, round (value * 100) / 100);
}

/* Counters of a new transport begin anew. */
static gint64
get_increase (gint64 before, gint64 now)
{
  return now >= before ? now - before : now;
}

static JsonObject *
dup_reading (HsCallReport *self, guint kind, const Reading *before, const Reading *now)
{
  gint64 received = get_increase (before->received, now->received);
  gint64 lost = get_increase (before->lost, now->lost);
  double loss = received + lost > 0 ? lost / (double) (received + lost) : NAN;
  double round_trip_ms = isnan (now->round_trip_ms) ? 0 : now->round_trip_ms;
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "packetsReceived", received);
  set_number (object, "lossPercent", 100 * loss);
  set_number (object, "jitterMs", now->jitter_ms);
  set_number (object, "roundTripMs", now->round_trip_ms);
  set_number (object, "remoteLossPercent", 100 * now->remote_loss);
  if (kind == AUDIO && !isnan (loss))
    set_number (object, "mos",
                hs_quality_get_mos (hs_quality_get_r (self->codecs[kind], round_trip_ms, loss)));
  return object;
}

static JsonObject *
dup_sample (HsCallReport *self, const Sample *before, const Sample *sample)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "atMs", sample->at_ms);
  for (guint i = 0; i < N_KINDS; i++) {
    if (sample->readings[i].there)
      json_object_set_object_member (
          object, kinds[i], dup_reading (self, i, &before->readings[i], &sample->readings[i]));
  }
  return object;
}

static JsonArray *
dup_samples (HsCallReport *self)
{
  static const Sample none;
  const Sample *before = &none;
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < self->samples->len; i++) {
    const Sample *sample = &g_array_index (self->samples, Sample, i);

    json_array_add_object_element (array, dup_sample (self, before, sample));
    before = sample;
  }
  if (self->latest.at_ms != 0)
    json_array_add_object_element (array, dup_sample (self, before, &self->latest));
  return array;
}

JsonObject *
hs_call_report_to_json (HsCallReport *self)
{
  JsonObject *object = json_object_new ();
  JsonObject *codecs = json_object_new ();
  JsonArray *problems = json_array_new ();

  for (guint i = 0; i < self->problems->len; i++)
    json_array_add_object_element (problems, json_object_ref (self->problems->pdata[i]));
  for (guint i = 0; i < N_KINDS; i++)
    hs_json_set_string (codecs, kinds[i], self->codecs[i]);
  json_object_set_object_member (object, "timeline", dup_timeline (self));
  json_object_set_array_member (object, "problems", problems);
  hs_json_take_object (object, "path", self->path != NULL ? json_object_ref (self->path) : NULL);
  json_object_set_object_member (object, "codecs", codecs);
  json_object_set_array_member (object, "quality", dup_samples (self));
  return object;
}
