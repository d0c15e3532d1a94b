#ifndef BARYON_FRAME_H
#define BARYON_FRAME_H 1

/**
 * @file
 * Frames as text: what is in bytes that went from one peer to another. [2.2, 2.3]
 *
 * For tools that look at captured bytes. A program that wants to see its own frames sets PN_TRACE_FRM=1 instead.
 */

#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Describe what stands first in the bytes that one peer has sent: a protocol header or a frame.
 *
 * The text is one line without its end, such as
 * @code
 *   AMQP 1.0.0
 *   0 @transfer(20) [handle=0x0, delivery-id=0x1, more=false] (5) hello
 * @endcode
 * that is the channel, the performative with the standard's names of its fields, null ones left out, and in brackets how many octets
 * of payload there are, before the first of these. Secrets of SASL are not shown, only their size.
 *
 * @param bytes       of one direction, from where a header or frame begins
 * @param size        how many; none are needed beyond the end of what is described
 * @param text        gets the text and an end of string, cut if need be; of what is damaged, why it is
 * @param room        octets at `text`, at least 1
 * @param[out] fault  set to 0, or, if the frame is damaged, to the offset at which that was noticed, which is 4 or more
 * @return            how many octets that is. 0: it is not whole; the text is "". PN_ARG_ERR: no frame can begin so, and
 *                    nothing can be told of what comes behind. Damage in a frame whose size is known is told by `fault` alone,
 *                    and the size is returned
 * @threads           any
 */
PN_EXTERN ssize_t pn_frame_describe(const char *bytes, size_t size, char *text, size_t room, size_t *fault);

#ifdef __cplusplus
}
#endif

#endif /* BARYON_FRAME_H */
