/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-ice-check.h"

#include <string.h>

G_DEFINE_INTERFACE (HsIceCheck, hs_ice_check, G_TYPE_OBJECT)

static void
hs_ice_check_default_init (HsIceCheckInterface *iface)
{
}

void
hs_ice_check_ask_async (HsIceCheck *self,
                        const char *call_id,
                        JsonArray *candidates,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  HS_ICE_CHECK_GET_IFACE (self)->ask_async (self, call_id, candidates, cancellable, callback,
                                            user_data);
}

gboolean
hs_ice_check_ask_finish (HsIceCheck *self, GAsyncResult *result)
{
  return HS_ICE_CHECK_GET_IFACE (self)->ask_finish (self, result);
}

static void
set_number (JsonObject *object, const char *name, const char *text)
{
  guint64 value;

  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, &value, NULL))
    json_object_set_int_member (object, name, value);
}

/* RFC 8839: candidate:foundation component transport priority address port typ type … */
JsonObject *
hs_ice_candidate_to_json (const char *candidate, guint line)
{
  g_auto (GStrv) words = g_strsplit (candidate, " ", -1);
  g_autofree char *protocol = NULL;
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "candidate", candidate);
  json_object_set_int_member (object, "sdpMLineIndex", line);
  if (g_strv_length (words) < 8 || !g_str_has_prefix (words[0], "candidate:") ||
      !g_str_equal (words[6], "typ"))
    return object;
  json_object_set_string_member (object, "foundation", words[0] + strlen ("candidate:"));
  json_object_set_string_member (object, "address", words[4]);
  json_object_set_string_member (object, "type", words[7]);
  set_number (object, "priority", words[3]);
  set_number (object, "port", words[5]);
  protocol = g_ascii_strdown (words[2], -1);
  json_object_set_string_member (object, "protocol", protocol);
  return object;
}
