/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-leg-private.h"

#include "base/hs-error.h"
#include "hs-ice-servers.h"
#include "hs-leg-stop.h"
#include "hs-nice.h"
#include "hs-turn-tunnel.h"

#include <openssl/crypto.h>

/* A server that does not answer costs at most about a second of gathering. */
#define STUN_INITIAL_TIMEOUT_MS  200
#define STUN_MAX_RETRANSMISSIONS 3

#define MAX_WAITING_EVENTS 100

static void
unref_post_closure (gpointer data, GClosure *closure)
{
  hs_leg_post_unref (data);
}

static void
unref_post (gpointer data)
{
  hs_leg_post_unref (data);
}

/* --- what GStreamer's threads say; each just sends a letter --- */

static void
on_ice_candidate (GstElement *webrtc, guint line, const char *candidate, gpointer user_data)
{
  hs_leg_post_send (user_data, hs_leg_on_candidate, g_strdup (candidate), g_free);
}

static void
on_gathering_state (GstElement *webrtc, GParamSpec *spec, gpointer user_data)
{
  GstWebRTCICEGatheringState state;

  g_object_get (webrtc, "ice-gathering-state", &state, NULL);
  if (state == GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE)
    hs_leg_post_send (user_data, hs_leg_on_gathered, NULL, NULL);
}

static void
on_connection_state (GstElement *webrtc, GParamSpec *spec, gpointer user_data)
{
  GstWebRTCPeerConnectionState state;

  g_object_get (webrtc, "connection-state", &state, NULL);
  hs_leg_post_send (user_data, hs_leg_on_connection, GINT_TO_POINTER (state), NULL);
}

static void
on_ice_state (GstElement *webrtc, GParamSpec *spec, gpointer user_data)
{
  GstWebRTCICEConnectionState state;

  g_object_get (webrtc, "ice-connection-state", &state, NULL);
  if (state == GST_WEBRTC_ICE_CONNECTION_STATE_CONNECTED ||
      state == GST_WEBRTC_ICE_CONNECTION_STATE_COMPLETED)
    hs_leg_post_send (user_data, hs_leg_on_path, NULL, NULL);
}

static GstBusSyncReply
on_bus_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  GError *error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    g_prefix_error (&error, "%s: ", GST_OBJECT_NAME (GST_MESSAGE_SRC (message)));
    hs_leg_post_send (user_data, hs_leg_on_bus_error, error, (GDestroyNotify) g_error_free);
  }
  gst_message_unref (message);
  return GST_BUS_DROP;
}

static void
unref_router_closure (gpointer data, GClosure *closure)
{
  hs_leg_router_unref (data);
}

/* --- building --- */

static void
watch (HsLeg *self, const char *signal, GCallback callback)
{
  g_signal_connect_data (self->webrtc, signal, callback, hs_leg_post_ref (self->post),
                         unref_post_closure, 0);
}

static void
tune_agent (HsLeg *self, const HsLegOptions *options)
{
  g_autoptr (GObject) ice = NULL;
  g_autoptr (GObject) agent = NULL;
  g_autoptr (GError) error = NULL;

  g_object_get (self->webrtc, "ice-agent", &ice, NULL);
  g_object_set (ice, "ice-tcp", FALSE, NULL);
  g_object_get (ice, "agent", &agent, NULL);
  /* Looking for a UPnP gateway makes each gathering 200 ms longer. */
  g_object_set (agent, "upnp", FALSE, "stun-initial-timeout", STUN_INITIAL_TIMEOUT_MS,
                "stun-max-retransmissions", STUN_MAX_RETRANSMISSIONS, NULL);
  if (options->local_address != NULL &&
      !hs_nice_use_address (agent, options->local_address, &error))
    g_warning ("media.address: %s; all addresses are used", error->message);
}

static const HsIceServer *
add_tunnel (HsLeg *self, const HsIceServer *server, const HsLegOptions *options)
{
  gboolean v6 = options->local_address != NULL && strchr (options->local_address, ':') != NULL;
  g_autoptr (GError) error = NULL;
  HsTurnTunnel *tunnel = hs_turn_tunnel_new (server, options->config, v6, &error);

  if (tunnel == NULL) {
    g_warning ("TURN server %s left out: %s", server->name, error->message);
    return NULL;
  }
  g_ptr_array_add (self->tunnels, tunnel);
  return hs_turn_tunnel_get_entrance (tunnel);
}

static void
add_relay (HsLeg *self, const HsIceServer *server)
{
  g_autofree char *uri = hs_ice_server_dup_uri (server);
  gboolean taken = TRUE;

  g_signal_emit_by_name (self->webrtc, "add-turn-server", uri, &taken);
  if (!taken)
    g_warning ("ICE server %s was refused", server->name);
}

static void
set_stun_server (HsLeg *self, const HsIceServer *server)
{
  g_autofree char *uri = hs_ice_server_dup_uri (server);

  g_object_set (self->webrtc, "stun-server", uri, NULL);
}

static void
add_servers (HsLeg *self, const HsLegOptions *options)
{
  GPtrArray *servers = options->ice_servers;
  gboolean has_stun = FALSE;

  if (options->relay_only)
    gst_util_set_object_arg (G_OBJECT (self->webrtc), "ice-transport-policy", "relay");
  for (guint i = 0; servers != NULL && i < servers->len; i++) {
    const HsIceServer *server = servers->pdata[i];

    if (server->tls)
      server = add_tunnel (self, server, options);
    if (server != NULL && server->relay)
      add_relay (self, server);
    else if (server != NULL && !has_stun)
      set_stun_server (self, server);
    has_stun |= server != NULL && !server->relay;
  }
}

static void
arrived (gpointer owner, gpointer data)
{
  HsLeg *self = owner;

  g_signal_emit_by_name (self, "media-arrived", (guint) MAX (self->audio_line, 0));
}

/* What the audio half calls on streaming threads. */
typedef struct {
  HsLegPost *post;
  HsLegAudioReceived received;
  gpointer data;
  GDestroyNotify destroy;
} AudioEnd;

static void
on_audio_received (const gint16 *samples, gsize n_samples, gpointer user_data)
{
  AudioEnd *end = user_data;

  if (end->received != NULL)
    end->received (samples, n_samples, end->data);
}

static void
on_audio_arrived (gpointer user_data)
{
  hs_leg_post_send (((AudioEnd *) user_data)->post, arrived, NULL, NULL);
}

static void
free_audio_end (gpointer user_data)
{
  AudioEnd *end = user_data;

  if (end->destroy != NULL)
    end->destroy (end->data);
  hs_leg_post_unref (end->post);
  g_free (end);
}

/* Where telephone events go from the streaming thread. Only so many are under way, however many
 * come. */
typedef struct {
  HsLegPost *post;
  gint *n_waiting; /* counted references */
} EventEnd;

typedef struct {
  HsToneArrival arrival;
  gint *n_waiting;
} EventLetter;

static void
free_letter (gpointer data)
{
  EventLetter *letter = data;

  g_atomic_int_add (letter->n_waiting, -1);
  g_atomic_rc_box_release (letter->n_waiting);
  g_free (letter);
}

static void
take_event (gpointer owner, gpointer data)
{
  hs_tone_receiver_take (((HsLeg *) owner)->receiver, &((EventLetter *) data)->arrival);
}

static void
on_event (const HsToneArrival *arrival, gpointer user_data)
{
  EventEnd *end = user_data;
  EventLetter *letter;

  if (g_atomic_int_get (end->n_waiting) >= MAX_WAITING_EVENTS)
    return;
  g_atomic_int_inc (end->n_waiting);
  letter = g_new (EventLetter, 1);
  letter->arrival = *arrival;
  letter->n_waiting = g_atomic_rc_box_acquire (end->n_waiting);
  hs_leg_post_send (end->post, take_event, letter, free_letter);
}

static EventEnd *
event_end_new (HsLeg *self)
{
  EventEnd *end = g_new (EventEnd, 1);

  end->post = hs_leg_post_ref (self->post);
  end->n_waiting = g_atomic_rc_box_new0 (gint);
  return end;
}

static void
free_event_end (gpointer data)
{
  EventEnd *end = data;

  hs_leg_post_unref (end->post);
  g_atomic_rc_box_release (end->n_waiting);
  g_free (end);
}

static HsLegAudio *
make_audio (HsLeg *self, const HsLegOptions *options)
{
  AudioEnd *end = g_new0 (AudioEnd, 1);
  HsLegAudioEvents events = { on_audio_received, on_audio_arrived, end, free_audio_end };
  HsLegAudio *audio;

  end->post = hs_leg_post_ref (self->post);
  end->received = options->audio_received;
  end->data = options->audio_data;
  end->destroy = options->audio_destroy;
  audio = hs_leg_audio_new (&events);
  if (options->tones != NULL) {
    self->tones = hs_leg_tones_new (options->tones);
    hs_leg_audio_set_tones (audio, self->tones);
  }
  return audio;
}

static void
take_messages (HsLeg *self)
{
  /* Every message is looked at where it is posted, so the bus needs no queue and no descriptors. */
  g_autoptr (GstBus) bus = g_object_new (GST_TYPE_BUS, "enable-async", FALSE, NULL);

  gst_bus_set_sync_handler (bus, on_bus_message, hs_leg_post_ref (self->post), unref_post);
  gst_element_set_bus (self->pipeline, bus);
}

gboolean
hs_leg_build (HsLeg *self, const HsLegOptions *options, GError **error)
{
  self->audio = make_audio (self, options);
  self->router = hs_leg_router_new (self->audio);
  self->webrtc = gst_element_factory_make ("webrtcbin", NULL);
  if (self->webrtc == NULL) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC,
                 "GStreamer's element webrtcbin is missing");
    return FALSE;
  }
  self->pipeline = gst_pipeline_new (NULL);
  gst_object_ref (self->webrtc);
  gst_bin_add (GST_BIN (self->pipeline), self->webrtc);
  take_messages (self);
  g_object_set (self->webrtc, "latency", options->jitter_ms, NULL);
  gst_util_set_object_arg (G_OBJECT (self->webrtc), "bundle-policy",
                           options->unbundled ? "none" : "max-bundle");
  tune_agent (self, options);
  add_servers (self, options);
  self->gate = hs_leg_gate_new (self->webrtc, hs_certificate_get_pem (self->certificate), on_event,
                                event_end_new (self), free_event_end);
  self->payloads = hs_leg_payloads_new (self->webrtc);
  watch (self, "on-ice-candidate", G_CALLBACK (on_ice_candidate));
  watch (self, "notify::ice-gathering-state", G_CALLBACK (on_gathering_state));
  watch (self, "notify::ice-connection-state", G_CALLBACK (on_ice_state));
  watch (self, "notify::connection-state", G_CALLBACK (on_connection_state));
  g_signal_connect_data (self->webrtc, "pad-added", G_CALLBACK (hs_leg_on_pad_added),
                         hs_leg_router_ref (self->router), unref_router_closure, 0);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  return TRUE;
}

/* --- taking apart --- */

typedef struct {
  GstElement *pipeline;
  GstPromise *question; /* nullable */
} Remains;

static void
stop_pipeline (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Remains *remains = task_data;

  /* In the midst of it webrtcbin would make parts that nobody stops any more. */
  if (remains->question != NULL)
    gst_promise_wait (remains->question);
  g_clear_pointer (&remains->question, gst_promise_unref);
  hs_leg_stop_pipeline (remains->pipeline);
  /* The last reference goes here too, and not with the task on the control thread. */
  gst_clear_object (&remains->pipeline);
  /* As the warm-up's thread, this one goes back to a pool. */
  OPENSSL_thread_stop ();
  g_task_return_boolean (task, TRUE);
}

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsLegQueue) queue = user_data;

  hs_leg_queue_end_leaving (queue);
}

void
hs_leg_dismantle (HsLeg *self)
{
  /* Going to NULL waits for every thread of the pipeline. */
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_stopped, g_object_ref (self->queue));
  Remains *remains = g_new (Remains, 1);

  remains->pipeline = g_steal_pointer (&self->pipeline);
  remains->question = g_steal_pointer (&self->question);
  gst_clear_object (&self->audio_pad);
  gst_clear_object (&self->webrtc);
  g_task_set_source_tag (task, hs_leg_dismantle);
  g_task_set_task_data (task, remains, g_free);
  hs_leg_queue_begin_leaving (self->queue);
  g_task_run_in_thread (task, stop_pipeline);
}
