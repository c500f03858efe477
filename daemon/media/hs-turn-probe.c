/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-turn-probe.h"

#include "base/hs-error.h"
#include "hs-turn-connection.h"
#include "hs-turn-message.h"

#include <string.h>

#define RESEND_MS    500
#define MAX_BYTES    4096
#define UNAUTHORIZED 401
#define STALE_NONCE  438

/* One probe. Its steps end when it is over, for its cancellable ends them. */
typedef struct {
  HsIceServer *server;
  HsClock *clock;
  guint limit_timer;
  guint resend_timer;
  gboolean over;
  GCancellable *steps;
  gulong cancel_handler;
  GIOStream *stream;
  GByteArray *output;
  gboolean sending;
  guint8 input[MAX_BYTES];
  gsize n_input;
  guint8 id[HS_TURN_ID_LENGTH];
  HsTurnReply challenge;
  guint n_refusals;
} Probe;

static void
free_probe (gpointer data)
{
  Probe *self = data;

  hs_clock_clear_timer (self->clock, &self->limit_timer);
  hs_clock_clear_timer (self->clock, &self->resend_timer);
  g_object_unref (self->clock);
  g_object_unref (self->steps);
  g_clear_object (&self->stream);
  g_clear_pointer (&self->output, g_byte_array_unref);
  hs_turn_reply_clear (&self->challenge);
  hs_ice_server_free (self->server);
  g_free (self);
}

/* @error: (transfer full) (nullable): NULL: the server works */
static void
end (GTask *task, GError *error)
{
  Probe *self = g_task_get_task_data (task);

  if (self->over) {
    g_clear_error (&error);
    return;
  }
  self->over = TRUE;
  hs_clock_clear_timer (self->clock, &self->limit_timer);
  hs_clock_clear_timer (self->clock, &self->resend_timer);
  g_cancellable_disconnect (g_task_get_cancellable (task), self->cancel_handler);
  g_cancellable_cancel (self->steps);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

G_GNUC_PRINTF (4, 5)
static void
fail (GTask *task, GQuark domain, int code, const char *format, ...)
{
  Probe *self = g_task_get_task_data (task);
  g_autofree char *name = hs_ice_server_dup_name (self->server);
  GError *error;
  va_list arguments;

  va_start (arguments, format);
  error = g_error_new_valist (domain, code, format, arguments);
  va_end (arguments);
  g_prefix_error (&error, "TURN server %s: ", name);
  end (task, error);
}

/* --- asking --- */

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Probe *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  self->sending = FALSE;
  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error))
    fail (task, HS_ERROR, HS_ERROR_UNREACHABLE, "%s", error->message);
}

static void
write_output (GTask *task)
{
  Probe *self = g_task_get_task_data (task);

  if (self->sending)
    return;
  self->sending = TRUE;
  g_output_stream_write_all_async (g_io_stream_get_output_stream (self->stream), self->output->data,
                                   self->output->len, G_PRIORITY_DEFAULT, self->steps, on_written,
                                   g_object_ref (task));
}

static void
on_resend (gpointer user_data)
{
  GTask *task = user_data;
  Probe *self = g_task_get_task_data (task);

  self->resend_timer = hs_clock_add_timer (self->clock, RESEND_MS, on_resend, task);
  write_output (task);
}

/* @message: (transfer full) */
static void
send_message (GTask *task, GByteArray *message)
{
  Probe *self = g_task_get_task_data (task);

  g_clear_pointer (&self->output, g_byte_array_unref);
  self->output = message;
  write_output (task);
  if (!self->server->tcp && self->resend_timer == 0)
    self->resend_timer = hs_clock_add_timer (self->clock, RESEND_MS, on_resend, task);
}

static HsTurnAccount
get_account (Probe *self)
{
  return (HsTurnAccount){ .username = self->server->username,
                          .password = self->server->credential,
                          .realm = self->challenge.realm,
                          .nonce = self->challenge.nonce };
}

static void
new_id (Probe *self)
{
  for (guint i = 0; i < sizeof self->id; i++)
    self->id[i] = g_random_int_range (0, 256);
}

/* --- hearing --- */

static void
on_released (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  /* Whether it arrived or not: the server itself forgets the address after a while. */
  g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL);
  end (task, NULL);
}

static void
release (GTask *task)
{
  Probe *self = g_task_get_task_data (task);
  HsTurnAccount account = get_account (self);

  if (self->challenge.realm == NULL || self->sending) {
    end (task, NULL);
    return;
  }
  new_id (self);
  g_clear_pointer (&self->output, g_byte_array_unref);
  self->output = hs_turn_message_new_release (self->id, &account);
  g_output_stream_write_all_async (g_io_stream_get_output_stream (self->stream), self->output->data,
                                   self->output->len, G_PRIORITY_DEFAULT, self->steps, on_released,
                                   g_object_ref (task));
}

/* @reply: taken apart */
static void
ask_again (GTask *task, HsTurnReply *reply)
{
  Probe *self = g_task_get_task_data (task);
  HsTurnAccount account;

  hs_turn_reply_clear (&self->challenge);
  self->challenge.realm = g_steal_pointer (&reply->realm);
  self->challenge.nonce = g_steal_pointer (&reply->nonce);
  account = get_account (self);
  new_id (self);
  send_message (task, hs_turn_message_new_allocate (self->id, &account));
}

static void
take_reply (GTask *task, HsTurnReply *reply)
{
  Probe *self = g_task_get_task_data (task);
  gboolean challenged = reply->realm != NULL && reply->nonce != NULL;

  if (reply->code == 0)
    release (task);
  else if (challenged && ((reply->code == UNAUTHORIZED && self->n_refusals == 0) ||
                          (reply->code == STALE_NONCE && self->n_refusals < 3))) {
    self->n_refusals++;
    ask_again (task, reply);
  } else if (reply->code == UNAUTHORIZED)
    fail (task, HS_AUTHENTICATION_ERROR, HS_AUTHENTICATION_ERROR_INVALID_CREDENTIALS,
          "the user name or the password is wrong, or has expired");
  else
    fail (task, HS_ERROR, HS_ERROR_BUSY, "refused with %u %.100s", reply->code,
          reply->reason != NULL ? reply->reason : "");
}

/* Returns: FALSE when what comes is no STUN */
static gboolean
take_input (GTask *task)
{
  Probe *self = g_task_get_task_data (task);
  gssize length = hs_turn_message_measure (self->input, self->n_input);

  while (length > 0 && (gsize) length <= self->n_input && !self->over) {
    g_auto (HsTurnReply) reply = { 0 };
    gboolean ours = hs_turn_reply_read (&reply, self->input, length, self->id);

    self->n_input -= length;
    memmove (self->input, self->input + length, self->n_input);
    if (ours)
      take_reply (task, &reply);
    length = hs_turn_message_measure (self->input, self->n_input);
  }
  return length >= 0 && length <= MAX_BYTES;
}

static void read_more (GTask *task);

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Probe *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  gssize length = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  if (self->over)
    return;
  if (length < 0) {
    fail (task, HS_ERROR, HS_ERROR_UNREACHABLE, "%s", error->message);
    return;
  }
  if (length == 0 && self->server->tcp) {
    fail (task, HS_ERROR, HS_ERROR_UNREACHABLE, "it closes the connection");
    return;
  }
  self->n_input += length;
  if (!take_input (task))
    fail (task, HS_ERROR, HS_ERROR_INVALID_DATA, "it does not speak TURN");
  else
    read_more (task);
}

static void
read_more (GTask *task)
{
  Probe *self = g_task_get_task_data (task);

  if (self->over)
    return;
  /* The rest of a datagram belongs to nothing. */
  if (!self->server->tcp)
    self->n_input = 0;
  g_input_stream_read_async (g_io_stream_get_input_stream (self->stream),
                             self->input + self->n_input, MAX_BYTES - self->n_input,
                             G_PRIORITY_DEFAULT, self->steps, on_read, g_object_ref (task));
}

/* --- beginning --- */

static void
on_connected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Probe *self = g_task_get_task_data (task);
  GError *error = NULL;
  GIOStream *stream = hs_turn_connect_finish (result, &error);

  if (stream == NULL) {
    end (task, error);
    return;
  }
  self->stream = stream;
  if (self->over)
    return;
  new_id (self);
  send_message (task, hs_turn_message_new_allocate (self->id, NULL));
  read_more (task);
}

/* The step under way then ends, and with it the probe. */
static void
on_cancelled (GCancellable *cancellable, gpointer steps)
{
  g_cancellable_cancel (steps);
}

static void
on_time_is_up (gpointer user_data)
{
  g_autoptr (GTask) task = g_object_ref (user_data);
  Probe *self = g_task_get_task_data (task);

  self->limit_timer = 0;
  fail (task, HS_ERROR, HS_ERROR_TIMED_OUT, "it does not answer");
}

void
hs_turn_probe_async (const HsIceServer *server,
                     HsClock *clock,
                     HsConfig *config,
                     guint limit_ms,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Probe *self = g_new0 (Probe, 1);

  g_task_set_source_tag (task, hs_turn_probe_async);
  self->server = hs_ice_server_copy (server);
  self->clock = g_object_ref (clock);
  self->steps = g_cancellable_new ();
  g_task_set_task_data (task, self, free_probe);
  if (cancellable != NULL)
    self->cancel_handler = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled),
                                                  g_object_ref (self->steps), g_object_unref);
  self->limit_timer = hs_clock_add_timer (clock, limit_ms, on_time_is_up, task);
  hs_turn_connect_async (server, config, self->steps, on_connected, g_object_ref (task));
}

gboolean
hs_turn_probe_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
