"""Hindi in Latin letters, told by its small words: models of languages know Hindi in its own script alone."""

import re

_WORD = re.compile(r"[^\W\d_]+")
# Words that hardly another language has, and those that others have too and that count only beside the first.
_LISTED = (
    "hai hain nahi nahin nhi nai kya kyu kyun kyon kaise kaisa bhai aur toh tumhe tumhare tumhara hamare hamara "
    "mera meri mere tera teri apna apne apni karo karna karne karta karte karti kiya raha rahe rahi rha rhe rhi "
    "hoga hogi honge gaya gayi gaye gya diya diye liya liye lekin wala wale wali bahut bohot bhut accha acha "
    "achha abhi yeh woh koi kuch kuchh mujhe mujhko usko unko isko iska iske iski uska uske uski unka unke unki "
    "jab agar matlab sirf bhi yaar jaise jaisa hota hote hoti hua hue hui tha thi aap aapke aapka aapki hum "
    "humko hume sab log logo desh baat bolo bol dekho chahiye sakta sakte sakti phir fir kabhi kahan kaha yahan "
    "waha itna itni kitna kitni isliye kyunki",
    "ki ke ka ko se me mein ne pe par na ho hi to ye wo ji kar tu tum ek is us do mai main the ab ya",
)
_OWN, _BESIDE = (frozenset(words.split()) for words in _LISTED)
_LEAST_OWN, _SHARE = 2, 0.3


def is_romanised_hindi(text: str) -> bool:
    """Say whether enough of a text's words are small words of Hindi in Latin letters, two different ones of its own."""
    words = _WORD.findall(text.lower())
    own = [word for word in words if word in _OWN]
    if len(set(own)) < _LEAST_OWN:
        return False
    return len(own) + sum(map(_BESIDE.__contains__, words)) >= _SHARE * len(words)
