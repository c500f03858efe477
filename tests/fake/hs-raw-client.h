/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>
#include <unistd.h>

G_BEGIN_DECLS

/* A gateway's client that does exactly what it is told, for tests of the sandbox. It asserts
 * instead of returning errors, and waits by turning the main context under a watchdog. */

/* A test that hangs has failed; no test waits for this long. */
#define HS_RAW_WATCHDOG_S 60

#define HS_RAW_WAIT_UNTIL(condition)                                                               \
  G_STMT_START                                                                                     \
  {                                                                                                \
    alarm (HS_RAW_WATCHDOG_S);                                                                     \
    while (!(condition))                                                                           \
      g_main_context_iteration (NULL, TRUE);                                                       \
    alarm (0);                                                                                     \
  }                                                                                                \
  G_STMT_END

/* The sandbox as a process, started for one test. */
typedef struct {
  GSubprocess *process;
  GDataInputStream *output;
  char *url;
  char *certificate; /* nullable: plain */
  guint port;
  SoupSession *session;
  guint n_events; /* replies and notifications so far, to tell their order */
} HsRawGateway;

/* @arguments: (nullable): more of them, separated by blanks */
HsRawGateway *hs_raw_gateway_start (const char *arguments);

/* Stops it and asserts that it ends well. */
void hs_raw_gateway_stop (HsRawGateway *gateway);

/* What came back. @error says why nothing did. */
typedef struct {
  guint status;
  char *content_type;
  char *text;
  JsonObject *body; /* nullable: no JSON object */
  SoupMessageHeaders *headers;
  GError *error;
  GCancellable *cancellable;
  guint order;
  gboolean is_done;
  HsRawGateway *gateway;
} HsRawReply;

void hs_raw_reply_free (HsRawReply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsRawReply, hs_raw_reply_free)

/* Starts a request. @header: (nullable): `Name: value`, several ones separated by newlines */
HsRawReply *hs_raw_gateway_begin (HsRawGateway *gateway,
                                  const char *method,
                                  const char *path,
                                  const char *body,
                                  const char *header);
void hs_raw_reply_wait (HsRawReply *reply);

HsRawReply *hs_raw_gateway_request (HsRawGateway *gateway,
                                    const char *method,
                                    const char *path,
                                    const char *body,
                                    const char *header);

/* Orders a fault, or a notification. */
void hs_raw_gateway_order (HsRawGateway *gateway, const char *path, const char *body);

/* Returns: (transfer full) */
JsonObject *hs_raw_gateway_get_state (HsRawGateway *gateway);

/* The number in the only member of @reply, whatever the envelope is called. */
int hs_raw_reply_get_code (HsRawReply *reply);

#define hs_raw_reply_assert(reply, http, code)                                                     \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_assert_no_error ((reply)->error);                                                            \
    g_assert_cmpuint ((reply)->status, ==, http);                                                  \
    g_assert_cmpint (hs_raw_reply_get_code (reply), ==, code);                                     \
  }                                                                                                \
  G_STMT_END

/* A user with a subscription and a websocket. */
typedef struct {
  HsRawGateway *gateway;
  char *user;
  char *header;
  char *subscription; /* path */
  char *channel;      /* path */
  SoupWebsocketConnection *socket;
  GQueue frames;    /* not yet looked at */
  guint last_order; /* when the one that was looked at last came, among replies and frames */
  gboolean is_closed;
  gushort close_code;
} HsRawClient;

/* Signs in and opens the websocket. */
HsRawClient *hs_raw_client_new (HsRawGateway *gateway, const char *user);
void hs_raw_client_free (HsRawClient *client);

/* Signs in with a body of one's own, no websocket.
 * @reply: (out) (optional) */
HsRawClient *hs_raw_client_subscribe (HsRawGateway *gateway,
                                      const char *user,
                                      const char *body,
                                      HsRawReply **reply);

/* Returns: whether it opened */
gboolean hs_raw_client_try_connect (HsRawClient *client, const char *query);
void hs_raw_client_connect (HsRawClient *client);
void hs_raw_client_wait_closed (HsRawClient *client);

/* @path: below `/rest/version/1/user/{user}` */
HsRawReply *
hs_raw_client_request (HsRawClient *client, const char *method, const char *path, const char *body);

/* A request of @type to a leg; @more are further members of the body, or NULL. */
HsRawReply *
hs_raw_client_put (HsRawClient *client, const char *sid, const char *type, const char *more);

/* Returns: (transfer full): the caller's sid */
char *hs_raw_client_call (HsRawClient *client, const char *to, const char *sdp);

/* The next notification, which must be of @type.
 * Returns: (transfer full): without its envelope */
JsonObject *hs_raw_client_expect (HsRawClient *client, const char *type);

/* Returns: (transfer full): the sid in the next notification, which must be of @type. */
char *hs_raw_client_expect_sid (HsRawClient *client, const char *type);

/* The next notification must be of @type, for @sid, with @status_code. */
void
hs_raw_client_expect_end (HsRawClient *client, const char *type, const char *sid, int status_code);

/* Returns: (transfer full): the next frame as it is */
char *hs_raw_client_expect_frame (HsRawClient *client);

/* Asserts that nothing has been sent: a notification ordered now is the next. */
void hs_raw_client_expect_nothing (HsRawClient *client);

const char *hs_raw_get_text (JsonObject *message, const char *object, const char *member);
gint64 hs_raw_get_int (JsonObject *message, const char *object, const char *member);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsRawClient, hs_raw_client_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsRawGateway, hs_raw_gateway_stop)

G_END_DECLS
