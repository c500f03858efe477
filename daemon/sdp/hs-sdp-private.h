/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sdp.h"

/* For the files that hold the description itself; all others use hs-sdp.h. */

typedef struct {
  char type;   /* 'a', 'c' … */
  char *value; /* what stands after "a=" */
} HsSdpLine;

struct _HsSdpSection {
  HsSdp *sdp;       /* borrowed: the description owns its sections */
  GPtrArray *lines; /* of HsSdpLine; without the m= line itself */

  /* The m= line; empty in a head. */
  HsSdpKind kind;
  char *media;
  guint port;
  guint n_ports; /* of "9/2"; 0 when not written */
  char *proto;
  GPtrArray *formats; /* NULL-terminated */
};

#define HS_SDP_N_ORIGIN_PARTS 6

struct _HsSdp {
  char **origin; /* user, id, version, "IN", "IP4", address */
  HsSdpSection *head;
  GPtrArray *sections;
};

HsSdp *hs_sdp_new_empty (void);
HsSdpSection *hs_sdp_section_new (HsSdp *sdp);
HsSdpSection *hs_sdp_section_copy (HsSdp *sdp, HsSdpSection *section);
void hs_sdp_section_free (HsSdpSection *section);

/* Takes the parts of "audio 9 UDP/TLS/RTP/SAVPF 111 0" in; FALSE when it is malformed. */
gboolean hs_sdp_section_parse_media (HsSdpSection *section, const char *value);

void hs_sdp_section_append_line (HsSdpSection *section, char type, const char *value);

/* Whether @line is a=@name, with or without a value. */
gboolean hs_sdp_line_is_attribute (const HsSdpLine *line, const char *name);
