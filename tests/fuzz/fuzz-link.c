/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The input is the body of an answer, or a frame of the websocket. */
#include "base/hs-json.h"
#include "hs-fuzz-runner.h"
#include "link/hs-link-message.h"
#include "link/hs-sdp-format.h"
#include "link/hs-subscription.h"
#include "link/hs-wire.h"

static void
check_text (const char *text)
{
  g_assert_true (text == NULL || g_utf8_validate (text, -1, NULL));
}

static void
check_message (JsonObject *message)
{
  JsonObject *params = hs_json_get_object (message, "sessionParams");
  const char *sdp = hs_json_get_string (params, "sdp");
  g_autoptr (HsSignallingMessage) parsed = hs_link_message_parse (message);
  g_autofree char *plain = sdp != NULL ? hs_sdp_unpack (sdp, NULL) : NULL;

  check_text (plain);
  if (parsed == NULL)
    return;
  g_assert_nonnull (parsed->session);
  check_text (parsed->session);
  check_text (parsed->sdp);
  check_text (parsed->remote_name);
  check_text (parsed->reason_text);
}

static void
check_subscription (JsonObject *response)
{
  static const char *const requested[] = { "call", NULL };
  g_autoptr (HsSubscription) first = hs_subscription_parse (response, NULL, requested, NULL);
  g_autoptr (HsSubscription) second =
      first != NULL ? hs_subscription_parse (response, first, requested, NULL) : NULL;
  g_autoptr (JsonObject) info = hs_subscription_dup_services_info (second);

  if (first != NULL) {
    g_assert_cmpint (first->url[0], ==, '/');
    g_assert_cmpint (first->channel[0], ==, '/');
    g_assert_null (strpbrk (first->url, "\r\n #"));
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = hs_wire_parse ((const char *) data, size, &error);
  g_autoptr (JsonNode) same = NULL;
  g_autofree char *text = NULL;
  JsonObject *object = hs_json_node_get_object (node);

  g_assert_true ((node != NULL) == (error == NULL));
  if (node == NULL)
    return 0;
  /* What was taken in can be handed on. */
  text = hs_json_to_text (node);
  same = hs_wire_parse (text, strlen (text), &error);
  if (error != NULL)
    g_printerr ("%.*s\n%s\n", (int) size, (const char *) data, text);
  g_assert_no_error (error);
  if (hs_json_get_object (object, "notificationMessage") != NULL)
    check_message (hs_json_get_object (object, "notificationMessage"));
  check_subscription (hs_json_get_object (object, "subscribeResponse"));
  return 0;
}
