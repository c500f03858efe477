/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-negotiation.h"

#include <gio/gio.h>
#include <gst/sdp/gstsdpmessage.h>

/* libnice may never say that it is done; what it has found by then is good enough. */
#define GATHERING_TIMEOUT_MS 2000

/* A promise that was answered may still hold an error in its answer. */
static GError *
dup_promise_error (GstPromise *promise, const char *what)
{
  const GstStructure *reply = NULL;
  GError *error = NULL;

  if (gst_promise_wait (promise) != GST_PROMISE_RESULT_REPLIED)
    return g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, "%s: webrtcbin gave no answer", what);
  reply = gst_promise_get_reply (promise);
  if (reply != NULL && gst_structure_has_field (reply, "error"))
    gst_structure_get (reply, "error", G_TYPE_ERROR, &error, NULL);
  g_prefix_error (&error, "%s: ", what);
  return error;
}

/* @answered is called once and ends with promise_done(). */
static GstPromise *
promise_new (HsSandboxConnection *connection, GstPromiseChangeFunc answered)
{
  GstPromise *promise = gst_promise_new_with_change_func (
      answered, hs_sandbox_mailbox_ref (connection->mailbox), NULL);

  g_ptr_array_add (connection->promises, gst_promise_ref (promise));
  return promise;
}

static void
promise_done (GstPromise *promise, HsSandboxMailbox *mailbox)
{
  hs_sandbox_mailbox_unref (mailbox);
  gst_promise_unref (promise);
}

static char *
dup_mid (const GstSDPMessage *sdp)
{
  const GstSDPMedia *media =
      gst_sdp_message_medias_len (sdp) > 0 ? gst_sdp_message_get_media (sdp, 0) : NULL;

  return media != NULL ? g_strdup (gst_sdp_media_get_attribute_val (media, "mid")) : NULL;
}

static void
take_addresses (HsSandboxConnection *connection)
{
  g_autoptr (GError) error = NULL;
  GstWebRTCSessionDescription *local = NULL;
  g_autofree char *text = NULL;

  if (connection->ready == NULL)
    return;
  g_object_get (connection->webrtc, "local-description", &local, NULL);
  if (local != NULL) {
    text = gst_sdp_message_as_text (local->sdp);
    connection->mid = dup_mid (local->sdp);
    gst_webrtc_session_description_free (local);
  }
  connection->transport = hs_sandbox_transport_parse (text != NULL ? text : "", connection->ssrc,
                                                      connection->cname, &error);
  hs_sandbox_connection_finish (connection, error);
}

static gboolean
on_gathering_timeout (gpointer user_data)
{
  HsSandboxConnection *connection = user_data;

  connection->timeout_id = 0;
  g_warning ("gathering has not ended within %d ms, taking what there is", GATHERING_TIMEOUT_MS);
  take_addresses (connection);
  return G_SOURCE_REMOVE;
}

void
hs_sandbox_negotiation_follow_gathering (HsSandboxConnection *connection,
                                         GstWebRTCSessionDescription *description,
                                         GError *error)
{
  GstWebRTCICEGatheringState state;

  g_object_get (connection->webrtc, "ice-gathering-state", &state, NULL);
  if (state == GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE && connection->timeout_id != 0)
    take_addresses (connection);
}

static void
after_local (HsSandboxConnection *connection,
             GstWebRTCSessionDescription *description,
             GError *error)
{
  if (connection->ready == NULL)
    return;
  if (error != NULL) {
    hs_sandbox_connection_finish (connection, error);
    return;
  }
  connection->timeout_id = g_timeout_add (GATHERING_TIMEOUT_MS, on_gathering_timeout, connection);
  hs_sandbox_negotiation_follow_gathering (connection, NULL, NULL);
}

static void
on_local_set (GstPromise *promise, gpointer user_data)
{
  hs_sandbox_mailbox_post (user_data, after_local, NULL,
                           dup_promise_error (promise, "cannot apply our description"));
  promise_done (promise, user_data);
}

static void
after_described (HsSandboxConnection *connection,
                 GstWebRTCSessionDescription *description,
                 GError *error)
{
  if (connection->ready == NULL)
    return;
  if (error != NULL) {
    hs_sandbox_connection_finish (connection, error);
    return;
  }
  g_signal_emit_by_name (connection->webrtc, "set-local-description", description,
                         promise_new (connection, on_local_set));
}

static void
take_description (GstPromise *promise, HsSandboxMailbox *mailbox, const char *type)
{
  GstWebRTCSessionDescription *description = NULL;
  GError *error = dup_promise_error (promise, "cannot describe ourselves");

  if (error == NULL && !gst_structure_get (gst_promise_get_reply (promise), type,
                                           GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &description, NULL))
    error = g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, "no %s from webrtcbin", type);
  hs_sandbox_mailbox_post (mailbox, after_described, description, error);
  promise_done (promise, mailbox);
}

static void
on_answer_created (GstPromise *promise, gpointer user_data)
{
  take_description (promise, user_data, "answer");
}

static void
on_offer_created (GstPromise *promise, gpointer user_data)
{
  take_description (promise, user_data, "offer");
}

/* webrtcbin only becomes a sender on a line that the far end offered if its pad is requested
 * between the offer and the answer. */
static gboolean
link_source (HsSandboxConnection *connection, GError **error)
{
  g_autoptr (GstCaps) caps = hs_sandbox_track_create_caps (connection->track);
  g_autoptr (GstWebRTCRTPTransceiver) transceiver = NULL;
  g_autoptr (GstPad) sink = NULL, src = NULL;
  GstElement *source = hs_sandbox_track_create_source (connection->track, error);

  if (source == NULL)
    return FALSE;
  gst_bin_add (GST_BIN (connection->pipeline), source);
  sink = gst_element_request_pad_simple (connection->webrtc, "sink_0");
  src = gst_element_get_static_pad (source, "src");
  if (sink == NULL || gst_pad_link (src, sink) != GST_PAD_LINK_OK) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "webrtcbin does not take our audio");
    return FALSE;
  }
  g_object_get (sink, "transceiver", &transceiver, NULL);
  g_object_set (transceiver, "codec-preferences", caps, NULL);
  gst_element_sync_state_with_parent (source);
  return TRUE;
}

static void
after_remote (HsSandboxConnection *connection,
              GstWebRTCSessionDescription *description,
              GError *error)
{
  g_autoptr (GError) link_error = NULL;

  if (connection->ready == NULL)
    return;
  if (error == NULL && !link_source (connection, &link_error))
    error = link_error;
  if (error != NULL) {
    hs_sandbox_connection_finish (connection, error);
    return;
  }
  g_signal_emit_by_name (connection->webrtc, "create-answer", NULL,
                         promise_new (connection, on_answer_created));
}

static void
on_remote_set (GstPromise *promise, gpointer user_data)
{
  hs_sandbox_mailbox_post (user_data, after_remote, NULL,
                           dup_promise_error (promise, "cannot take the offer"));
  promise_done (promise, user_data);
}

static gboolean
set_remote (HsSandboxConnection *connection,
            GstWebRTCSDPType type,
            const char *text,
            GstPromiseChangeFunc answered,
            GError **error)
{
  GstSDPMessage *message = NULL;
  GstWebRTCSessionDescription *description;

  if (gst_sdp_message_new_from_text (text, &message) != GST_SDP_OK) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "cannot read the description");
    return FALSE;
  }
  description = gst_webrtc_session_description_new (type, message);
  g_signal_emit_by_name (connection->webrtc, "set-remote-description", description,
                         promise_new (connection, answered));
  gst_webrtc_session_description_free (description);
  return TRUE;
}

static gboolean
make_offer (HsSandboxConnection *connection, GError **error)
{
  if (!link_source (connection, error))
    return FALSE;
  g_signal_emit_by_name (connection->webrtc, "create-offer", NULL,
                         promise_new (connection, on_offer_created));
  return TRUE;
}

/* Whoever answered hears nothing when this fails; the log says why. */
static void
after_answer_set (HsSandboxConnection *connection,
                  GstWebRTCSessionDescription *description,
                  GError *error)
{
  if (error != NULL)
    g_message ("no media for a call: %s", error->message);
}

static void
on_answer_set (GstPromise *promise, gpointer user_data)
{
  hs_sandbox_mailbox_post (user_data, after_answer_set, NULL,
                           dup_promise_error (promise, "cannot take the answer"));
  promise_done (promise, user_data);
}

gboolean
hs_sandbox_negotiation_start (HsSandboxConnection *connection, GError **error)
{
  if (connection->offer == NULL)
    return make_offer (connection, error);
  return set_remote (connection, GST_WEBRTC_SDP_TYPE_OFFER, connection->offer, on_remote_set,
                     error);
}

gboolean
hs_sandbox_negotiation_take_answer (HsSandboxConnection *connection,
                                    const char *answer,
                                    GError **error)
{
  return set_remote (connection, GST_WEBRTC_SDP_TYPE_ANSWER, answer, on_answer_set, error);
}

void
hs_sandbox_negotiation_finish (HsSandboxConnection *connection)
{
  for (guint i = 0; i < connection->promises->len; i++)
    gst_promise_wait (g_ptr_array_index (connection->promises, i));
  g_clear_pointer (&connection->promises, g_ptr_array_unref);
}
