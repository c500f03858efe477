/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-rpc"

#include "hs-interests.h"

#include "base/hs-error.h"

/* Every event is compared with every interest of every connection. */
#define MAX_INTERESTS 256

typedef struct {
  char *type;         /* NULL: all */
  JsonObject *filter; /* NULL: none */
} Interest;

struct _HsInterests {
  GPtrArray *interests;
};

static void
interest_free (gpointer data)
{
  Interest *interest = data;

  g_free (interest->type);
  g_clear_pointer (&interest->filter, json_object_unref);
  g_free (interest);
}

static gboolean
filters_equal (JsonObject *a, JsonObject *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return json_object_equal (a, b);
}

/* Every member of @filter is in @params, with an equal value. */
static gboolean
filter_passes (JsonObject *filter, JsonObject *params)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *wanted;

  json_object_iter_init (&iter, filter);
  while (json_object_iter_next (&iter, &name, &wanted)) {
    JsonNode *value = json_object_get_member (params, name);

    if (value == NULL || !json_node_equal (value, wanted))
      return FALSE;
  }
  return TRUE;
}

HsInterests *
hs_interests_new (void)
{
  HsInterests *self = g_new0 (HsInterests, 1);

  self->interests = g_ptr_array_new_with_free_func (interest_free);
  return self;
}

void
hs_interests_free (HsInterests *self)
{
  g_ptr_array_unref (self->interests);
  g_free (self);
}

static gboolean
has_equal (HsInterests *self, const char *type, JsonObject *filter)
{
  for (guint i = 0; i < self->interests->len; i++) {
    const Interest *interest = g_ptr_array_index (self->interests, i);

    if (g_strcmp0 (interest->type, type) == 0 && filters_equal (interest->filter, filter))
      return TRUE;
  }
  return FALSE;
}

gboolean
hs_interests_add (HsInterests *self, const char *type, JsonObject *filter, GError **error)
{
  Interest *interest;

  if (has_equal (self, type, filter))
    return TRUE;
  if (self->interests->len >= MAX_INTERESTS) {
    g_set_error (error, HS_ERROR, HS_ERROR_BUSY,
                 "this connection has asked for events in %u ways already", MAX_INTERESTS);
    return FALSE;
  }
  interest = g_new0 (Interest, 1);
  interest->type = g_strdup (type);
  interest->filter = filter != NULL ? json_object_ref (filter) : NULL;
  g_ptr_array_add (self->interests, interest);
  return TRUE;
}

void
hs_interests_remove (HsInterests *self, const char *type, JsonObject *filter)
{
  for (guint i = self->interests->len; i > 0; i--) {
    const Interest *interest = g_ptr_array_index (self->interests, i - 1);

    if (g_strcmp0 (interest->type, type) == 0 &&
        (filter == NULL || filters_equal (interest->filter, filter)))
      g_ptr_array_remove_index (self->interests, i - 1);
  }
}

void
hs_interests_clear (HsInterests *self)
{
  g_ptr_array_set_size (self->interests, 0);
}

gboolean
hs_interests_is_empty (HsInterests *self)
{
  return self->interests->len == 0;
}

gboolean
hs_interests_match (HsInterests *self, const char *type, JsonObject *params)
{
  for (guint i = 0; i < self->interests->len; i++) {
    const Interest *interest = g_ptr_array_index (self->interests, i);

    if ((interest->type == NULL || strcmp (interest->type, type) == 0) &&
        (interest->filter == NULL || filter_passes (interest->filter, params)))
      return TRUE;
  }
  return FALSE;
}
