/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-turn-message.h"

#include <string.h>

#define HEADER_LENGTH 20
#define COOKIE        0x2112a442u
#define SHA1_LENGTH   20
/* RFC 8489: no attribute of text is longer than 763 bytes. */
#define MAX_TEXT 763

enum { ALLOCATE = 0x0003, REFRESH = 0x0004, SUCCESS = 0x0100, REFUSAL = 0x0110, CLASS = 0x0110 };

enum {
  USERNAME = 0x0006,
  MESSAGE_INTEGRITY = 0x0008,
  ERROR_CODE = 0x0009,
  LIFETIME = 0x000d,
  REALM = 0x0014,
  NONCE = 0x0015,
  REQUESTED_TRANSPORT = 0x0019,
};

/* --- writing --- */

static void
put_16 (guint8 *at, guint value)
{
  at[0] = value >> 8;
  at[1] = value;
}

static void
append_16 (GByteArray *message, guint value)
{
  guint8 bytes[2];

  put_16 (bytes, value);
  g_byte_array_append (message, bytes, sizeof bytes);
}

/* The header's length counts all that follows the header. */
static void
append_attribute (GByteArray *message, guint type, gconstpointer value, gsize length)
{
  static const guint8 padding[4];

  append_16 (message, type);
  append_16 (message, length);
  g_byte_array_append (message, value, length);
  g_byte_array_append (message, padding, (4 - length % 4) % 4);
  put_16 (message->data + 2, message->len - HEADER_LENGTH);
}

static void
append_text (GByteArray *message, guint type, const char *text)
{
  append_attribute (message, type, text, MIN (strlen (text), MAX_TEXT));
}

static GByteArray *
start_message (guint method, const guint8 *id)
{
  GByteArray *message = g_byte_array_new ();

  append_16 (message, method);
  append_16 (message, 0);
  append_16 (message, COOKIE >> 16);
  append_16 (message, COOKIE & 0xffff);
  g_byte_array_append (message, id, HS_TURN_ID_LENGTH);
  return message;
}

/* The key of long-term credentials. */
static void
make_key (const HsTurnAccount *account, guint8 *key, gsize length)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_MD5);
  const char *const parts[] = { account->username, ":", account->realm, ":", account->password };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    g_checksum_update (checksum, (const guchar *) parts[i], strlen (parts[i]));
  g_checksum_get_digest (checksum, key, &length);
}

static void
prove (GByteArray *message, const HsTurnAccount *account)
{
  guint8 key[16];
  guint8 digest[SHA1_LENGTH] = { 0 };
  gsize length = sizeof digest;
  g_autoptr (GHmac) hmac = NULL;

  append_text (message, USERNAME, account->username);
  append_text (message, REALM, account->realm);
  append_text (message, NONCE, account->nonce);
  make_key (account, key, sizeof key);
  hmac = g_hmac_new (G_CHECKSUM_SHA1, key, sizeof key);
  explicit_bzero (key, sizeof key);
  /* It covers what is before it, with a length that counts it already. */
  append_attribute (message, MESSAGE_INTEGRITY, digest, sizeof digest);
  g_hmac_update (hmac, message->data, message->len - 4 - sizeof digest);
  g_hmac_get_digest (hmac, digest, &length);
  memcpy (message->data + message->len - sizeof digest, digest, sizeof digest);
}

GByteArray *
hs_turn_message_new_allocate (const guint8 *id, const HsTurnAccount *account)
{
  static const guint8 udp[] = { 17, 0, 0, 0 };
  GByteArray *message = start_message (ALLOCATE, id);

  append_attribute (message, REQUESTED_TRANSPORT, udp, sizeof udp);
  if (account != NULL)
    prove (message, account);
  return message;
}

GByteArray *
hs_turn_message_new_release (const guint8 *id, const HsTurnAccount *account)
{
  static const guint8 none[4];
  GByteArray *message = start_message (REFRESH, id);

  append_attribute (message, LIFETIME, none, sizeof none);
  prove (message, account);
  return message;
}

/* --- reading --- */

static guint
get_16 (const guint8 *at)
{
  return at[0] << 8 | at[1];
}

gssize
hs_turn_message_measure (const guint8 *data, gsize length)
{
  /* The two first bits tell STUN from all else that may come the same way. */
  if (length > 0 && (data[0] & 0xc0) != 0)
    return -1;
  if (length < HEADER_LENGTH)
    return 0;
  if (get_16 (data + 4) != COOKIE >> 16 || get_16 (data + 6) != (COOKIE & 0xffff) ||
      get_16 (data + 2) % 4 != 0)
    return -1;
  return HEADER_LENGTH + get_16 (data + 2);
}

static char *
dup_text (const guint8 *value, gsize length)
{
  return g_utf8_make_valid ((const char *) value, MIN (length, MAX_TEXT));
}

static void
read_attribute (HsTurnReply *reply, guint type, const guint8 *value, gsize length)
{
  char **text = type == REALM ? &reply->realm : type == NONCE ? &reply->nonce : NULL;

  if (type == ERROR_CODE && length >= 4 && reply->reason == NULL) {
    reply->code = (value[2] & 7) * 100 + MIN (value[3], 99);
    reply->reason = dup_text (value + 4, length - 4);
  } else if (text != NULL && *text == NULL) {
    *text = dup_text (value, length);
  }
}

gboolean
hs_turn_reply_read (HsTurnReply *reply, const guint8 *data, gsize length, const guint8 *id)
{
  gboolean refused;

  *reply = (HsTurnReply){ 0 };
  if (length < HEADER_LENGTH || hs_turn_message_measure (data, length) != (gssize) length ||
      memcmp (data + 8, id, HS_TURN_ID_LENGTH) != 0)
    return FALSE;
  refused = (get_16 (data) & CLASS) == REFUSAL;
  if (!refused && (get_16 (data) & CLASS) != SUCCESS)
    return FALSE;
  for (gsize at = HEADER_LENGTH; at + 4 <= length;) {
    gsize size = get_16 (data + at + 2);

    if (size > length - at - 4)
      break;
    read_attribute (reply, get_16 (data + at), data + at + 4, size);
    at += 4 + size + (4 - size % 4) % 4;
  }
  if (!refused)
    reply->code = 0;
  else if (reply->code == 0)
    /* A refusal without a number is one still. */
    reply->code = 500;
  return TRUE;
}

void
hs_turn_reply_clear (HsTurnReply *self)
{
  g_clear_pointer (&self->reason, g_free);
  g_clear_pointer (&self->realm, g_free);
  g_clear_pointer (&self->nonce, g_free);
}
