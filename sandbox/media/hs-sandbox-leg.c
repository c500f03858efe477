/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * webrtcbin answers on threads of its own. What it says is posted to the main context together
 * with a Mailbox, which outlives the leg and knows whether there still is one.
 */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-leg.h"

#include "hs-sandbox-track.h"

#include <gio/gio.h>
#include <gst/sdp/gstsdpmessage.h>
#include <nice/agent.h>
#include <nice/interfaces.h>

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

/* libnice may never say that it is done; what it has found by then is good enough. */
#define GATHERING_TIMEOUT_MS 2000

/* The echo's delay is this and the network's. */
#define JITTER_BUFFER_MS 40

typedef struct {
  HsSandboxLeg *leg; /* only for the main context; NULL when it is gone */
  HsSandboxTrack *track;
} Mailbox;

struct _HsSandboxLeg {
  HsSandboxLegReady ready; /* NULL once called */
  gpointer user_data;

  HsSandboxCodec codec;
  char *offer; /* what webrtcbin sees of it */
  char *fingerprint;
  gboolean loopback_only;
  guint32 ssrc;
  char *cname;

  GstElement *pipeline, *webrtc;
  HsSandboxTrack *track;
  HsSandboxTransport *transport;
  Mailbox *mailbox;
  guint start_id, timeout_id, bus_watch_id;
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
mailbox_new (HsSandboxLeg *leg)
{
  Mailbox *mailbox = g_atomic_rc_box_new0 (Mailbox);

  mailbox->leg = leg;
  mailbox->track = hs_sandbox_track_ref (leg->track);
  return mailbox;
}

typedef void (*Step) (HsSandboxLeg *leg, GstWebRTCSessionDescription *description, GError *error);

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

  if (letter->mailbox->leg != NULL)
    letter->step (letter->mailbox->leg, letter->description, letter->error);
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

/* The last thing that a step does: the callback frees the leg in case of an error. */
static void
finish (HsSandboxLeg *leg, const GError *error)
{
  HsSandboxLegReady ready = leg->ready;

  leg->ready = NULL;
  g_clear_handle_id (&leg->timeout_id, g_source_remove);
  if (ready != NULL)
    ready (leg, error, leg->user_data);
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

static GstPromise *
promise_new (HsSandboxLeg *leg, GstPromiseChangeFunc answered)
{
  return gst_promise_new_with_change_func (answered, g_atomic_rc_box_acquire (leg->mailbox),
                                           mailbox_unref);
}

static void
take_addresses (HsSandboxLeg *leg)
{
  g_autoptr (GError) error = NULL;
  GstWebRTCSessionDescription *local = NULL;
  g_autofree char *text = NULL;

  if (leg->ready == NULL)
    return;
  g_object_get (leg->webrtc, "local-description", &local, NULL);
  if (local != NULL) {
    text = gst_sdp_message_as_text (local->sdp);
    gst_webrtc_session_description_free (local);
  }
  leg->transport =
      hs_sandbox_transport_parse (text != NULL ? text : "", leg->ssrc, leg->cname, &error);
  finish (leg, error);
}

static gboolean
on_gathering_timeout (gpointer user_data)
{
  HsSandboxLeg *leg = user_data;

  leg->timeout_id = 0;
  g_warning ("gathering has not ended within %d ms, taking what there is", GATHERING_TIMEOUT_MS);
  take_addresses (leg);
  return G_SOURCE_REMOVE;
}

static void
on_gathering_changed (HsSandboxLeg *leg, GstWebRTCSessionDescription *description, GError *error)
{
  GstWebRTCICEGatheringState state;

  g_object_get (leg->webrtc, "ice-gathering-state", &state, NULL);
  if (state == GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE && leg->timeout_id != 0)
    take_addresses (leg);
}

static void
after_local (HsSandboxLeg *leg, GstWebRTCSessionDescription *description, GError *error)
{
  if (leg->ready == NULL)
    return;
  if (error != NULL) {
    finish (leg, error);
    return;
  }
  leg->timeout_id = g_timeout_add (GATHERING_TIMEOUT_MS, on_gathering_timeout, leg);
  on_gathering_changed (leg, NULL, NULL);
}

static void
on_local_set (GstPromise *promise, gpointer user_data)
{
  post (user_data, after_local, NULL, dup_promise_error (promise, "cannot apply the answer"));
  gst_promise_unref (promise);
}

static void
after_answer (HsSandboxLeg *leg, GstWebRTCSessionDescription *description, GError *error)
{
  if (leg->ready == NULL)
    return;
  if (error != NULL) {
    finish (leg, error);
    return;
  }
  g_signal_emit_by_name (leg->webrtc, "set-local-description", description,
                         promise_new (leg, on_local_set));
}

static void
on_answer_created (GstPromise *promise, gpointer user_data)
{
  GstWebRTCSessionDescription *answer = NULL;
  GError *error = dup_promise_error (promise, "cannot answer");

  if (error == NULL && !gst_structure_get (gst_promise_get_reply (promise), "answer",
                                           GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &answer, NULL))
    error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "cannot answer: no answer in it");
  post (user_data, after_answer, answer, error);
  gst_promise_unref (promise);
}

/* webrtcbin only becomes a sender on a line that the far end offered if its pad is requested
 * between the offer and the answer. */
static gboolean
link_source (HsSandboxLeg *leg, GError **error)
{
  g_autoptr (GstCaps) caps = hs_sandbox_track_create_caps (leg->track);
  g_autoptr (GstWebRTCRTPTransceiver) transceiver = NULL;
  g_autoptr (GstPad) sink = NULL, src = NULL;
  GstElement *source = hs_sandbox_track_create_source (leg->track, error);

  if (source == NULL)
    return FALSE;
  gst_bin_add (GST_BIN (leg->pipeline), source);
  sink = gst_element_request_pad_simple (leg->webrtc, "sink_0");
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
after_remote (HsSandboxLeg *leg, GstWebRTCSessionDescription *description, GError *error)
{
  g_autoptr (GError) link_error = NULL;

  if (leg->ready == NULL)
    return;
  if (error == NULL && !link_source (leg, &link_error))
    error = link_error;
  if (error != NULL) {
    finish (leg, error);
    return;
  }
  g_signal_emit_by_name (leg->webrtc, "create-answer", NULL, promise_new (leg, on_answer_created));
}

static void
on_remote_set (GstPromise *promise, gpointer user_data)
{
  post (user_data, after_remote, NULL, dup_promise_error (promise, "cannot take the offer"));
  gst_promise_unref (promise);
}

static gboolean
set_offer (HsSandboxLeg *leg, GError **error)
{
  GstSDPMessage *message = NULL;
  GstWebRTCSessionDescription *offer;

  if (gst_sdp_message_new_from_text (leg->offer, &message) != GST_SDP_OK) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "cannot read the offer");
    return FALSE;
  }
  offer = gst_webrtc_session_description_new (GST_WEBRTC_SDP_TYPE_OFFER, message);
  g_signal_emit_by_name (leg->webrtc, "set-remote-description", offer,
                         promise_new (leg, on_remote_set));
  gst_webrtc_session_description_free (offer);
  return TRUE;
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
watch (HsSandboxLeg *leg, const char *signal, GCallback callback)
{
  g_signal_connect_data (leg->webrtc, signal, callback, g_atomic_rc_box_acquire (leg->mailbox),
                         mailbox_closure_notify, 0);
}

static gboolean
on_bus_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  HsSandboxLeg *leg = user_data;
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR)
    return G_SOURCE_CONTINUE;
  gst_message_parse_error (message, &error, NULL);
  g_info ("media of a call has ended: %s", error->message);
  hs_sandbox_track_set_connected (leg->track, FALSE);
  leg->bus_watch_id = 0;
  if (leg->ready != NULL)
    finish (leg, error);
  return G_SOURCE_REMOVE;
}

/* Addresses with a scope (fe80::1%eth0) mean nothing to another machine. */
static void
add_addresses (HsSandboxLeg *leg, NiceAgent *agent)
{
  GList *names = nice_interfaces_get_local_ips (TRUE);

  for (GList *link = names; link != NULL; link = link->next) {
    g_autoptr (GInetAddress) address = g_inet_address_new_from_string (link->data);
    NiceAddress nice_address;

    if (address == NULL || g_inet_address_get_is_link_local (address))
      continue;
    if (leg->loopback_only && !g_inet_address_get_is_loopback (address))
      continue;
    nice_address_init (&nice_address);
    if (nice_address_set_from_string (&nice_address, link->data))
      nice_agent_add_local_address (agent, &nice_address);
  }
  g_list_free_full (names, g_free);
}

/* UPnP alone would cost 200 ms for each call. */
static void
tune_ice (HsSandboxLeg *leg)
{
  g_autoptr (GObject) ice = NULL, agent = NULL;

  g_object_get (leg->webrtc, "ice-agent", &ice, NULL);
  g_object_set (ice, "ice-tcp", FALSE, NULL);
  g_object_get (ice, "agent", &agent, NULL);
  g_object_set (agent, "upnp", FALSE, NULL);
  add_addresses (leg, NICE_AGENT (agent));
}

/* RTCP carries a name that the answer announces; the usual one would tell the machine's. */
static void
name_source (HsSandboxLeg *leg)
{
  g_autoptr (GstElement) rtpbin = gst_bin_get_by_name (GST_BIN (leg->webrtc), "rtpbin");
  GstStructure *names =
      gst_structure_new ("application/x-rtp-source-sdes", "cname", G_TYPE_STRING, leg->cname, NULL);

  g_object_set (rtpbin, "sdes", names, NULL);
  gst_structure_free (names);
}

static gboolean
build (HsSandboxLeg *leg, GError **error)
{
  g_autoptr (GstBus) bus = NULL;

  if (!gst_init_check (NULL, NULL, error))
    return FALSE;
  leg->webrtc = gst_element_factory_make ("webrtcbin", NULL);
  if (leg->webrtc == NULL) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no element \"webrtcbin\"");
    return FALSE;
  }
  g_object_set (leg->webrtc, "bundle-policy", GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE, "latency",
                JITTER_BUFFER_MS, NULL);
  leg->pipeline = gst_pipeline_new (NULL);
  gst_bin_add (GST_BIN (leg->pipeline), gst_object_ref (leg->webrtc));
  bus = gst_element_get_bus (leg->pipeline);
  leg->bus_watch_id = gst_bus_add_watch (bus, on_bus_message, leg);
  tune_ice (leg);
  name_source (leg);
  watch (leg, "notify::connection-state", G_CALLBACK (on_connection_state));
  watch (leg, "notify::ice-gathering-state", G_CALLBACK (on_gathering_state));
  watch (leg, "pad-added", G_CALLBACK (on_pad_added));
  return TRUE;
}

static gboolean
on_start (gpointer user_data)
{
  HsSandboxLeg *leg = user_data;
  g_autoptr (GError) error = NULL;

  leg->start_id = 0;
  if (!build (leg, &error)) {
    finish (leg, error);
    return G_SOURCE_REMOVE;
  }
  /* webrtcbin refuses everything while it is not at least ready. */
  gst_element_set_state (leg->pipeline, GST_STATE_PLAYING);
  if (!set_offer (leg, &error))
    finish (leg, error);
  return G_SOURCE_REMOVE;
}

HsSandboxLeg *
hs_sandbox_leg_new (HsSandboxMediaKind kind,
                    const HsSandboxOffer *offer,
                    HsSandboxLegReady ready,
                    gpointer user_data)
{
  HsSandboxLeg *leg = g_new0 (HsSandboxLeg, 1);

  leg->ready = ready;
  leg->user_data = user_data;
  leg->codec = offer->codec;
  leg->offer = hs_sandbox_answer_reduce_offer (offer, &leg->codec);
  leg->fingerprint = g_strdup (offer->fingerprint);
  leg->loopback_only = offer->has_loopback;
  leg->ssrc = g_random_int ();
  leg->cname = g_uuid_string_random ();
  leg->track = hs_sandbox_track_new (kind, &leg->codec, leg->ssrc);
  leg->mailbox = mailbox_new (leg);
  leg->start_id = g_idle_add_full (G_PRIORITY_DEFAULT, on_start, leg, NULL);
  return leg;
}

void
hs_sandbox_leg_set_sending (HsSandboxLeg *leg, gboolean sending)
{
  hs_sandbox_track_set_wanted (leg->track, sending);
}

const HsSandboxTransport *
hs_sandbox_leg_get_transport (HsSandboxLeg *leg)
{
  return leg->transport;
}

const HsSandboxCodec *
hs_sandbox_leg_get_codec (HsSandboxLeg *leg)
{
  return &leg->codec;
}

gboolean
hs_sandbox_leg_serves (HsSandboxLeg *leg, const HsSandboxOffer *offer)
{
  return g_ascii_strcasecmp (leg->fingerprint, offer->fingerprint) == 0;
}

void
hs_sandbox_leg_free (HsSandboxLeg *leg)
{
  leg->mailbox->leg = NULL;
  g_clear_handle_id (&leg->start_id, g_source_remove);
  g_clear_handle_id (&leg->timeout_id, g_source_remove);
  g_clear_handle_id (&leg->bus_watch_id, g_source_remove);
  if (leg->pipeline != NULL)
    gst_element_set_state (leg->pipeline, GST_STATE_NULL);
  gst_clear_object (&leg->pipeline);
  gst_clear_object (&leg->webrtc);
  g_clear_pointer (&leg->mailbox, mailbox_unref);
  g_clear_pointer (&leg->track, hs_sandbox_track_unref);
  g_clear_pointer (&leg->transport, hs_sandbox_transport_free);
  g_free (leg->offer);
  g_free (leg->fingerprint);
  g_free (leg->cname);
  g_free (leg);
}
