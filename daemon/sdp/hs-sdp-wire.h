/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sdp.h"

G_BEGIN_DECLS

/**
 * Local descriptions as they travel
 *
 * webrtcbin's local description, made true: our own o= line, directions, rejected lines, ports,
 * BUNDLE list, role, candidates, fingerprint, track names. The same function composes offers and
 * answers that change only directions, without asking the engine: give it the engine's last local
 * description again, with new directions and a higher version. Keep the engine's text for that,
 * not the text that was sent, which lacks the a=ssrc lines of sections that are refused.
 */

typedef struct {
  guint payload;
  guint clock_rate; /* 0: unused */
} HsSdpTelephoneEvent;

/* One section, by position. */
typedef struct {
  HsSdpDirection direction; /* wanted; cut to what @engine says it can do, and in answers to what
                               the offer allows */
  gboolean rejected;        /* port 0 */
  const char *stream_id;    /* for a=msid; NULL: "-" */
  const char *track_id;     /* for a=msid; NULL: the stream's name */
  HsSdpTelephoneEvent events[2];
  const char *codec; /* audio: once one is in use, the only one written; NULL: all */
} HsSdpWireLine;

/* Everything borrowed. */
typedef struct {
  const char *session_id;  /* ours, at most 19 digits, the same for the life of the transport */
  guint64 version;         /* one more each time */
  HsSdp *remote_offer;     /* as it came, when this is an answer; NULL: this is an offer */
  HsSdp *remote;           /* in offers: the far end's last description. Its lines of other kinds
                              than audio and video, which the engine knows by another name, are
                              refused as it wrote them. NULL: none */
  const char *setup;       /* NULL: actpass in offers; what the engine says in answers */
  const char *fingerprint; /* "sha-256 AB:…" of the leg's certificate; NULL: the engine's */
  HsSdp *candidates_from;  /* the leg's first complete local description: candidates are taken
                              from there where @engine has none; NULL: none are added */
  const HsSdpWireLine *lines;
  guint n_lines; /* sections beyond are inactive */
} HsSdpWire;

/* @engine: the engine's local description. A direction-only answer may also be made of an offer of
 *   ours, and a direction-only offer of an answer.
 *
 * Answers have exactly the sections of the remote offer, with its mids, protocols and only payloads
 * it holds; sections it rejects, which cannot be used, or with no payload in common, are rejected.
 * Offers have all sections of @engine and at least one format each.
 *
 * Returns: (transfer full): a new description */
HsSdp *hs_sdp_to_wire (HsSdp *engine, const HsSdpWire *wire);

G_END_DECLS
