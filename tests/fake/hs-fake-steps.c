/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-fake"

#include "hs-fake-steps.h"

#define MAX_KINDS 32

typedef struct {
  int kind;
  GTask *task;
  HsFakeStepFunc succeed;
  GError *error; /* nullable */
} Step;

struct _HsFakeSteps {
  GQueue held; /* of Step */
  gboolean holds[MAX_KINDS];
  GError *failures[MAX_KINDS];
};

static void
step_free (Step *step)
{
  g_object_unref (step->task);
  g_clear_error (&step->error);
  g_free (step);
}

static gboolean
complete (gpointer user_data)
{
  Step *step = user_data;

  if (step->error != NULL)
    g_task_return_error (step->task, g_steal_pointer (&step->error));
  else
    step->succeed (step->task);
  return G_SOURCE_REMOVE;
}

static void
schedule (Step *step)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, complete, step, (GDestroyNotify) step_free);
}

static void
cancel (Step *step)
{
  g_clear_error (&step->error);
  step->error = g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled");
  schedule (step);
}

HsFakeSteps *
hs_fake_steps_new (void)
{
  HsFakeSteps *self = g_new0 (HsFakeSteps, 1);

  g_queue_init (&self->held);
  return self;
}

void
hs_fake_steps_free (HsFakeSteps *self)
{
  g_queue_clear_full (&self->held, (GDestroyNotify) cancel);
  for (guint i = 0; i < MAX_KINDS; i++)
    g_clear_error (&self->failures[i]);
  g_free (self);
}

void
hs_fake_steps_begin (HsFakeSteps *self, int kind, GTask *task, HsFakeStepFunc succeed)
{
  Step *step = g_new0 (Step, 1);

  g_assert (kind < MAX_KINDS);
  step->kind = kind;
  step->task = task;
  step->succeed = succeed;
  step->error = g_steal_pointer (&self->failures[kind]);
  if (self->holds[kind])
    g_queue_push_tail (&self->held, step);
  else
    schedule (step);
}

void
hs_fake_steps_hold (HsFakeSteps *self, int kind)
{
  self->holds[kind] = TRUE;
}

void
hs_fake_steps_release (HsFakeSteps *self, int kind, const GError *error)
{
  for (GList *l = self->held.head; l != NULL; l = l->next) {
    Step *step = l->data;

    if (step->kind != kind)
      continue;
    if (error != NULL) {
      g_clear_error (&step->error);
      step->error = g_error_copy (error);
    }
    g_queue_delete_link (&self->held, l);
    schedule (step);
    return;
  }
  g_assert_not_reached ();
}

void
hs_fake_steps_release_all (HsFakeSteps *self)
{
  Step *step;

  for (guint i = 0; i < MAX_KINDS; i++)
    self->holds[i] = FALSE;
  while ((step = g_queue_pop_head (&self->held)) != NULL)
    schedule (step);
}

guint
hs_fake_steps_count_held (HsFakeSteps *self, int kind)
{
  guint count = 0;

  for (GList *l = self->held.head; l != NULL; l = l->next)
    count += ((Step *) l->data)->kind == kind;
  return count;
}

void
hs_fake_steps_fail_next (HsFakeSteps *self, int kind, const GError *error)
{
  g_clear_error (&self->failures[kind]);
  self->failures[kind] = g_error_copy (error);
}

/* Returns: (nullable): the oldest work of @source that waits */
static GList *
find_of_source (HsFakeSteps *self, gpointer source)
{
  for (GList *l = self->held.head; l != NULL; l = l->next) {
    if (g_task_get_source_object (((Step *) l->data)->task) == source)
      return l;
  }
  return NULL;
}

void
hs_fake_steps_cancel (HsFakeSteps *self, gpointer source)
{
  GList *l;

  while ((l = find_of_source (self, source)) != NULL) {
    Step *step = l->data;

    g_queue_delete_link (&self->held, l);
    g_clear_error (&step->error);
    step->error = g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled");
    complete (step);
    step_free (step);
  }
}
