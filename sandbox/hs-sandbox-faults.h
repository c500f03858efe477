/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Faults are rules that wait for what they match, work as often as they were told and vanish. */

typedef enum {
  HS_SANDBOX_FAULT_REQUEST,
  HS_SANDBOX_FAULT_NOTIFICATION,
  HS_SANDBOX_FAULT_SDP_REWRITE,
  HS_SANDBOX_FAULT_UPGRADE,
} HsSandboxFaultKind;

/* What becomes of the reply, apart from its contents. */
typedef enum {
  HS_SANDBOX_ANSWER_WHOLE,
  HS_SANDBOX_ANSWER_HALF,  /* a length is announced, fewer bytes come, the connection ends */
  HS_SANDBOX_ANSWER_CLOSE, /* the connection ends without a word */
  HS_SANDBOX_ANSWER_NEVER, /* the connection stays and nothing comes */
} HsSandboxAnswer;

typedef enum {
  HS_SANDBOX_NOTIFICATION_DELAY,
  HS_SANDBOX_NOTIFICATION_DUPLICATE,
  HS_SANDBOX_NOTIFICATION_REORDER, /* comes after the one that follows it */
  HS_SANDBOX_NOTIFICATION_DROP,
  HS_SANDBOX_NOTIFICATION_GARBAGE,  /* preceded by a frame that is no notification */
  HS_SANDBOX_NOTIFICATION_STRIP,    /* members are left out */
  HS_SANDBOX_NOTIFICATION_COMPRESS, /* the description is packed */
} HsSandboxNotificationFault;

typedef struct {
  guint id;
  HsSandboxFaultKind kind;

  /* what it waits for; NULL means any */
  char *user;
  char *type;
  char *method;
  char *path;
  gint64 skip;
  gint64 times; /* -1: always */

  /* requests */
  guint status; /* 0: as it would have been */
  gint64 status_code;
  char *body;
  char *content_type;
  JsonObject *headers;
  HsSandboxAnswer answer;
  gboolean carry_out;
  gboolean notify_first;

  /* requests and notifications */
  guint delay_ms;

  /* notifications */
  HsSandboxNotificationFault action;
  char *frame;
  char **members;
  gboolean new_event_id;

  /* session descriptions */
  GRegex *pattern;
  char *replacement;
} HsSandboxFault;

void hs_sandbox_fault_unref (HsSandboxFault *fault);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsSandboxFault, hs_sandbox_fault_unref)

typedef struct _HsSandboxFaults HsSandboxFaults;

HsSandboxFaults *hs_sandbox_faults_new (void);
void hs_sandbox_faults_free (HsSandboxFaults *faults);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsSandboxFaults, hs_sandbox_faults_free)

/* @rule: as README.md describes it
 * Returns: its id; 0 with @error naming the member that is wrong */
guint hs_sandbox_faults_add (HsSandboxFaults *faults,
                             HsSandboxFaultKind kind,
                             JsonObject *rule,
                             GError **error);

void hs_sandbox_faults_clear (HsSandboxFaults *faults);

/* Returns: (transfer full): the rules that still wait: id, kind, times */
JsonArray *hs_sandbox_faults_to_json (HsSandboxFaults *faults);

/* Each counts as a use of the rule that it returns.
 * Returns: (nullable) (transfer full) */
HsSandboxFault *hs_sandbox_faults_take_request (HsSandboxFaults *faults,
                                                const char *method,
                                                const char *path,
                                                const char *type,
                                                const char *user);
HsSandboxFault *hs_sandbox_faults_take (HsSandboxFaults *faults,
                                        HsSandboxFaultKind kind,
                                        const char *type,
                                        const char *user);

/* Returns: (transfer full): @sdp, changed when a rule for requests of @type says so */
char *hs_sandbox_faults_rewrite_sdp (HsSandboxFaults *faults,
                                     const char *type,
                                     const char *user,
                                     const char *sdp);

G_END_DECLS
