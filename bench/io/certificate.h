/* certificate.h: a key and a certificate for the programs of this folder, made anew by each run. */
#ifndef BENCH_IO_CERTIFICATE_H
#define BENCH_IO_CERTIFICATE_H

enum { CERTIFICATE_PATH = 64 };

/** PEM files, once made. */
extern char certificate_file[CERTIFICATE_PATH], certificate_key_file[CERTIFICATE_PATH];

/** Make an RSA key of 2048 bits, and a certificate for "localhost" that it has signed itself. */
void certificate_make(void);

/** Remove the files, if there are any. */
void certificate_remove(void);

#endif
