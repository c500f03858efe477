/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-rpc"

#include "hs-questions.h"

#include "base/hs-error.h"
#include "base/hs-json.h"

struct _HsQuestions {
  HsClock *clock;
  GHashTable *open; /* id -> Question */
  guint last_number;
};

typedef struct {
  HsQuestions *questions; /* borrowed: they own us */
  char *id;
  GTask *task;
  guint timer_id;
  GSource *cancel_source; /* nullable */
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  hs_clock_clear_timer (question->questions->clock, &question->timer_id);
  if (question->cancel_source != NULL) {
    g_source_destroy (question->cancel_source);
    g_source_unref (question->cancel_source);
  }
  g_clear_object (&question->task);
  g_free (question->id);
  g_free (question);
}

/* Ends the question without an answer yet: the returned task still has to return.
 * Returns: (transfer full) */
static GTask *
take_task (Question *question)
{
  GTask *task = g_steal_pointer (&question->task);

  g_hash_table_remove (question->questions->open, question->id);
  return task;
}

static void
on_timed_out (gpointer user_data)
{
  Question *question = user_data;
  g_autoptr (GTask) task = NULL;

  question->timer_id = 0;
  task = take_task (question);
  g_task_return_new_error (task, HS_ERROR, HS_ERROR_TIMED_OUT, "the client did not answer in time");
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  g_autoptr (GTask) task = take_task (user_data);

  g_task_return_error_if_cancelled (task);
  return G_SOURCE_REMOVE;
}

static void
watch_cancellable (Question *question)
{
  GCancellable *cancellable = g_task_get_cancellable (question->task);

  if (cancellable == NULL)
    return;
  question->cancel_source = g_cancellable_source_new (cancellable);
  g_source_set_callback (question->cancel_source, G_SOURCE_FUNC (on_cancelled), question, NULL);
  g_source_attach (question->cancel_source, g_main_context_get_thread_default ());
}

HsQuestions *
hs_questions_new (HsClock *clock)
{
  HsQuestions *self = g_new0 (HsQuestions, 1);

  self->clock = g_object_ref (clock);
  self->open = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, question_free);
  return self;
}

void
hs_questions_free (HsQuestions *self)
{
  hs_questions_fail_all (self);
  g_hash_table_unref (self->open);
  g_object_unref (self->clock);
  g_free (self);
}

const char *
hs_questions_add (HsQuestions *self, GTask *task, guint timeout_ms)
{
  Question *question = g_new0 (Question, 1);

  question->questions = self;
  question->id = g_strdup_printf ("handset-%u", ++self->last_number);
  question->task = task;
  question->timer_id = hs_clock_add_timer (self->clock, timeout_ms, on_timed_out, question);
  watch_cancellable (question);
  g_hash_table_insert (self->open, question->id, question);
  return question->id;
}

static void
return_answer (GTask *task, JsonObject *message)
{
  JsonNode *result = json_object_get_member (message, "result");
  const char *why = hs_json_get_string (hs_json_get_object (message, "error"), "message");

  if (result != NULL && !json_object_has_member (message, "error"))
    g_task_return_pointer (task, json_node_copy (result), (GDestroyNotify) json_node_unref);
  else
    g_task_return_new_error (task, HS_ERROR, HS_ERROR_INVALID_DATA,
                             "the client answered an error: %s",
                             why != NULL ? why : "without a message");
}

gboolean
hs_questions_answer (HsQuestions *self, JsonObject *message)
{
  const char *id = hs_json_get_string (message, "id");
  Question *question = id != NULL ? g_hash_table_lookup (self->open, id) : NULL;
  g_autoptr (GTask) task = NULL;

  if (question == NULL)
    return FALSE;
  task = take_task (question);
  return_answer (task, message);
  return TRUE;
}

void
hs_questions_fail_all (HsQuestions *self)
{
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer question;

  g_hash_table_iter_init (&iter, self->open);
  while (g_hash_table_iter_next (&iter, NULL, &question))
    g_ptr_array_add (tasks, g_steal_pointer (&((Question *) question)->task));
  g_hash_table_remove_all (self->open);
  for (guint i = 0; i < tasks->len; i++)
    g_task_return_new_error (tasks->pdata[i], HS_ERROR, HS_ERROR_CLOSED, "the client is gone");
}
