"""Which kind of identifier the name of a column promises, in the forms that several languages use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from itertools import product
from types import MappingProxyType

from postinfusion.datasets.column_words import segments, words


class Identifier(StrEnum):
    """What tells who somebody is: the eighteen identifiers of HIPAA (45 CFR 164.514(b)(2)), in words for a message."""

    EMAIL = "an e-mail address"
    WEB_ADDRESS = "a web address"
    INTERNET_ADDRESS = "an internet (IP) address"
    DEVICE = "the serial number of a device"
    BIRTH = "a date of birth"
    SOCIAL_SECURITY = "a social security or national number"
    HEALTH_PLAN = "a number of a health insurance"
    RECORD = "a medical record number"
    ACCOUNT = "an account or card number"
    LICENCE = "a licence or certificate number"
    VEHICLE = "the number of a vehicle"
    BIOMETRIC = "a biometric identifier"
    PHOTOGRAPH = "a photograph"
    FAX = "a fax number"
    PHONE = "a telephone number"
    ADDRESS = "an address or place"
    NAME = "a person's name"
    DATE = "a calendar date"


def _numbered(*things: str) -> tuple[str, ...]:
    """Give things with every word for their number: ``passport number``, ``passport no``, ``passport id``."""
    numbers = ("number", "no", "nr", "num", "nbr", "id", "nummer", "numero")
    return tuple(f"{thing} {number}" for thing, number in product(things, numbers))


def _of(people: str, *nouns: str) -> tuple[str, ...]:
    """Give nouns after words for people: ``patient name``, ``doctor name``."""
    return tuple(f"{person} {noun}" for person, noun in product(people.split(), nouns))


def _set(text: str) -> frozenset[str]:
    """Give the words of a text."""
    return frozenset(text.split())


_PEOPLE = (
    "patient patients participant subject pat pt subj person client child baby mother father parent mum mom dad "
    "guardian spouse partner relative contact emergency kin rater assessor interviewer examiner physician doctor gp "
    "nurse investigator clinician therapist psychiatrist psychologist consultant carer caregiver staff user login"
)

_ANYWHERE: Mapping[Identifier, tuple[str, ...]] = MappingProxyType(
    {
        Identifier.EMAIL: (
            "email", "emails", "e mail", "mail address", "mailadresse", "mailadr", "mail adr", "adresse mail",
            "courriel",
            "emailadres", "mailadres", "correo electronico", "epost",
            "e post", "posta elettronica",
        ),
        Identifier.WEB_ADDRESS: ("url", "urls", "website", "web site", "web address", "homepage", "web page"),
        Identifier.INTERNET_ADDRESS: ("ip address", "ip addr", "ip adresse", "ip adress", "adresse ip", "ipv"),
        Identifier.DEVICE: (
            *_numbered("serie"), "no serie", "nr serie", "num serie", "n serie", "ser no", "ser nr", "serienummer",
            "serial number", "serial no", "serial nr", "dev id", "dev sn", "device serial", "device id",
            "device identifier", "imei",
            "mac address", "seriennummer", "seriennr", "serien nr", "implant serial", "pump serial", "numero de serie",
            "numero serie", "device number", "device sn", "geratenummer", "geraetenummer", "geratenr", "geraetenr",
        ),
        Identifier.BIRTH: (
            "dob", "date of birth", "birth date", "birth dt", "birth dat", "birth day", "date birth", "birth dtc",
            "dt birth", "b date", "bdate", "birthd",
            "d o b", "geb am", "date naiss", "dt naiss", "d naiss", "dnaiss", "ne e le", "fecha nac", "fec nac",
            "fnac", "f nac",
            "f nacimiento", "data nasc", "dt nasc",
            "brthdtc", "brthdt", "brthdat", "brthdate", "bday", "geburtsdatum", "geburtstag", "gebdat", "gebdatum",
            "geb dat", "geb datum", "datum geburt", "geburt datum", "geburts datum", "tag der geburt",
            "geburtszeitpunkt", "date naissance", "date de naissance", "naissance", "fecha nacimiento",
            "fecha de nacimiento", "nacimiento", "data di nascita", "data nascita", "nascita", "data nascimento",
            "nascimento", "geboortedatum", "geboorte datum", "fodelsedatum", "fodselsdato", "syntymaaika",
            "data urodzenia", "urodzenia", "datum narozeni",
        ),
        Identifier.SOCIAL_SECURITY: (
            "ssn", "soc sec", "social security", *_numbered("ni"), "sozialvers", "sozialvers nr", "sv nummer", "sv nr",
            "rvnr", "rv nummer", "rentenversicherungsnummer", "num secu", "n secu", "no secu", "numero secu",
            "burgerservicenr", "cod fiscale", "social insurance", "socialsecurity", "sozialversicherungsnummer", "svnr",
            "sozialversicherung", "codice fiscale", "personnummer", "fodselsnummer", "cpr nummer", "cpr nr",
            "cpr number", "hetu", "pesel", "national id", "national identifier", "national insurance", "nino",
            "aadhaar", "numero de securite sociale", "securite sociale", "nir insee", "ahv nummer", "ahv nr",
            "burgerservicenummer", "bsn", "seguridad social", "citizen id",
        ),
        Identifier.HEALTH_PLAN: (
            *_numbered("insurance", "insurance policy", "policy", "member", "beneficiary", "medicare", "medicaid",
                       "health plan", "health card", "subscriber", "medicare card", "ins", "kv", "krankenkasse",
                       "vers", "versicherungs", "mutuelle"),
            "kvnr", "no mutuelle", "n mutuelle", "num mutuelle", "verzekeringsnummer", "polisnummer", "polisnr",
            "health plan", "health card", "versichertennummer", "versicherungsnummer", "versicherten nr",
            "krankenversicherung", "krankenkassennummer", "carte vitale", "tarjeta sanitaria", "tessera sanitaria",
        ),
        Identifier.RECORD: (
            "mrn", "m r n", "medrecno", "medrecnr", "medrecnum", "hosp id", "hospital id", "fall id",
            "patientnr", "patnr", "patientnummer", "dossiernummer", "dossiernr", "dossier no", "numero de dossier",
            "n dossier", "numero de historia", "num historia", "no historia", "n historia", "medical record",
            "medical records", "med rec", "medrec", "health record", "patient record",
            *_numbered("chart", "casenote", "case note", "case notes", "nhs", "chi", "emr", "ehr", "patient file",
                       "accession", "admission", "encounter"),
            "hospital number", "hospital no", "hospital nr", "hospital num", "hosp number", "hosp no", "hosp nr",
            "nhs", "fallnummer", "fall nr", "patientennummer", "patienten nr", "aktennummer", "aktenzeichen",
            "krankenakte", "krankenaktennr", "krankenakten nr", "krankenaktennummer", "krankenblatt", "patientennr",
            "aktennr", "akten nr", "fallnr", "numero dossier", "num dossier", "no dossier", "historia clinica",
            "cartella clinica", "numero de historia", "barcode", "unique code", "kis nr", "kis number",
        ),
        Identifier.ACCOUNT: (
            *_numbered("account", "bank account", "bank", "credit card", "debit card", "acct", "bank acct"),
            "bank acct", "kontonr", "konto nr", "rekeningnummer", "rekeningnr",
            "iban", "bank account", "credit card", "account holder", "kontonummer", "kreditkarte", "bankverbindung",
            "numero de compte", "numero de cuenta", "sort code", "routing number",
        ),
        Identifier.LICENCE: (
            *_numbered("license", "licence", "certificate", "passport", "identity card", "id card"),
            *_numbered("dl", "driver lic", "lic", "perso", "ausweis", "reisepass", "passeport", "paspoort"),
            "paspoort", "rijbewijs", "driver lic", "driver license", "driver licence", "drivers license",
            "drivers licence", "driving license",
            "driving licence", "passport", "identity card", "id card", "fuhrerschein", "fuehrerschein", "reisepass",
            "personalausweis", "ausweisnummer", "passeport", "pasaporte", "permis de conduire", "carte identite",
        ),
        Identifier.VEHICLE: (
            *_numbered("vehicle", "vehicle identification", "registration plate"),
            "reg plate", "veh reg", "car reg", "vehicle reg", "kfz kz", "kenteken", "license plate", "licence plate",
            "number plate", "registration plate", "vehicle registration",
            "vehicle identifier", "vehicle plate", "kfz kennzeichen", "autokennzeichen", "nummernschild",
            "autonummer", "matricula coche", "immatriculation", "plaque immatriculation", "car registration",
        ),
        Identifier.BIOMETRIC: (
            "fingerprint", "fingerprints", "finger print", "biometric", "biometrics", "voiceprint", "voice print",
            "retina scan", "iris scan", "face id", "facial recognition", "fingerabdruck", "empreinte digitale",
            "huella dactilar", "impronta digitale", "vingerafdruk", "finger prt",
            "retina", "retina image", "genome id", "dna id", "genetic id",
            "voice rec", "voice recording", "audio recording",
        ),
        Identifier.PHOTOGRAPH: (
            "photo", "photos", "photograph", "portrait", "selfie", "headshot", "facial image", "face image",
            "passbild", "lichtbild", "passfoto", "pasfoto", "pt pic", "pat pic",
        ),
        Identifier.FAX: ("fax", "telefax", "faxnummer"),
        Identifier.PHONE: (
            "phoneno", "phone", "phones", "telephone", "tel", "telef", "tfno", "mob", "mobno", "contact no",
            "contact nr",
            "contact number", "contact num", "home no", "work no", "home number", "work number", "rufnummer", "rufnr",
            "festnetz", "cellulare", "mobiel", "mobile", "cell phone", "cellphone", "cell number", "telefon",
            "telefonnummer", "telefono", "telefone", "telefoon", "telefonnr", "telnr", "handy", "handynummer",
            "mobil", "mobilnummer", "mobiltelefon", "movil", "celular", "tlf", "whatsapp", "puhelin",
        ),
        Identifier.ADDRESS: (
            "hausnr", "huisnummer", "huisnr", "adr postale", "postadresse", "straat", "straatnaam", "woonplaats",
            "domicilio",
            "domicile", "cod postal", "pcode", "p code", "post cd", "postcd", "address", "addresses", "addr",
            "street", "strasse", "hausnummer", "house number", "anschrift", "adresse",
            "direccion", "indirizzo", "endereco", "adres", "adress", "zip", "zipcode", "zip code", "postcode",
            "post code", "postal code", "postal", "plz", "postleitzahl", "code postal", "codigo postal", "city",
            "town", "village", "wohnort", "stadt", "ville", "commune", "ciudad", "citta", "cidade", "municipality",
            "gemeinde", "county", "suburb", "precinct", "latitude", "longitude", "gps", "geocode", "lat lon",
            "lat long", "lat lng", "coordinates", "koordinaten",
            "breitengrad", "langengrad", "laengengrad", "place of birth", "birth place", "birthplace",
            "geburtsort", "lieu de naissance", "home town", "residence",
        ),
        Identifier.NAME: (
            *_of(_PEOPLE, "name", "names", "nm"),
            *_of("first last middle full given family maiden legal preferred nick pet sur fore birth nok", "name",
                 "names", "nm"),
            *_of("fst lst f l s v n", "name", "nm"), "fnm", "lnm", "sname", "vname", "nname", "zuname", "rufname",
            "roepnaam",
            "tussenvoegsel", "voorletters", "patientnaam", "naam patient", "nom de jeune fille", "jeune fille",
            "nombre pila", "nombre de pila", "personne de confiance", "persona de contacto", "contactpersoon",
            "notfallkontakt", "ansprechpartner", "angehorige", "angehoerige", "name of patient", "name of participant",
            "next of kin", "surname", "surnames", "forename", "forenames",
            "lname", "fname", "vorname", "vornamen", "nachname", "familienname", "geburtsname", "patientenname",
            "prenom", "prenoms", "nom patient", "nom famille", "nom de famille", "nom naissance", "nom usage",
            "apellido", "apellidos", "nombre paciente", "nombre del paciente", "nombre completo", "cognome",
            "nome paziente", "nome paciente", "sobrenome", "voornaam", "achternaam", "fornamn", "efternamn", "fornavn",
            "efternavn", "etternavn", "etunimi", "sukunimi", "imie", "nazwisko", "jmeno", "prijmeni", "vezeteknev",
            "keresztnev", "soyadi", "initials", "initialen", "initiales", "iniciales", "iniziali", "subjinit", "invnam",
            *_of("patient subject pat pt subj participant", "init", "inits", "initial"),
        ),
    }
)  # fmt: skip
_ALONE: Mapping[Identifier, tuple[str, ...]] = MappingProxyType(
    {
        Identifier.EMAIL: ("mail", "correo"),
        Identifier.WEB_ADDRESS: ("web",),
        Identifier.DEVICE: ("serial", "udi"),
        Identifier.BIRTH: ("birth", "born", "ddn", "geb", "geburt", "geboren"),
        Identifier.SOCIAL_SECURITY: ("nir", "insee", "cpf", "dni", "nif", "cpr"),
        Identifier.HEALTH_PLAN: ("insurance", "versicherung", "medicare", "medicaid"),
        Identifier.RECORD: ("ipp", "nhc"),
        Identifier.ACCOUNT: ("account",),
        Identifier.LICENCE: ("license", "licence", "certificate"),
        Identifier.VEHICLE: ("vehicle", "vin", "plate", "kennzeichen", "kennz", "kfz"),
        Identifier.PHOTOGRAPH: ("picture", "foto"),
        Identifier.PHONE: ("cell", "gsm"),
        Identifier.ADDRESS: ("ort", "lat", "lon", "lng"),
        Identifier.NAME: ("name", "names", "nom", "nombre", "nombres", "nome", "naam", "namn", "navn", "init",
                          "inits", "kurzel", "kuerzel", "patientenkurzel", "patientenkuerzel"),
    }
)  # fmt: skip
_FAINT: Mapping[Identifier, tuple[str, ...]] = MappingProxyType(
    {
        Identifier.WEB_ADDRESS: ("webseite", "profile link", "facebook", "instagram", "twitter", "linkedin"),
        Identifier.DEVICE: ("s n", "sn"),
        Identifier.ACCOUNT: ("acct", "konto", "rib", "cuenta", "rekening"),
        Identifier.SOCIAL_SECURITY: ("nss", "nie"),
        Identifier.VEHICLE: ("matricula",),
        Identifier.PHOTOGRAPH: ("pic", "pics"),
        Identifier.PHONE: ("ph", "ph no", "ph nr", "home tel", "work tel"),
        Identifier.ADDRESS: ("add", "str", "adr", "rue", "cp", "calle", "poblacion", "localidad", "adresszeile"),
        Identifier.NAME: (
            "kin",
            "nok",
            "n o k",
            "maiden",
            "hausarzt",
            "huisarts",
            "medecin traitant",
            "referring dr",
            "referring doctor",
            "referring physician",
            "referrer",
        ),
    }
)
"""What counts only as the whole name, and only where a cell holds a word or a long number."""
_PEOPLE_ALONE = _set(
    "patient patients patientin participant subject client person pt pat kin nok contact gp relative relation guardian "
    "carer caregiver partner signature signed unterschrift alias entered completed referred emergency emerg referrer"
)
_HARMLESS = (
    "birth weight", "birth order", "birth control", "street drug", "street drugs", "phone visit", "phone screen",
    "phone contact", "emotional address", "residence time", "mobile app", "photo sensitivity", "city size",
    "town size", "county size", "plan type", "health plan type", "photo recognition", "no serie de",
    "emotion recognition", "zip file", "residence type", "insurance type",
)  # fmt: skip
_YEAR_OF_BIRTH = (
    "year of birth", "birth year", "yob", "geburtsjahr", "annee de naissance", "annee naissance", "geb jahr",
    "jahr geburt", "jahrgang", "ano de nacimiento", "anno di nascita", "geboortejaar", "fodelsear", "brthyr",
)  # fmt: skip
_FILLERS = _set("patient patients participant participants subject subjects s the your")
_RATERS = _set(
    "rater raters assessor interviewer examiner investigator evaluator untersucher untersucherin interviewerin "
    "beurteiler prufarzt pruefarzt behandler behandlerin therapist therapeut therapeutin clinician physician doctor "
    "nurse arzt evaluateur examinateur investigateur medecin evaluador investigador medico"
)

_OWNERS = _set(
    "patient patients patienten pat pt subject participant hospital case file chart record clinic medical mr kis unit"
)
_RECORDS_ALONE = _set("hn urn pid nip kis")
_NUMBERS = _set("number no nr num nbr id nummer numero code")
_TIME_WORDS = _set(
    "date dates dt dat dtc dtm datum dato fecha time times timestamp datetime tm zeit zeitpunkt day when start started "
    "end ended began begin stop stopped onset visit visited assessed taken measured weighed sampled occurred consented "
    "randomised randomized enrolled allocated created modified updated completed left admitted discharged entered "
    "asked checked infused given heure inclusion enrolment enrollment admission discharge consent randomisation "
    "randomization einschluss aufnahme entlassung einwilligung randomisierung visite besuch untersuchung erhebung "
    "ersterhebung erstgesprach erstgespraech katamnese abschluss studienende"
)
_GERMAN_TIMES = ("datum", "beginn", "zeitpunkt")
_CDISC_DATES = ("DT", "DTM", "DTC", "TM")
_SHORTEST_CDISC = 3


def promised(name: str) -> Identifier | None:
    """Give the kind of identifier that a column promises by its name; None where it promises none.

    >>> promised("PatientDOB"), promised("redcap_event_name")
    (<Identifier.BIRTH: 'a date of birth'>, None)
    """
    return _surely(name) or _faintly(name)


def promised_by_label(label: str) -> Identifier | None:
    """Give what the label of a column promises when it is nothing but the words for it: a question may hold them too.

    >>> promised_by_label("Patient's date of birth").name, promised_by_label("Telephone visit")
    ('BIRTH', None)
    """
    bare = " ".join(word for word in words(label) if word not in _FILLERS)
    spoken = {bare, bare.removesuffix(" number")}
    kinds = ((kind, phrase) for of in (_PHRASES, _ALONE) for kind, phrases in of.items() for phrase in phrases)
    return next((kind for kind, phrase in kinds if phrase in spoken), None)


def promises_faintly(name: str) -> bool:
    """Say whether a column promises something only by a short word that stands for much else."""
    return _surely(name) is None and _faintly(name) is not None


@lru_cache(maxsize=4096)
def _surely(name: str) -> Identifier | None:
    """Give what a name promises by words that stand for hardly anything else."""
    spoken = tuple(_without_excuses(sequence) for sequence in _spoken(name))
    for kind in Identifier:
        if any(_holds(sequence, phrase) for sequence in spoken for phrase in _PHRASES.get(kind, ())):
            return kind
    return next((kind for kind, alone in _ALONE.items() if any(one.strip() in alone for one in spoken)), None)


def _faintly(name: str) -> Identifier | None:
    """Give what a whole name promises by a word that stands for much else."""
    spoken = {sequence.strip() for sequence in _spoken(name)}
    return next((kind for kind, alone in _FAINT.items() if spoken & {*alone}), None)


def promises_person(name: str) -> bool:
    """Say whether a column could be one of people by its name, which only full names in it confirm."""
    return bool(_PEOPLE_ALONE & {*words(name), *segments(name)})


def promises_year_of_birth(name: str) -> bool:
    """Say whether a column is a year of birth by its name: no more than an age, but one that is not capped at 90."""
    return any(_holds(sequence, phrase) for sequence in _spoken(name) for phrase in _YEARS)


def promises_record_number(name: str) -> bool:
    """Say whether a column could be a record number by its name, which only long numbers in it confirm."""
    found = {word for sequence in (words(name), segments(name)) for word in sequence}
    return bool(found & _RECORDS_ALONE) or (bool(found & _OWNERS) and bool(found & _NUMBERS))


def promises_rater(name: str) -> bool:
    """Say whether a column says who assessed, by its name; only names in it tell who that is."""
    return bool(_RATERS & {*words(name), *segments(name)})


def promises_time(name: str) -> bool:
    """Say whether a column is one of dates or times of the trial by its name, those of CDISC included."""
    is_cdisc = name.isupper() and len(name) > _SHORTEST_CDISC and name.endswith(_CDISC_DATES)
    spoken = {*words(name), *segments(name)}
    is_of_times = bool(spoken & _TIME_WORDS) or any(word.endswith(_GERMAN_TIMES) for word in spoken)
    return promised(name) is not Identifier.BIRTH and (is_cdisc or is_of_times)


def _spoken(name: str) -> Iterator[str]:
    """Give a name as words with blanks around each, in both ways to part it."""
    for parts in dict.fromkeys((words(name), segments(name))):
        yield f" {' '.join(parts)} "


def _holds(sequence: str, phrase: str) -> bool:
    """Say whether the words of a phrase follow each other in a name."""
    return f" {phrase} " in sequence


def _without_excuses(sequence: str) -> str:
    """Give a name without what only sounds like an identifier."""
    for phrase in _EXCUSES:
        sequence = sequence.replace(f" {phrase} ", " . ")
    return sequence


def _with_joined(phrases: Iterable[str]) -> tuple[str, ...]:
    """Give phrases also as one word, as in ``dateofbirth``."""
    return tuple(dict.fromkeys(form for phrase in phrases for form in (phrase, phrase.replace(" ", ""))))


_PHRASES = {kind: _with_joined(phrases) for kind, phrases in _ANYWHERE.items()}
_YEARS = _with_joined(_YEAR_OF_BIRTH)
_EXCUSES = (*_with_joined(_HARMLESS), *_YEARS)
