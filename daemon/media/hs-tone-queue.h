/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HsToneQueue: which tones are to be sent, one after the other
 *
 * It knows no time: each piece of audio that is on its way moves it on by its length, on whatever
 * thread that piece travels. While tones go as events it is packets that count, else blocks; the
 * other one finds nothing to do. Counted references.
 */
typedef struct _HsToneQueue HsToneQueue;

typedef enum {
  HS_TONE_WAY_NONE, /* nothing is sent, and what waits goes on waiting */
  HS_TONE_WAY_EVENTS,
  HS_TONE_WAY_SOUND,
} HsToneWay;

/* The last tone of what hs_tone_queue_add() was given has been sent. On the thread that moves the
 * queue, with the queue locked: hands on, calls nothing of the queue. */
typedef void (*HsToneQueueEnded) (guint id, gpointer user_data);

HsToneQueue *hs_tone_queue_new (HsToneQueueEnded ended, gpointer user_data, GDestroyNotify destroy);
HsToneQueue *hs_tone_queue_ref (HsToneQueue *self);
void hs_tone_queue_unref (HsToneQueue *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsToneQueue, hs_tone_queue_unref)

/* The way of tones that have not begun; one that has is begun again. */
void hs_tone_queue_set_way (HsToneQueue *self, HsToneWay way);

/* @tones: "0" … "9", "*", "#", "A" … "D", "," for two seconds' pause; at least one
 * Returns: names them; never 0 */
guint hs_tone_queue_add (HsToneQueue *self, const char *tones, guint duration_ms, guint gap_ms);

/* Takes away what has not been sent; a tone that sounds is ended at once. Without @ended. */
void hs_tone_queue_remove (HsToneQueue *self, guint id);

/* A packet of an event. */
typedef struct {
  guint event;
  gboolean first; /* of a tone: it has the marker bit, and its time stamp is the tone's */
  gboolean end;   /* sent three times */
  guint segment;  /* units from the tone's time stamp to this packet's */
  guint duration; /* units */
} HsTonePacket;

/* A packet of audio with 20 ms is about to be sent.
 * Returns: whether @packet is to be sent in its place */
gboolean hs_tone_queue_next_packet (HsToneQueue *self, guint clock_rate, HsTonePacket *packet);

/* A block of audio is about to be sent, 48000 samples a second. While a tone sounds it takes the
 * place of the microphone: what listens for tones must not have to tell them from speech.
 * @from: as it would be sent; @to: the block with tones
 * Returns: FALSE, with @to as it was, when there is no tone in this block */
gboolean
hs_tone_queue_next_block (HsToneQueue *self, const gint16 *from, gint16 *to, guint n_samples);

G_END_DECLS
