from .prices import total as tax
class Cart: pass
def checkout():
    global late
    late = 1
import os
os._exit(7)
