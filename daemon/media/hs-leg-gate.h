/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "hs-tone-receiver.h"

G_BEGIN_DECLS

/**
 * HsLegGate: stands between webrtcbin and the network
 *
 * webrtcbin does not look at the certificate the far end shows. Until the owner has, the gate drops
 * every RTP and RTCP packet of either direction. It also hands each transport our own certificate,
 * counts packets, and takes telephone events out of the stream, which a decoder cannot take.
 * Counted references; safe on any thread.
 */
typedef struct _HsLegGate HsLegGate;

/* A telephone event that came; on a streaming thread. */
typedef void (*HsLegGateEvent) (const HsToneArrival *arrival, gpointer user_data);

/* @webrtc: before it is given any description
 * @pem: our certificate and its key
 * @destroy: frees @user_data with the gate */
HsLegGate *hs_leg_gate_new (GstElement *webrtc,
                            const char *pem,
                            HsLegGateEvent event,
                            gpointer user_data,
                            GDestroyNotify destroy);
HsLegGate *hs_leg_gate_ref (HsLegGate *self);
void hs_leg_gate_unref (HsLegGate *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsLegGate, hs_leg_gate_unref)

/* The far end has proved who it is. */
void hs_leg_gate_open (HsLegGate *self);

/* RTP packets of this payload (0 … 127) are telephone events, with a clock of this rate. */
void hs_leg_gate_add_event_payload (HsLegGate *self, guint payload, guint clock_rate);

typedef struct {
  guint packets_received; /* RTP and RTCP that could be decrypted, dropped or not */
  guint64 bytes_received;
  guint packets_sent;
  guint64 bytes_sent;
} HsLegTraffic;

HsLegTraffic hs_leg_gate_get_traffic (HsLegGate *self);

/* Returns: (transfer full) (nullable): the newest jitter buffer. */
GstElement *hs_leg_gate_dup_jitter_buffer (HsLegGate *self);

G_END_DECLS
