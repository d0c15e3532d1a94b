/* socket.h: the stream socket of a task: how it gets connected, whether it is ready, what went wrong with it, its addresses.
 *
 * What AMQP and raw connections have in common. All is the holder's; the descriptor itself is the task's. */
#ifndef BARYON_PROACTOR_SOCKET_H
#define BARYON_PROACTOR_SOCKET_H

#include "engine/pieces.h"
#include "proactor/netaddr.h"
#include "proactor/resolver.h"
#include "proactor/task.h"
#include <netdb.h>
#include <sys/types.h>

enum pni_stage {
  PNI_RESOLVING,  /* `lookup` will say where to connect to; or `error`, why there is nothing to connect */
  PNI_CONNECTING, /* the socket is on its way to `candidate` */
  PNI_CONNECTED,
  PNI_CUT /* there is no socket and will be none */
};

struct pni_socket {
  uint8_t stage; /* enum pni_stage */
  bool
      readable : 1; /* the socket may have something: until a read said EAGAIN, or was short with no hang-up seen */
  bool writable : 1;                /* the same for writing */
  bool hangup : 1;                  /* the peer has ended its side, or there is an error */
  bool of_name : 1;                 /* `error` is one of getaddrinfo's codes and not an errno */
  int error;                        /* what went wrong; 0: nothing did */
  const char *where;                /* it did, for messages */
  struct pni_short_address remote;  /* where it is connected to */
  struct pni_lookup *lookup;        /* until connected */
  const struct addrinfo *candidate; /* in it */
  pn_netaddr_t *addresses;          /* local and remote, once asked for */
  char *text;                       /* the address as the application wrote it, for messages; or NULL */
};

/* What a listener has accepted. */
struct pni_accepted {
  int fd; /* -1: nobody was there */
  struct pni_short_address remote;
};

enum { PNI_SOCKET_TEXT = NI_MAXHOST + NI_MAXSERV };    /* room for an address */
enum { PNI_SOCKET_FAULT = 256 + 2 * PNI_SOCKET_TEXT }; /* room for what went wrong */

/* Connect to an address. What comes of it is found out by pni_socket_go_on, which is called when the task has its turn. */
void pni_socket_connect(struct pni_socket *socket, struct pni_task *task, const char *address);

/* Have a socket that is connected, and which is the task's from now on; or what a listener has accepted: if that is nothing, then
 * `error` is an errno and `text` the listener's address. */
void pni_socket_adopt(struct pni_socket *socket, struct pni_task *task, int fd);
void pni_socket_accept(struct pni_socket *socket, struct pni_task *task, const struct pni_accepted *accepted,
    int error, const char *text);

/* What has arrived for the task says that the socket is ready. */
void pni_socket_note(struct pni_socket *socket, unsigned bits);

/* Resolving or connecting, go on with it as far as it goes now. It may have become CONNECTED, or CUT. */
void pni_socket_go_on(struct pni_socket *socket, struct pni_task *task);

/* It is cut, for an errno in a call. */
void pni_socket_fail(struct pni_socket *socket, int error, const char *where);

/* What went wrong, with the peer's name; and that name: as the application has called it, or in numbers. */
void pni_socket_explain(struct pni_socket *socket, const struct pni_task *task, char text[PNI_SOCKET_FAULT]);
const char *pni_socket_peer(
    struct pni_socket *socket, const struct pni_task *task, char room[PNI_SOCKET_TEXT]);

/* The local or remote address; NULL without memory. The socket's. */
const pn_netaddr_t *pni_socket_address(struct pni_socket *socket, const struct pni_task *task, bool remote);

/* One gathered write, one scattered read: what send and recv return. */
ssize_t pni_socket_send(const struct pni_task *task, struct pni_piece *pieces, size_t count, int flags);
ssize_t pni_socket_receive(const struct pni_task *task, struct pni_piece *pieces, size_t count);

/* Close it, if it is open. With `drain`, what has come and nobody reads is thrown away: else the kernel resets the connection, and
 * the peer might never see the last that was sent. */
void pni_socket_close(struct pni_task *task, bool drain);

/* Free all but the descriptor, which has been closed. */
void pni_socket_clear(struct pni_socket *socket);

#endif
