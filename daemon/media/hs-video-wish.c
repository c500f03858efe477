/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-video-wish.h"

#include "base/hs-error.h"
#include "base/hs-json.h"

#include <math.h>

/* What encoders take; sizes are even, since colours are kept for four pixels together. */
#define SIZE_MIN 16
#define RATE_MIN 1

static gboolean
refuse (const char *name, const char *what, GError **error)
{
  g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "OverconstrainedError: %s: %s", name,
               what);
  return FALSE;
}

/* --- reading --- */

static gboolean
read_number (JsonNode *node, double *number)
{
  GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;
  const char *text;
  char *end = NULL;

  if (type == G_TYPE_INT64 || type == G_TYPE_DOUBLE) {
    *number = json_node_get_double (node);
  } else if (type == G_TYPE_STRING) {
    text = json_node_get_string (node);
    *number = g_ascii_strtod (text, &end);
    if (end == text || *end != '\0')
      return FALSE;
  } else {
    return FALSE;
  }
  return *number > 0 && *number <= G_MAXINT16;
}

static gboolean
read_member (JsonObject *object, const char *member, double *number)
{
  return !json_object_has_member (object, member) ||
         read_number (json_object_get_member (object, member), number);
}

static gboolean
read_range (HsVideoRange *range, JsonObject *options, const char *name, GError **error)
{
  JsonNode *node = options != NULL ? json_object_get_member (options, name) : NULL;
  JsonObject *object = node != NULL ? hs_json_node_get_object (node) : NULL;
  gboolean good = TRUE;

  *range = (HsVideoRange){ 0 };
  if (object != NULL)
    good = read_member (object, "exact", &range->exact) &&
           read_member (object, "ideal", &range->ideal) &&
           read_member (object, "min", &range->min) && read_member (object, "max", &range->max);
  else if (node != NULL && !JSON_NODE_HOLDS_NULL (node))
    good = read_number (node, &range->ideal);
  return good || refuse (name, "expected a number of 1 to 32767", error);
}

gboolean
hs_video_wish_parse (HsVideoWish *self, JsonObject *options, GError **error)
{
  return read_range (&self->width, options, "width", error) &&
         read_range (&self->height, options, "height", error) &&
         read_range (&self->frame_rate, options, "frameRate", error);
}

/* --- deciding --- */

static gboolean
is_met (const HsVideoRange *range, double value)
{
  return (range->exact == 0 || fabs (range->exact - value) <= 1) &&
         (range->min == 0 || value >= floor (range->min)) &&
         (range->max == 0 || value <= ceil (range->max));
}

static guint
choose (const HsVideoRange *range, double usual, double most)
{
  double wanted = range->exact != 0 ? range->exact : range->ideal != 0 ? range->ideal : usual;

  if (range->max != 0)
    wanted = MIN (wanted, range->max);
  if (range->min != 0)
    wanted = MAX (wanted, range->min);
  return (guint) (MIN (wanted, most) + 0.5);
}

static gboolean
is_asked_for (const HsVideoRange *range)
{
  return range->exact != 0 || range->ideal != 0;
}

static guint
make_even (double size)
{
  return MAX ((guint) (size + 0.5) & ~1u, SIZE_MIN);
}

gboolean
hs_video_wish_accept (const HsVideoWish *self, const HsVideoShape *shape, GError **error)
{
  /* An even size is as near as can be. */
  if (!is_met (&self->width, shape->width))
    return refuse ("width", "there is no such size", error);
  if (!is_met (&self->height, shape->height))
    return refuse ("height", "there is no such size", error);
  if (!is_met (&self->frame_rate, shape->frame_rate))
    return refuse ("frameRate", "there is no such rate", error);
  return TRUE;
}

gboolean
hs_video_wish_decide (const HsVideoWish *self,
                      const HsVideoShape *usual,
                      const HsVideoShape *most,
                      HsVideoShape *shape,
                      GError **error)
{
  double width = usual->width;
  double height = usual->height;

  if (is_asked_for (&self->width) && !is_asked_for (&self->height))
    height *= choose (&self->width, width, most->width) / (double) usual->width;
  else if (is_asked_for (&self->height) && !is_asked_for (&self->width))
    width *= choose (&self->height, height, most->height) / (double) usual->height;
  shape->width = make_even (choose (&self->width, width, most->width));
  shape->height = make_even (choose (&self->height, height, most->height));
  shape->frame_rate =
      MAX (choose (&self->frame_rate, usual->frame_rate, most->frame_rate), RATE_MIN);
  return hs_video_wish_accept (self, shape, error);
}
