/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-sandbox-answer.h"

#include <gio/gio.h>
#include <gst/sdp/gstsdpmessage.h>

/* RFC 8839, 4.4.2 and JSEP: the port of a line that has its addresses in candidates only. */
#define DISCARD_PORT 9

#define EVENT_PAYLOAD 110

static void
append_codec (GString *sdp, const HsSandboxCodec *codec)
{
  switch (codec->kind) {
  case HS_SANDBOX_CODEC_OPUS:
    g_string_append_printf (sdp,
                            "a=rtpmap:%u opus/48000/2\r\n"
                            "a=fmtp:%u minptime=10;useinbandfec=1\r\n",
                            codec->payload, codec->payload);
    break;
  case HS_SANDBOX_CODEC_PCMU:
  case HS_SANDBOX_CODEC_PCMA:
    g_string_append_printf (sdp, "a=rtpmap:%u %s/8000\r\n", codec->payload,
                            hs_sandbox_codec_get_name (codec->kind));
    break;
  }
}

static void
append_transport (GString *sdp,
                  const char *ufrag,
                  const char *pwd,
                  const char *fingerprint,
                  const char *setup,
                  GStrv candidates)
{
  g_string_append_printf (sdp, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\n", ufrag, pwd);
  g_string_append_printf (sdp, "a=fingerprint:%s\r\na=setup:%s\r\n", fingerprint, setup);
  for (guint i = 0; candidates[i] != NULL; i++)
    g_string_append_printf (sdp, "a=candidate:%s\r\n", candidates[i]);
}

static char *
reduce (const HsSandboxOffer *offer,
        const HsSandboxCodec *codec,
        const char *mid,
        const char *setup)
{
  GString *sdp = g_string_new ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n");

  g_string_append_printf (sdp,
                          "a=group:BUNDLE %s\r\n"
                          "m=audio %d UDP/TLS/RTP/SAVPF %u\r\n"
                          "c=IN IP4 0.0.0.0\r\na=mid:%s\r\na=sendrecv\r\na=rtcp-mux\r\n",
                          mid, DISCARD_PORT, codec->payload, mid);
  append_codec (sdp, codec);
  append_transport (sdp, offer->ice_ufrag, offer->ice_pwd, offer->fingerprint, setup,
                    offer->candidates);
  return g_string_free (sdp, FALSE);
}

char *
hs_sandbox_answer_reduce_offer (const HsSandboxOffer *offer, const HsSandboxCodec *codec)
{
  return reduce (offer, codec, "0", offer->setup);
}

/* Whoever leaves the roles open in an answer has only passed on an offer: he will be called. */
char *
hs_sandbox_answer_reduce_answer (const HsSandboxOffer *answer,
                                 const HsSandboxCodec *codec,
                                 const char *mid)
{
  gboolean is_open = g_str_equal (answer->setup, "actpass");

  return reduce (answer, codec, mid, is_open ? "passive" : answer->setup);
}

static GStrv
dup_candidates (const GstSDPMedia *media)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const char *value;

  for (guint i = 0; (value = gst_sdp_media_get_attribute_val_n (media, "candidate", i)) != NULL;
       i++)
    g_strv_builder_add (builder, value);
  return g_strv_builder_end (builder);
}

static HsSandboxTransport *
take_transport (const GstSDPMessage *message)
{
  HsSandboxTransport *transport = g_new0 (HsSandboxTransport, 1);
  const GstSDPMedia *media;

  if (gst_sdp_message_medias_len (message) != 1)
    return transport;
  media = gst_sdp_message_get_media (message, 0);
  transport->ice_ufrag = g_strdup (gst_sdp_media_get_attribute_val (media, "ice-ufrag"));
  transport->ice_pwd = g_strdup (gst_sdp_media_get_attribute_val (media, "ice-pwd"));
  transport->fingerprint = g_strdup (gst_sdp_media_get_attribute_val (media, "fingerprint"));
  transport->setup = g_strdup (gst_sdp_media_get_attribute_val (media, "setup"));
  transport->candidates = dup_candidates (media);
  return transport;
}

HsSandboxTransport *
hs_sandbox_transport_parse (const char *local, guint32 ssrc, const char *cname, GError **error)
{
  g_autoptr (HsSandboxTransport) transport = NULL;
  GstSDPMessage *message = NULL;

  if (gst_sdp_message_new_from_text (local, &message) == GST_SDP_OK)
    transport = take_transport (message);
  g_clear_pointer (&message, gst_sdp_message_free);
  if (transport == NULL || transport->ice_ufrag == NULL || transport->ice_pwd == NULL ||
      transport->fingerprint == NULL || transport->setup == NULL ||
      transport->candidates[0] == NULL) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                         "no address to receive at: webrtcbin's description lacks its transport");
    return NULL;
  }
  transport->ssrc = ssrc;
  transport->cname = g_strdup (cname);
  return g_steal_pointer (&transport);
}

void
hs_sandbox_transport_free (HsSandboxTransport *transport)
{
  g_free (transport->ice_ufrag);
  g_free (transport->ice_pwd);
  g_free (transport->fingerprint);
  g_free (transport->setup);
  g_strfreev (transport->candidates);
  g_free (transport->cname);
  g_free (transport);
}

/* RFC 3264, 6: a refused line keeps its place, protocol and at least one format; JSEP, 5.3.1: and
 * its mid, but leaves the bundle. Browsers want the format explained. */
static void
append_refused (GString *sdp, const HsSandboxLine *line)
{
  g_string_append_printf (sdp, "m=%s 0 %s %s\r\nc=IN IP4 0.0.0.0\r\n", line->media, line->protocol,
                          line->format);
  if (line->mid != NULL)
    g_string_append_printf (sdp, "a=mid:%s\r\n", line->mid);
  if (line->rtpmap != NULL)
    g_string_append_printf (sdp, "a=rtpmap:%s %s\r\n", line->format, line->rtpmap);
  g_string_append (sdp, "a=inactive\r\n");
}

/* A later offer names the offerer's role of the running association, or leaves it open again. */
static const char *
get_setup (const HsSandboxOffer *offer, const HsSandboxTransport *transport)
{
  if (g_str_equal (offer->setup, "actpass"))
    return transport->setup;
  return g_str_equal (offer->setup, "active") ? "passive" : "active";
}

/* What a line has that is not refused, from the end of its m= on. */
static void
append_usable (GString *sdp,
               const HsSandboxOffer *offer,
               const HsSandboxLine *line,
               const HsSandboxTransport *transport)
{
  g_string_append (sdp, "\r\nc=IN IP4 0.0.0.0\r\n");
  if (line->mid != NULL)
    g_string_append_printf (sdp, "a=mid:%s\r\n", line->mid);
  g_string_append (sdp, "a=rtcp-mux\r\n");
  if (offer->reduced_rtcp)
    g_string_append (sdp, "a=rtcp-rsize\r\n");
  append_transport (sdp, transport->ice_ufrag, transport->ice_pwd, transport->fingerprint,
                    get_setup (offer, transport), transport->candidates);
  g_string_append (sdp, "a=end-of-candidates\r\n");
}

/* The line in front of a bundle owns its transport. A browser that offers nothing but the bundle
 * (max-bundle) would lose the whole of it if that line were refused. */
static void
append_leader (GString *sdp, const HsSandboxOffer *offer, const HsSandboxTransport *transport)
{
  const HsSandboxLine *line = g_ptr_array_index (offer->lines, offer->leader);

  g_string_append_printf (sdp, "m=%s %d %s %s", line->media, DISCARD_PORT, line->protocol,
                          line->format);
  append_usable (sdp, offer, line, transport);
  if (line->rtpmap != NULL)
    g_string_append_printf (sdp, "a=rtpmap:%s %s\r\n", line->format, line->rtpmap);
  g_string_append (sdp, "a=inactive\r\n");
}

static void
append_bundle (GString *sdp, const HsSandboxOffer *offer)
{
  const HsSandboxLine *audio, *leader;

  if (offer->audio == HS_SANDBOX_NO_LINE || !offer->bundled)
    return;
  audio = g_ptr_array_index (offer->lines, offer->audio);
  g_string_append (sdp, "a=group:BUNDLE ");
  if (offer->leader != HS_SANDBOX_NO_LINE) {
    leader = g_ptr_array_index (offer->lines, offer->leader);
    g_string_append_printf (sdp, "%s ", leader->mid);
  }
  g_string_append_printf (sdp, "%s\r\n", audio->mid);
}

static const char *
get_direction (const HsSandboxOffer *offer)
{
  if (offer->receives)
    return offer->sends ? "sendrecv" : "sendonly";
  return offer->sends ? "recvonly" : "inactive";
}

static void
append_event (GString *sdp, const HsSandboxOffer *offer)
{
  if (offer->event_payload == HS_SANDBOX_NO_PAYLOAD)
    return;
  g_string_append_printf (sdp,
                          "a=rtpmap:%d telephone-event/%u\r\n"
                          "a=fmtp:%d 0-15\r\n",
                          offer->event_payload, offer->event_rate, offer->event_payload);
}

static void
append_source (GString *sdp, const HsSandboxTransport *transport)
{
  g_string_append_printf (sdp, "a=msid:%s audio\r\na=ssrc:%u cname:%s\r\n", transport->cname,
                          transport->ssrc, transport->cname);
}

static void
append_audio (GString *sdp,
              const HsSandboxOffer *offer,
              const HsSandboxCodec *codec,
              const HsSandboxTransport *transport)
{
  const HsSandboxLine *line = g_ptr_array_index (offer->lines, offer->audio);

  g_string_append_printf (sdp, "m=audio %d %s %u", DISCARD_PORT, line->protocol, codec->payload);
  if (offer->event_payload != HS_SANDBOX_NO_PAYLOAD)
    g_string_append_printf (sdp, " %d", offer->event_payload);
  append_usable (sdp, offer, line, transport);
  g_string_append_printf (sdp, "a=%s\r\n", get_direction (offer));
  append_codec (sdp, codec);
  append_event (sdp, offer);
  append_source (sdp, transport);
}

static void
append_origin (GString *sdp, HsSandboxOrigin *origin)
{
  g_string_append_printf (sdp,
                          "o=- %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " IN IP4 127.0.0.1\r\n"
                          "s=-\r\nt=0 0\r\n",
                          origin->session_id, ++origin->version);
}

char *
hs_sandbox_offer_compose (HsSandboxOrigin *origin,
                          const HsSandboxCodec *codec,
                          const HsSandboxTransport *transport,
                          const char *direction)
{
  GString *sdp = g_string_new ("v=0\r\n");

  append_origin (sdp, origin);
  g_string_append_printf (sdp,
                          "a=group:BUNDLE 0\r\n"
                          "m=audio %d UDP/TLS/RTP/SAVPF %u %d\r\n"
                          "c=IN IP4 0.0.0.0\r\na=mid:0\r\na=rtcp-mux\r\n",
                          DISCARD_PORT, codec->payload, EVENT_PAYLOAD);
  append_transport (sdp, transport->ice_ufrag, transport->ice_pwd, transport->fingerprint,
                    "actpass", transport->candidates);
  g_string_append_printf (sdp, "a=end-of-candidates\r\na=%s\r\n", direction);
  append_codec (sdp, codec);
  g_string_append_printf (sdp, "a=rtpmap:%d telephone-event/%u\r\na=fmtp:%d 0-15\r\n",
                          EVENT_PAYLOAD, hs_sandbox_codec_get_rate (codec->kind), EVENT_PAYLOAD);
  append_source (sdp, transport);
  return g_string_free (sdp, FALSE);
}

char *
hs_sandbox_answer_compose (HsSandboxOrigin *origin,
                           const HsSandboxOffer *offer,
                           const HsSandboxCodec *codec,
                           const HsSandboxTransport *transport)
{
  GString *sdp = g_string_new ("v=0\r\n");

  append_origin (sdp, origin);
  append_bundle (sdp, offer);
  for (guint i = 0; i < offer->lines->len; i++) {
    if ((int) i == offer->audio)
      append_audio (sdp, offer, codec, transport);
    else if ((int) i == offer->leader)
      append_leader (sdp, offer, transport);
    else
      append_refused (sdp, g_ptr_array_index (offer->lines, i));
  }
  return g_string_free (sdp, FALSE);
}
