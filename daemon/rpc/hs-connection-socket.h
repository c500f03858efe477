/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-connection-private.h"
#include "hs-interests.h"
#include "hs-line-reader.h"
#include "hs-output.h"
#include "hs-questions.h"

G_BEGIN_DECLS

/* Reading from and writing to the client: the half of a connection that knows its socket. Reading
 * stops while too much waits to be read by the client. */

struct _HsConnection {
  GObject parent;

  HsRpcServer *server; /* borrowed: NULL once we are closed, which it sees to */
  guint number;

  /* the socket */
  GSocket *socket;
  GSource *in_source;
  GIOCondition in_condition; /* what in_source waits for */
  GSource *out_source;       /* while something waits to be written */
  gboolean is_end;           /* the client sends nothing more */

  /* messages */
  HsLineReader *reader;
  gboolean processing;
  gboolean choked; /* not read from until the client has read */
  HsOutput *output;

  GPtrArray *requests; /* borrowed, not answered yet */
  HsQuestions *questions;

  /* rights */
  gboolean read_only;
  GHashTable *allowed; /* names of methods; NULL: all */

  /* events */
  HsInterests *interests;
  gboolean numbered;
};

/* Begins to read. */
void hs_connection_open_socket (HsConnection *self);

/* Ends reading and writing, after a last try to write what waits. */
void hs_connection_close_socket (HsConnection *self);

/* Writes what waits when the socket takes it. */
void hs_connection_write_soon (HsConnection *self);

/* Closes the connection of a client that sends nothing more and has got every answer. */
void hs_connection_close_when_done (HsConnection *self);

G_END_DECLS
