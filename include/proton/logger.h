#ifndef PROTON_LOGGER_H
#define PROTON_LOGGER_H 1

/**
 * @file
 * Logging: what is told, and where it goes.
 *
 * A line has a subsystem and a level. A logger lets a line through if it has both bits set; critical lines
 * always pass. Levels do not imply each other: who wants warnings and errors sets both.
 *
 * There is a default logger, and each transport has one of its own (pn_transport_logger()), which starts as a
 * copy of the default one at the time when the transport is made.
 *
 * The default logger lets only critical lines through, unless the environment says otherwise when the library
 * first needs it:
 * - `PN_LOG`: names of levels, in any case and with anything between them: `error`, `warning`, `info`,
 *   `debug`, `trace`, `frame`, `raw`, `all`. A `+` right behind one of the first five adds all levels that
 *   are graver.
 * - `PN_TRACE_FRM`, `PN_TRACE_RAW`, `PN_TRACE_EVT`, `PN_TRACE_DRV`: `1`, `true`, `yes` or `on` switch on
 *   frames, raw bytes, debug lines (events), debug and trace lines.
 *
 * Threads: the default logger's settings may be changed and used by any thread at any time, and the sink of
 * the default logger may be called by several threads at once. A transport's logger belongs to the thread
 * that has the transport.
 */

#include <proton/annotations.h>
#include <proton/import_export.h>
#include <stdarg.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Where lines go, and which. Plain memory: it belongs to the library or a transport. */
typedef struct pn_logger_t pn_logger_t;

/** What a line is about. Each is one bit. */
typedef enum pn_log_subsystem_t {
  PN_SUBSYSTEM_NONE = 0,     /**< Nothing */
  PN_SUBSYSTEM_MEMORY = 1,   /**< Allocations */
  PN_SUBSYSTEM_IO = 2,       /**< Reading and writing */
  PN_SUBSYSTEM_EVENT = 4,    /**< Events */
  PN_SUBSYSTEM_AMQP = 8,     /**< The protocol */
  PN_SUBSYSTEM_SSL = 16,     /**< TLS */
  PN_SUBSYSTEM_SASL = 32,    /**< Authentication */
  PN_SUBSYSTEM_BINDING = 64, /**< A binding to another language */
  PN_SUBSYSTEM_ALL = 65535   /**< All of them */
} pn_log_subsystem_t;

/** How grave a line is. Each is one bit. */
typedef enum pn_log_level_t {
  PN_LEVEL_NONE = 0,     /**< Nothing */
  PN_LEVEL_CRITICAL = 1, /**< Something is lost; never suppressed */
  PN_LEVEL_ERROR = 2,    /**< A connection fails */
  PN_LEVEL_WARNING = 4,  /**< Something is wrong, and things go on */
  PN_LEVEL_INFO = 8,     /**< Rare and harmless */
  PN_LEVEL_DEBUG = 16,   /**< What a programmer looks for */
  PN_LEVEL_TRACE = 32,   /**< More of that */
  PN_LEVEL_FRAME = 64,   /**< Every frame, decoded */
  PN_LEVEL_RAW = 128,    /**< Every byte */
  PN_LEVEL_ALL = 65535   /**< All of them */
} pn_log_level_t;

/**
 * A function that is given each line.
 *
 * @param sink_context  what was given with the function
 * @param subsystem     of the line
 * @param severity      of the line
 * @param message       the text without a newline, NUL-terminated; gone after the call
 */
typedef void (*pn_log_sink_t)(
    intptr_t sink_context, pn_log_subsystem_t subsystem, pn_log_level_t severity, const char *message);

/**
 * The default logger.
 *
 * @threads any
 */
PN_EXTERN pn_logger_t *pn_default_logger(void);

/**
 * Name of a level, such as "ERROR"; "*ALL*" for PN_LEVEL_ALL. Of several levels the gravest is named.
 *
 * @return a constant string; "UNKNOWN" for what is no level
 * @threads any
 */
PN_EXTERN const char *pn_logger_level_name(pn_log_level_t level);

/**
 * Name of a subsystem, such as "AMQP"; "*ALL*" for PN_SUBSYSTEM_ALL. Of several subsystems one is named.
 *
 * @return a constant string; "UNKNOWN" for what is no subsystem
 * @threads any
 */
PN_EXTERN const char *pn_logger_subsystem_name(pn_log_subsystem_t subsystem);

/**
 * Let more lines through.
 *
 * @param logger     the logger
 * @param subsystem  bits to add
 * @param level      bits to add
 */
PN_EXTERN void pn_logger_set_mask(pn_logger_t *logger, uint16_t subsystem, uint16_t level);

/**
 * Let fewer lines through.
 *
 * @param logger     the logger
 * @param subsystem  bits to take away
 * @param level      bits to take away
 */
PN_EXTERN void pn_logger_reset_mask(pn_logger_t *logger, uint16_t subsystem, uint16_t level);

/**
 * Set where lines go.
 *
 * With the default logger, a line that another thread logs at this very moment may still go to the old sink.
 *
 * @param logger        the logger
 * @param sink          called for each line that is let through; NULL: lines are dropped
 * @param sink_context  handed to each call
 */
PN_EXTERN void pn_logger_set_log_sink(pn_logger_t *logger, pn_log_sink_t sink, intptr_t sink_context);

/**
 * Where lines go now: what pn_logger_set_log_sink() set, or else the library's own, which writes them to the
 * standard error.
 */
PN_EXTERN pn_log_sink_t pn_logger_get_log_sink(pn_logger_t *logger);

/**
 * What the sink is handed.
 */
PN_EXTERN intptr_t pn_logger_get_log_sink_context(pn_logger_t *logger);

/**
 * Log a line, if the logger lets it through.
 *
 * @param logger     the logger
 * @param subsystem  one bit
 * @param level      one bit
 * @param fmt        as for printf(); what it makes is cut at 1 KiB, and says so
 */
PN_EXTERN void pn_logger_logf(pn_logger_t *logger, pn_log_subsystem_t subsystem, pn_log_level_t level,
    PN_PRINTF_FORMAT const char *fmt, ...) PN_PRINTF_FORMAT_ATTR(4, 5);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_LOGGER_H */
