/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Asynchronous work of a fake: it completes by itself on the main context, or when it is told, well
 * or with an error. Kinds are the fake's own numbers. */
typedef struct _HsFakeSteps HsFakeSteps;

/* Returns @task with the result of work that went well. */
typedef void (*HsFakeStepFunc) (GTask *task);

HsFakeSteps *hs_fake_steps_new (void);

/* Work that still waits ends with G_IO_ERROR_CANCELLED. */
void hs_fake_steps_free (HsFakeSteps *self);

/* @task: (transfer full) */
void hs_fake_steps_begin (HsFakeSteps *self, int kind, GTask *task, HsFakeStepFunc succeed);

/* From now on work of this kind waits for hs_fake_steps_release(). */
void hs_fake_steps_hold (HsFakeSteps *self, int kind);

/* Lets the oldest work of this kind go on; fails the test when there is none.
 * @error: (nullable): what it ends with */
void hs_fake_steps_release (HsFakeSteps *self, int kind, const GError *error);

/* Lets everything go on and holds nothing back from now on. */
void hs_fake_steps_release_all (HsFakeSteps *self);

guint hs_fake_steps_count_held (HsFakeSteps *self, int kind);

/* The next work of this kind ends with @error. */
void hs_fake_steps_fail_next (HsFakeSteps *self, int kind, const GError *error);

/* Work of @source that waits ends with G_IO_ERROR_CANCELLED, at once where the main loop calls. */
void hs_fake_steps_cancel (HsFakeSteps *self, gpointer source);

G_END_DECLS
