"""What measures and conditions are called in German, by the codes of the catalogue."""

from collections.abc import Mapping
from typing import Final

MEASURE_LABELS: Final[Mapping[str, str]] = {
    "pain": "Schmerzen",
    "sleep_disturbance": "Schlechter Schlaf",
    "vivid_dreams": "Lebhafte Träume",
    "digestive_upset": "Verdauungsbeschwerden",
    "fatigue": "Erschöpfung",
    "brain_fog": "Benommenheit im Kopf",
    "low_mood": "Gedrückte Stimmung",
    "anxiety": "Angst",
    "stiffness": "Steifheit",
    "joint_pain": "Gelenkschmerzen",
    "abdominal_pain": "Bauchschmerzen",
    "urgency": "Stuhldrang",
    "spasticity": "Muskelspannung und Krämpfe",
    "tremor": "Zittern",
    "headache": "Kopfschmerzen",
    "nausea": "Übelkeit",
    "post_exertional_malaise": "Schlechter nach Anstrengung",
    "skin_rash": "Hautausschlag",
    "walking_difficulty": "Mühe beim Gehen",
    "function": "Alltag bewältigen",
    "other": "Symptom",
}
CONDITION_LABELS: Final[Mapping[str, str]] = {
    "fibromyalgia": "Fibromyalgie",
    "chronic_pain": "Chronische Schmerzen",
    "multiple_sclerosis": "Multiple Sklerose",
    "crohns_disease": "Morbus Crohn",
    "ulcerative_colitis": "Colitis ulcerosa",
    "rheumatoid_arthritis": "Rheumatoide Arthritis",
    "lupus": "Lupus",
    "depression": "Depression",
    "anxiety": "Angststörung",
    "parkinsons_disease": "Parkinson-Krankheit",
    "alzheimers_disease": "Alzheimer-Krankheit",
    "chronic_fatigue": "Chronische Erschöpfung (ME/CFS)",
    "autism": "Autismus",
    "cancer_care": "Begleitung bei Krebs",
    "other": "Krankheit",
}
