/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sdp"

#include "hs-sdp-codec.h"
#include "hs-sdp-edit.h"

#include <string.h>

/* --- the codec remover --- */

#define N_PAYLOADS 128

/* Returns: the payload that "111 minptime=10" or "111 opus/48000" is about, -1 for nonsense. */
static int
get_payload (const char *value)
{
  g_autofree char *number = g_strndup (value, strspn (value, "0123456789"));
  guint64 payload;

  return g_ascii_string_to_unsigned (number, 10, 0, N_PAYLOADS - 1, &payload, NULL) ? (int) payload
                                                                                    : -1;
}

static gboolean
fmtp_matches (const char *fmtp, const char *const *params)
{
  for (guint i = 0; params[i] != NULL; i++) {
    if (strstr (fmtp, params[i]) == NULL)
      return FALSE;
  }
  return TRUE;
}

/* Whether some a=fmtp of @payload holds all of the selector's strings. */
static gboolean
some_fmtp_matches (HsSdpSection *section, int payload, const HsSdpCodecSelector *selector)
{
  g_autoptr (GPtrArray) values = hs_sdp_section_get_attributes (section, "fmtp");

  if (selector->fmtp_params == NULL || selector->fmtp_params[0] == NULL)
    return TRUE;
  for (guint i = 0; i < values->len; i++) {
    const char *value = g_ptr_array_index (values, i);
    const char *text = strchr (value, ' ');
    if (text != NULL && get_payload (value) == payload &&
        fmtp_matches (text + 1, selector->fmtp_params))
      return TRUE;
  }
  return FALSE;
}

static gboolean
name_matches (const char *rtpmap, const HsSdpCodecSelector *selector)
{
  const char *name = strchr (rtpmap, ' ');
  gsize length = strlen (selector->name);

  if (name == NULL)
    return FALSE;
  name++;
  return strncmp (name, selector->name, length) == 0 &&
         (name[length] == '/' || name[length] == '\0');
}

static void
mark_selected (HsSdpSection *section, const HsSdpCodecSelector *selector, gboolean *marks)
{
  g_autoptr (GPtrArray) values = hs_sdp_section_get_attributes (section, "rtpmap");

  for (guint i = 0; i < values->len; i++) {
    const char *value = g_ptr_array_index (values, i);
    int payload = get_payload (value);
    if (payload >= 0 && !marks[payload] && name_matches (value, selector))
      marks[payload] = some_fmtp_matches (section, payload, selector);
  }
}

/* Returns: the payload behind "apt=", wherever it stands; -1 for none. */
static int
get_apt (const char *fmtp)
{
  const char *apt = strstr (fmtp, "apt=");

  return apt != NULL ? get_payload (apt + strlen ("apt=")) : -1;
}

/* Marks retransmission payloads of marked ones.
 * Returns: whether there were any; then these may have such payloads themselves. */
static gboolean
mark_dependent (HsSdpSection *section, gboolean *marks)
{
  g_autoptr (GPtrArray) values = hs_sdp_section_get_attributes (section, "fmtp");
  gboolean found = FALSE;

  for (guint i = 0; i < values->len; i++) {
    const char *value = g_ptr_array_index (values, i);
    int payload = get_payload (value);
    int apt = get_apt (value);
    if (payload >= 0 && apt >= 0 && marks[apt] && !marks[payload])
      found = marks[payload] = TRUE;
  }
  return found;
}

static guint
remove_from_section (HsSdpSection *section, const HsSdpCodecSelector *selectors, guint n_selectors)
{
  gboolean marks[N_PAYLOADS] = { FALSE };
  guint n_removed = 0;

  for (guint i = 0; i < n_selectors; i++)
    mark_selected (section, &selectors[i], marks);
  while (mark_dependent (section, marks))
    continue;
  for (guint payload = 0; payload < N_PAYLOADS; payload++) {
    g_autofree char *format = g_strdup_printf ("%u", payload);
    if (marks[payload])
      n_removed += hs_sdp_section_remove_format (section, format) ? 1 : 0;
  }
  return n_removed;
}

guint
hs_sdp_remove_codecs (HsSdp *sdp, const HsSdpCodecSelector *selectors, guint n_selectors)
{
  guint n_removed = 0;

  for (guint i = 0; i < hs_sdp_get_n_sections (sdp); i++)
    n_removed += remove_from_section (hs_sdp_get_section (sdp, i), selectors, n_selectors);
  return n_removed;
}

guint
hs_sdp_remove_h264 (HsSdp *sdp)
{
  const HsSdpCodecSelector h264 = { .name = "H264" };

  return hs_sdp_remove_codecs (sdp, &h264, 1);
}

/* --- the others --- */

void
hs_sdp_remove_sdes (HsSdp *sdp)
{
  for (guint i = 0; i < hs_sdp_get_n_sections (sdp); i++) {
    HsSdpSection *section = hs_sdp_get_section (sdp, i);
    if (hs_sdp_section_has_attribute (section, "fingerprint"))
      hs_sdp_section_remove_attribute (section, "crypto");
  }
}

static void
limit_section (HsSdpSection *section, guint kbps)
{
  if (kbps > 0)
    hs_sdp_section_set_bandwidth (section, kbps);
}

void
hs_sdp_write_bandwidth (HsSdp *sdp, guint call, guint audio, guint video)
{
  limit_section (hs_sdp_get_head (sdp), call);
  for (guint i = 0; i < hs_sdp_get_n_sections (sdp); i++) {
    HsSdpSection *section = hs_sdp_get_section (sdp, i);
    if (hs_sdp_section_get_kind (section) == HS_SDP_AUDIO)
      limit_section (section, audio);
    if (hs_sdp_section_get_kind (section) == HS_SDP_VIDEO)
      limit_section (section, video);
  }
}
