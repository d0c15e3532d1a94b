/* raw_connection.h: a raw connection as a task: a socket, and buffers of the application's. */
#ifndef BARYON_PROACTOR_RAW_CONNECTION_H
#define BARYON_PROACTOR_RAW_CONNECTION_H

#include "proactor/raw_buffers.h"
#include "proactor/socket.h"
#include "proactor/work_queue.h"
#include <proton/condition.h>

/* What every turn needs is at the beginning, on as few lines of the cache as it takes. */
struct pn_raw_connection_t {
  struct pni_task *task; /* NULL until it is given to a proactor; for wakes, with the generation */
  uint32_t generation;
  uint8_t rounds; /* of I/O in this batch */
  /* What is to be told. */
  bool tell_connected : 1;
  bool tell_wake : 1;
  bool tell_read : 1;
  bool tell_written : 1;
  /* What has been told. */
  bool told_wake : 1; /* last of all, since the last I/O */
  bool told_read_closed : 1;
  bool told_write_closed : 1;
  bool told_need_read : 1;  /* since buffers were given */
  bool told_need_write : 1; /* since buffers were given */
  bool told_drain : 1;
  bool told_end : 1;
  /* What it is like. */
  bool read_closed : 1;  /* by the peer, the application, or an error */
  bool write_closed : 1; /* by the application or an error; there may be buffers left to be written */
  bool ended : 1;        /* the peer's stream has */
  bool shut : 1;         /* our side of the stream is shut down */
  bool arrived : 1; /* something that no round of I/O has seen, and be it that it was given to a proactor */
  bool disconnect : 1; /* by pn_proactor_disconnect, not yet done */
  bool look : 1;       /* the peer has hung up, and nobody has looked why */
  bool scant : 1;      /* the last that was read has not filled a buffer */
  bool waits : 1;      /* octets are known to wait for buffers, although the peer has hung up */
  uint32_t bytes;      /* read in this batch */
  struct pni_raw_buffers reads, writes;
  uint64_t bytes_received, bytes_sent;
  pn_event_t *event; /* that was told last, while the batch goes on */
  struct pni_socket socket;
  struct pni_owner owner; /* of the batch */
  pn_condition_t *condition;
  pn_record_t *attachments;    /* NULL until asked for */
  pn_work_queue_t *work_queue; /* NULL until asked for */
};

extern const pn_class_t pni_raw_connection_class;

/* What a listener has accepted is the proactor's, as in pni_connection_accepted. */
void pni_raw_connection_accepted(pn_proactor_t *proactor, pn_raw_connection_t *raw,
    const struct pni_accepted *accepted, int error, const char *text);

/* The task's object as a raw connection, or NULL. */
pn_raw_connection_t *pni_task_raw_connection(struct pni_task *task);

/* Its I/O (raw_io.c), as far as it goes now: connecting, writing, reading. Something may be to be told then. */
void pni_raw_io(pn_raw_connection_t *raw);

/* Whether there is I/O to do that nothing will be posted for. */
bool pni_raw_wants_io(const pn_raw_connection_t *raw);

/* Both sides are closed, and all that could be written has been. */
bool pni_raw_is_over(const pn_raw_connection_t *raw);

#endif
