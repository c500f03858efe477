/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-leg-private.h"

#include "base/hs-error.h"
#include "hs-leg-stats.h"
#include "sdp/hs-sdp-transport.h"

/* webrtcbin knows no end of trying where DTLS gets no answer. */
#define CONNECT_LIMIT_MS 30000
/* RTCP comes every few seconds even while nobody speaks. */
#define LOST_AFTER_US (20 * G_USEC_PER_SEC)
#define WATCH_MS      1000
/* Reports of loss come in about so many watches. */
#define LOSS_WATCHES 5
#define LOSS_MEMORY  0.75

static void
set_state (HsLeg *self, HsPeerState state, const GError *reason)
{
  if (self->state == state || self->state == HS_PEER_FAILED || self->state == HS_PEER_CLOSED)
    return;
  g_debug ("transport state %d --> %d (%s)", self->state, state,
           reason != NULL ? reason->message : "as expected");
  self->state = state;
  g_clear_error (&self->reason);
  if (reason != NULL)
    self->reason = g_error_copy (reason);
  g_signal_emit_by_name (self, "state-changed", state, reason);
}

static void
fail (HsLeg *self, const GError *reason)
{
  hs_leg_apply_directions (self, FALSE);
  hs_leg_stop_watching (self);
  hs_leg_queue_leave (self->queue, &self->ticket);
  set_state (self, HS_PEER_FAILED, reason);
}

static void
fail_with (HsLeg *self, const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (HS_CALL_ERROR, HS_CALL_ERROR_GENERIC, message);

  fail (self, error);
}

void
hs_leg_on_bus_error (gpointer owner, gpointer data)
{
  const GError *reason = data;
  g_autoptr (GError) error =
      g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_GENERIC, "media: %s", reason->message);

  fail (owner, error);
}

/* --- is it alive? --- */

/* At once up and slowly down, for loss comes in bursts. */
static void
spare_for_loss (HsLeg *self)
{
  self->loss = MAX (hs_leg_get_remote_loss (self), self->loss * LOSS_MEMORY);
  hs_leg_audio_set_loss (self->audio, self->loss);
  hs_leg_spare_video (self);
}

static void
watch (gpointer user_data)
{
  HsLeg *self = user_data;
  guint packets = hs_leg_gate_get_traffic (self->gate).packets_received;
  gint64 now = hs_clock_get_monotonic_us (self->clock);
  g_autoptr (GError) error = NULL;

  self->watch_timer = hs_clock_add_timer (self->clock, WATCH_MS, watch, self);
  if (++self->n_watches % LOSS_WATCHES == 0)
    spare_for_loss (self);
  if (packets != self->packets_seen) {
    self->packets_seen = packets;
    self->last_packet_us = now;
    set_state (self, HS_PEER_CONNECTED, NULL);
  } else if (now - self->last_packet_us >= LOST_AFTER_US) {
    error =
        g_error_new (HS_ERROR, HS_ERROR_TIMED_OUT, "nothing has arrived from the far end for %d s",
                     (int) (LOST_AFTER_US / G_USEC_PER_SEC));
    set_state (self, HS_PEER_LOST, error);
  }
}

void
hs_leg_stop_watching (HsLeg *self)
{
  hs_clock_clear_timer (self->clock, &self->connect_timer);
  hs_clock_clear_timer (self->clock, &self->watch_timer);
  hs_leg_stop_waiting_for_checks (self);
}

/* --- is it the right one? --- */

static char *
dup_remote_certificate (GstPad *pad)
{
  g_autoptr (GstWebRTCRTPTransceiver) transceiver = NULL;
  g_autoptr (GstWebRTCRTPSender) sender = NULL;
  g_autoptr (GstWebRTCDTLSTransport) transport = NULL;
  char *pem = NULL;

  g_object_get (pad, "transceiver", &transceiver, NULL);
  if (transceiver != NULL)
    g_object_get (transceiver, "sender", &sender, NULL);
  if (sender != NULL)
    g_object_get (sender, "transport", &transport, NULL);
  if (transport != NULL)
    g_object_get (transport, "remote-certificate", &pem, NULL);
  return pem;
}

static gboolean
matches_one (const char *pem, GPtrArray *fingerprints, GError **error)
{
  for (guint i = 0; i < fingerprints->len; i++) {
    const HsSdpFingerprint *fingerprint = fingerprints->pdata[i];

    g_clear_error (error);
    if (hs_certificate_verify (pem, fingerprint->hash, fingerprint->digest, error))
      return TRUE;
  }
  return FALSE;
}

static guint
get_line (GstPad *pad)
{
  g_autoptr (GstWebRTCRTPTransceiver) transceiver = NULL;
  guint line = 0;

  g_object_get (pad, "transceiver", &transceiver, NULL);
  if (transceiver != NULL)
    g_object_get (transceiver, "mlineindex", &line, NULL);
  return line;
}

static gboolean
verify_line (HsLeg *self, GstPad *pad, GError **error)
{
  g_autofree char *pem = dup_remote_certificate (pad);
  HsSdpSection *section = hs_sdp_get_section (self->remote, get_line (pad));
  g_autoptr (GPtrArray) fingerprints = NULL;

  if (section != NULL)
    fingerprints = hs_sdp_section_dup_fingerprints (section);
  if (fingerprints == NULL || fingerprints->len == 0)
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC,
                 "the far end's description names no certificate");
  else if (pem == NULL)
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC, "the far end shows no certificate");
  else
    return matches_one (pem, fingerprints, error);
  return FALSE;
}

/* Lines that are not bundled have certificates of their own. */
static gboolean
verify (HsLeg *self, GError **error)
{
  g_autoptr (GPtrArray) pads = hs_leg_collect_pads (self);
  guint n_verified = 0;

  for (guint i = 0; i < pads->len; i++) {
    /* One that is being added is in no description of the far end yet. */
    if (hs_sdp_get_section (self->remote, get_line (pads->pdata[i])) == NULL)
      continue;
    if (!verify_line (self, pads->pdata[i], error))
      return FALSE;
    n_verified++;
  }
  if (n_verified == 0)
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC, "there is no media to connect");
  return n_verified > 0;
}

/* --- connecting --- */

static void
on_connected (HsLeg *self)
{
  g_autoptr (GError) error = NULL;

  if (self->state == HS_PEER_CONNECTED || self->state == HS_PEER_LOST)
    return;
  if (!verify (self, &error)) {
    fail (self, error);
    return;
  }
  hs_clock_clear_timer (self->clock, &self->connect_timer);
  hs_leg_queue_leave (self->queue, &self->ticket);
  self->last_packet_us = hs_clock_get_monotonic_us (self->clock);
  self->watch_timer = hs_clock_add_timer (self->clock, WATCH_MS, watch, self);
  hs_leg_gate_open (self->gate);
  /* Before listeners hear of it, for they may change directions. */
  hs_leg_apply_directions (self, TRUE);
  set_state (self, HS_PEER_CONNECTED, NULL);
}

void
hs_leg_on_connection (gpointer owner, gpointer data)
{
  HsLeg *self = owner;
  GstWebRTCPeerConnectionState state = GPOINTER_TO_INT (data);

  if (self->state == HS_PEER_FAILED)
    return;
  if (state == GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED)
    on_connected (self);
  else if (state == GST_WEBRTC_PEER_CONNECTION_STATE_FAILED)
    fail_with (self, "no connection to the far end's media could be made, or it broke");
}

void
hs_leg_on_path (gpointer owner, gpointer data)
{
  hs_leg_stop_waiting_for_checks (owner);
  g_signal_emit_by_name (owner, "path-found");
}

static void
on_connect_limit (gpointer user_data)
{
  HsLeg *self = user_data;

  self->connect_timer = 0;
  fail_with (self, "the far end's media did not answer in time");
}

void
hs_leg_connect (HsLeg *self)
{
  if (self->state != HS_PEER_NEW) {
    /* It is connected already, or trying. */
    hs_leg_queue_leave (self->queue, &self->ticket);
    return;
  }
  self->connect_timer = hs_clock_add_timer (self->clock, CONNECT_LIMIT_MS, on_connect_limit, self);
  set_state (self, HS_PEER_CONNECTING, NULL);
}
