#ifndef PROTON_ANNOTATIONS_H
#define PROTON_ANNOTATIONS_H 1

/**
 * @file
 * Hints to the compiler: format strings to check, results not to drop, warnings to leave out for a few lines.
 *
 * All of them may expand to nothing; none changes what a program does.
 */

/** Before a parameter that is a printf format string, for compilers that want the mark there. */
#define PN_PRINTF_FORMAT

/**
 * After a declaration: parameter number `format` is a printf format string and its arguments begin at number
 * `first`, both counted from one.
 */
#ifdef __GNUC__
#  define PN_PRINTF_FORMAT_ATTR(format_index, first_index)                                                   \
    __attribute__((format(printf, format_index, first_index)))
#else
#  define PN_PRINTF_FORMAT_ATTR(format_index, first_index)
#endif

/** Before a function: the compiler warns when a caller drops the result. */
#ifdef __GNUC__
#  define PN_NODISCARD __attribute__((warn_unused_result))
#else
#  define PN_NODISCARD
#endif

/** At the end of a case of a switch: going on into the next case is meant. */
#if defined(__clang__) || (defined(__GNUC__) && __GNUC__ >= 7)
#  define PN_FALLTHROUGH __attribute__((fallthrough))
#else
#  define PN_FALLTHROUGH ((void)0)
#endif

/** @{ */
/** In this order: PN_PUSH_WARNING, a PN_..._DISABLE_WARNING or several, the lines in question, PN_POP_WARNING. A
 * warning is named by its option as a string: PN_GNU_DISABLE_WARNING("-Wpadded"). GNU stands for gcc and clang. */
#define PN_GNU_DISABLE_WARNING_INTERNAL2(pragma) _Pragma(#pragma)

#ifdef __GNUC__
#  define PN_PUSH_WARNING                 _Pragma("GCC diagnostic push")
#  define PN_POP_WARNING                  _Pragma("GCC diagnostic pop")
#  define PN_GNU_DISABLE_WARNING(warning) PN_GNU_DISABLE_WARNING_INTERNAL2(GCC diagnostic ignored warning)
#else
#  define PN_PUSH_WARNING
#  define PN_POP_WARNING
#  define PN_GNU_DISABLE_WARNING(warning)
#endif

#if defined(__GNUC__) && !defined(__clang__)
#  define PN_GCC_DISABLE_WARNING(warning) PN_GNU_DISABLE_WARNING(warning)
#else
#  define PN_GCC_DISABLE_WARNING(warning)
#endif

#ifdef __clang__
#  define PN_CLANG_DISABLE_WARNING(warning) PN_GNU_DISABLE_WARNING(warning)
#else
#  define PN_CLANG_DISABLE_WARNING(warning)
#endif

#define PN_MSVC_DISABLE_WARNING(number)
/** @} */

#endif /* PROTON_ANNOTATIONS_H */
