"""Hide the real hypothesis, so that what is measured has no more packages than an installed product.

The tests need it. If pandera finds it, a run imports it too, for nothing, and takes 0.1 s longer.
"""

raise ImportError("the product is measured as it is installed, without hypothesis")
