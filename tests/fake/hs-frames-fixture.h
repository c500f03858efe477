/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-audio-testing.h"
#include "hs-fake-clock.h"
#include "hs-test-colour.h"
#include "media/hs-video-socket.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/* A feed of pictures, and the socket that serves it. */
typedef struct {
  HsFakeClock *clock;
  HsLegQueue *queue;
  HsAudioWorker *worker;
  HsVideoFeed *feed;
  char *folder;
  char *path;
  HsVideoSocket *socket; /* NULL once closed */
  guint n_changes;

  /* what is pushed while something is waited for; NULL: nothing */
  GstSample *picture;
} HsFramesFixture;

/* These fit g_test_add(). The second opens the socket as well; the third fails the test when
 * something is left in the folder. */
void hs_frames_fixture_set_up (HsFramesFixture *self, gconstpointer data);
void hs_frames_fixture_set_up_socket (HsFramesFixture *self, gconstpointer data);
void hs_frames_fixture_tear_down (HsFramesFixture *self, gconstpointer data);

/* Begins to open the socket. @result: where the result will be */
HsVideoSocket *hs_frames_fixture_start_opening (HsFramesFixture *self, GAsyncResult **result);
void hs_frames_fixture_wait_for_result (GAsyncResult **result);

/* Waits until it is open. Returns: (transfer full) (nullable): @socket */
HsVideoSocket *
hs_frames_fixture_end_opening (HsVideoSocket *socket, GAsyncResult **result, GError **error);

/* Both in one. */
HsVideoSocket *hs_frames_fixture_try_open (HsFramesFixture *self, GError **error);

/* @socket: (transfer full): serves the feed from now on */
void hs_frames_fixture_serve (HsFramesFixture *self, HsVideoSocket *socket);
void hs_frames_fixture_open (HsFramesFixture *self);

/* Pushes pictures of this kind from now on, while something is waited for. */
void
hs_frames_fixture_show (HsFramesFixture *self, int width, int height, const HsTestColour *colour);
void hs_frames_fixture_show_nothing (HsFramesFixture *self);

/* As hs_test_wait(). */
void hs_frames_fixture_wait_for (HsFramesFixture *self, HsCondition condition, gpointer user_data);

/* Waits until nothing is closed any more. */
void hs_frames_fixture_settle (HsFramesFixture *self);

/* To wait for: nothing is being closed; nobody takes pictures. */
gboolean hs_frames_fixture_is_settled (gpointer fixture);
gboolean hs_frames_fixture_is_not_looked_at (gpointer fixture);

G_END_DECLS
