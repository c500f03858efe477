/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-ctl-arguments.h"
#include "hs-ctl-events.h"
#include "protocol/hs-protocol.h"

/* Parses @words (separated by blanks) for @method; the params as text, or the error's message. */
static char *
parse (const char *method_name, const char *words)
{
  g_autoptr (HsCtlContract) contract = hs_ctl_contract_new (hs_protocol_openrpc);
  JsonObject *method = hs_ctl_contract_find_method (contract, method_name);
  g_auto (GStrv) list = *words != '\0' ? g_strsplit (words, " ", -1) : g_new0 (char *, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) params =
      hs_ctl_arguments_parse (contract, method, (const char *const *) list, &error);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  if (params == NULL)
    return g_strdup (error->message);
  json_node_set_object (node, params);
  return json_to_string (node, FALSE);
}

static void
assert_parsed (const char *method, const char *words, const char *expected)
{
  g_autofree char *got = parse (method, words);

  g_assert_cmpstr (got, ==, expected);
}

static void
test_names_and_positions (void)
{
  assert_parsed ("rpc.ping", "", "{}");
  assert_parsed ("call.make", "bob@example.com", "{\"destination\":\"bob@example.com\"}");
  assert_parsed ("call.make", "sip:bob@x.example;user=phone",
                 "{\"destination\":\"sip:bob@x.example;user=phone\"}");
  assert_parsed ("call.end", "await=true callId=c1", "{\"await\":true,\"callId\":\"c1\"}");
  assert_parsed ("call.getStats", "c1 t1", "{\"callId\":\"c1\",\"trackId\":\"t1\"}");
}

static void
test_dotted_names_make_objects (void)
{
  assert_parsed ("call.make", "destination=1234 media.audio=true options.bandwidth.audio=40",
                 "{\"destination\":\"1234\",\"media\":{\"audio\":true},\"options\":{\"bandwidth\":"
                 "{\"audio\":40}}}");
  assert_parsed ("call.make", "b media.audioOptions.deviceId=file:/a=b.wav",
                 "{\"destination\":\"b\",\"media\":{\"audioOptions\":{\"deviceId\":\"file:/"
                 "a=b.wav\"}}}");
}

static void
test_json_and_lists (void)
{
  assert_parsed ("services.subscribe", "call,IM", "{\"services\":[\"call\",\"IM\"]}");
  assert_parsed ("services.subscribe", "services:=[\"call\"]", "{\"services\":[\"call\"]}");
  assert_parsed ("call.make", "{\"destination\":\"b\"} await=true",
                 "{\"destination\":\"b\",\"await\":true}");
}

static void
test_mistakes_are_named (void)
{
  assert_parsed ("call.end", "c1 await=perhaps", "await: expected boolean, got \"perhaps\"");
  assert_parsed ("call.end", "c1 wait=true", "call.end has no parameter \"wait\"");
  assert_parsed ("call.end", "await=true", "call.end needs the parameter \"callId\"");
  assert_parsed ("call.end", "c1 true more", "\"more\" is one argument more than call.end takes");
  assert_parsed ("call.make", "b media:={", "media: expected JSON, got \"{\"");
  assert_parsed ("call.make", "b media=5", "media: expected object, got \"5\"");
  assert_parsed ("call.make", "b destination.deeper=5",
                 "call.make has no parameter \"destination.deeper\"");
}

static void
test_events_are_one_line (void)
{
  g_autoptr (GDateTime) when = g_date_time_new_local (2026, 1, 2, 3, 4, 5.678);
  g_autoptr (JsonNode) node = json_from_string (
      "{\"method\":\"call:stateChange\",\"params\":{\"callId\":\"c1\",\"previous\":{\"state\":"
      "\"Ringing\",\"localHold\":false}}}",
      NULL);
  g_autofree char *line = hs_ctl_events_describe (json_node_get_object (node), when);

  g_assert_cmpstr (line, ==,
                   "03:04:05.678  call:stateChange      callId=c1  previous.state=Ringing  "
                   "previous.localHold=false");
}

static void
test_long_events_are_cut (void)
{
  g_autoptr (GDateTime) when = g_date_time_new_local (2026, 1, 2, 3, 4, 5);
  g_autoptr (GString) text = g_string_new ("{\"method\":\"call:statsReceived\",\"params\":{");
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *line = NULL;

  for (guint i = 0; i < 40; i++)
    g_string_append_printf (text, "\"member%u\":{\"x\":\"ü\"},", i);
  g_string_append (text, "\"callId\":\"c1\"}}");
  node = json_from_string (text->str, NULL);
  line = hs_ctl_events_describe (json_node_get_object (node), when);
  g_assert_true (g_utf8_validate (line, -1, NULL));
  g_assert_cmpint (g_utf8_strlen (line, -1), ==, 180);
  g_assert_nonnull (strstr (line, "callId=c1  member0.x=ü"));
  g_assert_true (g_str_has_suffix (line, "…"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/handsetctl/names-and-positions", test_names_and_positions);
  g_test_add_func ("/handsetctl/dotted-names-make-objects", test_dotted_names_make_objects);
  g_test_add_func ("/handsetctl/json-and-lists", test_json_and_lists);
  g_test_add_func ("/handsetctl/mistakes-are-named", test_mistakes_are_named);
  g_test_add_func ("/handsetctl/events-are-one-line", test_events_are_one_line);
  g_test_add_func ("/handsetctl/long-events-are-cut", test_long_events_are_cut);
  return g_test_run ();
}
