"""Sound: decoded, cut into sentences, heard and spoken, as far as a stand-in needs it.

Everything heavy (PyAV, pocketsphinx, espeak-ng, numpy) is imported by the first sound that needs it, in a
worker thread.
"""
