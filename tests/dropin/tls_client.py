"""Sends a message over TLS, and says who the server is."""
import argparse

from proton import Message, SSLDomain
from proton.handlers import MessagingHandler
from proton.reactor import Container


class Client(MessagingHandler):
    def __init__(self, options):
        super().__init__()
        self.options = options

    def on_start(self, event):
        folder = self.options.certificates
        domain = event.container.ssl.client
        domain.set_trusted_ca_db(f"{folder}/tserver-certificate.pem")
        domain.set_peer_authentication(
            SSLDomain.VERIFY_PEER if self.options.verify == "peer" else SSLDomain.VERIFY_PEER_NAME)
        if self.options.certificate:
            domain.set_credentials(f"{folder}/tclient-certificate.pem", f"{folder}/tclient-private-key.pem", "tclientpw")
        name = {"peer": None, "name": "test_server", "other-name": "another"}[self.options.verify]
        connection = event.container.connect(f"amqps://{self.options.address}", virtual_host=name, reconnect=False,
                                             ssl_domain=domain)
        event.container.create_sender(connection, "examples")

    def on_connection_opened(self, event):
        tls = event.transport.ssl()
        print(tls.protocol_name(), tls.get_cert_common_name(), tls.get_cert_fingerprint_sha256()[:0], tls.get_cert_organization_unit())

    def on_sendable(self, event):
        event.sender.send(Message(body="Hello World!"))
        event.sender.close()

    def on_accepted(self, event):
        print("Hello World! was accepted")
        event.connection.close()

    def on_transport_error(self, event):
        print("refused", event.transport.condition.name, "certificate" in event.transport.condition.description)


parser = argparse.ArgumentParser()
parser.add_argument("address")
parser.add_argument("certificates")
parser.add_argument("verify", choices=["peer", "name", "other-name"])
parser.add_argument("--certificate", action="store_true", help="present one")
Container(Client(parser.parse_args())).run()
