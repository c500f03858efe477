/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sandbox-voice.h"

G_BEGIN_DECLS

/**
 * HsSandboxMedia: the sandbox's end of one call's media
 *
 * Answers offers of the far end and makes some of its own; sends back what it hears, or lends
 * somebody a voice. Use it on the thread of the default main context; callbacks come from there
 * too, and never from inside the function that was given them.
 */
typedef struct _HsSandboxMedia HsSandboxMedia;

typedef enum {
  HS_SANDBOX_MEDIA_ECHO, /* what arrives goes back, packet by packet */
  HS_SANDBOX_MEDIA_TONE, /* 440 Hz at -12 dBFS */
} HsSandboxMediaKind;

/* Called once. The answer, or offer, is complete: its candidates are in it and none follow. In case
 * of @error @sdp is NULL: G_IO_ERROR_INVALID_DATA blames the offer, G_IO_ERROR_NOT_SUPPORTED says
 * that nothing in it suits us, G_IO_ERROR_BUSY that the offer before it has no answer yet. The
 * callback may free @media. */
typedef void (*HsSandboxMediaDone) (HsSandboxMedia *media,
                                    const char *sdp,
                                    const GError *error,
                                    gpointer user_data);

/* One that waits for its first offer, or for being asked for one.
 * @voice: (nullable): NULL for an echo */
HsSandboxMedia *hs_sandbox_media_new_for (HsSandboxVoice *voice);

/* A media that failed to answer its first offer can only be freed. */
HsSandboxMedia *hs_sandbox_media_new (HsSandboxMediaKind kind,
                                      const char *offer_sdp,
                                      HsSandboxMediaDone done,
                                      gpointer user_data);

/* Answers a further offer of the same call. A change of direction, and lines added or removed,
 * leave the connection alone; another fingerprint is another far end and gets a new connection.
 * After an error everything is as it was before. */
void hs_sandbox_media_update (HsSandboxMedia *media,
                              const char *offer_sdp,
                              HsSandboxMediaDone done,
                              gpointer user_data);

/* Makes an offer, which hs_sandbox_media_take_answer () has to complete.
 * @direction: as in a description
 * @anew: for a far end that is not known yet, over a connection of its own; the one before it goes
 *   on until there is an answer */
void hs_sandbox_media_offer (HsSandboxMedia *media,
                             const char *direction,
                             gboolean anew,
                             HsSandboxMediaDone done,
                             gpointer user_data);

/* After an error everything is as it was before the offer. */
gboolean hs_sandbox_media_take_answer (HsSandboxMedia *media,
                                       const char *answer_sdp,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Forgets an offer that gets no answer. */
void hs_sandbox_media_forget_offer (HsSandboxMedia *media);

/* Closes the connection; no callback comes after this. */
void hs_sandbox_media_free (HsSandboxMedia *media);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsSandboxMedia, hs_sandbox_media_free)

G_END_DECLS
