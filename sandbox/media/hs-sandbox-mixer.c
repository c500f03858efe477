/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Everybody in the room has one ear for each of the others: a queue of what that one said and this
 * one has not heard yet. So nobody can hear himself, and nobody has to speak in step with others.
 */
#include "hs-sandbox-voice-private.h"

#include <string.h>

#define MS(n) ((n) * (HS_SANDBOX_VOICE_RATE / 1000))

/* How much an ear gathers before it listens, so that packets may come unevenly, and the most. */
#define FIRST_SAMPLES MS (60)
#define MAX_SAMPLES   MS (240)

typedef struct {
  gpointer speaker; /* a Place, only to be compared */
  GArray *samples;  /* gint16 */
  gboolean is_gathering;
} Ear;

/* What the mixer and all places in it share. */
typedef struct {
  gatomicrefcount references;
  GMutex lock;
  GPtrArray *places; /* Place, borrowed: each leaves when it is freed */
} Room;

typedef struct {
  HsSandboxVoice voice;
  Room *room;
  GPtrArray *ears;
} Place;

struct _HsSandboxMixer {
  Room *room;
};

static void
room_unref (Room *room)
{
  if (!g_atomic_ref_count_dec (&room->references))
    return;
  g_ptr_array_unref (room->places);
  g_mutex_clear (&room->lock);
  g_free (room);
}

static void
ear_free (gpointer data)
{
  Ear *ear = data;

  g_array_unref (ear->samples);
  g_free (ear);
}

static Ear *
find_ear (Place *place, gpointer speaker)
{
  for (guint i = 0; i < place->ears->len; i++) {
    Ear *ear = g_ptr_array_index (place->ears, i);

    if (ear->speaker == speaker)
      return ear;
  }
  return NULL;
}

static Ear *
ensure_ear (Place *place, gpointer speaker)
{
  Ear *ear = find_ear (place, speaker);

  if (ear != NULL)
    return ear;
  ear = g_new0 (Ear, 1);
  ear->speaker = speaker;
  ear->samples = g_array_new (FALSE, FALSE, sizeof (gint16));
  ear->is_gathering = TRUE;
  g_ptr_array_add (place->ears, ear);
  return ear;
}

static void
tell (Ear *ear, const gint16 *samples, gsize n_samples)
{
  g_array_append_vals (ear->samples, samples, (guint) n_samples);
  if (ear->samples->len > MAX_SAMPLES)
    g_array_remove_range (ear->samples, 0, ear->samples->len - MAX_SAMPLES);
  if (ear->samples->len >= FIRST_SAMPLES)
    ear->is_gathering = FALSE;
}

static void
add_heard (Ear *ear, gint16 *samples, gsize n_samples)
{
  guint n = ear->is_gathering ? 0 : MIN (ear->samples->len, (guint) n_samples);

  for (guint i = 0; i < n; i++)
    samples[i] = (gint16) CLAMP (samples[i] + g_array_index (ear->samples, gint16, i), G_MININT16,
                                 G_MAXINT16);
  if (n > 0)
    g_array_remove_range (ear->samples, 0, n);
  if (n < n_samples)
    ear->is_gathering = TRUE;
}

/* What a place hears is said to all others, and what they have heard is what it says. */
static void
hear_place (HsSandboxVoice *voice, const gint16 *samples, gsize n_samples)
{
  Place *place = (Place *) voice;

  g_mutex_lock (&place->room->lock);
  for (guint i = 0; i < place->room->places->len; i++) {
    Place *other = g_ptr_array_index (place->room->places, i);

    if (other != place)
      tell (ensure_ear (other, place), samples, n_samples);
  }
  g_mutex_unlock (&place->room->lock);
}

static void
speak_place (HsSandboxVoice *voice, gint16 *samples, gsize n_samples)
{
  Place *place = (Place *) voice;

  memset (samples, 0, n_samples * sizeof *samples);
  g_mutex_lock (&place->room->lock);
  for (guint i = 0; i < place->ears->len; i++)
    add_heard (g_ptr_array_index (place->ears, i), samples, n_samples);
  g_mutex_unlock (&place->room->lock);
}

static void
free_place (HsSandboxVoice *voice)
{
  Place *place = (Place *) voice;
  Room *room = place->room;

  g_mutex_lock (&room->lock);
  g_ptr_array_remove (room->places, place);
  for (guint i = 0; i < room->places->len; i++) {
    Place *other = g_ptr_array_index (room->places, i);
    Ear *ear = find_ear (other, place);

    if (ear != NULL)
      g_ptr_array_remove (other->ears, ear);
  }
  g_mutex_unlock (&room->lock);
  g_ptr_array_unref (place->ears);
  room_unref (room);
  g_free (place);
}

static const HsSandboxVoiceClass place_class = {
  .speak = speak_place,
  .hear = hear_place,
  .free = free_place,
};

HsSandboxVoice *
hs_sandbox_mixer_enter (HsSandboxMixer *mixer)
{
  Place *place = g_new0 (Place, 1);
  Room *room = mixer->room;

  hs_sandbox_voice_init (&place->voice, &place_class);
  g_atomic_ref_count_inc (&room->references);
  place->room = room;
  place->ears = g_ptr_array_new_with_free_func (ear_free);
  g_mutex_lock (&room->lock);
  g_ptr_array_add (room->places, place);
  g_mutex_unlock (&room->lock);
  return &place->voice;
}

HsSandboxMixer *
hs_sandbox_mixer_new (void)
{
  HsSandboxMixer *mixer = g_new0 (HsSandboxMixer, 1);

  mixer->room = g_new0 (Room, 1);
  g_atomic_ref_count_init (&mixer->room->references);
  g_mutex_init (&mixer->room->lock);
  mixer->room->places = g_ptr_array_new ();
  return mixer;
}

void
hs_sandbox_mixer_free (HsSandboxMixer *mixer)
{
  room_unref (mixer->room);
  g_free (mixer);
}
