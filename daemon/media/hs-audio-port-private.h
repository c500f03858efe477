/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-audio-mixer.h"
#include "hs-audio-port.h"

G_BEGIN_DECLS

/* Returns: (transfer full): a port of @mixer, until hs_audio_port_remove() */
HsAudioPort *hs_audio_port_new (HsAudioMixer *mixer, HsAudioPush push, gpointer user_data);

/* One tick of one port, with the mixer locked. Each returns whether it had anything to do. */
gboolean hs_audio_port_tick_send (HsAudioPort *self, guint64 tick);
gboolean hs_audio_port_tick_receive (HsAudioPort *self);

G_END_DECLS
