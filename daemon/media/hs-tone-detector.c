/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-tone-detector.h"

#include "hs-tone.h"

#include <gst/gst.h>
#include <math.h>
#include <string.h>

#define CAPS "audio/x-raw,format=S16LE,layout=interleaved,rate=8000,channels=1"
#define RATE 8000
#define THIN 6 /* of our samples are one of its */

/* Audio is looked at in pieces of 10 ms. */
#define PIECE    80
#define PIECE_MS 10

/* Longer than it takes to recognise a tone. */
#define KEPT 8

/* A tone has ended when two pieces in a row are without it: one may just be damaged. */
#define GAP 2

/* How much of a piece's energy the two frequencies must have; and below this rms it is silence. */
#define PURITY 0.5
#define QUIET  60.0

struct _HsToneDetector {
  HsToneDetected detected;
  gpointer user_data;
  GDestroyNotify destroy;
  gint active;

  GMutex lock;         /* for what follows */
  GstElement *element; /* NULL before it is needed, and when there is none */
  GstPad *pad;
  gboolean missing;
  gint32 sum;
  guint n_summed;
  gint16 pieces[KEPT][PIECE]; /* a ring */
  guint n_pieces;
  guint n_filled; /* of the running piece */
  char heard;     /* what the element has just recognised; 0: nothing */
  char tone;      /* what sounds; 0: nothing */
  guint n_sounding;
  guint n_silent;
};

static void
detector_clear (gpointer data)
{
  HsToneDetector *self = data;

  if (self->element != NULL)
    gst_element_set_state (self->element, GST_STATE_NULL);
  g_mutex_clear (&self->lock);
  gst_clear_object (&self->pad);
  gst_clear_object (&self->element);
  if (self->destroy != NULL)
    self->destroy (self->user_data);
}

HsToneDetector *
hs_tone_detector_new (HsToneDetected detected, gpointer user_data, GDestroyNotify destroy)
{
  HsToneDetector *self = g_atomic_rc_box_new0 (HsToneDetector);

  g_mutex_init (&self->lock);
  self->detected = detected;
  self->user_data = user_data;
  self->destroy = destroy;
  return self;
}

HsToneDetector *
hs_tone_detector_ref (HsToneDetector *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
hs_tone_detector_unref (HsToneDetector *self)
{
  g_atomic_rc_box_release_full (self, detector_clear);
}

void
hs_tone_detector_set_active (HsToneDetector *self, gboolean active)
{
  g_atomic_int_set (&self->active, active);
}

/* --- the element, without a pipeline: it is handed its input, and its output goes nowhere --- */

static GstBusSyncReply
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  HsToneDetector *self = user_data;
  const GstStructure *structure = gst_message_get_structure (message);
  int number;

  if (structure != NULL && gst_structure_has_name (structure, "dtmf-event") &&
      gst_structure_get_int (structure, "number", &number) && number >= 0)
    self->heard = hs_tone_from_event ((guint) number);
  gst_message_unref (message);
  return GST_BUS_DROP;
}

static void
start_stream (HsToneDetector *self)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (CAPS);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_element_set_state (self->element, GST_STATE_PLAYING);
  gst_pad_send_event (self->pad, gst_event_new_stream_start ("tones"));
  gst_pad_send_event (self->pad, gst_event_new_caps (caps));
  gst_pad_send_event (self->pad, gst_event_new_segment (&segment));
}

static gboolean
ensure_element (HsToneDetector *self)
{
  g_autoptr (GstBus) bus = NULL;

  if (self->element != NULL || self->missing)
    return !self->missing;
  self->element = gst_element_factory_make ("dtmfdetect", NULL);
  self->missing = self->element == NULL;
  if (self->missing) {
    g_warning ("GStreamer's element dtmfdetect is missing: tones in audio are not recognised");
    return FALSE;
  }
  gst_object_ref_sink (self->element);
  self->pad = gst_element_get_static_pad (self->element, "sink");
  bus = g_object_new (GST_TYPE_BUS, "enable-async", FALSE, NULL);
  gst_bus_set_sync_handler (bus, on_message, self, NULL);
  gst_element_set_bus (self->element, bus);
  start_stream (self);
  return TRUE;
}

/* --- how long --- */

static double
measure_power (const gint16 *samples, double hz)
{
  double coefficient = 2 * cos (2 * G_PI * hz / RATE);
  double last = 0, before = 0;

  for (guint i = 0; i < PIECE; i++) {
    double now = samples[i] + coefficient * last - before;

    before = last;
    last = now;
  }
  return last * last + before * before - coefficient * last * before;
}

static gboolean
has_tone (const gint16 *samples, char tone)
{
  double row_hz, column_hz;
  double energy = 0;

  for (guint i = 0; i < PIECE; i++)
    energy += (double) samples[i] * samples[i];
  if (energy < PIECE * QUIET * QUIET)
    return FALSE;
  hs_tone_get_frequencies (tone, &row_hz, &column_hz);
  /* A sine that fills the piece has 2 / PIECE of its power there as energy. */
  return (measure_power (samples, row_hz) + measure_power (samples, column_hz)) * 2 / PIECE >
         energy * PURITY;
}

static void
tell (HsToneDetector *self)
{
  char tone = self->tone;

  self->tone = '\0';
  if (tone != '\0')
    self->detected (tone, self->n_sounding * PIECE_MS, self->user_data);
}

/* It has sounded for a while when it is recognised. */
static void
begin (HsToneDetector *self, char tone)
{
  guint n = 0;

  tell (self);
  while (n < MIN (self->n_pieces, KEPT) &&
         has_tone (self->pieces[(self->n_pieces - 1 - n) % KEPT], tone))
    n++;
  self->tone = tone;
  self->n_sounding = MAX (n, 1);
  self->n_silent = 0;
}

static void
go_on (HsToneDetector *self, const gint16 *piece)
{
  if (has_tone (piece, self->tone)) {
    self->n_sounding += self->n_silent + 1;
    self->n_silent = 0;
  } else if (++self->n_silent == GAP) {
    tell (self);
  }
}

static void
look_at (HsToneDetector *self, const gint16 *piece)
{
  self->heard = '\0';
  /* Nothing is linked behind it, so it cannot say more than that. */
  gst_pad_chain (self->pad, gst_buffer_new_memdup (piece, PIECE * sizeof *piece));
  self->n_pieces++;
  if (self->tone != '\0')
    go_on (self, piece);
  if (self->heard != '\0')
    begin (self, self->heard);
}

void
hs_tone_detector_feed (HsToneDetector *self, const gint16 *samples, gsize n_samples)
{
  g_autoptr (GMutexLocker) locker = NULL;

  if (!g_atomic_int_get (&self->active))
    return;
  locker = g_mutex_locker_new (&self->lock);
  if (!ensure_element (self))
    return;
  for (gsize i = 0; i < n_samples; i++) {
    gint16 *piece = self->pieces[self->n_pieces % KEPT];

    self->sum += samples[i];
    if (++self->n_summed < THIN)
      continue;
    piece[self->n_filled++] = (gint16) (self->sum / THIN);
    self->sum = 0;
    self->n_summed = 0;
    if (self->n_filled < PIECE)
      continue;
    self->n_filled = 0;
    look_at (self, piece);
  }
}
