"""People's names in text: common given names beside a surname, and cells that have the form of a full name."""

from __future__ import annotations

import re


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
    """
)
_SAINTS = _set("santa santo san sao saint sainte sankt st queen king prince princess pope charcot port")
_PLACES = _set(
    """
    hospital hospitals hopital klinik kliniken klinikum clinic clinics clinique clinica university universitat
    universitaet universite universidad medical center centre zentrum centro institute institut institution foundation
    stiftung trust college infirmary scale questionnaire inventory syndrome disease
    """
)
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
    if any(_folded(token) in _PLACES for token in tokens):
        return False
    return any(_is_person_at(tokens, place) for place, token in enumerate(tokens) if is_given_name(token))


def has_form_of_name(text: str) -> bool:
    """Say whether a whole text has the form of a full name: ``Word Word`` or ``Word, Word``, and no known word.

    >>> has_form_of_name("Quux, Zelda"), has_form_of_name("Chest Pain"), has_form_of_name("Week 2")
    (True, False, False)
    """
    parts = _WORD.findall(text.replace(",", " "))
    words = [part for part in parts if _folded(part) not in _PARTICLES and not re.fullmatch("[A-Z][.]?", part)]
    if not _FEWEST <= len(words) <= len(parts) <= _MOST or any(map(_is_no_person, parts)):
        return False
    return all(_CAPITALISED.fullmatch(word) for word in words)


def is_name_with_initial(text: str) -> bool:
    """Say whether a text is one word of a name and an initial: ``Anna S.``, ``A. Schmidt``."""
    found = _INITIALED.fullmatch(text)
    return found is not None and not _is_no_person(found[1] or found[2]) and (found[1] or found[2])[0].isupper()


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
