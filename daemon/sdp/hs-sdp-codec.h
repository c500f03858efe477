/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sdp.h"

G_BEGIN_DECLS

/* One payload of a section. Names are as written; compare them without regard to case. */
typedef struct {
  int payload; /* 0 … 127 */
  char *name;
  guint clock_rate;
  guint channels; /* 1 where nothing is said */
  char *fmtp;     /* nullable */
} HsSdpCodec;

void hs_sdp_codec_free (HsSdpCodec *codec);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsSdpCodec, hs_sdp_codec_free)

/* All payloads in the order of the m= line. PCMU (0), G722 (9) and PCMA (8) are known without an
 * a=rtpmap; a payload that nothing is known of is left out, as is one written twice.
 * Returns: (transfer full) (element-type HsSdpCodec) */
GPtrArray *hs_sdp_section_dup_codecs (HsSdpSection *section);

/* The first payload, in the section's own order, whose codec is one of @names. Opus counts only
 * with 48000 Hz and two channels, PCMU and PCMA only with 8000 Hz and one, video only with 90000.
 * @names: NULL-terminated, for example {"OPUS", "PCMU", "PCMA", NULL}
 * Returns: (transfer full) (nullable) */
HsSdpCodec *hs_sdp_section_find_codec (HsSdpSection *section, const char *const *names);

/* Returns: the payload of telephone-event with this clock rate, -1 when there is none. */
int hs_sdp_section_find_telephone_event (HsSdpSection *section, guint clock_rate);

/* Whether some audio section that is not rejected has telephone-event, at any clock rate. */
gboolean hs_sdp_has_telephone_event (HsSdp *sdp);

/* Adds telephone-event with events 0-16. Does nothing when that payload or that clock rate is
 * there already. */
void hs_sdp_section_add_telephone_event (HsSdpSection *section, guint payload, guint clock_rate);

/* @preferred: taken when it is free; -1: none
 * Returns: a dynamic payload number (127 … 96, then 63 … 35) that no section uses; -1 for none. */
int hs_sdp_find_free_payload (HsSdp *sdp, int preferred);

/* Returns: a=ptime in milliseconds, 0 when absent or nonsense. */
guint hs_sdp_section_get_ptime_ms (HsSdpSection *section);

G_END_DECLS
