/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/hs-dscp.h"

#include "base/hs-json.h"

static guint
choose (const char *json, const char *media)
{
  g_autoptr (JsonNode) node = hs_json_parse (json, -1, NULL);
  HsDscpMedia there = { strchr (media, 'a') != NULL, strchr (media, 'v') != NULL,
                        strchr (media, 's') != NULL };

  return hs_dscp_choose (hs_json_node_get_object (node), &there);
}

static void
test_table (void)
{
  static const struct {
    const char *priority;
    guint audio, video, screen;
  } rows[] = {
    { "very-low", 1, 1, 1 }, { "low", 0, 0, 0 },    { "medium", 46, 36, 28 },
    { "high", 46, 34, 26 },  { "urgent", 0, 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *controls =
        g_strdup_printf ("{\"audioNetworkPriority\":\"%s\",\"videoNetworkPriority\":\"%s\","
                         "\"screenNetworkPriority\":\"%s\"}",
                         rows[i].priority, rows[i].priority, rows[i].priority);

    g_assert_cmpuint (choose (controls, "a"), ==, rows[i].audio);
    g_assert_cmpuint (choose (controls, "v"), ==, rows[i].video);
    g_assert_cmpuint (choose (controls, "s"), ==, rows[i].screen);
  }
}

static void
test_shared (void)
{
  g_assert_cmpuint (choose ("{\"videoNetworkPriority\":\"high\"}", "av"), ==, 34);
  g_assert_cmpuint (choose ("{\"videoNetworkPriority\":\"high\"}", "a"), ==, 0);
  g_assert_cmpuint (
      choose ("{\"audioNetworkPriority\":\"very-low\",\"videoNetworkPriority\":\"very-low\"}",
              "av"),
      ==, 1);
  g_assert_cmpuint (choose ("{\"audioNetworkPriority\":\"very-low\"}", "av"), ==, 0);
  g_assert_cmpuint (
      choose ("{\"audioNetworkPriority\":\"high\",\"screenNetworkPriority\":\"high\"}", "as"), ==,
      46);
}

static void
test_nothing (void)
{
  HsDscpMedia media = { TRUE, TRUE, TRUE };

  g_assert_cmpuint (hs_dscp_choose (NULL, &media), ==, 0);
  g_assert_cmpuint (choose ("{\"audioNetworkPriority\":5}", "avs"), ==, 0);
  g_assert_cmpuint (choose ("{\"audioNetworkPriority\":\"high\"}", ""), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dscp/table", test_table);
  g_test_add_func ("/dscp/shared", test_shared);
  g_test_add_func ("/dscp/nothing", test_nothing);
  return g_test_run ();
}
