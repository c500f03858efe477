/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call/hs-address.h"

#define LOGIN "ana@lab.example"

typedef struct {
  const char *given;
  const char *expected;
} Row;

static const Row rows[] = {
  { "joe", "sip:joe@lab.example" },
  { " joe ", "sip:joe@lab.example" },
  { "\xc2\xa0joe\t\n", "sip:joe@lab.example" },
  { "SIP:Joe@X.Example", "sip:Joe@X.Example" },
  { "sips:joe@x.example", "sip:joe@x.example" },
  { "tel:+1 (613) 555-0100", "sip:+16135550100@lab.example" },
  { "1-613.555.0100", "sip:16135550100@lab.example" },
  { "*72", "sip:*72@lab.example" },
  { "#31#5550100", "sip:#31#5550100@lab.example" },
  { "*12*34", "sip:*12*34@lab.example" },
  { "+*(613) 5", "sip:+*6135@lab.example" },
  { "+|5550", "sip:+|5550@lab.example" },
  { "1-800-FLOWERS", "sip:1-800-FLOWERS@lab.example" },
  { "sip:bob@x.example:5060", "sip:bob@x.example:5060" },
  { "bob@x.example;transport=tls", "sip:bob@x.example;transport=tls" },
  { "tel:5550100@x.example;user=phone", "sip:5550100@x.example;user=phone" },
  { "a@b@x.example", "sip:a@b@x.example" },
  { "joe@", "sip:joe@@lab.example" },
  { "@joe", "sip:@joe@lab.example" },
  { "", "sip:@lab.example" },
  { "   ", "sip:@lab.example" },
  { "+", "sip:+@lab.example" },
  { "sip:", "sip:@lab.example" },
};

static void
test_normalise (gconstpointer data)
{
  const Row *row = data;
  g_autofree char *address = hs_address_normalise (row->given, LOGIN);

  g_assert_cmpstr (address, ==, row->expected);
}

static void
test_login_without_domain (void)
{
  g_autofree char *address = hs_address_normalise ("bob", "ana");

  g_assert_cmpstr (address, ==, "sip:bob");
}

static void
test_login_with_two_marks (void)
{
  g_autofree char *address = hs_address_normalise ("bob", "ana@@lab.example");

  g_assert_cmpstr (address, ==, "sip:bob@lab.example");
}

static void
test_from (void)
{
  g_autofree char *bare = hs_address_dup_from (LOGIN, NULL);
  g_autofree char *empty = hs_address_dup_from (LOGIN, "");
  g_autofree char *named = hs_address_dup_from (LOGIN, "Ana K");

  g_assert_cmpstr (bare, ==, "sip:ana@lab.example");
  g_assert_cmpstr (empty, ==, "sip:ana@lab.example");
  g_assert_cmpstr (named, ==, "Ana K<sip:ana@lab.example>");
}

static void
test_complete (void)
{
  g_autofree char *number = hs_address_complete ("5551234", LOGIN);
  g_autofree char *whole = hs_address_complete ("bo@x.example", LOGIN);
  g_autofree char *alone = hs_address_complete ("5551234", "ana");

  g_assert_cmpstr (number, ==, "5551234@lab.example");
  g_assert_cmpstr (whole, ==, "bo@x.example");
  g_assert_cmpstr (alone, ==, "5551234");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strdup_printf ("/call/address/normalise/%u", i);

    g_test_add_data_func (path, &rows[i], test_normalise);
  }
  g_test_add_func ("/call/address/login-without-domain", test_login_without_domain);
  g_test_add_func ("/call/address/login-with-two-marks", test_login_with_two_marks);
  g_test_add_func ("/call/address/from", test_from);
  g_test_add_func ("/call/address/complete", test_complete);
  return g_test_run ();
}
