def __getattr__(name): pass
