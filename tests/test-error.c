/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-error.h"
#include "base/hs-json.h"

static void
test_code_names_group_and_number (void)
{
  g_autoptr (GError) error = g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_INVALID_STATE, "not now");
  g_autofree char *code = hs_error_dup_code (error);

  g_assert_cmpstr (code, ==, "call:6");
  g_assert_cmpstr (hs_error_get_kind (error), ==, "invalid-state");
}

static void
test_gateway_codes_are_numbers (void)
{
  g_autoptr (GError) error = g_error_new (HS_GATEWAY_ERROR, 404, "no such user");
  g_autofree char *text = hs_json_object_to_text (hs_error_to_json (error));

  g_assert_cmpstr (text, ==, "{\"name\":\"BasicError\",\"code\":404,\"message\":\"no such user\"}");
}

static void
test_foreign_domains_have_no_code (void)
{
  g_autoptr (GError) error = g_error_new (G_FILE_ERROR, G_FILE_ERROR_NOENT, "gone");
  g_autofree char *text = hs_json_object_to_text (hs_error_to_json (error));

  g_assert_null (hs_error_get_kind (error));
  g_assert_nonnull (strstr (text, "\"NO_CODE\""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error/code-names-group-and-number", test_code_names_group_and_number);
  g_test_add_func ("/error/gateway-codes-are-numbers", test_gateway_codes_are_numbers);
  g_test_add_func ("/error/foreign-domains-have-no-code", test_foreign_domains_have_no_code);
  return g_test_run ();
}
