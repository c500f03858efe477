/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The lines of HsCallFixture that tests of many kinds of calls expect. All arguments are text.
 * @call: "A", "B" …; @more: what stands behind the other members, beginning with a comma, or "" */

#define HS_LINE_OPERATION(call, name, step, more)                                                  \
  call " call:operation {'operation':'" name "','transition':'" step "','isLocal':true" more "}\n"

/* To stand in @more: what the operation was before; an error, whose @code is 47 or 'call:4'. */
#define HS_LINE_PREVIOUS(name, status) ",'previous':{'operation':'" name "','status':'" status "'}"
#define HS_LINE_ONGOING(name)          HS_LINE_PREVIOUS (name, "ONGOING")
#define HS_LINE_ERROR(code, text)                                                                  \
  ",'error':{'name':'BasicError','code':" code ",'message':'" text "'}"

/* Tracks are named by the fake peer. */
#define HS_LINE_LOCAL_TRACK(call, id)                                                              \
  call " call:newTrack {'local':true,'trackId':'" id "','mediaId':'stream-L'}\n"
#define HS_LINE_FAR_TRACK(call)                                                                    \
  call " call:newTrack {'local':false,'trackId':'R-audio','mediaId':'stream-R'}\n"
#define HS_LINE_LOCAL_TRACK_ENDED(call, id)                                                        \
  call " call:trackEnded {'local':true,'trackId':'" id "','performRenegotiation':false,"           \
       "'mediaId':'stream-L'}\n"
#define HS_LINE_FAR_TRACK_ENDED(call)                                                              \
  call " call:trackEnded {'local':false,'trackId':'R-audio','performRenegotiation':false,"         \
       "'mediaId':'stream-R'}\n"

/* Records for the call log. @party: one of the two below */
#define HS_LINE_OUTGOING(call, duration, party)                                                    \
  call " log {'direction':'outgoing','startTime':'1700000001000','duration':'" duration "',"       \
       "'callerName':'ana@lab.example','callerDisplayNumber':'ana@lab.example'," party ","         \
       "'originalRemoteParticipant':null,'resourceLocation':''}\n"
#define HS_LINE_PARTY(name, number)                                                                \
  "'calleeName':'" name "','calleeDisplayNumber':'" number "',"                                    \
  "'remoteParticipant':{'displayName':'" name "','displayNumber':'" number "'}"
#define HS_LINE_UNNAMED_PARTY(number)                                                              \
  "'calleeName':'" number "','calleeDisplayNumber':'" number "',"                                  \
  "'remoteParticipant':{'displayNumber':'" number "'}"

/* @direction: incoming or missed, from Bo */
#define HS_LINE_INCOMING(direction)                                                                \
  "A log {'direction':'" direction "','startTime':'1700000001000','duration':'0',"                 \
  "'calleeName':'ana@lab.example','calleeDisplayNumber':'ana@lab.example',"                        \
  "'callerName':'Bo','callerDisplayNumber':'bo@lab.example',"                                      \
  "'remoteParticipant':{'displayName':'Bo','displayNumber':'bo@lab.example'},"                     \
  "'originalRemoteParticipant':null,'resourceLocation':''}\n"
