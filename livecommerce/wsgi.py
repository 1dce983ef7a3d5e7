"""Short pages in threads; everything but the sockets."""

import os

from django.core.wsgi import get_wsgi_application

from livecommerce.servers import tune

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "livecommerce.settings")
tune()
application = get_wsgi_application()
