/* logger.h: pn_logger_t inside: where lines of log and trace go. */
#ifndef BARYON_ENGINE_LOGGER_H
#define BARYON_ENGINE_LOGGER_H

#include "base/compiler.h"
#include <proton/logger.h>
#include <stdatomic.h>
#include <stdbool.h>

/* Atomic for the sake of the default logger; see logger.c. */
struct pn_logger_t {
  _Atomic pn_log_sink_t sink; /* not NULL */
  atomic_intptr_t sink_context;
  atomic_uint version;         /* of sink and context; odd while they are being changed */
  _Atomic uint16_t subsystems; /* what is let through besides critical lines */
  _Atomic uint16_t levels;
};

static inline bool pni_logs(const pn_logger_t *logger, pn_log_subsystem_t subsystem, pn_log_level_t level) {
  return PNI_UNLIKELY((logger->levels & level) != 0 && (logger->subsystems & subsystem) != 0);
}

/* A copy of the default logger, whose environment variables have been read. */
void pni_logger_init(pn_logger_t *logger);

#endif
