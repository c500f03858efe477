/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-sandbox-media.h"

#include "hs-sandbox-answer.h"
#include "hs-sandbox-connection.h"

#include <gio/gio.h>

#define TONE_HZ 440

struct _HsSandboxMedia {
  HsSandboxVoice *voice; /* NULL: an echo */
  HsSandboxOrigin origin;
  guint n_lines;                   /* agreed on last: there are never fewer */
  HsSandboxConnection *connection; /* NULL until the first answer with audio */

  /* our offer that waits for its answer */
  gboolean is_offering, offers_to_send;
  HsSandboxConnection *offered; /* NULL: it is for the connection that is there */

  /* the description that waits for a connection's addresses, or all NULL */
  HsSandboxConnection *next_connection;
  HsSandboxOffer *next_offer; /* NULL: we make it */
  char *next_direction;       /* of our offer */
  HsSandboxMediaDone next_done;
  gpointer next_user_data;

  GSList *replies; /* Reply */
};

/* An answer on its way to the asker, who does not want it before his call has returned. */
typedef struct {
  HsSandboxMedia *media; /* borrowed: it removes us when it goes */
  HsSandboxMediaDone done;
  gpointer user_data;
  char *answer;
  GError *error;
  guint source_id;
} Reply;

static void
reply_free (gpointer data)
{
  Reply *reply = data;

  g_clear_handle_id (&reply->source_id, g_source_remove);
  g_clear_error (&reply->error);
  g_free (reply->answer);
  g_free (reply);
}

static gboolean
on_reply (gpointer user_data)
{
  Reply *reply = user_data;

  reply->source_id = 0;
  reply->media->replies = g_slist_remove (reply->media->replies, reply);
  reply->done (reply->media, reply->answer, reply->error, reply->user_data);
  reply_free (reply);
  return G_SOURCE_REMOVE;
}

/* Takes @answer and @error, one of which is NULL. */
static void
send_reply (
    HsSandboxMedia *media, HsSandboxMediaDone done, gpointer user_data, char *answer, GError *error)
{
  Reply *reply = g_new0 (Reply, 1);

  reply->media = media;
  reply->done = done;
  reply->user_data = user_data;
  reply->answer = answer;
  reply->error = error;
  reply->source_id = g_idle_add_full (G_PRIORITY_DEFAULT, on_reply, reply, NULL);
  media->replies = g_slist_append (media->replies, reply);
}

static char *
answer_from_connection (HsSandboxMedia *media, const HsSandboxOffer *offer)
{
  gboolean has_audio = offer->audio != HS_SANDBOX_NO_LINE;

  if (media->connection != NULL)
    hs_sandbox_connection_set_sending (media->connection, has_audio && offer->receives);
  media->n_lines = offer->lines->len;
  return hs_sandbox_answer_compose (
      &media->origin, offer, has_audio ? hs_sandbox_connection_get_codec (media->connection) : NULL,
      has_audio ? hs_sandbox_connection_get_transport (media->connection) : NULL);
}

/* Only now the connection before this one ends: had this failed, it would have gone on. */
static void
on_connection_ready (HsSandboxConnection *connection, const GError *error, gpointer user_data)
{
  HsSandboxMedia *media = user_data;
  g_autoptr (HsSandboxOffer) offer = g_steal_pointer (&media->next_offer);
  g_autoptr (HsSandboxConnection) next = g_steal_pointer (&media->next_connection);
  char *answer = NULL;

  if (error == NULL) {
    g_clear_pointer (&media->connection, hs_sandbox_connection_free);
    media->connection = g_steal_pointer (&next);
    answer = answer_from_connection (media, offer);
  }
  send_reply (media, media->next_done, media->next_user_data, answer,
              error != NULL ? g_error_copy (error) : NULL);
}

static GError *
check_offer (HsSandboxMedia *media, const HsSandboxOffer *offer)
{
  if (media->next_connection != NULL)
    return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY,
                                "the offer before this one has no answer yet");
  if (offer->lines->len < media->n_lines)
    return g_error_new (G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%u media lines where there were %u",
                        offer->lines->len, media->n_lines);
  if (offer->audio == HS_SANDBOX_NO_LINE) {
    if (media->connection != NULL)
      return NULL;
    return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                                "no audio line over DTLS-SRTP with Opus, PCMU or PCMA");
  }
  if (media->connection != NULL && hs_sandbox_connection_serves (media->connection, offer) &&
      !hs_sandbox_offer_has_codec (offer, hs_sandbox_connection_get_codec (media->connection)))
    return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                                "the codec in use is no longer offered under its number");
  return NULL;
}

static void
start_connection (HsSandboxMedia *media,
                  HsSandboxOffer *offer,
                  HsSandboxMediaDone done,
                  gpointer user_data)
{
  media->next_offer = offer;
  media->next_done = done;
  media->next_user_data = user_data;
  media->next_connection =
      hs_sandbox_connection_new (media->voice, offer, on_connection_ready, media);
}

void
hs_sandbox_media_update (HsSandboxMedia *media,
                         const char *offer_sdp,
                         HsSandboxMediaDone done,
                         gpointer user_data)
{
  GError *error = NULL;
  g_autoptr (HsSandboxOffer) offer = NULL;

  g_return_if_fail (media != NULL && offer_sdp != NULL && done != NULL);

  /* A far end that offers now has not taken ours. */
  hs_sandbox_media_forget_offer (media);
  offer = hs_sandbox_offer_parse (offer_sdp, &error);
  if (offer != NULL)
    error = check_offer (media, offer);
  if (error != NULL)
    send_reply (media, done, user_data, NULL, error);
  else if (offer->audio == HS_SANDBOX_NO_LINE ||
           (media->connection != NULL && hs_sandbox_connection_serves (media->connection, offer)))
    send_reply (media, done, user_data, answer_from_connection (media, offer), NULL);
  else
    start_connection (media, g_steal_pointer (&offer), done, user_data);
}

/* Offers of our own */

void
hs_sandbox_media_forget_offer (HsSandboxMedia *media)
{
  media->is_offering = FALSE;
  g_clear_pointer (&media->offered, hs_sandbox_connection_free);
}

static char *
offer_from_connection (HsSandboxMedia *media,
                       HsSandboxConnection *connection,
                       const char *direction)
{
  media->is_offering = TRUE;
  media->offers_to_send = g_str_has_prefix (direction, "send");
  return hs_sandbox_offer_compose (&media->origin, hs_sandbox_connection_get_codec (connection),
                                   hs_sandbox_connection_get_transport (connection), direction);
}

static void
on_offering_ready (HsSandboxConnection *connection, const GError *error, gpointer user_data)
{
  HsSandboxMedia *media = user_data;
  g_autofree char *direction = g_steal_pointer (&media->next_direction);
  g_autoptr (HsSandboxConnection) next = g_steal_pointer (&media->next_connection);
  char *offer = NULL;

  if (error == NULL) {
    media->offered = g_steal_pointer (&next);
    offer = offer_from_connection (media, connection, direction);
  }
  send_reply (media, media->next_done, media->next_user_data, offer,
              error != NULL ? g_error_copy (error) : NULL);
}

void
hs_sandbox_media_offer (HsSandboxMedia *media,
                        const char *direction,
                        gboolean anew,
                        HsSandboxMediaDone done,
                        gpointer user_data)
{
  g_return_if_fail (media != NULL && direction != NULL && done != NULL);

  if (media->next_connection != NULL || media->is_offering) {
    send_reply (media, done, user_data, NULL,
                g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY,
                                     "the offer before this one has no answer yet"));
    return;
  }
  if (!anew && media->connection != NULL) {
    send_reply (media, done, user_data, offer_from_connection (media, media->connection, direction),
                NULL);
    return;
  }
  media->next_done = done;
  media->next_user_data = user_data;
  media->next_direction = g_strdup (direction);
  media->next_connection = hs_sandbox_connection_new (media->voice, NULL, on_offering_ready, media);
}

/* Returns: (transfer full): the answer, when it is one to the offer that is out */
static HsSandboxOffer *
parse_answer (HsSandboxMedia *media, const char *answer_sdp, GError **error)
{
  g_autoptr (HsSandboxOffer) answer = hs_sandbox_offer_parse (answer_sdp, error);

  if (answer == NULL)
    return NULL;
  if (!media->is_offering || answer->lines->len != 1 || answer->audio != 0) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                         media->is_offering ? "one audio line is expected in the answer"
                                            : "there is no offer that this could be the answer to");
    return NULL;
  }
  return g_steal_pointer (&answer);
}

gboolean
hs_sandbox_media_take_answer (HsSandboxMedia *media, const char *answer_sdp, GError **error)
{
  g_autoptr (HsSandboxOffer) answer = parse_answer (media, answer_sdp, error);

  if (answer == NULL || (media->offered != NULL &&
                         !hs_sandbox_connection_take_answer (media->offered, answer, error))) {
    hs_sandbox_media_forget_offer (media);
    return FALSE;
  }
  if (media->offered != NULL) {
    g_clear_pointer (&media->connection, hs_sandbox_connection_free);
    media->connection = g_steal_pointer (&media->offered);
  }
  media->is_offering = FALSE;
  media->n_lines = 1;
  hs_sandbox_connection_set_sending (media->connection, media->offers_to_send && answer->receives);
  return TRUE;
}

HsSandboxMedia *
hs_sandbox_media_new_for (HsSandboxVoice *voice)
{
  HsSandboxMedia *media = g_new0 (HsSandboxMedia, 1);

  media->voice = voice != NULL ? hs_sandbox_voice_ref (voice) : NULL;
  /* positive as a signed number, for those who read it as one */
  media->origin.session_id = ((guint64) g_random_int () << 31) | (g_random_int () >> 1);
  return media;
}

HsSandboxMedia *
hs_sandbox_media_new (HsSandboxMediaKind kind,
                      const char *offer_sdp,
                      HsSandboxMediaDone done,
                      gpointer user_data)
{
  g_autoptr (HsSandboxVoice) voice =
      kind == HS_SANDBOX_MEDIA_TONE ? hs_sandbox_voice_new_tone (TONE_HZ) : NULL;
  HsSandboxMedia *media = hs_sandbox_media_new_for (voice);

  hs_sandbox_media_update (media, offer_sdp, done, user_data);
  return media;
}

void
hs_sandbox_media_free (HsSandboxMedia *media)
{
  g_slist_free_full (g_steal_pointer (&media->replies), reply_free);
  hs_sandbox_media_forget_offer (media);
  g_clear_pointer (&media->next_connection, hs_sandbox_connection_free);
  g_clear_pointer (&media->next_offer, hs_sandbox_offer_free);
  g_clear_pointer (&media->connection, hs_sandbox_connection_free);
  g_clear_pointer (&media->voice, hs_sandbox_voice_unref);
  g_free (media->next_direction);
  g_free (media);
}
