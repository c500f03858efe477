/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-leg-private.h"

#include "base/hs-error.h"
#include "hs-leg-announcement.h"
#include "hs-leg-chain.h"
#include "hs-media-codecs.h"

#include <string.h>

void
hs_leg_video_line_free (HsLegVideoLine *self)
{
  if (self == NULL)
    return;
  hs_leg_video_close (self->video);
  hs_leg_video_unref (self->video);
  gst_clear_object (&self->pad);
  g_clear_pointer (&self->codec, hs_sdp_codec_free);
  g_free (self);
}

HsLegVideoLine *
hs_leg_get_video_line (HsLeg *self, guint line)
{
  return line < self->video_lines->len ? self->video_lines->pdata[line] : NULL;
}

/* --- codecs --- */

static gboolean
may_use (HsLeg *self, const char *name)
{
  return (self->h264 || g_ascii_strcasecmp (name, "H264") != 0) && hs_leg_video_has_codec (name);
}

char *
hs_leg_dup_usual_preferences (HsLeg *self, HsMediaKind kind)
{
  g_autofree char *text = hs_media_codecs_dup_caps (kind);
  g_autoptr (GstCaps) caps = gst_caps_from_string (text);

  for (guint i = gst_caps_get_size (caps); i > 0; i--) {
    const GstStructure *codec = gst_caps_get_structure (caps, i - 1);

    if (!self->h264 && g_strcmp0 (gst_structure_get_string (codec, "encoding-name"), "H264") == 0)
      gst_caps_remove_structure (caps, i - 1);
  }
  return gst_caps_to_string (caps);
}

/* Of H.264 only what every decoder takes: fragments, and the baseline profile. */
static gboolean
is_plain (const HsSdpCodec *codec)
{
  const char *profile = codec->fmtp != NULL ? strstr (codec->fmtp, "profile-level-id=") : NULL;

  if (g_ascii_strcasecmp (codec->name, "H264") != 0)
    return TRUE;
  return codec->fmtp != NULL && strstr (codec->fmtp, "packetization-mode=1") != NULL &&
         (profile == NULL || g_str_has_prefix (profile, "profile-level-id=42"));
}

static HsSdpCodec *
find_video_codec (HsLeg *self, HsSdpSection *section)
{
  g_autoptr (GPtrArray) codecs = hs_sdp_section_dup_codecs (section);

  for (guint i = 0; i < codecs->len; i++) {
    const HsSdpCodec *codec = codecs->pdata[i];

    if (codec->clock_rate == 90000 && is_plain (codec) && may_use (self, codec->name))
      return g_ptr_array_steal_index (codecs, i);
  }
  return NULL;
}

HsSdpCodec *
hs_leg_find_codec (HsLeg *self, HsSdpSection *section)
{
  if (hs_sdp_section_get_kind (section) == HS_SDP_AUDIO)
    return hs_sdp_section_find_codec (section, hs_leg_audio_get_codec_names ());
  if (hs_sdp_section_get_kind (section) == HS_SDP_VIDEO)
    return find_video_codec (self, section);
  return NULL;
}

/* --- taking lines --- */

/* What a video part says on a streaming thread. */
typedef struct {
  HsLegPost *post;
  guint line;
} VideoEnd;

static void
arrived (gpointer owner, gpointer data)
{
  g_signal_emit_by_name (owner, "media-arrived", GPOINTER_TO_UINT (data));
}

static void
on_video_arrived (gpointer user_data)
{
  VideoEnd *end = user_data;

  hs_leg_post_send (end->post, arrived, GUINT_TO_POINTER (end->line), NULL);
}

static void
free_video_end (gpointer user_data)
{
  VideoEnd *end = user_data;

  hs_leg_post_unref (end->post);
  g_free (end);
}

static GstPad *
request_pad (HsLeg *self, guint line)
{
  g_autofree char *name = g_strdup_printf ("sink_%u", line);
  GstPad *pad = gst_element_request_pad_simple (self->webrtc, name);

  if (pad != NULL)
    hs_leg_announcement_prepare (pad);
  return pad;
}

static HsLegVideoLine *
add_video_line (HsLeg *self, guint line)
{
  GstPad *pad = request_pad (self, line);
  HsLegVideoLine *added;
  g_autoptr (GstWebRTCRTPTransceiver) transceiver = NULL;
  VideoEnd *end;

  if (pad == NULL)
    return NULL;
  added = g_new0 (HsLegVideoLine, 1);
  end = g_new0 (VideoEnd, 1);
  end->post = hs_leg_post_ref (self->post);
  end->line = line;
  added->pad = pad;
  added->video = hs_leg_video_new (on_video_arrived, end, free_video_end);
  g_object_get (pad, "transceiver", &transceiver, NULL);
  g_object_set (transceiver, "do-nack", TRUE, NULL);
  hs_leg_router_add_video (self->router, line, added->video);
  if (self->video_lines->len <= line)
    g_ptr_array_set_size (self->video_lines, line + 1);
  self->video_lines->pdata[line] = added;
  return added;
}

static GstPad *
take_video_pad (HsLeg *self, guint line)
{
  HsLegVideoLine *taken = hs_leg_get_video_line (self, line);

  if (taken == NULL)
    taken = add_video_line (self, line);
  return taken != NULL ? taken->pad : NULL;
}

static GstPad *
take_audio_pad (HsLeg *self, guint line)
{
  if (self->audio_pad == NULL) {
    self->audio_pad = request_pad (self, line);
    self->audio_line = line;
  }
  return self->audio_line == (int) line ? self->audio_pad : NULL;
}

static gboolean
is_connected (HsLeg *self)
{
  return self->state == HS_PEER_CONNECTED || self->state == HS_PEER_LOST;
}

/* webrtcbin rejects a line whose codec changes while its pad says that packets of another come. The
 * pad is told now; the sender follows with the answer. */
static void
tell_codec (HsLeg *self, GstPad *pad, GstCaps *caps)
{
  g_autoptr (GstCaps) current = gst_pad_get_current_caps (pad);

  /* Before it is connected, whoever sends to a pad is held up there, and we would be as well. */
  if (current == NULL || !is_connected (self) || !gst_caps_is_fixed (caps) ||
      gst_caps_can_intersect (current, caps))
    return;
  gst_pad_send_event (pad, gst_event_new_caps (caps));
}

gboolean
hs_leg_take_line (
    HsLeg *self, guint line, HsMediaKind kind, const char *preferences, GError **error)
{
  GstPad *pad = kind == HS_MEDIA_AUDIO ? take_audio_pad (self, line) : take_video_pad (self, line);
  HsLegVideoLine *video;
  g_autoptr (GstWebRTCRTPTransceiver) transceiver = NULL;
  g_autoptr (GstCaps) caps = gst_caps_from_string (preferences);

  if (pad == NULL) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC,
                 "the media engine has no room for line %u", line);
    return FALSE;
  }
  g_object_get (pad, "transceiver", &transceiver, NULL);
  video = hs_leg_get_video_line (self, line);
  /* Far ends tell lines that share a transport apart by it. */
  if (video != NULL)
    gst_caps_set_simple (caps, "ssrc", G_TYPE_UINT, hs_leg_video_get_source (video->video), NULL);
  hs_leg_announcement_set (pad, gst_caps_is_fixed (caps) ? caps : NULL);
  g_object_set (transceiver, "codec-preferences", caps, NULL);
  tell_codec (self, pad, caps);
  return TRUE;
}

GPtrArray *
hs_leg_collect_pads (HsLeg *self)
{
  GPtrArray *pads = g_ptr_array_new ();

  if (self->audio_pad != NULL)
    g_ptr_array_add (pads, self->audio_pad);
  for (guint i = 0; i < self->video_lines->len; i++) {
    HsLegVideoLine *line = self->video_lines->pdata[i];

    if (line != NULL)
      g_ptr_array_add (pads, line->pad);
  }
  return pads;
}

void
hs_leg_drop_lines (HsLeg *self)
{
  g_ptr_array_set_size (self->video_lines, 0);
  if (self->router != NULL)
    hs_leg_router_close (self->router);
}

/* Each stream gets a receiver of its own, so a line may change to any codec; webrtcbin would take
 * what the receiver of its first stream can do for all that it can. */
static GstPadProbeReturn
on_query (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);

  if (GST_QUERY_TYPE (query) != GST_QUERY_CAPS)
    return GST_PAD_PROBE_OK;
  gst_query_set_caps_result (query, GST_CAPS_ANY);
  return GST_PAD_PROBE_HANDLED;
}

void
hs_leg_on_pad_added (GstElement *webrtc, GstPad *pad, gpointer user_data)
{
  g_autoptr (GstObject) pipeline = gst_object_get_parent (GST_OBJECT (webrtc));

  if (!GST_PAD_IS_SRC (pad) || pipeline == NULL)
    return;
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, on_query, NULL, NULL);
  hs_leg_router_connect (user_data, GST_BIN (pipeline), pad);
}

/* --- directions --- */

/* What only receives needs no encoder. */
void
hs_leg_ensure_sender (HsLeg *self, HsLegVideoLine *line)
{
  g_autoptr (GError) error = NULL;

  if (line->send && line->codec != NULL && self->pipeline != NULL &&
      !hs_leg_video_add_sender (line->video, GST_BIN (self->pipeline), line->pad, line->codec->name,
                                line->codec->payload, &error))
    g_warning ("%s", error->message);
}

void
hs_leg_apply_directions (HsLeg *self, gboolean verified)
{
  hs_leg_audio_set_directions (self->audio, verified && self->audio_send,
                               verified && self->audio_receive);
  for (guint i = 0; i < self->video_lines->len; i++) {
    HsLegVideoLine *line = self->video_lines->pdata[i];

    if (line != NULL)
      hs_leg_video_set_directions (line->video, verified && line->send, verified && line->receive);
  }
}

void
hs_leg_set_directions (HsLeg *self, guint line, gboolean send, gboolean receive)
{
  HsLegVideoLine *video = hs_leg_get_video_line (self, line);

  if (video != NULL) {
    video->send = send;
    video->receive = receive;
    hs_leg_ensure_sender (self, video);
  } else if (self->audio_line == (int) line) {
    self->audio_send = send;
    self->audio_receive = receive;
  }
  if (self->pipeline != NULL)
    hs_leg_apply_directions (self, is_connected (self));
}
