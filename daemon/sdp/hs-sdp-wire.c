/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sdp"

#include "hs-sdp-codec.h"
#include "hs-sdp-edit.h"
#include "hs-sdp-engine.h"
#include "hs-sdp-source.h"
#include "hs-sdp-transport.h"
#include "hs-sdp-wire.h"
#include "hs-sdp-wire-transport.h"

#include <string.h>

static const HsSdpWireLine *
get_line (const HsSdpWire *wire, guint index)
{
  static const HsSdpWireLine nothing_wanted = { .direction = HS_SDP_INACTIVE };

  return index < wire->n_lines ? &wire->lines[index] : &nothing_wanted;
}

static HsSdpSection *
get_offered (const HsSdpWire *wire, guint index)
{
  return wire->remote_offer != NULL ? hs_sdp_get_section (wire->remote_offer, index) : NULL;
}

/* --- payloads --- */

/* Codec names are written as their registrations write them: far ends look for "telephone-event"
 * letter by letter, and webrtcbin writes capitals. */
static char *
write_codec_name (const char *rtpmap, gpointer user_data)
{
  static const char *const names[] = { "opus", "telephone-event", "rtx", "red", "ulpfec" };
  const char *name = strchr (rtpmap, ' ');

  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (names); i++) {
    gsize length = strlen (names[i]);
    if (g_ascii_strncasecmp (name + 1, names[i], length) == 0 && name[1 + length] == '/')
      return g_strdup_printf ("%.*s %s%s", (int) (name - rtpmap), rtpmap, names[i],
                              name + 1 + length);
  }
  return NULL;
}

static gboolean
is_offered (GPtrArray *offered, const HsSdpCodec *codec)
{
  for (guint i = 0; i < offered->len; i++) {
    const HsSdpCodec *other = g_ptr_array_index (offered, i);
    if (other->payload == codec->payload)
      return g_ascii_strcasecmp (other->name, codec->name) == 0 &&
             other->clock_rate == codec->clock_rate && other->channels == codec->channels;
  }
  return FALSE;
}

static gboolean
is_telephone_event (const HsSdpCodec *codec)
{
  return g_ascii_strcasecmp (codec->name, "telephone-event") == 0;
}

static gboolean
is_kept (HsSdpSection *section, const HsSdpWireLine *line, const HsSdpCodec *codec)
{
  return line->codec == NULL || hs_sdp_section_get_kind (section) != HS_SDP_AUDIO ||
         is_telephone_event (codec) || g_ascii_strcasecmp (codec->name, line->codec) == 0;
}

static const HsSdpCodec *
find_payload (GPtrArray *codecs, const char *format)
{
  for (guint i = 0; i < codecs->len; i++) {
    const HsSdpCodec *codec = g_ptr_array_index (codecs, i);
    g_autofree char *payload = g_strdup_printf ("%d", codec->payload);
    if (g_str_equal (payload, format))
      return codec;
  }
  return NULL;
}

/* Removes what is unknown or not wanted, and in answers what was not offered: a payload means in an
 * answer what it means in the offer, or nothing.
 * Returns: whether media can be carried by what is left. */
static gboolean
choose_formats (HsSdpSection *section, HsSdpSection *offered, const HsSdpWireLine *line)
{
  g_autoptr (GPtrArray) codecs = hs_sdp_section_dup_codecs (section);
  g_autoptr (GPtrArray) theirs = offered != NULL ? hs_sdp_section_dup_codecs (offered) : NULL;
  g_auto (GStrv) formats = g_strdupv ((char **) hs_sdp_section_get_formats (section));
  guint n_kept = 0;

  for (guint i = 0; formats[i] != NULL; i++) {
    const HsSdpCodec *codec = find_payload (codecs, formats[i]);
    if (codec != NULL && (theirs == NULL || is_offered (theirs, codec)) &&
        is_kept (section, line, codec))
      n_kept += is_telephone_event (codec) ? 0 : 1;
    else
      hs_sdp_section_remove_format (section, formats[i]);
  }
  return n_kept > 0;
}

static void
add_telephone_events (HsSdpSection *section, HsSdpSection *offered, const HsSdpWireLine *line)
{
  for (guint i = 0; i < G_N_ELEMENTS (line->events); i++) {
    const HsSdpTelephoneEvent *event = &line->events[i];
    if (event->clock_rate == 0)
      continue;
    if (offered == NULL ||
        hs_sdp_section_find_telephone_event (offered, event->clock_rate) == (int) event->payload)
      hs_sdp_section_add_telephone_event (section, event->payload, event->clock_rate);
  }
}

/* --- sections --- */

/* Far ends refuse a sending section with a=ssrc and without a=msid. Sources stay also where nothing
 * is sent: browsers stay deaf and blind to one that went away and came back. */
static void
write_sources (HsSdpSection *section, const HsSdpWireLine *line)
{
  const char *stream = line->stream_id != NULL ? line->stream_id : "-";
  const char *track = line->track_id != NULL ? line->track_id : line->stream_id;
  gboolean named = track != NULL;

  if (track == NULL)
    track = hs_sdp_section_get_media (section);
  if (named || hs_sdp_direction_sends (hs_sdp_section_get_direction (section)))
    hs_sdp_section_set_msid (section, stream, track);
  else
    hs_sdp_section_remove_names (section);
}

static void
write_direction (HsSdpSection *section, HsSdpSection *offered, const HsSdpWireLine *line)
{
  /* What the engine cannot do, for want of a codec or of a pad, must not be promised. */
  HsSdpDirection direction = line->direction & hs_sdp_section_get_direction (section);

  if (offered != NULL)
    direction = hs_sdp_direction_answer (hs_sdp_section_get_direction (offered), direction);
  hs_sdp_section_set_direction (section, direction);
}

static void
write_role (HsSdpSection *section, const HsSdpWire *wire)
{
  const char *role = wire->setup;

  if (role == NULL && wire->remote_offer == NULL)
    role = "actpass";
  if (role == NULL && g_strcmp0 (hs_sdp_section_get_attribute (section, "setup"), "passive") != 0)
    role = "active";
  if (role != NULL)
    hs_sdp_section_set_attribute (section, "setup", role);
  if (wire->fingerprint != NULL)
    hs_sdp_section_set_attribute (section, "fingerprint", wire->fingerprint);
}

static void
write_names (HsSdpSection *section, HsSdpSection *offered)
{
  const char *mid = offered != NULL ? hs_sdp_section_get_mid (offered) : NULL;

  if (offered == NULL)
    return;
  hs_sdp_section_set_proto (section, hs_sdp_section_get_proto (offered));
  if (mid != NULL)
    hs_sdp_section_set_mid (section, mid);
  else
    hs_sdp_section_remove_attribute (section, "mid");
}

static void
write_section (HsSdpSection *section,
               HsSdpSection *offered,
               const HsSdpWire *wire,
               const HsSdpWireLine *line)
{
  write_names (section, offered);
  write_direction (section, offered, line);
  write_role (section, wire);
  add_telephone_events (section, offered, line);
  hs_sdp_section_rewrite_attributes (section, "rtpmap", write_codec_name, NULL);
  write_sources (section, line);
  hs_sdp_section_remove_attribute (section, "bundle-only");
  hs_sdp_section_remove_attribute (section, "rtcp-mux-only");
  hs_sdp_section_set_port (section, HS_SDP_DISCARD_PORT);
}

/* What is rejected says no more than which line it is. */
static void
refuse_as_written (HsSdp *sdp, guint index, HsSdpSection *offered)
{
  HsSdpSection *section = hs_sdp_replace_section (sdp, index, offered);
  const char *mid = hs_sdp_section_get_mid (offered);

  hs_sdp_section_clear_attributes (section);
  hs_sdp_section_set_bandwidth (section, 0);
  hs_sdp_section_set_connection (section, "0.0.0.0");
  if (mid != NULL)
    hs_sdp_section_set_mid (section, mid);
  hs_sdp_reject_section (sdp, index);
}

static gboolean
is_refused (HsSdpSection *section, HsSdpSection *offered, const HsSdpWireLine *line)
{
  return line->rejected || hs_sdp_section_is_rejected (section) ||
         (offered != NULL && !hs_sdp_section_is_usable (offered)) ||
         (offered != NULL &&
          hs_sdp_section_get_kind (offered) != hs_sdp_section_get_kind (section)) ||
         !choose_formats (section, offered, line);
}

/* Returns: (nullable): what the far end wrote there, when the engine takes it for something else */
static HsSdpSection *
get_foreign (const HsSdpWire *wire, guint index)
{
  HsSdpSection *section = wire->remote != NULL ? hs_sdp_get_section (wire->remote, index) : NULL;

  HsSdpKind kind = section != NULL ? hs_sdp_section_get_kind (section) : HS_SDP_AUDIO;

  return kind != HS_SDP_AUDIO && kind != HS_SDP_VIDEO ? section : NULL;
}

static void
write_at (HsSdp *sdp, const HsSdpWire *wire, guint index)
{
  HsSdpSection *section = hs_sdp_get_section (sdp, index);
  HsSdpSection *offered = get_offered (wire, index);
  HsSdpSection *foreign = offered == NULL ? get_foreign (wire, index) : NULL;
  const HsSdpWireLine *line = get_line (wire, index);

  if (foreign != NULL)
    refuse_as_written (sdp, index, foreign);
  else if (!is_refused (section, offered, line))
    write_section (section, offered, wire, line);
  else if (offered != NULL)
    refuse_as_written (sdp, index, offered);
  else
    hs_sdp_reject_section (sdp, index);
}

/* Answers have exactly the offer's sections; the engine may know more, or not yet all. */
static void
fit_to_offer (HsSdp *sdp, HsSdp *offer)
{
  hs_sdp_truncate (sdp, hs_sdp_get_n_sections (offer));
  for (guint i = hs_sdp_get_n_sections (sdp); i < hs_sdp_get_n_sections (offer); i++) {
    hs_sdp_append_section (sdp, hs_sdp_get_section (offer, i));
    hs_sdp_reject_section (sdp, i);
  }
}

/* --- the head --- */

static void
write_head (HsSdp *sdp, const HsSdpWire *wire)
{
  HsSdpSection *head = hs_sdp_get_head (sdp);
  g_autofree char *version = g_strdup_printf ("%" G_GUINT64_FORMAT, wire->version);

  hs_sdp_set_origin (sdp, "-", wire->session_id, version, "127.0.0.1");
  hs_sdp_section_remove_attribute (head, "setup");
  if (wire->fingerprint != NULL)
    hs_sdp_section_remove_attribute (head, "fingerprint");
  /* Without it older browsers do not believe a=msid. */
  hs_sdp_section_set_attribute (head, "msid-semantic", "WMS *");
  hs_sdp_remove_trickle (sdp);
}

HsSdp *
hs_sdp_to_wire (HsSdp *engine, const HsSdpWire *wire)
{
  HsSdp *sdp = hs_sdp_copy (engine);

  if (wire->remote_offer != NULL)
    fit_to_offer (sdp, wire->remote_offer);
  for (guint i = 0; i < hs_sdp_get_n_sections (sdp); i++)
    write_at (sdp, wire, i);
  write_head (sdp, wire);
  hs_sdp_wire_bundle (sdp, wire->remote_offer);
  hs_sdp_wire_candidates (sdp, engine, wire->candidates_from);
  return sdp;
}
