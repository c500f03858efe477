/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The input is what a TURN server sends. */
#include "hs-fuzz-runner.h"
#include "media/hs-turn-message.h"

static void
check_text (const char *text)
{
  g_assert_true (text == NULL || g_utf8_validate (text, -1, NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const guint8 id[HS_TURN_ID_LENGTH] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
  g_autofree guint8 *copy = g_memdup2 (data, size);
  gssize length = hs_turn_message_measure (copy, size);
  g_auto (HsTurnReply) reply = { 0 };

  g_assert_cmpint (length, >=, -1);
  if (length <= 0 || (gsize) length > size || !hs_turn_reply_read (&reply, copy, length, id))
    return 0;
  g_assert_cmpuint (reply.code, <, 800);
  check_text (reply.reason);
  check_text (reply.realm);
  check_text (reply.nonce);
  if (reply.realm != NULL && reply.nonce != NULL) {
    HsTurnAccount account = { "user", "password", reply.realm, reply.nonce };
    g_autoptr (GByteArray) answer = hs_turn_message_new_allocate (id, &account);

    g_assert_cmpint (hs_turn_message_measure (answer->data, answer->len), ==, answer->len);
  }
  return 0;
}
