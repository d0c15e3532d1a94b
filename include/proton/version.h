#ifndef PROTON_VERSION_H
#define PROTON_VERSION_H 1

/**
 * @file
 * The version of the Qpid Proton C API that these headers follow, for use in preprocessor conditions.
 */

/** First number of the version. */
#define PN_VERSION_MAJOR 0
/** Second number of the version: grows when something is added. */
#define PN_VERSION_MINOR 41
/** Third number of the version: grows with corrections. */
#define PN_VERSION_POINT 0

#endif /* PROTON_VERSION_H */
