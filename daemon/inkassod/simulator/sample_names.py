"""The words that the sample creditor's customers are put together from: common names, and places that do not exist."""

from __future__ import annotations

from dataclasses import dataclass

FIRST_NAMES = (
    *(
        "Anne",
        "Inger",
        "Kari",
        "Marit",
        "Ingrid",
        "Liv",
        "Eva",
        "Berit",
        "Astrid",
        "Bjørg",
        "Hilde",
        "Solveig",
    ),
    *("Nora", "Emma", "Sara", "Ida", "Silje", "Camilla", "Åse", "Gro", "Jan", "Per", "Bjørn", "Ole", "Lars"),
    *("Kjell", "Knut", "Svein", "Thomas", "Arne", "Geir", "Morten", "Tor", "Erik", "Jonas", "Emil", "Håkon"),
    *("Magnus", "Øystein", "Pål", "Sindre", "Åsmund"),
)
LAST_NAMES = (
    *("Hansen", "Johansen", "Olsen", "Larsen", "Andersen", "Pedersen", "Nilsen", "Kristiansen", "Jensen"),
    *("Karlsen", "Johnsen", "Pettersen", "Eriksen", "Berg", "Haugen", "Hagen", "Johannessen", "Andreassen"),
    *("Jacobsen", "Dahl", "Jørgensen", "Halvorsen", "Lund", "Moen", "Strand", "Solberg", "Bakken", "Sæther"),
    *("Ødegård", "Bråten", "Åsen", "Myhre"),
)
COMPANY_WORDS = (
    *("Tindebekk", "Graneskar", "Måkenes", "Ospelund", "Rypetoppen", "Havgapet", "Myrulldalen", "Blåfrost"),
    *("Skarvebukt", "Furukollen", "Isgrytten", "Lyngåsen", "Perleporten", "Sølvkongla", "Villmarka"),
)
TRADES = (
    *("Bakeri", "Transport", "Rørservice", "Trelast", "Elektro", "Regnskap", "Malermesterne", "Sjømat"),
    *("Byggteknikk", "Blomster", "Verksted", "Catering"),
)
COMPANY_FORMS = ("AS", "AS", "AS", "ANS", "DA")
STREETS = (
    *("Blåklokkesvingen", "Rognebærtunet", "Trollhettegata", "Multemyrveien", "Nisselueveien", "Ekornfaret"),
    *("Fossekallstien", "Tyttebærkroken", "Lomvigata", "Revehiveien"),
)
PLACES = (
    *(
        ("0099", "Granvåg"),
        ("1399", "Solstrøm"),
        ("2099", "Elgåsen"),
        ("3099", "Trollnes"),
        ("4099", "Steinvik"),
    ),
    *(
        ("5099", "Regnfjord"),
        ("6099", "Tindsund"),
        ("7099", "Domsvik"),
        ("8099", "Nordlysbotn"),
        ("9099", "Kvalrøst"),
    ),
)
GOODS = ("Varelevering", "Serviceavtale", "Månedsleie", "Reparasjon", "Abonnement", "Konsulenttimer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """What differs between the creditors of two countries. `places` are pairs of postcode and town."""

    code: str
    currency: str
    language: str
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    company_words: tuple[str, ...]
    trades: tuple[str, ...]
    company_forms: tuple[str, ...]
    streets: tuple[str, ...]
    places: tuple[tuple[str, str], ...]
    goods: tuple[str, ...]
    payment_term: str
    paid: str
    credited: str


NORWAY = Country(
    code="NO",
    currency="NOK",
    language="nb",
    first_names=FIRST_NAMES,
    last_names=LAST_NAMES,
    company_words=COMPANY_WORDS,
    trades=TRADES,
    company_forms=COMPANY_FORMS,
    streets=STREETS,
    places=PLACES,
    goods=GOODS,
    payment_term="14 dager",
    paid="Betalt kontant",
    credited="Kreditnota",
)
SWEDEN = Country(
    code="SE",
    currency="SEK",
    language="sv",
    first_names=(
        *(
            "Anna",
            "Eva",
            "Maria",
            "Karin",
            "Åsa",
            "Ulla",
            "Ingrid",
            "Märta",
            "Elin",
            "Frida",
            "Göran",
            "Lars",
        ),
        *("Björn", "Nils", "Olle", "Sven", "Håkan", "Jörgen", "Anders", "Gustav", "Emil", "Axel"),
    ),
    last_names=(
        *(
            "Andersson",
            "Johansson",
            "Karlsson",
            "Nilsson",
            "Eriksson",
            "Larsson",
            "Olsson",
            "Persson",
            "Åberg",
        ),
        *("Lindström", "Sjögren", "Öberg", "Hedlund", "Nyström", "Wallin", "Ekdahl"),
    ),
    company_words=(
        "Granklyftan",
        "Månskär",
        "Tranmyren",
        "Froståsen",
        "Älvdraget",
        "Kopparhalla",
        "Sälgudden",
    ),
    trades=("Bageri", "Åkeri", "Rör", "Trävaror", "El", "Redovisning", "Måleri", "Verkstad", "Blommor"),
    company_forms=("AB", "AB", "AB", "HB"),
    streets=(
        "Blåsippsstigen",
        "Rönnbärsgränd",
        "Trollsländevägen",
        "Hjortronmyren",
        "Ekorrbacken",
        "Gökotan",
    ),
    places=(("99110", "Granvik"), ("99220", "Solberga Strand"), ("99330", "Älgåsen"), ("99440", "Trollnäs")),
    goods=("Varuleverans", "Serviceavtal", "Månadshyra", "Reparation", "Abonnemang", "Konsulttimmar"),
    payment_term="14 dagar",
    paid="Kontant betalning",
    credited="Kreditfaktura",
)
COUNTRIES = {country.code: country for country in (NORWAY, SWEDEN)}
