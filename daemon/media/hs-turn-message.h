/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The few messages of TURN (RFC 8656) that it takes to learn why a server gives no address. */

#define HS_TURN_ID_LENGTH 12

/* Who asks, once the server has told its realm and nonce. */
typedef struct {
  const char *username;
  const char *password;
  const char *realm;
  const char *nonce;
} HsTurnAccount;

/* Asks for a UDP address. @id: HS_TURN_ID_LENGTH bytes. @account: (nullable): NULL: without proof
 * Returns: (transfer full) */
GByteArray *hs_turn_message_new_allocate (const guint8 *id, const HsTurnAccount *account);

/* Gives the address back. */
GByteArray *hs_turn_message_new_release (const guint8 *id, const HsTurnAccount *account);

/* What a server said. */
typedef struct {
  guint code; /* 0: yes; else as STUN numbers refusals: 401 … */
  char *reason;
  char *realm;
  char *nonce;
} HsTurnReply;

void hs_turn_reply_clear (HsTurnReply *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HsTurnReply, hs_turn_reply_clear)

/* How long the message is that @data begins with.
 * Returns: 0 while more bytes are needed to tell; -1 when it is no STUN message */
gssize hs_turn_message_measure (const guint8 *data, gsize length);

/* Reads one whole message from outside.
 * @reply: (out): to be cleared, if the result is TRUE
 * Returns: FALSE when it is not the reply to @id */
gboolean
hs_turn_reply_read (HsTurnReply *reply, const guint8 *data, gsize length, const guint8 *id);

G_END_DECLS
