/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-fuzz-runner.h"

#include "hs-fake-clock.h"
#include "media/hs-tone-receiver.h"
#include "media/hs-tone.h"

#include <string.h>

/* Telephone events as they come out of RTP packets: each piece of ten bytes is one. */

#define PIECE 10

static void
on_tone (char tone, guint duration_ms, gpointer user_data)
{
  g_assert_cmpint (hs_tone_to_event (tone), >=, 0);
}

static void
take (HsToneReceiver *receiver, const guint8 *bytes, gsize n_bytes)
{
  HsToneArrival arrival = { .clock_rate = (bytes[0] & 1) != 0 ? 8000 : 48000,
                            .marker = (bytes[0] & 2) != 0,
                            .ssrc = bytes[0] >> 6 };
  HsTonePayload payload;

  memcpy (&arrival.timestamp, bytes + 1, sizeof arrival.timestamp);
  if (!hs_tone_payload_read (&payload, bytes + 5, n_bytes - 5))
    return;
  arrival.event = payload.event;
  arrival.end = payload.end;
  arrival.duration = payload.duration;
  hs_tone_receiver_take (receiver, &arrival);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (HsFakeClock) clock = hs_fake_clock_new ();
  g_autoptr (HsToneReceiver) receiver = hs_tone_receiver_new (HS_CLOCK (clock), on_tone, NULL);

  for (gsize i = 0; i + 5 < size; i += PIECE) {
    take (receiver, data + i, MIN (PIECE, size - i));
    hs_fake_clock_advance (clock, data[i] >> 2);
  }
  return 0;
}
