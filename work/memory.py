"""What the garbage collector of a long-lived process need not do again and again."""

import gc

YOUNG, ROUNDS = 1_000, 10


def settle() -> None:
    """Call it once all is loaded: what is there by now stays, and is left out of the collector's rounds.

    Django, its libraries and the hub are half a million objects. Looking through them took a tenth of a second in the middle of
    a request, and a fifth of the time of moving in, which makes millions of objects but hardly any cycle. Rounds over what is
    young are short and frequent: one over all that twenty requests left behind held up the next by two requests' time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, ROUNDS, ROUNDS)
