"""Start the command line: ``python -m contactpro_sync``."""

from contactpro_sync import main

main()
