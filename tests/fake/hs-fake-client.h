/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * HsFakeClient: the other end of a stream socket, on the main context of the test
 *
 * Sends exactly what it is told to and keeps what it gets. Waiting turns the default main context
 * and fails the test when nothing comes for long.
 */
typedef struct _HsFakeClient HsFakeClient;

/* Fails the test when there is nobody. */
HsFakeClient *hs_fake_client_connect (const char *path);

/* @fd: (transfer full) */
HsFakeClient *hs_fake_client_new (int fd);
void hs_fake_client_free (HsFakeClient *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsFakeClient, hs_fake_client_free)

/* Both return at once; what the socket does not take is sent while something is waited for. */
void hs_fake_client_send (HsFakeClient *self, const char *text);
void hs_fake_client_send_bytes (HsFakeClient *self, const void *bytes, gsize length);

/* Shuts the sending half down, once everything is sent. */
void hs_fake_client_end (HsFakeClient *self);

/* A client that does not read, or does so again. */
void hs_fake_client_set_reading (HsFakeClient *self, gboolean reading);

/* Turns the main context until everything is sent that can be, and nothing is left to do. */
void hs_fake_client_settle (HsFakeClient *self);

/* Returns: (transfer full) (nullable): the next line without its end; NULL when the other side has
 * closed and all was read. */
char *hs_fake_client_read (HsFakeClient *self);

/* The next line as JSON. Returns: (transfer full) */
JsonObject *hs_fake_client_read_object (HsFakeClient *self);

/* Whether a line is there, without waiting. */
gboolean hs_fake_client_has_line (HsFakeClient *self);

/* Bytes that could not be sent yet. */
gsize hs_fake_client_get_unsent (HsFakeClient *self);

G_END_DECLS
