/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-audio-testing.h"

#include <math.h>
#include <string.h>

#define WATCHDOG_US (60 * G_USEC_PER_SEC)
#define HEADER_SIZE 44
#define AMPLITUDE   0.5

static gboolean
on_look_again (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

void
hs_test_wait (HsCondition condition, gpointer user_data)
{
  gint64 end = g_get_monotonic_time () + WATCHDOG_US;
  /* Conditions on other threads' work do not wake the context by themselves. */
  guint id = g_timeout_add (2, on_look_again, NULL);

  while (!condition (user_data)) {
    g_assert_cmpint (g_get_monotonic_time (), <, end);
    g_main_context_iteration (NULL, TRUE);
  }
  g_source_remove (id);
}

double
hs_test_measure_tone (const gint16 *samples, gsize n_samples, guint rate, double hz)
{
  double w = 2 * G_PI * hz / rate;
  double re = 0;
  double im = 0;

  for (gsize i = 0; i < n_samples; i++) {
    re += samples[i] * cos (w * (double) i);
    im += samples[i] * sin (w * (double) i);
  }
  return 2 * sqrt (re * re + im * im) / (double) n_samples;
}

static guint32
get32 (const char *at)
{
  guint32 value;

  memcpy (&value, at, sizeof value);
  return GUINT32_FROM_LE (value);
}

static guint16
get16 (const char *at)
{
  guint16 value;

  memcpy (&value, at, sizeof value);
  return GUINT16_FROM_LE (value);
}

GArray *
hs_test_read_wave (const char *path, guint *rate)
{
  g_autofree char *text = NULL;
  gsize length;
  GArray *samples = g_array_new (FALSE, FALSE, sizeof (gint16));

  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  g_assert_cmpuint (length, >=, HEADER_SIZE);
  g_assert_cmpmem (text, 4, "RIFF", 4);
  g_assert_cmpmem (text + 8, 8, "WAVEfmt ", 8);
  g_assert_cmpuint (get32 (text + 16), ==, 16);
  g_assert_cmpuint (get16 (text + 20), ==, 1);
  g_assert_cmpuint (get16 (text + 22), ==, 1);
  g_assert_cmpuint (get32 (text + 28), ==, 2 * get32 (text + 24));
  g_assert_cmpuint (get16 (text + 32), ==, 2);
  g_assert_cmpuint (get16 (text + 34), ==, 16);
  g_assert_cmpmem (text + 36, 4, "data", 4);
  g_assert_cmpuint (get32 (text + 4), ==, get32 (text + 40) + HEADER_SIZE - 8);
  g_assert_cmpuint (get32 (text + 40), <=, length - HEADER_SIZE);
  if (rate != NULL)
    *rate = get32 (text + 24);
  g_array_append_vals (samples, text + HEADER_SIZE, get32 (text + 40) / 2);
  return samples;
}

static void
put (GByteArray *bytes, guint32 value, guint size)
{
  value = GUINT32_TO_LE (value);
  g_byte_array_append (bytes, (guint8 *) &value, size);
}

static void
put_sample (GByteArray *bytes, int bits, double value)
{
  float number = (float) value;
  guint32 image;

  switch (bits) {
  case 8:
    put (bytes, (guint32) lrint (128 + value * 127), 1);
    return;
  case 16:
  case 24:
  case 32:
    put (bytes, (guint32) (gint32) llrint (value * ((1LL << (bits - 1)) - 1)), bits / 8);
    return;
  default:
    memcpy (&image, &number, sizeof image);
    put (bytes, image, 4);
  }
}

void
hs_test_write_wave (
    const char *path, guint rate, guint n_channels, int bits, double hz, double seconds)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint n_frames = (guint) (rate * seconds);
  guint frame_size = n_channels * (guint) ABS (bits) / 8;

  g_byte_array_append (bytes, (const guint8 *) "RIFF", 4);
  put (bytes, HEADER_SIZE - 8 + n_frames * frame_size, 4);
  g_byte_array_append (bytes, (const guint8 *) "WAVEfmt \x10\0\0\0", 12);
  put (bytes, bits < 0 ? 3 : 1, 2);
  put (bytes, n_channels, 2);
  put (bytes, rate, 4);
  put (bytes, rate * frame_size, 4);
  put (bytes, frame_size, 2);
  put (bytes, (guint32) ABS (bits), 2);
  g_byte_array_append (bytes, (const guint8 *) "data", 4);
  put (bytes, n_frames * frame_size, 4);
  for (guint i = 0; i < n_frames * n_channels; i++)
    put_sample (bytes, bits, AMPLITUDE * sin (2 * G_PI * hz * (i / n_channels) / rate));
  g_assert_true (g_file_set_contents (path, (char *) bytes->data, bytes->len, NULL));
}
