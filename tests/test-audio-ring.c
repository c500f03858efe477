/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "media/hs-audio-ring.h"
#include "media/hs-audio-sink-private.h"

static void
write_values (HsAudioRing *ring, gint16 value, guint n)
{
  g_autofree gint16 *samples = g_new (gint16, n);

  for (guint i = 0; i < n; i++)
    samples[i] = value;
  hs_audio_ring_write (ring, samples, n);
}

static void
test_ring_keeps_the_newest (void)
{
  g_autoptr (HsAudioRing) ring = hs_audio_ring_new (10);
  gint16 numbers[25];
  gint16 out[10];

  for (gint16 i = 0; i < 25; i++)
    numbers[i] = i;
  hs_audio_ring_write (ring, numbers, 7);
  hs_audio_ring_write (ring, numbers + 7, 7);
  g_assert_cmpuint (hs_audio_ring_get_fill (ring), ==, 10);
  g_assert_true (hs_audio_ring_read (ring, out, 10));
  g_assert_cmpmem (out, sizeof out, numbers + 4, sizeof out);
  hs_audio_ring_write (ring, numbers, 25);
  g_assert_true (hs_audio_ring_read (ring, out, 10));
  g_assert_cmpmem (out, sizeof out, numbers + 15, sizeof out);
}

static void
test_ring_gives_all_or_silence (void)
{
  g_autoptr (HsAudioRing) ring = hs_audio_ring_new (30);
  gint16 out[10] = { 1 };

  write_values (ring, 5, 9);
  g_assert_false (hs_audio_ring_read (ring, out, 10));
  g_assert_cmpint (out[0], ==, 0);
  write_values (ring, 5, 1);
  g_assert_true (hs_audio_ring_read (ring, out, 10));
  g_assert_cmpint (out[9], ==, 5);
  write_values (ring, 5, 3);
  hs_audio_ring_finish (ring);
  g_assert_true (hs_audio_ring_read (ring, out, 10));
  g_assert_cmpint (out[2], ==, 5);
  g_assert_cmpint (out[3], ==, 0);
  g_assert_false (hs_audio_ring_read (ring, out, 10));
}

/* A burst fills the ring; when no read needs that depth for 5 s, the delay goes down again. */
static void
test_ring_sheds_delay (void)
{
  g_autoptr (HsAudioRing) ring = hs_audio_ring_new (3 * HS_AUDIO_BLOCK);
  gint16 out[HS_AUDIO_BLOCK];

  write_values (ring, 5, 3 * HS_AUDIO_BLOCK);
  for (guint i = 0; i < 600; i++) {
    g_assert_true (hs_audio_ring_read (ring, out, HS_AUDIO_BLOCK));
    write_values (ring, 5, HS_AUDIO_BLOCK);
  }
  g_assert_cmpuint (hs_audio_ring_get_fill (ring), ==, 3 * HS_AUDIO_BLOCK / 2);
}

static gpointer
write_much (gpointer data)
{
  gint16 samples[1000] = { 0 };

  return GINT_TO_POINTER (hs_audio_ring_write_all (data, samples, G_N_ELEMENTS (samples)));
}

static void
test_ring_writer_waits_until_closed (void)
{
  g_autoptr (HsAudioRing) ring = hs_audio_ring_new (100);
  gint16 out[10];
  GThread *writer = g_thread_new ("writer", write_much, ring);
  guint n_read = 0;

  while (n_read < 300)
    n_read += hs_audio_ring_read (ring, out, 10) ? 10 : 0;
  hs_audio_ring_close (ring);
  g_assert_false (GPOINTER_TO_INT (g_thread_join (writer)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/audio/ring/keeps-the-newest", test_ring_keeps_the_newest);
  g_test_add_func ("/audio/ring/all-or-silence", test_ring_gives_all_or_silence);
  g_test_add_func ("/audio/ring/sheds-delay", test_ring_sheds_delay);
  g_test_add_func ("/audio/ring/writer-waits-until-closed", test_ring_writer_waits_until_closed);
  return g_test_run ();
}
