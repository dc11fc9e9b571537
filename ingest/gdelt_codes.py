"""The codes that GDELT writes for languages and countries, to those that everybody else does."""

import re

from ingest.foreign import language_tag

_SOURCE_LANGUAGE = re.compile(r"srclc:([A-Za-z]{3})\b")

# ISO 639-2 to 639-1, as BCP 47 has it: the shortest code there is.
_LANGUAGE_PAIRS = (
    "afr=af sqi=sq ara=ar hye=hy aze=az eus=eu bel=be ben=bn bos=bs bul=bg mya=my cat=ca zho=zh hrv=hr ces=cs "
    "dan=da nld=nl eng=en est=et fin=fi fra=fr glg=gl kat=ka deu=de ell=el guj=gu hat=ht hau=ha heb=he hin=hi "
    "hun=hu isl=is ind=id gle=ga ita=it jpn=ja kan=kn kaz=kk khm=km kor=ko kur=ku kir=ky lao=lo lat=la lav=lv "
    "lit=lt ltz=lb mkd=mk msa=ms mal=ml mlt=mt mar=mr mon=mn nep=ne nor=no nob=nb nno=nn pus=ps fas=fa pol=pl "
    "por=pt pan=pa ron=ro rus=ru srp=sr snd=sd sin=si slk=sk slv=sl som=so spa=es swa=sw swe=sv tgl=tl tgk=tg "
    "tam=ta tat=tt tel=te tha=th bod=bo tib=bo tur=tr tuk=tk ukr=uk urd=ur uig=ug uzb=uz vie=vi cym=cy xho=xh "
    "yid=yi yor=yo zul=zu"
)
_LANGUAGES = dict(pair.split("=") for pair in _LANGUAGE_PAIRS.split())

# FIPS 10-4 to ISO 3166-1 alpha-2: first those that are the same in both, then those that differ.
_SAME = (
    "AF AL AM AO AR BB BE BR BT BV CA CM CO CU CV CY DJ EC EG ER ET FI FJ FK FM FO FR GH GI GL GP GR GT GY HK HM HR HU "
    "ID IM IN IO IR IT JE JM JO KE KG KZ LA LU LY MD MK ML MR MT MV MX MY MZ NC NF NL NO NP NR NZ PE PK PL QA RE RO RW "
    "SA SH SI SL SM SO SY TH TV TW TZ UG US UY UZ VC VE WF WS"
)
_OTHER = (
    "AA=AW AC=AG AG=DZ AJ=AZ AN=AD AQ=AS AS=AU AT=AU AU=AT AV=AI AY=AQ BA=BH BC=BW BD=BM BF=BS BG=BD BH=BZ BK=BA BL=BO "
    "BM=MM BN=BJ BO=BY BP=SB BU=BG BX=BN BY=BI CB=KH CD=TD CE=LK CF=CG CG=CD CH=CN CI=CL CJ=KY CK=CC CN=KM CQ=MP CR=AU "
    "CS=CR CT=CF CW=CK DA=DK DO=DM DQ=UM DR=DO EI=IE EK=GQ EN=EE ES=SV EU=TF EZ=CZ FG=GF FP=PF FQ=UM FS=TF GA=GM GB=GA "
    "GG=GE GJ=GD GK=GG GM=DE GO=TF GQ=GU GV=GN GZ=PS HA=HT HO=HN HQ=UM IC=IS IS=IL IV=CI IZ=IQ JA=JP JN=SJ JQ=UM JU=TF "
    "KN=KP KQ=UM KR=KI KS=KR KT=CX KU=KW KV=XK LE=LB LG=LV LH=LT LI=LR LO=SK LQ=UM LS=LI LT=LS MA=MG MB=MQ MC=MO MF=YT "
    "MG=MN MH=MS MI=MW MJ=ME MN=MC MO=MA MP=MU MQ=UM MU=OM NE=NU NG=NE NH=VU NI=NG NN=SX NS=SR NU=NI OD=SS PA=PY PC=PN "
    "PM=PA PO=PT PP=PG PS=PW PU=GW RB=RS RI=RS RM=MH RN=MF RP=PH RQ=PR RS=RU SB=PM SC=KN SE=SC SF=ZA SG=SN SN=SG SP=ES "
    "ST=LC SU=SD SV=SJ SW=SE SX=GS SZ=CH TB=BL TD=TT TE=TF TI=TJ TK=TC TL=TK TN=TO TO=TG TP=ST TS=TN TT=TL TU=TR TX=TM "
    "UC=CW UK=GB UP=UA UV=BF VI=VG VM=VN VQ=VI VT=VA WA=NA WE=PS WI=EH WQ=UM WZ=SZ YI=RS YM=YE ZA=ZM ZI=ZW"
)
_COUNTRIES = {code: code for code in _SAME.split()} | dict(pair.split("=") for pair in _OTHER.split())


def source_language(translation: str) -> str | None:
    """Return the language of a document by how it was translated; one that was not is in English."""
    if not translation.strip():
        return "en"
    found = _SOURCE_LANGUAGE.search(translation)
    return language_tag(_LANGUAGES.get(found[1].lower(), found[1])) if found else None


def iso_country(fips: str) -> str | None:
    """Return the ISO 3166-1 code of a country; None for no country, or one that ISO does not know."""
    return _COUNTRIES.get(fips.upper())
