/* delivery.h: pn_delivery_t inside. [2.6.12]
 *
 * A delivery is on its link's list from its making until it is settled on this side and the peer knows. Its block comes
 * from the thread's pool and goes back when the engine and every reference have let go. */
#ifndef BARYON_ENGINE_DELIVERY_H
#define BARYON_ENGINE_DELIVERY_H

#include "engine/disposition.h"
#include "engine/serial.h"
#include <proton/delivery.h>
#include <proton/object.h>

enum { PNI_TAG_MAX = 32 }; /* [2.8.7] */

struct pn_delivery_t {
  pn_link_t *link;
  pn_delivery_t *next, *prev;           /* the link's deliveries, in order */
  pn_delivery_t *work_next, *work_prev; /* the connection's, of those that want the application's attention */
  pn_delivery_t *due_next;              /* the session's, of those whose disposition is due */
  pn_record_t *record;
  pn_disposition_t local, remote;
  size_t waiting;    /* bytes of its in the link's payload */
  pni_serial id;     /* once `has_id` */
  uint64_t received; /* receiver: bytes that have come */
  uint32_t message_format;
  uint8_t tag_size;
  bool has_id : 1;
  bool updated : 1; /* the remote state changed and the application has not cleared that */
  bool working : 1; /* on the work list */
  bool due : 1;     /* on the session's list of dispositions */
  bool done : 1;    /* sender: all is there (advanced over); receiver: the last frame has come */
  bool begun : 1;   /* sender: the first frame has been written */
  bool sent : 1;    /* sender: the last frame has been written */
  bool aborted : 1;
  bool advanced : 1; /* the link has advanced over it */
  bool locally_settled : 1;
  bool told : 1;   /* the peer knows that it is settled here */
  bool listed : 1; /* on the link's list: the engine's reference */
  char tag[PNI_TAG_MAX];
};

extern const pn_class_t *const pni_delivery_class;

/* A delivery at the end of the link's list, the current one if there is none; NULL without memory. */
pn_delivery_t *pni_delivery_new(pn_link_t *link, pn_bytes_t tag);

/* Take it off every list and give up the engine's reference: both sides are done with it. */
void pni_delivery_finish(pn_delivery_t *dlv);

/* Owe the peer its disposition. */
void pni_delivery_owe(pn_delivery_t *dlv);

/* Drop the bytes of it that wait, wherever they are; returns how many. */
size_t pni_delivery_drop(pn_delivery_t *dlv);

/* Put it on the work list or take it off, as its state says; the list is kept from the first pn_work_head on. */
void pni_delivery_work_slow(pn_delivery_t *dlv);
#define pni_delivery_work(dlv)                                                                               \
  do {                                                                                                       \
    if (PNI_UNLIKELY((dlv)->link->session->connection->works)) pni_delivery_work_slow(dlv);                  \
  } while (0)

#endif
