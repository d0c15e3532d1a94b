#ifndef BARYON_SASL_H
#define BARYON_SASL_H 1

/**
 * @file
 * Passwords verified by the program: what a server needs to offer PLAIN. [5.3]
 *
 * The program sets a function that is asked about each client's user and password. It may answer at once, or
 * keep the question and answer later, from any thread:
 * @code
 *   static void verify(void *context, pn_sasl_question_t *question) {
 *     struct accounts *accounts = context;
 *     const char *user = pn_sasl_question_user(question);
 *     bool right = accounts_check(accounts, user, pn_sasl_question_password(question));
 *     pn_sasl_answer(question, right ? PN_SASL_OK : PN_SASL_AUTH);
 *   }
 *
 *   pn_sasl_set_password_verifier(pn_sasl(transport), verify, accounts);
 * @endcode
 *
 * An answer is taken up when the connection runs next. Whoever runs connections says with pn_sasl_set_wake()
 * how it is made to; a proactor does so for its own.
 */

#include <proton/import_export.h>
#include <proton/sasl.h>
#include <proton/type_compat.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A client's user and password, to be verified. It belongs to the verifier until it is answered, and stays
 * valid until then even if the transport is freed.
 */
typedef struct pn_sasl_question_t pn_sasl_question_t;

/**
 * A function that verifies passwords.
 *
 * It is called in the thread that has the transport. It calls pn_sasl_answer() once for each question, or
 * sees to it that somebody does. It must not free the transport.
 *
 * @param context   what was set with the function
 * @param question  user and password
 */
typedef void (*pn_sasl_password_verifier_t)(void *context, pn_sasl_question_t *question);

/**
 * Have a server offer PLAIN, and verify passwords with this function. Before the first octet goes in or out.
 *
 * PLAIN is offered if the connection is encrypted or pn_sasl_set_allow_insecure_mechs() allows it, unless
 * pn_sasl_allowed_mechs() leaves it out. A server that requires encryption offers it only on an encrypted
 * connection, whatever is allowed. Clients that want to act as another user than the one whose password they
 * have are turned away without a question.
 *
 * @param sasl     the SASL side of a server's transport
 * @param verify   the function; NULL: none
 * @param context  handed to each call
 */
PN_EXTERN void pn_sasl_set_password_verifier(
    pn_sasl_t *sasl, pn_sasl_password_verifier_t verify, void *context);

/**
 * Who the client says it is.
 *
 * @return UTF-8, not empty; stays until the question is answered
 * @threads any that has the question
 */
PN_EXTERN const char *pn_sasl_question_user(const pn_sasl_question_t *question);

/**
 * The password that the client has sent. It is wiped when the question is gone.
 *
 * @return UTF-8, not empty; stays until the question is answered
 * @threads any that has the question
 */
PN_EXTERN const char *pn_sasl_question_password(const pn_sasl_question_t *question);

/**
 * Answer a question, which is not to be used any more.
 *
 * @param question  the question
 * @param outcome   PN_SASL_OK: user and password are right; PN_SASL_AUTH: they are not; PN_SASL_SYS,
 *                  PN_SASL_PERM or PN_SASL_TEMP: it cannot be told. Any other value counts as PN_SASL_SYS
 * @return          false if nobody waits for the answer any more: the connection has ended
 * @threads         any, once for each question; takes no lock
 */
PN_EXTERN bool pn_sasl_answer(pn_sasl_question_t *question, pn_sasl_outcome_t outcome);

/**
 * How a connection is made to run. Between `hold` and `release` the context must stay valid: each question
 * has its own hold, and may outlive the transport.
 */
typedef struct pn_sasl_wake_t {
  void (*wake)(void *context);    /**< Have the connection run soon, if there still is one. From any thread */
  void (*hold)(void *context);    /**< In the thread that has the transport. NULL: not needed */
  void (*release)(void *context); /**< Undo one hold. From any thread. NULL: not needed */
} pn_sasl_wake_t;

/**
 * Say how a connection is made to run when an answer is there. For whoever owns the transport; without it, an
 * answer waits until something else makes the connection run. To run is to call pn_transport_pending() or
 * pn_connection_driver_write_buffer().
 *
 * @param sasl     the SASL side of a server's transport
 * @param wake     the functions; copied. NULL: none
 * @param context  handed to each call
 */
PN_EXTERN void pn_sasl_set_wake(pn_sasl_t *sasl, const pn_sasl_wake_t *wake, void *context);

#ifdef __cplusplus
}
#endif

#endif /* BARYON_SASL_H */
