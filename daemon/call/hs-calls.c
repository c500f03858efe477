/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "hs-calls.h"

#include "base/hs-json.h"
#include "hs-call-private.h"

#include <string.h>

/* So that a phone that runs for months does not grow. */
#define MAX_ENDED 500
#define MAX_EARLY 32

struct _HsCalls {
  GObject parent;

  HsClock *clock;
  HsConfig *config;
  HsSignalling *signalling;
  HsPeerFactory *peers;

  GPtrArray *calls; /* of HsCall, oldest first */
  GQueue early;     /* of HsSignallingMessage: about legs whose name we do not know yet */
  char *turn_username;
  char *turn_password;
};

G_DEFINE_FINAL_TYPE (HsCalls, hs_calls, G_TYPE_OBJECT)

/* --- the calls there are --- */

HsCall *
hs_calls_get_call (HsCalls *self, const char *id)
{
  for (guint i = self->calls->len; i > 0; i--) {
    HsCall *call = self->calls->pdata[i - 1];

    if (g_strcmp0 (call->id, id) == 0)
      return call;
  }
  return NULL;
}

static HsCall *
find_session (HsCalls *self, const char *session)
{
  for (guint i = self->calls->len; i > 0; i--) {
    HsCall *call = self->calls->pdata[i - 1];

    if (g_strcmp0 (call->session, session) == 0)
      return call;
  }
  return NULL;
}

static gboolean
is_disposable (HsCall *call)
{
  return hs_call_is_over (call) && call->local == NULL && call->starting == NULL;
}

static void
forget_oldest (HsCalls *self)
{
  guint over = 0;

  for (guint i = self->calls->len; i > 0; i--) {
    HsCall *call = self->calls->pdata[i - 1];

    if (is_disposable (call) && ++over > MAX_ENDED)
      g_ptr_array_remove_index (self->calls, i - 1);
  }
}

static void
on_call_event (HsCall *call, const char *name, JsonObject *payload, HsCalls *self)
{
  g_signal_emit_by_name (self, "event", name, payload);
}

static void
on_call_ended (HsCall *call, JsonObject *record, HsCalls *self)
{
  g_signal_emit_by_name (self, "ended", call->id, record);
}

static gboolean
is_starting (HsCalls *self)
{
  for (guint i = 0; i < self->calls->len; i++) {
    HsCall *call = self->calls->pdata[i];
    gboolean joining = call->local != NULL && call->local->kind == &hs_operation_join &&
                       call->local->status == HS_OPERATION_ONGOING;

    if (call->starting != NULL || joining)
      return TRUE;
  }
  return FALSE;
}

/* The gateway may speak of a leg before we have read its answer that names the leg. */
static void
on_start_answered (HsCall *call, HsCalls *self)
{
  guint left = g_queue_get_length (&self->early);

  while (left-- > 0) {
    g_autoptr (HsSignallingMessage) message = g_queue_pop_head (&self->early);
    HsCall *known = message != NULL ? find_session (self, message->session) : NULL;

    if (known != NULL)
      hs_call_deliver (known, message);
    else if (message != NULL && is_starting (self))
      g_queue_push_tail (&self->early, g_steal_pointer (&message));
  }
}

static void on_call_joined (HsCall *call, HsCall *joined, HsCalls *self);

/* @call: (transfer full) */
static HsCall *
add_call (HsCalls *self, HsCall *call)
{
  forget_oldest (self);
  g_ptr_array_add (self->calls, call);
  g_signal_connect_object (call, "event", G_CALLBACK (on_call_event), self, 0);
  g_signal_connect_object (call, "ended", G_CALLBACK (on_call_ended), self, 0);
  g_signal_connect_object (call, "joined", G_CALLBACK (on_call_joined), self, 0);
  g_signal_connect_object (call, "start-answered", G_CALLBACK (on_start_answered), self, 0);
  return call;
}

static void
on_call_joined (HsCall *call, HsCall *joined, HsCalls *self)
{
  add_call (self, g_object_ref (joined));
  hs_call_emit (joined, "call:join", json_object_new ());
}

HsCallSetup
hs_calls_get_setup (HsCalls *self)
{
  return (HsCallSetup){
    .clock = self->clock,
    .config = self->config,
    .signalling = self->signalling,
    .peers = self->peers,
    .turn_username = self->turn_username,
    .turn_password = self->turn_password,
  };
}

/* --- what comes from the gateway --- */

static void
receive_call (HsCalls *self, const HsSignallingMessage *message)
{
  HsCallSetup setup = hs_calls_get_setup (self);
  const char *user_name = hs_signalling_get_user_name (self->signalling);
  g_autoptr (HsCall) call = NULL;

  if (find_session (self, message->session) != NULL) {
    g_debug ("a call that is known is announced again");
    return;
  }
  call = hs_call_new_incoming (&setup, user_name != NULL ? user_name : "", message);
  add_call (self, g_object_ref (call));
  hs_call_receive (call, message);
}

static void
keep_early (HsCalls *self, const HsSignallingMessage *message)
{
  if (is_starting (self) && g_queue_get_length (&self->early) < MAX_EARLY)
    g_queue_push_tail (&self->early, hs_signalling_message_copy (message));
  else
    g_debug ("a message about an unknown session is ignored");
}

static void
on_received (HsSignalling *signalling, const HsSignallingMessage *message, HsCalls *self)
{
  HsCall *call;

  if (message->session == NULL)
    return;
  if (message->kind == HS_MESSAGE_CALL) {
    receive_call (self, message);
    return;
  }
  call = find_session (self, message->session);
  if (call != NULL)
    hs_call_deliver (call, message);
  else
    keep_early (self, message);
}

static void
on_connected (HsSignalling *signalling, HsCalls *self)
{
  if (!hs_config_get_boolean (self->config, "call.resyncOnConnect", FALSE))
    return;
  for (guint i = 0; i < self->calls->len; i++)
    hs_call_resync (self->calls->pdata[i]);
}

/* --- the object --- */

static void
hs_calls_dispose (GObject *object)
{
  HsCalls *self = HS_CALLS (object);

  hs_calls_close (self);

  G_OBJECT_CLASS (hs_calls_parent_class)->dispose (object);
}

static void
hs_calls_finalize (GObject *object)
{
  HsCalls *self = HS_CALLS (object);

  hs_calls_set_turn_credentials (self, NULL, NULL);
  g_ptr_array_unref (self->calls);
  g_object_unref (self->clock);
  g_object_unref (self->config);
  g_object_unref (self->signalling);
  g_object_unref (self->peers);

  G_OBJECT_CLASS (hs_calls_parent_class)->finalize (object);
}

static void
hs_calls_class_init (HsCallsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hs_calls_dispose;
  object_class->finalize = hs_calls_finalize;

  g_signal_new ("event", HS_TYPE_CALLS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE,
                JSON_TYPE_OBJECT | G_SIGNAL_TYPE_STATIC_SCOPE);
  g_signal_new ("ended", HS_TYPE_CALLS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE,
                JSON_TYPE_OBJECT | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
hs_calls_init (HsCalls *self)
{
  self->calls = g_ptr_array_new_with_free_func (g_object_unref);
  g_queue_init (&self->early);
}

HsCalls *
hs_calls_new (HsClock *clock, HsConfig *config, HsSignalling *signalling, HsPeerFactory *peers)
{
  HsCalls *self = g_object_new (HS_TYPE_CALLS, NULL);

  self->clock = g_object_ref (clock);
  self->config = g_object_ref (config);
  self->signalling = g_object_ref (signalling);
  self->peers = g_object_ref (peers);
  g_signal_connect_object (signalling, "received", G_CALLBACK (on_received), self, 0);
  g_signal_connect_object (signalling, "connected", G_CALLBACK (on_connected), self, 0);
  return self;
}

/* --- what the user asks for --- */

const char *
hs_calls_make (HsCalls *self,
               const char *destination,
               const HsMediaRequest *media,
               JsonObject *options,
               GTask *waiter,
               GError **error)
{
  HsCallSetup setup = hs_calls_get_setup (self);
  const char *user_name = hs_signalling_get_user_name (self->signalling);
  g_autofree char *to = NULL;
  g_autoptr (HsCall) call = NULL;

  g_return_val_if_fail (destination != NULL && media != NULL, NULL);

  if (user_name == NULL) {
    g_clear_object (&waiter);
    g_set_error (error, HS_AUTHENTICATION_ERROR, HS_AUTHENTICATION_ERROR_INVALID_CREDENTIALS,
                 "nobody is signed in");
    return NULL;
  }
  to = hs_call_dup_address (self->config, user_name, destination);
  call = hs_call_new_outgoing (&setup, user_name, to);
  add_call (self, g_object_ref (call));
  hs_call_make (call, media, options, waiter);
  return call->id;
}

/* --- reading --- */

void
hs_calls_foreach (HsCalls *self, HsCallFunc func, gpointer user_data)
{
  for (guint i = self->calls->len; i > 0; i--)
    func (self->calls->pdata[i - 1], user_data);
}

JsonArray *
hs_calls_dup_all (HsCalls *self)
{
  JsonArray *all = json_array_new ();

  forget_oldest (self);
  for (guint i = 0; i < self->calls->len; i++)
    json_array_add_object_element (all, hs_call_to_json (self->calls->pdata[i]));
  return all;
}

JsonObject *
hs_calls_dup_by_id (HsCalls *self, const char *call_id)
{
  HsCall *call = hs_calls_get_call (self, call_id);

  return call != NULL ? hs_call_to_json (call) : NULL;
}

guint
hs_calls_count_live (HsCalls *self)
{
  guint live = 0;

  for (guint i = 0; i < self->calls->len; i++)
    live += !hs_call_is_over (self->calls->pdata[i]);
  return live;
}

/* Those that calls began with may expire before a new transport is made for them. */
static void
renew_ice_servers (HsCalls *self)
{
  HsCallSetup setup = hs_calls_get_setup (self);

  for (guint i = 0; i < self->calls->len; i++) {
    HsCall *call = self->calls->pdata[i];

    if (!hs_call_is_over (call))
      hs_call_take_ice_servers (call, hs_call_dup_ice_servers (&setup));
  }
}

void
hs_calls_set_turn_credentials (HsCalls *self, const char *username, const char *password)
{
  if (self->turn_password != NULL)
    explicit_bzero (self->turn_password, strlen (self->turn_password));
  g_free (self->turn_username);
  g_free (self->turn_password);
  self->turn_username = g_strdup (username);
  self->turn_password = g_strdup (password);
  if (username != NULL)
    renew_ice_servers (self);
}

/* --- ending them all --- */

typedef struct {
  GTask *waiter;
  guint left;
} EndAll;

static void
end_all_drop (EndAll *all)
{
  if (--all->left > 0)
    return;
  if (all->waiter != NULL)
    g_task_return_boolean (all->waiter, TRUE);
  g_clear_object (&all->waiter);
  g_free (all);
}

/* Whatever came of it: there is nothing more that could be done. */
static void
on_one_ended (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_debug ("ending all calls: %s", error->message);
  end_all_drop (user_data);
}

static void
end_one (HsCalls *self, HsCall *call, EndAll *all)
{
  GTask *task = g_task_new (self, NULL, on_one_ended, all);
  g_autoptr (GError) error = NULL;

  all->left++;
  if (hs_call_is_over (call))
    g_ptr_array_add (call->release_waiters, task);
  else if (!hs_call_end (call, task, &error))
    end_all_drop (all);
}

void
hs_calls_end_all (HsCalls *self, GTask *waiter)
{
  g_autoptr (GPtrArray) calls = g_ptr_array_new_with_free_func (g_object_unref);
  EndAll *all = g_new0 (EndAll, 1);

  for (guint i = 0; i < self->calls->len; i++)
    g_ptr_array_add (calls, g_object_ref (self->calls->pdata[i]));
  all->waiter = waiter;
  all->left = 1;
  for (guint i = 0; i < calls->len; i++) {
    HsCall *call = calls->pdata[i];

    if (!hs_call_is_over (call) || call->starting != NULL)
      end_one (self, call, all);
  }
  end_all_drop (all);
}

void
hs_calls_close (HsCalls *self)
{
  g_autoptr (GPtrArray) calls = g_steal_pointer (&self->calls);
  g_autoptr (GError) error = g_error_new (HS_ERROR, HS_ERROR_CLOSED, "the phone was closed");

  self->calls = g_ptr_array_new_with_free_func (g_object_unref);
  g_queue_clear_full (&self->early, (GDestroyNotify) hs_signalling_message_free);
  for (guint i = 0; i < calls->len; i++) {
    g_signal_handlers_disconnect_by_data (calls->pdata[i], self);
    hs_call_close (calls->pdata[i], error);
  }
}
