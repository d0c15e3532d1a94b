/* tls.h: what the bare programs need of OpenSSL. Everything dies of an error. */
#ifndef BENCH_IO_TLS_H
#define BENCH_IO_TLS_H

#include <openssl/ssl.h>
#include <stddef.h>

/** Before the server is forked: make a certificate. Then, in each process, what its connections share: of them a client's, which
 *  verifies, or a server's. */
SSL_CTX *tls_client(void);
SSL_CTX *tls_server(void);

/** TLS on a socket that blocks, with the handshake done. */
SSL *tls_begin(SSL_CTX *ctx, int socket);

void tls_write(SSL *ssl, const void *octets, size_t size);

/** At most `size` octets; 0 when the peer has said that no more will come. */
size_t tls_read(SSL *ssl, void *octets, size_t size);

#endif
