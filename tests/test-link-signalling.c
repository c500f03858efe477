/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bodies and answers of spec call-signalling 1.2 to 1.4, messages of section 2. */
#include "base/hs-error.h"
#include "base/hs-json.h"
#include "hs-session-probe.h"
#include "link/hs-link-message.h"
#include "link/hs-link-signalling.h"

#define USER "/rest/version/1/user/ida@lab.example/"
#define LEG  USER "callControl/callSessions/leg-7f31"

typedef struct {
  HsSessionProbe *probe;
  HsSignalling *signalling;
  JsonArray *parameters;

  gboolean done;
  HsSignallingReply *reply;
  GError *error;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  JsonObject *parameter = json_object_new ();

  f->probe = hs_session_probe_new (NULL);
  f->signalling = HS_SIGNALLING (hs_link_signalling_new (f->probe->session));
  g_assert_true (hs_session_probe_sign_in (f->probe, HS_PROBE_CREDENTIALS, NULL));
  f->parameters = json_array_new ();
  json_object_set_string_member (parameter, "name", "X-Ticket");
  json_object_set_string_member (parameter, "value", "8841");
  json_array_add_object_element (f->parameters, parameter);
}

static void
forget (Fixture *f)
{
  f->done = FALSE;
  g_clear_pointer (&f->reply, hs_signalling_reply_free);
  g_clear_error (&f->error);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  forget (f);
  g_assert_finalize_object (f->signalling);
  hs_session_probe_free (f->probe);
  json_array_unref (f->parameters);
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;

  f->reply = hs_signalling_send_finish (HS_SIGNALLING (source), result, &f->error);
  f->done = TRUE;
}

static gboolean
is_done (gpointer user_data)
{
  return ((Fixture *) user_data)->done;
}

static void
ask (Fixture *f, const HsSignallingRequest *request)
{
  forget (f);
  hs_signalling_send_async (f->signalling, request, NULL, on_sent, f);
  hs_session_probe_turn (is_done, f);
}

typedef struct {
  HsSignallingRequest request;
  gboolean with_parameters;
  const char *method;
  const char *path;
  const char *body;
} Row;

#define CCR(members) "{\"callControlRequest\":{" members "}}"
#define PARAMETERS   "\"customParameters\":[{\"name\":\"X-Ticket\",\"value\":\"8841\"}]"
#define SDP          "v=0\r\n"
#define SDP_JSON     "\"sdp\":\"v=0\\r\\n\""

static const Row rows[] = {
  { { .kind = HS_REQUEST_START,
      .address = "sip:+16135550142@lab.example",
      .from = "Ana K<sip:ana@lab.example>",
      .sdp = SDP,
      .early_media = TRUE },
    TRUE,
    "POST",
    USER "callControl",
    CCR ("\"type\":\"callStart\",\"to\":\"sip:+16135550142@lab.example\"," SDP_JSON
         ",\"supported\":[\"earlymedia\"]," PARAMETERS
         ",\"from\":\"Ana K<sip:ana@lab.example>\"") },
  { { .kind = HS_REQUEST_START, .address = "sip:bo@lab.example", .from = "sip:i@x", .sdp = SDP },
    FALSE,
    "POST",
    USER "callControl",
    CCR ("\"type\":\"callStart\",\"to\":\"sip:bo@lab.example\"," SDP_JSON
         ",\"from\":\"sip:i@x\"") },
  { { .kind = HS_REQUEST_RINGING, .session = "leg-7f31", .sdp = SDP, .address = "not sent" },
    TRUE,
    "PUT",
    LEG,
    CCR ("\"type\":\"ringing\"") },
  { { .kind = HS_REQUEST_ANSWER, .session = "leg-7f31", .sdp = SDP },
    TRUE,
    "PUT",
    LEG,
    CCR ("\"type\":\"callAnswer\"," SDP_JSON "," PARAMETERS) },
  { { .kind = HS_REQUEST_REJECT, .session = "leg-7f31" },
    TRUE,
    "POST",
    USER "calldisposition",
    "{\"callDispositionRequest\":{\"action\":\"reject\",\"sessionData\":\"leg-7f31\"}}" },
  { { .kind = HS_REQUEST_FORWARD, .session = "leg-7f31", .address = "sip:cy@lab.example" },
    TRUE,
    "POST",
    USER "calldisposition",
    "{\"callDispositionRequest\":{\"action\":\"forward\",\"sessionData\":\"leg-7f31\","
    "\"address\":\"sip:cy@lab.example\"}}" },
  { { .kind = HS_REQUEST_END, .session = "leg-7f31" }, TRUE, "DELETE", LEG, "" },
  { { .kind = HS_REQUEST_UPDATE, .session = "leg-7f31", .sdp = SDP },
    TRUE,
    "PUT",
    LEG,
    CCR ("\"type\":\"startCallUpdate\"," SDP_JSON "," PARAMETERS) },
  { { .kind = HS_REQUEST_RESPOND_UPDATE, .session = "leg-7f31", .sdp = SDP },
    TRUE,
    "PUT",
    LEG,
    CCR ("\"type\":\"respondCallUpdate\"," SDP_JSON "," PARAMETERS) },
  { { .kind = HS_REQUEST_REFUSE_UPDATE, .session = "leg-7f31", .sdp = SDP },
    TRUE,
    "PUT",
    LEG,
    CCR ("\"type\":\"respondCallUpdate\",\"statusCode\":\"491\"") },
  { { .kind = HS_REQUEST_CUSTOM_PARAMETERS, .session = "leg-7f31" },
    TRUE,
    "PUT",
    LEG,
    CCR ("\"type\":\"sendCustomHeaders\"," PARAMETERS) },
  { { .kind = HS_REQUEST_CUSTOM_PARAMETERS, .session = "leg-7f31" },
    FALSE,
    "PUT",
    LEG,
    CCR ("\"type\":\"sendCustomHeaders\"") },
  { { .kind = HS_REQUEST_TRANSFER, .session = "leg-7f31", .address = "sip:cy@lab.example" },
    TRUE,
    "PUT",
    LEG,
    CCR ("\"type\":\"transfer\",\"address\":\"sip:cy@lab.example\"") },
  { { .kind = HS_REQUEST_CONSULTATIVE,
      .session = "leg-7f31",
      .other_session = "leg-90aa",
      .address = "cy@lab.example" },
    TRUE,
    "PUT",
    LEG,
    CCR ("\"type\":\"transfer\",\"sessionData\":\"leg-90aa\",\"address\":\"cy@lab.example\"") },
  { { .kind = HS_REQUEST_JOIN, .session = "leg-7f31", .other_session = "leg-90aa", .sdp = SDP },
    TRUE,
    "POST",
    USER "callControl",
    CCR ("\"type\":\"join\",\"firstSessionData\":\"leg-7f31\",\"secondSessionData\":\"leg-"
         "90aa\"," SDP_JSON "," PARAMETERS) },
  { { .kind = HS_REQUEST_AUDIT, .session = "leg-7f31" },
    TRUE,
    "PUT",
    LEG,
    CCR ("\"type\":\"audit\"") },
  { { .kind = HS_REQUEST_QUERY, .session = "leg-7f31" }, TRUE, "GET", LEG, "" },
  { { .kind = HS_REQUEST_END, .session = "a/b?c d" },
    FALSE,
    "DELETE",
    USER "callControl/callSessions/a%2Fb%3Fc%20d",
    "" },
};

static void
test_requests (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    HsSignallingRequest request = rows[i].request;
    const HsFakeRequest *sent;

    request.custom_parameters = rows[i].with_parameters ? f->parameters : NULL;
    hs_fake_gateway_answer_json (
        f->probe->gateway, rows[i].method, 200,
        "{\"callControlResponse\":{\"statusCode\":0,\"sessionData\":\"leg-1\"}}");
    ask (f, &request);
    g_assert_no_error (f->error);
    sent = hs_fake_gateway_get_request (f->probe->gateway, -1);
    g_assert_cmpstr (sent->method, ==, rows[i].method);
    g_assert_cmpstr (sent->path, ==, rows[i].path);
    g_assert_cmpstr (sent->body, ==, rows[i].body);
  }
}

typedef struct {
  HsRequestKind kind;
  guint status;
  const char *type;
  const char *body;
  const char *session;
  HsRemoteState state;
  GQuark (*domain) (void); /* NULL: success */
  int code;
} Answer;

#define RESPONSE(members) "{\"callControlResponse\":{" members "}}"
#define JSON              "application/json"

static const Answer answers[] = {
  { HS_REQUEST_START, 200, JSON, RESPONSE ("\"statusCode\":0,\"sessionData\":\"leg-7\""), "leg-7" },
  /* The number inside a 2xx answer is not asked. */
  { HS_REQUEST_START, 200, JSON, RESPONSE ("\"statusCode\":37,\"sessionData\":\"leg-7\""),
    "leg-7" },
  { HS_REQUEST_JOIN, 201, JSON, RESPONSE ("\"sessionData\":\"leg-9\""), "leg-9" },
  { HS_REQUEST_START, 200, JSON, RESPONSE ("\"sessionData\":7"), NULL, 0, hs_error_quark,
    HS_ERROR_INVALID_DATA },
  { HS_REQUEST_START, 204, NULL, NULL, NULL, 0, hs_error_quark, HS_ERROR_INVALID_DATA },
  { HS_REQUEST_JOIN, 200, JSON, "{}", NULL, 0, hs_error_quark, HS_ERROR_INVALID_DATA },
  { HS_REQUEST_RINGING, 204, NULL, NULL },
  { HS_REQUEST_ANSWER, 200, "text/plain", "thanks", NULL, 0, hs_error_quark,
    HS_ERROR_INVALID_DATA },
  { HS_REQUEST_REJECT, 200, JSON, "{\"callDispositionResponse\":{\"statusCode\":0}}" },
  { HS_REQUEST_REJECT, 404, JSON, "{\"callDispositionResponse\":{\"statusCode\":42}}", NULL, 0,
    hs_gateway_error_quark, 404 },
  { HS_REQUEST_END, 200, "text/plain", "bye" },
  { HS_REQUEST_END, 200, JSON, NULL },
  { HS_REQUEST_END, 404, JSON, RESPONSE ("\"statusCode\":42"), NULL, 0, hs_gateway_error_quark,
    42 },
  { HS_REQUEST_AUDIT, 404, JSON, RESPONSE ("\"statusCode\":42"), NULL, 0, hs_gateway_error_quark,
    42 },
  { HS_REQUEST_AUDIT, 404, "text/html", "<p>", NULL, 0, hs_gateway_error_quark, 404 },
  { HS_REQUEST_QUERY, 404, JSON, RESPONSE ("\"statusCode\":47"), NULL, 0, hs_gateway_error_quark,
    47 },
  { HS_REQUEST_QUERY, 200, JSON, RESPONSE ("\"state\":\"ANSWERED\""), NULL,
    HS_REMOTE_STATE_ANSWERED },
  { HS_REQUEST_QUERY, 200, JSON, RESPONSE ("\"state\":\"RINGING\""), NULL,
    HS_REMOTE_STATE_RINGING },
  { HS_REQUEST_QUERY, 200, JSON, RESPONSE ("\"state\":[]"), NULL, HS_REMOTE_STATE_UNKNOWN },
  { HS_REQUEST_QUERY, 204, NULL, NULL, NULL, HS_REMOTE_STATE_UNKNOWN },
};

static const char *
get_method (HsRequestKind kind)
{
  if (kind == HS_REQUEST_START || kind == HS_REQUEST_JOIN || kind == HS_REQUEST_REJECT)
    return "POST";
  if (kind == HS_REQUEST_END)
    return "DELETE";
  return kind == HS_REQUEST_QUERY ? "GET" : "PUT";
}

static void
test_answers (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++) {
    const Answer *answer = &answers[i];
    HsSignallingRequest request = { .kind = answer->kind,
                                    .session = "s",
                                    .other_session = "o",
                                    .address = "sip:bo@x",
                                    .from = "sip:ida@x",
                                    .sdp = SDP };

    g_test_message ("row %u", i);
    hs_fake_gateway_answer (f->probe->gateway, get_method (answer->kind), answer->status,
                            answer->type, answer->body, NULL);
    ask (f, &request);
    if (answer->domain != NULL) {
      g_assert_error (f->error, answer->domain (), answer->code);
      continue;
    }
    g_assert_no_error (f->error);
    g_assert_cmpstr (f->reply->session, ==, answer->session);
    g_assert_cmpint (f->reply->remote_state, ==, answer->state);
  }
  g_assert_cmpuint (hs_fake_gateway_count_requests (f->probe->gateway), ==, G_N_ELEMENTS (answers));
}

static gboolean
has_request (gpointer user_data)
{
  return hs_fake_gateway_count_requests (((Fixture *) user_data)->probe->gateway) > 0;
}

static void
test_time_limit (Fixture *f, gconstpointer data)
{
  const HsSignallingRequest request = { .kind = HS_REQUEST_AUDIT, .session = "s" };

  hs_fake_gateway_swallow (f->probe->gateway, "PUT");
  hs_signalling_send_async (f->signalling, &request, NULL, on_sent, f);
  hs_session_probe_turn (has_request, f);
  hs_fake_clock_advance (f->probe->clock, 30000);
  hs_session_probe_turn (is_done, f);
  g_assert_error (f->error, HS_ERROR, HS_ERROR_TIMED_OUT);
}

static void
test_nobody_signed_in (Fixture *f, gconstpointer data)
{
  const HsSignallingRequest request = { .kind = HS_REQUEST_AUDIT, .session = "s" };

  g_assert_cmpstr (hs_signalling_get_user_name (f->signalling), ==, "ida@lab.example");
  hs_session_probe_disconnect (f->probe);
  hs_session_probe_expect (f->probe, "A:c A:c S:c S:c A:c =ok");
  g_assert_null (hs_signalling_get_user_name (f->signalling));
  ask (f, &request);
  g_assert_error (f->error, HS_AUTHENTICATION_ERROR, HS_AUTHENTICATION_ERROR_INVALID_CREDENTIALS);
}

/* Messages */

static HsSignallingMessage *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = hs_json_parse (text, -1, &error);

  g_assert_no_error (error);
  return hs_link_message_parse (json_node_get_object (node));
}

static void
test_message (void)
{
  g_autoptr (HsSignallingMessage) message = parse (
      "{\"eventType\":\"respondCallUpdate\",\"eventId\":\"n-1\",\"statusCode\":49,"
      "\"customParameters\":[{\"name\":\"X-Queue\",\"value\":\"north\"},{\"name\":1},7],"
      "\"callNotificationParams\":{\"callerName\":\"Ana\",\"callerDisplayNumber\":\"ana@x\","
      "\"calleeDisplayNumber\":\"bo@x\",\"remoteName\":\"Bo\",\"remoteDisplayNumber\":\"bo@y\"},"
      "\"sessionParams\":{\"sessionData\":\"leg-7f31\",\"sdp\":\"v=0\",\"statusCode\":486,"
      "\"reasonText\":\"Busy\",\"retryAfter\":2.5}}");

  g_assert_cmpint (message->kind, ==, HS_MESSAGE_ANSWER);
  g_assert_cmpstr (message->session, ==, "leg-7f31");
  g_assert_cmpstr (message->sdp, ==, "v=0");
  g_assert_true (message->has_participants);
  g_assert_cmpstr (message->caller_name, ==, "Ana");
  g_assert_cmpstr (message->caller_number, ==, "ana@x");
  g_assert_cmpstr (message->callee_number, ==, "bo@x");
  g_assert_cmpstr (message->remote_name, ==, "Bo");
  g_assert_cmpstr (message->remote_number, ==, "bo@y");
  g_assert_cmpuint (json_array_get_length (message->custom_parameters), ==, 1);
  g_assert_cmpint (message->status_code, ==, 486);
  g_assert_cmpint (message->message_status_code, ==, 49);
  g_assert_cmpstr (message->reason_text, ==, "Busy");
  g_assert_cmpfloat (message->retry_after, ==, 2.5);
}

static void
test_message_of_wrong_types (void)
{
  g_autoptr (HsSignallingMessage) message =
      parse ("{\"eventType\":\"callEnd\",\"statusCode\":\"49\",\"customParameters\":{},"
             "\"callNotificationParams\":[],\"sessionParams\":{\"sessionData\":\"s\",\"sdp\":{},"
             "\"statusCode\":99999999999,\"reasonText\":7,\"retryAfter\":\"3\"}}");

  g_assert_cmpint (message->kind, ==, HS_MESSAGE_END);
  g_assert_null (message->sdp);
  g_assert_false (message->has_participants);
  g_assert_null (message->caller_name);
  g_assert_null (message->custom_parameters);
  g_assert_cmpint (message->status_code, ==, 0);
  g_assert_cmpint (message->message_status_code, ==, 0);
  g_assert_null (message->reason_text);
  g_assert_cmpfloat (message->retry_after, ==, -1);
}

static void
test_message_kinds (void)
{
  static const char *const types[] = {
    "call",    "ringing",    "sessionProgress", "startCallUpdate", "respondCallUpdate",
    "callEnd", "callCancel", "sessionComplete", "sessionFail",
  };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++) {
    g_autofree char *text = g_strdup_printf (
        "{\"eventType\":\"%s\",\"sessionParams\":{\"sessionData\":\"s\"}}", types[i]);
    g_autoptr (HsSignallingMessage) message = parse (text);

    g_assert_cmpint (message->kind, ==, i);
  }
  g_assert_null (parse ("{\"eventType\":\"IM\",\"sessionParams\":{\"sessionData\":\"s\"}}"));
  g_assert_null (parse ("{\"eventType\":\"gone\"}"));
}

static void
test_message_without_session (void)
{
  g_assert_null (parse ("{\"eventType\":\"call\"}"));
  g_assert_null (parse ("{\"eventType\":\"call\",\"sessionParams\":{}}"));
  g_assert_null (parse ("{\"eventType\":\"call\",\"sessionParams\":{\"sessionData\":\"\"}}"));
  g_assert_null (parse ("{\"eventType\":\"call\",\"sessionParams\":{\"sessionData\":7}}"));
}

static void
on_received (HsSignalling *signalling, HsSignallingMessage *message, GString *log)
{
  g_string_append_printf (log, "%d:%s ", message->kind, message->session);
}

static void
on_connected (HsSignalling *signalling, GString *log)
{
  g_string_append (log, "up ");
}

static void
test_signals (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) log = g_string_new (NULL);

  g_signal_connect (f->signalling, "received", G_CALLBACK (on_received), log);
  g_signal_connect (f->signalling, "connected", G_CALLBACK (on_connected), log);
  hs_session_probe_subscribe (f->probe, "[\"call\"]", NULL);
  hs_session_probe_expect (f->probe, "A:c S:c POST W open W up S:c =ok");
  hs_fake_gateway_send (f->probe->gateway,
                        "{\"notificationMessage\":{\"eventType\":\"call\",\"eventId\":\"1\","
                        "\"sessionParams\":{\"sessionData\":\"leg\"}}}");
  hs_fake_gateway_send (f->probe->gateway,
                        "{\"notificationMessage\":{\"eventType\":\"IM\",\"eventId\":\"2\"}}");
  hs_session_probe_expect (f->probe, "N(call) N(IM)");
  g_assert_cmpstr (log->str, ==, "up 0:leg ");
  g_signal_handlers_disconnect_by_data (f->signalling, log);
}

#define ADD(name, function)                                                                        \
  g_test_add ("/link/signalling/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_autoptr (GString) log = g_string_new (NULL);

  g_test_init (&argc, &argv, NULL);
  hs_session_probe_catch_log (log);
  ADD ("requests", test_requests);
  ADD ("answers", test_answers);
  ADD ("time-limit", test_time_limit);
  ADD ("nobody-signed-in", test_nobody_signed_in);
  ADD ("signals", test_signals);
  g_test_add_func ("/link/signalling/message", test_message);
  g_test_add_func ("/link/signalling/message-of-wrong-types", test_message_of_wrong_types);
  g_test_add_func ("/link/signalling/message-kinds", test_message_kinds);
  g_test_add_func ("/link/signalling/message-without-session", test_message_without_session);
  return g_test_run ();
}
