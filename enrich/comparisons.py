"""Which of two named things a text prefers, where its own words say so: "A beats B", "from A to B", A不如B."""

import re

# The things as they stand in what is searched; a few words behind a name still belong to it: "the Acme phone".
FIRST, SECOND = "\x01", "\x02"
_A = FIRST + r"(?:['’]s)?(?: \w+){0,2}"
_THE = r"(?:(?:my|our|your|their|the|a|an|this|that|new|old|to|for) ){0,2}[@#$]?"
_B = _THE + SECOND
_VIRTUE = r"(?:reliable|comfortable|durable|helpful|intuitive|fun|stable|responsive|trustworthy|powerful|convenient)"
_VICE = r"(?:expensive|annoying|buggy|complicated|confusing|unreliable|painful)"
_GOOD = (
    r"(?:better|nicer|faster|cheaper|cooler|safer|easier|smoother|cleaner|superior|stronger|smarter|friendlier|tastier"
    rf"|more (?:affordable|beautiful|generous|{_VIRTUE})|less {_VICE})"
)
_BAD = rf"(?:worse|slower|uglier|weaker|inferior|dumber|clunkier|buggier|pricier|more {_VICE}|less {_VIRTUE})"
_ADVERB = r"(?:(?:way|much|far|so|so much|a lot|even|still|clearly|really|always|just) ){0,2}"
_IS = r"(?:(?:is|are|was|were|looks?|feels?|works?|sounds?|tastes?) )?"
_I = r"\b(?:i|i['’]?m|im|i['’]?ve|i['’]?ll|we|we['’]?re|we['’]?ve|i am|i have|we have)\b[^.!?\n]{0,20}"
_MOVE = r"\b(?:switch|mov|chang|migrat|upgrad|convert)(?:e|ed|es|ing)?\b"
_GO = r"(?:(?:switch|mov|chang|migrat|upgrad|convert|go|com)(?:e|ed|es|ing)?\b|\bwent\b)"
_SAID_GOOD = "(?:好|强|快|香|便宜|舒服|舒适|流畅|顺|耐用|实惠|靠谱|厉害|漂亮|稳|清晰|省|优秀|良心|贴心|划算)"
_SAID_BAD = "(?:差|烂|慢|卡|难|弱|垃圾|坑|不好|丑)"
_MORE = "(?:更|要|还|都|也|可|实在|真是|简直){0,2}"
_NEAR, _FAR = "[^，。！？,.\n]", "[^。！？\n]"  # within a clause, and within a sentence

_OF_FIRST = (
    rf"{_A} {_IS}{_ADVERB}{_GOOD} (?:than|to) {_B}",
    rf"{FIRST}['’]s {_ADVERB}{_GOOD} than {_B}",
    rf"{_A} {_ADVERB}(?:beats?|beating|outperforms?|outclasses|destroys|crushes|smokes|blows away) {_B}",
    rf"{_A} {_IS}(?:miles|light ?years|way|far|well) ahead of {_B}",
    rf"{FIRST}\s*>{{1,3}}\s*{SECOND}",
    rf"\b(?:prefer(?:red|s)?)\b[^.!?\n]{{0,15}}{_A} (?:to|over|than|instead of|rather than) {_B}",
    rf"\b(?:rather|chose|choose|picked|recommend)\b[^.!?\n]{{0,15}}{_A} (?:over|than|instead of|rather than) {_B}",
    rf"{_A} (?:over|instead of|rather than) {_B} (?:any ?(?:day|time)|every ?(?:day|time)|all day|always)",
    rf"{_GO}(?: back| over)? to {_THE}{_A} from {_B}",
    rf"{FIRST}{_NEAR}{{0,6}}比{SECOND}{_NEAR}{{0,6}}?{_MORE}{_SAID_GOOD}",
    rf"{FIRST}{_NEAR}{{0,4}}(?:完胜|吊打|碾压|秒杀|胜过|优于|强过|好过)了?{SECOND}",
)
_OF_SECOND = (
    rf"{_A} {_IS}{_ADVERB}{_BAD} than {_B}",
    rf"{_A} (?:is|are|was|were)(?: not|n['’]t)(?: nearly| even| half)? (?:as|so) (?:good|nice|fast|{_VIRTUE}) as {_B}",
    rf"{FIRST}\s*<{{1,3}}\s*{SECOND}",
    rf"{_A} (?:can['’]?t|cannot|could never) (?:compete|compare) (?:with|to) {_B}",
    rf"{_A} (?:is|are) no match for {_B}",
    rf"(?:{_MOVE}|\bwent\b)(?: over)? from {_THE}{_A} to {_B}",
    rf"\b(?:dump|ditch|replac|swap|swapp|trad|dropp?)(?:ed|ing) {_THE}{_A} (?:for|with) {_B}",
    rf"\b(?:return|cancel+|refund)(?:ed|ing) {_THE}{_A}[^.!?\n]{{0,15}}\b(?:got|bought|ordered) {_B}",
    rf"\b(?:don['’]?t|do not|never) (?:buy|use|get|order|trust) {_THE}{_A}.{{0,15}}\b(?:buy|get|use|order|try) {_B}",
    rf"\bwhy\b[^.!?\n]{{0,30}}{_A} when [^.!?\n]{{0,12}}{SECOND}",
    rf"{_I}(?:left|leaving|quit) {_THE}{_A} for {_B}",
    rf"{FIRST}.*\bshould(?: have|['’]?ve|a| of) (?:bought|got|gotten|chosen|kept|(?:stuck|stayed|gone) with) {_B}",
    rf"{FIRST}.*{_I}\b{_GO}(?: back| over)? to {_B}",
    rf"{FIRST}{_NEAR}{{0,6}}比{SECOND}{_NEAR}{{0,6}}?{_MORE}{_SAID_BAD}",
    rf"{FIRST}{_FAR}{{0,8}}没有?{_NEAR}{{0,3}}{SECOND}{_NEAR}{{0,2}}{_SAID_GOOD}",
    rf"{FIRST}{_FAR}{{0,8}}(?:不如|比不上|不及|输给|不敌){_NEAR}{{0,3}}{SECOND}",
    rf"比起{FIRST}{_FAR}{{0,8}}(?:更|还是|宁愿|宁可){_NEAR}{{0,5}}{SECOND}",
    rf"从{FIRST}{_NEAR}{{0,5}}(?:换|转|改)[到成用投为向]?了?{SECOND}",
    rf"{FIRST}{_FAR}{{0,12}}(?:换成|换到|改用|转投|投奔|换回)了?{SECOND}",
    rf"{FIRST}.*早知道{_NEAR}{{0,6}}{SECOND}",
)
_PREFERENCES = [(re.compile("|".join(of), re.IGNORECASE), lean) for of, lean in ((_OF_SECOND, -1), (_OF_FIRST, 1))]


def preferred(text: str) -> int:
    """Return 1 if what stands as FIRST in the text is preferred to SECOND, -1 if it is the other way round, else 0.

    The text is one with Simplified characters.
    """
    return next((lean for pattern, lean in _PREFERENCES if pattern.search(text)), 0)
