/* pieces.h: a transport's octets for whoever moves them with scattered reads and gathered writes.
 *
 * What pn_transport_pending() and pn_transport_capacity() do for one run of bytes, these do for several: large payloads
 * leave from where they lie, and arrive where they will stay. Frames are made, events queued and ends noted as by those
 * functions, and both kinds may be mixed. They are not part of the API: the proactor's library has them from the core's. */
#ifndef BARYON_ENGINE_PIECES_H
#define BARYON_ENGINE_PIECES_H

#include <proton/import_export.h>
#include <proton/types.h>
#include <stdbool.h>
#include <stddef.h>

/* A run of bytes, laid out as POSIX's struct iovec; what is to go is not to be written to. */
struct pni_piece {
  void *base;
  size_t size;
};

/* As many as it pays to offer to one system call. */
enum { PNI_PIECES = 64 };

/* Make frames of what is owed, if there is room, and say where what is to go now lies: up to `max` pieces, in order, none
 * empty. Returns how many; 0 if nothing is to go now, or nothing ever again (pn_transport_head_closed). They stay where they
 * are until the next call of any function of the transport or of its connection's objects.
 *
 * From the first call on, large payloads are no longer copied together with their frames' headers: a transport whose
 * output is taken piece by piece should be asked for pieces from the beginning. */
PN_EXTERN size_t pni_transport_gather(pn_transport_t *transport, struct pni_piece *pieces, size_t max);

/* The first `size` bytes have been written: drop them. False: that was all, and nothing is owed, so that there is no need to gather
 * before something happens to the connection. */
PN_EXTERN bool pni_transport_written(pn_transport_t *transport, size_t size);

/* Where to read into: up to `max` pieces, to be filled in order. Returns how many; 0 if nothing more is to be read
 * (pn_transport_tail_closed) or not now (nothing is bound yet and enough waits for that). Valid like those of gather. */
PN_EXTERN size_t pni_transport_room(pn_transport_t *transport, struct pni_piece *pieces, size_t max);

/* `size` bytes have been read into that room: handle them. 0: there was nothing to read, and nobody reads into it any more. */
PN_EXTERN void pni_transport_filled(pn_transport_t *transport, size_t size);

/* Inside the engine: what the output consists of now; drop its first bytes, all of which are there; drop all payload. */
size_t pni_output_pieces(pn_transport_t *transport, struct pni_piece *pieces, size_t max);
void pni_output_drop(pn_transport_t *transport, size_t size);
void pni_splices_clear(pn_transport_t *transport);

#endif
