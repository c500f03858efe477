/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-audio-testing.h"
#include "hs-fake-clock.h"
#include "media/hs-media.h"
#include "sdp/hs-sdp.h"

G_BEGIN_DECLS

/* Real peers in one process, on 127.0.0.1 only, that talk through their descriptions. Each has a
 * tone for a microphone and writes what it hears to a file. Time is a fake clock's, except that of
 * the audio engine and of GStreamer. */
typedef struct {
  HsPeer *peer;
  HsFakeClock *clock;
  GString *events; /* "+L +R !R -R …": added and ended tracks, un-muted (!) and muted (=) sources */
  HsPeerState state;
  GError *reason; /* of the last state */
  char *file;     /* what it hears; NULL: nothing is written */
  double hz;      /* what it says */
} HsParty;

typedef struct {
  HsFakeClock *clock;
  HsConfig *config;
  HsMedia *media;
  char *folder;
  HsParty a;
  HsParty b;
  HsParty c;
} HsPeerFixture;

void hs_peer_fixture_set_up (HsPeerFixture *fixture, gconstpointer data);
void hs_peer_fixture_tear_down (HsPeerFixture *fixture, gconstpointer data);

/* Changes the configuration; text is JSON with ' for ". */
void hs_peer_fixture_configure (HsPeerFixture *fixture, const char *json);

/* Makes the peer of @party; A says 440 Hz, B 800 Hz, C 1200 Hz. */
void hs_party_join (HsPeerFixture *fixture, HsParty *party);
void hs_party_leave (HsParty *party);

/* Each turns the main context, and lets a little time pass, until the operation has ended. The
 * plain ones fail the test on an error. */
void hs_party_open_microphone (HsParty *party);
void hs_party_remove_track (HsParty *party, const char *track_id);
char *hs_party_offer (HsParty *party);
char *hs_party_answer (HsParty *party);
void hs_party_take (HsParty *party, HsDescriptionType type, const char *sdp);
gboolean
hs_party_try_take (HsParty *party, HsDescriptionType type, const char *sdp, GError **error);
char *hs_party_try_answer (HsParty *party, GError **error);
char *hs_party_try_offer (HsParty *party, GError **error);
JsonObject *hs_party_get_stats (HsParty *party, const char *track_id);

/* A whole exchange: offer, answer. */
void hs_party_negotiate (HsParty *from, HsParty *to);

/* A and B join, and open their microphones. */
void hs_peer_fixture_join (HsPeerFixture *fixture);

/* The same, and they negotiate once. */
void hs_peer_fixture_call (HsPeerFixture *fixture);

/* For operations that a test begins itself: keeps the result where @user_data points to. */
void hs_party_keep_result (GObject *source, GAsyncResult *result, gpointer user_data);
void hs_party_wait_for_result (HsParty *party, GAsyncResult **result);

/* Waits until more than @n packets have been sent. */
void hs_party_wait_for_packets (HsParty *party, gint64 n);

void hs_party_wait_for_state (HsParty *party, HsPeerState state);

/* Waits until the last tenth of a second, heard since the waiting began, is this tone, and no other
 * party's. */
void hs_party_wait_for_tone (HsParty *party, double hz);

/* Waits until both are connected and hear each other. */
void hs_party_wait_for_talk (HsParty *a, HsParty *b);

gboolean hs_party_has_heard_anything (HsParty *party);

/* Waits until the last tenth of a second, heard since the waiting began, is silence, all zeroes. */
void hs_party_wait_for_silence (HsParty *party);

/* Waits until files are written and devices closed. */
void hs_peer_fixture_settle (HsPeerFixture *fixture);

/* What a line of a description says. */
HsSdpDirection hs_test_get_direction (const char *sdp, guint line);

G_END_DECLS
