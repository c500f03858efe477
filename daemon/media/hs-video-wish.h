/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * HsVideoWish: how large and how fast pictures shall be
 *
 * The constraints width, height and frameRate as W3C has them: {"exact", "ideal", "min", "max"}, or
 * a bare number, which is ideal. Numbers may be written as text.
 */
typedef struct {
  double exact; /* of each: 0 where nothing is said */
  double ideal;
  double min;
  double max;
} HsVideoRange;

typedef struct {
  HsVideoRange width;
  HsVideoRange height;
  HsVideoRange frame_rate;
} HsVideoWish;

/* What pictures will be like. */
typedef struct {
  guint width;
  guint height;
  guint frame_rate;
} HsVideoShape;

/* @options: (nullable): other members are left alone
 * @error: HS_CALL_ERROR_USER_MEDIA naming the constraint */
gboolean hs_video_wish_parse (HsVideoWish *self,
                              JsonObject *options,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Decides for a source that can give any shape up to @most.
 * @usual: where nothing is asked for; a width or height alone keeps this one's proportions
 * @error: HS_CALL_ERROR_USER_MEDIA naming the constraint that cannot be met */
gboolean hs_video_wish_decide (const HsVideoWish *self,
                               const HsVideoShape *usual,
                               const HsVideoShape *most,
                               HsVideoShape *shape,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether a source that runs already, and cannot be changed, will do.
 * @error: HS_CALL_ERROR_USER_MEDIA naming the constraint that is not met */
gboolean hs_video_wish_accept (const HsVideoWish *self,
                               const HsVideoShape *shape,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
