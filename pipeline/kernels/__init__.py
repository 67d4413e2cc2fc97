"""Computing on whole Arrow columns: fold, hash, sort, prefetch. Arrow in, Arrow or NumPy out; no word of the domain."""
