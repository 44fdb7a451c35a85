"""People's names in text: common given names beside a surname, and cells that have the form of a full name."""

from __future__ import annotations

import re
from enum import IntEnum

from postinfusion.sources.gate.name_lists import GIVEN_NAMES, NAMES_AND_WORDS, SURNAMES


class Likeness(IntEnum):
    """How much a text is like a person's name, where only most of a column together tell."""

    NONE = 0
    UNKNOWN = 1
    POSSIBLE = 2
    LIKELY = 3


def _set(text: str) -> frozenset[str]:
    """Give the words of a text."""
    return frozenset(text.split())


_GIVEN = _set(
    """
    aaron achim adrian agnes albert alejandra alejandro alessandro alexander alexandra alexandre alfred alice alicia
    alison amanda amelie amy ana anastasia andrea andreas andres andrew angela angelika anita anja anke anna anne
    annegret annette annika anthony antje antoine antonia armin arnaud arthur astrid aurelie axel beate beatrice beatriz
    benedikt benjamin bernard bernd bernhard bettina birgit bjorn brandon brian brigitte britta bruno camille carla
    carlos carmen carol caroline carsten catherine cecile celine chantal charles christa christel christiane christina
    christine christoph christophe christopher cindy claudia claus cornelia cristina cynthia daniel daniela danielle
    david deborah denise dennis diana dieter dietmar dimitri dirk donald donna dorothea dorothy dustin edith eduardo
    edward elena elisabeth elke emilia emilie emily emma enrique eric erich erik erika erwin esther eugen eva evelyn
    fabian fatima felix ferdinand fernando florian franck francois francoise frank franz friedrich gabriel gabriela
    gabriele gary georg george gerald gerhard gerda gertrud gilles giovanni gisela gregor gudrun guillaume guenter
    guenther gunter gunther hannah hannelore hans harald harold hartmut heidi heike heiko heinrich heinz helen helena
    helga helmut henri henrik henry herbert hermann holger hubert hugo ingeborg ingo ingrid irene isabel isabella
    isabelle jacqueline jacques jakob james jan jana jane janet janina jason javier jean jeanne jeffrey jennifer jens
    jeremy jessica joachim joan johann johanna johannes john jonas jonathan jorg jorge jose josef joseph joshua juan
    judith julia julian juliane julie jurgen juergen joerg jutta karen karin karl karsten katarina katharina katherine
    kathleen kathrin katja katrin kenneth kerstin kevin kimberly klaus konrad kristin kurt lars laura lauren laurent
    lea lena leon leonard leonie linda lisa lothar louis louise luca lucas lucia lucie luis luisa lukas lydia lynn
    magdalena maik manfred manuel manuela marc marcel marco marcus margaret margarete margarita maria marianne marie
    marina mario marion markus marlene marta martha martin martina mary mathias mathieu mathilde matteo matthew matthias
    maurice maximilian melanie melissa michael michaela michel michele michelle miguel miriam mohamed mohammed monika
    moritz muhammad nadine nadja nancy natalia natalie nathalie nicholas nicola nicolas nicole niklas nils nina norbert
    olaf oliver olivia olivier otto pablo pamela pascal patricia patrick paul paula pauline pedro peter petra philipp
    philippe pierre rafael rainer ralf ralph raquel raul rebecca regina reinhard renate ricardo richard robert roberto
    roger roland rolf ronald ronja rosemarie rudolf ruth sabine sabrina samantha samuel sandra sandrine sara sarah
    sebastian sergio sharon sigrid silke silvia simon simone sofia sonja sophia sophie stefan stefanie steffen stephan
    stephane stephanie stephen steven susan susana susanne svenja sven sylvia sylvie tanja tatjana teresa theresa
    therese thierry thomas thorsten tobias torsten udo ulrich ulrike ursula ute uwe valerie vanessa vera veronica
    veronika veronique vincent viktoria volker walter waltraud werner wilhelm william wolfgang xavier yannick yvonne
    yves
    """
)
_NO_PERSON = _set(
    """
    hospital hospitals hopital klinik kliniken klinikum klinike clinic clinics clinique clinica university universitat
    universitaet universite universidad medical medicine center centre zentrum centro institute institut institution
    foundation stiftung trust college infirmary school haus house site ward unit station department practice praxis
    health healthcare care street road avenue strasse city county north south east west campus
    scale score scores test tests inventory index questionnaire rating ratings interview checklist battery method
    criteria formula equation classification total subscale item items survey form forms
    syndrome disease disorder disorders sign palsy phenomenon lymphoma sarcoma tumor tumour virus bacteria fracture
    pain nervosa depression anxiety infection allergy reaction reactions event events deficiency anemia anaemia tooth
    visit visits week weeks day days month months year years baseline screening follow followup infusion treatment
    session assessment period phase cycle part group arm arms cohort dose high low placebo control active stage
    protocol trial study program programme project therapy training version
    patient participant subject case mouse rat animal person client rater assessor clinician physician nurse
    investigator examiner interviewer user doctor observer dummy
    santa santo san sao saint sainte sankt st queen king prince princess pope charcot wort port mount lake fort
    krankenhaus spital ziekenhuis ospedale policlinico royal gene genes genotype lobe gyrus cortex ganglia nucleus
    """
)
_EVERYDAY = _set(
    """
    great new face butter milk bread meat cheese cream tea oil owl frog bear swan hare crab cat dog word list left right
    upper lower stop signal white black brown green yellow blue grey gray red pink purple orange dark happy sad angry
    neutral mother father parent sister brother none other
    """
)
"""Words of which a shape alone, without a list of names, makes no full name."""
_SAINTS = _set("santa santo san sao saint sainte sankt st queen king prince princess pope charcot port")
_PLACES = _set(
    """
    hospital hospitals hopital klinik kliniken klinikum clinic clinics clinique clinica university universitat
    universitaet universite universidad medical center centre zentrum centro institute institut institution foundation
    stiftung trust college infirmary scale questionnaire inventory syndrome disease krankenhaus spital ziekenhuis
    ospedale policlinico
    """
)
_INSTITUTIONS = re.compile(
    r"\b(johns hopkins|mary hitchcock|sarah cannon|anna freud|robert bosch|robert koch|rudolf virchow|albert schweitzer"
    r"|albert einstein|max planck|martin luther|heinrich heine|ernst moritz arndt|emil kraepelin|karl jaspers"
    r"|ludwig maximilian|friedrich alexander|julius maximilian|eberhard karls|johann wolfgang goethe|justus liebig"
    r"|otto von guericke|carl gustav carus|carl von ossietzky|ludwig boltzmann|paul ehrlich|karl franzens"
    r"|henry ford|thomas jefferson|george washington|betty ford|charles river|virginia mason|robert wood johnson"
    r"|john radcliffe|queen elizabeth|charing cross|princess alexandra|prince charles|sir charles gairdner"
    r"|peter maccallum|john hunter|henri mondor|paul brousse|gustave roussy|robert debre|louis mourier"
    r"|claude bernard|georges pompidou|louis pasteur|pierre janet|paul guiraud|edouard herriot|gregorio maranon"
    r"|ramon y cajal|carlos haya|luigi sacco|agostino gemelli|antoni van leeuwenhoek|maria hilf)\b"
)
"""Hospitals, universities and institutes that are called by the name of a person."""
_TERMS = re.compile(
    r".{3,}(ine|ium|ate|ide|ase|ose|itis|emia|aemia|osis|pathy|algia|oma|pram|zole|tion|sion|ness|ache|ing|ity|ism|ment"
    r"|ance|ence|ency|ancy|ous|ive|ary|ory|ical|tic|nic|lic|ial|nal|tal|tric|phen|mycin|cillin|olol|pril|sartan|azepam"
    r"|ed|ure|ship|hood|less|ful|able|ible)"
)
"""How terms of medicine end, and English adjectives; a word that no list of names has is no surname then."""
_SURNAME = re.compile(r"mc[a-z]{3,}|.*(mann|sson|ski|ska|sky|wicz|escu|opoulos|ovic|enko|dottir|strom|quist|bauer)")
_PARTICLES = _set("von van vom zu zur zum de del della di da dos la le du den der ten ter el al bin ibn")
_FOLDED = str.maketrans("äáàâãåëéèêïíìîöóòôõøüúùûçñß", "aaaaaaeeeeiiiioooooouuuucns")
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’-](?=[^\W\d_]))*[.]?|,|[^\s\w]|\w+")
_CAPITALISED = re.compile(r"(?:[^\W\d_]['’])?[A-ZÀ-Þ][a-zß-ÿ]+(?:-[A-ZÀ-Þ][a-zß-ÿ]+)*")
_SHORTEST, _SHORTEST_CAPITALS = 2, 4
_FEWEST, _MOST = 2, 4
_INITIALED = re.compile(r"([^\W\d_]{3,}),? +[A-ZÄÖÜ][.]?|[A-ZÄÖÜ][.] ?([^\W\d_]{3,})")


def is_given_name(word: str) -> bool:
    """Say whether a word is a common given name written with a capital.

    >>> is_given_name("Anna"), is_given_name("anna"), is_given_name("Nausea")
    (True, False, False)
    """
    return word[:1].isupper() and all(_folded(part) in _GIVEN for part in word.split("-"))


def names_a_person(text: str) -> bool:
    """Say whether a text holds a common given name with a surname after it, or before it and a comma.

    Names of hospitals, scales and diseases that hold a given name are none.

    >>> names_a_person("Baseline Anna Schmidt"), names_a_person("Schmidt, Anna"), names_a_person("Martin Hospital")
    (True, True, False)
    """
    tokens = _WORD.findall(text)
    if any(_folded(token) in _PLACES for token in tokens) or _is_institution(text):
        return False
    return any(_is_person_at(tokens, place) for place, token in enumerate(tokens) if is_given_name(token))


def has_form_of_name(text: str) -> bool:
    """Say whether a whole text has the form of a full name: ``Word Word`` or ``Word, Word``, and no known word.

    >>> has_form_of_name("Quux, Zelda"), has_form_of_name("Chest Pain"), has_form_of_name("Week 2")
    (True, False, False)
    """
    parts = _WORD.findall(text.replace(",", " "))
    words = [part for part in parts if _folded(part) not in _PARTICLES and not re.fullmatch("[A-Z][.]?", part)]
    if not _FEWEST <= len(words) <= len(parts) <= _MOST or any(map(_is_no_person, parts)) or _is_institution(text):
        return False
    return all(_CAPITALISED.fullmatch(word) and not _is_term(word) for word in words)


def likeness(text: str) -> Likeness:
    """Say how much a whole text is like the name of a person, whatever its capitals.

    A word that is hardly anything but a name is likely one, also beside an initial or a word that no list has; a name
    that is a word, a city, a hospital, a scale or a disease as well is possible only.

    >>> likeness("schmidt-rossi, anna").name, likeness("Hamilton").name, likeness("Headache").name
    ('LIKELY', 'POSSIBLE', 'NONE')
    """
    parts = _WORD.findall(text.replace(",", " "))
    if not parts or len(parts) > _MOST + 1 or any(map(_is_no_person, parts)) or _is_institution(text):
        return Likeness.NONE
    rest = [part for part in parts if _folded(part) not in _PARTICLES or len(parts) == 1]
    words = [part for part in rest if len(part.rstrip(".")) > 1]
    if not words or len(words) > _MOST or not all(part[0].isalpha() for part in rest):
        return Likeness.NONE
    likely = [_likeness(word) for word in words]
    if len(words) > 1:
        return _likeness_together(words, likely)
    has_initial = len(rest) > 1 and bool(re.fullmatch(r"[^\W\d_][.]?", min(rest, key=len)))
    return likely[0] if len(rest) == 1 or has_initial else Likeness.NONE


def is_name_with_initial(text: str) -> bool:
    """Say whether a text is one word of a name and an initial: ``Anna S.``, ``A. Schmidt``."""
    found = _INITIALED.fullmatch(text)
    return found is not None and not _is_no_person(found[1] or found[2]) and (found[1] or found[2])[0].isupper()


def _likeness(word: str) -> Likeness:
    """Say how much one word is like a name; of two words with a hyphen, the one that is more so."""
    return max(_likeness_of_part(re.sub("['’.]", "", part).lower().translate(_FOLDED)) for part in word.split("-"))


def _likeness_of_part(word: str) -> Likeness:
    """Say how much a word in small letters without accents is like a name."""
    if word in SURNAMES or word in GIVEN_NAMES or word in _GIVEN - NAMES_AND_WORDS:
        return Likeness.LIKELY
    if word in NAMES_AND_WORDS or _SURNAME.fullmatch(word):
        return Likeness.POSSIBLE
    is_other = word in _EVERYDAY or _TERMS.fullmatch(word) or not word.isalpha() or len(word) < _SHORTEST
    return Likeness.NONE if is_other else Likeness.UNKNOWN


def _likeness_together(words: list[str], likely: list[Likeness]) -> Likeness:
    """Say how much several words are like a name: a given name and a word that is no term, or names only."""
    if Likeness.NONE in likely:
        return Likeness.NONE
    if _is_given(words[0]) or _is_given(words[-1]) or likely.count(Likeness.LIKELY) > 1:
        return Likeness.LIKELY
    return min(Likeness.POSSIBLE, *likely)


def _is_given(word: str) -> bool:
    """Say whether a word is a given name and hardly anything else, whatever its capitals."""
    return any(part in GIVEN_NAMES or part in _GIVEN - NAMES_AND_WORDS for part in _folded(word).split("-"))


def _is_term(word: str) -> bool:
    """Say whether a word ends as terms and adjectives do, or is an everyday one, and is not known as a name."""
    return _likeness(word) is Likeness.NONE


def _is_institution(text: str) -> bool:
    """Say whether a text names an institution that is called by the name of a person."""
    return _INSTITUTIONS.search(text.lower().translate(_FOLDED)) is not None


def _is_person_at(tokens: list[str], place: int) -> bool:
    """Say whether a surname stands beside the given name at some place."""
    given, before, after = tokens[place], tokens[:place], tokens[place + 1 :]
    if before and _folded(before[-1]) in _SAINTS:
        return False
    if len(before) >= _FEWEST and before[-1] == "," and _is_surname(before[-2], given):
        return not after or not _is_no_person(after[0])
    while after and (_folded(after[0]) in _PARTICLES or re.fullmatch("[A-Z][.]?", after[0])):
        after = after[1:]
    return bool(after) and _is_surname(after[0], given)


def _is_surname(word: str, given: str) -> bool:
    """Say whether a word can be the surname to a given name: a capitalised word that names nothing else."""
    if not word[:1].isupper() or not word[-1].isalpha() or len(word) < _SHORTEST or _is_no_person(word):
        return False
    if given.isupper():
        return word.isupper() and min(len(given), len(word)) >= _SHORTEST_CAPITALS
    return any(letter.islower() for letter in word) or len(word) >= _SHORTEST_CAPITALS


def _is_no_person(word: str) -> bool:
    """Say whether a word belongs to something other than a person."""
    return _folded(word) in _NO_PERSON


def _folded(word: str) -> str:
    """Give a word in small letters without accents."""
    return word.lower().rstrip(".").translate(_FOLDED)
