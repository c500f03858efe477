/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HsFakeCaller: a far end that offers a call, sends a tone and measures what it hears
 *
 * One webrtcbin on loopback addresses. It sends silence until told otherwise.
 */
typedef struct _HsFakeCaller HsFakeCaller;

/* What was heard, in the window of the recording that holds sound. */
typedef struct {
  double hz;         /* of the strongest sine, to 1 Hz */
  double amplitude;  /* of that sine, 1 is full scale */
  guint duration_ms; /* during which it sounded */
} HsFakeTone;

/* @formats: codecs by their RTP names with spaces between, in the order of the offer */
HsFakeCaller *hs_fake_caller_new (const char *formats);

/* All others of a process share a certificate, this one has its own. */
HsFakeCaller *hs_fake_caller_new_with_certificate (const char *formats);

void hs_fake_caller_free (HsFakeCaller *caller);

/* Returns: (transfer full): complete, with candidates. The second gives the same text again. */
char *hs_fake_caller_offer (HsFakeCaller *caller);
char *hs_fake_caller_dup_offer (HsFakeCaller *caller);

/* Starts to send silence in the answer's codec once connected. */
void hs_fake_caller_take_answer (HsFakeCaller *caller, const char *answer);

void hs_fake_caller_send_tone (HsFakeCaller *caller, guint hz, double amplitude, guint duration_ms);

/* In packets of 20 ms. */
guint hs_fake_caller_get_sent (HsFakeCaller *caller);

/* How much audio came with sound in it, and how much silence since the last sound. */
guint hs_fake_caller_get_heard_ms (HsFakeCaller *caller);
guint hs_fake_caller_get_silent_ms (HsFakeCaller *caller);

HsFakeTone hs_fake_caller_measure (HsFakeCaller *caller);

/* To wait for: @user_data is the caller. */
gboolean hs_fake_caller_is_connected (gpointer user_data);

/* The same: 200 ms of silence came since the last sound. */
gboolean hs_fake_caller_has_heard_silence (gpointer user_data);

typedef gboolean (*HsFakeCondition) (gpointer user_data);

/* Turns the main context until @condition holds; fails the test after 60 s. */
void hs_fake_wait_until (HsFakeCondition condition, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsFakeCaller, hs_fake_caller_free)

G_END_DECLS
