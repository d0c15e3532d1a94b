/* peer.h: what a peer sends, by a script: frames that are mostly well formed and often wrong. */
#ifndef BARYON_FUZZ_PEER_H
#define BARYON_FUZZ_PEER_H

#include "script.h"

enum { PEER_FRAME_MOST = 1024 };

/* The next thing that the peer sends: a header, a frame, or octets; returns how many octets there are. */
size_t peer_sends(struct script *script, uint8_t room[PEER_FRAME_MOST]);

#endif
