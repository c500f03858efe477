/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-sandbox-offer.h"

#include <gio/gio.h>
#include <gst/sdp/gstsdpmessage.h>
#include <string.h>

#define MAX_OFFER_BYTES 65536
#define MAX_LINES       64
#define MAX_CANDIDATES  64

static const struct {
  const char *name;
  guint rate;
  const char *channels; /* in rtpmap, NULL when it is left out */
  int static_payload;   /* RFC 3551: needs no rtpmap */
} codecs[] = {
  [HS_SANDBOX_CODEC_OPUS] = { "OPUS", 48000, "2", -1 },
  [HS_SANDBOX_CODEC_PCMU] = { "PCMU", 8000, "1", 0 },
  [HS_SANDBOX_CODEC_PCMA] = { "PCMA", 8000, "1", 8 },
};

static void
line_free (gpointer data)
{
  HsSandboxLine *line = data;

  g_free (line->media);
  g_free (line->protocol);
  g_free (line->format);
  g_free (line->rtpmap);
  g_free (line->mid);
  g_free (line);
}

/* RFC 4566: what identifiers and keywords are made of. '/' is added for protocols and rtpmaps. */
static gboolean
is_token (const char *text, const char *also)
{
  if (text == NULL || *text == '\0' || strlen (text) > 256)
    return FALSE;
  for (; *text != '\0'; text++)
    if (!g_ascii_isalnum (*text) && strchr ("!#$%&'*+-.^_`{|}~", *text) == NULL &&
        strchr (also, *text) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
parse_payload (const char *text, guint *payload)
{
  guint64 value;

  if (!g_ascii_string_to_unsigned (text, 10, 0, 127, &value, NULL))
    return FALSE;
  *payload = (guint) value;
  return TRUE;
}

/* Returns: "opus/48000/2" of "111 opus/48000/2", lent by @media, or NULL. */
static const char *
find_format_attribute (const GstSDPMedia *media, const char *key, const char *format)
{
  size_t length = strlen (format);

  for (guint i = 0; i < gst_sdp_media_attributes_len (media); i++) {
    const GstSDPAttribute *attribute = gst_sdp_media_get_attribute (media, i);
    const char *value = attribute->value;

    if (g_strcmp0 (attribute->key, key) != 0 || value == NULL)
      continue;
    if (strncmp (value, format, length) == 0 && value[length] == ' ')
      return value + length + 1;
  }
  return NULL;
}

static gboolean
rtpmap_is (const char *rtpmap, const char *name, guint rate, const char *channels)
{
  g_auto (GStrv) parts = g_strsplit (rtpmap, "/", 3);
  guint64 value;

  return parts[0] != NULL && parts[1] != NULL && g_ascii_strcasecmp (parts[0], name) == 0 &&
         g_ascii_string_to_unsigned (parts[1], 10, rate, rate, &value, NULL) &&
         g_strcmp0 (parts[2] != NULL ? parts[2] : "1", channels) == 0;
}

static gboolean
parse_codec (const GstSDPMedia *media, const char *format, HsSandboxCodec *codec)
{
  const char *rtpmap = find_format_attribute (media, "rtpmap", format);

  if (!parse_payload (format, &codec->payload))
    return FALSE;
  for (guint kind = 0; kind < G_N_ELEMENTS (codecs); kind++) {
    codec->kind = (HsSandboxCodecKind) kind;
    if (rtpmap == NULL && (int) codec->payload == codecs[kind].static_payload)
      return TRUE;
    if (rtpmap != NULL &&
        rtpmap_is (rtpmap, codecs[kind].name, codecs[kind].rate, codecs[kind].channels))
      return TRUE;
  }
  return FALSE;
}

static void
parse_codecs (HsSandboxOffer *offer, const GstSDPMedia *media)
{
  HsSandboxCodec codec;

  g_array_set_size (offer->codecs, 0);
  for (guint i = 0; i < gst_sdp_media_formats_len (media); i++)
    if (parse_codec (media, gst_sdp_media_get_format (media, i), &codec))
      g_array_append_val (offer->codecs, codec);
  if (offer->codecs->len > 0)
    offer->codec = g_array_index (offer->codecs, HsSandboxCodec, 0);
}

/* Events have to tick like the audio that they interrupt (RFC 4733, 2.1); a far end that offers
 * them at another rate only gets that one. */
static void
parse_events (HsSandboxOffer *offer, const GstSDPMedia *media)
{
  const guint rates[] = { codecs[offer->codec.kind].rate, 8000, 48000 };
  guint payload;

  offer->event_payload = HS_SANDBOX_NO_PAYLOAD;
  for (guint r = 0; r < G_N_ELEMENTS (rates); r++)
    for (guint i = 0; i < gst_sdp_media_formats_len (media); i++) {
      const char *format = gst_sdp_media_get_format (media, i);
      const char *rtpmap = find_format_attribute (media, "rtpmap", format);

      if (rtpmap != NULL && rtpmap_is (rtpmap, "telephone-event", rates[r], "1") &&
          parse_payload (format, &payload)) {
        offer->event_payload = (int) payload;
        offer->event_rate = rates[r];
        return;
      }
    }
}

static const char *
find_direction (const GArray *attributes)
{
  const char *const directions[] = { "sendrecv", "sendonly", "recvonly", "inactive", NULL };

  for (guint i = 0; attributes != NULL && i < attributes->len; i++) {
    const char *key = g_array_index (attributes, GstSDPAttribute, i).key;

    if (g_strv_contains (directions, key))
      return key;
  }
  return NULL;
}

static void
parse_direction (HsSandboxOffer *offer, const GstSDPMessage *message, const GstSDPMedia *media)
{
  const char *direction = find_direction (media->attributes);

  if (direction == NULL)
    direction = find_direction (message->attributes);
  if (direction == NULL)
    direction = "sendrecv";
  offer->sends = g_str_has_prefix (direction, "send");
  offer->receives = g_str_has_suffix (direction, "recv") || g_str_equal (direction, "recvonly");
}

/* Returns: the members of a=group:BUNDLE, or NULL. */
static GStrv
dup_bundle (const GstSDPMessage *message)
{
  for (guint i = 0; i < gst_sdp_message_attributes_len (message); i++) {
    const GstSDPAttribute *attribute = gst_sdp_message_get_attribute (message, i);

    if (g_strcmp0 (attribute->key, "group") == 0 && attribute->value != NULL &&
        g_str_has_prefix (attribute->value, "BUNDLE "))
      return g_strsplit (attribute->value + strlen ("BUNDLE "), " ", MAX_LINES);
  }
  return NULL;
}

static int
find_line_by_mid (const GstSDPMessage *message, const char *mid)
{
  for (guint i = 0; mid != NULL && i < gst_sdp_message_medias_len (message); i++) {
    const GstSDPMedia *media = gst_sdp_message_get_media (message, i);

    if (g_strcmp0 (gst_sdp_media_get_attribute_val (media, "mid"), mid) == 0)
      return (int) i;
  }
  return HS_SANDBOX_NO_LINE;
}

/* Returns: the line that leads the bundle of @media, if it is another one and carries RTP too. */
static int
find_leader (const GstSDPMessage *message, const GstSDPMedia *media, const char *first_mid)
{
  int index = find_line_by_mid (message, first_mid);
  const GstSDPMedia *leader;

  if (index == HS_SANDBOX_NO_LINE)
    return index;
  leader = gst_sdp_message_get_media (message, (guint) index);
  if (leader == media || gst_sdp_media_get_port (leader) == 0 ||
      g_strcmp0 (gst_sdp_media_get_proto (leader), gst_sdp_media_get_proto (media)) != 0)
    return HS_SANDBOX_NO_LINE;
  return index;
}

/* Where the transport of a line may be written: in the line itself, for a bundled one in the line
 * that leads the bundle (RFC 8843, 7.1.3), or before all lines. */
typedef struct {
  const GstSDPMessage *message;
  const GstSDPMedia *media;
  const GstSDPMedia *leader; /* or NULL */
} Places;

static const char *
find_transport (const Places *places, const char *key)
{
  const char *value = gst_sdp_media_get_attribute_val (places->media, key);

  if (value == NULL && places->leader != NULL)
    value = gst_sdp_media_get_attribute_val (places->leader, key);
  return value != NULL ? value : gst_sdp_message_get_attribute_val (places->message, key);
}

static gboolean
is_ice_text (const char *text, size_t least)
{
  size_t length = text != NULL ? strlen (text) : 0;

  if (length < least || length > 256)
    return FALSE;
  for (; *text != '\0'; text++)
    if (!g_ascii_isalnum (*text) && *text != '+' && *text != '/')
      return FALSE;
  return TRUE;
}

static gboolean
is_fingerprint (const char *text)
{
  const char *const hashes[] = { "sha-256", "sha-384", "sha-512", NULL };
  g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", " ", 2);
  g_autofree char *hash = g_ascii_strdown (parts[0] != NULL ? parts[0] : "", -1);
  const char *digits = g_strv_length (parts) == 2 ? parts[1] : "";

  if (!g_strv_contains (hashes, hash))
    return FALSE;
  if (strlen (digits) != (size_t) atoi (hash + strlen ("sha-")) / 8 * 3 - 1)
    return FALSE;
  for (size_t i = 0; digits[i] != '\0'; i++)
    if (i % 3 == 2 ? digits[i] != ':' : !g_ascii_isxdigit (digits[i]))
      return FALSE;
  return TRUE;
}

static gboolean
parse_transport (HsSandboxOffer *offer, const Places *places, GError **error)
{
  const char *const roles[] = { "actpass", "active", "passive", NULL };
  const char *ufrag = find_transport (places, "ice-ufrag");
  const char *pwd = find_transport (places, "ice-pwd");
  const char *fingerprint = find_transport (places, "fingerprint");
  const char *setup = find_transport (places, "setup");
  const char *wrong = NULL;

  if (!is_ice_text (ufrag, 4))
    wrong = "ice-ufrag";
  else if (!is_ice_text (pwd, 22))
    wrong = "ice-pwd";
  else if (!is_fingerprint (fingerprint))
    wrong = "fingerprint";
  else if (setup == NULL || !g_strv_contains (roles, setup))
    wrong = "setup";
  if (wrong != NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                 "line %d: a=%s is missing or malformed", offer->audio, wrong);
    return FALSE;
  }
  offer->ice_ufrag = g_strdup (ufrag);
  offer->ice_pwd = g_strdup (pwd);
  offer->fingerprint = g_strdup (fingerprint);
  offer->setup = g_strdup (setup);
  return TRUE;
}

/* Returns: the address of a candidate that we can use: UDP, first component, no name in place of
 * an address. Whoever sends names only (mDNS) is learnt from the checks that it sends to us. */
static GInetAddress *
parse_candidate (const char *value)
{
  g_auto (GStrv) parts = g_strsplit (value, " ", 0);

  if (g_strv_length (parts) < 8 || g_strcmp0 (parts[1], "1") != 0 ||
      g_ascii_strcasecmp (parts[2], "udp") != 0)
    return NULL;
  return g_inet_address_new_from_string (parts[4]);
}

static void
parse_candidates (HsSandboxOffer *offer, const Places *places)
{
  const GstSDPMedia *media = places->media;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const char *value;

  if (places->leader != NULL && gst_sdp_media_get_attribute_val (media, "candidate") == NULL)
    media = places->leader;
  for (guint i = 0; i < MAX_CANDIDATES; i++) {
    g_autoptr (GInetAddress) address = NULL;

    value = gst_sdp_media_get_attribute_val_n (media, "candidate", i);
    if (value == NULL)
      break;
    address = parse_candidate (value);
    if (address == NULL)
      continue;
    offer->has_loopback |= g_inet_address_get_is_loopback (address);
    g_strv_builder_add (builder, value);
  }
  offer->candidates = g_strv_builder_end (builder);
}

static gboolean
parse_line (HsSandboxOffer *offer, const GstSDPMedia *media, GError **error)
{
  HsSandboxLine *line = g_new0 (HsSandboxLine, 1);
  const char *mid = gst_sdp_media_get_attribute_val (media, "mid");
  const char *rtpmap = NULL;

  g_ptr_array_add (offer->lines, line);
  line->media = g_strdup (gst_sdp_media_get_media (media));
  line->protocol = g_strdup (gst_sdp_media_get_proto (media));
  line->mid = g_strdup (mid);
  if (gst_sdp_media_formats_len (media) > 0)
    line->format = g_strdup (gst_sdp_media_get_format (media, 0));
  if (!is_token (line->media, "") || !is_token (line->protocol, "/") ||
      !is_token (line->format, "") || (mid != NULL && !is_token (mid, ""))) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "line %u: malformed m= or a=mid",
                 offer->lines->len - 1);
    return FALSE;
  }
  rtpmap = find_format_attribute (media, "rtpmap", line->format);
  if (is_token (rtpmap, "/"))
    line->rtpmap = g_strdup (rtpmap);
  return TRUE;
}

/* A port of 0 refuses or removes a line, unless it says that it only lives inside the bundle. */
static gboolean
is_usable (HsSandboxOffer *offer, const GstSDPMedia *media)
{
  if (g_strcmp0 (gst_sdp_media_get_media (media), "audio") != 0 ||
      g_strcmp0 (gst_sdp_media_get_proto (media), "UDP/TLS/RTP/SAVPF") != 0)
    return FALSE;
  if (gst_sdp_media_get_port (media) == 0 &&
      gst_sdp_media_get_attribute_val (media, "bundle-only") == NULL)
    return FALSE;
  parse_codecs (offer, media);
  return offer->codecs->len > 0;
}

static gboolean
parse_audio (HsSandboxOffer *offer, const GstSDPMessage *message, GError **error)
{
  const GstSDPMedia *media = gst_sdp_message_get_media (message, (guint) offer->audio);
  const char *mid = gst_sdp_media_get_attribute_val (media, "mid");
  g_auto (GStrv) bundle = dup_bundle (message);
  Places places = { message, media, NULL };

  offer->bundled =
      bundle != NULL && mid != NULL && g_strv_contains ((const char *const *) bundle, mid);
  if (offer->bundled)
    offer->leader = find_leader (message, media, bundle[0]);
  if (offer->leader != HS_SANDBOX_NO_LINE)
    places.leader = gst_sdp_message_get_media (message, (guint) offer->leader);
  if (find_transport (&places, "rtcp-mux") == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "line %d: a=rtcp-mux is not offered",
                 offer->audio);
    return FALSE;
  }
  offer->reduced_rtcp = gst_sdp_media_get_attribute_val (media, "rtcp-rsize") != NULL;
  parse_events (offer, media);
  parse_direction (offer, message, media);
  parse_candidates (offer, &places);
  return parse_transport (offer, &places, error);
}

static gboolean
parse_lines (HsSandboxOffer *offer, const GstSDPMessage *message, GError **error)
{
  guint n_lines = gst_sdp_message_medias_len (message);

  if (n_lines == 0 || n_lines > MAX_LINES) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%u media lines, 1 to %d expected",
                 n_lines, MAX_LINES);
    return FALSE;
  }
  for (guint i = 0; i < n_lines; i++) {
    const GstSDPMedia *media = gst_sdp_message_get_media (message, i);

    if (!parse_line (offer, media, error))
      return FALSE;
    if (offer->audio == HS_SANDBOX_NO_LINE && is_usable (offer, media))
      offer->audio = (int) i;
  }
  return offer->audio == HS_SANDBOX_NO_LINE || parse_audio (offer, message, error);
}

static GstSDPMessage *
parse_message (const char *sdp, GError **error)
{
  size_t length = strlen (sdp);
  GstSDPMessage *message = NULL;

  if (length > MAX_OFFER_BYTES || !g_str_has_prefix (sdp, "v=0") ||
      !g_utf8_validate (sdp, -1, NULL) ||
      gst_sdp_message_new_from_text (sdp, &message) != GST_SDP_OK) {
    g_clear_pointer (&message, gst_sdp_message_free);
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                         "not a session description, or too long a one");
  }
  return message;
}

HsSandboxOffer *
hs_sandbox_offer_parse (const char *sdp, GError **error)
{
  g_autoptr (HsSandboxOffer) offer = g_new0 (HsSandboxOffer, 1);
  GstSDPMessage *message;
  gboolean good;

  offer->lines = g_ptr_array_new_with_free_func (line_free);
  offer->codecs = g_array_new (FALSE, FALSE, sizeof (HsSandboxCodec));
  offer->audio = offer->leader = HS_SANDBOX_NO_LINE;
  offer->event_payload = HS_SANDBOX_NO_PAYLOAD;
  message = parse_message (sdp, error);
  if (message == NULL)
    return NULL;
  good = parse_lines (offer, message, error);
  gst_sdp_message_free (message);
  return good ? g_steal_pointer (&offer) : NULL;
}

void
hs_sandbox_offer_free (HsSandboxOffer *offer)
{
  g_ptr_array_unref (offer->lines);
  g_array_unref (offer->codecs);
  g_free (offer->ice_ufrag);
  g_free (offer->ice_pwd);
  g_free (offer->fingerprint);
  g_free (offer->setup);
  g_strfreev (offer->candidates);
  g_free (offer);
}

gboolean
hs_sandbox_offer_has_codec (const HsSandboxOffer *offer, const HsSandboxCodec *codec)
{
  for (guint i = 0; i < offer->codecs->len; i++) {
    const HsSandboxCodec *other = &g_array_index (offer->codecs, HsSandboxCodec, i);

    if (other->kind == codec->kind && other->payload == codec->payload)
      return TRUE;
  }
  return FALSE;
}

const char *
hs_sandbox_codec_get_name (HsSandboxCodecKind kind)
{
  return codecs[kind].name;
}

guint
hs_sandbox_codec_get_rate (HsSandboxCodecKind kind)
{
  return codecs[kind].rate;
}
