/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The sixteen tones of a telephone's keypad: "0" … "9", "*", "#", "A" … "D". */

/* Returns: the event of RFC 4733, 0 … 15; -1 when it is none of them */
int hs_tone_to_event (char tone);

/* Returns: the tone of an event; 0 when there is none */
char hs_tone_from_event (guint event);

/* The two frequencies it is made of; @tone is one of the sixteen. */
void hs_tone_get_frequencies (char tone, double *row_hz, double *column_hz);

/* --- telephone events in RTP: the four bytes of RFC 4733 section 2.3 --- */

#define HS_TONE_PAYLOAD_SIZE 4

/* The longest duration that a packet can say; what lasts longer is sent in several segments. */
#define HS_TONE_SEGMENT_MAX 0xffff

typedef struct {
  guint event;
  gboolean end;
  guint duration; /* in units of the clock, since timestamp */
} HsTonePayload;

void hs_tone_payload_write (const HsTonePayload *payload, guint8 *bytes);

/* Returns: FALSE when that is no event */
gboolean hs_tone_payload_read (HsTonePayload *payload, const guint8 *bytes, gsize n_bytes);

G_END_DECLS
