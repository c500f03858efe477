/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-connection-private.h"

#include "hs-sandbox-negotiation.h"
#include "hs-sandbox-stop.h"

#include <gio/gio.h>
#include <nice/agent.h>
#include <nice/interfaces.h>

#define OFFERED_PAYLOAD 111

/* The echo's delay is this and the network's. */
#define JITTER_BUFFER_MS 40

void
hs_sandbox_connection_finish (HsSandboxConnection *connection, const GError *error)
{
  HsSandboxConnectionReady ready = connection->ready;

  connection->ready = NULL;
  g_clear_handle_id (&connection->timeout_id, g_source_remove);
  if (ready != NULL)
    ready (connection, error, connection->user_data);
}

/* Runs on a webrtcbin thread, as the next two. */
static void
on_connection_state (GstElement *webrtc, GParamSpec *pspec, gpointer user_data)
{
  HsSandboxMailbox *mailbox = user_data;
  GstWebRTCPeerConnectionState state;

  g_object_get (webrtc, "connection-state", &state, NULL);
  hs_sandbox_track_set_connected (mailbox->track,
                                  state == GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED);
}

static void
on_gathering_state (GstElement *webrtc, GParamSpec *pspec, gpointer user_data)
{
  hs_sandbox_mailbox_post (user_data, hs_sandbox_negotiation_follow_gathering, NULL, NULL);
}

/* A pad that is not linked at once is the end of the whole transport. */
static void
on_pad_added (GstElement *webrtc, GstPad *pad, gpointer user_data)
{
  HsSandboxMailbox *mailbox = user_data;
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
  hs_sandbox_mailbox_unref (data);
}

static void
watch (HsSandboxConnection *connection, const char *signal, GCallback callback)
{
  g_signal_connect_data (connection->webrtc, signal, callback,
                         hs_sandbox_mailbox_ref (connection->mailbox), mailbox_closure_notify, 0);
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
    hs_sandbox_connection_finish (connection, error);
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
    hs_sandbox_connection_finish (connection, error);
    return G_SOURCE_REMOVE;
  }
  /* webrtcbin refuses everything while it is not at least ready. */
  gst_element_set_state (connection->pipeline, GST_STATE_PLAYING);
  if (!hs_sandbox_negotiation_start (connection, &error))
    hs_sandbox_connection_finish (connection, error);
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
  connection->mailbox = hs_sandbox_mailbox_new (connection, connection->track);
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
  return hs_sandbox_negotiation_take_answer (connection, reduced, error);
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
  hs_sandbox_mailbox_close (connection->mailbox);
  g_clear_handle_id (&connection->start_id, g_source_remove);
  g_clear_handle_id (&connection->timeout_id, g_source_remove);
  g_clear_handle_id (&connection->bus_watch_id, g_source_remove);
  hs_sandbox_negotiation_finish (connection);
  if (connection->pipeline != NULL)
    hs_sandbox_stop_pipeline (connection->pipeline);
  gst_clear_object (&connection->pipeline);
  gst_clear_object (&connection->webrtc);
  g_clear_pointer (&connection->mailbox, hs_sandbox_mailbox_unref);
  g_clear_pointer (&connection->track, hs_sandbox_track_unref);
  g_clear_pointer (&connection->transport, hs_sandbox_transport_free);
  g_free (connection->offer);
  g_free (connection->mid);
  g_free (connection->fingerprint);
  g_free (connection->cname);
  g_free (connection);
}
