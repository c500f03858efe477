/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-frames-fixture.h"

G_BEGIN_DECLS

/* A client of a frames: socket, which reads pictures when it is asked what it sees. */
typedef struct {
  GSocket *socket;
  GByteArray *unread;
  char *header; /* NULL before it has come */
  int width;
  int height;
  guint n_pictures;
  HsTestColour colour; /* of the middle of the last picture */
  gboolean ended;
} HsFramesViewer;

HsFramesViewer *hs_frames_viewer_new (HsFramesFixture *fixture);
void hs_frames_viewer_free (HsFramesViewer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsFramesViewer, hs_frames_viewer_free)

/* Waits until the last picture that was read has this colour. */
void hs_frames_viewer_wait_for_colour (HsFramesViewer *self,
                                       HsFramesFixture *fixture,
                                       const HsTestColour *colour);

/* Waits for one that is read from now on. */
void hs_frames_viewer_expect (HsFramesViewer *self,
                              HsFramesFixture *fixture,
                              const HsTestColour *colour);

/* Waits until the daemon has closed the connection. */
void hs_frames_viewer_expect_end (HsFramesViewer *self, HsFramesFixture *fixture);

void hs_frames_viewer_say_hello (HsFramesViewer *self);

G_END_DECLS
