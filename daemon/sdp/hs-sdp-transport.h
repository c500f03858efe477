/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sdp.h"

G_BEGIN_DECLS

/* The certificate a far end promises to show (RFC 8122). */
typedef struct {
  char *hash; /* lower case: "sha-256" */
  GBytes *digest;
} HsSdpFingerprint;

void hs_sdp_fingerprint_free (HsSdpFingerprint *fingerprint);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsSdpFingerprint, hs_sdp_fingerprint_free)

/* The section's own fingerprints, else the head's. Malformed ones are left out.
 * Returns: (transfer full) (element-type HsSdpFingerprint) */
GPtrArray *hs_sdp_section_dup_fingerprints (HsSdpSection *section);

/* Returns: (transfer full): "sha-256 AB:CD:…", the value of an a=fingerprint line. */
char *hs_sdp_fingerprint_to_text (const char *hash, GBytes *digest);

/* One a=candidate line. */
typedef struct {
  char *foundation;
  guint component;
  char *transport; /* lower case: "udp", "tcp" */
  guint64 priority;
  char *address; /* may be a name ending in .local */
  guint port;
  char *type;         /* "host", "srflx", "prflx", "relay" */
  char *raddr;        /* nullable */
  guint rport;        /* 0 when absent */
  char *tcptype;      /* nullable */
  guint section;      /* index of its section */
  const char *mid;    /* borrowed from the description; nullable */
  const char *source; /* borrowed: the attribute's value as it stands, without "candidate:" */
} HsSdpCandidate;

void hs_sdp_candidate_free (HsSdpCandidate *candidate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsSdpCandidate, hs_sdp_candidate_free)

/* The candidates of all sections in order; malformed ones are left out.
 * Returns: (transfer full) (element-type HsSdpCandidate): void once @sdp changes */
GPtrArray *hs_sdp_dup_candidates (HsSdp *sdp);

/* Whether there is at least one candidate of this type ("relay"), or any, when @type is NULL. */
gboolean hs_sdp_has_candidate (HsSdp *sdp, const char *type);

/* Returns: (nullable): the section's own or the head's. */
const char *hs_sdp_section_get_ice_ufrag (HsSdpSection *section);
const char *hs_sdp_section_get_ice_pwd (HsSdpSection *section);

/* Returns: (nullable): "actpass", "active", "passive" of the first section in use. */
const char *hs_sdp_get_setup (HsSdp *sdp);

/* Returns: (transfer full): the mids of a=group:BUNDLE, an empty list when there is none. */
char **hs_sdp_dup_bundle (HsSdp *sdp);

/* Writes a=group:BUNDLE; an empty list removes it. Other groups stay. */
void hs_sdp_set_bundle (HsSdp *sdp, const char *const *mids);

G_END_DECLS
