/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Bytes from a client, through framing, reading, dispatch and checking of parameters, up to
 * handlers that answer null. Every line of what comes back must be JSON. */

#include "hs-fuzz-runner.h"

#include "base/hs-json.h"
#include "hs-fake-clock.h"
#include "protocol/hs-protocol.h"
#include "rpc/hs-json-scan.h"
#include "rpc/hs-rpc-server-private.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Longer ones would wait for the socket. */
#define LONGEST_INPUT 65536

typedef struct {
  HsRpcServer *server;
  HsMethodRow *rows;
} Target;

static void
answer_null (gpointer context, HsRequest *request, JsonNode *const *values)
{
  hs_request_answer (request, NULL);
}

/* Every method of the contract; those about the connection are the server's own. */
static Target *
make_target (void)
{
  Target *target = g_new0 (Target, 1);
  g_autoptr (HsFakeClock) clock = hs_fake_clock_new ();
  g_autoptr (HsConfig) config = hs_config_new (NULL);
  HsRpcLimits limits = hs_rpc_limits_from_config (config);

  target->rows = g_new0 (HsMethodRow, hs_protocol_n_methods);
  for (guint i = 0; i < hs_protocol_n_methods; i++)
    target->rows[i] = (HsMethodRow){ &hs_protocol_methods[i], answer_null };
  target->server =
      hs_rpc_server_new (HS_CLOCK (clock), target->rows, hs_protocol_n_methods, target);
  /* Low enough for inputs to get there. */
  limits.max_message_bytes = 4096;
  limits.max_depth = 16;
  limits.max_requests_in_flight = 8;
  hs_rpc_server_set_limits (target->server, &limits);
  return target;
}

static void
check_line (const char *text, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = hs_json_scan (text, length, 100, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (node);
}

static void
check_lines (const GByteArray *output)
{
  const char *text = (const char *) output->data;
  const char *end = text + output->len;

  while (text < end) {
    const char *line_end = memchr (text, '\n', end - text);

    g_assert_nonnull (line_end);
    check_line (text, line_end - text);
    text = line_end + 1;
  }
}

static void
emit (HsRpcServer *server)
{
  g_autoptr (JsonObject) params = json_object_new ();

  json_object_set_string_member (params, "callId", "a");
  hs_rpc_server_emit (server, "call:start", params);
}

/* Reads until the server closes, which it does when everything is answered. */
static void
drain (HsRpcServer *server, int fd, GByteArray *output)
{
  guint8 chunk[16384];
  gssize n_bytes = -1;

  while (n_bytes != 0) {
    g_main_context_iteration (NULL, FALSE);
    n_bytes = recv (fd, chunk, sizeof chunk, MSG_DONTWAIT);
    if (n_bytes > 0)
      g_byte_array_append (output, chunk, n_bytes);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static Target *target;
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GByteArray) output = g_byte_array_new ();
  int pair[2];

  if (target == NULL)
    target = make_target ();
  if (size > LONGEST_INPUT || socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
    return 0;
  socket = g_socket_new_from_fd (pair[0], NULL);
  g_assert_nonnull (hs_rpc_server_take_socket (target->server, socket, NULL));
  g_assert_cmpint (send (pair[1], data, size, MSG_NOSIGNAL), ==, (gssize) size);
  g_main_context_iteration (NULL, FALSE);
  emit (target->server);
  shutdown (pair[1], SHUT_WR);
  drain (target->server, pair[1], output);
  close (pair[1]);
  check_lines (output);
  return 0;
}
