/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-leg-private.h"

#include "base/hs-error.h"
#include "hs-media-codecs.h"

#define NARROW_RATE 8000

/* --- lines --- */

/* Takes a line for audio, or keeps the one it has, and says which payloads it may use. */
static gboolean
prefer_audio (HsLeg *self, guint line, const char *preferences)
{
  g_autofree char *name = g_strdup_printf ("sink_%u", line);
  g_autoptr (GstWebRTCRTPTransceiver) transceiver = NULL;
  g_autoptr (GstCaps) caps = gst_caps_from_string (preferences);

  if (self->audio_pad == NULL) {
    self->audio_pad = gst_element_request_pad_simple (self->webrtc, name);
    self->audio_line = line;
  }
  if (self->audio_pad == NULL)
    return FALSE;
  g_object_get (self->audio_pad, "transceiver", &transceiver, NULL);
  g_object_set (transceiver, "codec-preferences", caps, NULL);
  return TRUE;
}

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

static HsSdpCodec *
find_audio_codec (HsSdp *sdp, guint line)
{
  HsSdpSection *section = hs_sdp_get_section (sdp, line);

  if (section == NULL || hs_sdp_section_get_kind (section) != HS_SDP_AUDIO)
    return NULL;
  return hs_sdp_section_find_codec (section, hs_leg_audio_get_codec_names ());
}

static char *
dup_codec_caps (const HsSdpCodec *codec)
{
  g_autofree char *name = g_ascii_strup (codec->name, -1);

  return g_strdup_printf (
      "application/x-rtp,media=audio,encoding-name=(string)\"%s\",payload=%d,clock-rate=%u%s", name,
      codec->payload, codec->clock_rate, codec->channels == 2 ? ",encoding-params=(string)2" : "");
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

/* The payloads of an offer as caps. */
static char *
dup_preferences (HsSdp *like)
{
  HsSdpSection *section = hs_sdp_find_kind (like, HS_SDP_AUDIO);
  g_autoptr (GPtrArray) codecs = section != NULL ? hs_sdp_section_dup_codecs (section) : NULL;
  GString *text = g_string_new (NULL);

  for (guint i = 0; codecs != NULL && i < codecs->len; i++) {
    g_autofree char *caps = dup_codec_caps (codecs->pdata[i]);

    g_string_append_printf (text, "%s%s", text->len > 0 ? ";" : "", caps);
  }
  return g_string_free (text, FALSE);
}

void
hs_leg_create_offer_async (HsLeg *self,
                           HsSdp *like,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autofree char *preferences =
      like != NULL ? dup_preferences (like) : hs_media_codecs_dup_caps (HS_MEDIA_AUDIO);

  if (!hs_leg_begin (self, cancellable, callback, user_data, hs_leg_create_offer_async))
    return;
  if (!prefer_audio (self, 0, preferences))
    hs_leg_fail (self, "the media engine has no room for audio", NULL);
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

static HsSdpCodec *
find_offered_audio (HsLeg *self, guint *line)
{
  for (guint i = 0; i < hs_sdp_get_n_sections (self->remote); i++) {
    HsSdpCodec *codec = find_audio_codec (self->remote, i);

    *line = i;
    if (codec != NULL)
      return codec;
  }
  return NULL;
}

static void
on_offer_applied (HsLeg *self, GTask *task, const GstStructure *reply)
{
  guint line;
  g_autoptr (HsSdpCodec) codec = find_offered_audio (self, &line);
  /* Payload numbers are compared literally: the offer's own is the only one that fits. */
  g_autofree char *caps = codec != NULL ? dup_codec_caps (codec) : NULL;

  if (caps == NULL)
    hs_leg_fail (self, "the offer has no codec that we know", NULL);
  else if (!prefer_audio (self, line, caps))
    hs_leg_fail (self, "the media engine has no room for audio", NULL);
  else
    hs_leg_ask_for (self, "create-answer", on_answer_created);
}

void
hs_leg_create_answer_async (HsLeg *self,
                            HsSdp *offer,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  if (!hs_leg_begin (self, cancellable, callback, user_data, hs_leg_create_answer_async))
    return;
  g_clear_pointer (&self->remote, hs_sdp_free);
  self->remote = hs_sdp_copy (offer);
  hs_leg_apply (self, "set-remote-description", GST_WEBRTC_SDP_TYPE_OFFER, offer, on_offer_applied);
}

HsSdp *
hs_leg_create_answer_finish (HsLeg *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- local description --- */

gboolean
hs_leg_follow_codec (HsLeg *self, HsSdp *answer, GError **error)
{
  HsSdpCodec *codec = find_audio_codec (answer, self->audio_line);
  HsLegAudioFormat format = { .complexity = self->opus_complexity };

  if (codec == NULL) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC, "there is no codec both ends know");
    return FALSE;
  }
  g_clear_pointer (&self->audio_codec, hs_sdp_codec_free);
  self->audio_codec = codec;
  format.name = codec->name;
  format.payload = codec->payload;
  return hs_leg_audio_add_sender (self->audio, GST_BIN (self->pipeline), self->audio_pad, &format,
                                  error);
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
  expect_events (self, answer);
  self->ticket = hs_leg_queue_enter (self->queue, on_turn_to_connect, self);
}

gboolean
hs_leg_set_answer_finish (HsLeg *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
