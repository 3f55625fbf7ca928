from shop import *
own = 1
