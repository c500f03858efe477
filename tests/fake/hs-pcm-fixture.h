/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-audio-fixture.h"

G_BEGIN_DECLS

#define HS_PCM_BLOCK_BYTES (HS_AUDIO_BLOCK * sizeof (gint16))

/* A device pcm:PATH in the folder of an audio fixture, and clients of its socket. */
typedef struct {
  HsAudioFixture audio;
  char *path;
  char *device_id;
} HsPcmFixture;

/* Both fit g_test_add(). The second fails the test when something is left in the folder. */
void hs_pcm_fixture_set_up (HsPcmFixture *self, gconstpointer data);
void hs_pcm_fixture_tear_down (HsPcmFixture *self, gconstpointer data);

void hs_pcm_fixture_use_microphone (HsPcmFixture *self);
void hs_pcm_fixture_use_speaker (HsPcmFixture *self);
void hs_pcm_fixture_close_both (HsPcmFixture *self);

/* The far end sends one block, and gets one. Samples count from @first. */
void hs_pcm_fixture_tick (HsPcmFixture *self, gint16 first);

/* Returns: the sample that was sent to the far end as the @index-th */
gint16 hs_pcm_fixture_get_sent (HsPcmFixture *self, gsize index);

/* Turns the main context until it rests: a Unix socket tells at once of what happened to it. */
void hs_pcm_fixture_let_happen (void);

/* A client is a descriptor that does not block. */
int hs_pcm_client_join (HsPcmFixture *fixture);
void hs_pcm_client_leave (int client);

/* Sends one block of samples that count from @first. */
void hs_pcm_client_say (int client, gint16 first);

/* Reads one block of samples that count from @first. */
void hs_pcm_client_assert_hears (int client, gint16 first);

void hs_pcm_client_assert_hears_nothing (int client);
void hs_pcm_client_assert_at_end (int client);

G_END_DECLS
