/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-leg-private.h"

#include "base/hs-error.h"
#include "hs-leg-announcement.h"

#define NARROW_RATE 8000

/* --- lines --- */

static void
expect_events (HsLeg *self, HsSdp *sdp)
{
  HsSdpSection *section = hs_sdp_get_section (sdp, self->audio_line);
  g_autoptr (GPtrArray) codecs = section != NULL ? hs_sdp_section_dup_codecs (section) : NULL;

  for (guint i = 0; codecs != NULL && i < codecs->len; i++) {
    const HsSdpCodec *codec = codecs->pdata[i];

    if (g_ascii_strcasecmp (codec->name, "telephone-event") == 0)
      hs_leg_gate_add_event_payload (self->gate, codec->payload, codec->clock_rate);
  }
}

static HsMediaKind
get_media_kind (HsSdpSection *section)
{
  return hs_sdp_section_get_kind (section) == HS_SDP_VIDEO ? HS_MEDIA_VIDEO : HS_MEDIA_AUDIO;
}

static char *
dup_codec_caps (HsMediaKind kind, const HsSdpCodec *codec)
{
  g_autofree char *name = g_ascii_strup (codec->name, -1);

  return g_strdup_printf (
      "application/x-rtp,media=%s,encoding-name=(string)\"%s\",payload=%d,clock-rate=%u%s",
      kind == HS_MEDIA_AUDIO ? "audio" : "video", name, codec->payload, codec->clock_rate,
      codec->channels == 2 ? ",encoding-params=(string)2" : "");
}

/* --- offer --- */

static void
on_offer_created (HsLeg *self, GTask *task, const GstStructure *reply)
{
  g_autoptr (GError) error = NULL;
  HsSdp *offer = hs_leg_read_reply (reply, "offer", &error);

  if (offer == NULL) {
    hs_leg_fail (self, "the media engine made no offer", error);
    return;
  }
  expect_events (self, offer);
  hs_leg_succeed (self, offer);
}

/* The payloads of a line of an offer as caps, but for retransmission, which webrtcbin adds itself.
 */
static char *
dup_preferences (HsSdpSection *section)
{
  g_autoptr (GPtrArray) codecs = hs_sdp_section_dup_codecs (section);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < codecs->len; i++) {
    const HsSdpCodec *codec = codecs->pdata[i];
    g_autofree char *caps = dup_codec_caps (get_media_kind (section), codec);

    if (g_ascii_strcasecmp (codec->name, "rtx") != 0)
      g_string_append_printf (text, "%s%s", text->len > 0 ? ";" : "", caps);
  }
  return g_string_free (text, FALSE);
}

static gboolean
is_taken (HsLeg *self, guint line)
{
  return self->audio_line == (int) line || hs_leg_get_video_line (self, line) != NULL;
}

/* Lines that there are stay as they were negotiated. */
static gboolean
take_lines (HsLeg *self, const HsMediaKind *kinds, guint n_kinds, HsSdp *like, GError **error)
{
  for (guint i = 0; i < n_kinds; i++) {
    HsSdpSection *model = like != NULL ? hs_sdp_get_section (like, i) : NULL;
    g_autofree char *preferences = NULL;

    if (is_taken (self, i))
      continue;
    preferences =
        model != NULL ? dup_preferences (model) : hs_leg_dup_usual_preferences (self, kinds[i]);
    if (!hs_leg_take_line (self, i, kinds[i], preferences, error))
      return FALSE;
  }
  return TRUE;
}

void
hs_leg_create_offer_async (HsLeg *self,
                           const HsMediaKind *kinds,
                           guint n_kinds,
                           HsSdp *like,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!hs_leg_begin (self, cancellable, callback, user_data, hs_leg_create_offer_async))
    return;
  if (!take_lines (self, kinds, n_kinds, like, &error))
    hs_leg_fail (self, "no offer can be made", error);
  else
    hs_leg_ask_for (self, "create-offer", on_offer_created);
}

HsSdp *
hs_leg_create_offer_finish (HsLeg *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- answer --- */

/* webrtcbin answers with the one codec alone; telephone-event has to be put back, or it would drop
 * event packets as unknown ones. */
static void
add_events (HsLeg *self, HsSdp *answer)
{
  HsSdpSection *offered = hs_sdp_get_section (self->remote, self->audio_line);
  HsSdpSection *answered = hs_sdp_get_section (answer, self->audio_line);
  g_autoptr (HsSdpCodec) codec = NULL;
  guint clock_rate;
  int payload;

  if (offered == NULL || answered == NULL)
    return;
  codec = hs_sdp_section_find_codec (answered, hs_leg_audio_get_codec_names ());
  if (codec == NULL)
    return;
  /* The clock should be the audio's, but some browsers offer the telephone's beside Opus. */
  clock_rate = codec->clock_rate;
  payload = hs_sdp_section_find_telephone_event (offered, clock_rate);
  if (payload < 0)
    payload = hs_sdp_section_find_telephone_event (offered, clock_rate = NARROW_RATE);
  if (payload < 0)
    return;
  hs_sdp_section_add_telephone_event (answered, payload, clock_rate);
  hs_leg_gate_add_event_payload (self->gate, payload, clock_rate);
}

static void
on_answer_created (HsLeg *self, GTask *task, const GstStructure *reply)
{
  g_autoptr (GError) error = NULL;
  HsSdp *answer = hs_leg_read_reply (reply, "answer", &error);

  if (answer == NULL) {
    hs_leg_fail (self, "the media engine made no answer", error);
    return;
  }
  add_events (self, answer);
  hs_leg_succeed (self, answer);
}

/* Takes a line for each section that has a codec we know, to send on it or not.
 * Returns: how many there are; -1 with @error */
static int
take_offered_lines (HsLeg *self, GError **error)
{
  int n_taken = 0;

  for (guint i = 0; i < hs_sdp_get_n_sections (self->remote); i++) {
    HsSdpSection *section = hs_sdp_get_section (self->remote, i);
    HsMediaKind kind = get_media_kind (section);
    gboolean second =
        kind == HS_MEDIA_AUDIO && self->audio_line >= 0 && self->audio_line != (int) i;
    g_autoptr (HsSdpCodec) codec = second ? NULL : hs_leg_find_codec (self, section);
    g_autofree char *caps = NULL;

    if (codec == NULL)
      continue;
    /* Payload numbers are compared literally: the offer's own is the only one that fits. */
    caps = dup_codec_caps (kind, codec);
    if (!hs_leg_take_line (self, i, kind, caps, error))
      return -1;
    n_taken++;
  }
  return n_taken;
}

static void
on_offer_applied (HsLeg *self, GTask *task, const GstStructure *reply)
{
  g_autoptr (GError) error = NULL;
  int n_taken = take_offered_lines (self, &error);

  hs_leg_router_read (self->router, self->remote);
  if (n_taken > 0)
    hs_leg_ask_for (self, "create-answer", on_answer_created);
  else
    hs_leg_fail (self,
                 error != NULL ? "the offer cannot be answered"
                               : "the offer has no codec that we know",
                 error);
}

void
hs_leg_create_answer_async (HsLeg *self,
                            HsSdp *offer,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (HsSdp) now = NULL;

  if (!hs_leg_begin (self, cancellable, callback, user_data, hs_leg_create_answer_async))
    return;
  g_clear_pointer (&self->remote, hs_sdp_free);
  self->remote = hs_sdp_copy (offer);
  now = hs_leg_keep_candidates (self, offer);
  hs_leg_apply (self, "set-remote-description", GST_WEBRTC_SDP_TYPE_OFFER, now, on_offer_applied);
}

HsSdp *
hs_leg_create_answer_finish (HsLeg *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- local description --- */

static gboolean
follow_audio (HsLeg *self, const HsSdpCodec *codec, GError **error)
{
  HsLegAudioFormat format = { .name = codec->name,
                              .payload = codec->payload,
                              .complexity = self->opus_complexity };

  return hs_leg_audio_add_sender (self->audio, GST_BIN (self->pipeline), self->audio_pad, &format,
                                  error);
}

static void
announce (GstPad *pad, HsMediaKind kind, const HsSdpCodec *codec)
{
  g_autofree char *text = dup_codec_caps (kind, codec);
  g_autoptr (GstCaps) caps = gst_caps_from_string (text);

  hs_leg_announcement_set (pad, caps);
}

static gboolean
follow_line (HsLeg *self, guint i, HsSdpCodec *codec, GError **error)
{
  HsLegVideoLine *line = hs_leg_get_video_line (self, i);
  HsSdpCodec **place = line != NULL ? &line->codec : &self->audio_codec;

  if (line != NULL)
    announce (line->pad, HS_MEDIA_VIDEO, codec);
  else
    announce (self->audio_pad, HS_MEDIA_AUDIO, codec);
  g_clear_pointer (place, hs_sdp_codec_free);
  *place = codec;
  if (line == NULL)
    return follow_audio (self, codec, error);
  hs_leg_ensure_sender (self, line);
  return TRUE;
}

gboolean
hs_leg_follow_codec (HsLeg *self, HsSdp *answer, GError **error)
{
  gboolean any = FALSE;

  hs_leg_payloads_read (self->payloads, answer);
  for (guint i = 0; i < hs_sdp_get_n_sections (answer); i++) {
    HsSdpSection *section = hs_sdp_get_section (answer, i);
    HsSdpCodec *codec = NULL;

    if (is_taken (self, i))
      codec = hs_leg_find_codec (self, section);
    if (codec == NULL)
      continue;
    if (!follow_line (self, i, codec, error))
      return FALSE;
    any = TRUE;
  }
  if (!any)
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC, "there is no codec both ends know");
  return any;
}

static void
on_answer_is_local (HsLeg *self, GTask *task, const GstStructure *reply)
{
  HsSdp *answer = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (!hs_leg_follow_codec (self, answer, &error)) {
    hs_leg_fail (self, "the answer cannot be used", error);
    return;
  }
  hs_leg_connect (self);
  hs_leg_gather (self, task, reply);
}

static void
on_turn_to_answer (gpointer user_data)
{
  HsLeg *self = user_data;

  hs_leg_apply (self, "set-local-description", GST_WEBRTC_SDP_TYPE_ANSWER,
                g_task_get_task_data (self->task), on_answer_is_local);
}

void
hs_leg_set_local_async (HsLeg *self,
                        HsDescriptionType type,
                        HsSdp *description,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  if (!hs_leg_begin (self, cancellable, callback, user_data, hs_leg_set_local_async))
    return;
  g_task_set_task_data (self->task, hs_sdp_copy (description), (GDestroyNotify) hs_sdp_free);
  /* The stream that is marked came with the description, and gathering sends its first packets. */
  if (self->dscp != 0)
    hs_leg_mark_packets (self);
  if (type == HS_DESCRIPTION_OFFER)
    hs_leg_apply (self, "set-local-description", GST_WEBRTC_SDP_TYPE_OFFER, description,
                  hs_leg_gather);
  else
    self->ticket = hs_leg_queue_enter (self->queue, on_turn_to_answer, self);
}

HsSdp *
hs_leg_set_local_finish (HsLeg *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- remote answer --- */

static void
on_answer_is_remote (HsLeg *self, GTask *task, const GstStructure *reply)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GTask) ended = NULL;

  if (!hs_leg_follow_codec (self, self->remote, &error)) {
    hs_leg_fail (self, "the answer cannot be used", error);
    return;
  }
  hs_leg_connect (self);
  ended = hs_leg_end (self);
  g_task_return_boolean (ended, TRUE);
}

static void
on_turn_to_connect (gpointer user_data)
{
  HsLeg *self = user_data;

  hs_leg_apply (self, "set-remote-description", GST_WEBRTC_SDP_TYPE_ANSWER, self->remote,
                on_answer_is_remote);
}

void
hs_leg_set_answer_async (HsLeg *self,
                         HsSdp *answer,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  if (!hs_leg_begin (self, cancellable, callback, user_data, hs_leg_set_answer_async))
    return;
  g_clear_pointer (&self->remote, hs_sdp_free);
  self->remote = hs_sdp_copy (answer);
  hs_leg_router_read (self->router, answer);
  expect_events (self, answer);
  self->ticket = hs_leg_queue_enter (self->queue, on_turn_to_connect, self);
}

gboolean
hs_leg_set_answer_finish (HsLeg *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
