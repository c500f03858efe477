/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-leg-post.h"

struct _HsLegPost {
  gatomicrefcount references;
  GMainContext *context;
  gpointer owner; /* borrowed; looked at on the control thread only; NULL once closed */
};

typedef struct {
  HsLegPost *post;
  HsLegPostFunc func;
  gpointer data;
  GDestroyNotify destroy;
} Letter;

HsLegPost *
hs_leg_post_new (gpointer owner)
{
  HsLegPost *self = g_new0 (HsLegPost, 1);

  g_atomic_ref_count_init (&self->references);
  self->context = g_main_context_ref_thread_default ();
  self->owner = owner;
  return self;
}

HsLegPost *
hs_leg_post_ref (HsLegPost *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
hs_leg_post_unref (HsLegPost *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_main_context_unref (self->context);
  g_free (self);
}

static gboolean
deliver (gpointer user_data)
{
  Letter *letter = user_data;

  if (letter->post->owner != NULL)
    letter->func (letter->post->owner, letter->data);
  return G_SOURCE_REMOVE;
}

static void
free_letter (gpointer user_data)
{
  Letter *letter = user_data;

  if (letter->destroy != NULL)
    letter->destroy (letter->data);
  hs_leg_post_unref (letter->post);
  g_free (letter);
}

void
hs_leg_post_send (HsLegPost *self, HsLegPostFunc func, gpointer data, GDestroyNotify destroy)
{
  /* Not g_main_context_invoke(): it runs the function at once, on the wrong thread, whenever nobody
   * happens to own the context. */
  g_autoptr (GSource) source = g_idle_source_new ();
  Letter *letter = g_new0 (Letter, 1);

  letter->post = hs_leg_post_ref (self);
  letter->func = func;
  letter->data = data;
  letter->destroy = destroy;
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, deliver, letter, free_letter);
  g_source_attach (source, self->context);
}

void
hs_leg_post_close (HsLegPost *self)
{
  self->owner = NULL;
}
