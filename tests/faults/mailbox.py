"""A mail server that misbehaves as told: a real SMTP conversation on loopback."""

import contextlib
import socket
import socketserver
import threading


class Mailbox(socketserver.ThreadingTCPServer):
    """Takes mail in one of several ways. `kept` holds every message whose DATA was read to its end."""

    allow_reuse_address = True
    daemon_threads = True
    MODES = ("works", "refuses", "busy", "never", "drops", "hangs", "ends")

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Conversation)
        self.mode, self.kept, self.go_on = "works", [], threading.Event()

    @property
    def port(self):
        return self.server_address[1]


class Conversation(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self):
        with contextlib.suppress(OSError):
            self.talk()

    def talk(self):
        mode = self.server.mode
        if mode == "hangs":
            self.server.go_on.wait(60)
            return
        if mode == "refuses":
            self.say("554 no service")
            return
        self.say("220 mailbox")
        for line in self.rfile:
            word = line.decode(errors="replace").strip().upper()
            if word.startswith(("EHLO", "HELO")):
                self.say("250 mailbox")
            elif word.startswith("RCPT") and mode == "busy":
                self.say("451 try again later for patient@secret.example")
            elif word.startswith("RCPT") and mode == "never":
                self.say("550 no such user")
            elif word == "DATA":
                self.say("354 go on")
                message = self.read_message()
                if mode == "ends":
                    return
                self.server.kept.append(message)
                if mode == "drops":
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.say("250 taken")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def read_message(self):
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line.decode(errors="replace"))
        return "".join(lines)


@contextlib.contextmanager
def mailbox():
    server = Mailbox()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.go_on.set()
        server.shutdown()
        server.server_close()
        thread.join()
