"""Says on TLS what a client sends in a message, and who it is."""
import argparse

from proton import SSLDomain
from proton.handlers import MessagingHandler
from proton.reactor import Container


class Server(MessagingHandler):
    def __init__(self, options):
        super().__init__()
        self.options = options

    def on_start(self, event):
        folder = self.options.certificates
        domain = event.container.ssl.server
        domain.set_credentials(f"{folder}/tserver-certificate.pem", f"{folder}/tserver-private-key.pem", "tserverpw")
        if self.options.client_certificate:
            domain.set_trusted_ca_db(f"{folder}/tclient-certificate.pem")
            domain.set_peer_authentication(SSLDomain.VERIFY_PEER, f"{folder}/tclient-certificate.pem")
        self.acceptor = event.container.listen(f"amqps://{self.options.address}")

    def on_connection_opening(self, event):
        transport = event.transport
        print(f"encrypted {transport.encrypted}, authenticated {transport.authenticated}, user {transport.user}")
        print(f"subject {transport.ssl().get_cert_subject()}")

    def on_message(self, event):
        print(event.message.body)

    def on_connection_closing(self, event):
        self.acceptor.close()

    def on_transport_error(self, event):
        print("refused" if event.transport.condition else "no reason")
        self.acceptor.close()


parser = argparse.ArgumentParser()
parser.add_argument("address")
parser.add_argument("certificates")
parser.add_argument("--client-certificate", action="store_true", help="ask for one")
Container(Server(parser.parse_args())).run()
