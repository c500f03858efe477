/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-call-private.h"

G_BEGIN_DECLS

/* What is known of a call's tracks beyond the call's own lists: they are in those while they are
 * sent or received, and here as long as somebody may name them. A track that the far end holds back
 * is still there, muted by its source. */
typedef struct {
  HsTrack *track;
  gboolean muted;        /* by the user */
  gboolean source_muted; /* nothing comes from where it comes from */
  GPtrArray *containers; /* (element-type utf8), each once */
} HsKnownTrack;

/* Returns: (transfer full): the table, by id */
GHashTable *hs_known_tracks_new (void);

/* A track that is known already stays as the user has made it. */
void hs_call_know_track (HsCall *self, const HsTrack *track);
void hs_call_forget_track (HsCall *self, const char *track_id);
void hs_call_forget_tracks (HsCall *self);

/* Returns: (transfer none) (nullable) */
HsKnownTrack *hs_call_get_known_track (HsCall *self, const char *track_id);

void hs_call_set_source_muted (HsCall *self, const char *track_id, gboolean muted);

/* Returns: whether there is such a track */
gboolean hs_call_mute_track (HsCall *self, const char *track_id, gboolean muted);

/* @waiter: (transfer full): returns TRUE when the track is rendered there, else the error */
void hs_call_render_track (HsCall *self,
                           const char *track_id,
                           const char *container,
                           const char *speaker_id,
                           GTask *waiter);
void hs_call_unrender_track (HsCall *self, const char *track_id, const char *container);

/* The peer cannot render it there any more. */
void hs_call_lose_container (HsCall *self,
                             const char *track_id,
                             const char *container,
                             const GError *reason);

/* Returns: (transfer full) (nullable): call.MediaObject of tracks that are sent or received */
JsonObject *hs_call_dup_media (HsCall *self, const char *media_id);

G_END_DECLS
