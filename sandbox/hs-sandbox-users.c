/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-users.h"
#include "hs-sandbox-address.h"
#include "hs-sandbox-json.h"

struct _HsSandboxUsers {
  GHashTable *by_address;  /* HsSandboxUser */
  HsSandboxFaults *faults; /* borrowed: outlives us */
  HsSandboxWire *wire;     /* borrowed: outlives us */
  guint keep_ms;
};

static void
subscription_free (HsSandboxSubscription *subscription)
{
  g_clear_handle_id (&subscription->expiry_timer, g_source_remove);
  g_free (subscription->id);
  g_strfreev (subscription->services);
  g_free (subscription->correlator);
  g_free (subscription->session_id);
  g_clear_pointer (&subscription->echoed, json_object_unref);
  g_object_unref (subscription->channel);
  g_free (subscription);
}

static void
user_free (HsSandboxUser *user)
{
  g_ptr_array_unref (user->subscriptions);
  g_free (user->address);
  g_free (user);
}

HsSandboxUsers *
hs_sandbox_users_new (HsSandboxFaults *faults, HsSandboxWire *wire, guint keep_ms)
{
  HsSandboxUsers *users = g_new0 (HsSandboxUsers, 1);

  users->by_address =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) user_free);
  users->faults = faults;
  users->wire = wire;
  users->keep_ms = keep_ms;
  return users;
}

void
hs_sandbox_users_free (HsSandboxUsers *users)
{
  g_hash_table_unref (users->by_address);
  g_free (users);
}

HsSandboxUser *
hs_sandbox_users_lookup (HsSandboxUsers *users, const char *address)
{
  return g_hash_table_lookup (users->by_address, address);
}

HsSandboxUser *
hs_sandbox_users_ensure (HsSandboxUsers *users, const char *address)
{
  HsSandboxUser *user = hs_sandbox_users_lookup (users, address);

  if (user)
    return user;
  user = g_new0 (HsSandboxUser, 1);
  user->users = users;
  user->address = g_strdup (address);
  user->subscriptions = g_ptr_array_new_with_free_func ((GDestroyNotify) subscription_free);
  g_hash_table_insert (users->by_address, user->address, user);
  return user;
}

HsSandboxChannel *
hs_sandbox_users_find_channel (HsSandboxUsers *users, const char *channel_id)
{
  GHashTableIter iter;
  HsSandboxUser *user;

  g_hash_table_iter_init (&iter, users->by_address);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &user)) {
    for (guint i = 0; i < user->subscriptions->len; i++) {
      HsSandboxSubscription *subscription = user->subscriptions->pdata[i];

      if (g_str_equal (hs_sandbox_channel_get_id (subscription->channel), channel_id))
        return subscription->channel;
    }
  }
  return NULL;
}

HsSandboxSubscription *
hs_sandbox_user_find (HsSandboxUser *user, const char *id)
{
  for (guint i = 0; i < user->subscriptions->len; i++) {
    HsSandboxSubscription *subscription = user->subscriptions->pdata[i];

    if (g_strcmp0 (subscription->id, id) == 0)
      return subscription;
  }
  return NULL;
}

HsSandboxSubscription *
hs_sandbox_user_find_correlator (HsSandboxUser *user, const char *correlator)
{
  for (guint i = 0; i < user->subscriptions->len; i++) {
    HsSandboxSubscription *subscription = user->subscriptions->pdata[i];

    if (correlator && g_strcmp0 (subscription->correlator, correlator) == 0)
      return subscription;
  }
  return NULL;
}

HsSandboxSubscription *
hs_sandbox_user_find_session (HsSandboxUser *user, const char *session_id)
{
  for (guint i = 0; i < user->subscriptions->len; i++) {
    HsSandboxSubscription *subscription = user->subscriptions->pdata[i];

    if (g_strcmp0 (subscription->session_id, session_id) == 0)
      return subscription;
  }
  return NULL;
}

HsSandboxSubscription *
hs_sandbox_user_subscribe (HsSandboxUser *user)
{
  HsSandboxSubscription *subscription = g_new0 (HsSandboxSubscription, 1);
  HsSandboxUsers *users = user->users;

  subscription->id = hs_sandbox_id_new ("");
  subscription->user = user;
  subscription->session_id = hs_sandbox_id_new ("x");
  subscription->services = g_new0 (char *, 1);
  subscription->echoed = json_object_new ();
  subscription->channel =
      hs_sandbox_channel_new (user->address, users->faults, users->wire, users->keep_ms);
  g_ptr_array_add (user->subscriptions, subscription);
  return subscription;
}

gboolean
hs_sandbox_subscription_has_service (HsSandboxSubscription *subscription, const char *service)
{
  return g_strv_contains ((const char *const *) subscription->services, service);
}

static gboolean
on_expired (gpointer user_data)
{
  HsSandboxSubscription *subscription = user_data;

  subscription->expiry_timer = 0;
  hs_sandbox_subscription_end (subscription, "gone", NULL);
  return G_SOURCE_REMOVE;
}

void
hs_sandbox_subscription_extend (HsSandboxSubscription *subscription, gint64 expires_s)
{
  g_clear_handle_id (&subscription->expiry_timer, g_source_remove);
  subscription->expires_s = expires_s;
  subscription->expires_at = g_get_monotonic_time () + expires_s * G_USEC_PER_SEC;
  subscription->expiry_timer = g_timeout_add_seconds (expires_s, on_expired, subscription);
}

static void
end (HsSandboxSubscription *subscription, JsonObject *farewell, HsSandboxExchange *cause)
{
  hs_sandbox_channel_retire (subscription->channel, farewell, cause);
  g_ptr_array_remove (subscription->user->subscriptions, subscription);
}

static JsonObject *
new_farewell (const char *type)
{
  JsonObject *message = json_object_new ();

  json_object_set_string_member (message, "eventType", type);
  json_object_set_int_member (message, "time", g_get_real_time () / 1000);
  return message;
}

void
hs_sandbox_subscription_end (HsSandboxSubscription *subscription,
                             const char *farewell,
                             HsSandboxExchange *cause)
{
  end (subscription, farewell ? new_farewell (farewell) : NULL, cause);
}

void
hs_sandbox_subscription_end_gone (HsSandboxSubscription *subscription, gint64 retry_after)
{
  JsonObject *message = new_farewell ("gone");

  if (retry_after >= 0)
    json_object_set_int_member (message, "retryAfter", retry_after);
  end (subscription, message, NULL);
}

guint
hs_sandbox_users_notify (HsSandboxUsers *users,
                         const char *address,
                         const char *subscription_id,
                         const char *service,
                         JsonObject *message,
                         HsSandboxExchange *cause,
                         guint delay_ms)
{
  g_autoptr (JsonObject) owned = message;
  HsSandboxUser *user = hs_sandbox_users_lookup (users, address);
  gboolean is_single;
  guint n_told = 0;

  if (!user)
    return 0;
  is_single = subscription_id && hs_sandbox_user_find (user, subscription_id);
  for (guint i = 0; i < user->subscriptions->len; i++) {
    HsSandboxSubscription *subscription = user->subscriptions->pdata[i];

    if (is_single ? !g_str_equal (subscription->id, subscription_id)
                  : service && !hs_sandbox_subscription_has_service (subscription, service))
      continue;
    hs_sandbox_channel_post (subscription->channel, hs_sandbox_json_copy (owned), cause, delay_ms);
    n_told++;
  }
  return n_told;
}

static JsonObject *
subscription_to_json (HsSandboxSubscription *subscription)
{
  JsonObject *object = json_object_new ();
  gint64 rest_us = subscription->expires_at - g_get_monotonic_time ();

  json_object_set_string_member (object, "id", subscription->id);
  hs_sandbox_json_set_string (object, "clientCorrelator", subscription->correlator);
  json_object_set_array_member (
      object, "service",
      hs_sandbox_json_new_strings ((const char *const *) subscription->services));
  json_object_set_int_member (object, "expires", subscription->expires_s);
  json_object_set_int_member (object, "expiresInMs", rest_us / 1000);
  json_object_set_boolean_member (object, "connected",
                                  hs_sandbox_channel_is_connected (subscription->channel));
  json_object_set_int_member (object, "queued",
                              hs_sandbox_channel_get_n_queued (subscription->channel));
  json_object_set_int_member (object, "pings",
                              hs_sandbox_channel_get_n_pings (subscription->channel));
  return object;
}

static JsonObject *
user_to_json (HsSandboxUser *user)
{
  JsonObject *object = json_object_new ();
  JsonArray *subscriptions = json_array_new ();

  json_object_set_string_member (object, "user", user->address);
  hs_sandbox_json_set_string (object, "credential", user->credential);
  for (guint i = 0; i < user->subscriptions->len; i++)
    json_array_add_object_element (subscriptions,
                                   subscription_to_json (user->subscriptions->pdata[i]));
  json_object_set_array_member (object, "subscriptions", subscriptions);
  return object;
}

JsonArray *
hs_sandbox_users_to_json (HsSandboxUsers *users)
{
  JsonArray *array = json_array_new ();
  GHashTableIter iter;
  HsSandboxUser *user;

  g_hash_table_iter_init (&iter, users->by_address);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &user))
    json_array_add_object_element (array, user_to_json (user));
  return array;
}
