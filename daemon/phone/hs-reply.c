/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-phone"

#include "hs-reply.h"

typedef struct {
  HsRequest *request;
  HsReplyToNode to_node; /* NULL: the task's value is a boolean, the answer null */
} Waiting;

static void
on_ended (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Waiting *waiting = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  JsonNode *node = NULL;

  if (waiting->to_node != NULL) {
    gpointer value = g_task_propagate_pointer (G_TASK (result), &error);

    node = value != NULL ? waiting->to_node (value) : NULL;
  } else {
    g_task_propagate_boolean (G_TASK (result), &error);
  }
  if (error != NULL)
    hs_request_fail (waiting->request, error);
  else
    hs_request_answer (waiting->request, node);
}

GTask *
hs_reply_waiter_full (HsRequest *request, gboolean await, HsReplyToNode to_node)
{
  Waiting *waiting;
  GTask *task;

  if (!await)
    return NULL;
  waiting = g_new0 (Waiting, 1);
  waiting->request = request;
  waiting->to_node = to_node;
  /* As the task's data, so that a refused operation that drops the task drops this too. */
  task = g_task_new (NULL, NULL, on_ended, NULL);
  g_task_set_task_data (task, waiting, g_free);
  return task;
}

GTask *
hs_reply_waiter (HsRequest *request, gboolean await)
{
  return hs_reply_waiter_full (request, await, NULL);
}

void
hs_reply_begun (HsRequest *request, gboolean began, gboolean await, const GError *error)
{
  if (!began)
    hs_request_fail (request, error);
  else if (!await)
    hs_request_answer (request, NULL);
}
