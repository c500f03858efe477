/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-faults.h"
#include "hs-sandbox-fault-rule.h"

#include <string.h>

#define MAX_RULES 1000

struct _HsSandboxFaults {
  GPtrArray *rules; /* HsSandboxFault, oldest first */
  guint last_id;
};

static const char *const kind_names[] = {
  [HS_SANDBOX_FAULT_REQUEST] = "request",
  [HS_SANDBOX_FAULT_NOTIFICATION] = "notification",
  [HS_SANDBOX_FAULT_SDP_REWRITE] = "sdpRewrite",
  [HS_SANDBOX_FAULT_UPGRADE] = "websocket",
};

HsSandboxFaults *
hs_sandbox_faults_new (void)
{
  HsSandboxFaults *faults = g_new0 (HsSandboxFaults, 1);

  faults->rules = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_sandbox_fault_unref);
  return faults;
}

void
hs_sandbox_faults_free (HsSandboxFaults *faults)
{
  g_ptr_array_unref (faults->rules);
  g_free (faults);
}

guint
hs_sandbox_faults_add (HsSandboxFaults *faults,
                       HsSandboxFaultKind kind,
                       JsonObject *rule,
                       GError **error)
{
  HsSandboxFault *fault = hs_sandbox_fault_new (kind, rule, error);

  if (!fault)
    return 0;
  if (faults->rules->len >= MAX_RULES)
    g_ptr_array_remove_index (faults->rules, 0);
  fault->id = ++faults->last_id;
  g_ptr_array_add (faults->rules, fault);
  return fault->id;
}

void
hs_sandbox_faults_clear (HsSandboxFaults *faults)
{
  g_ptr_array_set_size (faults->rules, 0);
}

JsonArray *
hs_sandbox_faults_to_json (HsSandboxFaults *faults)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < faults->rules->len; i++) {
    HsSandboxFault *fault = faults->rules->pdata[i];
    JsonObject *entry = json_object_new ();

    json_object_set_int_member (entry, "id", fault->id);
    json_object_set_string_member (entry, "kind", kind_names[fault->kind]);
    if (fault->times < 0)
      json_object_set_string_member (entry, "times", "always");
    else
      json_object_set_int_member (entry, "times", fault->times);
    json_array_add_object_element (array, entry);
  }
  return array;
}

static gboolean
is_wanted (const char *wanted, const char *value)
{
  return !wanted || g_strcmp0 (wanted, value) == 0;
}

/* Returns: whether the rule works this time */
static gboolean
use (HsSandboxFaults *faults, HsSandboxFault *fault)
{
  if (fault->skip > 0) {
    fault->skip--;
    return FALSE;
  }
  if (fault->times > 0 && --fault->times == 0)
    g_ptr_array_remove (faults->rules, fault);
  return TRUE;
}

HsSandboxFault *
hs_sandbox_faults_take_request (HsSandboxFaults *faults,
                                const char *method,
                                const char *path,
                                const char *type,
                                const char *user)
{
  for (guint i = 0; i < faults->rules->len; i++) {
    g_autoptr (HsSandboxFault) fault = hs_sandbox_fault_ref (faults->rules->pdata[i]);

    if (fault->kind == HS_SANDBOX_FAULT_REQUEST && is_wanted (fault->method, method) &&
        is_wanted (fault->type, type) && is_wanted (fault->user, user) &&
        (!fault->path || strstr (path, fault->path)) && use (faults, fault))
      return g_steal_pointer (&fault);
  }
  return NULL;
}

HsSandboxFault *
hs_sandbox_faults_take (HsSandboxFaults *faults,
                        HsSandboxFaultKind kind,
                        const char *type,
                        const char *user)
{
  for (guint i = 0; i < faults->rules->len; i++) {
    g_autoptr (HsSandboxFault) fault = hs_sandbox_fault_ref (faults->rules->pdata[i]);

    if (fault->kind == kind && is_wanted (fault->type, type) && is_wanted (fault->user, user) &&
        use (faults, fault))
      return g_steal_pointer (&fault);
  }
  return NULL;
}

char *
hs_sandbox_faults_rewrite_sdp (HsSandboxFaults *faults,
                               const char *type,
                               const char *user,
                               const char *sdp)
{
  g_autoptr (HsSandboxFault) fault =
      hs_sandbox_faults_take (faults, HS_SANDBOX_FAULT_SDP_REWRITE, type, user);
  g_autoptr (GError) error = NULL;
  char *changed;

  if (!fault)
    return g_strdup (sdp);
  changed = g_regex_replace (fault->pattern, sdp, -1, 0, fault->replacement, 0, &error);
  if (!changed)
    g_warning ("rule %u cannot be applied: %s", fault->id, error->message);
  return changed ? changed : g_strdup (sdp);
}
