/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hs-clock.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* HsQuestions: what one client was asked and has not answered yet */
typedef struct _HsQuestions HsQuestions;

HsQuestions *hs_questions_new (HsClock *clock);

/* Fails what is open as hs_questions_fail_all() does. */
void hs_questions_free (HsQuestions *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsQuestions, hs_questions_free)

/* Begins a question. @task returns the answer's result (transfer full JsonNode), or an error.
 * @task: (transfer full)
 * Returns: its id, valid as long as it is open */
const char *hs_questions_add (HsQuestions *self, GTask *task, guint timeout_ms);

/* Returns: FALSE when @message, an object with "result" or "error", answers no open question. */
gboolean hs_questions_answer (HsQuestions *self, JsonObject *message);

/* Ends all questions with HS_ERROR_CLOSED. */
void hs_questions_fail_all (HsQuestions *self);

G_END_DECLS
