/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-ctl-contract.h"

G_BEGIN_DECLS

/* Turns command-line words into the params of @method. Each word is one of
 *   NAME=VALUE      NAME may be dotted ("media.audio=true"); VALUE is read as the contract says:
 *                   text stays text, numbers and booleans are checked, lists of text may be
 *                   separated by commas, objects are JSON
 *   NAME:=JSON      the value as JSON, whatever the contract says
 *   {…}             a JSON object that is laid over what came before
 *   VALUE           the next parameter that was not named yet, in the method's order
 * Returns: (transfer full): the params; NULL with @error (G_OPTION_ERROR_BAD_VALUE). */
JsonObject *hs_ctl_arguments_parse (HsCtlContract *contract,
                                    JsonObject *method,
                                    const char *const *words,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
