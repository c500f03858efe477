/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-fake-caller.h"
#include "hs-sandbox-media.h"
#include "hs-test-text.h"

#include <glib.h>

G_BEGIN_DECLS

/* Offers, and parts of them. */

#define HS_OFFER_FINGERPRINT                                                                       \
  "sha-256 "                                                                                       \
  "A7:1F:97:40:06:E1:07:E1:E3:6F:4E:79:0E:E7:1E:D1:F6:5B:59:D9:A0:58:32:E6:AD:58:95:63:E9:ED:D3:"  \
  "5B"

#define HS_OFFER_TRANSPORT                                                                         \
  "a=ice-ufrag:EXEt\r\na=ice-pwd:SKmLUXSBIFlHK4mmmYKjmVSs\r\na=fingerprint:" HS_OFFER_FINGERPRINT  \
  "\r\na=setup:actpass\r\n"

#define HS_OFFER_LOOPBACK "a=candidate:1 1 udp 2122194687 127.0.0.1 34312 typ host generation 0\r\n"
#define HS_OFFER_HEAD     "v=0\r\no=- 5999523259709673978 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"

#define HS_OFFER_AUDIO_FORMATS                                                                     \
  "c=IN IP4 0.0.0.0\r\na=rtpmap:111 opus/48000/2\r\na=rtpmap:63 red/48000/2\r\n"                   \
  "a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:110 telephone-event/48000\r\n"         \
  "a=rtpmap:126 telephone-event/8000\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n"                 \
  "a=rtcp-mux\r\na=rtcp-rsize\r\n"

#define HS_OFFER_AUDIO                                                                             \
  "m=audio 34312 UDP/TLS/RTP/SAVPF 63 111 0 8 110 126\r\n" HS_OFFER_AUDIO_FORMATS                  \
      HS_OFFER_TRANSPORT HS_OFFER_LOOPBACK
#define HS_OFFER_SIMPLE HS_OFFER_HEAD HS_OFFER_AUDIO "a=sendrecv\r\n"

#define HS_OFFER_VIDEO                                                                             \
  "c=IN IP4 0.0.0.0\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n"     \
  "a=sendrecv\r\na=rtcp-mux\r\n"

/* What media of the sandbox make of an offer. */
typedef struct {
  char *answer;
  GError *error;
  guint n_calls;
} HsMediaResult;

void hs_media_result_clear (HsMediaResult *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HsMediaResult, hs_media_result_clear)

/* An HsSandboxMediaFunc: @user_data is the result, as it is for the condition to wait for. */
void hs_media_result_on_done (HsSandboxMedia *media,
                              const char *answer,
                              const GError *error,
                              gpointer user_data);
gboolean hs_media_result_is_done (gpointer user_data);

/* Waits for what comes of @offer, once. Returns: (transfer full) */
HsSandboxMedia *
hs_media_result_answer (HsSandboxMediaKind kind, const char *offer, HsMediaResult *result);
void hs_media_result_update (HsSandboxMedia *media, const char *offer, HsMediaResult *result);

/* Returns: (transfer full): a caller whose offer was answered, and who is connected */
HsFakeCaller *hs_media_result_connect (HsSandboxMediaKind kind,
                                       const char *formats,
                                       HsSandboxMedia **media,
                                       HsMediaResult *result);

G_END_DECLS
