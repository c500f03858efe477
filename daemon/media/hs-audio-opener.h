/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hs-clock.h"
#include "hs-audio-sink.h"
#include "hs-audio-source.h"
#include "hs-devices.h"

G_BEGIN_DECLS

/**
 * HsAudioOpener: turns a device id into an open source or sink
 *
 * Blocking work is done elsewhere: the machine's devices are opened and closed one after the other,
 * so that one that is being closed is free again for who opens it next, sockets likewise; files
 * side by side. Knows what is open and can be shared.
 */
typedef struct _HsAudioOpener HsAudioOpener;

HsAudioOpener *hs_audio_opener_new (HsClock *clock, HsDevices *devices);
void hs_audio_opener_free (HsAudioOpener *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsAudioOpener, hs_audio_opener_free)

/* @kind: a microphone or a speaker
 * @device_id: (nullable)
 * @task: (transfer full): its source object keeps the opener; it returns an HsAudioSource or an
 *   HsAudioSink */
void
hs_audio_opener_open (HsAudioOpener *self, HsDeviceKind kind, const char *device_id, GTask *task);

/* @task: (transfer full): returns TRUE when everything that was dropped is closed */
void hs_audio_opener_drain (HsAudioOpener *self, GTask *task);

G_END_DECLS
