/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sandbox-offer.h"

G_BEGIN_DECLS

/**
 * HsSandboxOrigin: what stays or grows from answer to answer of one call (RFC 3264, 8)
 */
typedef struct {
  guint64 session_id;
  guint64 version; /* of the last answer */
} HsSandboxOrigin;

/**
 * HsSandboxTransport: our end of a connection, as its descriptions tell it
 */
typedef struct {
  char *ice_ufrag, *ice_pwd;
  char *fingerprint;
  char *setup;
  GStrv candidates;
  guint32 ssrc;
  char *cname;
} HsSandboxTransport;

/* What webrtcbin gets to see of @offer: its audio line and nothing else, always sendrecv and with
 * one codec. webrtcbin can neither refuse a line nor change a direction. */
char *hs_sandbox_answer_reduce_offer (const HsSandboxOffer *offer, const HsSandboxCodec *codec);

/* The same for an answer to webrtcbin's own offer, whose line is called @mid. */
char *hs_sandbox_answer_reduce_answer (const HsSandboxOffer *answer,
                                       const HsSandboxCodec *codec,
                                       const char *mid);

/* Takes over from what webrtcbin describes.
 * @error: G_IO_ERROR_FAILED when @local lacks something */
HsSandboxTransport *hs_sandbox_transport_parse (const char *local,
                                                guint32 ssrc,
                                                const char *cname,
                                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

void hs_sandbox_transport_free (HsSandboxTransport *transport);

/* Composes the answer for the wire and counts its version. Lines other than the audio are refused.
 * @transport: may be NULL when @offer has no audio line for us */
char *hs_sandbox_answer_compose (HsSandboxOrigin *origin,
                                 const HsSandboxOffer *offer,
                                 const HsSandboxCodec *codec,
                                 const HsSandboxTransport *transport);

/* Composes an offer of one audio line for the wire and counts its version. */
char *hs_sandbox_offer_compose (HsSandboxOrigin *origin,
                                const HsSandboxCodec *codec,
                                const HsSandboxTransport *transport,
                                const char *direction);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsSandboxTransport, hs_sandbox_transport_free)

G_END_DECLS
