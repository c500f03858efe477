/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Music for a party that the other one holds: the gateway makes it an offer of its own, with a
 * session of its own, so that the party has another far end while it lasts. Whatever that party
 * negotiates next ends the music; a gateway may also take it back first.
 */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-json.h"
#include "hs-sandbox-leg.h"

#include "media/hs-sandbox-offer.h"

#define MUSIC_HZ       660
#define MUSIC_OTHER_HZ 880

struct _HsSandboxMusic {
  HsSandboxLeg *leg; /* borrowed: the owner */
  HsSandboxMedia *media;
  gboolean is_playing;

  /* what waits until the music has stopped, or NULL */
  HsSandboxContinue then;
  char *offer;
  JsonArray *custom_parameters;
};

static void
music_free (HsSandboxMusic *self)
{
  hs_sandbox_media_free (self->media);
  g_clear_pointer (&self->custom_parameters, json_array_unref);
  g_free (self->offer);
  g_free (self);
}

void
hs_sandbox_music_end (HsSandboxLeg *leg)
{
  HsSandboxMusic *self = g_steal_pointer (&leg->music);

  if (!self)
    return;
  if (leg->replied && leg->replied_data == self)
    hs_sandbox_leg_abandon_proposal (leg);
  music_free (self);
}

/* Starting */

static void
on_answered (HsSandboxLeg *leg, const HsSandboxReply *reply, gpointer user_data)
{
  HsSandboxMusic *self = user_data;
  g_autoptr (GError) error = NULL;

  if (reply->sdp && hs_sandbox_media_take_answer (self->media, reply->sdp, &error)) {
    self->is_playing = TRUE;
    return;
  }
  g_message ("no music for a call: %s", error ? error->message : "it has been refused");
  hs_sandbox_music_end (leg);
}

static void
on_offer (HsSandboxMedia *media, const char *sdp, const GError *error, gpointer user_data)
{
  HsSandboxMusic *self = user_data;

  if (error) {
    g_message ("no music for a call: %s", error->message);
    hs_sandbox_music_end (self->leg);
    return;
  }
  hs_sandbox_leg_propose_music (self->leg, sdp, on_answered, self);
}

static void
start (HsSandboxLeg *leg)
{
  g_autoptr (HsSandboxVoice) voice = hs_sandbox_voice_new_chord (MUSIC_HZ, MUSIC_OTHER_HZ);

  hs_sandbox_music_end (leg);
  leg->music = g_new0 (HsSandboxMusic, 1);
  leg->music->leg = leg;
  leg->music->media = hs_sandbox_media_new_for (voice);
  hs_sandbox_media_offer (leg->music->media, "sendonly", TRUE, on_offer, leg->music);
}

static gboolean
is_inactive (const char *sdp)
{
  g_autoptr (HsSandboxOffer) description = hs_sandbox_offer_parse (sdp, NULL);

  return description && description->audio != HS_SANDBOX_NO_LINE && !description->sends &&
         !description->receives;
}

/* A party that holds as well would not hear it. */
static void
start_if_held (HsSandboxLeg *leg)
{
  if (leg->peer->is_holding && !leg->is_holding && !leg->person &&
      leg->calls->behaviour.music_on_hold)
    start (leg);
}

void
hs_sandbox_music_update (HsSandboxLeg *leg, const char *offer)
{
  leg->is_holding = is_inactive (offer);
  start_if_held (leg);
  start_if_held (leg->peer);
}

/* Stopping */

static void
go_on (HsSandboxLeg *leg, const HsSandboxReply *reply, gpointer user_data)
{
  HsSandboxMusic *self = user_data;
  HsSandboxContinue then = self->then;
  g_autofree char *offer = g_steal_pointer (&self->offer);
  g_autoptr (JsonArray) custom_parameters = g_steal_pointer (&self->custom_parameters);

  hs_sandbox_music_end (leg);
  then (leg->peer, offer, custom_parameters);
}

static void
on_last_offer (HsSandboxMedia *media, const char *sdp, const GError *error, gpointer user_data)
{
  HsSandboxMusic *self = user_data;

  if (error)
    go_on (self->leg, NULL, self);
  else
    hs_sandbox_leg_propose_music (self->leg, sdp, go_on, self);
}

gboolean
hs_sandbox_music_stop (HsSandboxLeg *leg,
                       const char *offer,
                       JsonArray *custom_parameters,
                       HsSandboxContinue then)
{
  HsSandboxMusic *self = leg->music;

  if (!self || !self->is_playing || !leg->calls->behaviour.music_stops)
    return FALSE;
  self->is_playing = FALSE;
  self->then = then;
  self->offer = g_strdup (offer);
  self->custom_parameters = custom_parameters ? json_array_ref (custom_parameters) : NULL;
  hs_sandbox_media_offer (self->media, "inactive", FALSE, on_last_offer, self);
  return TRUE;
}
