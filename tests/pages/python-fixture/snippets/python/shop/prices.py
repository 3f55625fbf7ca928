if True:
    def total(): pass
import os
os._exit(7)
