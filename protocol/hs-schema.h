/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * HsSchema: what a JSON value must look like
 *
 * Generated from the contract as constant tables, one per schema. An optional member (or
 * parameter) that is null counts as absent, everywhere.
 */

#define HS_SCHEMA_ERROR (hs_schema_error_quark ())
typedef enum {
  HS_SCHEMA_ERROR_MISMATCH = 1,
} HsSchemaError;
GQuark hs_schema_error_quark (void);

typedef enum {
  HS_SCHEMA_ANY,
  HS_SCHEMA_NULL,
  HS_SCHEMA_BOOLEAN,
  HS_SCHEMA_INTEGER,
  HS_SCHEMA_NUMBER,
  HS_SCHEMA_STRING,
  HS_SCHEMA_ARRAY,
  HS_SCHEMA_OBJECT,
  HS_SCHEMA_UNION,
} HsSchemaKind;

typedef struct _HsSchema HsSchema;

typedef struct {
  const char *name;
  const HsSchema *schema;
  gboolean required;
  const char *summary;
} HsSchemaMember;

struct _HsSchema {
  HsSchemaKind kind;
  const char *expected; /* for people: "a boolean", "one of …" */
  gboolean secret;      /* messages never show the value */
  double minimum;       /* of a number */
  double maximum;
  guint min_length; /* of a string in characters, of an array in items */
  guint max_length;
  const char *const *values; /* a string must be one of these, NULL-terminated; NULL: any */
  const HsSchema *items;     /* of an array; NULL: anything */
  const HsSchemaMember *members;
  guint n_members;
  gboolean open;                       /* an object may have members that are not listed */
  const HsSchema *const *alternatives; /* of a union, NULL-terminated */
};

/* What is wrong with a value; borrowed for the time of the call. */
typedef struct {
  const char *path;     /* "media.audioOptions.deviceId"; "" is the value itself */
  const char *expected; /* "a boolean" */
  const char *got;      /* the value, shortened; what kind it is when it is secret */
  const char *message;  /* all of it in one sentence */
} HsSchemaProblem;

typedef void (*HsSchemaProblemFunc) (const HsSchemaProblem *problem, gpointer user_data);

/* @path: what @value is called in messages, "" for nothing
 * @error: HS_SCHEMA_ERROR_MISMATCH with the first problem's sentence */
gboolean hs_schema_check (const HsSchema *schema, JsonNode *value, const char *path, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* Tells every problem: wrong and unknown keys, each with its path.
 * Returns: how many there were. */
guint hs_schema_check_all (const HsSchema *schema,
                           JsonNode *value,
                           const char *path,
                           HsSchemaProblemFunc on_problem,
                           gpointer user_data);

G_END_DECLS
