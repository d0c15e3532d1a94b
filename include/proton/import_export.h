#ifndef PROTON_IMPORT_EXPORT_H
#define PROTON_IMPORT_EXPORT_H 1

/**
 * @file
 * Marks on declarations: which library exports a function, and what is deprecated.
 *
 * A library is compiled with its name followed by `_EXPORTS` defined (`qpid_proton_core_EXPORTS` and so on)
 * and with hidden visibility; what is marked for it then becomes visible. Programs define nothing, and the
 * marks vanish. Defining `PROTON_DECLARE_STATIC` makes them vanish for the libraries, too.
 */

/** @{ */
/** What the marks below are in the library that is compiled, and elsewhere. */
#ifdef PROTON_DECLARE_STATIC
#  define PN_EXPORT
#  define PN_IMPORT
#else
#  define PN_EXPORT __attribute((visibility("default")))
#  define PN_IMPORT
#endif
/** @} */

/** The core library; libqpid-proton contains the core and the proactor. */
#if defined(qpid_proton_core_EXPORTS) || defined(qpid_proton_EXPORTS)
#  define PN_EXTERN PN_EXPORT
#else
#  define PN_EXTERN PN_IMPORT
#endif

/** The proactor library. */
#if defined(qpid_proton_proactor_EXPORTS) || defined(qpid_proton_EXPORTS)
#  define PNP_EXTERN PN_EXPORT
#else
#  define PNP_EXTERN PN_IMPORT
#endif

/** The TLS library. */
#ifdef qpid_proton_tls_EXPORTS
#  define PN_TLS_EXTERN PN_EXPORT
#else
#  define PN_TLS_EXTERN PN_IMPORT
#endif

/** What only libqpid-proton has. */
#ifdef qpid_proton_EXPORTS
#  define PNX_EXTERN PN_EXPORT
#else
#  define PNX_EXTERN PN_IMPORT
#endif

/**
 * PN_DEPRECATED("use that instead"): the compiler warns who uses the declaration, unless
 * PN_USE_DEPRECATED_API is defined.
 */
#if defined(__GNUC__) && !defined(PN_USE_DEPRECATED_API)
#  define PN_DEPRECATED(message) __attribute__((deprecated(message)))
#else
#  define PN_DEPRECATED(message)
#endif

#endif /* PROTON_IMPORT_EXPORT_H */
