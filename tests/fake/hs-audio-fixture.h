/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "media/hs-audio-engine.h"
#include "media/hs-audio-mixer.h"

G_BEGIN_DECLS

/* An audio engine with a folder for its files, and beside it a mixer that ticks when it is told. */
typedef struct {
  char *folder;
  HsDevices *devices;
  HsAudioEngine *engine;

  /* a tick without time */
  HsAudioMixer *mixer;
  HsAudioPort *port;
  GArray *sent;

  /* the last opening */
  gpointer opened;
  GError *error;
  gboolean is_done;
} HsAudioFixture;

/* Both fit g_test_add(). */
void hs_audio_fixture_set_up (HsAudioFixture *self, gconstpointer data);
void hs_audio_fixture_tear_down (HsAudioFixture *self, gconstpointer data);

/* All but the folder, for tests that look at what was left there and remove it. */
void hs_audio_fixture_close (HsAudioFixture *self);

/* Returns: (transfer full) */
char *hs_audio_fixture_make_path (HsAudioFixture *self, const char *name);

/* Turns the main context until the device is open. Returns: (transfer full): a source or sink */
gpointer
hs_audio_fixture_open_well (HsAudioFixture *self, HsDeviceKind kind, const char *device_id);

/* What was refused is in @self->error. */
void hs_audio_fixture_assert_refused (HsAudioFixture *self,
                                      HsDeviceKind kind,
                                      const char *device_id,
                                      int code);

/* For sinks that a test opens itself: keeps what came of it; the next is the condition for that. */
void hs_audio_fixture_on_sink (GObject *source, GAsyncResult *result, gpointer user_data);
gboolean hs_audio_fixture_is_done (gpointer user_data);

/* Ticks as fast as the decoder lets us. */
void hs_audio_fixture_play (HsAudioFixture *self, HsAudioSource *source, guint n_blocks);

/* Returns: where sound ends, in samples */
gsize hs_audio_fixture_find_end (GArray *samples);

/* Waits until everything is written. */
void hs_audio_fixture_drain (HsAudioFixture *self);

G_END_DECLS
