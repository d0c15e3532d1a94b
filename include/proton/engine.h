#ifndef PROTON_ENGINE_H
#define PROTON_ENGINE_H 1

/**
 * @file
 * All headers about connections and what is in them.
 */

#include <proton/condition.h>
#include <proton/connection.h>
#include <proton/delivery.h>
#include <proton/disposition.h>
#include <proton/event.h>
#include <proton/link.h>
#include <proton/session.h>
#include <proton/terminus.h>
#include <proton/transport.h>

#endif /* PROTON_ENGINE_H */
