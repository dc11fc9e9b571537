"""The 88 companies of the recorded tweets as brands: each is listened for by its cashtag."""

from pathlib import Path

_TICKERS = (
    "AAPL ABB ABBV AEP AGFS AMGN AMZN BA BABA BAC BBL BCH BHP BP BRK-A BSAC BUD C CAT CELG CHL CHTR CMCSA CODI "
    "CSCO CVX D DHR DIS DUK EXC FB GD GE GMRE GOOG HD HON HRG HSBC IEP INTC JNJ JPM KO LMT MA MCD MDT MMM MO MRK MSFT "
    "NEE NGG NVS ORCL PCG PCLN PEP PFE PG PICO PM PPL PTR RDS-B REX SLB SNP SNY SO SPLP SRE T TM TOT TSM UL UN "
    "UNH UPS UTX V VZ WFC WMT XOM "
)


def write_brands(path: Path) -> Path:
    """Write a settings file with every company as a brand, and return its path."""
    entries = []
    for ticker in _TICKERS.split():
        symbol = ticker.replace("-", " ")
        query = f'"${symbol}"' if " " in symbol else f"${symbol}"
        entries.append(f'[[brands]]\nname = "{ticker}"\nquery = {query!r}\ngroup = "listed"\n')
    path.write_text("\n".join(entries), encoding="utf-8")
    return path
