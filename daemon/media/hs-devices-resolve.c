/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-devices-private.h"

#include "base/hs-error.h"
#include "base/hs-json.h"
#include "hs-device-id.h"

/* What a deviceId constraint asks for: the first of @wanted that there is. */
typedef struct {
  HsDeviceKind kind;
  GPtrArray *wanted; /* of char */
  gboolean is_exact;
} Wish;

static void
wish_free (gpointer data)
{
  Wish *wish = data;

  g_ptr_array_unref (wish->wanted);
  g_free (wish);
}

static gboolean
refuse (const char *what, GError **error)
{
  g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "OverconstrainedError: deviceId: %s",
               what);
  return FALSE;
}

static gboolean
add_text (Wish *wish, JsonNode *node, GError **error)
{
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return refuse ("expected a string or an array of strings", error);
  g_ptr_array_add (wish->wanted, json_node_dup_string (node));
  return TRUE;
}

static gboolean
add_texts (Wish *wish, JsonNode *node, GError **error)
{
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (array == NULL)
    return add_text (wish, node, error);
  for (guint i = 0; i < json_array_get_length (array); i++) {
    if (!add_text (wish, json_array_get_element (array, i), error))
      return FALSE;
  }
  return TRUE;
}

/* {"exact"} decides over {"ideal"}; a bare string is exact, as the SDK makes it, and a bare array
 * is ideal, as W3C has it. */
static gboolean
read_wish (Wish *wish, JsonNode *constraint, GError **error)
{
  JsonObject *object;

  if (constraint == NULL || JSON_NODE_HOLDS_NULL (constraint))
    return TRUE;
  object = hs_json_node_get_object (constraint);
  if (object == NULL) {
    wish->is_exact = JSON_NODE_HOLDS_VALUE (constraint);
    return add_texts (wish, constraint, error);
  }
  wish->is_exact = json_object_has_member (object, "exact");
  if (wish->is_exact)
    return add_texts (wish, json_object_get_member (object, "exact"), error);
  return !json_object_has_member (object, "ideal") ||
         add_texts (wish, json_object_get_member (object, "ideal"), error);
}

/* Returns: (nullable): the first of @wish that there is, as far as is known now */
static const char *
choose (HsDevices *devices, const Wish *wish)
{
  for (guint i = 0; i < wish->wanted->len; i++) {
    const char *device_id = g_ptr_array_index (wish->wanted, i);

    if (hs_devices_check (devices, wish->kind, device_id, NULL))
      return device_id;
  }
  return NULL;
}

/* The plain reason where one device was asked for. */
static void
explain (HsDevices *devices, const Wish *wish, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (wish->wanted->len == 1 &&
      !hs_devices_check (devices, wish->kind, g_ptr_array_index (wish->wanted, 0), &reason))
    refuse (reason->message, error);
  else
    refuse ("none of the devices is there", error);
}

static void
answer (GTask *task)
{
  HsDevices *devices = g_task_get_source_object (task);
  const Wish *wish = g_task_get_task_data (task);
  const char *chosen = choose (devices, wish);
  GError *error = NULL;

  if (chosen != NULL && !g_str_equal (chosen, "default")) {
    g_task_return_pointer (task, g_strdup (chosen), g_free);
  } else if (chosen != NULL || !wish->is_exact) {
    g_task_return_pointer (task, hs_devices_dup_default (devices, wish->kind), g_free);
  } else {
    explain (devices, wish, &error);
    g_task_return_error (task, error);
  }
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (hs_devices_load_finish (HS_DEVICES (source), result, &error))
    answer (task);
  else
    g_task_return_error (task, error);
}

static gboolean
needs_machine (HsDevices *self, HsDeviceKind kind, const char *device_id)
{
  g_auto (HsDeviceId) id = { 0 };

  if (!hs_device_id_parse (&id, kind, device_id, NULL))
    return FALSE;
  if (id.form == HS_DEVICE_FORM_DEFAULT) {
    const char *configured = hs_devices_get_configured (self, kind);

    return configured == NULL || g_str_equal (configured, "default") ||
           needs_machine (self, kind, configured);
  }
  return id.form == HS_DEVICE_FORM_MACHINE;
}

/* Whether answering takes more than what is always there. */
static gboolean
wish_needs_machine (HsDevices *self, const Wish *wish)
{
  for (guint i = 0; i < wish->wanted->len; i++) {
    if (needs_machine (self, wish->kind, g_ptr_array_index (wish->wanted, i)))
      return TRUE;
  }
  return wish->wanted->len == 0 && needs_machine (self, wish->kind, NULL);
}

void
hs_devices_resolve_async (HsDevices *self,
                          HsDeviceKind kind,
                          JsonNode *constraint,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Wish *wish = g_new0 (Wish, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, hs_devices_resolve_async);
  g_task_set_task_data (task, wish, wish_free);
  wish->kind = kind;
  wish->wanted = g_ptr_array_new_with_free_func (g_free);
  if (!read_wish (wish, constraint, &error))
    g_task_return_error (task, error);
  else if (!wish_needs_machine (self, wish))
    answer (task);
  else
    hs_devices_load_async (self, cancellable, on_loaded, g_steal_pointer (&task));
}

char *
hs_devices_resolve_finish (HsDevices *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
