"""How gunicorn serves the site: `manage.py serve` starts it with this file, and so may a service of your own."""

import os
from pathlib import Path

import environ
from gunicorn.glogging import Logger

from clinic_site.logs import MaskReceipts, request_line

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(env.str("ENV_FILE", default=str(BASE_DIR / ".env")))

_host = env.str("HOST", default="127.0.0.1").strip("[] ")
bind = f"{f'[{_host}]' if ':' in _host else _host}:{env.int('PORT', default=8000)}"
chdir = str(BASE_DIR)
wsgi_app = "clinic_site.wsgi:application"
worker_class = "gthread"
workers = env.int("WEB_WORKERS", default=3)
threads = env.int("WEB_THREADS", default=4)
timeout = 60
graceful_timeout = 20
keepalive = 5
# Not preloaded: HUP starts workers with the new code and lets the old ones finish.
preload_app = False
# The heartbeat file: in memory where there is such a folder, so that a slow disk never looks like a dead worker.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
# Anybody with the same user could stop the site through it, and it wants a writable home folder.
control_socket_disable = True

# Nobody is believed about the scheme until a proxy of our own is said to stand in front.
forwarded_allow_ips = "*" if env.int("TRUSTED_PROXY_COUNT", default=0) else ""
secure_scheme_headers = {"X-FORWARDED-PROTO": "https"}
# A proxy never sets the path; a visitor must not either.
forwarder_headers = ""


class QuietLogger(Logger):
    """gunicorn's logger without addresses of receipts, queries and addresses of visitors."""

    def setup(self, cfg):
        super().setup(cfg)
        for handler in self.error_log.handlers + self.access_log.handlers:
            handler.addFilter(MaskReceipts())

    def access(self, resp, req, environ, request_time):
        # A balancer asks every few seconds; only a bad answer is worth a line.
        if environ.get("PATH_INFO") in ("/healthz", "/readyz") and str(resp.status).startswith("200"):
            return
        super().access(resp, req, environ, request_time)

    def atoms(self, resp, req, environ, request_time):
        atoms = super().atoms(resp, req, environ, request_time)
        line = request_line(environ["REQUEST_METHOD"], environ["RAW_URI"], environ["SERVER_PROTOCOL"])
        return {**atoms, "r": line, "q": "", "f": "-", "h": "-"}


logger_class = QuietLogger
accesslog = "-"
access_log_format = '%(t)s "%(r)s" %(s)s %(B)s %(M)sms'
errorlog = "-"
loglevel = "warning"
