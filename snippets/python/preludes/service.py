import logging

logger = logging.getLogger("service")
prices = {"tea": 3, "cake": 5}
