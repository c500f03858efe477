/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-fake-client.h"
#include "hs-fake-clock.h"
#include "rpc/hs-rpc-server.h"

G_BEGIN_DECLS

/* A request, and its answer. */
#define HS_RPC_PING "{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"rpc.ping\"}"
#define HS_RPC_PONG "{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"result\":\"pong\"}"

/**
 * HsRpcFixture: a server on a temporary socket, with methods made for tests
 *
 *   subtract {minuend, subtrahend}, sum {a, b, c}, get_data, notify_hello {n}: the specification's
 *   test.echo {value}: answers the value
 *   test.typed {flag?, count?, name?, list?, media?, password?}: answers what the handler got
 *   test.wait: is not answered until the test takes it from waiting
 *   test.change: not allowed to who may only read
 *   test.fail {domain, number}: fails with "told" in a domain named as in hs-error.h
 *   test.drop: is dropped unanswered
 */
typedef struct {
  HsFakeClock *clock;
  HsRpcServer *server;
  char *folder;
  char *path;
  GPtrArray *waiting; /* of HsRequest, borrowed: the test ends them */
  guint n_states;     /* how often the snapshot was asked for */
} HsRpcFixture;

void hs_rpc_fixture_set_up (HsRpcFixture *self, gconstpointer data);

/* Proves that the server is gone with its files. */
void hs_rpc_fixture_tear_down (HsRpcFixture *self, gconstpointer data);

HsFakeClient *hs_rpc_fixture_connect (HsRpcFixture *self);

/* Turns the main context until test.wait was called @n times and not taken. */
void hs_rpc_fixture_wait_for_requests (HsRpcFixture *self, guint n);

/* Returns: (transfer full): the oldest of waiting */
HsRequest *hs_rpc_fixture_take_request (HsRpcFixture *self);

/* Limits as they are, but for what the test changes. */
HsRpcLimits hs_rpc_fixture_get_limits (void);

/* Sends @request and reads one line. Returns: (transfer full) */
char *hs_rpc_fixture_ask (HsFakeClient *client, const char *request);

/* Sends @request and compares what comes, text by text. */
void hs_rpc_fixture_expect (HsFakeClient *client, const char *request, const char *reply);

/* Sends @request; the reply must be an error. Returns: (transfer full): the error object */
JsonObject *hs_rpc_fixture_expect_error (HsFakeClient *client, const char *request, int code);

/* Emits @name with a payload given as JSON. */
void hs_rpc_fixture_emit (HsRpcFixture *self, const char *name, const char *payload);

G_END_DECLS
