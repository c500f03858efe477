/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sandbox-behaviour.h"

G_BEGIN_DECLS

/* People who live in the sandbox and can be called. */

typedef enum {
  HS_SANDBOX_PERSON_NOBODY,
  HS_SANDBOX_PERSON_BUSY,
  HS_SANDBOX_PERSON_NO_ANSWER,
  HS_SANDBOX_PERSON_ECHO,
  HS_SANDBOX_PERSON_TONE,
  HS_SANDBOX_PERSON_EARLY, /* is heard before it answers */
} HsSandboxPersonKind;

/* Their home is sandbox.test, and they are at home in every other domain as well. */
#define HS_SANDBOX_PEOPLE_DOMAIN "sandbox.test"

/* Returns: who bears the user part of @address */
HsSandboxPersonKind hs_sandbox_person_find (const char *address);

/* One of them in one call. */
typedef struct _HsSandboxPerson HsSandboxPerson;

/* The person may be freed from any of these, which are called from the main loop. @answered and
 * @update_failed come once for each offer, and for each time that the person is to make one;
 * @failed comes instead of the first @answered. */
typedef struct {
  void (*ringing) (gpointer user_data);
  void (*heard) (const char *sdp, gpointer user_data); /* before it answers with the same */
  void (*answered) (const char *sdp, gpointer user_data);
  void (*failed) (guint status_code, const char *reason, gpointer user_data);
  void (*update_failed) (gpointer user_data);
} HsSandboxPersonEvents;

/* @offer: (nullable): NULL: the person answers with an offer
 * @behaviour: looked at again and again; has to outlive the person
 * @events: has to outlive the person */
HsSandboxPerson *hs_sandbox_person_new (HsSandboxPersonKind kind,
                                        const char *offer,
                                        const HsSandboxBehaviour *behaviour,
                                        const HsSandboxPersonEvents *events,
                                        gpointer user_data);
void hs_sandbox_person_update (HsSandboxPerson *person, const char *offer);

/* Makes an offer to somebody else, or takes the answer to one. */
void hs_sandbox_person_offer (HsSandboxPerson *person);
void hs_sandbox_person_take_answer (HsSandboxPerson *person, const char *answer);

void hs_sandbox_person_free (HsSandboxPerson *person);

G_END_DECLS
