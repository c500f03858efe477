/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-error.h"
#include "base/hs-json.h"
#include "call/hs-call-report.h"
#include "call/hs-quality.h"
#include "hs-call-fixture.h"

/* --- the estimate --- */

static void
assert_near (double found, double expected, double tolerance)
{
  g_assert_cmpfloat (ABS (found - expected), <=, tolerance);
}

/* The values that ITU-T G.107, Annex B gives for its own conversion. */
static void
test_mos (void)
{
  assert_near (hs_quality_get_mos (90), 4.34, 0.01);
  assert_near (hs_quality_get_mos (80), 4.03, 0.01);
  assert_near (hs_quality_get_mos (70), 3.60, 0.01);
  assert_near (hs_quality_get_mos (60), 3.10, 0.01);
  assert_near (hs_quality_get_mos (50), 2.58, 0.01);
  assert_near (hs_quality_get_mos (-1), 1, 0);
  assert_near (hs_quality_get_mos (3), 1, 0);
  assert_near (hs_quality_get_mos (101), 4.5, 0);
}

static void
test_r (void)
{
  /* 80 ms */
  assert_near (hs_quality_get_r ("audio/opus", 0, 0), 93.2 - 1.92, 0.001);
  /* 280 ms, of which 102.7 are too many */
  assert_near (hs_quality_get_r ("audio/opus", 400, 0), 93.2 - 6.72 - 11.297, 0.001);
  assert_near (hs_quality_get_r ("audio/OPUS", 0, 0.05), 93.2 - 1.92 - 95 * 5 / 30.1, 0.001);
  assert_near (hs_quality_get_r ("audio/PCMU", 0, 0.05), 93.2 - 1.92 - 95 * 5 / 9.3, 0.001);
  assert_near (hs_quality_get_r (NULL, 0, 1), 93.2 - 1.92 - 95 * 100 / 104.3, 0.001);
  assert_near (hs_quality_get_r (NULL, 100000, 1), 0, 0);
}

/* --- samples --- */

static JsonObject *
make_stats (int received, int lost, const char *more)
{
  g_autofree char *text = g_strdup_printf ("{\"i\":{\"type\":\"inbound-rtp\",\"kind\":\"audio\","
                                           "\"codecId\":\"c\",\"packetsReceived\":%d,"
                                           "\"packetsLost\":%d,\"jitter\":0.004},\"c\":{\"type\":"
                                           "\"codec\",\"mimeType\":\"audio/opus\"}%s}",
                                           received, lost, more);
  g_autoptr (JsonNode) node = hs_json_parse (text, -1, NULL);

  return json_object_ref (json_node_get_object (node));
}

static void
add (HsCallReport *report, int received, int lost, const char *more, gint64 now_ms)
{
  g_autoptr (JsonObject) stats = make_stats (received, lost, more);

  hs_call_report_add_stats (report, stats, now_ms, FALSE);
}

static void
expect (HsCallReport *report, const char *member, const char *expected)
{
  JsonObject *json = hs_call_report_to_json (report);
  g_autoptr (JsonNode) node = json_node_copy (json_object_get_member (json, member));
  g_autofree char *text = hs_json_to_text (node);

  json_object_unref (json);
  g_assert_cmpstr (g_strdelimit (text, "\"", '\''), ==, expected);
}

static void
test_samples (void)
{
  g_autoptr (HsCallReport) report = hs_call_report_new (1000);

  add (report, 100, 0,
       ",\"r\":{\"type\":\"remote-inbound-rtp\",\"kind\":\"audio\",\"fractionLost\":0.1,"
       "\"roundTripTime\":0.04},\"p\":{\"type\":\"candidate-pair\",\"localCandidateId\":\"l\","
       "\"remoteCandidateId\":\"m\"},\"l\":{\"candidateType\":\"relay\"},"
       "\"m\":{\"candidateType\":\"host\"}",
       3000);
  add (report, 190, 10, "", 13000);
  /* a new transport */
  add (report, 50, 0, "", 23000);
  expect (report, "quality",
          "[{'atMs':2000,'audio':{'packetsReceived':100,'lossPercent':0.0,'jitterMs':4.0,"
          "'roundTripMs':40.0,'remoteLossPercent':10.0,'mos':4.3600000000000003}},"
          "{'atMs':12000,'audio':{'packetsReceived':90,'lossPercent':10.0,'jitterMs':4.0,"
          "'mos':3.3199999999999998}},"
          "{'atMs':22000,'audio':{'packetsReceived':50,'lossPercent':0.0,'jitterMs':4.0,"
          "'mos':4.3700000000000001}}]");
  expect (report, "path", "{'local':'relay','remote':'host'}");
  expect (report, "codecs", "{'audio':'audio/opus'}");
}

static void
test_latest (void)
{
  g_autoptr (HsCallReport) report = hs_call_report_new (0);
  g_autoptr (JsonObject) stats = make_stats (10, 0, "");

  hs_call_report_set_latest (report, stats, 50);
  expect (report, "quality",
          "[{'atMs':50,'audio':{'packetsReceived':10,'lossPercent':0.0,'jitterMs':4.0,'mos':4."
          "3700000000000001}}]");
  add (report, 30, 0, "", 100);
  expect (report, "quality",
          "[{'atMs':100,'audio':{'packetsReceived':30,'lossPercent':0.0,'jitterMs':4.0,'mos':4."
          "3700000000000001}}]");
}

static void
test_odd_stats (void)
{
  static const char *const odd[] = {
    "{}",
    "{\"a\":5,\"b\":null,\"c\":[]}",
    "{\"a\":{\"type\":\"inbound-rtp\",\"kind\":\"audio\",\"jitter\":\"x\",\"packetsLost\":null,"
    "\"codecId\":\"none\"}}",
    "{\"a\":{\"type\":\"candidate-pair\"}}",
  };
  g_autoptr (HsCallReport) report = hs_call_report_new (0);

  for (guint i = 0; i < G_N_ELEMENTS (odd); i++) {
    g_autoptr (JsonNode) node = hs_json_parse (odd[i], -1, NULL);

    hs_call_report_add_stats (report, json_node_get_object (node), i + 1, FALSE);
  }
  expect (report, "quality",
          "[{'atMs':1},{'atMs':2},{'atMs':3,'audio':{'packetsReceived':0}},{'atMs':4}]");
}

/* However long it is: not too many, all of the call, and the end of it. */
static void
test_long_call (void)
{
  g_autoptr (HsCallReport) report = hs_call_report_new (0);
  g_autoptr (JsonObject) last = make_stats (100001, 0, "");
  g_autoptr (JsonObject) json = NULL;
  JsonArray *quality;
  gint64 total = 0;

  for (int i = 1; i <= 10000; i++)
    add (report, i * 10, 0, "", i * 10000);
  hs_call_report_add_stats (report, last, 100000001, TRUE);
  json = hs_call_report_to_json (report);
  quality = json_object_get_array_member (json, "quality");
  g_assert_cmpuint (json_array_get_length (quality), <=, HS_CALL_REPORT_MAX_SAMPLES);
  g_assert_cmpuint (json_array_get_length (quality), >=, HS_CALL_REPORT_MAX_SAMPLES / 2);
  for (guint i = 0; i < json_array_get_length (quality); i++) {
    JsonObject *sample = json_array_get_object_element (quality, i);

    total += json_object_get_int_member (json_object_get_object_member (sample, "audio"),
                                         "packetsReceived");
  }
  g_assert_cmpint (total, ==, 100001);
}

static void
test_problems (void)
{
  g_autoptr (HsCallReport) report = hs_call_report_new (0);
  g_autoptr (GError) problem = g_error_new (HS_ERROR, HS_ERROR_TIMED_OUT, "no relay");
  g_autoptr (JsonObject) json = NULL;

  for (guint i = 0; i < 100; i++)
    hs_call_report_add_problem (report, problem);
  json = hs_call_report_to_json (report);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (json, "problems")), ==, 8);
}

/* --- of a call --- */

static void
keep_report (GObject *source, GAsyncResult *result, gpointer user_data)
{
  JsonObject **report = user_data;
  g_autoptr (GError) error = NULL;

  g_clear_pointer (report, json_object_unref);
  *report = g_task_propagate_pointer (G_TASK (result), &error);
  g_assert_no_error (error);
}

static JsonObject *
get_report (HsCallFixture *f)
{
  JsonObject *report = NULL;
  g_autoptr (GError) error = NULL;
  GTask *waiter = g_task_new (NULL, NULL, keep_report, &report);

  g_assert_true (hs_calls_get_report (f->calls, hs_call_fixture_get_id (f, "A"), waiter, &error));
  hs_call_fixture_skip (f);
  g_assert_nonnull (report);
  return report;
}

static void
expect_timeline (JsonObject *report, const char *expected)
{
  JsonObject *timeline = json_object_get_object_member (report, "timeline");
  g_autofree char *text = hs_json_object_to_text (json_object_ref (timeline));

  g_assert_cmpstr (g_strdelimit (text, "\"", '\''), ==, expected);
}

static guint
count_samples (JsonObject *report)
{
  return json_array_get_length (json_object_get_array_member (report, "quality"));
}

static void
test_timeline (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (JsonObject) during = NULL;
  g_autoptr (JsonObject) after = NULL;
  g_autofree char *sdp = hs_call_fixture_dup_audio ("sendrecv");
  g_autoptr (GError) problem = g_error_new (HS_ERROR, HS_ERROR_TIMED_OUT, "no relay");
  HsFakePeer *peer;

  hs_call_fixture_make_initiated (f);
  peer = hs_fake_peer_factory_get_last (f->peers);
  g_signal_emit_by_name (peer, "problem", problem);
  hs_fake_clock_advance (f->clock, 100);
  hs_call_fixture_receive (f, HS_MESSAGE_RINGING, "leg-1", NULL);
  hs_fake_clock_advance (f->clock, 100);
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", sdp);
  hs_call_fixture_settle (f);
  hs_fake_clock_advance (f->clock, 10);
  g_signal_emit_by_name (peer, "path-found");
  hs_fake_clock_advance (f->clock, 10);
  hs_fake_peer_set_state (peer, HS_PEER_CONNECTED, NULL);
  hs_fake_clock_advance (f->clock, 10);
  hs_fake_peer_mute (peer, "R1", FALSE);
  during = get_report (f);
  expect_timeline (during, "{'ringingMs':100,'answeredMs':200,'iceCompleteMs':210,"
                           "'mediaConnectedMs':220,'firstPacketMs':230}");
  hs_fake_clock_advance (f->clock, 70);
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
  after = get_report (f);
  g_assert_cmpint (
      json_object_get_int_member (json_object_get_object_member (after, "timeline"), "endedMs"), ==,
      300);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (after, "problems")), ==,
                    1);
  g_assert_cmpstr (json_object_get_string_member (after, "state"), ==, "Ended");
}

static void
test_looks (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (JsonObject) report = NULL;
  g_autoptr (JsonObject) held = NULL;
  g_autofree char *inactive = hs_call_fixture_dup_audio ("inactive");

  hs_call_fixture_make_connected (f);
  hs_fake_peer_set_state (hs_fake_peer_factory_get_last (f->peers), HS_PEER_CONNECTED, NULL);
  hs_fake_clock_advance (f->clock, 3000);
  hs_call_fixture_settle (f);
  for (guint i = 0; i < 3; i++) {
    hs_fake_clock_advance (f->clock, 10000);
    hs_call_fixture_settle (f);
  }
  report = get_report (f);
  /* four of its own, and the one that was asked for */
  g_assert_cmpuint (count_samples (report), ==, 5);
  g_assert_true (hs_calls_hold (f->calls, hs_call_fixture_get_id (f, "A"), NULL, NULL));
  hs_call_fixture_settle (f);
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", inactive);
  hs_call_fixture_settle (f);
  /* Nobody looks at a call that is held. */
  hs_fake_clock_advance (f->clock, 100000);
  held = get_report (f);
  g_assert_cmpuint (count_samples (held), ==, 5);
}

static void
test_unknown (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (
      hs_calls_get_report (f->calls, "nobody", g_task_new (NULL, NULL, NULL, NULL), &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM);
}

#define ADD(path, function)                                                                        \
  g_test_add ("/call/report/" path, HsCallFixture, NULL, hs_call_fixture_set_up, function,         \
              hs_call_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/call/quality/mos", test_mos);
  g_test_add_func ("/call/quality/r", test_r);
  g_test_add_func ("/call/report/samples", test_samples);
  g_test_add_func ("/call/report/latest", test_latest);
  g_test_add_func ("/call/report/odd-stats", test_odd_stats);
  g_test_add_func ("/call/report/long-call", test_long_call);
  g_test_add_func ("/call/report/problems", test_problems);
  ADD ("timeline", test_timeline);
  ADD ("looks", test_looks);
  ADD ("unknown", test_unknown);
  return g_test_run ();
}
