/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * HsSignalling: how the call room talks to whoever connects calls
 *
 * A seam: the Link gateway's client implements it (daemon/link), the tests' fake does, another
 * kind of account could. Session ids are opaque and name one leg of one call; descriptions are
 * complete (no candidate is ever sent later). See spec call-signalling sections 1 and 2.
 */
#define HS_TYPE_SIGNALLING (hs_signalling_get_type ())
G_DECLARE_INTERFACE (HsSignalling, hs_signalling, HS, SIGNALLING, GObject)

/* What can be asked of the other side; the comment names the row of spec call-signalling 1.2. */
typedef enum {
  HS_REQUEST_START,             /* R1: address, from, sdp, early_media, custom_parameters */
  HS_REQUEST_RINGING,           /* R2 */
  HS_REQUEST_ANSWER,            /* R3: sdp, custom_parameters */
  HS_REQUEST_REJECT,            /* R4 */
  HS_REQUEST_FORWARD,           /* R5: address */
  HS_REQUEST_END,               /* R7 */
  HS_REQUEST_UPDATE,            /* R8: sdp, custom_parameters */
  HS_REQUEST_RESPOND_UPDATE,    /* R9: sdp, custom_parameters */
  HS_REQUEST_REFUSE_UPDATE,     /* R9 with statusCode "491" and no sdp (section 5, 6.12) */
  HS_REQUEST_CUSTOM_PARAMETERS, /* R10: custom_parameters */
  HS_REQUEST_TRANSFER,          /* R11: address */
  HS_REQUEST_CONSULTATIVE,      /* R12: address, other_session */
  HS_REQUEST_JOIN,              /* R13: other_session, sdp, custom_parameters */
  HS_REQUEST_AUDIT,             /* R14 */
  HS_REQUEST_QUERY,             /* R15 */
} HsRequestKind;

/* All members are borrowed for the time of the call that gets them; unused ones are NULL. */
typedef struct {
  HsRequestKind kind;
  const char *session;
  const char *other_session;
  const char *address; /* normalised, section 1.6 */
  const char *from;    /* the finished text of section 1.4 */
  const char *sdp;
  JsonArray *custom_parameters; /* of {"name", "value"} */
  gboolean early_media;
} HsSignallingRequest;

typedef enum {
  HS_REMOTE_STATE_UNKNOWN,
  HS_REMOTE_STATE_RINGING,
  HS_REMOTE_STATE_ANSWERED,
} HsRemoteState;

typedef struct {
  char *session;              /* START, JOIN: the new leg */
  HsRemoteState remote_state; /* QUERY */
} HsSignallingReply;

void hs_signalling_reply_free (HsSignallingReply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsSignallingReply, hs_signalling_reply_free)

/* What comes unasked; the comment names the eventType of spec call-signalling 2.2. */
typedef enum {
  HS_MESSAGE_CALL,     /* call */
  HS_MESSAGE_RINGING,  /* ringing */
  HS_MESSAGE_PROGRESS, /* sessionProgress */
  HS_MESSAGE_UPDATE,   /* startCallUpdate */
  HS_MESSAGE_ANSWER,   /* respondCallUpdate */
  HS_MESSAGE_END,      /* callEnd */
  HS_MESSAGE_CANCEL,   /* callCancel */
  HS_MESSAGE_COMPLETE, /* sessionComplete */
  HS_MESSAGE_FAIL,     /* sessionFail */
} HsMessageKind;

/* Borrowed by the handlers of "received". Texts are valid UTF-8, NULL where absent. */
typedef struct {
  HsMessageKind kind;
  char *session;
  char *sdp; /* plain text, whatever format it travelled in */
  char *caller_name;
  char *caller_number; /* callerDisplayNumber */
  char *callee_number; /* calleeDisplayNumber */
  char *remote_name;
  char *remote_number;          /* remoteDisplayNumber */
  gboolean has_participants;    /* callNotificationParams was there */
  JsonArray *custom_parameters; /* nullable */
  int status_code;              /* of the session, 0 when absent */
  int message_status_code;      /* of the message (49: glare), 0 when absent */
  char *reason_text;
  double retry_after; /* seconds, -1 when absent */
} HsSignallingMessage;

HsSignallingMessage *hs_signalling_message_copy (const HsSignallingMessage *message);
void hs_signalling_message_free (HsSignallingMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsSignallingMessage, hs_signalling_message_free)

struct _HsSignallingInterface {
  GTypeInterface parent;

  const char *(*get_user_name) (HsSignalling *self);
  void (*send_async) (HsSignalling *self,
                      const HsSignallingRequest *request,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data);
  HsSignallingReply *(*send_finish) (HsSignalling *self, GAsyncResult *result, GError **error);
};

/* Signals, on the control thread:
 *   "received" (HsSignallingMessage *message): de-duplicated, in the order of arrival
 *   "connected" (): the channel for messages is up, for the first time or again */

/* Returns: (nullable): the login name, "user@domain"; NULL while nobody is signed in. */
const char *hs_signalling_get_user_name (HsSignalling *self);

/* Sends @request; one attempt, with a time limit. */
void hs_signalling_send_async (HsSignalling *self,
                               const HsSignallingRequest *request,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);

/* Returns: (transfer full): never NULL on success.
 * @error: HS_GATEWAY_ERROR with the gateway's statusCode or the HTTP status; HS_ERROR_TIMED_OUT;
 *   G_IO_ERROR, G_TLS_ERROR, G_RESOLVER_ERROR where nothing answered. */
HsSignallingReply *hs_signalling_send_finish (HsSignalling *self,
                                              GAsyncResult *result,
                                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
