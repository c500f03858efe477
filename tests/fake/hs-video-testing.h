/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-peer-fixture.h"
#include "hs-test-colour.h"

G_BEGIN_DECLS

/* What tests of calls with video do and see. Pictures are small and few, for the machine's sake. */

/* Each opens a source of small pictures. Returns: (transfer full): the new track's id */
char *hs_party_open_camera (HsParty *party, const char *device);
char *hs_party_open_screen (HsParty *party, const char *device);

/* @request: whether it is a camera or a screen */
GPtrArray *hs_party_try_open_pictures (HsParty *party,
                                       HsMediaRequest *request,
                                       const char *device,
                                       GError **error);

/* Opens a camera and offers it to @to. Returns: (transfer full): the track's id */
char *hs_party_send_camera (HsParty *party, HsParty *to, const char *device);

/* A and B join with their microphones, and A with a camera; they negotiate once.
 * Returns: (transfer full): the camera's track */
char *hs_peer_fixture_call_with_camera (HsPeerFixture *fixture, const char *device);

/* Waits until a few are counted in the statistics of @party. */
void hs_party_wait_for_count (HsParty *party, const char *stat, const char *member);

/**
 * HsWatcher: somebody who looks at what a party receives
 *
 * Feeds go on until their peers are closed, and each holds a reference.
 */
typedef struct _HsWatcher HsWatcher;

HsWatcher *hs_watcher_new (void);
void hs_watcher_unref (HsWatcher *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsWatcher, hs_watcher_unref)

/* From now on it looks at this line. */
void hs_watcher_watch (HsWatcher *self, HsParty *party, guint line);

/* Waits for a picture, from now on, of this colour. */
void hs_watcher_wait_for_colour (HsWatcher *self, const HsTestColour *colour);

/* hs_watcher_watch() and hs_watcher_wait_for_colour() */
void hs_watcher_expect (HsWatcher *self, HsParty *party, guint line, const HsTestColour *colour);

void hs_watcher_wait_for_size (HsWatcher *self, int width, int height);

/* Whether the last picture was of this size. */
gboolean hs_watcher_has_size (HsWatcher *self, int width, int height);

G_END_DECLS
