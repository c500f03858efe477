/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-fake-clock.h"
#include "hs-fake-gateway.h"

#include "link/hs-session.h"

G_BEGIN_DECLS

/**
 * HsSessionProbe: a session between a fake gateway and a fake clock
 *
 * What the session tells and what the gateway sees is written to one journal, in short: "A:c" is
 * auth:change, "S:e(authentication:4)" subscription:error, "W" ws:change, "up" the signal
 * connected, "N(ringing)" a notification, "=ok" and "=authentication:4" what a waiter returned; the
 * rest are the gateway's words.
 */
typedef struct {
  HsFakeClock *clock;
  HsConfig *config;
  HsFakeGateway *gateway;
  HsSession *session;
  GString *journal;
  JsonObject *payload;   /* of the last event */
  gboolean hides_closes; /* "closed" stays out of the journal, where its place is not certain */
} HsSessionProbe;

/* From now on every entry of the link room, debug ones too, goes into @log and nowhere else; a
 * critical one still ends the test. Called once, in main. */
void hs_session_probe_catch_log (GString *log);

/* @certificate: (nullable): as of hs_fake_gateway_new() */
HsSessionProbe *hs_session_probe_new (const char *certificate);

/* Closes the session and proves that nothing of it is left. */
void hs_session_probe_free (HsSessionProbe *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsSessionProbe, hs_session_probe_free)

/* Turns the main context until @done says so; fails the test when that takes too long. */
void hs_session_probe_turn (gboolean (*done) (gpointer user_data), gpointer user_data);

/* Turns the main context until the journal reads @expected, and empties it. Anything else in it
 * fails the test. */
void hs_session_probe_expect (HsSessionProbe *self, const char *expected);

/* Proves that nothing more comes by itself. */
void hs_session_probe_expect_silence (HsSessionProbe *self);

/* Turns the main context until @text is in the log that is caught, and empties that. */
void hs_session_probe_expect_log (GString *log, const char *text);

/* Turns the main context until the next timer is due in @ms: what was to be waited for is. */
void hs_session_probe_expect_timer (HsSessionProbe *self, guint ms);

/* Configuration, credentials and services from the text of JSON. */
void hs_session_probe_configure (HsSessionProbe *self, const char *text);
void hs_session_probe_connect (HsSessionProbe *self, const char *credentials, const char *options);
gboolean hs_session_probe_sign_in (HsSessionProbe *self, const char *credentials, GError **error);
void hs_session_probe_subscribe (HsSessionProbe *self, const char *services, const char *options);
void hs_session_probe_unsubscribe (HsSessionProbe *self, const char *services);
void hs_session_probe_disconnect (HsSessionProbe *self);

/* Up to the subscribed state, the journal empty again. */
void hs_session_probe_begin (HsSessionProbe *self);

/* The gateway refuses the next request with @method: @code is its own. */
void
hs_session_probe_answer_failure (HsSessionProbe *self, const char *method, guint status, int code);

/* Returns: (nullable): the message of the error in the last event */
const char *hs_session_probe_get_error_text (HsSessionProbe *self);

/* @object: (transfer full) */
void hs_session_probe_assert_json (JsonObject *object, const char *expected);

#define HS_PROBE_CREDENTIALS "{\"username\":\"ida@lab.example\",\"password\":\"s3cret\"}"

G_END_DECLS
