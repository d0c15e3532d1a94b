/* payload.h: how a stream's messages get into the library and out of it. payload_copy.c uses what every Proton has;
 * payload_shared.c uses <baryon/link.h>, and copies nothing. */
#ifndef BENCH_IO_PAYLOAD_H
#define BENCH_IO_PAYLOAD_H

#include <proton/types.h>
#include <stddef.h>
#include <stdint.h>

/** Before all else, in both processes: the size of the messages. */
void payload_start(size_t size);

/** Send the message of this number. */
void payload_send(pn_link_t *sender, uint64_t number);

/** Take what has arrived of the receiver's current message. Gives 1 when that was the last of it, and dies if it
 *  was not the message of this number. */
int payload_take(pn_link_t *receiver, pn_delivery_t *dlv, uint64_t number);

/** Free what payload_start() made. */
void payload_stop(void);

#endif
