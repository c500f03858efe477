/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-people.h"
#include "hs-sandbox-address.h"

#include "media/hs-sandbox-media.h"

#include <gio/gio.h>

#define TONE_HZ  440
#define EARLY_HZ 620

#define REACH_PHONE_MS 50
#define RING_MS        100
#define EARLY_MS       2500

#define STATUS_NOT_ACCEPTABLE 488
#define STATUS_SERVER_ERROR   500

struct _HsSandboxPerson {
  HsSandboxPersonKind kind;
  char *offer;
  const HsSandboxBehaviour *behaviour; /* borrowed */
  const HsSandboxPersonEvents *events; /* borrowed: a literal of our owner */
  gpointer user_data;
  HsSandboxMedia *media;
  HsSandboxVoice *voice; /* NULL: an echo */
  char *answer;          /* while it still rings */
  gboolean has_rung;
  guint timer;
};

static const struct {
  const char *user;
  HsSandboxPersonKind kind;
} people[] = {
  { "busy", HS_SANDBOX_PERSON_BUSY },   { "noanswer", HS_SANDBOX_PERSON_NO_ANSWER },
  { "echo", HS_SANDBOX_PERSON_ECHO },   { "tone", HS_SANDBOX_PERSON_TONE },
  { "early", HS_SANDBOX_PERSON_EARLY },
};

HsSandboxPersonKind
hs_sandbox_person_find (const char *address)
{
  g_autofree char *user = hs_sandbox_address_get_user (address);

  for (guint i = 0; i < G_N_ELEMENTS (people); i++) {
    if (g_str_equal (user, people[i].user))
      return people[i].kind;
  }
  return HS_SANDBOX_PERSON_NOBODY;
}

static void
on_media_answered (HsSandboxMedia *media,
                   const char *answer,
                   const GError *error,
                   gpointer user_data)
{
  HsSandboxPerson *person = user_data;

  if (error) {
    gboolean is_offer_bad = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA) ||
                            g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);

    g_message ("no media for a call: %s", error->message);
    person->events->failed (is_offer_bad ? STATUS_NOT_ACCEPTABLE : STATUS_SERVER_ERROR,
                            is_offer_bad ? "Not acceptable here" : "Server error",
                            person->user_data);
  } else if (person->has_rung) {
    person->events->answered (answer, person->user_data);
  } else {
    person->answer = g_strdup (answer);
    /* An offer is none of what can be heard early. */
    if (person->kind == HS_SANDBOX_PERSON_EARLY && person->offer)
      person->events->heard (answer, person->user_data);
  }
}

static gboolean
on_rung (gpointer user_data)
{
  HsSandboxPerson *person = user_data;
  g_autofree char *answer = NULL;

  if (person->kind == HS_SANDBOX_PERSON_EARLY && person->behaviour->early_waits)
    return G_SOURCE_CONTINUE;
  answer = g_steal_pointer (&person->answer);
  person->timer = 0;
  person->has_rung = TRUE;
  if (person->kind == HS_SANDBOX_PERSON_EARLY)
    hs_sandbox_voice_set_tone (person->voice, TONE_HZ);
  if (answer)
    person->events->answered (answer, person->user_data);
  return G_SOURCE_REMOVE;
}

static HsSandboxVoice *
create_voice (HsSandboxPersonKind kind)
{
  switch (kind) {
  case HS_SANDBOX_PERSON_TONE:
    return hs_sandbox_voice_new_tone (TONE_HZ);
  case HS_SANDBOX_PERSON_EARLY:
    return hs_sandbox_voice_new_tone (EARLY_HZ);
  case HS_SANDBOX_PERSON_NOBODY:
  case HS_SANDBOX_PERSON_BUSY:
  case HS_SANDBOX_PERSON_NO_ANSWER:
  case HS_SANDBOX_PERSON_ECHO:
    return NULL;
  }
  g_assert_not_reached ();
}

static void
open_media (HsSandboxPerson *person)
{
  person->voice = create_voice (person->kind);
  person->media = hs_sandbox_media_new_for (person->voice);
  if (person->offer)
    hs_sandbox_media_update (person->media, person->offer, on_media_answered, person);
  else
    hs_sandbox_media_offer (person->media, "sendrecv", TRUE, on_media_answered, person);
}

static gboolean
on_reached (gpointer user_data)
{
  HsSandboxPerson *person = user_data;

  person->timer = 0;
  if (person->kind != HS_SANDBOX_PERSON_NO_ANSWER) {
    person->timer = g_timeout_add (person->kind == HS_SANDBOX_PERSON_EARLY ? EARLY_MS : RING_MS,
                                   on_rung, person);
    open_media (person);
  }
  person->events->ringing (person->user_data);
  return G_SOURCE_REMOVE;
}

HsSandboxPerson *
hs_sandbox_person_new (HsSandboxPersonKind kind,
                       const char *offer,
                       const HsSandboxBehaviour *behaviour,
                       const HsSandboxPersonEvents *events,
                       gpointer user_data)
{
  HsSandboxPerson *person = g_new0 (HsSandboxPerson, 1);

  person->kind = kind;
  person->offer = g_strdup (offer);
  person->behaviour = behaviour;
  person->events = events;
  person->user_data = user_data;
  person->timer = g_timeout_add (REACH_PHONE_MS, on_reached, person);
  return person;
}

static void
on_media_updated (HsSandboxMedia *media,
                  const char *answer,
                  const GError *error,
                  gpointer user_data)
{
  HsSandboxPerson *person = user_data;

  if (!error) {
    person->events->answered (answer, person->user_data);
    return;
  }
  g_message ("a call's media stays as it was: %s", error->message);
  person->events->update_failed (person->user_data);
}

void
hs_sandbox_person_update (HsSandboxPerson *person, const char *offer)
{
  g_return_if_fail (person->media != NULL);

  hs_sandbox_media_update (person->media, offer, on_media_updated, person);
}

void
hs_sandbox_person_offer (HsSandboxPerson *person)
{
  g_return_if_fail (person->media != NULL);

  /* The one before it may have been refused. */
  hs_sandbox_media_forget_offer (person->media);
  hs_sandbox_media_offer (person->media, "sendrecv", TRUE, on_media_updated, person);
}

void
hs_sandbox_person_take_answer (HsSandboxPerson *person, const char *answer)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (person->media != NULL);

  if (!hs_sandbox_media_take_answer (person->media, answer, &error))
    g_message ("a call's media stays as it was: %s", error->message);
}

void
hs_sandbox_person_free (HsSandboxPerson *person)
{
  g_clear_handle_id (&person->timer, g_source_remove);
  g_clear_pointer (&person->media, hs_sandbox_media_free);
  g_clear_pointer (&person->voice, hs_sandbox_voice_unref);
  g_free (person->offer);
  g_free (person->answer);
  g_free (person);
}
