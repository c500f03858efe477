/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-tone-queue.h"

#include "hs-audio-port.h"
#include "hs-tone.h"

#include <math.h>
#include <string.h>

#define PAUSE    ','
#define PAUSE_MS 2000

/* RFC 4733 2.5.1.4: one lost packet shall not lose the end. */
#define N_ENDS 3

/* Of each of the two tones, to full scale: about -10 dBm0. */
#define AMPLITUDE 0.2

/* One tone or pause, in samples. */
typedef struct {
  guint id;
  char tone;
  guint length;
  guint gap; /* behind it */
  gboolean last;
} Press;

struct _HsToneQueue {
  HsToneQueueEnded ended;
  gpointer user_data;
  GDestroyNotify destroy;

  GMutex lock; /* for what follows */
  HsToneWay way;
  guint last_id;
  GQueue presses; /* of Press; the first is the current one */
  guint position; /* in the current one */
  guint segment;  /* units before the segment its packets are in */
  guint n_ends;   /* how many end packets of it have been sent */
};

static void
queue_clear (gpointer data)
{
  HsToneQueue *self = data;

  g_queue_clear_full (&self->presses, g_free);
  g_mutex_clear (&self->lock);
  if (self->destroy != NULL)
    self->destroy (self->user_data);
}

HsToneQueue *
hs_tone_queue_new (HsToneQueueEnded ended, gpointer user_data, GDestroyNotify destroy)
{
  HsToneQueue *self = g_atomic_rc_box_new0 (HsToneQueue);

  self->ended = ended;
  self->user_data = user_data;
  self->destroy = destroy;
  g_mutex_init (&self->lock);
  g_queue_init (&self->presses);
  return self;
}

HsToneQueue *
hs_tone_queue_ref (HsToneQueue *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
hs_tone_queue_unref (HsToneQueue *self)
{
  g_atomic_rc_box_release_full (self, queue_clear);
}

/* --- what is to be sent --- */

void
hs_tone_queue_set_way (HsToneQueue *self, HsToneWay way)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  Press *press = g_queue_peek_head (&self->presses);

  if (self->way == way)
    return;
  self->way = way;
  if (press != NULL && self->position < press->length)
    self->position = 0;
  self->segment = self->n_ends = 0;
}

static guint
to_samples (guint ms)
{
  return MIN (ms, G_MAXINT / HS_AUDIO_RATE) * (HS_AUDIO_RATE / 1000);
}

static Press *
press_new (guint id, char tone, guint duration_ms, guint gap_ms)
{
  Press *self = g_new0 (Press, 1);

  self->id = id;
  self->tone = tone;
  self->length = to_samples (tone == PAUSE ? PAUSE_MS : duration_ms);
  self->gap = tone == PAUSE ? 0 : to_samples (gap_ms);
  return self;
}

guint
hs_tone_queue_add (HsToneQueue *self, const char *tones, guint duration_ms, guint gap_ms)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  gsize n_tones = strlen (tones);
  guint id = ++self->last_id;

  for (gsize i = 0; i < n_tones; i++) {
    Press *press = press_new (id, tones[i], duration_ms, gap_ms);

    press->last = i == n_tones - 1;
    g_queue_push_tail (&self->presses, press);
  }
  return id;
}

/* A tone that has begun keeps what is left of it to tell its end. */
static gboolean
cut_current (HsToneQueue *self, Press *press)
{
  if (self->position == 0 || press->tone == PAUSE)
    return FALSE;
  press->length = MIN (press->length, self->position);
  press->last = FALSE;
  return TRUE;
}

void
hs_tone_queue_remove (HsToneQueue *self, guint id)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  GList *next;

  for (GList *link = self->presses.head; link != NULL; link = next) {
    Press *press = link->data;
    gboolean first = link == self->presses.head;

    next = link->next;
    if (press->id != id || (first && cut_current (self, press)))
      continue;
    if (first)
      self->position = self->segment = self->n_ends = 0;
    g_queue_delete_link (&self->presses, link);
    g_free (press);
  }
}

/* --- moving on, with the lock held --- */

static Press *
get_current (HsToneQueue *self, HsToneWay way)
{
  return self->way == way ? g_queue_peek_head (&self->presses) : NULL;
}

static void
tell_end (HsToneQueue *self, Press *press)
{
  if (press->last)
    self->ended (press->id, self->user_data);
  press->last = FALSE;
}

static void
drop_current (HsToneQueue *self)
{
  g_free (g_queue_pop_head (&self->presses));
  self->position = self->segment = self->n_ends = 0;
}

/* --- as events --- */

static guint
to_units (guint samples, guint clock_rate)
{
  return (guint) ((guint64) samples * clock_rate / HS_AUDIO_RATE);
}

/* A segment is full with one packet that says so; the next packet is the first of the next one. */
static void
make_packet (HsToneQueue *self, const Press *press, guint clock_rate, HsTonePacket *packet)
{
  guint units = to_units (MIN (self->position, press->length), clock_rate);

  packet->event = (guint) hs_tone_to_event (press->tone);
  packet->first = self->position == HS_AUDIO_BLOCK;
  packet->segment = self->segment;
  packet->duration = MIN (units - self->segment, HS_TONE_SEGMENT_MAX);
  packet->end = self->position >= press->length && packet->segment + packet->duration == units;
  if (packet->end)
    self->n_ends++;
  else if (packet->duration == HS_TONE_SEGMENT_MAX)
    self->segment += HS_TONE_SEGMENT_MAX;
}

gboolean
hs_tone_queue_next_packet (HsToneQueue *self, guint clock_rate, HsTonePacket *packet)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  Press *press = get_current (self, HS_TONE_WAY_EVENTS);
  gboolean sounds = FALSE;

  if (press == NULL)
    return FALSE;
  self->position += HS_AUDIO_BLOCK;
  if (press->tone != PAUSE && self->n_ends < N_ENDS) {
    make_packet (self, press, clock_rate, packet);
    sounds = TRUE;
  }
  if (press->tone == PAUSE ? self->position >= press->length : self->n_ends == N_ENDS)
    tell_end (self, press);
  if (self->position >= press->length + press->gap &&
      (press->tone == PAUSE || self->n_ends == N_ENDS))
    drop_current (self);
  return sounds;
}

/* --- as sound --- */

static void
sound (const Press *press, guint position, gint16 *to, guint n_samples)
{
  double row_hz, column_hz;

  hs_tone_get_frequencies (press->tone, &row_hz, &column_hz);
  for (guint i = 0; i < n_samples; i++) {
    double t = 2 * G_PI * (position + i) / HS_AUDIO_RATE;

    to[i] = (gint16) lrint (G_MAXINT16 * AMPLITUDE * (sin (row_hz * t) + sin (column_hz * t)));
  }
}

gboolean
hs_tone_queue_next_block (HsToneQueue *self, const gint16 *from, gint16 *to, guint n_samples)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  Press *press = get_current (self, HS_TONE_WAY_SOUND);
  guint done = 0;

  if (press == NULL)
    return FALSE;
  memcpy (to, from, n_samples * sizeof *to);
  while (press != NULL && done < n_samples) {
    gboolean sounds = self->position < press->length;
    guint end = sounds ? press->length : press->length + press->gap;
    guint n = MIN (n_samples - done, end - self->position);

    if (sounds && press->tone != PAUSE)
      sound (press, self->position, to + done, n);
    self->position += n;
    done += n;
    if (self->position >= press->length)
      tell_end (self, press);
    if (self->position >= press->length + press->gap)
      drop_current (self);
    press = get_current (self, HS_TONE_WAY_SOUND);
  }
  return TRUE;
}
