"""The words that the sample creditor's customers are put together from: common names, and places that do not exist."""

from __future__ import annotations

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
