/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-signalling.h"

G_BEGIN_DECLS

typedef struct _HsCall HsCall;

/**
 * HsOperation: something that is being done on a call
 *
 * One slot of a call shows the local operation that runs, one the remote one (spec call-signalling
 * 3.4). Exclusive operations run one at a time per call; the others run beside them, and show in
 * the slot while it is free.
 */
typedef struct _HsOperation HsOperation;

typedef enum {
  HS_OPERATION_ONGOING, /* begun */
  HS_OPERATION_PENDING, /* the gateway took it, the far end has not answered yet */
  HS_OPERATION_OVER,
} HsOperationStatus;

/* What comes of an operation that the gateway completes by itself, in its own words (spec 3.6). */
typedef struct {
  int done_code;
  const char *done_text;
  int failed_code; /* where the gateway gives none */
  const char *failed_text;
} HsOutcome;

/* A verb of the call: one constant each, in the verb's own file. */
typedef struct {
  const char *name;         /* (nullable): NULL is never shown */
  const char *done_name;    /* (nullable): what its FINISH is called, where that is not its name */
  gboolean exclusive;       /* negotiates or decides, so no other such one may run */
  gboolean supersedes;      /* ends whatever runs, and is never refused */
  gboolean logged;          /* a call that ends with it goes to the call log */
  const HsOutcome *outcome; /* (nullable): sessionComplete or sessionFail ends it */

  /* (nullable): whether the call's state allows it */
  gboolean (*check) (HsOperation *self, GError **error);
  /* (nullable): the far end's answer to our offer came; NULL: it is applied, then answered */
  void (*take_answer) (HsOperation *self, const HsSignallingMessage *message);
  /* (nullable): the far end's answer to our offer is applied; ends the operation */
  void (*answered) (HsOperation *self);
  /* (nullable): the far end refused our offer; ends the operation */
  void (*refused) (HsOperation *self, const GError *error);
  /* (nullable): sessionFail has ended it with @error; what else is there to undo */
  void (*failed) (HsOperation *self, const GError *error);
  /* (nullable): the call goes, and the operation with it; what else is there to undo */
  void (*dropped) (HsOperation *self);
  /* (nullable): what follows a FINISH with @error; NULL: call:stateChange */
  void (*tell) (HsOperation *self, const GError *error);
  /* (nullable): the text that whoever waits gets when it went well; NULL: they get TRUE */
  char *(*dup_result) (HsOperation *self);
} HsOperationKind;

struct _HsOperation {
  grefcount references;
  const HsOperationKind *kind;
  HsOperationStatus status;
  gboolean local;
  HsCall *call;
  GTask *waiter; /* nullable */
  gpointer data; /* (nullable): the verb's own */
  GDestroyNotify free_data;
  guint limit_timer;   /* runs while it is PENDING, where the far end must answer in time */
  JsonObject *details; /* (nullable): shown as its operationData once it is PENDING */
};

HsOperation *hs_operation_ref (HsOperation *self);
void hs_operation_unref (HsOperation *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsOperation, hs_operation_unref)

/* Tells START and shows the operation in its slot.
 * @waiter: (transfer full) (nullable)
 * Returns: (transfer full): never NULL: it was not checked whether it may run */
HsOperation *hs_operation_start (HsCall *call, const HsOperationKind *kind, GTask *waiter);

/* Whether what was started may go on: its check allows it, and nothing exclusive runs beside it.
 * Otherwise it is told as finished with @error, and the waiter is dropped. */
gboolean hs_operation_admit (HsOperation *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What was started cannot begin: it is told as finished with @refusal, and the waiter is dropped.
 * @refusal: (transfer full): becomes @error
 * Returns: FALSE */
gboolean
hs_operation_refuse (HsOperation *self, GError *refusal, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* hs_operation_start() and hs_operation_admit().
 * Returns: (transfer full): NULL with @error */
HsOperation *hs_operation_try (HsCall *call,
                               const HsOperationKind *kind,
                               GTask *waiter,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Begins one that nobody is told of before its end.
 * Returns: (transfer full) */
HsOperation *hs_operation_new (HsCall *call, const HsOperationKind *kind, gboolean local);

/* Puts it in its slot, where an exclusive one keeps others away. */
void hs_operation_take_slot (HsOperation *self);

/* Ends whatever runs beside @self and takes the local slot. */
void hs_operation_supersede (HsOperation *self);

/* The call is going: abandons what is exclusive. The others come to their own end; an END under way
 * stays. */
void hs_operation_clear_slots (HsCall *call, const GError *error);

/* Tells UPDATE: PENDING from now on. */
void hs_operation_update (HsOperation *self);

/* Tells FINISH and takes the operation out of its slot. Whoever waits is not told yet.
 * @as: (nullable): another name */
void hs_operation_finish (HsOperation *self, const char *as, const GError *error);

/* hs_operation_finish(), what follows it, hs_operation_return(). */
void hs_operation_fail (HsOperation *self, const GError *error);

/* The same, for what a step of the peer has ended with: that is cancelled only with the call. */
void hs_operation_fail_step (HsOperation *self, const GError *error);

/* Tells whoever waits: the operation's result, or @error. */
void hs_operation_return (HsOperation *self, const GError *error);

/* Takes the operation out of its slot without telling anybody but whoever waits. Can be called
 * again. */
void hs_operation_abandon (HsOperation *self, const GError *error);

/* As hs_operation_abandon(), because the call goes: undoes what it began elsewhere. */
void hs_operation_drop (HsOperation *self, const GError *error);

gboolean hs_operation_is_over (HsOperation *self);

/* Returns: (transfer full): the payload of call:operation, without the call's id.
 * @previous: (nullable): what the slot shows before this step
 * @error: (nullable) */
JsonObject *hs_operation_dup_payload (const char *name,
                                      const char *transition,
                                      gboolean local,
                                      JsonObject *previous,
                                      const GError *error);

/* Returns: what the FINISH of such an operation is called. */
const char *hs_operation_kind_get_done_name (const HsOperationKind *kind);

/* Returns: (transfer full) (nullable): {"operation", "status", "operationData"?} of what a slot
 * shows. */
JsonObject *hs_operation_dup_slot (HsOperation *slot);

/* Whether an exclusive operation other than @self runs on its call. */
gboolean hs_operation_is_taken (HsOperation *self);

/* Whether an exclusive operation runs on @call. */
gboolean hs_operation_is_busy (HsCall *call);

extern const HsOperationKind hs_operation_make;
extern const HsOperationKind hs_operation_answer;
extern const HsOperationKind hs_operation_slow_answer; /* hidden: the far end is to answer ours */
extern const HsOperationKind hs_operation_reject;
extern const HsOperationKind hs_operation_ignore;
extern const HsOperationKind hs_operation_forward;
extern const HsOperationKind hs_operation_end;
extern const HsOperationKind hs_operation_hold;
extern const HsOperationKind hs_operation_unhold;
extern const HsOperationKind hs_operation_send_custom_parameters;
extern const HsOperationKind hs_operation_direct_transfer;
extern const HsOperationKind hs_operation_consultative_transfer;
extern const HsOperationKind hs_operation_join;
extern const HsOperationKind hs_operation_get_stats;
extern const HsOperationKind hs_operation_add_media;
extern const HsOperationKind hs_operation_start_video;
extern const HsOperationKind hs_operation_remove_media;
extern const HsOperationKind hs_operation_stop_video;
extern const HsOperationKind hs_operation_renegotiate;
extern const HsOperationKind hs_operation_replace_track;
extern const HsOperationKind hs_operation_send_tones;
extern const HsOperationKind hs_operation_remote_update; /* hidden */
extern const HsOperationKind hs_operation_slow_start;

G_END_DECLS
