/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * webrtcbin answers on threads of its own. What it says is posted to the main context together
 * with a Mailbox, which outlives the connection and knows whether there still is one.
 */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-connection.h"

#include "hs-sandbox-stop.h"
#include "hs-sandbox-track.h"

#include <gio/gio.h>
#include <gst/sdp/gstsdpmessage.h>
#include <nice/agent.h>
#include <nice/interfaces.h>

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

/* libnice may never say that it is done; what it has found by then is good enough. */
#define GATHERING_TIMEOUT_MS 2000

#define OFFERED_PAYLOAD 111

/* The echo's delay is this and the network's. */
#define JITTER_BUFFER_MS 40

typedef struct {
  HsSandboxConnection *connection; /* only for the main context; NULL when it is gone */
  HsSandboxTrack *track;
} Mailbox;

struct _HsSandboxConnection {
  HsSandboxConnectionReady ready; /* NULL once called */
  gpointer user_data;

  HsSandboxCodec codec;
  char *offer; /* what webrtcbin sees of it; NULL: it makes one itself */
  char *mid;   /* webrtcbin's name for the line in its own offer */
  char *fingerprint;
  gboolean loopback_only;
  guint32 ssrc;
  char *cname;

  GstElement *pipeline, *webrtc;
  HsSandboxTrack *track;
  HsSandboxTransport *transport;
  Mailbox *mailbox;
  guint start_id, timeout_id, bus_watch_id;
  GPtrArray *promises; /* of GstPromise: what webrtcbin was asked */
};

static void
mailbox_clear (gpointer data)
{
  hs_sandbox_track_unref (((Mailbox *) data)->track);
}

static void
mailbox_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, mailbox_clear);
}

static Mailbox *
mailbox_new (HsSandboxConnection *connection)
{
  Mailbox *mailbox = g_atomic_rc_box_new0 (Mailbox);

  mailbox->connection = connection;
  mailbox->track = hs_sandbox_track_ref (connection->track);
  return mailbox;
}

typedef void (*Step) (HsSandboxConnection *connection,
                      GstWebRTCSessionDescription *description,
                      GError *error);

typedef struct {
  Mailbox *mailbox;
  Step step;
  GstWebRTCSessionDescription *description; /* or NULL */
  GError *error;                            /* or NULL */
} Letter;

static void
letter_free (gpointer data)
{
  Letter *letter = data;

  mailbox_unref (letter->mailbox);
  g_clear_pointer (&letter->description, gst_webrtc_session_description_free);
  g_clear_error (&letter->error);
  g_free (letter);
}

static gboolean
on_letter (gpointer data)
{
  Letter *letter = data;

  if (letter->mailbox->connection != NULL)
    letter->step (letter->mailbox->connection, letter->description, letter->error);
  return G_SOURCE_REMOVE;
}

static void
post (Mailbox *mailbox, Step step, GstWebRTCSessionDescription *description, GError *error)
{
  Letter *letter = g_new0 (Letter, 1);

  letter->mailbox = g_atomic_rc_box_acquire (mailbox);
  letter->step = step;
  letter->description = description;
  letter->error = error;
  g_idle_add_full (G_PRIORITY_DEFAULT, on_letter, letter, letter_free);
}

/* The last thing that a step does: the callback frees the connection in case of an error. */
static void
finish (HsSandboxConnection *connection, const GError *error)
{
  HsSandboxConnectionReady ready = connection->ready;

  connection->ready = NULL;
  g_clear_handle_id (&connection->timeout_id, g_source_remove);
  if (ready != NULL)
    ready (connection, error, connection->user_data);
}

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

/* @answered is called once, also for what waits when webrtcbin is closed (which answers nothing any
 * more), and ends with promise_done(). */
static GstPromise *
promise_new (HsSandboxConnection *connection, GstPromiseChangeFunc answered)
{
  GstPromise *promise = gst_promise_new_with_change_func (
      answered, g_atomic_rc_box_acquire (connection->mailbox), NULL);

  g_ptr_array_add (connection->promises, gst_promise_ref (promise));
  return promise;
}

static void
promise_done (GstPromise *promise, Mailbox *mailbox)
{
  mailbox_unref (mailbox);
  gst_promise_unref (promise);
}

static void
expire_promises (HsSandboxConnection *connection)
{
  for (guint i = 0; i < connection->promises->len; i++)
    gst_promise_expire (g_ptr_array_index (connection->promises, i));
  g_clear_pointer (&connection->promises, g_ptr_array_unref);
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
  finish (connection, error);
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

static void
on_gathering_changed (HsSandboxConnection *connection,
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
    finish (connection, error);
    return;
  }
  connection->timeout_id = g_timeout_add (GATHERING_TIMEOUT_MS, on_gathering_timeout, connection);
  on_gathering_changed (connection, NULL, NULL);
}

static void
on_local_set (GstPromise *promise, gpointer user_data)
{
  post (user_data, after_local, NULL, dup_promise_error (promise, "cannot apply our description"));
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
    finish (connection, error);
    return;
  }
  g_signal_emit_by_name (connection->webrtc, "set-local-description", description,
                         promise_new (connection, on_local_set));
}

static void
take_description (GstPromise *promise, Mailbox *mailbox, const char *type)
{
  GstWebRTCSessionDescription *description = NULL;
  GError *error = dup_promise_error (promise, "cannot describe ourselves");

  if (error == NULL && !gst_structure_get (gst_promise_get_reply (promise), type,
                                           GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &description, NULL))
    error = g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, "no %s from webrtcbin", type);
  post (mailbox, after_described, description, error);
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
    finish (connection, error);
    return;
  }
  g_signal_emit_by_name (connection->webrtc, "create-answer", NULL,
                         promise_new (connection, on_answer_created));
}

static void
on_remote_set (GstPromise *promise, gpointer user_data)
{
  post (user_data, after_remote, NULL, dup_promise_error (promise, "cannot take the offer"));
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
  post (user_data, after_answer_set, NULL, dup_promise_error (promise, "cannot take the answer"));
  promise_done (promise, user_data);
}

gboolean
hs_sandbox_connection_take_answer (HsSandboxConnection *connection,
                                   const HsSandboxOffer *answer,
                                   GError **error)
{
  g_autofree char *reduced = NULL;

  if (answer->audio == HS_SANDBOX_NO_LINE ||
      !hs_sandbox_offer_has_codec (answer, &connection->codec)) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                         "the answer does not take the codec that was offered");
    return FALSE;
  }
  reduced = hs_sandbox_answer_reduce_answer (answer, &connection->codec, connection->mid);
  g_free (connection->fingerprint);
  connection->fingerprint = g_strdup (answer->fingerprint);
  g_free (connection->transport->setup);
  connection->transport->setup =
      g_strdup (g_str_equal (answer->setup, "active") ? "passive" : "active");
  return set_remote (connection, GST_WEBRTC_SDP_TYPE_ANSWER, reduced, on_answer_set, error);
}

/* Runs on a webrtcbin thread, as the next two. */
static void
on_connection_state (GstElement *webrtc, GParamSpec *pspec, gpointer user_data)
{
  Mailbox *mailbox = user_data;
  GstWebRTCPeerConnectionState state;

  g_object_get (webrtc, "connection-state", &state, NULL);
  hs_sandbox_track_set_connected (mailbox->track,
                                  state == GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED);
}

static void
on_gathering_state (GstElement *webrtc, GParamSpec *pspec, gpointer user_data)
{
  post (user_data, on_gathering_changed, NULL, NULL);
}

/* A pad that is not linked at once is the end of the whole transport. */
static void
on_pad_added (GstElement *webrtc, GstPad *pad, gpointer user_data)
{
  Mailbox *mailbox = user_data;
  g_autoptr (GstObject) pipeline = NULL;
  g_autoptr (GstPad) sink_pad = NULL;
  GstElement *sink;

  if (GST_PAD_DIRECTION (pad) != GST_PAD_SRC)
    return;
  pipeline = gst_object_get_parent (GST_OBJECT (webrtc));
  sink = hs_sandbox_track_create_sink (mailbox->track);
  if (pipeline == NULL || sink == NULL) {
    gst_clear_object (&sink);
    return;
  }
  gst_bin_add (GST_BIN (pipeline), sink);
  gst_element_sync_state_with_parent (sink);
  sink_pad = gst_element_get_static_pad (sink, "sink");
  gst_pad_link (pad, sink_pad);
}

static void
mailbox_closure_notify (gpointer data, GClosure *closure)
{
  mailbox_unref (data);
}

static void
watch (HsSandboxConnection *connection, const char *signal, GCallback callback)
{
  g_signal_connect_data (connection->webrtc, signal, callback,
                         g_atomic_rc_box_acquire (connection->mailbox), mailbox_closure_notify, 0);
}

static gboolean
on_bus_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  HsSandboxConnection *connection = user_data;
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR)
    return G_SOURCE_CONTINUE;
  gst_message_parse_error (message, &error, NULL);
  g_info ("media of a call has ended: %s", error->message);
  hs_sandbox_track_set_connected (connection->track, FALSE);
  connection->bus_watch_id = 0;
  if (connection->ready != NULL)
    finish (connection, error);
  return G_SOURCE_REMOVE;
}

/* Addresses with a scope (fe80::1%eth0) mean nothing to another machine. */
static void
add_addresses (HsSandboxConnection *connection, NiceAgent *agent)
{
  GList *names = nice_interfaces_get_local_ips (TRUE);

  for (GList *link = names; link != NULL; link = link->next) {
    g_autoptr (GInetAddress) address = g_inet_address_new_from_string (link->data);
    NiceAddress nice_address;

    if (address == NULL || g_inet_address_get_is_link_local (address))
      continue;
    if (connection->loopback_only && !g_inet_address_get_is_loopback (address))
      continue;
    nice_address_init (&nice_address);
    if (nice_address_set_from_string (&nice_address, link->data))
      nice_agent_add_local_address (agent, &nice_address);
  }
  g_list_free_full (names, g_free);
}

/* UPnP alone would cost 200 ms for each call. */
static void
tune_ice (HsSandboxConnection *connection)
{
  g_autoptr (GObject) ice = NULL, agent = NULL;

  g_object_get (connection->webrtc, "ice-agent", &ice, NULL);
  g_object_set (ice, "ice-tcp", FALSE, NULL);
  g_object_get (ice, "agent", &agent, NULL);
  g_object_set (agent, "upnp", FALSE, NULL);
  add_addresses (connection, NICE_AGENT (agent));
}

/* RTCP carries a name that the answer announces; the usual one would tell the machine's. */
static void
name_source (HsSandboxConnection *connection)
{
  g_autoptr (GstElement) rtpbin = gst_bin_get_by_name (GST_BIN (connection->webrtc), "rtpbin");
  GstStructure *names = gst_structure_new ("application/x-rtp-source-sdes", "cname", G_TYPE_STRING,
                                           connection->cname, NULL);

  g_object_set (rtpbin, "sdes", names, NULL);
  gst_structure_free (names);
}

static gboolean
build (HsSandboxConnection *connection, GError **error)
{
  g_autoptr (GstBus) bus = NULL;

  if (!gst_init_check (NULL, NULL, error))
    return FALSE;
  connection->webrtc = gst_element_factory_make ("webrtcbin", NULL);
  if (connection->webrtc == NULL) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no element \"webrtcbin\"");
    return FALSE;
  }
  g_object_set (connection->webrtc, "bundle-policy", GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE, "latency",
                JITTER_BUFFER_MS, NULL);
  connection->pipeline = gst_pipeline_new (NULL);
  gst_bin_add (GST_BIN (connection->pipeline), gst_object_ref (connection->webrtc));
  bus = gst_element_get_bus (connection->pipeline);
  connection->bus_watch_id = gst_bus_add_watch (bus, on_bus_message, connection);
  tune_ice (connection);
  name_source (connection);
  watch (connection, "notify::connection-state", G_CALLBACK (on_connection_state));
  watch (connection, "notify::ice-gathering-state", G_CALLBACK (on_gathering_state));
  watch (connection, "pad-added", G_CALLBACK (on_pad_added));
  return TRUE;
}

static gboolean
on_start (gpointer user_data)
{
  HsSandboxConnection *connection = user_data;
  g_autoptr (GError) error = NULL;

  connection->start_id = 0;
  if (!build (connection, &error)) {
    finish (connection, error);
    return G_SOURCE_REMOVE;
  }
  /* webrtcbin refuses everything while it is not at least ready. */
  gst_element_set_state (connection->pipeline, GST_STATE_PLAYING);
  if (connection->offer == NULL ? !make_offer (connection, &error)
                                : !set_remote (connection, GST_WEBRTC_SDP_TYPE_OFFER,
                                               connection->offer, on_remote_set, &error))
    finish (connection, error);
  return G_SOURCE_REMOVE;
}

static void
follow_offer (HsSandboxConnection *connection, const HsSandboxOffer *offer)
{
  connection->codec = offer->codec;
  connection->offer = hs_sandbox_answer_reduce_offer (offer, &connection->codec);
  connection->fingerprint = g_strdup (offer->fingerprint);
  connection->loopback_only = offer->has_loopback;
}

HsSandboxConnection *
hs_sandbox_connection_new (HsSandboxVoice *voice,
                           const HsSandboxOffer *offer,
                           HsSandboxConnectionReady ready,
                           gpointer user_data)
{
  HsSandboxConnection *connection = g_new0 (HsSandboxConnection, 1);

  connection->ready = ready;
  connection->user_data = user_data;
  connection->codec = (HsSandboxCodec){ HS_SANDBOX_CODEC_OPUS, OFFERED_PAYLOAD };
  if (offer != NULL)
    follow_offer (connection, offer);
  connection->ssrc = g_random_int ();
  connection->cname = g_uuid_string_random ();
  connection->track = hs_sandbox_track_new (voice, &connection->codec, connection->ssrc);
  connection->mailbox = mailbox_new (connection);
  connection->promises = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_promise_unref);
  connection->start_id = g_idle_add_full (G_PRIORITY_DEFAULT, on_start, connection, NULL);
  return connection;
}

void
hs_sandbox_connection_set_sending (HsSandboxConnection *connection, gboolean sending)
{
  hs_sandbox_track_set_wanted (connection->track, sending);
}

const HsSandboxTransport *
hs_sandbox_connection_get_transport (HsSandboxConnection *connection)
{
  return connection->transport;
}

const HsSandboxCodec *
hs_sandbox_connection_get_codec (HsSandboxConnection *connection)
{
  return &connection->codec;
}

gboolean
hs_sandbox_connection_serves (HsSandboxConnection *connection, const HsSandboxOffer *offer)
{
  return connection->fingerprint != NULL &&
         g_ascii_strcasecmp (connection->fingerprint, offer->fingerprint) == 0;
}

void
hs_sandbox_connection_free (HsSandboxConnection *connection)
{
  connection->mailbox->connection = NULL;
  g_clear_handle_id (&connection->start_id, g_source_remove);
  g_clear_handle_id (&connection->timeout_id, g_source_remove);
  g_clear_handle_id (&connection->bus_watch_id, g_source_remove);
  if (connection->pipeline != NULL)
    hs_sandbox_stop_pipeline (connection->pipeline);
  gst_clear_object (&connection->pipeline);
  gst_clear_object (&connection->webrtc);
  expire_promises (connection);
  g_clear_pointer (&connection->mailbox, mailbox_unref);
  g_clear_pointer (&connection->track, hs_sandbox_track_unref);
  g_clear_pointer (&connection->transport, hs_sandbox_transport_free);
  g_free (connection->offer);
  g_free (connection->mid);
  g_free (connection->fingerprint);
  g_free (connection->cname);
  g_free (connection);
}
