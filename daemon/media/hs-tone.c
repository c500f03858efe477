/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-tone.h"

#include <string.h>

/* In the order of their events. */
static const char tones[] = "0123456789*#ABCD";

/* As the keypad has them, in rows and columns. */
static const char keypad[] = "123A456B789C*0#D";

/* What is heard at the far end is not measured by anybody; -10 dBm0 is what telephones send. */
#define VOLUME 10

#define END_BIT     0x80
#define VOLUME_MASK 0x3f

int
hs_tone_to_event (char tone)
{
  const char *found = tone != '\0' ? strchr (tones, tone) : NULL;

  return found != NULL ? (int) (found - tones) : -1;
}

char
hs_tone_from_event (guint event)
{
  return event < sizeof tones - 1 ? tones[event] : '\0';
}

void
hs_tone_get_frequencies (char tone, double *row_hz, double *column_hz)
{
  static const double rows[] = { 697, 770, 852, 941 };
  static const double columns[] = { 1209, 1336, 1477, 1633 };
  const char *found = strchr (keypad, tone);

  g_return_if_fail (tone != '\0' && found != NULL);

  *row_hz = rows[(found - keypad) / 4];
  *column_hz = columns[(found - keypad) % 4];
}

void
hs_tone_payload_write (const HsTonePayload *payload, guint8 *bytes)
{
  bytes[0] = (guint8) payload->event;
  bytes[1] = (guint8) ((payload->end ? END_BIT : 0) | (VOLUME & VOLUME_MASK));
  bytes[2] = (guint8) (payload->duration >> 8);
  bytes[3] = (guint8) payload->duration;
}

gboolean
hs_tone_payload_read (HsTonePayload *payload, const guint8 *bytes, gsize n_bytes)
{
  if (n_bytes < HS_TONE_PAYLOAD_SIZE)
    return FALSE;
  payload->event = bytes[0];
  payload->end = (bytes[1] & END_BIT) != 0;
  payload->duration = (guint) bytes[2] << 8 | bytes[3];
  return TRUE;
}
