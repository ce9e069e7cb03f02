"""What the evidence cards claim, in German: by the study, or by the condition where none was found.

A test holds each to the figures of the catalogue's own claim.
"""

from collections.abc import Mapping
from typing import Final

CLAIMS: Final[Mapping[str, str]] = {
    "FINAL": (
        "In 12 Wochen sanken die Schmerzen mit niedrig dosiertem Naltrexon um 1,3 Punkte und mit Placebo um 0,9. Der "
        "Unterschied von 0,34 Punkten kann Zufall sein."
    ),
    "INNOVA": (
        "In 3 Monaten sanken die Schmerzen mit niedrig dosiertem Naltrexon um 0,33 Punkte und mit Placebo um 0,64. Der "
        "bereinigte Unterschied von 0,49 Punkten zugunsten von Placebo kann Zufall sein."
    ),
    "Younger 2013": (
        "Die Schmerzen sanken mit niedrig dosiertem Naltrexon um 28,8 % und mit Placebo um 18,0 % (p = 0,016). "
        "Erschöpfung und Schlaf unterschieden sich nicht. Die Studie war klein, und die zwei späteren, größeren "
        "Studien fanden diesen Unterschied nicht."
    ),
    "Rassi-Mariani 2024": (
        "In 7 kleinen Studien zu verschiedenen chronischen Schmerzen, mit 2 bis 4,5 mg am Tag, fand sich für niedrig "
        "dosiertes Naltrexon keine Wirksamkeit bei Schmerzen oder Lebensqualität."
    ),
    "Beaudette-Zlatanova 2023": (
        "Bei Menschen mit Schmerzen durch Arthritis sank die Störung des Lebens durch Schmerzen mit niedrig dosiertem "
        "Naltrexon um 23 von 70 Punkten und mit Placebo um 22 (p = 0,90). Die Studie war zu klein, um einen mäßigen "
        "Nutzen auszuschließen."
    ),
    "Cree 2010": (
        "Nach 8 Wochen war ein Wert für seelische Gesundheit mit niedrig dosiertem Naltrexon um 3,3 Punkte besser als "
        "mit Placebo (p = 0,04); eine körperliche Wirkung fand sich nicht. 60 von 80 Menschen beendeten die Studie."
    ),
    "Sharafaddinzadeh 2010": (
        "In einer Studie von 17 Wochen unterschied sich die Lebensqualität mit niedrig dosiertem Naltrexon nicht von "
        "der mit Placebo."
    ),
    "Smith 2011": (
        "Nach 12 Wochen war der Aktivitätsindex mit niedrig dosiertem Naltrexon bei 88 % der Menschen um 70 Punkte "
        "oder mehr gesunken und mit Placebo bei 40 % (p = 0,009). Die Studie war klein."
    ),
    "Cochrane review 2018": (
        "Bei 34 Erwachsenen und 12 Kindern zusammen waren die Ergebnisse zur Remission zu ungenau, um niedrig "
        "dosiertes Naltrexon von Placebo zu unterscheiden."
    ),
    "Lie 2018": (
        "Zu Colitis ulcerosa fand sich keine kontrollierte Studie. Ohne Vergleichsgruppe ging es 74,5 % von 47 "
        "Menschen mit Morbus Crohn oder Colitis ulcerosa innerhalb von 12 Wochen besser; bei wie vielen das mit "
        "Placebo so gewesen wäre, ist nicht bekannt."
    ),
    "Raknes 2019": (
        "Zu rheumatoider Arthritis fand sich keine Wirksamkeitsstudie. In einem Rezeptregister bekamen Menschen mit "
        "dauerhaften Rezepten für niedrig dosiertes Naltrexon im Jahr danach 13 % weniger Dosen anderer Medikamente "
        "als im Jahr davor; Symptome wurden nicht gemessen."
    ),
    "lupus": "Zu niedrig dosiertem Naltrexon bei Lupus fand sich keine Wirksamkeitsstudie.",
    "Mischoulon 2017": (
        "Bei 12 Menschen mit Rückfall unter einem Antidepressivum sank ein Depressionswert in 3 Wochen um 9,5 Punkte, "
        "wenn zweimal am Tag 1 mg dazukam, und um 5,9 mit Placebo (p = 0,3). So wenige Menschen können die Frage nicht "
        "entscheiden."
    ),
    "anxiety": "Zu niedrig dosiertem Naltrexon bei einer Angststörung fand sich keine kontrollierte Studie.",
    "parkinsons_disease": (
        "Zu niedrig dosiertem Naltrexon bei der Parkinson-Krankheit fand sich keine kontrollierte Wirksamkeitsstudie. "
        "Mit 100 mg am Tag, weit über einer niedrigen Dosis, änderte Naltrexon in einer kontrollierten Studie die "
        "motorischen Symptome nicht."
    ),
    "alzheimers_disease": (
        "Zu niedrig dosiertem Naltrexon bei der Alzheimer-Krankheit fand sich keine kontrollierte "
        "Wirksamkeitsstudie. Bei 9 Menschen, die steigende Dosen von 5 bis 100 mg am Tag bekamen, fand eine frühe "
        "Studie keinen Nutzen."
    ),
    "Polo 2019": (
        "Es fand sich keine kontrollierte Studie mit Ergebnissen. In den Akten einer Klinik, mit 3,0 bis 4,5 mg am "
        "Tag, berichteten 73,9 % der Patienten von einem Ansprechen; ohne Vergleichsgruppe lässt sich das nicht von "
        "Erwartung oder natürlichem Verlauf unterscheiden."
    ),
    "O'Kelly 2022": (
        "Bei Long COVID wurden 6 von 7 Fragen nach 2 Monaten besser beantwortet als davor, von den 36 der 52 Menschen, "
        "die zweimal antworteten; ohne Vergleichsgruppe lässt sich das nicht von natürlicher Erholung unterscheiden."
    ),
    "autism": (
        "Zu niedrig dosiertem Naltrexon bei Angst oder Schlaf im Autismus fand sich keine Studie. Ältere Studien mit "
        "Naltrexon bei autistischen Kindern gaben meist 0,5 bis 2 mg je Kilogramm Körpergewicht am Tag, und das liegt "
        "über einer niedrigen Dosis."
    ),
    "cancer_care": (
        "Zu niedrig dosiertem Naltrexon bei Erschöpfung, Schmerzen oder gedrückter Stimmung in der Krebsbegleitung "
        "fand sich keine kontrollierte Studie. Berichte über Menschen mit Krebs sind meist Einzelfälle."
    ),
    "other": "Nicht bekannt.",
}
