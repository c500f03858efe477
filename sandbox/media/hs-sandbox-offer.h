/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  HS_SANDBOX_CODEC_OPUS,
  HS_SANDBOX_CODEC_PCMU,
  HS_SANDBOX_CODEC_PCMA,
} HsSandboxCodecKind;

typedef struct {
  HsSandboxCodecKind kind;
  guint payload; /* the offer's number */
} HsSandboxCodec;

/* One media line, with what an answer needs to refuse it. */
typedef struct {
  char *media;    /* "audio" */
  char *protocol; /* "UDP/TLS/RTP/SAVPF" */
  char *format;   /* the first one */
  char *rtpmap;   /* of that format, or NULL */
  char *mid;      /* or NULL */
} HsSandboxLine;

#define HS_SANDBOX_NO_PAYLOAD (-1)
#define HS_SANDBOX_NO_LINE    (-1)

/**
 * HsSandboxOffer: what counts in a session description that somebody sent
 *
 * Every string in it has been checked and can be written into another description.
 */
typedef struct {
  GPtrArray *lines; /* HsSandboxLine */

  /* The audio line that gets an answer, HS_SANDBOX_NO_LINE when all have to be refused; the rest
   * is only there with such a line. */
  int audio;
  HsSandboxCodec codec; /* the first one that we speak */
  GArray *codecs;       /* HsSandboxCodec: all of them that we speak */
  int event_payload;    /* telephone-event, or HS_SANDBOX_NO_PAYLOAD */
  guint event_rate;
  gboolean sends, receives; /* the far end */
  gboolean bundled, reduced_rtcp;
  int leader; /* another line, which leads the audio's bundle, or HS_SANDBOX_NO_LINE */

  /* transport */
  char *ice_ufrag, *ice_pwd;
  char *fingerprint; /* "sha-256 AB:CD…" */
  char *setup;
  GStrv candidates; /* values of a=candidate: UDP, literal addresses */
  gboolean has_loopback;
} HsSandboxOffer;

/* Without a usable audio line this succeeds, and @audio says so.
 * @error: G_IO_ERROR_INVALID_DATA, naming the line and attribute that is wrong, or
 * G_IO_ERROR_NOT_SUPPORTED */
HsSandboxOffer *hs_sandbox_offer_parse (const char *sdp, GError **error) G_GNUC_WARN_UNUSED_RESULT;

void hs_sandbox_offer_free (HsSandboxOffer *offer);

gboolean hs_sandbox_offer_has_codec (const HsSandboxOffer *offer, const HsSandboxCodec *codec);

/* "OPUS" and the like; clock rate in Hz */
const char *hs_sandbox_codec_get_name (HsSandboxCodecKind kind);
guint hs_sandbox_codec_get_rate (HsSandboxCodecKind kind);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsSandboxOffer, hs_sandbox_offer_free)

G_END_DECLS
