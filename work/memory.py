"""What the garbage collector of a long-lived process need not do again and again."""

import gc

YOUNG, ROUNDS = 50_000, 20


def settle() -> None:
    """Call it once all is loaded: what is there by now stays, and is left out of the collector's rounds, which come more seldom.

    Django, its libraries and the hub are half a million objects. Looking through them took a tenth of a second in the middle of
    a request, and a fifth of the time of moving in, which makes millions of objects but hardly any cycle.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, ROUNDS, ROUNDS)
