#!/usr/bin/env python
"""Django's command line."""

import os
import sys

from django.core.management import execute_from_command_line
from environs import EnvError

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "livecommerce.settings")
    try:
        execute_from_command_line(sys.argv)
    except EnvError as error:  # a variable that settings.py cannot use: its name and why
        sys.exit(str(error))
