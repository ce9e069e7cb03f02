"""What a summary says in German, as plain and as careful as `messages.ENGLISH`."""

from typing import Final

from app.domain.trends.german_claims import CLAIMS
from app.domain.trends.german_labels import CONDITION_LABELS, MEASURE_LABELS
from app.domain.trends.german_of_charts import CHART_NAMES, CHARTS
from app.domain.trends.german_of_doses import DOSES
from app.domain.trends.messages import Messages

GERMAN: Final = Messages(
    language="de",
    months=(
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ),
    date_form="{day}. {month} {year}",
    decimal_mark=",",
    sentences={
        **CHARTS,
        **DOSES,
        # verdicts
        "no-first-dose": "Ihr Tagebuch hat noch keine erste Dosis, also gibt es noch kein Vorher und Nachher.",
        "baseline-is-there": "Es gibt genug bewertete Tage, um später zu vergleichen.",
        "baseline-is-missing": (
            "Vor der ersten Dosis braucht es {want_days} bewertete Tage in mindestens {want_weeks} Wochen; bisher sind "
            "es {have_days}."
        ),
        "possible-from": "Eine Antwort ist frühestens am {possible_from} möglich.",
        "plan-too-soon": (
            "Der Plan beginnt am {planned_on}; bis dahin sind es zu wenige Tage, um später zu vergleichen."
        ),
        "no-measures": "Für diese Krankheit ist noch kein Symptom ausgewählt.",
        "no-baseline": (
            "Aus den {weeks} Wochen vor der ersten Dosis am {first_dose} gibt es keine Werte zum Vergleichen."
        ),
        "baseline-too-small": (
            "Bewertete Tage vor der ersten Dosis am {first_dose}: {have_days}; nötig sind {want_days} in mindestens "
            "{want_weeks} Wochen."
        ),
        "older-notes": "Tage davor zählen noch, wenn sie aus älteren Notizen nachgetragen werden.",
        "weeks-missing": (
            "Für eine Antwort braucht es seit der ersten Dosis {want_weeks} Wochen mit mindestens {valid_days} "
            "bewerteten Tagen; bisher: {have_weeks}."
        ),
        "paused": "Laut Tagebuch ist die Behandlung unterbrochen, also gibt es noch kein Datum für eine Antwort.",
        "no-date": "Ein Datum für eine Antwort gibt es noch nicht.",
        "ended-early": (
            "Dieser Teil der Behandlung endete am {ended_on}, ehe es genug bewertete Wochen für eine Antwort gab."
        ),
        "too-low": (
            "Vor der ersten Dosis waren die Werte schon fast am besten: im Mittel {mean}, wobei {best} am besten ist. "
            "Da bleibt zu wenig Raum für eine Änderung, die sich vom Zufall unterscheiden ließe."
        ),
        "better": (
            "Ihre Werte sind etwa ab Woche {week} ({first_week} bis {last_week}) um etwa {points} Punkte besser "
            "({low} bis {high})."
        ),
        "better-in-one-week": (
            "Ihre Werte sind etwa ab Woche {week} der Behandlung um etwa {points} Punkte besser ({low} bis {high})."
        ),
        "better-early": (
            "Gleich nach dem {first_dose} wurden Ihre Werte um etwa {points} Punkte besser ({low} bis {high})."
        ),
        "early-may-be-hope": "Eine so frühe Änderung kann von Hoffnung kommen oder ein natürliches Auf und Ab sein.",
        "early-to-confirm": (
            "So früh kann es Hoffnung oder natürliches Auf und Ab sein; ein Blick am {confirmed_on} kann es bestätigen."
        ),
        "to-confirm": "Das ist noch nicht bestätigt; es ist bestätigt, wenn es auch am {confirmed_on} zu sehen ist.",
        "never-confirmed": (
            "Dieser Teil der Behandlung endete am {ended_on}, ehe ein zweiter Blick das bestätigen konnte."
        ),
        "faded": (
            "Etwa ab Woche {week} wurden Ihre Werte um {points} Punkte besser ({low} bis {high}), doch das meiste "
            "ist wieder weg."
        ),
        "worse": (
            "In den letzten Wochen sind Ihre Werte schlechter als vor dem {first_dose}: im Mittel jetzt {latest}, "
            "vorher {before}."
        ),
        "maybe-better": (
            "Ihre Werte sind vielleicht um etwa {points} Punkte besser geworden ({low} bis {high}), aber das ist nicht "
            "klar."
        ),
        "back-to-usual": (
            "Ihre Werte sind um etwa {points} Punkte besser als kurz vor dem {first_dose} ({low} bis {high})."
        ),
        "usual-again": (
            "Sie sind nicht klar besser als das, was Sie üblich nannten; vielleicht ist es wieder wie üblich."
        ),
        "no-clear-change": (
            "Es gibt keine klare Änderung: im Mittel {latest} in den letzten Wochen, {before} vor dem {first_dose}."
        ),
        "small-may-hide": "Eine kleine oder langsame Änderung zeigt sich vielleicht nicht.",
        "by-chance": (
            "So große und dauerhafte Änderungen kommen ohne jede Wirkung in etwa {percent} von 100 Tagebüchern vor, "
            "durch Zufall."
        ),
        "maybe-by-chance": (
            "So ein Auf und Ab kommt durch Zufall, ohne jede Wirkung, in etwa {percent} von 100 Tagebüchern vor."
        ),
        "mixed": "In dieser Zeit hat sich auch anderes geändert; woher es kommt, lässt sich nicht sagen.",
        "size-small": "Bei Schmerzen nennen Studien eine Änderung dieser Größe klein.",
        "size-moderate": "Bei Schmerzen nennen Studien eine Änderung dieser Größe mittel.",
        "size-substantial": "Bei Schmerzen nennen Studien eine Änderung dieser Größe groß.",
        "cause-unknown": "Ein Tagebuch allein kann nicht sagen, woher eine Änderung kommt.",
        # caveats
        "caveat-chance": (
            "So große und dauerhafte Änderungen kommen ohne jede Wirkung in etwa {percent} von 100 Tagebüchern vor, "
            "durch Zufall. In Tagebüchern, die sich von selbst langsam verschieben, sind es etwa {drift} von 100."
        ),
        "caveat-chance-possible": (
            "So ein Auf und Ab kommt ohne jede Wirkung in etwa {percent} von 100 Tagebüchern vor, durch Zufall. Es "
            "zählt deshalb nicht als Änderung."
        ),
        "caveat-chance-worse": (
            "So große und dauerhafte Änderungen zum Schlechteren kommen ohne jede Wirkung in etwa {percent} von 100 "
            "Tagebüchern vor, durch Zufall."
        ),
        "caveat-started-at-worst": (
            "Viele fangen an, wenn es ihnen am schlechtesten geht; dann kann ein Teil der Besserung natürlich sein. "
            "Von 100 Menschen, die so anfangen, sähen etwa {percent} irgendwann eine solche Besserung auch ohne jede "
            "Wirkung."
        ),
        "caveat-started-at-worst-usual-told": (
            "Viele fangen an, wenn es ihnen am schlechtesten geht; dann kann ein Teil der Besserung natürlich sein. "
            "Sie haben vorher gesagt, was bei Ihnen üblich ist. Das macht es seltener: Etwa {percent} von 100, die so "
            "anfangen, sähen irgendwann eine solche Besserung auch ohne jede Wirkung."
        ),
        "caveat-may-be-return-to-usual": (
            "Ihre Werte sind gesunken, aber nicht klar unter das, was Sie vor der ersten Dosis üblich nannten. "
            "Vielleicht sind sie von selbst wieder wie üblich geworden."
        ),
        "caveat-placebo": (
            "Schon Hoffnung kann Werte bessern: In zwei Studien zu Fibromyalgie sanken die Schmerzen um 0,6 bis 0,9 "
            "Punkte auf einer Skala von 0 bis 10, bei Menschen, die Pillen ohne Wirkstoff nahmen."
        ),
        "caveat-confounded": (
            "In dieser Zeit hat sich auch anderes geändert, etwa andere Medikamente oder Ereignisse. Was Sie sehen, "
            "kann auch davon kommen: Niemand kann die Gründe auseinanderhalten."
        ),
        "caveat-low-coverage": (
            "Werte gibt es für {days_scored} von {days} Tagen. Wie die anderen Tage waren, ist nicht bekannt."
        ),
        "caveat-primary-chosen-after-start": (
            "Welche Symptome zählen, wurde erst nach der ersten Dosis gewählt. Eine späte Wahl kann Zufall wie eine "
            "Änderung aussehen lassen."
        ),
        "caveat-first-dose-from-plan": (
            "Die Wochen zählen ab dem Beginn in Ihrem Plan, denn nahe diesem Datum ist keine Dosis eingetragen."
        ),
        "caveat-diary-silent": "Die letzte Woche mit genug Werten liegt mehr als {weeks} Wochen zurück.",
        # confounders
        "medicine-began": "Ein anderes Medikament ({kind}) wurde am {began} begonnen.",
        "medicine-ended": "Ein anderes Medikament ({kind}) wurde am {ended} beendet.",
        "medicine-both": "Ein anderes Medikament ({kind}) wurde am {began} begonnen und am {ended} beendet.",
        "medicine-meanwhile": "Ein anderes Medikament ({kind}) ist für dieselbe Zeit eingetragen.",
        "opioid-label": (
            "Laut Packungsbeilage darf Naltrexon nicht mit Opioiden kombiniert werden; mehr wissen Ärztin, Arzt und "
            "Apotheke."
        ),
        "event-day": "{kind} am {began}.",
        "event-days": "{kind} vom {began} bis zum {ended}.",
        "event-since": "{kind} seit dem {began}.",
        # what others read, where a consent withholds something
        "another-treatment": "Eine andere Behandlung hat sich geändert.",
        "outside-grant": "Die Zeit vor der ersten Dosis ist nicht freigegeben, also fehlt etwas zum Vergleichen.",
        "caveat-baseline-outside-grant": "Die Behandlung begann vor dem freigegebenen Zeitraum.",
        "shared-no_baseline": "Aus der Zeit vor der Behandlung gibt es keine Werte zum Vergleichen.",
        "shared-not_enough_data": "Für eine Antwort gibt es zu wenige bewertete Wochen.",
        "shared-too_low_to_judge": (
            "Vor der Behandlung waren die Werte schon fast am besten. Da bleibt zu wenig Raum für eine Änderung, die "
            "sich vom Zufall unterscheiden ließe."
        ),
        "shared-no_clear_change": "Aus den Wochenwerten lässt sich keine klare Änderung ablesen.",
        "shared-possible": "Die Werte sind vielleicht besser als vor der Behandlung; klar ist es nicht.",
        "shared-benefit_early": (
            "Die Werte wurden sehr früh in der Behandlung besser. Das kann Erwartung oder ein natürliches Auf und Ab "
            "sein."
        ),
        "shared-benefit": "Die Werte sind besser als vor der Behandlung.",
        "shared-faded": "Die Werte wurden in der Behandlung besser, doch das meiste davon ist wieder weg.",
        "shared-worse": "Die Werte sind schlechter als vor der Behandlung.",
        "shared-unconfirmed": "Das ist noch nicht bestätigt.",
    },
    names={
        **CHART_NAMES,
        "measure": MEASURE_LABELS,
        "condition": CONDITION_LABELS,
        "claim": CLAIMS,
        "series": {"other": "Alle Symptome zusammen"},
        "dose-time": {"bedtime": "abends", "other": "morgens"},
        "medicine": {
            "opioid": "ein Opioid",
            "steroid": "ein Kortison-Präparat",
            "nsaid": "ein entzündungshemmendes Schmerzmittel",
            "dmard": "ein Mittel für das Immunsystem",
            "antidepressant": "ein Antidepressivum",
            "hypnotic": "ein Schlafmittel",
            "other": "Art nicht angegeben",
        },
        "event": {
            "flare": "Schub",
            "infection": "Infekt",
            "travel": "Reise",
            "menstruation": "Menstruation",
            "procedure": "Medizinischer Eingriff",
            "vaccination": "Impfung",
            "stress": "Zeit mit Stress",
            "other": "Ereignis",
        },
    },
)
