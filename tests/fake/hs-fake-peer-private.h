/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-fake-peer.h"

G_BEGIN_DECLS

#define MAX_SECTIONS 2

struct _HsFakePeerFactory {
  GObject parent;

  HsFakeSteps *steps;
  HsFakePeer *last; /* weak */
  guint open;
  guint last_track;
  guint last_description;
};

struct _HsFakePeer {
  GObject parent;

  HsFakePeerFactory *factory;
  gboolean closed;
  gboolean held;
  GPtrArray *local;  /* of HsTrack */
  GPtrArray *remote; /* of HsTrack */
  char *remote_sdp;
  HsDescriptionType remote_type;
  char *local_sdp;
  HsMediaKind sections[MAX_SECTIONS];
  guint n_sections;
  guint offered;      /* sections in our last offer */
  gboolean agreed;    /* there was an answer */
  GPtrArray *opened;  /* of id: local tracks that nobody has agreed to yet */
  GPtrArray *leaving; /* of id: local tracks that go with the next answer */
};

/* --- hs-fake-peer-sdp.c --- */

guint hs_fake_sdp_count_sections (const char *sdp);

/* Whether the far end sends in the section of this kind: "audio", "video". */
gboolean hs_fake_sdp_sends (const char *sdp, const char *kind);
void hs_fake_peer_add_section (HsFakePeer *self, HsMediaKind kind);

/* Sections stay for the life of a call, and an offer may bring new ones. */
void hs_fake_peer_learn_sections (HsFakePeer *self, const char *sdp);
char *hs_fake_peer_describe (HsFakePeer *self, const char *what);

/* --- hs-fake-peer-tracks.c --- */

/* @tracks: gets a copy of the new one */
void
hs_fake_peer_add_local (HsFakePeer *self, HsMediaKind kind, gboolean screen, GPtrArray *tracks);
void hs_fake_peer_follow_remote (HsFakePeer *self, HsMediaKind kind, gboolean sending);
void hs_fake_peer_end_local (HsFakePeer *self, const char *id);
void hs_fake_peer_end_named (HsFakePeer *self, GPtrArray *ids);
void hs_fake_peer_end_tracks (HsFakePeer *self, GPtrArray *tracks);

/* The exchange is complete: what was opened for it stays, what was to go is gone. */
void hs_fake_peer_agree (HsFakePeer *self);

/* --- hs-fake-peer-rendering.c --- */

void hs_fake_peer_render_track_async (HsPeer *peer,
                                      const char *track_id,
                                      const char *container,
                                      const char *speaker_id,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
gboolean hs_fake_peer_render_track_finish (HsPeer *peer, GAsyncResult *result, GError **error);
void hs_fake_peer_unrender_track (HsPeer *peer, const char *track_id, const char *container);

/* Of the interface. */
gboolean hs_fake_peer_remove_tracks (HsPeer *peer, const char *const *track_ids, GError **error);
void hs_fake_peer_replace_track_async (HsPeer *peer,
                                       const char *track_id,
                                       const HsMediaRequest *request,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
HsTrack *hs_fake_peer_replace_track_finish (HsPeer *peer, GAsyncResult *result, GError **error);
void hs_fake_peer_send_tones_async (HsPeer *peer,
                                    const char *tones,
                                    guint duration_ms,
                                    guint gap_ms,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
gboolean hs_fake_peer_send_tones_finish (HsPeer *peer, GAsyncResult *result, GError **error);
gboolean
hs_fake_peer_set_muted (HsPeer *peer, const char *track_id, gboolean muted, GError **error);

/* --- hs-fake-peer.c --- */

void hs_fake_peer_did (HsFakePeer *self, const char *text);

/* @object: (nullable) */
void hs_fake_peer_did_set (HsFakePeer *self, const char *what, JsonObject *object);

/* @task: (transfer full) */
void
hs_fake_peer_begin (HsFakePeer *self, HsFakePeerStep step, GTask *task, HsFakeStepFunc succeed);
gboolean hs_fake_peer_return_if_closed (HsFakePeer *self, GTask *task);

G_END_DECLS
