/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-audio-testing.h"
#include "hs-fake-clock.h"

#include "media/hs-audio-port.h"
#include "media/hs-tone-detector.h"
#include "media/hs-tone-queue.h"
#include "media/hs-tone-receiver.h"
#include "media/hs-tone.h"

#include <gst/gst.h>
#include <math.h>
#include <string.h>

/* --- the keypad --- */

static void
test_events (void)
{
  static const char tones[] = "0123456789*#ABCD";

  for (int i = 0; i < 16; i++) {
    g_assert_cmpint (hs_tone_to_event (tones[i]), ==, i);
    g_assert_cmpint (hs_tone_from_event ((guint) i), ==, tones[i]);
  }
  g_assert_cmpint (hs_tone_to_event (','), ==, -1);
  g_assert_cmpint (hs_tone_to_event ('\0'), ==, -1);
  g_assert_cmpint (hs_tone_from_event (16), ==, 0);
  g_assert_cmpint (hs_tone_from_event (G_MAXUINT), ==, 0);
}

static void
check_frequencies (char tone, double row_hz, double column_hz)
{
  double row, column;

  hs_tone_get_frequencies (tone, &row, &column);
  g_assert_cmpfloat (row, ==, row_hz);
  g_assert_cmpfloat (column, ==, column_hz);
}

static void
test_frequencies (void)
{
  check_frequencies ('1', 697, 1209);
  check_frequencies ('5', 770, 1336);
  check_frequencies ('0', 941, 1336);
  check_frequencies ('*', 941, 1209);
  check_frequencies ('#', 941, 1477);
  check_frequencies ('D', 941, 1633);
}

static void
test_payload (void)
{
  const HsTonePayload written = { 11, TRUE, 0x1234 };
  guint8 bytes[HS_TONE_PAYLOAD_SIZE];
  HsTonePayload read;

  hs_tone_payload_write (&written, bytes);
  g_assert_cmpmem (bytes, sizeof bytes, "\x0b\x8a\x12\x34", 4);
  g_assert_true (hs_tone_payload_read (&read, bytes, sizeof bytes));
  g_assert_cmpuint (read.event, ==, 11);
  g_assert_true (read.end);
  g_assert_cmpuint (read.duration, ==, 0x1234);
  g_assert_false (hs_tone_payload_read (&read, bytes, 3));
}

/* --- sending --- */

typedef struct {
  HsToneQueue *queue;
  GString *ended; /* ids */
} Sending;

static void
on_ended (guint id, gpointer user_data)
{
  g_string_append_printf (user_data, "%u ", id);
}

static void
set_up (Sending *s, gconstpointer data)
{
  s->ended = g_string_new (NULL);
  s->queue = hs_tone_queue_new (on_ended, s->ended, NULL);
  hs_tone_queue_set_way (s->queue, HS_TONE_WAY_EVENTS);
}

static void
tear_down (Sending *s, gconstpointer data)
{
  hs_tone_queue_unref (s->queue);
  g_string_free (s->ended, TRUE);
}

/* One letter for each packet: "." for audio, else the event, "!" before the first of a tone, "e"
 * behind an end. */
static char *
send (Sending *s, guint clock_rate, guint n_packets)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n_packets; i++) {
    HsTonePacket packet;

    if (hs_tone_queue_next_packet (s->queue, clock_rate, &packet))
      g_string_append_printf (text, "%s%u:%u%s ", packet.first ? "!" : "", packet.event,
                              packet.duration, packet.end ? "e" : "");
    else
      g_string_append (text, ". ");
  }
  return g_string_free (text, FALSE);
}

static void
expect_packets (Sending *s, guint clock_rate, guint n_packets, const char *expected)
{
  g_autofree char *text = send (s, clock_rate, n_packets);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_packets (Sending *s, gconstpointer data)
{
  hs_tone_queue_add (s->queue, "5", 100, 70);
  expect_packets (s, 48000, 4, "!5:960 5:1920 5:2880 5:3840 ");
  g_assert_cmpstr (s->ended->str, ==, "");
  expect_packets (s, 48000, 3, "5:4800e 5:4800e 5:4800e ");
  g_assert_cmpstr (s->ended->str, ==, "1 ");
  expect_packets (s, 48000, 5, ". . . . . ");
  g_assert_cmpstr (s->ended->str, ==, "1 ");
}

static void
test_packets_of_narrow_band (Sending *s, gconstpointer data)
{
  hs_tone_queue_add (s->queue, "#", 50, 70);
  expect_packets (s, 8000, 6, "!11:160 11:320 11:400e 11:400e 11:400e . ");
}

static void
test_gap (Sending *s, gconstpointer data)
{
  hs_tone_queue_add (s->queue, "12", 40, 100);
  /* 40 ms of sound, the gap from there on, and in it two more ends. */
  expect_packets (s, 8000, 9, "!1:160 1:320e 1:320e 1:320e . . . !2:160 2:320e ");
}

static void
test_gap_is_never_shorter_than_the_ends (Sending *s, gconstpointer data)
{
  hs_tone_queue_add (s->queue, "12", 40, 0);
  expect_packets (s, 8000, 6, "!1:160 1:320e 1:320e 1:320e !2:160 2:320e ");
}

static void
test_pause (Sending *s, gconstpointer data)
{
  g_autofree char *pause = NULL;

  hs_tone_queue_add (s->queue, ",7", 40, 70);
  pause = send (s, 8000, 100);
  g_assert_null (strpbrk (pause, "0123456789"));
  expect_packets (s, 8000, 2, "!7:160 7:320e ");
}

static void
test_queue_goes_on (Sending *s, gconstpointer data)
{
  hs_tone_queue_add (s->queue, "1", 40, 40);
  hs_tone_queue_add (s->queue, "2", 40, 40);
  expect_packets (s, 8000, 8, "!1:160 1:320e 1:320e 1:320e !2:160 2:320e 2:320e 2:320e ");
  g_assert_cmpstr (s->ended->str, ==, "1 2 ");
}

static void
test_removed (Sending *s, gconstpointer data)
{
  guint first = hs_tone_queue_add (s->queue, "19", 1000, 40);

  hs_tone_queue_add (s->queue, "2", 40, 40);
  expect_packets (s, 8000, 2, "!1:160 1:320 ");
  hs_tone_queue_remove (s->queue, first);
  expect_packets (s, 8000, 5, "1:320e 1:320e 1:320e !2:160 2:320e ");
  hs_tone_queue_remove (s->queue, 99);
  expect_packets (s, 8000, 3, "2:320e 2:320e . ");
  g_assert_cmpstr (s->ended->str, ==, "2 ");
}

/* Six seconds at 48 kHz do not fit into 16 bits. */
static void
test_long_tone (Sending *s, gconstpointer data)
{
  guint n_packets = 0;
  guint reached = 0;
  guint n_ends = 0;
  HsTonePacket packet;

  hs_tone_queue_add (s->queue, "8", 6000, 70);
  while (hs_tone_queue_next_packet (s->queue, 48000, &packet)) {
    g_assert_cmpuint (packet.duration, <=, HS_TONE_SEGMENT_MAX);
    g_assert_cmpuint (packet.segment % HS_TONE_SEGMENT_MAX, ==, 0);
    g_assert_true (packet.first == (n_packets == 0));
    if (packet.segment + packet.duration == reached)
      g_assert_true (packet.end);
    else
      g_assert_cmpuint (packet.segment + packet.duration, >, reached);
    /* No segment is left before a packet has said that it is full. */
    if (packet.segment > 0)
      g_assert_cmpuint (reached, >=, packet.segment);
    reached = packet.segment + packet.duration;
    n_ends += packet.end ? 1 : 0;
    n_packets++;
  }
  g_assert_cmpuint (reached, ==, 288000);
  g_assert_cmpuint (n_ends, ==, 3);
}

static void
test_nothing_on_the_other_way (Sending *s, gconstpointer data)
{
  const gint16 block[HS_AUDIO_BLOCK] = { 0 };
  gint16 toned[HS_AUDIO_BLOCK];

  hs_tone_queue_add (s->queue, "1", 40, 40);
  g_assert_false (hs_tone_queue_next_block (s->queue, block, toned, HS_AUDIO_BLOCK));
  hs_tone_queue_set_way (s->queue, HS_TONE_WAY_NONE);
  expect_packets (s, 8000, 2, ". . ");
  hs_tone_queue_set_way (s->queue, HS_TONE_WAY_EVENTS);
  expect_packets (s, 8000, 2, "!1:160 1:320e ");
}

/* --- as sound --- */

/* What is sent in place of a microphone that has 440 Hz. */
static GArray *
sing (Sending *s, guint n_blocks)
{
  GArray *samples = g_array_new (FALSE, FALSE, sizeof (gint16));

  for (guint n = 0; n < n_blocks; n++) {
    gint16 block[HS_AUDIO_BLOCK];
    gint16 toned[HS_AUDIO_BLOCK];
    gboolean changed;

    for (guint i = 0; i < HS_AUDIO_BLOCK; i++)
      block[i] = (gint16) (8000 * sin (2 * G_PI * 440 * (n * HS_AUDIO_BLOCK + i) / HS_AUDIO_RATE));
    changed = hs_tone_queue_next_block (s->queue, block, toned, HS_AUDIO_BLOCK);
    g_array_append_vals (samples, changed ? toned : block, HS_AUDIO_BLOCK);
  }
  return samples;
}

static double
measure (GArray *samples, guint from_ms, guint to_ms, double hz)
{
  return hs_test_measure_tone ((const gint16 *) (gpointer) samples->data + from_ms * 48,
                               (to_ms - from_ms) * 48, HS_AUDIO_RATE, hz);
}

static void
test_sound (Sending *s, gconstpointer data)
{
  g_autoptr (GArray) samples = NULL;

  hs_tone_queue_set_way (s->queue, HS_TONE_WAY_SOUND);
  hs_tone_queue_add (s->queue, "16", 150, 50);
  samples = sing (s, 25);
  g_assert_cmpfloat (measure (samples, 0, 150, 697), >, 5000);
  g_assert_cmpfloat (measure (samples, 0, 150, 1209), >, 5000);
  g_assert_cmpfloat (measure (samples, 0, 150, 440), <, 300);
  g_assert_cmpfloat (measure (samples, 150, 200, 440), >, 7500);
  g_assert_cmpfloat (measure (samples, 150, 200, 697), <, 600);
  g_assert_cmpfloat (measure (samples, 200, 350, 770), >, 5000);
  g_assert_cmpfloat (measure (samples, 200, 350, 1477), >, 5000);
  g_assert_cmpfloat (measure (samples, 350, 500, 440), >, 7500);
  g_assert_cmpstr (s->ended->str, ==, "1 ");
}

/* --- receiving --- */

typedef struct {
  HsFakeClock *clock;
  HsToneReceiver *receiver;
  GString *heard;
} Receiving;

static void
on_heard (char tone, guint duration_ms, gpointer user_data)
{
  g_string_append_printf (user_data, "%c%u ", tone, duration_ms);
}

static void
receiving_set_up (Receiving *r, gconstpointer data)
{
  r->clock = hs_fake_clock_new ();
  r->heard = g_string_new (NULL);
  r->receiver = hs_tone_receiver_new (HS_CLOCK (r->clock), on_heard, r->heard);
}

static void
receiving_tear_down (Receiving *r, gconstpointer data)
{
  hs_tone_receiver_free (r->receiver);
  g_assert_cmpuint (hs_fake_clock_count_timers (r->clock), ==, 0);
  g_assert_finalize_object (r->clock);
  g_string_free (r->heard, TRUE);
}

static void
take (Receiving *r, guint event, guint32 timestamp, guint duration, gboolean end)
{
  HsToneArrival arrival = { .event = event,
                            .end = end,
                            .duration = duration,
                            .clock_rate = 8000,
                            .timestamp = timestamp,
                            .ssrc = 7 };

  hs_tone_receiver_take (r->receiver, &arrival);
}

static void
test_received_once (Receiving *r, gconstpointer data)
{
  take (r, 5, 1000, 160, FALSE);
  take (r, 5, 1000, 320, FALSE);
  g_assert_cmpstr (r->heard->str, ==, "");
  take (r, 5, 1000, 800, TRUE);
  g_assert_cmpstr (r->heard->str, ==, "5100 ");
  take (r, 5, 1000, 800, TRUE);
  take (r, 5, 1000, 800, TRUE);
  hs_fake_clock_advance (r->clock, 1000);
  g_assert_cmpstr (r->heard->str, ==, "5100 ");
  take (r, 5, 3000, 800, TRUE);
  g_assert_cmpstr (r->heard->str, ==, "5100 5100 ");
}

static void
test_lost_end (Receiving *r, gconstpointer data)
{
  take (r, 10, 1000, 160, FALSE);
  take (r, 10, 1000, 640, FALSE);
  hs_fake_clock_advance (r->clock, 199);
  g_assert_cmpstr (r->heard->str, ==, "");
  hs_fake_clock_advance (r->clock, 1);
  g_assert_cmpstr (r->heard->str, ==, "*80 ");
  take (r, 10, 1000, 800, TRUE);
  g_assert_cmpstr (r->heard->str, ==, "*80 ");
}

static void
test_lost_end_before_the_next (Receiving *r, gconstpointer data)
{
  take (r, 1, 1000, 160, FALSE);
  take (r, 1, 2000, 160, FALSE);
  g_assert_cmpstr (r->heard->str, ==, "120 ");
  take (r, 2, 4000, 160, TRUE);
  g_assert_cmpstr (r->heard->str, ==, "120 120 220 ");
}

static void
test_only_an_end_is_left (Receiving *r, gconstpointer data)
{
  take (r, 0, 1000, 400, TRUE);
  g_assert_cmpstr (r->heard->str, ==, "050 ");
}

static void
test_nonsense_is_ignored (Receiving *r, gconstpointer data)
{
  HsToneArrival arrival = { .event = 3, .end = TRUE, .duration = 100 };

  take (r, 16, 1000, 800, TRUE);
  take (r, 255, 1000, 800, TRUE);
  hs_tone_receiver_take (r->receiver, &arrival);
  g_assert_cmpstr (r->heard->str, ==, "");
}

static void
test_flood (Receiving *r, gconstpointer data)
{
  for (guint i = 0; i < 1000; i++)
    take (r, 1, i, 0, TRUE);
  g_assert_cmpuint (r->heard->len, ==, 50 * strlen ("10 "));
  hs_fake_clock_advance (r->clock, 1000);
  take (r, 1, 5000, 0, TRUE);
  g_assert_cmpuint (r->heard->len, ==, 51 * strlen ("10 "));
}

static void
test_segments (Receiving *r, gconstpointer data)
{
  take (r, 9, 1000, 65000, FALSE);
  take (r, 9, 1000, 65535, FALSE);
  take (r, 9, 1000 + 65535, 500, FALSE);
  take (r, 9, 1000 + 65535, 14465, TRUE);
  g_assert_cmpstr (r->heard->str, ==, "910000 ");
}

/* --- recognising --- */

static void
hear (char tone, guint duration_ms, gpointer user_data)
{
  g_string_append_printf (user_data, "%c ", tone);
  /* To 20 ms. */
  g_assert_cmpuint (duration_ms, >=, 80);
  g_assert_cmpuint (duration_ms, <=, 120);
}

static void
test_recognised (void)
{
  g_autoptr (GString) heard = g_string_new (NULL);
  g_autoptr (HsToneDetector) detector = hs_tone_detector_new (hear, heard, NULL);
  g_autoptr (GArray) samples = NULL;
  Sending s;

  set_up (&s, NULL);
  hs_tone_queue_set_way (s.queue, HS_TONE_WAY_SOUND);
  hs_tone_queue_add (s.queue, "0123456789*#ABCDD", 100, 100);
  samples = sing (&s, 200);
  tear_down (&s, NULL);
  hs_tone_detector_feed (detector, (const gint16 *) (gpointer) samples->data, samples->len);
  g_assert_cmpstr (heard->str, ==, "");
  hs_tone_detector_set_active (detector, TRUE);
  /* In the pieces that a decoder gives, whatever they are. */
  for (guint i = 0; i < samples->len; i += 441)
    hs_tone_detector_feed (detector, (const gint16 *) (gpointer) samples->data + i,
                           MIN (441, samples->len - i));
  g_assert_cmpstr (heard->str, ==, "0 1 2 3 4 5 6 7 8 9 * # A B C D D ");
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tones/events", test_events);
  g_test_add_func ("/tones/frequencies", test_frequencies);
  g_test_add_func ("/tones/payload", test_payload);
#define ADD_SENDING(path, test)                                                                    \
  g_test_add ("/tones/sending/" path, Sending, NULL, set_up, test, tear_down)
  ADD_SENDING ("packets", test_packets);
  ADD_SENDING ("packets-of-narrow-band", test_packets_of_narrow_band);
  ADD_SENDING ("gap", test_gap);
  ADD_SENDING ("gap-is-never-shorter-than-the-ends", test_gap_is_never_shorter_than_the_ends);
  ADD_SENDING ("pause", test_pause);
  ADD_SENDING ("queue-goes-on", test_queue_goes_on);
  ADD_SENDING ("removed", test_removed);
  ADD_SENDING ("long-tone", test_long_tone);
  ADD_SENDING ("nothing-on-the-other-way", test_nothing_on_the_other_way);
  ADD_SENDING ("sound", test_sound);
#define ADD_RECEIVING(path, test)                                                                  \
  g_test_add ("/tones/receiving/" path, Receiving, NULL, receiving_set_up, test,                   \
              receiving_tear_down)
  ADD_RECEIVING ("once", test_received_once);
  ADD_RECEIVING ("lost-end", test_lost_end);
  ADD_RECEIVING ("lost-end-before-the-next", test_lost_end_before_the_next);
  ADD_RECEIVING ("only-an-end-is-left", test_only_an_end_is_left);
  ADD_RECEIVING ("nonsense-is-ignored", test_nonsense_is_ignored);
  ADD_RECEIVING ("segments", test_segments);
  ADD_RECEIVING ("flood", test_flood);
  g_test_add_func ("/tones/recognised", test_recognised);
  return g_test_run ();
}
