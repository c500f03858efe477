/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-call-fixture.h"
#include "hs-call-lines.h"

G_BEGIN_DECLS

/* How tests change the media of a call: each begins something for call A of a fixture, and says
 * what it tells. We add to what we send, and take away from it: spec call-signalling 3.4, 3.5. */

/* --- the lines of it --- */

#define HS_LINE_PENDING(name, data)                                                                \
  ",'previous':{'operation':'" name "','status':'PENDING','operationData':{" data "}}"
#define HS_LINE_BEGUN(name) HS_LINE_OPERATION ("A", name, "START", "")
#define HS_LINE_TAKEN(name) HS_LINE_OPERATION ("A", name, "UPDATE", HS_LINE_ONGOING (name))
#define HS_LINE_TRACK_ENDED(id, by_itself)                                                         \
  "A call:trackEnded {'local':true,'trackId':'" id "','performRenegotiation':" by_itself           \
  ",'mediaId':'stream-L'}\n"
#define HS_LINE_SENT(n)   "> UPDATE leg-1 sdp=offer-" n "\n"
#define HS_LINE_NO_LIMITS "'bandwidth':{'audio':null,'video':null}"
#define HS_LINE_ADDED(id)                                                                          \
  "'local':true,'tracks':['" id "']," HS_LINE_NO_LIMITS ",'mediaIds':['stream-L']"
#define HS_LINE_REMOVED(id) "'local':true,'tracks':['" id "']," HS_LINE_NO_LIMITS
#define HS_LINE_NEW_MEDIA(more)                                                                    \
  "A call:newMedia {'local':true,'tracks':['L2'],'mediaId':'stream-L'" more "}\n"
#define HS_LINE_NO_MEDIA(more) "A call:newMedia {'local':true,'tracks':[]" more "}\n"
#define HS_LINE_REMOVED_MEDIA(ids, more)                                                           \
  "A call:removedMedia {'local':true,'tracks':[" ids "]" more "}\n"

#define HS_LINE_REFUSED(name, done, companion, code, text)                                         \
  HS_LINE_BEGUN (name)                                                                             \
  HS_LINE_OPERATION ("A", done, "FINISH", HS_LINE_ONGOING (name) HS_LINE_ERROR (code, text))       \
  companion (HS_LINE_ERROR (code, text))
#define HS_LINE_NOTHING_REMOVED(more) HS_LINE_REMOVED_MEDIA ("", more)

/* --- the steps --- */

#define HS_MEDIA_CHANGE_OPTIONS                                                                    \
  "{\"bandwidth\":{\"video\":500},\"dscpControls\":{\"videoNetworkPriority\":\"high\"}}"

typedef gboolean (*HsMediaChangeVerb) (HsCalls *calls,
                                       const char *id,
                                       GTask *waiter,
                                       GError **error);

/* A verb: the camera, with nothing else said. */
gboolean
hs_media_change_start_video (HsCalls *calls, const char *id, GTask *waiter, GError **error);

/* @options: (nullable): text of JSON
 * @waiter: (nullable): its name, when somebody waits; as in the next */
void hs_media_change_add (HsCallFixture *f,
                          const HsMediaRequest *media,
                          const char *options,
                          const char *waiter);
void hs_media_change_begin (HsCallFixture *f, HsMediaChangeVerb verb, const char *waiter);

/* The waiter of what is refused is dropped without a word. */
void hs_media_change_refuse (HsCallFixture *f, HsMediaChangeVerb verb, int code);

/* Ends the call before the gateway has taken what @verb proposes: nothing is to be told of it. */
void hs_media_change_end_before_reply (HsCallFixture *f, HsMediaChangeVerb verb);

/* @video_direction: (nullable): NULL for no such section */
void hs_media_change_answer (HsCallFixture *f, const char *video_direction);

/* Connected, and sends video as L2. */
void hs_media_change_make_with_video (HsCallFixture *f);

/* --- what is to be seen --- */

/* The ids of what we send, as text of JSON. */
void hs_media_change_assert_tracks (HsCallFixture *f, const char *expected);

/* Limits and urgency, as text of JSON; @dscp: (nullable) */
void hs_media_change_assert_options (HsCallFixture *f, const char *bandwidth, const char *dscp);

G_END_DECLS
