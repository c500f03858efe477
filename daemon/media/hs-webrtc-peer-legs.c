/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-webrtc-peer-private.h"

#include "base/hs-error.h"
#include "sdp/hs-sdp-transport.h"

#define JITTER_MS       60
#define OPUS_COMPLEXITY 5

void
hs_webrtc_peer_set_state (HsWebrtcPeer *self, HsPeerState state, const GError *reason)
{
  g_autoptr (GError) why = NULL;

  if (self->state == state || self->state == HS_PEER_CLOSED || state == HS_PEER_NEW)
    return;
  if (state == HS_PEER_FAILED && reason != NULL && self->relay_problem != NULL) {
    why = g_error_copy (reason);
    g_prefix_error (&why, "%s; ", self->relay_problem->message);
  }
  self->state = state;
  g_signal_emit_by_name (self, "state-changed", state, why != NULL ? why : reason);
}

/* --- which transport, which directions --- */

/* The transport that both ends mean to use: with a provisional answer that of our offer. */
static HsExchange *
get_current (HsWebrtcPeer *self)
{
  gboolean provisional = self->proposed.local != NULL && self->proposed.remote != NULL;

  return provisional ? &self->proposed : &self->agreed;
}

static gboolean
is_connected (HsPeerTransport *transport)
{
  HsPeerState state = hs_leg_get_state (transport->leg);

  return state == HS_PEER_CONNECTED || state == HS_PEER_LOST;
}

static void
set_live (HsWebrtcPeer *self, HsPeerTransport *transport)
{
  g_autoptr (HsPeerTransport) before = g_steal_pointer (&self->live);

  self->live = hs_peer_transport_ref (transport);
  hs_webrtc_peer_direct_audio (self, hs_leg_get_audio (transport->leg));
  if (before == NULL)
    return;
  /* The new one starts without a packet of its own. */
  hs_webrtc_peer_stop_flowing (self);
  if (before != self->agreed.transport)
    hs_leg_close (before->leg);
}

/* As both ends allow, seen from here. */
static HsSdpDirection
get_direction (const HsExchange *exchange, guint line)
{
  HsSdpSection *local = hs_sdp_get_section (exchange->local, line);
  HsSdpSection *remote = hs_sdp_get_section (exchange->remote, line);

  if (local == NULL || remote == NULL || hs_sdp_section_is_rejected (local) ||
      hs_sdp_section_is_rejected (remote))
    return HS_SDP_INACTIVE;
  return hs_sdp_section_get_direction (local) &
         hs_sdp_direction_reverse (hs_sdp_section_get_direction (remote));
}

/* The section's limit, and no more than the whole call's. */
static guint
get_limit (HsSdp *remote, guint line)
{
  guint64 whole = hs_sdp_section_get_bandwidth_bps (hs_sdp_get_head (remote));
  guint64 own = hs_sdp_section_get_bandwidth_bps (hs_sdp_get_section (remote, line));

  if (own == 0 || (whole != 0 && whole < own))
    own = whole;
  return MIN (own, G_MAXINT);
}

static void
update_line (HsWebrtcPeer *self, HsExchange *current, guint line)
{
  HsSdpDirection direction = get_direction (current, line);
  gboolean sends = hs_sdp_direction_sends (direction);
  gboolean receives = hs_sdp_direction_receives (direction);
  gboolean audio = hs_webrtc_peer_get_line_kind (current->local, line) == HS_MEDIA_AUDIO;

  if (hs_sdp_section_is_rejected (hs_sdp_get_section (current->local, line)) && audio)
    return;
  if (!receives)
    hs_webrtc_peer_set_flowing (self, line, FALSE);
  if (hs_sdp_get_section (current->remote, line) != NULL)
    hs_leg_set_bitrate (current->transport->leg, line, get_limit (current->remote, line));
  if (audio)
    hs_webrtc_peer_update_tones (self, current, sends);
  hs_leg_set_directions (current->transport->leg, line, sends, receives);
  if (audio && current->transport == self->live)
    hs_audio_port_set_gates (hs_webrtc_peer_get_port (self), sends, receives);
}

void
hs_webrtc_peer_update_media (HsWebrtcPeer *self)
{
  HsExchange *current = get_current (self);

  if (current->transport == NULL)
    return;
  if (current->transport != self->live && is_connected (current->transport))
    set_live (self, current->transport);
  for (guint i = 0; i < hs_sdp_get_n_sections (current->local); i++)
    update_line (self, current, i);
  hs_webrtc_peer_direct_video (self, current == &self->agreed);
  hs_webrtc_peer_set_state (self, hs_leg_get_state (current->transport->leg),
                            hs_leg_get_reason (current->transport->leg));
}

void
hs_webrtc_peer_agree (HsWebrtcPeer *self)
{
  HsExchange before = self->agreed;

  self->agreed = self->proposed;
  self->proposed = (HsExchange){ NULL };
  /* What ran before runs on until the new one is connected. */
  if (before.transport != NULL && before.transport != self->agreed.transport &&
      before.transport != self->live)
    hs_leg_close (before.transport->leg);
  hs_exchange_clear (&before);
  hs_webrtc_peer_settle_locals (self);
  hs_webrtc_peer_mark_packets (self);
  hs_webrtc_peer_update_media (self);
}

void
hs_webrtc_peer_remember_role (HsWebrtcPeer *self, HsPeerTransport *transport, const char *role)
{
  if (transport->role != NULL || role == NULL)
    return;
  transport->role = g_strdup (role);
  if (transport->remote != NULL)
    g_hash_table_replace (self->roles, g_strdup (hs_sdp_get_session_id (transport->remote)),
                          g_strdup (role));
}

/* --- legs --- */

static void
on_leg_state (HsLeg *leg, HsPeerState state, const GError *reason, HsWebrtcPeer *self)
{
  HsExchange *current = get_current (self);

  /* One that is on its way out, or not agreed on yet, has nothing to say. */
  if (current->transport != NULL && current->transport->leg == leg)
    hs_webrtc_peer_update_media (self);
}

static void
on_path_found (HsLeg *leg, HsWebrtcPeer *self)
{
  g_signal_emit_by_name (self, "path-found");
}

static void
on_media_arrived (HsLeg *leg, guint line, HsWebrtcPeer *self)
{
  if (self->live != NULL && self->live->leg == leg)
    hs_webrtc_peer_set_flowing (self, line, TRUE);
}

static void
on_tone_received (HsLeg *leg, const char *tone, guint duration_ms, HsWebrtcPeer *self)
{
  if (self->live != NULL && self->live->leg == leg)
    g_signal_emit_by_name (self, "tone-received", tone, duration_ms);
}

/* Where a leg's audio goes, on its streaming thread. */
typedef struct {
  HsAudioPort *port;
  HsToneDetector *detector;
} Inlet;

static void
on_audio_received (const gint16 *samples, gsize n_samples, gpointer user_data)
{
  Inlet *inlet = user_data;

  hs_audio_port_receive (inlet->port, samples, n_samples);
  hs_tone_detector_feed (inlet->detector, samples, n_samples);
}

static Inlet *
inlet_new (HsWebrtcPeer *self)
{
  Inlet *inlet = g_new (Inlet, 1);

  inlet->port = hs_audio_port_ref (hs_webrtc_peer_get_port (self));
  inlet->detector = hs_tone_detector_ref (hs_peer_tones_get_detector (self->tones));
  return inlet;
}

static void
inlet_free (gpointer data)
{
  Inlet *inlet = data;

  hs_audio_port_unref (inlet->port);
  hs_tone_detector_unref (inlet->detector);
  g_free (inlet);
}

/* An offer decides; ours as the configuration says. */
static gboolean
is_unbundled (HsWebrtcPeer *self)
{
  HsSdp *offer = self->proposed.remote;
  g_auto (GStrv) bundle = NULL;

  if (offer == NULL)
    return self->remove_bundling;
  bundle = hs_sdp_dup_bundle (offer);
  return bundle[0] == NULL;
}

HsPeerTransport *
hs_webrtc_peer_add_transport (HsWebrtcPeer *self, HsCertificate *certificate, GError **error)
{
  HsConfig *config = hs_media_get_config (self->media);
  HsLegOptions options = {
    .clock = self->clock,
    .queue = hs_media_get_leg_queue (self->media),
    .ice_servers = self->ice_addresses,
    .unbundled = is_unbundled (self),
    .relay_only = self->relay_only,
    .config = config,
    .local_address = hs_config_get_string (config, "media.address"),
    .certificate = certificate,
    .jitter_ms = JITTER_MS,
    .opus_complexity =
        CLAMP (hs_config_get_int (config, "media.opusComplexity", OPUS_COMPLEXITY), 0, 10),
    .h264 = !self->remove_h264,
    /* The candidates of a twin are told to nobody. */
    .ice_delay_ms = certificate != NULL ? 0 : self->ice_delay_ms,
    .ice_limit_ms = certificate != NULL ? 0 : self->ice_limit_ms,
    .ice_check = hs_media_get_ice_check (self->media),
    .call_id = self->call_id,
    .audio_received = on_audio_received,
    .audio_data = inlet_new (self),
    .audio_destroy = inlet_free,
    .tones = hs_peer_tones_get_queue (self->tones),
  };
  HsLeg *leg = hs_leg_new (&options, error);

  if (leg == NULL)
    return NULL;
  g_signal_connect_object (leg, "state-changed", G_CALLBACK (on_leg_state), self, 0);
  g_signal_connect_object (leg, "path-found", G_CALLBACK (on_path_found), self, 0);
  g_signal_connect_object (leg, "media-arrived", G_CALLBACK (on_media_arrived), self, 0);
  g_signal_connect_object (leg, "tone-received", G_CALLBACK (on_tone_received), self, 0);
  self->starting = hs_peer_transport_new (leg);
  hs_webrtc_peer_mark_packets (self);
  return hs_peer_transport_ref (self->starting);
}

void
hs_webrtc_peer_keep_transport (HsWebrtcPeer *self)
{
  g_clear_pointer (&self->starting, hs_peer_transport_unref);
}
